//! pkiMessages (RFC 8894 3): requests as a client signs them, answers as Apple's client judges them.

use crate::{
    Encoding, Error, Identity, ScepError,
    wire::{
        ContentCipher, Digest, KeyTransport,
        cms::{self, SignedData, SignerInfo, SigningOptions},
        der::Der,
        oid,
    },
};
use openssl::{
    hash::{MessageDigest, hash},
    x509::X509,
};

/// messageType of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
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

impl MessageType {
    fn number(self) -> &'static str {
        match self {
            MessageType::RenewalReq => "17",
            MessageType::PkcsReq => "19",
            MessageType::CertPoll => "20",
            MessageType::GetCert => "21",
            MessageType::GetCrl => "22",
        }
    }
}

/// Algorithms and encoding of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Algorithms {
    /// Content cipher.
    pub cipher: ContentCipher,
    /// Key transport.
    pub transport: KeyTransport,
    /// Digest of the signature (and of the CSR).
    pub digest: Digest,
    /// DER or BER.
    pub encoding: Encoding,
}

impl Default for Algorithms {
    fn default() -> Self {
        Algorithms { cipher: ContentCipher::Aes128Cbc, transport: KeyTransport::Pkcs1v15, digest: Digest::Sha256, encoding: Encoding::Der }
    }
}

/// A signed request with what is needed to read its answer.
#[derive(Clone)]
pub struct Prepared {
    /// The pkiMessage.
    pub body: Vec<u8>,
    /// transactionID.
    pub transaction_id: String,
    /// senderNonce.
    pub sender_nonce: Vec<u8>,
    /// Who signed it and can open the answer.
    pub signer: Identity,
}

/// pkiStatus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 0
    Success,
    /// 2
    Failure,
    /// 3
    Pending,
}

/// A CertRep that was verified and opened.
pub struct Reply {
    /// pkiStatus.
    pub status: Status,
    /// failInfo, with FAILURE.
    pub fail_info: Option<u8>,
    /// transactionID.
    pub transaction_id: Option<String>,
    /// recipientNonce.
    pub recipient_nonce: Option<Vec<u8>>,
    /// senderNonce.
    pub sender_nonce: Option<Vec<u8>>,
    /// Certificates of the content, in order.
    pub certificates: Vec<X509>,
    /// CRLs of the content, DER.
    pub crls: Vec<Vec<u8>>,
    /// Digest of the signature.
    pub digest: Digest,
    /// Cipher and key transport of the content, with SUCCESS.
    pub envelope: Option<(ContentCipher, KeyTransport)>,
}

/// 40 upper-case hexadecimal digits of SHA-1 over the PKCS#1 public key, so that the same key always has the same transactionID.
pub fn transaction_id(identity: &Identity) -> Result<String, Error> {
    let digest = hash(MessageDigest::sha1(), &identity.key.rsa()?.public_key_to_der_pkcs1()?)?;
    Ok(digest.iter().map(|octet| format!("{octet:02X}")).collect())
}

/// Encrypts `content` to the RA and signs it.
pub fn prepare(
    message_type: MessageType,
    content: &[u8],
    transaction_id: &str,
    signer: &Identity,
    recipient: &X509,
    algorithms: Algorithms,
    now: i64,
) -> Result<Prepared, Error> {
    let mut sender_nonce = vec![0; 16];
    openssl::rand::rand_bytes(&mut sender_nonce)?;
    let envelope = cms::encrypt(content, recipient, algorithms.cipher, algorithms.transport, algorithms.encoding)?;
    let attributes = vec![
        (oid::MESSAGE_TYPE, Der::Primitive(0x13, message_type.number().as_bytes().to_vec())),
        (oid::TRANSACTION_ID, Der::Primitive(0x13, transaction_id.as_bytes().to_vec())),
        (oid::SENDER_NONCE, Der::octets(&sender_nonce)),
    ];
    let options = SigningOptions {
        encoding: algorithms.encoding,
        digest: algorithms.digest,
        attributes: Some(attributes),
        signing_time: Some(now),
        certificates: vec![&signer.certificate],
        combined_oid: false,
    };
    let body = cms::sign(&envelope, signer, &options)?;
    Ok(Prepared { body, transaction_id: transaction_id.to_owned(), sender_nonce, signer: signer.clone() })
}

/// Content of CertPoll (RFC 8894 3.3.3).
pub fn issuer_and_subject(issuer: &X509, subject: &[(String, String)]) -> Result<Vec<u8>, Error> {
    Ok(Der::sequence(vec![Der::Raw(issuer.subject_name().to_der()?), crate::csr::subject(subject)?]).to_der())
}

