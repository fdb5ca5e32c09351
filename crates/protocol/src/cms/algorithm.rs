//! Algorithm identifiers of CMS (RFC 3370, 3565, 4055, 5754): OBJECT IDENTIFIERs to our enums and back.

use super::{
    ContentCipher, Digest, KeyTransport,
    ber::{self, Element, NULL, OCTET_STRING, OID, SEQUENCE, context},
};
use crate::Error;
use openssl::{hash::MessageDigest, symm::Cipher};
use std::borrow::Cow;

pub(crate) const ID_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
pub(crate) const ID_SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
pub(crate) const ID_ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3];
pub(crate) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
pub(crate) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
pub(crate) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const MD5_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4];
const SHA1_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
const RSAES_OAEP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 7];
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
const P_SPECIFIED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 9];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const SHA384_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
const SHA512_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
/// The older name of sha1WithRSAEncryption, 1.3.14.3.2.29.
const OIW_SHA1_WITH_RSA: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1d];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const ECDSA_WITH_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ECDSA_WITH_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
const ECDSA_WITH_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];

const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5];
const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];

const DES_CBC: &[u8] = &[0x2b, 0x0e, 3, 2, 7];
const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7];
const AES128_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2];
const AES192_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 22];
const AES256_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];

fn not_accepted(oid: &[u8]) -> Error {
    Error::Algorithm(ber::dotted(oid).unwrap_or_else(|_| "malformed object identifier".to_owned()))
}

/// An AlgorithmIdentifier: content octets of its OID, and its parameters.
pub(crate) fn identifier(element: Element<'_>) -> Result<(&[u8], Option<Element<'_>>), Error> {
    let mut fields = element.with_tag(SEQUENCE)?.children();
    let oid = fields.expect(OID)?.body;
    let parameters = if fields.is_empty() { None } else { Some(fields.next()?) };
    Ok((oid, parameters))
}

fn encode(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
    ber::element(SEQUENCE, &[&ber::element(OID, &[oid]), parameters])
}

const DER_NULL: &[u8] = &[NULL, 0];

/// Kind of key that a signature algorithm needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureKind {
    Rsa,
    Ecdsa,
}

impl Digest {
    pub(crate) fn openssl(self) -> MessageDigest {
        match self {
            Digest::Md5 => MessageDigest::md5(),
            Digest::Sha1 => MessageDigest::sha1(),
            Digest::Sha256 => MessageDigest::sha256(),
            Digest::Sha384 => MessageDigest::sha384(),
            Digest::Sha512 => MessageDigest::sha512(),
        }
    }

    fn oid(self) -> &'static [u8] {
        match self {
            Digest::Md5 => MD5,
            Digest::Sha1 => SHA1,
            Digest::Sha256 => SHA256,
            Digest::Sha384 => SHA384,
            Digest::Sha512 => SHA512,
        }
    }

    pub(crate) fn from_identifier(element: Element<'_>) -> Result<Self, Error> {
        let (oid, _) = identifier(element)?;
        [Digest::Sha256, Digest::Sha1, Digest::Sha384, Digest::Sha512, Digest::Md5]
            .into_iter()
            .find(|digest| digest.oid() == oid)
            .ok_or_else(|| not_accepted(oid))
    }

    /// Parameters are absent (RFC 3370 2.1, RFC 5754 2), but for MD5 (RFC 3370 2.2).
    pub(crate) fn to_identifier(self) -> Vec<u8> {
        encode(self.oid(), if self == Digest::Md5 { DER_NULL } else { &[] })
    }

    /// signatureAlgorithm of a SignerInfo: rsaEncryption, which every client reads, or ecdsa-with-SHA*.
    pub(crate) fn to_signature_identifier(self, kind: SignatureKind) -> Result<Vec<u8>, Error> {
        match (kind, self) {
            (SignatureKind::Rsa, _) => Ok(encode(RSA_ENCRYPTION, DER_NULL)),
            (SignatureKind::Ecdsa, Digest::Sha1) => Ok(encode(ECDSA_WITH_SHA1, &[])),
            (SignatureKind::Ecdsa, Digest::Sha256) => Ok(encode(ECDSA_WITH_SHA256, &[])),
            (SignatureKind::Ecdsa, Digest::Sha384) => Ok(encode(ECDSA_WITH_SHA384, &[])),
            (SignatureKind::Ecdsa, Digest::Sha512) => Ok(encode(ECDSA_WITH_SHA512, &[])),
            (SignatureKind::Ecdsa, Digest::Md5) => Err(Error::Algorithm("ECDSA with MD5".to_owned())),
        }
    }
}

/// signatureAlgorithm of a SignerInfo, with the digest it implies (`digest` where it names a key type only). RSASSA-PSS is refused.
pub(crate) fn signature(element: Element<'_>, digest: Digest) -> Result<(SignatureKind, Digest), Error> {
    use SignatureKind::{Ecdsa, Rsa};
    let (oid, _) = identifier(element)?;
    Ok(match oid {
        o if o == RSA_ENCRYPTION => (Rsa, digest),
        o if o == SHA256_WITH_RSA => (Rsa, Digest::Sha256),
        o if o == SHA1_WITH_RSA || o == OIW_SHA1_WITH_RSA => (Rsa, Digest::Sha1),
        o if o == SHA384_WITH_RSA => (Rsa, Digest::Sha384),
        o if o == SHA512_WITH_RSA => (Rsa, Digest::Sha512),
        o if o == MD5_WITH_RSA => (Rsa, Digest::Md5),
        o if o == EC_PUBLIC_KEY => (Ecdsa, digest),
        o if o == ECDSA_WITH_SHA1 => (Ecdsa, Digest::Sha1),
        o if o == ECDSA_WITH_SHA256 => (Ecdsa, Digest::Sha256),
        o if o == ECDSA_WITH_SHA384 => (Ecdsa, Digest::Sha384),
        o if o == ECDSA_WITH_SHA512 => (Ecdsa, Digest::Sha512),
        other => return Err(not_accepted(other)),
    })
}

