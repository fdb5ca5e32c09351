//! The client's side, for the simulated devices.

use super::{
    FailInfo, MessageType, TransactionId,
    attribute::{self, Attributes, FAIL_INFO, MESSAGE_TYPE, PKI_STATUS, RECIPIENT_NONCE, SENDER_NONCE, TRANSACTION_ID},
};
use crate::{
    Error,
    cms::{self, ContentCipher, Digest, KeyTransport, SigningIdentity},
    key::PrivateKey,
    x509::CertificateView,
};

/// Client side: builds a request pkiMessage around `content` (CSR, IssuerAndSubject, ...).
#[allow(clippy::too_many_arguments)]
pub fn pki_message(
    message_type: MessageType,
    content: &[u8],
    transaction_id: &TransactionId,
    sender_nonce: &[u8],
    recipient: &CertificateView,
    cipher: ContentCipher,
    transport: KeyTransport,
    digest: Digest,
    signer: &SigningIdentity<'_>,
) -> Result<Vec<u8>, Error> {
    let envelope = cms::encrypt(content, recipient, cipher, transport)?;
    let attributes = vec![
        attribute::printable(MESSAGE_TYPE, message_type.number().to_string().as_bytes()),
        attribute::printable(TRANSACTION_ID, &transaction_id.0),
        attribute::octets(SENDER_NONCE, sender_nonce),
    ];
    cms::sign(&envelope, signer, digest, None, attributes, true)
}

/// Client side: a CertRep as received.
pub struct ReceivedCertRep {
    /// pkiStatus: 0, 2 or 3.
    pub status: u8,
    /// failInfo when status is 2.
    pub fail_info: Option<FailInfo>,
    /// transactionID echoed.
    pub transaction_id: Option<TransactionId>,
    /// recipientNonce.
    pub recipient_nonce: Option<Vec<u8>>,
    /// senderNonce.
    pub sender_nonce: Option<Vec<u8>>,
    /// Who signed it.
    pub signer: CertificateView,
    /// Certificates of the decrypted content.
    pub certificates: Vec<CertificateView>,
    /// CRL of the decrypted content.
    pub crl: Option<Vec<u8>>,
    /// Cipher seen (for tests of mirroring).
    pub cipher: Option<ContentCipher>,
    /// Transport seen.
    pub transport: Option<KeyTransport>,
    /// Digest seen.
    pub digest: Digest,
}

/// Client side: verifies and opens a CertRep. `ra` is the expected signer.
pub fn read_cert_rep(
    bytes: &[u8],
    ra: &CertificateView,
    key: &PrivateKey,
    certificate: &CertificateView,
) -> Result<ReceivedCertRep, Error> {
    let signed = cms::verify_signed_data(bytes, std::slice::from_ref(ra), true)?;
    if signed.signer.der != ra.der {
        return Err(Error::Signature { what: "CertRep, signed by another than the RA" });
    }
    let attributes = Attributes(&signed.attributes);
    if attributes.number(MESSAGE_TYPE) != Some(MessageType::CertRep.number()) {
        return Err(Error::Malformed { what: "CertRep" });
    }
    let status = attributes.number(PKI_STATUS).filter(|s| matches!(s, 0 | 2 | 3)).ok_or(Error::Malformed { what: "pkiStatus" })?;
    let mut received = ReceivedCertRep {
        status,
        fail_info: attributes.number(FAIL_INFO).and_then(FailInfo::from_number),
        transaction_id: attributes.transaction_id(),
        recipient_nonce: attributes.nonce(RECIPIENT_NONCE),
        sender_nonce: attributes.nonce(SENDER_NONCE),
        signer: signed.signer,
        certificates: Vec::new(),
        crl: None,
        cipher: None,
        transport: None,
        digest: signed.digest,
    };
    if status == 0 {
        let opened = cms::decrypt(&signed.content, &[(certificate, key)])?;
        (received.certificates, received.crl) = cms::read_certificates_and_crl(&opened.content)?;
        received.cipher = Some(opened.cipher);
        received.transport = Some(opened.transport);
    }
    Ok(received)
}
