//! Bytes and values of every protocol Signet speaks: X.509 (RFC 5280), PKCS#10 (RFC 2986), CMS (RFC 5652), SCEP (RFC 8894),
//! CRLs, OCSP (RFC 6960), PKCS#12, Apple's configuration profiles and over-the-air messages.
//!
//! Nothing here does IO, reads a clock or owns a global random source: time and keys are arguments, bytes go in, values come out.
//! Everything that a network peer can send is parsed here, with limits, and every failure is a typed [`Error`].

pub mod cms;
pub mod crl;
pub mod csr;
pub mod digest;
mod error;
#[doc(hidden)]
pub mod fuzzing;
pub mod key;
pub mod mobileconfig;
pub mod ocsp;
pub mod ota;
pub mod pkcs12;
pub mod scep;
pub mod timestamp;
mod tlv;
pub mod x509;

pub use error::Error;
pub use timestamp::Timestamp;
