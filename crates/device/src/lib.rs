//! A simulated iPhone and a SCEP client: what the server must satisfy, judged by rules of its own.
//!
//! [`Safari`] opens a link, signs in and downloads a profile; [`Iphone`] walks Apple's over-the-air phases with it as
//! strictly as iOS is known to be; [`scep::Client`] speaks SCEP alone. ASN.1 and CMS are written here a second time, so that
//! the server and its simulator do not share their mistakes. Nothing here knows the server's crates.

pub mod csr;
mod device_ca;
mod error;
mod https;
mod identity;
pub mod iphone;
#[cfg(test)]
mod mint;
pub mod profile;
mod safari;
pub mod scep;
pub mod transport;
mod wire;

pub use device_ca::DeviceCa;
pub use error::{Error, ScepError};
pub use https::{Https, check_server_certificate};
pub use identity::{Identity, KeyKind, self_signed};
pub use iphone::Iphone;
pub use safari::{Cookie, Field, Form, Page, Safari};
pub use wire::{ContentCipher, Digest, Encoding, KeyTransport};
