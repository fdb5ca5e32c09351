//! Private and public keys, always held by OpenSSL.

mod rsa;
mod weakness;

use crate::{
    Error,
    cms::{Digest, ber},
    digest,
    tlv::{self, Reader},
};
use openssl::{
    bn::BigNum,
    ec::{EcGroup, EcKey, EcKeyRef},
    nid::Nid,
    pkey::{Id, PKey, Private, Public},
    rsa::Rsa,
    sign::{Signer, Verifier},
};
use zeroize::Zeroizing;

/// AlgorithmIdentifier of an RSA SubjectPublicKeyInfo (RFC 3279 2.3.1): rsaEncryption with NULL.
const RSA_ENCRYPTION: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// rsaEncryption as OID content.
const RSA_ENCRYPTION_OID: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// Longest SubjectPublicKeyInfo read: RSA with 16384 bits, OpenSSL's own limit, fits.
const MAX_SPKI_LEN: usize = 4 * 1024;

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

impl KeyAlgorithm {
    /// On a curve, not RSA.
    pub fn is_elliptic(self) -> bool {
        matches!(self, KeyAlgorithm::P256 | KeyAlgorithm::P384)
    }
}

/// A private key. No `Debug`, no `Serialize`; OpenSSL cleanses it when dropped.
#[derive(Clone)]
pub struct PrivateKey {
    key: PKey<Private>,
    /// The same, when it is an RSA key: what OpenSSL has worked out for it stays from one use to the next.
    rsa: Option<Rsa<Private>>,
}

/// A public key with its SubjectPublicKeyInfo.
#[derive(Clone)]
pub struct PublicKey {
    key: PKey<Public>,
    rsa: Option<Rsa<Public>>,
    spki: Vec<u8>,
}

impl PrivateKey {
    /// Makes a new key. CPU bound (tens to hundreds of milliseconds for RSA): call it outside transactions.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, Error> {
        let rsa = |bits| Self::from_openssl(PKey::from_rsa(Rsa::generate(bits)?)?);
        let ec = |curve| Self::from_openssl(PKey::from_ec_key(EcKey::generate(EcGroup::from_curve_name(curve)?.as_ref())?)?);
        match algorithm {
            KeyAlgorithm::Rsa2048 => rsa(2048),
            KeyAlgorithm::Rsa3072 => rsa(3072),
            KeyAlgorithm::Rsa4096 => rsa(4096),
            KeyAlgorithm::P256 => ec(Nid::X9_62_PRIME256V1),
            KeyAlgorithm::P384 => ec(Nid::SECP384R1),
        }
    }

    /// Reads PKCS#8 or traditional DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let key = PKey::private_key_from_der(der).map_err(|_| Error::Malformed { what: "private key" })?;
        Self::from_openssl(key)
    }

    /// Takes an RSA or EC key that OpenSSL has read.
    pub(crate) fn from_openssl(key: PKey<Private>) -> Result<Self, Error> {
        match key.id() {
            Id::RSA => Ok(PrivateKey { rsa: Some(key.rsa()?), key }),
            Id::EC => Ok(PrivateKey { rsa: None, key }),
            _ => Err(Error::Algorithm("private key that is neither RSA nor EC".to_owned())),
        }
    }

    /// PKCS#8 DER, wiped after use.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(Zeroizing::new(self.key.private_key_to_pkcs8()?))
    }

    /// Its public half.
    pub fn public(&self) -> Result<PublicKey, Error> {
        PublicKey::from_spki(&self.key.public_key_to_der()?)
    }

    /// Signs `message`: RSA PKCS#1 v1.5 or ECDSA, with SHA-256 (SHA-384 for P-384, as its strength asks for).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let digest = if self.is_rsa() || self.key.bits() <= 256 { Digest::Sha256 } else { Digest::Sha384 };
        self.sign_with(digest, message)
    }

    /// Signs with this digest: RSA PKCS#1 v1.5 or ECDSA.
    pub(crate) fn sign_with(&self, digest: Digest, message: &[u8]) -> Result<Vec<u8>, Error> {
        match &self.rsa {
            Some(key) => rsa::sign(key, digest, &digest.sum(&[message])?),
            None => Ok(Signer::new(digest.openssl(), &self.key)?.sign_oneshot_to_vec(message)?),
        }
    }

    /// RSA?
    pub fn is_rsa(&self) -> bool {
        self.rsa.is_some()
    }

    /// The padded block of RSAES-PKCS1-v1_5, as long as the modulus; `None` without any reason given.
    pub(crate) fn open_block(&self, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        rsa::open(self.rsa.as_ref()?, encrypted)
    }

    /// For this crate's own CMS code and for callers that need OpenSSL's type.
    pub fn as_openssl(&self) -> &PKey<Private> {
        &self.key
    }
}

