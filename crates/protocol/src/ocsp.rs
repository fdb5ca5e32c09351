//! OCSP (RFC 6960): requests are read, responses are made and signed by a delegated responder.

use crate::{
    Error, Timestamp,
    crl::Reason,
    tlv,
    x509::{Authority, CertificateView, SerialNumber, signature},
};
use der::{
    Any, AnyRef, Choice, Decode, Encode, Enumerated, Sequence,
    asn1::{BitString, GeneralizedTime, Null, ObjectIdentifier, OctetString, Uint},
};
use openssl::hash::{MessageDigest, hash};
use spki::AlgorithmIdentifierOwned;
use std::time::Duration;

const WHAT: &str = "OCSP request";
/// Largest request read, octets: a certificate takes about one hundred.
pub const MAX_LEN: usize = 16 * 1024;
/// Most certificates in one request: each costs a look-up.
pub const MAX_CERTIFICATES: usize = 64;
/// Longest nonce (RFC 9654 2.1: 1 to 128 octets).
const MAX_NONCE: usize = 128;

/// id-pkix-ocsp-basic.
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
/// id-pkix-ocsp-nonce.
const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");

// --- wire (RFC 6960 4.1.1, 4.2.1)

#[derive(Sequence, Clone)]
struct CertIdWire {
    hash_algorithm: AlgorithmIdentifierOwned,
    issuer_name_hash: OctetString,
    issuer_key_hash: OctetString,
    serial_number: der::asn1::Int,
}

#[derive(Sequence, Clone)]
struct ExtensionWire {
    id: ObjectIdentifier,
    #[asn1(default = "Default::default")]
    critical: bool,
    value: OctetString,
}

#[derive(Sequence)]
struct RequestWire {
    id: Any,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Vec<ExtensionWire>>,
}

#[derive(Sequence)]
struct TbsRequest {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    version: Option<u8>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    requestor: Option<Any>,
    list: Vec<RequestWire>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Vec<ExtensionWire>>,
}

#[derive(Sequence)]
struct OcspRequestWire {
    tbs: TbsRequest,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    signature: Option<Any>,
}

#[derive(Sequence)]
struct RevokedInfo {
    time: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    reason: Option<ReasonWire>,
}

#[derive(Enumerated, Clone, Copy, PartialEq, Eq)]
#[asn1(type = "ENUMERATED")]
#[repr(u8)]
enum ReasonWire {
    KeyCompromise = 1,
    CaCompromise = 2,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    CertificateHold = 6,
    RemoveFromCrl = 8,
    PrivilegeWithdrawn = 9,
    AaCompromise = 10,
}

#[derive(Choice)]
enum CertStatusWire {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    Good(Null),
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Revoked(RevokedInfo),
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT")]
    Unknown(Null),
}

#[derive(Sequence)]
struct SingleWire {
    id: Any,
    status: CertStatusWire,
    this_update: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    next_update: Option<GeneralizedTime>,
}

#[derive(Choice)]
enum ResponderId {
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", constructed = "true")]
    ByKey(OctetString),
}

#[derive(Sequence)]
struct ResponseData {
    responder: ResponderId,
    produced_at: GeneralizedTime,
    responses: Vec<SingleWire>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Vec<ExtensionWire>>,
}

#[derive(Sequence)]
struct BasicResponse {
    data: Any,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    certificates: Option<Vec<Any>>,
}

#[derive(Enumerated, Clone, Copy, PartialEq, Eq)]
#[asn1(type = "ENUMERATED")]
#[repr(u8)]
enum ResponseStatus {
    Successful = 0,
    MalformedRequest = 1,
    InternalError = 2,
    TryLater = 3,
    SigRequired = 5,
    Unauthorized = 6,
}

#[derive(Sequence)]
struct ResponseBytes {
    response_type: ObjectIdentifier,
    response: OctetString,
}

#[derive(Sequence)]
struct OcspResponseWire {
    status: ResponseStatus,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    bytes: Option<ResponseBytes>,
}

// --- values

/// Which certificate is asked about (RFC 6960 4.1.1 CertID), as received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CertId {
    der: Vec<u8>,
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

/// What is known of a certificate (CertStatus).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertStatus {
    /// Issued by us and not revoked.
    Good,
    /// Revoked or held.
    Revoked {
        /// revocationTime.
        at: Timestamp,
        /// revocationReason; unspecified is left out.
        reason: Reason,
    },
    /// Never issued by this CA.
    Unknown,
}

/// One answer (SingleResponse).
#[derive(Debug, Clone)]
pub struct SingleResponse<'a> {
    /// About which certificate.
    pub id: &'a CertId,
    /// What is known.
    pub status: CertStatus,
    /// Since when this is known to be so.
    pub this_update: Timestamp,
    /// Until when it may be relied on.
    pub next_update: Timestamp,
}

