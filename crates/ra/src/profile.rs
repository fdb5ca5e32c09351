//! Certificate profiles (RFC 5280 sense): usages, key rules, validity.

use protocol::x509::{ExtendedKeyUsage, KeyUsage};

/// The built-in certificate profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileName {
    /// S/MIME signing.
    Signing,
    /// S/MIME encryption (made here, never by SCEP).
    Encryption,
    /// Client authentication for VPN and Wi-Fi.
    Authentication,
    /// Document encryption.
    Document,
    /// Functional mailbox.
    Functional,
}

/// A certificate profile.
#[derive(Debug, Clone)]
pub struct CertificateProfile {
    /// Its name.
    pub name: ProfileName,
    /// keyUsage.
    pub key_usage: KeyUsage,
    /// extendedKeyUsage.
    pub extended_key_usage: Vec<ExtendedKeyUsage>,
    /// Days of validity.
    pub days: u32,
    /// The certificate states mail addresses (then each mailbox must be validated).
    pub with_address: bool,
    /// May be asked for by SCEP (key made on the device).
    pub by_scep: bool,
}

impl ProfileName {
    /// The built-in definition.
    pub fn definition(self) -> CertificateProfile {
        todo!()
    }
    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }
    /// The name.
    pub fn as_str(self) -> &'static str {
        todo!()
    }
}
