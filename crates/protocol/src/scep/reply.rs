//! CertRep as the authority sends it (RFC 8894 section 3.3.2).

use super::{
    FailInfo, TransactionId,
    attribute::{self, FAIL_INFO, MESSAGE_TYPE, PKI_STATUS, RECIPIENT_NONCE, SENDER_NONCE, TRANSACTION_ID},
};
use crate::{
    Error,
    cms::{self, ContentCipher, Digest, KeyTransport, SigningIdentity},
    x509::CertificateView,
};

/// What a CertRep says.
pub enum CertRep<'a> {
    /// SUCCESS with exactly one certificate: the issued one, or for GetCert the one that was asked for.
    Certificate(&'a CertificateView),
    /// The same, and behind it the certificate of the CA that issued it, for clients that want both (docs/conformance.md Q24).
    WithIssuer(&'a CertificateView, &'a CertificateView),
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

/// Builds a CertRep pkiMessage, DER, signed by the RA. The envelope carries the issued certificate first, and alone unless its issuer is
/// wanted behind it; outside of the envelope stands the RA's certificate, never the issued one.
pub fn cert_rep(reply: &CertRep<'_>, parameters: &ReplyParameters<'_>, ra: &SigningIdentity<'_>) -> Result<Vec<u8>, Error> {
    let (status, fail_info, content) = match reply {
        CertRep::Certificate(certificate) => ("0", None, Some(cms::certs_only(&[certificate])?)),
        CertRep::WithIssuer(certificate, issuer) => ("0", None, Some(cms::certs_only(&[certificate, issuer])?)),
        CertRep::Crl(crl) => ("0", None, Some(cms::crl_only(crl)?)),
        CertRep::Failure(reason) => ("2", Some(*reason), None),
        CertRep::Pending => ("3", None, None),
    };
    // RFC 8894 3.2.2 wants no envelope in PENDING and FAILURE; clients built on OpenSSL's PKCS7_verify want some content.
    let envelope = match content {
        Some(content) => cms::encrypt(&content, parameters.recipient, parameters.cipher, parameters.transport)?,
        None => Vec::new(),
    };
    let mut attributes = vec![
        attribute::printable(MESSAGE_TYPE, b"3"),
        attribute::printable(PKI_STATUS, status.as_bytes()),
        attribute::octets(SENDER_NONCE, &parameters.sender_nonce),
    ];
    if let Some(reason) = fail_info {
        attributes.push(attribute::printable(FAIL_INFO, reason.number().to_string().as_bytes()));
    }
    if let Some(id) = parameters.transaction_id {
        attributes.push(attribute::printable(TRANSACTION_ID, &id.0));
    }
    if let Some(nonce) = parameters.recipient_nonce {
        attributes.push(attribute::octets(RECIPIENT_NONCE, nonce));
    }
    cms::sign(&envelope, ra, parameters.digest, Some(parameters.signing_time), attributes, true)
}
