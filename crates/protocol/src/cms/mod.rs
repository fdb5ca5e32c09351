//! CMS (RFC 5652): what SCEP, the over-the-air protocol and the test of a pair need of it. Input may be BER (indefinite lengths,
//! constructed strings); signatures are verified over the received bytes by OpenSSL's primitives, a canonical copy serves only for reading.

mod agreement;
mod algorithm;
pub(crate) mod ber;
mod certs_only;
mod envelope;
mod identify;
mod sign;
mod verify;

pub use agreement::{decrypt_by_agreement, encrypt_by_agreement};
pub(crate) use certs_only::read_content as read_certificates_and_crl;
pub use certs_only::{certs_only, crl_only, read_certs_only};
pub(crate) use envelope::decrypt_unless;
pub use envelope::{decrypt, encrypt};
pub use sign::sign;
pub(crate) use verify::read_attributes;
pub use verify::verify_signed_data;

use crate::{key::PrivateKey, x509::CertificateView};

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

/// Who signs, with which certificates beside the signer's own in the message.
pub struct SigningIdentity<'a> {
    /// Signer's certificate.
    pub certificate: &'a CertificateView,
    /// Signer's key.
    pub key: &'a PrivateKey,
    /// Further certificates to include (intermediates; never the root).
    pub chain: &'a [CertificateView],
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
