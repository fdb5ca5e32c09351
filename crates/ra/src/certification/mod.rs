//! Our own keys and certificates: root, issuing CA, RA, profile signer, TLS.

use crate::{Enroller, Operator, Result, authority::Inner};
use protocol::{
    cms::SigningIdentity,
    key::{PrivateKey, PublicKey},
    x509::CertificateView,
};
use std::sync::Arc;

/// A certificate of ours with its key in memory.
pub(crate) struct Identity {
    pub(crate) certificate: CertificateView,
    pub(crate) key: PrivateKey,
    pub(crate) public_key: PublicKey,
    /// Issuer chain without the root.
    pub(crate) chain: Vec<CertificateView>,
}

impl Identity {
    /// For CMS.
    pub(crate) fn signing(&self) -> SigningIdentity<'_> {
        SigningIdentity { certificate: &self.certificate, key: &self.key, chain: &self.chain }
    }
}

impl protocol::x509::Authority for Identity {
    fn certificate(&self) -> Option<&[u8]> {
        Some(&self.certificate.der)
    }
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
    fn sign(&self, tbs: &[u8]) -> std::result::Result<Vec<u8>, protocol::Error> {
        self.key.sign(tbs)
    }
}

impl Inner {
    /// The issuing CA (cached; keys are opened once).
    pub(crate) fn issuing_ca(&self) -> Result<Arc<Identity>> {
        todo!()
    }
    /// The SCEP RA; earlier ones follow, newest first, for messages encrypted to them.
    pub(crate) fn scep_ra(&self) -> Result<Vec<Arc<Identity>>> {
        todo!()
    }
    /// The signer of configuration profiles.
    pub(crate) fn profile_signer(&self) -> Result<Arc<Identity>> {
        todo!()
    }
    /// The root's certificate.
    pub(crate) fn root_certificate(&self) -> Result<Arc<CertificateView>> {
        todo!()
    }
    /// URLs to write into certificates: (CDP, caIssuers); empty when the department has no lasting status address.
    pub(crate) fn status_urls(&self) -> Result<(Vec<String>, Vec<String>)> {
        todo!()
    }
}

/// What the TLS listener needs.
pub struct TlsIdentity {
    /// Chain, leaf first, DER, without the root.
    pub chain: Vec<Vec<u8>>,
    /// PKCS#8 of the key.
    pub key: zeroize::Zeroizing<Vec<u8>>,
    /// Issued by our own CA (phones must trust the root first).
    pub private_root: bool,
    /// Changes when the identity changes: reload the listener.
    pub fingerprint: String,
}

/// A CA certificate for people and relying parties.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CaCertificate {
    /// `root` or `issuing`.
    pub name: &'static str,
    /// DER.
    #[serde(skip)]
    pub der: Vec<u8>,
    /// PEM.
    pub pem: String,
    /// SHA-256, hex upper-case.
    pub sha256: String,
    /// SHA-256 as words to compare by eye (16 words of the first 128 bits).
    pub words: Vec<&'static str>,
    /// SHA-256 as a 5 x 5 symmetric picture, row by row (true = ink), to compare by eye.
    pub picture: Vec<bool>,
}

impl Enroller {
    /// The TLS identity for the portal; renews and re-issues our own one when it is near its end or the hosts changed.
    pub fn tls_identity(&self) -> Result<TlsIdentity> {
        todo!()
    }
    /// Root and issuing CA.
    pub fn ca_certificates(&self) -> Result<Vec<CaCertificate>> {
        todo!()
    }
    /// Current CRL of `root` or `issuing`, DER; generated when it is due.
    pub fn crl(&self, name: &str) -> Result<Vec<u8>> {
        let _ = name;
        todo!()
    }
    /// Is everything there that serving needs (keys open, CA there)?
    pub fn ready(&self) -> Result<()> {
        todo!()
    }
}

impl Operator {
    /// Imports the portal's TLS certificate (PKCS#12 with `password`, or PEM with key), checked against the public URL's host.
    pub fn import_tls(&self, file: &[u8], password: Option<&str>) -> Result<()> {
        let _ = (file, password);
        todo!()
    }
    /// Moves the root's key into a passphrase-encrypted file (PKCS#8 PEM) and takes it out of this folder after reading the file back.
    pub fn move_root_key(&self, to: &std::path::Path, passphrase: &str) -> Result<()> {
        let _ = (to, passphrase);
        todo!()
    }
    /// Root and issuing CA.
    pub fn ca_certificates(&self) -> Result<Vec<CaCertificate>> {
        todo!()
    }
}
