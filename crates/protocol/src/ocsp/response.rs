//! Responses: what is known of certificates, signed by a delegated responder, or why there is no answer.

use super::{
    CertId, NONCE, unencodable,
    wire::{
        BasicResponse, CertStatusWire, ExtensionWire, OcspResponseWire, ReasonWire, ResponderId, ResponseBytes, ResponseData,
        ResponseStatus, RevokedInfo, SingleWire,
    },
};
use crate::{
    Error, Timestamp,
    crl::Reason,
    tlv,
    x509::{Authority, signature},
};
use der::{
    Any, Decode, Encode,
    asn1::{BitString, GeneralizedTime, Null, ObjectIdentifier, OctetString},
};
use openssl::hash::{MessageDigest, hash};
use spki::AlgorithmIdentifierOwned;
use std::time::Duration;

/// id-pkix-ocsp-basic.
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");

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
