//! OCSP (RFC 6960): requests are read, responses are made and signed by a delegated responder.

mod request;
mod response;
mod wire;

pub use request::{CertId, Issuer, MAX_CERTIFICATES, MAX_LEN, OcspRequest, request};
pub use response::{CertStatus, Refusal, SingleResponse, sign_response};

use crate::Error;
use der::asn1::ObjectIdentifier;

/// id-pkix-ocsp-nonce.
const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");

fn unencodable(reason: impl std::fmt::Display) -> Error {
    Error::Unencodable { what: "OCSP response", reason: reason.to_string() }
}