impl PublicKey {
    /// The same key once more where `known` is written in these very octets: what OpenSSL has worked out for it is kept.
    pub(crate) fn from_spki_or(spki: &[u8], known: Option<&PublicKey>) -> Result<Self, Error> {
        match known {
            Some(known) if known.spki == spki => Ok(known.clone()),
            _ => Self::from_spki(spki),
        }
    }

    /// Reads a SubjectPublicKeyInfo. A key is kept in one encoding (RSA: RFC 3279 2.3.1; elliptic: its point uncompressed), so that the
    /// same key has the same fingerprint whichever way a client wrote it.
    pub fn from_spki(spki: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "SubjectPublicKeyInfo";
        if spki.len() > MAX_SPKI_LEN {
            return Err(Error::TooLarge { what: WHAT });
        }
        let mut fields = Reader::single(spki, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        let algorithm = fields.expect(tlv::SEQUENCE)?.inside(WHAT).expect(tlv::OID)?;
        let bits = tlv::bit_string_octets(&fields.expect(tlv::BIT_STRING)?, WHAT)?;
        fields.finish()?;
        if algorithm.content == RSA_ENCRYPTION_OID {
            // OpenSSL's decoders for whole SubjectPublicKeyInfos are slow (tens of microseconds); two integers are not.
            return Self::from_rsa_public_key(bits);
        }
        let mut key = PKey::public_key_from_der(spki).map_err(|_| Error::Algorithm("public key of an unknown kind".to_owned()))?;
        if let Ok(elliptic) = key.ec_key() {
            key = Self::uncompressed(&elliptic)?;
        }
        let spki = key.public_key_to_der()?;
        Ok(PublicKey { key, rsa: None, spki })
    }

    /// The same elliptic key on its named curve, its point written in full (RFC 5480 2.2): OpenSSL would write it as it came.
    fn uncompressed(key: &EcKeyRef<Public>) -> Result<PKey<Public>, Error> {
        let curve = key.group().curve_name().ok_or_else(|| Error::Algorithm("elliptic curve without a name".to_owned()))?;
        let group = EcGroup::from_curve_name(curve)?;
        Ok(PKey::from_ec_key(EcKey::from_public_key(&group, key.public_key())?)?)
    }

    /// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 A.1.1).
    fn from_rsa_public_key(der: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "RSAPublicKey";
        let mut fields = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        let modulus = fields.expect(tlv::INTEGER)?;
        let exponent = fields.expect(tlv::INTEGER)?;
        fields.finish()?;
        let number = |integer: tlv::Tlv<'_>| match integer.content.first() {
            Some(first) if first & 0x80 == 0 => Ok(BigNum::from_slice(integer.content)?),
            _ => Err(Error::Malformed { what: WHAT }),
        };
        let (n, e) = (number(modulus)?, number(exponent)?);
        if n.num_bits() < 512 || e.num_bits() < 1 {
            return Err(Error::Algorithm(format!("RSA key of {} bits", n.num_bits())));
        }
        let spki = encode_rsa_spki(&n, &e);
        let rsa = Rsa::from_public_components(n, e)?;
        Ok(PublicKey { key: PKey::from_rsa(rsa.clone())?, rsa: Some(rsa), spki })
    }

