//! Certificates are built by rcgen with an OpenSSL key behind its signing trait.

use super::{DistinguishedName, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName, Validity};
use crate::{Error, key::PublicKey};

/// nameConstraints of a CA (RFC 5280 4.2.1.10): permitted subtrees only, critical.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameConstraints {
    /// Permitted mail domains (host part).
    pub rfc822_domains: Vec<String>,
    /// Permitted DNS subtrees.
    pub dns_names: Vec<String>,
    /// Permitted address ranges (address, prefix length).
    pub ip_ranges: Vec<(std::net::IpAddr, u8)>,
}

/// Everything that will stand in a certificate. Nothing is taken from a request but the key.
#[derive(Clone)]
pub struct CertificateSpec {
    /// Serial number.
    pub serial: SerialNumber,
    /// Subject DN (may be empty when a SAN is there; then the SAN is critical).
    pub subject: DistinguishedName,
    /// subjectAltName.
    pub san: Vec<SubjectAltName>,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// Subject's key.
    pub public_key: PublicKey,
    /// keyUsage, critical.
    pub key_usage: KeyUsage,
    /// extendedKeyUsage; none: no extension.
    pub extended_key_usage: Vec<ExtendedKeyUsage>,
    /// `Some(path length)`: a CA certificate.
    pub ca: Option<Option<u8>>,
    /// nameConstraints (CA only).
    pub name_constraints: Option<NameConstraints>,
    /// certificatePolicies: (OID, CPS URI).
    pub policies: Vec<(String, Option<String>)>,
    /// cRLDistributionPoints URIs.
    pub crl_urls: Vec<String>,
    /// authorityInfoAccess caIssuers URIs.
    pub ca_issuer_urls: Vec<String>,
    /// authorityInfoAccess OCSP URIs.
    pub ocsp_urls: Vec<String>,
    /// id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1).
    pub ocsp_nocheck: bool,
}

/// The key that signs certificates: a CA key in this program now, an HSM or an upstream CA later.
pub trait Authority {
    /// The CA certificate, DER; `None` for a self-signed root in the making (then the spec's own subject and key are the issuer's).
    fn certificate(&self) -> Option<&[u8]>;
    /// The CA's public key.
    fn public_key(&self) -> &PublicKey;
    /// Signs TBS bytes with SHA-256 (RSA PKCS#1 v1.5) or ECDSA.
    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, Error>;
}

/// Signs `spec`; the result is DER. The authorityKeyIdentifier is the issuer's subjectKeyIdentifier, and the issuer name is
/// byte for byte the subject of the issuer's certificate.
pub fn sign_certificate(spec: &CertificateSpec, authority: &dyn Authority) -> Result<Vec<u8>, Error> {
    let _ = (spec, authority);
    todo!()
}
