//! Certificate profiles (RFC 5280 sense): usages, key rules, validity.

use protocol::x509::{ExtendedKeyUsage, KeyUsage};

/// Purpose of the transport identity and of nothing else, so that no relying party takes it for a person's certificate:
/// 2.25 followed by the integer of the UUID 450fa1fd-11ad-4e63-962c-7238ce474f7a (ITU-T X.667 clause 7; docs/conformance.md).
pub const TRANSPORT_PURPOSE: &str = "2.25.91797901680179281187996985016445259642";

/// `documentEncryption` of Microsoft, the purpose that document encryption programs look for; RFC 9336 covers signing only.
const DOCUMENT_ENCRYPTION: &str = "1.3.6.1.4.1.311.80.1";

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
    /// All of them, in the order of the screens.
    pub const ALL: [ProfileName; 5] =
        [ProfileName::Signing, ProfileName::Encryption, ProfileName::Authentication, ProfileName::Document, ProfileName::Functional];

    /// The built-in definition.
    pub fn definition(self) -> CertificateProfile {
        let signature = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::CONTENT_COMMITMENT);
        let (key_usage, purpose, days, with_address, by_scep) = match self {
            // RFC 8550 4.4.2 and apple-ota.md 6.1: contentCommitment alone does not pass on iPhones, so digitalSignature is beside it.
            ProfileName::Signing | ProfileName::Functional => (signature, ExtendedKeyUsage::EmailProtection, 730, true, true),
            ProfileName::Encryption => (KeyUsage::KEY_ENCIPHERMENT, ExtendedKeyUsage::EmailProtection, 730, true, false),
            // keyEncipherment for TLS 1.2 with RSA key exchange, which some VPN gateways still ask of clients.
            ProfileName::Authentication => {
                (KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT), ExtendedKeyUsage::ClientAuth, 365, false, true)
            }
            ProfileName::Document => (
                KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT),
                ExtendedKeyUsage::Other(DOCUMENT_ENCRYPTION.to_owned()),
                730,
                false,
                false,
            ),
        };
        CertificateProfile { name: self, key_usage, extended_key_usage: vec![purpose], days, with_address, by_scep }
    }
    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }
    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            ProfileName::Signing => "signing",
            ProfileName::Encryption => "encryption",
            ProfileName::Authentication => "authentication",
            ProfileName::Document => "document",
            ProfileName::Functional => "functional",
        }
    }
    /// Key Usage of Apple's SCEP payload: 1 signing, 4 encryption, 5 both (apple-ota.md 2.1).
    pub fn apple_key_usage(self) -> u8 {
        let usage = self.definition().key_usage;
        u8::from(usage.has(KeyUsage::DIGITAL_SIGNATURE)) + 4 * u8::from(usage.has(KeyUsage::KEY_ENCIPHERMENT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for name in ProfileName::ALL {
            assert_eq!(ProfileName::parse(name.as_str()), Some(name));
            assert_eq!(name.definition().name, name);
        }
        assert_eq!(ProfileName::parse("Signing"), None);
        assert_eq!(ProfileName::parse("transport"), None, "the transport identity is no certificate profile");
    }

    #[test]
    fn keys_that_decrypt_are_never_enrolled_by_scep() {
        for name in ProfileName::ALL {
            let profile = name.definition();
            let decrypts_only = !profile.key_usage.has(KeyUsage::DIGITAL_SIGNATURE);
            assert_eq!(profile.by_scep, !decrypts_only, "{}", name.as_str());
        }
    }

    #[test]
    fn signing_and_encryption_are_separate_keys_and_two_years() {
        let (signing, encryption) = (ProfileName::Signing.definition(), ProfileName::Encryption.definition());
        assert!(!signing.key_usage.has(KeyUsage::KEY_ENCIPHERMENT));
        assert!(!encryption.key_usage.has(KeyUsage::DIGITAL_SIGNATURE));
        assert_eq!((signing.days, encryption.days, ProfileName::Authentication.definition().days), (730, 730, 365));
    }

    #[test]
    fn apples_key_usage_follows_the_profile() {
        assert_eq!(ProfileName::Signing.apple_key_usage(), 1);
        assert_eq!(ProfileName::Encryption.apple_key_usage(), 4);
        assert_eq!(ProfileName::Authentication.apple_key_usage(), 5);
    }
}
