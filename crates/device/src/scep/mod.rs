//! A SCEP client (RFC 8894): messages, capabilities, and who of a GetCACert answer is the RA.

mod ca;
mod capabilities;
mod client;
mod message;

pub use ca::{CaCertificates, Recipients};
pub use capabilities::Capabilities;
pub use client::{Client, Outcome, Pending};
pub use message::{
    Algorithms, MessageType, Prepared, Reply, Status, issuer_and_serial, issuer_and_subject, prepare, read_reply, transaction_id,
};
