//! PKCS#12 (RFC 7292).

use crate::{Error, key::PrivateKey, x509::CertificateView};

/// What an imported PKCS#12 holds.
pub struct Identity {
    /// The key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: CertificateView,
    /// The rest of the chain, leaf's issuer first.
    pub chain: Vec<CertificateView>,
}

/// Opens a PKCS#12 with its password.
pub fn open(der: &[u8], password: &str) -> Result<Identity, Error> {
    let _ = (der, password);
    todo!()
}
/// Reads a PEM bundle: certificate chain and key in any order.
pub fn open_pem(pem: &[u8]) -> Result<Identity, Error> {
    let _ = pem;
    todo!()
}
