//! Private and public keys, always held by OpenSSL.

use crate::Error;
use openssl::pkey::{PKey, Private, Public};
use zeroize::Zeroizing;

/// Kind and size of a key to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyAlgorithm {
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// RSA, 4096 bits.
    Rsa4096,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
}

/// A private key. No `Debug`, no `Serialize`; OpenSSL cleanses it when dropped.
#[derive(Clone)]
pub struct PrivateKey(PKey<Private>);

/// A public key with its SubjectPublicKeyInfo.
#[derive(Clone)]
pub struct PublicKey {
    key: PKey<Public>,
    spki: Vec<u8>,
}

impl PrivateKey {
    /// Makes a new key. CPU bound (tens to hundreds of milliseconds for RSA): call it outside transactions.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, Error> {
        let _ = algorithm;
        todo!()
    }
    /// Reads PKCS#8 or traditional DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let _ = der;
        todo!()
    }
    /// PKCS#8 DER, wiped after use.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        todo!()
    }
    /// Its public half.
    pub fn public(&self) -> Result<PublicKey, Error> {
        todo!()
    }
    /// Signs `message` with SHA-256 (RSA PKCS#1 v1.5 or ECDSA).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let _ = message;
        todo!()
    }
    /// For this crate's own CMS code and for callers that need OpenSSL's type.
    pub fn as_openssl(&self) -> &PKey<Private> {
        &self.0
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo.
    pub fn from_spki(spki: &[u8]) -> Result<Self, Error> {
        let _ = spki;
        todo!()
    }
    /// The SubjectPublicKeyInfo, DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }
    /// Key size in bits.
    pub fn bits(&self) -> u32 {
        self.key.bits()
    }
    /// RSA?
    pub fn is_rsa(&self) -> bool {
        todo!()
    }
    /// SHA-256 of the SubjectPublicKeyInfo: what we store and compare.
    pub fn fingerprint(&self) -> [u8; 32] {
        todo!()
    }
    /// RFC 5280 4.2.1.2 method 1: SHA-1 over the BIT STRING.
    pub fn key_identifier(&self) -> Result<Vec<u8>, Error> {
        todo!()
    }
    /// Refuses keys that must not be certified: RSA below 2048 bits, exponent 1 or even, ROCA, small factors, unknown curves.
    pub fn check_strength(&self) -> Result<(), Error> {
        todo!()
    }
    /// OpenSSL's type.
    pub fn as_openssl(&self) -> &PKey<Public> {
        &self.key
    }
}
