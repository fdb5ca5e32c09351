//! CMS (RFC 5652): what SCEP and the over-the-air protocol need of it. Input may be BER (indefinite lengths, constructed
//! strings); OpenSSL verifies the received bytes, a normalised copy serves only for reading attributes.

use crate::{Error, key::PrivateKey, x509::CertificateView};

/// Largest CMS message read, octets (design: 64 KiB bodies).
pub const MAX_LEN: usize = 64 * 1024;
/// Deepest nesting read.
pub const MAX_DEPTH: usize = 32;

/// Digest of a SignerInfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// Never accepted without the legacy switch.
    Md5,
    /// Accepted from iPhones in phases 2 and 3, and by SCEP.
    Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

/// Content cipher of an EnvelopedData.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentCipher {
    /// Single DES, only with the legacy switch.
    DesCbc,
    /// Triple DES.
    TripleDesCbc,
    /// AES-128-CBC
    Aes128Cbc,
    /// AES-192-CBC
    Aes192Cbc,
    /// AES-256-CBC
    Aes256Cbc,
}

/// Key transport of an EnvelopedData.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// RSAES-PKCS1-v1_5
    Pkcs1v15,
    /// RSAES-OAEP with SHA-1 (MGF1 SHA-1)
    OaepSha1,
    /// RSAES-OAEP with SHA-256 (MGF1 SHA-256)
    OaepSha256,
}

/// One signed attribute as received: dotted OID and the DER of its first value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// attrType, dotted.
    pub oid: String,
    /// DER of the single attrValue.
    pub value: Vec<u8>,
}

/// A SignedData with exactly one signer whose signature verified over the received bytes.
/// That says nothing about who the signer is.
pub struct VerifiedSignedData {
    /// Attached content.
    pub content: Vec<u8>,
    /// The signer's certificate as carried in the message (or as supplied).
    pub signer: CertificateView,
    /// All certificates carried, in the order received.
    pub certificates: Vec<CertificateView>,
    /// Digest algorithm.
    pub digest: Digest,
    /// Signed attributes; empty when there were none.
    pub attributes: Vec<Attribute>,
}

/// Parses BER or DER, demands one signer and attached content, checks digest and signature by hand (RSA-1024 and SHA-1 signers
/// pass; MD5 only where `allow_md5`). `extra` are certificates that may be the signer's when the message carries none.
pub fn verify_signed_data(bytes: &[u8], extra: &[CertificateView], allow_md5: bool) -> Result<VerifiedSignedData, Error> {
    let _ = (bytes, extra, allow_md5);
    todo!()
}

/// Who signs, with which certificates beside the signer's own in the message.
pub struct SigningIdentity<'a> {
    /// Signer's certificate.
    pub certificate: &'a CertificateView,
    /// Signer's key.
    pub key: &'a PrivateKey,
    /// Further certificates to include (intermediates; never the root).
    pub chain: &'a [CertificateView],
}

/// Attached SignedData over `content`: contentType, messageDigest, signingTime when given, then `attributes`;
/// signatureAlgorithm rsaEncryption. `content` `Some(empty)` gives an empty OCTET STRING.
pub fn sign(
    content: &[u8],
    identity: &SigningIdentity<'_>,
    digest: Digest,
    signing_time: Option<crate::Timestamp>,
    attributes: Vec<Attribute>,
    include_certificate: bool,
) -> Result<Vec<u8>, Error> {
    let _ = (content, identity, digest, signing_time, attributes, include_certificate);
    todo!()
}

/// EnvelopedData to one RSA recipient (issuerAndSerialNumber).
pub fn encrypt(content: &[u8], recipient: &CertificateView, cipher: ContentCipher, transport: KeyTransport) -> Result<Vec<u8>, Error> {
    let _ = (content, recipient, cipher, transport);
    todo!()
}

/// A decrypted EnvelopedData with the algorithms it used (for mirroring them in the reply).
pub struct Opened {
    /// Plaintext.
    pub content: zeroize::Zeroizing<Vec<u8>>,
    /// Content cipher.
    pub cipher: ContentCipher,
    /// Key transport.
    pub transport: KeyTransport,
}

/// Opens an EnvelopedData with whichever of `recipients` it is for. No padding oracle: a wrong key gives random content.
pub fn decrypt(bytes: &[u8], recipients: &[(&CertificateView, &PrivateKey)]) -> Result<Opened, Error> {
    let _ = (bytes, recipients);
    todo!()
}

/// Degenerate SignedData with the certificates in exactly this order (BER SET, not re-sorted) and no signer.
pub fn certs_only(certificates: &[&CertificateView]) -> Result<Vec<u8>, Error> {
    let _ = certificates;
    todo!()
}
/// The same around one CRL (SCEP GetCRL).
pub fn crl_only(crl: &[u8]) -> Result<Vec<u8>, Error> {
    let _ = crl;
    todo!()
}
/// Certificates of a certs-only message, in order received.
pub fn read_certs_only(bytes: &[u8]) -> Result<Vec<CertificateView>, Error> {
    let _ = bytes;
    todo!()
}
