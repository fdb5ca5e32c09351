//! Requests: which certificates are asked about, and whether a CA of ours issued them.

use super::{
    NONCE, unencodable,
    wire::{CertIdWire, ExtensionWire, OcspRequestWire, RequestWire, TbsRequest},
};
use crate::{
    Error,
    x509::{CertificateView, SerialNumber},
};
use der::{
    Any, AnyRef, Decode, Encode,
    asn1::{ObjectIdentifier, OctetString, Uint},
};
use openssl::hash::{MessageDigest, hash};
use spki::AlgorithmIdentifierOwned;

const WHAT: &str = "OCSP request";
/// Largest request read, octets: a certificate takes about one hundred.
pub const MAX_LEN: usize = 16 * 1024;
/// Most certificates in one request: each costs a look-up.
pub const MAX_CERTIFICATES: usize = 64;
/// Longest nonce (RFC 9654 2.1: 1 to 128 octets).
const MAX_NONCE: usize = 128;

/// Which certificate is asked about (RFC 6960 4.1.1 CertID), as received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CertId {
    pub(super) der: Vec<u8>,
    digest: Option<Digest>,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    serial: SerialNumber,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    const ALL: [Digest; 4] = [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512];

    fn of(oid: ObjectIdentifier) -> Option<Self> {
        use const_oid::db::rfc5912;
        [rfc5912::ID_SHA_1, rfc5912::ID_SHA_256, rfc5912::ID_SHA_384, rfc5912::ID_SHA_512]
            .into_iter()
            .zip(Self::ALL)
            .find_map(|(known, digest)| (known == oid).then_some(digest))
    }

    fn openssl(self) -> MessageDigest {
        match self {
            Digest::Sha1 => MessageDigest::sha1(),
            Digest::Sha256 => MessageDigest::sha256(),
            Digest::Sha384 => MessageDigest::sha384(),
            Digest::Sha512 => MessageDigest::sha512(),
        }
    }
}

impl CertId {
    /// Its DER, the same octets in request and response.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
    /// The serial number asked about.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }
}

/// A CA as CertIDs name it: hashes of its name and key by each algorithm, worked out once.
#[derive(Clone)]
pub struct Issuer(Vec<(Digest, Vec<u8>, Vec<u8>)>);

impl Issuer {
    /// From the CA's certificate.
    pub fn new(ca: &CertificateView) -> Result<Self, Error> {
        let key = ca.public_key.subject_public_key()?;
        let hashes = Digest::ALL.map(|digest| {
            let of = |bytes: &[u8]| hash(digest.openssl(), bytes).map(|sum| sum.to_vec());
            Ok((digest, of(&ca.subject_der)?, of(key)?))
        });
        Ok(Issuer(hashes.into_iter().collect::<Result<_, Error>>()?))
    }

    /// Is the certificate asked about one of this CA (by a hash algorithm that we know)?
    pub fn issued(&self, id: &CertId) -> bool {
        self.0.iter().any(|(digest, name, key)| Some(*digest) == id.digest && *name == id.name_hash && *key == id.key_hash)
    }
}

/// What a relying party asks (OCSPRequest). A signature on it is not looked at: everybody may ask (RFC 6960 4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspRequest {
    /// Certificates, in their order; at least one.
    pub certificates: Vec<CertId>,
    /// Content of the nonce extension, to be repeated.
    pub nonce: Option<Vec<u8>>,
}

impl OcspRequest {
    /// Reads DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        const MALFORMED: Error = Error::Malformed { what: WHAT };
        if der.len() > MAX_LEN {
            return Err(Error::TooLarge { what: WHAT });
        }
        let request = OcspRequestWire::from_der(der).map_err(|_| MALFORMED)?;
        if request.tbs.version.is_some_and(|version| version != 0) || request.tbs.list.is_empty() {
            return Err(MALFORMED);
        }
        if request.tbs.list.len() > MAX_CERTIFICATES {
            return Err(Error::TooLarge { what: WHAT });
        }
        let single = request.tbs.list.iter().filter_map(|asked| asked.extensions.as_ref()).flatten();
        let general = request.tbs.extensions.as_ref().into_iter().flatten();
        // An extension that must be understood and is not (RFC 6960 4.4); ours has no other than the nonce.
        if single.chain(general).any(|extension| extension.critical && extension.id != NONCE) {
            return Err(MALFORMED);
        }
        let nonce = request.tbs.extensions.iter().flatten().find(|extension| extension.id == NONCE);
        let nonce = nonce.map(|extension| extension.value.as_bytes().to_vec());
        // The value is an OCTET STRING within; old clients send bare octets. Neither may be empty or long (RFC 9654 2.1).
        let length = |nonce: &Vec<u8>| OctetString::from_der(nonce).map_or(nonce.len(), |inner| inner.as_bytes().len());
        if nonce.as_ref().is_some_and(|nonce| !(1..=MAX_NONCE).contains(&length(nonce))) {
            return Err(MALFORMED);
        }
        let certificates = request.tbs.list.iter().map(|asked| cert_id(&asked.id)).collect::<Result<_, _>>()?;
        Ok(OcspRequest { certificates, nonce })
    }
}

fn cert_id(id: &Any) -> Result<CertId, Error> {
    let malformed = |_| Error::Malformed { what: WHAT };
    let der = id.to_der().map_err(malformed)?;
    let read = CertIdWire::from_der(&der).map_err(malformed)?;
    Ok(CertId {
        digest: Digest::of(read.hash_algorithm.oid),
        name_hash: read.issuer_name_hash.into_bytes().to_vec(),
        key_hash: read.issuer_key_hash.into_bytes().to_vec(),
        serial: SerialNumber::from_integer(read.serial_number.as_bytes())?,
        der,
    })
}

/// A request as relying parties write it (SHA-1, one certificate), for tests.
pub fn request(ca: &CertificateView, serial: &SerialNumber, nonce: Option<&[u8]>) -> Result<Vec<u8>, Error> {
    let Issuer(hashes) = Issuer::new(ca)?;
    let (_, name, key) = hashes.into_iter().next().ok_or_else(|| unencodable("no hash"))?;
    let id = CertIdWire {
        hash_algorithm: AlgorithmIdentifierOwned { oid: const_oid::db::rfc5912::ID_SHA_1, parameters: Some(Any::from(AnyRef::NULL)) },
        issuer_name_hash: OctetString::new(name).map_err(unencodable)?,
        issuer_key_hash: OctetString::new(key).map_err(unencodable)?,
        serial_number: der::asn1::Int::from(Uint::new(serial.octets()).map_err(unencodable)?),
    };
    let nonce = nonce.map(|nonce| {
        let inner = OctetString::new(nonce)?.to_der()?;
        Ok::<_, der::Error>(vec![ExtensionWire { id: NONCE, critical: false, value: OctetString::new(inner)? }])
    });
    let id = Any::from_der(&id.to_der().map_err(unencodable)?).map_err(unencodable)?;
    let tbs = TbsRequest {
        version: None,
        requestor: None,
        list: vec![RequestWire { id, extensions: None }],
        extensions: nonce.transpose().map_err(unencodable)?,
    };
    OcspRequestWire { tbs, signature: None }.to_der().map_err(unencodable)
}