impl ContentCipher {
    const ALL: [ContentCipher; 5] =
        [ContentCipher::Aes128Cbc, ContentCipher::Aes256Cbc, ContentCipher::TripleDesCbc, ContentCipher::Aes192Cbc, ContentCipher::DesCbc];

    fn oid(self) -> &'static [u8] {
        match self {
            ContentCipher::DesCbc => DES_CBC,
            ContentCipher::TripleDesCbc => DES_EDE3_CBC,
            ContentCipher::Aes128Cbc => AES128_CBC,
            ContentCipher::Aes192Cbc => AES192_CBC,
            ContentCipher::Aes256Cbc => AES256_CBC,
        }
    }

    /// OpenSSL's cipher. Single DES is triple DES with one key three times, so that no legacy provider is needed.
    pub(crate) fn openssl(self) -> Cipher {
        match self {
            ContentCipher::DesCbc | ContentCipher::TripleDesCbc => Cipher::des_ede3_cbc(),
            ContentCipher::Aes128Cbc => Cipher::aes_128_cbc(),
            ContentCipher::Aes192Cbc => Cipher::aes_192_cbc(),
            ContentCipher::Aes256Cbc => Cipher::aes_256_cbc(),
        }
    }

    /// Length of the content-encryption key that travels.
    pub(crate) fn key_len(self) -> usize {
        if self == ContentCipher::DesCbc { 8 } else { self.openssl().key_len() }
    }

    /// Block length, which is the length of the IV too.
    pub(crate) fn block_len(self) -> usize {
        match self {
            ContentCipher::DesCbc | ContentCipher::TripleDesCbc => 8,
            _ => 16,
        }
    }

    /// contentEncryptionAlgorithm: cipher and IV.
    pub(crate) fn from_identifier(element: Element<'_>) -> Result<(Self, Cow<'_, [u8]>), Error> {
        let (oid, parameters) = identifier(element)?;
        let cipher = Self::ALL.into_iter().find(|c| c.oid() == oid).ok_or_else(|| not_accepted(oid))?;
        let malformed = Error::Malformed { what: "contentEncryptionAlgorithm" };
        let iv = parameters.ok_or(malformed.clone())?.octets(OCTET_STRING)?;
        if iv.len() == cipher.block_len() { Ok((cipher, iv)) } else { Err(malformed) }
    }

    pub(crate) fn to_identifier(self, iv: &[u8]) -> Vec<u8> {
        encode(self.oid(), &ber::element(OCTET_STRING, &[iv]))
    }
}

impl KeyTransport {
    /// keyEncryptionAlgorithm (RFC 4055 section 4.1 for OAEP; hash and MGF1 hash must be the same, the label empty).
    pub(crate) fn from_identifier(element: Element<'_>) -> Result<Self, Error> {
        let (oid, parameters) = identifier(element)?;
        if oid == RSA_ENCRYPTION {
            return Ok(KeyTransport::Pkcs1v15);
        }
        if oid != RSAES_OAEP {
            return Err(not_accepted(oid));
        }
        let (mut hash, mut mgf_hash) = (Digest::Sha1, Digest::Sha1);
        if let Some(parameters) = parameters {
            let mut fields = parameters.with_tag(SEQUENCE)?.children();
            if let Some(field) = fields.optional(context(0))? {
                hash = Digest::from_identifier(field.only_child()?)?;
            }
            if let Some(field) = fields.optional(context(1))? {
                let (mgf, argument) = identifier(field.only_child()?)?;
                if mgf != MGF1 {
                    return Err(not_accepted(mgf));
                }
                mgf_hash = Digest::from_identifier(argument.ok_or(Error::Malformed { what: "RSAES-OAEP parameters" })?)?;
            }
            if let Some(field) = fields.optional(context(2))? {
                let (source, label) = identifier(field.only_child()?)?;
                if source != P_SPECIFIED || label.is_some_and(|l| !l.body.is_empty()) {
                    return Err(Error::Algorithm("RSAES-OAEP with a label".to_owned()));
                }
            }
        }
        match (hash, mgf_hash) {
            (Digest::Sha1, Digest::Sha1) => Ok(KeyTransport::OaepSha1),
            (Digest::Sha256, Digest::Sha256) => Ok(KeyTransport::OaepSha256),
            (hash, mgf) => Err(Error::Algorithm(format!("RSAES-OAEP with {hash:?} and MGF1 {mgf:?}"))),
        }
    }

    pub(crate) fn to_identifier(self) -> Vec<u8> {
        match self {
            KeyTransport::Pkcs1v15 => encode(RSA_ENCRYPTION, DER_NULL),
            KeyTransport::OaepSha1 => encode(RSAES_OAEP, &ber::element(SEQUENCE, &[])),
            KeyTransport::OaepSha256 => {
                // RFC 4055 2.1: NULL parameters inside RSAES-OAEP-params
                let sha256 = encode(SHA256, DER_NULL);
                let mgf = encode(MGF1, &sha256);
                let parameters = [ber::element(context(0), &[&sha256]), ber::element(context(1), &[&mgf])].concat();
                encode(RSAES_OAEP, &ber::element(SEQUENCE, &[&parameters]))
            }
        }
    }
}
