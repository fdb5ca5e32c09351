//! The registration authority: what is certified, for whom, on whose word; recorded so that it can be proved.
//!
//! Synchronous and network-free. One opened folder is an [`Authority`]; from it one takes narrow handles:
//! [`Operator`] (a signed-in officer), [`Enroller`] (a device on the network), [`Auditor`] (read and verify).
//! One domain operation is one method is one transaction.

pub mod account;
mod auditor;
mod authority;
pub mod certificate;
pub mod certification;
pub mod challenge;
mod crl;
pub mod csv;
mod day;
pub mod department;
pub mod disk;
mod enroller;
pub mod enrollment;
mod error;
#[cfg(feature = "bench")]
mod filler;
pub mod find;
mod host;
pub mod id;
pub mod invitation;
pub mod issuance;
mod issue;
pub mod ledger;
pub mod life;
pub mod mailbox;
pub mod monitor;
mod ocsp;
mod operator;
pub mod ota;
pub mod policy;
pub mod ports;
pub mod profile;
pub mod publication;
mod revoke;
pub mod scep;
pub mod secret;
pub mod settings;
pub mod sign_in;
mod store;
pub mod subscriber;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;
pub mod today;
pub mod vault;
mod wait;

pub use auditor::Auditor;
pub use authority::{Authority, OpenOptions};
pub use crl::{DeltaFacts, RootCrl};
pub use enroller::Enroller;
pub use error::{Conflict, Denied, Dependency, Error, Fault, Noun, Result};
pub use operator::Operator;
