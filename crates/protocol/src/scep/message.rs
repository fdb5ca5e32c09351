//! Requests as a client sent them.

use super::{
    MessageType, TransactionId,
    attribute::{Attributes, MESSAGE_TYPE, SENDER_NONCE},
};
use crate::{
    Error,
    cms::{self, ContentCipher, Digest},
    key::PrivateKey,
    x509::CertificateView,
};

/// A client's pkiMessage whose CMS signature verified. The envelope is still closed.
pub struct PkiMessage {
    /// messageType.
    pub message_type: MessageType,
    /// transactionID; `None` gets FAILURE badRequest for PKCSReq, RenewalReq and CertPoll.
    pub transaction_id: Option<TransactionId>,
    /// senderNonce, 1 to 64 octets; `None` when absent or of another length.
    pub sender_nonce: Option<Vec<u8>>,
    /// Certificate whose key signed: self-signed, or an earlier certificate of ours.
    pub signer: CertificateView,
    /// Digest to mirror.
    pub digest: Digest,
    /// The pkcsPKIEnvelope, still encrypted.
    pub envelope: Vec<u8>,
    allow_legacy: bool,
}

impl PkiMessage {
    /// Reads and verifies. `Err` here means: not a pkiMessage that can be answered (HTTP 400).
    pub fn parse(bytes: &[u8], allow_legacy: bool) -> Result<Self, Error> {
        let signed = cms::verify_signed_data(bytes, &[], allow_legacy)?;
        let attributes = Attributes(&signed.attributes);
        let number = attributes.number(MESSAGE_TYPE).ok_or(Error::Malformed { what: "pkiMessage without messageType" })?;
        let message_type = MessageType::from_number(number).filter(|t| *t != MessageType::CertRep);
        Ok(Self {
            message_type: message_type.ok_or(Error::Malformed { what: "messageType" })?,
            transaction_id: attributes.transaction_id(),
            sender_nonce: attributes.nonce(SENDER_NONCE),
            signer: signed.signer,
            digest: signed.digest,
            envelope: signed.content,
            allow_legacy,
        })
    }
    /// Opens the envelope with the RA key (or an earlier one). Single DES without the legacy switch is [`Error::Algorithm`].
    pub fn open(&self, recipients: &[(&CertificateView, &PrivateKey)]) -> Result<crate::cms::Opened, Error> {
        cms::decrypt_unless(&self.envelope, recipients, |cipher| cipher == ContentCipher::DesCbc && !self.allow_legacy)
    }
}
