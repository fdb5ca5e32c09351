//! The CAs that certify devices: pinned by name and key, nothing else of their certificates counts.

use crate::{Error, key::PublicKey, x509::CertificateView};
use openssl::x509::X509;

/// Apple's, serial 1, RSA-1024, notAfter 2014: still the issuer of every device certificate.
const APPLE: &[u8] = include_bytes!("../../data/apple-device-ca/apple-iphone-device-ca.pem");

/// A device CA: the direct issuer of device certificates.
#[derive(Clone)]
pub struct DeviceCa {
    /// For logs and the timeline: the subject of its certificate.
    pub name: String,
    subject_der: Vec<u8>,
    key: PublicKey,
}

impl DeviceCa {
    /// Apple's own ("Apple iPhone Device CA"). The CAs above it are not trusted here: developers' certificates chain to the
    /// same root.
    pub fn apple() -> Result<Self, Error> {
        Self::from_pem(APPLE)?.into_iter().next().ok_or(Error::Malformed { what: "Apple's device CA" })
    }

    /// A further one, by its certificate.
    pub fn new(certificate: &CertificateView) -> Self {
        DeviceCa {
            name: certificate.subject.to_string(),
            subject_der: certificate.subject_der.clone(),
            key: certificate.public_key.clone(),
        }
    }

    /// Every certificate of a PEM file (`--device-ca`); an empty file is an error.
    pub fn from_pem(pem: &[u8]) -> Result<Vec<Self>, Error> {
        let malformed = || Error::Malformed { what: "device CA file" };
        let certificates = X509::stack_from_pem(pem).map_err(|_| malformed())?;
        if certificates.is_empty() {
            return Err(malformed());
        }
        certificates.iter().map(|c| Ok(Self::new(&CertificateView::from_der(&c.to_der()?)?))).collect()
    }

    /// Issued by this CA: the issuer is its name, octet for octet, and the signature verifies with its key. Dates are
    /// ignored (Apple's expired in 2014) and SHA-1 is allowed (all of Apple's are), MD5 never.
    pub(super) fn issued(&self, certificate: &CertificateView) -> bool {
        certificate.issuer_der == self.subject_der && certificate.verify_signature(&self.key, true).is_ok()
    }
}
