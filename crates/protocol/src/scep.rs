//! SCEP (RFC 8894): pkiMessages of both sides, GetCACaps words, and GET's base64 variants.

use crate::{
    Error,
    cms::{ContentCipher, Digest, KeyTransport, SigningIdentity},
    key::PrivateKey,
    x509::{CertificateView, SerialNumber},
};

/// messageType (RFC 8894 3.2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// 3
    CertRep,
    /// 17
    RenewalReq,
    /// 19
    PkcsReq,
    /// 20
    CertPoll,
    /// 21
    GetCert,
    /// 22
    GetCrl,
}

/// failInfo (RFC 8894 3.2.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum FailInfo {
    /// 0
    #[error("badAlg")]
    BadAlg,
    /// 1
    #[error("badMessageCheck")]
    BadMessageCheck,
    /// 2
    #[error("badRequest")]
    BadRequest,
    /// 3
    #[error("badTime")]
    BadTime,
    /// 4
    #[error("badCertId")]
    BadCertId,
}

/// transactionID: opaque, 1 to 255 octets, echoed byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TransactionId(pub Vec<u8>);

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
}

impl PkiMessage {
    /// Reads and verifies. `Err` here means: not a pkiMessage that can be answered (HTTP 400).
    pub fn parse(bytes: &[u8], allow_legacy: bool) -> Result<Self, Error> {
        let _ = (bytes, allow_legacy);
        todo!()
    }
    /// Opens the envelope with the RA key (or an earlier one).
    pub fn open(&self, recipients: &[(&CertificateView, &PrivateKey)]) -> Result<crate::cms::Opened, Error> {
        let _ = recipients;
        todo!()
    }
}

/// IssuerAndSubject of CertPoll (RFC 8894 3.3.3), names as DER.
pub struct IssuerAndSubject {
    /// Issuer Name, DER.
    pub issuer: Vec<u8>,
    /// Subject Name, DER.
    pub subject: Vec<u8>,
}
impl IssuerAndSubject {
    /// Reads DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let _ = der;
        todo!()
    }
}
/// IssuerAndSerialNumber of GetCert and GetCRL (RFC 8894 3.3.4, 3.3.5).
pub struct IssuerAndSerial {
    /// Issuer Name, DER.
    pub issuer: Vec<u8>,
    /// Serial number.
    pub serial: SerialNumber,
}
impl IssuerAndSerial {
    /// Reads DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let _ = der;
        todo!()
    }
}

/// What a CertRep says.
pub enum CertRep<'a> {
    /// SUCCESS with exactly one certificate (the issued one), or for GetCRL a CRL.
    Certificate(&'a CertificateView),
    /// SUCCESS to GetCRL.
    Crl(&'a [u8]),
    /// PENDING, with an empty OCTET STRING as content.
    Pending,
    /// FAILURE.
    Failure(FailInfo),
}

/// How to answer: mirrors of the request.
pub struct ReplyParameters<'a> {
    /// transactionID to echo (empty when the request had none: attribute left out).
    pub transaction_id: Option<&'a TransactionId>,
    /// recipientNonce = the request's senderNonce.
    pub recipient_nonce: Option<&'a [u8]>,
    /// Fresh 16 octets.
    pub sender_nonce: [u8; 16],
    /// Digest.
    pub digest: Digest,
    /// Content cipher.
    pub cipher: ContentCipher,
    /// Key transport.
    pub transport: KeyTransport,
    /// To whom the content is encrypted: the request's signer certificate.
    pub recipient: &'a CertificateView,
    /// Our time.
    pub signing_time: crate::Timestamp,
}

/// Builds a CertRep pkiMessage, DER, signed by the RA.
pub fn cert_rep(reply: &CertRep<'_>, parameters: &ReplyParameters<'_>, ra: &SigningIdentity<'_>) -> Result<Vec<u8>, Error> {
    let _ = (reply, parameters, ra);
    todo!()
}

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
    let _ = (message_type, content, transaction_id, sender_nonce, recipient, cipher, transport, digest, signer);
    todo!()
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
    let _ = (bytes, ra, key, certificate);
    todo!()
}

/// Decodes the `message` of a GET PKIOperation from the **raw** (undecoded) query, in every variant of real clients: `%2B`, raw
/// `+`, blanks, line breaks, double escapes, URL-safe alphabet, missing padding (scep.md Q1).
pub fn decode_get_message(raw: &str) -> Result<Vec<u8>, Error> {
    let _ = raw;
    todo!()
}