    /// The SubjectPublicKeyInfo, DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Content of the subjectPublicKey BIT STRING.
    pub(crate) fn subject_public_key(&self) -> Result<&[u8], Error> {
        const WHAT: &str = "SubjectPublicKeyInfo";
        let mut fields = Reader::single(&self.spki, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        fields.expect(tlv::SEQUENCE)?;
        tlv::bit_string_octets(&fields.expect(tlv::BIT_STRING)?, WHAT)
    }

    /// Key size in bits.
    pub fn bits(&self) -> u32 {
        self.key.bits()
    }

    /// RSA?
    pub fn is_rsa(&self) -> bool {
        self.rsa.is_some()
    }

    /// `signature` is over `parts`, one after the other: RSA PKCS#1 v1.5 or ECDSA with the digest that the peer names.
    pub(crate) fn verifies(&self, digest: Digest, parts: &[&[u8]], signature: &[u8]) -> Result<bool, Error> {
        if let Some(key) = &self.rsa {
            return Ok(rsa::verifies(key, digest, &digest.sum(parts)?, signature));
        }
        let mut verifier = Verifier::new(digest.openssl(), &self.key)?;
        for part in parts {
            verifier.update(part)?;
        }
        // OpenSSL reports a signature of the wrong shape as an error; for us it is one that does not verify.
        Ok(verifier.verify(signature).unwrap_or(false))
    }

    /// RSAES-PKCS1-v1_5 encryption; refused for keys that are not RSA.
    pub(crate) fn encrypt(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let key = self.rsa.as_ref().ok_or_else(|| Error::Algorithm("key transport to a key that is not RSA".to_owned()))?;
        Ok(rsa::encrypt(key, message)?)
    }

    /// Kind and size, where it is one that we make ourselves.
    pub fn algorithm(&self) -> Option<KeyAlgorithm> {
        match (self.key.id(), self.key.bits()) {
            (Id::RSA, 2048) => Some(KeyAlgorithm::Rsa2048),
            (Id::RSA, 3072) => Some(KeyAlgorithm::Rsa3072),
            (Id::RSA, 4096) => Some(KeyAlgorithm::Rsa4096),
            (Id::EC, _) => match self.curve() {
                Some(Nid::X9_62_PRIME256V1) => Some(KeyAlgorithm::P256),
                Some(Nid::SECP384R1) => Some(KeyAlgorithm::P384),
                _ => None,
            },
            _ => None,
        }
    }

    fn curve(&self) -> Option<Nid> {
        self.key.ec_key().ok()?.group().curve_name()
    }

    /// SHA-256 of the SubjectPublicKeyInfo: what we store and compare.
    pub fn fingerprint(&self) -> [u8; 32] {
        digest::sha256(&self.spki)
    }

    /// RFC 5280 4.2.1.2 method 1: SHA-1 over the BIT STRING.
    pub fn key_identifier(&self) -> Result<Vec<u8>, Error> {
        Ok(digest::sha1(self.subject_public_key()?).to_vec())
    }

    /// This is the public half of `key`.
    pub fn belongs_to(&self, key: &PrivateKey) -> bool {
        self.key.public_eq(key.as_openssl())
    }

    /// Refuses keys that must not be certified: RSA below 2048 bits, exponent 1 or even, ROCA, small factors, factors close to each
    /// other, unknown curves.
    pub fn check_strength(&self) -> Result<(), Error> {
        if let Some(key) = &self.rsa {
            return weakness::check_rsa(key);
        }
        match self.key.id() {
            Id::EC => match self.curve() {
                // The point was checked to be on the curve when it was read; both curves have cofactor 1, so only infinity is left.
                Some(Nid::X9_62_PRIME256V1 | Nid::SECP384R1) => {
                    self.key.ec_key()?.check_key().map_err(|_| Error::Algorithm("EC key that is no valid point".to_owned()))
                }
                _ => Err(Error::Algorithm("EC key on a curve other than P-256 and P-384".to_owned())),
            },
            _ => Err(Error::Algorithm("public key that is neither RSA nor EC".to_owned())),
        }
    }

    /// OpenSSL's type.
    pub fn as_openssl(&self) -> &PKey<Public> {
        &self.key
    }
}

/// Public halves are equal: the same key, whoever holds it.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}
impl Eq for PublicKey {}

/// SubjectPublicKeyInfo of an RSA key, DER.
fn encode_rsa_spki(n: &BigNum, e: &BigNum) -> Vec<u8> {
    let integer = |number: &BigNum| {
        let octets = number.to_vec();
        // A first bit would be a sign.
        let sign: &[u8] = if octets.first().is_some_and(|first| first & 0x80 == 0) { &[] } else { &[0] };
        ber::element(tlv::INTEGER, &[sign, &octets])
    };
    let public = ber::element(tlv::SEQUENCE, &[&integer(n), &integer(e)]);
    ber::element(tlv::SEQUENCE, &[&RSA_ENCRYPTION, &ber::element(tlv::BIT_STRING, &[&[0], &public])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::{bn::BigNumContext, ec::PointConversionForm};

    #[test]
    fn every_algorithm_makes_signs_and_survives_pkcs8() {
        for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::P256, KeyAlgorithm::P384] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let again = PrivateKey::from_der(&key.to_pkcs8().unwrap()).unwrap();
            let public = again.public().unwrap();
            assert_eq!(public.algorithm(), Some(algorithm));
            assert!(public.belongs_to(&key));
            assert_eq!(public.check_strength(), Ok(()));
            let digest = if algorithm == KeyAlgorithm::P384 { Digest::Sha384 } else { Digest::Sha256 };
            let signature = key.sign(b"message").unwrap();
            assert!(public.verifies(digest, &[b"mess", b"age"], &signature).unwrap());
            assert!(!public.verifies(digest, &[b"massage"], &signature).unwrap());
            assert!(!public.verifies(digest, &[b"message"], b"no signature").unwrap());
        }
    }

    #[test]
    fn an_rsa_key_has_one_encoding_and_openssls_key_identifier() {
        let key = PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
        let spki = key.as_openssl().public_key_to_der().unwrap();
        let public = PublicKey::from_spki(&spki).unwrap();
        assert_eq!(public.spki(), spki);
        // The same key with the NULL parameters left out, as some routers write it.
        let inner = &spki[4..];
        let mut without_null = vec![0x30, 0x82];
        without_null.extend(u16::try_from(inner.len() - 2).unwrap().to_be_bytes());
        without_null.extend([0x30, 0x0b]);
        without_null.extend(&inner[2..13]);
        without_null.extend(&inner[15..]);
        assert_eq!(PublicKey::from_spki(&without_null).unwrap().fingerprint(), public.fingerprint());
        assert_eq!(public.key_identifier().unwrap().len(), 20);
    }

    #[test]
    fn an_elliptic_key_has_one_encoding() {
        for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::P384] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let (public, whole) = (key.public().unwrap(), key.as_openssl().public_key_to_der().unwrap());
            assert_eq!(public.spki(), whole);
            let elliptic = key.as_openssl().ec_key().unwrap();
            let mut context = BigNumContext::new().unwrap();
            let point = elliptic.public_key().to_bytes(elliptic.group(), PointConversionForm::COMPRESSED, &mut context).unwrap();
            // The same AlgorithmIdentifier, and the point by one of its coordinates.
            let mut content = whole[2..4 + usize::from(whole[3])].to_vec();
            content.extend([0x03, u8::try_from(point.len()).unwrap() + 1, 0x00]);
            content.extend(point);
            let short = [&[0x30, u8::try_from(content.len()).unwrap()], content.as_slice()].concat();
            let read = PublicKey::from_spki(&short).unwrap();
            assert_eq!((read.spki(), read.fingerprint()), (public.spki(), public.fingerprint()));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bad in [&[][..], &[0x30, 0x00], &[0x30, 0x03, 0x02, 0x01, 0x01]] {
            assert!(PublicKey::from_spki(bad).is_err());
            assert!(PrivateKey::from_der(bad).is_err());
        }
        assert_eq!(PublicKey::from_spki(&vec![0x30; 5000]).err(), Some(Error::TooLarge { what: "SubjectPublicKeyInfo" }));
    }

    #[test]
    fn an_elliptic_key_on_another_curve_is_read_but_not_certified() {
        let group = EcGroup::from_curve_name(Nid::SECP256K1).unwrap();
        let spki = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap().public_key_to_der().unwrap();
        let key = PublicKey::from_spki(&spki).unwrap();
        assert!(matches!(key.check_strength(), Err(Error::Algorithm(_))));
    }
}
