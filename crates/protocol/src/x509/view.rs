//! Reading a certificate.

use super::{DistinguishedName, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName};
use crate::{Error, Timestamp, key::PublicKey};

/// notBefore and notAfter, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First second of validity.
    pub not_before: Timestamp,
    /// Last second of validity.
    pub not_after: Timestamp,
}

/// What a certificate says, decoded. Tolerant towards foreign certificates (huge serials, odd dates, critical AKI).
#[derive(Clone)]
pub struct CertificateView {
    /// The whole certificate.
    pub der: Vec<u8>,
    /// Serial number.
    pub serial: SerialNumber,
    /// Issuer DN, decoded.
    pub issuer: DistinguishedName,
    /// Issuer Name as DER, for byte comparison.
    pub issuer_der: Vec<u8>,
    /// Subject DN, decoded.
    pub subject: DistinguishedName,
    /// Subject Name as DER.
    pub subject_der: Vec<u8>,
    /// Dates.
    pub validity: Validity,
    /// Subject alternative names.
    pub san: Vec<SubjectAltName>,
    /// keyUsage; `None` when the extension is missing.
    pub key_usage: Option<KeyUsage>,
    /// extendedKeyUsage.
    pub extended_key_usage: Vec<ExtendedKeyUsage>,
    /// basicConstraints cA.
    pub is_ca: bool,
    /// subjectKeyIdentifier.
    pub subject_key_identifier: Option<Vec<u8>>,
    /// authorityKeyIdentifier keyIdentifier.
    pub authority_key_identifier: Option<Vec<u8>>,
    /// The subject's key.
    pub public_key: PublicKey,
}

impl CertificateView {
    /// Reads DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let _ = der;
        todo!()
    }
    /// SHA-256 of the DER.
    pub fn sha256(&self) -> [u8; 32] {
        todo!()
    }
    /// SHA-1 of the DER (CAFingerprint of Apple's SCEP payload).
    pub fn sha1(&self) -> [u8; 20] {
        todo!()
    }
    /// The signature verifies with `issuer_key`. Dates, names and constraints are not looked at; SHA-1 only where `allow_sha1`.
    pub fn verify_signature(&self, issuer_key: &PublicKey, allow_sha1: bool) -> Result<(), Error> {
        let _ = (issuer_key, allow_sha1);
        todo!()
    }
    /// PEM text.
    pub fn to_pem(&self) -> String {
        todo!()
    }
    /// Re-reads our own output against what was meant (step 3 of the issuance cycle) and RFC 5280's rules; an empty list is good.
    pub fn lint(&self, meant: &super::CertificateSpec, issuer: &CertificateView) -> Vec<String> {
        let _ = (meant, issuer);
        todo!()
    }
}
