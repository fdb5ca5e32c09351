//! Certification requests (PKCS#10, RFC 2986). Attribute sets that are not DER-sorted are read (strongSwan 5.9.8 sends them);
//! the signature is verified over the received bytes.

use crate::{
    Error,
    key::PublicKey,
    x509::{DistinguishedName, SubjectAltName},
};
use zeroize::Zeroizing;

/// What a CSR says. Only `public_key` is ever certified; the rest is compared with our records.
pub struct CertificationRequest {
    /// The CSR as received.
    pub der: Vec<u8>,
    /// Subject asked for (may be empty).
    pub subject: DistinguishedName,
    /// Subject alternative names asked for.
    pub san: Vec<SubjectAltName>,
    /// The key.
    pub public_key: PublicKey,
    /// challengePassword of any string type; blank counts as absent.
    pub challenge_password: Option<Zeroizing<String>>,
    /// basicConstraints with cA TRUE was asked for.
    pub asks_for_ca: bool,
}

impl CertificationRequest {
    /// Largest CSR read, octets.
    pub const MAX_LEN: usize = 64 * 1024;
    /// Reads DER and verifies the proof of possession.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let _ = der;
        todo!()
    }
}
