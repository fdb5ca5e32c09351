//! What a certificate is good for, as relying parties read it there: not what its profile is called, for a functional mailbox may sign,
//! be encrypted to, or both.

use crate::profile;
use protocol::x509::{CertificateView, ExtendedKeyUsage, KeyUsage, SubjectAltName};

/// anyExtendedKeyUsage (RFC 5280 4.2.1.12).
pub(super) const ANY: &str = "2.5.29.37.0";
/// Purposes by which nothing is opened that lasts: TLS of both sides, signatures (code, time, OCSP, documents), sign-in to Windows and Kerberos.
const OPEN_NOTHING: [&str; 8] = [
    "1.3.6.1.5.5.7.3.1",
    "1.3.6.1.5.5.7.3.2",
    "1.3.6.1.5.5.7.3.3",
    "1.3.6.1.5.5.7.3.8",
    "1.3.6.1.5.5.7.3.9",
    "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.20.2.2",
    "1.3.6.1.5.2.3.4",
];

/// A set of uses. It stands in the row of the certificate of a person, so that a million of them are asked without reading one; those of
/// transport certificates and of our own have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uses(u8);

impl Uses {
    /// Nothing.
    pub(crate) const NONE: Uses = Uses(0);
    /// Mail is signed with it.
    pub(crate) const SIGNS_MAIL: Uses = Uses(1);
    /// Mail is encrypted to it.
    pub(crate) const READS_MAIL: Uses = Uses(1 << 1);
    /// VPN and Wi-Fi let it in.
    pub(crate) const SIGNS_IN: Uses = Uses(1 << 2);
    /// Documents are encrypted to it.
    pub(crate) const READS_DOCUMENTS: Uses = Uses(1 << 3);

    /// What keyUsage, extendedKeyUsage and the names allow. An extension that is not there limits nothing (RFC 5280 4.2.1.3, 4.2.1.12),
    /// but that a key which says nothing of itself opens something is not presumed (RFC 8550 4.4.2 presumes it of signatures alone).
    pub(crate) fn of(view: &CertificateView) -> Self {
        use ExtendedKeyUsage::{ClientAuth, EmailProtection};
        let any = view.extended_key_usage.is_empty() || view.extended_key_usage.iter().any(|purpose| purpose.oid() == ANY);
        let purpose = |of: &ExtendedKeyUsage| any || view.extended_key_usage.contains(of);
        let usages = |of: [KeyUsage; 2]| view.key_usage.map(|usage| of.into_iter().any(|one| usage.has(one)));
        let signs = usages([KeyUsage::DIGITAL_SIGNATURE, KeyUsage::CONTENT_COMMITMENT]).unwrap_or(true);
        let enciphers = usages([KeyUsage::KEY_ENCIPHERMENT, KeyUsage::KEY_AGREEMENT]).unwrap_or(false);
        let opening = || view.extended_key_usage.iter().map(ExtendedKeyUsage::oid).filter(|oid| !OPEN_NOTHING.contains(oid));
        let opens = (any || opening().next().is_some()) && view.key_usage.is_some_and(|usage| profile::decrypts(usage, opening()));
        // Mail programs take it (RFC 8550 4.4.4): keys for signing in and for documents have the same bits, and other purposes.
        let mail = purpose(&EmailProtection) && view.san.iter().any(|name| matches!(name, SubjectAltName::Rfc822Name(_)));
        let further = opening().any(|oid| oid != EmailProtection.oid());
        Uses::NONE
            .with(Uses::SIGNS_MAIL, mail && signs)
            .with(Uses::READS_MAIL, mail && enciphers)
            .with(Uses::SIGNS_IN, purpose(&ClientAuth) && signs)
            .with(Uses::READS_DOCUMENTS, opens && (further || !(mail && enciphers)))
    }

    fn with(self, other: Uses, so: bool) -> Self {
        if so { Uses(self.0 | other.0) } else { self }
    }

    /// All of `other` are in this set.
    pub(crate) fn has(self, other: Uses) -> bool {
        self.0 & other.0 == other.0
    }

    /// As it stands in the store (`certificate.uses`).
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// The set that stands in the store so.
    pub(crate) fn from_bits(bits: u8) -> Self {
        Uses(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::{CertificateView, ExtendedKeyUsage, KeyUsage, SubjectAltName, Uses};
    use crate::{certificate::signed, testing};

    #[test]
    fn what_a_certificate_is_good_for_is_read_in_it() {
        use ExtendedKeyUsage::{ClientAuth, EmailProtection};
        let (authority, _clock, _folder) = testing::authority();
        testing::department(&authority);
        let any = signed(&authority, "Alice");
        let documents = || ExtendedKeyUsage::from_oid(crate::profile::DOCUMENT_ENCRYPTION);
        let uses = |key_usage: KeyUsage, purposes: Vec<ExtendedKeyUsage>| {
            Uses::of(&CertificateView { key_usage: Some(key_usage), extended_key_usage: purposes, ..any.clone() }).bits()
        };
        let (sign, enciphers) = (KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_ENCIPHERMENT);
        assert_eq!(uses(sign, vec![EmailProtection]), 1);
        assert_eq!(uses(KeyUsage::CONTENT_COMMITMENT, vec![EmailProtection]), 1);
        assert_eq!(uses(enciphers, vec![EmailProtection]), 2);
        assert_eq!(uses(KeyUsage::KEY_AGREEMENT, vec![EmailProtection]), 2);
        assert_eq!(uses(sign.and(enciphers), vec![EmailProtection]), 3);
        assert_eq!(uses(sign.and(enciphers), vec![ClientAuth]), 4, "keyEncipherment beside clientAuth alone is for TLS sessions");
        assert_eq!(uses(sign, vec![EmailProtection, ClientAuth]), 5);
        assert_eq!(uses(enciphers.and(KeyUsage::DATA_ENCIPHERMENT), vec![documents()]), 8);
        assert_eq!(uses(enciphers, vec![EmailProtection, documents()]), 10);
        // What signs documents or in to Windows opens none, and whatever serves any purpose serves mail and sign-in.
        let smart_card = || ExtendedKeyUsage::from_oid("1.3.6.1.4.1.311.20.2.2");
        assert_eq!(uses(enciphers, vec![EmailProtection, ExtendedKeyUsage::DocumentSigning, smart_card()]), 2);
        assert_eq!(uses(sign.and(enciphers), vec![ClientAuth, smart_card()]), 4);
        assert_eq!(uses(enciphers, vec![ExtendedKeyUsage::ServerAuth]), 0, "what a server opens is a session");
        assert_eq!(uses(sign, vec![ExtendedKeyUsage::from_oid(super::ANY)]), 5);
        assert_eq!(uses(sign.and(enciphers), vec![ExtendedKeyUsage::from_oid(super::ANY)]), 15);
        // Without an address no mail program takes it; without extensions it may sign anything, and opens nothing.
        let nameless = CertificateView { san: Vec::new(), extended_key_usage: vec![EmailProtection], ..any.clone() };
        assert!(!Uses::of(&nameless).has(Uses::SIGNS_MAIL));
        let bare = CertificateView { key_usage: None, extended_key_usage: Vec::new(), ..any };
        assert!(bare.san.iter().any(|name| matches!(name, SubjectAltName::Rfc822Name(_))));
        assert_eq!(Uses::of(&bare).bits(), 5);
    }
}