/// Content of GetCert and GetCRL (RFC 8894 3.3.4, 3.3.5).
pub fn issuer_and_serial(certificate: &X509) -> Result<Vec<u8>, Error> {
    Ok(cms::issuer_and_serial(certificate)?.to_der())
}

/// Judges an answer: exactly one SignerInfo, by exactly the certificate of GetCACert, with signedAttrs; messageType 3 and
/// pkiStatus as single PrintableStrings; transactionID and recipientNonce are ours (RFC 8894 3.2.1; Apple's client does not
/// look at these two); the content of SUCCESS is encrypted to the request's signer and holds a certs-only message.
pub fn read_reply(bytes: &[u8], prepared: &Prepared, ra: &X509) -> Result<Reply, Error> {
    let response = |why: String| Error::Scep(ScepError::Response(why));
    let message = SignedData::parse(bytes).map_err(|e| response(e.to_string()))?;
    let supplied = [ra.clone()];
    let (signer, certificate) = message.verify(&supplied).map_err(|e| response(e.to_string()))?;
    if certificate.to_der()? != ra.to_der()? {
        return Err(response("another signer than the RA of GetCACert".to_owned()));
    }
    if !signer.has_attributes() {
        return Err(response("no signed attributes".to_owned()));
    }
    if printable(signer, oid::MESSAGE_TYPE)? != "3" {
        return Err(response("messageType is not CertRep".to_owned()));
    }
    let status = match printable(signer, oid::PKI_STATUS)?.as_str() {
        "0" => Status::Success,
        "2" => Status::Failure,
        "3" => Status::Pending,
        other => return Err(response(format!("pkiStatus {other}"))),
    };
    let fail_info = match status {
        Status::Failure => Some(printable(signer, oid::FAIL_INFO)?.parse().map_err(|_| response("failInfo".to_owned()))?),
        Status::Success | Status::Pending => None,
    };
    let transaction_id = match signer.values(oid::TRANSACTION_ID).as_slice() {
        [(_, value)] => Some(String::from_utf8_lossy(value).into_owned()),
        _ => None,
    };
    let nonce = |dotted| match signer.values(dotted).as_slice() {
        [(0x04, value)] => Some(value.clone()),
        _ => None,
    };
    let (recipient_nonce, sender_nonce) = (nonce(oid::RECIPIENT_NONCE), nonce(oid::SENDER_NONCE));
    if transaction_id.as_deref() != Some(prepared.transaction_id.as_str()) {
        return Err(response("transactionID is not ours".to_owned()));
    }
    if recipient_nonce.as_deref() != Some(prepared.sender_nonce.as_slice()) {
        return Err(response("recipientNonce is not our senderNonce".to_owned()));
    }
    if sender_nonce.as_deref().is_none_or(|nonce| nonce.len() != 16 || nonce == prepared.sender_nonce) {
        return Err(response("senderNonce is missing or not fresh".to_owned()));
    }
    let mut reply = Reply {
        status,
        fail_info,
        transaction_id,
        recipient_nonce,
        sender_nonce,
        certificates: Vec::new(),
        crls: Vec::new(),
        digest: signer.digest,
        envelope: None,
    };
    if status == Status::Success {
        let envelope = message.content.as_deref().unwrap_or_default();
        let opened = cms::decrypt(envelope, &prepared.signer).map_err(|e| response(e.to_string()))?;
        let inner = SignedData::parse(&opened.content).map_err(|e| response(e.to_string()))?;
        if !inner.signers.is_empty() {
            return Err(response("the content is not a certs-only message".to_owned()));
        }
        reply.envelope = Some((opened.cipher, opened.transport));
        (reply.certificates, reply.crls) = (inner.certificates, inner.crls);
    } else if message.content.as_deref().is_none_or(|content| !content.is_empty()) {
        // An absent content breaks OpenSSL's and certmonger's PKCS#7 code, another than an empty one nobody expects.
        return Err(response("the content of PENDING and FAILURE is not an empty octet string".to_owned()));
    }
    Ok(reply)
}

/// An attribute with exactly one value of type PrintableString.
fn printable(signer: &SignerInfo, dotted: &str) -> Result<String, Error> {
    match signer.values(dotted).as_slice() {
        [(0x13, value)] => Ok(String::from_utf8_lossy(value).into_owned()),
        _ => Err(ScepError::Response(format!("{dotted} is not a single PrintableString")).into()),
    }
}
