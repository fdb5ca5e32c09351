//! Digests, ciphers, key transports and encodings.

use crate::{
    Error,
    wire::{der::Der, oid},
};
use openssl::{hash::MessageDigest, symm::Cipher};

/// Digest of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-1: what iPhones use by default.
    Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
    /// MD5: to see it refused.
    Md5,
}

/// Content cipher of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentCipher {
    /// Single DES: to see it refused.
    DesCbc,
    /// Triple DES
    TripleDesCbc,
    /// AES-128-CBC
    Aes128Cbc,
    /// AES-192-CBC
    Aes192Cbc,
    /// AES-256-CBC
    Aes256Cbc,
}

/// Key transport of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// RSAES-PKCS1-v1_5: all that an iPhone knows.
    Pkcs1v15,
    /// RSAES-OAEP with SHA-1
    OaepSha1,
    /// RSAES-OAEP with SHA-256
    OaepSha256,
}

/// How messages are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// DER
    Der,
    /// BER with indefinite lengths and octet strings in pieces, as Apple's encoder streams it.
    BerIndefinite,
}

impl Encoding {
    pub(super) fn write(self, value: &Der) -> Vec<u8> {
        match self {
            Encoding::Der => value.to_der(),
            Encoding::BerIndefinite => value.to_indefinite(),
        }
    }
}

impl Digest {
    pub(crate) fn openssl(self) -> MessageDigest {
        match self {
            Digest::Sha1 => MessageDigest::sha1(),
            Digest::Sha256 => MessageDigest::sha256(),
            Digest::Sha384 => MessageDigest::sha384(),
            Digest::Sha512 => MessageDigest::sha512(),
            Digest::Md5 => MessageDigest::md5(),
        }
    }
    pub(super) fn oid(self) -> &'static str {
        match self {
            Digest::Sha1 => oid::SHA1,
            Digest::Sha256 => oid::SHA256,
            Digest::Sha384 => oid::SHA384,
            Digest::Sha512 => oid::SHA512,
            Digest::Md5 => oid::MD5,
        }
    }
    pub(super) fn from_oid(dotted: &str) -> Result<Self, Error> {
        [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512, Digest::Md5]
            .into_iter()
            .find(|d| d.oid() == dotted)
            .ok_or_else(|| Error::Malformed(format!("digest {dotted}")))
    }
    pub(super) fn with_rsa(self) -> &'static str {
        match self {
            Digest::Sha1 => oid::SHA1_WITH_RSA,
            Digest::Sha256 => oid::SHA256_WITH_RSA,
            Digest::Sha384 => oid::SHA384_WITH_RSA,
            Digest::Sha512 => oid::SHA512_WITH_RSA,
            Digest::Md5 => "1.2.840.113549.1.1.4",
        }
    }
    pub(super) fn with_ecdsa(self) -> &'static str {
        match self {
            Digest::Sha256 => oid::ECDSA_WITH_SHA256,
            Digest::Sha384 => oid::ECDSA_WITH_SHA384,
            Digest::Sha512 => oid::ECDSA_WITH_SHA512,
            Digest::Sha1 | Digest::Md5 => oid::ECDSA_WITH_SHA1,
        }
    }
    /// sha*WithRSAEncryption, for a CSR.
    pub(crate) fn rsa_signature_algorithm(self) -> Der {
        Der::algorithm(self.with_rsa())
    }
}

impl ContentCipher {
    pub(crate) fn openssl(self) -> Cipher {
        match self {
            ContentCipher::DesCbc => Cipher::des_cbc(),
            ContentCipher::TripleDesCbc => Cipher::des_ede3_cbc(),
            ContentCipher::Aes128Cbc => Cipher::aes_128_cbc(),
            ContentCipher::Aes192Cbc => Cipher::aes_192_cbc(),
            ContentCipher::Aes256Cbc => Cipher::aes_256_cbc(),
        }
    }
    pub(super) fn oid(self) -> &'static str {
        match self {
            ContentCipher::DesCbc => oid::DES_CBC,
            ContentCipher::TripleDesCbc => oid::DES_EDE3_CBC,
            ContentCipher::Aes128Cbc => oid::AES128_CBC,
            ContentCipher::Aes192Cbc => oid::AES192_CBC,
            ContentCipher::Aes256Cbc => oid::AES256_CBC,
        }
    }
    pub(super) fn from_oid(dotted: &str) -> Result<Self, Error> {
        use ContentCipher::{Aes128Cbc, Aes192Cbc, Aes256Cbc, DesCbc, TripleDesCbc};
        [DesCbc, TripleDesCbc, Aes128Cbc, Aes192Cbc, Aes256Cbc]
            .into_iter()
            .find(|c| c.oid() == dotted)
            .ok_or_else(|| Error::CannotDecrypt(format!("content cipher {dotted} is not CBC")))
    }
}
