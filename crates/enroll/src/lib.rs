//! What devices and people reach over the network: the portal, Apple's over-the-air phases, SCEP, CRLs, OCSP and CA
//! certificates.
//!
//! A [`Server`] is built from a [`ra::Enroller`] alone: whatever goes wrong in here, it cannot revoke or recover, because its type has
//! no such method. No rule lives here; requests are bounded, decoded, handed on, and the answer is put into HTTP.
//!
//! Two listeners: HTTPS for everything where a person types something or a device posts, and plain HTTP for what must be reachable
//! before anything is trusted (CRL, CA certificates, SCEP, and with a private TLS root the page that explains the root).

mod app;
mod body;
mod connections;
mod device;
#[doc(hidden)]
pub mod fuzzing;
mod guard;
mod limit;
mod log;
mod page;
mod portal;
mod publication;
mod router;
mod serve;
mod share;
mod status;
#[cfg(test)]
mod tests;

pub use log::{LogEntry, RequestLog};
#[cfg(feature = "samples")]
pub use portal::samples::sample_pages;
pub use serve::{Doors, ServeError, ServeOptions, Server};
