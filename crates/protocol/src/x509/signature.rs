//! Signature algorithms of certificates, CRLs and CSRs (RFC 4055, RFC 5758).

use crate::{
    Error,
    cms::Digest,
    key::{KeyAlgorithm, PublicKey},
    tlv::{self, Tlv},
};

/// Which signature algorithm an AlgorithmIdentifier names.
pub(crate) struct SignatureAlgorithm {
    pub(crate) digest: Digest,
    rsa: bool,
}

const RSA_MD5: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04];
const RSA_SHA1: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05];
const RSA_SHA256: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const RSA_SHA384: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c];
const RSA_SHA512: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];
const ECDSA_SHA1: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
const ECDSA_SHA256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_SHA384: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const ECDSA_SHA512: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];

impl SignatureAlgorithm {
    /// Reads an AlgorithmIdentifier.
    pub(crate) fn read(identifier: &Tlv<'_>) -> Result<Self, Error> {
        let mut fields = identifier.inside("AlgorithmIdentifier");
        let oid = fields.expect(tlv::OID)?.content;
        let (rsa, digest) = match oid {
            _ if oid == RSA_MD5 => (true, Digest::Md5),
            _ if oid == RSA_SHA1 => (true, Digest::Sha1),
            _ if oid == RSA_SHA256 => (true, Digest::Sha256),
            _ if oid == RSA_SHA384 => (true, Digest::Sha384),
            _ if oid == RSA_SHA512 => (true, Digest::Sha512),
            _ if oid == ECDSA_SHA1 => (false, Digest::Sha1),
            _ if oid == ECDSA_SHA256 => (false, Digest::Sha256),
            _ if oid == ECDSA_SHA384 => (false, Digest::Sha384),
            _ if oid == ECDSA_SHA512 => (false, Digest::Sha512),
            _ => {
                let oid = tlv::oid_to_dotted(oid).unwrap_or_else(|| "undecodable".to_owned());
                return Err(Error::Algorithm(format!("signature algorithm {oid}")));
            }
        };
        // None of these has parameters but NULL, which some leave out (RFC 4055 5, RFC 5758 3.2).
        if fields.next()?.is_some_and(|parameters| parameters.raw != [0x05, 0x00]) || !fields.is_empty() {
            return Err(fields.malformed());
        }
        Ok(SignatureAlgorithm { digest, rsa })
    }

    /// Verifies with a key that must be of the algorithm's kind.
    pub(crate) fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8], what: &'static str) -> Result<(), Error> {
        if self.rsa == key.is_rsa() && key.verifies(self.digest, &[message], signature)? { Ok(()) } else { Err(Error::Signature { what }) }
    }
}

/// AlgorithmIdentifier, DER, of what [`crate::key::PrivateKey::sign`] makes with this key.
pub(crate) fn algorithm_identifier(key: &PublicKey) -> Result<&'static [u8], Error> {
    const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00];
    const P256: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    const P384: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
    match (key.is_rsa(), key.algorithm()) {
        (true, _) => Ok(&RSA),
        (false, Some(KeyAlgorithm::P256)) => Ok(&P256),
        (false, Some(KeyAlgorithm::P384)) => Ok(&P384),
        (false, _) => Err(Error::Algorithm("CA key on a curve other than P-256 and P-384".to_owned())),
    }
}