/// Signs a response (successful, id-pkix-ocsp-basic) by `responder`, whose certificate goes with it, so that relying parties need
/// no other copy. The responder is named by its key (RFC 6960 4.2.2.3).
pub fn sign_response(
    responses: &[SingleResponse<'_>],
    nonce: Option<&[u8]>,
    produced_at: Timestamp,
    responder: &dyn Authority,
) -> Result<Vec<u8>, Error> {
    let certificate = responder.certificate().ok_or_else(|| unencodable("the responder has no certificate"))?;
    let key = responder.public_key();
    let extension = |value: &[u8]| Ok::<_, der::Error>(vec![ExtensionWire { id: NONCE, critical: false, value: OctetString::new(value)? }]);
    let singles = responses.iter().map(single).collect::<Result<Vec<_>, Error>>()?;
    let key_hash = hash(MessageDigest::sha1(), key.subject_public_key()?)?;
    let data = ResponseData {
        responder: ResponderId::ByKey(OctetString::new(key_hash.as_ref()).map_err(unencodable)?),
        produced_at: generalized(produced_at)?,
        responses: singles,
        extensions: nonce.map(extension).transpose().map_err(unencodable)?,
    };
    let data = data.to_der().map_err(unencodable)?;
    let signature = responder.sign(&data)?;
    let basic = BasicResponse {
        data: Any::from_der(&data).map_err(unencodable)?,
        algorithm: AlgorithmIdentifierOwned::from_der(signature::algorithm_identifier(key)?).map_err(unencodable)?,
        signature: BitString::from_bytes(&signature).map_err(unencodable)?,
        certificates: Some(vec![Any::from_der(certificate).map_err(unencodable)?]),
    };
    let response = OctetString::new(basic.to_der().map_err(unencodable)?).map_err(unencodable)?;
    let bytes = ResponseBytes { response_type: BASIC, response };
    OcspResponseWire { status: ResponseStatus::Successful, bytes: Some(bytes) }.to_der().map_err(unencodable)
}

fn single(response: &SingleResponse<'_>) -> Result<SingleWire, Error> {
    Ok(SingleWire {
        id: Any::from_der(&response.id.der).map_err(unencodable)?,
        status: match response.status {
            CertStatus::Good => CertStatusWire::Good(Null),
            CertStatus::Revoked { at, reason } => {
                CertStatusWire::Revoked(RevokedInfo { time: generalized(at)?, reason: reason_wire(reason) })
            }
            CertStatus::Unknown => CertStatusWire::Unknown(Null),
        },
        this_update: generalized(response.this_update)?,
        next_update: Some(generalized(response.next_update)?),
    })
}

fn reason_wire(reason: Reason) -> Option<ReasonWire> {
    Some(match reason {
        Reason::Unspecified => return None,
        Reason::KeyCompromise => ReasonWire::KeyCompromise,
        Reason::CaCompromise => ReasonWire::CaCompromise,
        Reason::AffiliationChanged => ReasonWire::AffiliationChanged,
        Reason::Superseded => ReasonWire::Superseded,
        Reason::CessationOfOperation => ReasonWire::CessationOfOperation,
        Reason::CertificateHold => ReasonWire::CertificateHold,
        Reason::RemoveFromCrl => ReasonWire::RemoveFromCrl,
        Reason::PrivilegeWithdrawn => ReasonWire::PrivilegeWithdrawn,
        Reason::AaCompromise => ReasonWire::AaCompromise,
    })
}

/// Why there is no answer (OCSPResponseStatus other than successful); unsigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// malformedRequest (1).
    MalformedRequest,
    /// internalError (2).
    InternalError,
    /// tryLater (3).
    TryLater,
    /// unauthorized (6): not our certificates (RFC 5019 2.2.3).
    Unauthorized,
}

impl Refusal {
    /// The response, DER.
    pub fn to_der(self) -> Vec<u8> {
        let status = match self {
            Refusal::MalformedRequest => ResponseStatus::MalformedRequest,
            Refusal::InternalError => ResponseStatus::InternalError,
            Refusal::TryLater => ResponseStatus::TryLater,
            Refusal::Unauthorized => ResponseStatus::Unauthorized,
        };
        vec![tlv::SEQUENCE, 3, 0x0a, 1, status as u8]
    }
}

fn generalized(time: Timestamp) -> Result<GeneralizedTime, Error> {
    let seconds = u64::try_from(time.0).map_err(unencodable)?;
    GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).map_err(unencodable)
}

fn unencodable(reason: impl std::fmt::Display) -> Error {
    Error::Unencodable { what: "OCSP response", reason: reason.to_string() }
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
