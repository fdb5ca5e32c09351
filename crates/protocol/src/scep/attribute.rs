//! The signed attributes of a pkiMessage (RFC 8894 section 3.2.1).

use super::TransactionId;
use crate::cms::{
    self, Attribute,
    ber::{self, Element, OCTET_STRING, PRINTABLE_STRING},
};

pub(super) const MESSAGE_TYPE: &str = "2.16.840.1.113733.1.9.2";
pub(super) const PKI_STATUS: &str = "2.16.840.1.113733.1.9.3";
pub(super) const FAIL_INFO: &str = "2.16.840.1.113733.1.9.4";
pub(super) const SENDER_NONCE: &str = "2.16.840.1.113733.1.9.5";
pub(super) const RECIPIENT_NONCE: &str = "2.16.840.1.113733.1.9.6";
pub(super) const TRANSACTION_ID: &str = "2.16.840.1.113733.1.9.7";

const MAX_TRANSACTION_ID: usize = 255;
const MAX_NONCE: usize = 64;

/// UTF8String, PrintableString, T61String, IA5String and OCTET STRING: what clients put where a PrintableString should be.
const TEXT_TAGS: [u8; 5] = [0x0c, PRINTABLE_STRING, 0x14, 0x16, OCTET_STRING];

/// A PrintableString attribute; iPhones read nothing else in messageType and pkiStatus.
pub(super) fn printable(oid: &str, value: &[u8]) -> Attribute {
    Attribute { oid: oid.to_owned(), value: ber::element(PRINTABLE_STRING, &[value]) }
}

/// An OCTET STRING attribute.
pub(super) fn octets(oid: &str, value: &[u8]) -> Attribute {
    Attribute { oid: oid.to_owned(), value: ber::element(OCTET_STRING, &[value]) }
}

/// Verified attributes, looked up by type; everything unknown is passed over.
pub(super) struct Attributes<'a>(pub(super) &'a [Attribute]);

impl Attributes<'_> {
    fn element(&self, oid: &str) -> Option<Element<'_>> {
        self.0.iter().find(|a| a.oid == oid).and_then(|a| ber::parse(&a.value).ok())
    }

    fn text(&self, oid: &str) -> Option<&[u8]> {
        self.element(oid).filter(|e| TEXT_TAGS.contains(&e.tag)).map(|e| e.body)
    }

    /// A small decimal number written as text.
    pub(super) fn number(&self, oid: &str) -> Option<u8> {
        std::str::from_utf8(self.text(oid)?).ok()?.parse().ok()
    }

    /// transactionID of 1 to 255 octets.
    pub(super) fn transaction_id(&self) -> Option<TransactionId> {
        let id = self.text(TRANSACTION_ID).filter(|id| (1..=MAX_TRANSACTION_ID).contains(&id.len()))?;
        Some(TransactionId(id.to_vec()))
    }

    /// A nonce of 1 to 64 octets.
    pub(super) fn nonce(&self, oid: &str) -> Option<Vec<u8>> {
        let nonce = self.element(oid).filter(|e| e.tag == OCTET_STRING)?.body;
        (1..=MAX_NONCE).contains(&nonce.len()).then(|| nonce.to_vec())
    }
}

/// The attributes of a SET as if its signature had verified: the part of reading a pkiMessage that fuzzing would not get to.
pub(crate) fn read_attributes(set: &[u8]) -> Option<(u8, TransactionId, Vec<u8>)> {
    let attributes = ber::parse(set).and_then(cms::read_attributes).ok()?;
    let attributes = Attributes(&attributes);
    Some((attributes.number(MESSAGE_TYPE)?, attributes.transaction_id()?, attributes.nonce(SENDER_NONCE)?))
}
