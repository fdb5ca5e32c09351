//! Making SignedData with one signer (RFC 5652 section 5), DER.

use super::{
    Attribute, Digest, SigningIdentity,
    algorithm::{CONTENT_TYPE, ID_DATA, ID_SIGNED_DATA, MESSAGE_DIGEST, SIGNING_TIME, SignatureKind},
    ber::{self, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, UTC_TIME, context, element},
    identify::IssuerAndSerial,
};
use crate::{Error, Timestamp};

/// Attached SignedData over `content`: contentType, messageDigest, signingTime when given, then `attributes`;
/// signatureAlgorithm rsaEncryption (for an EC key ecdsa-with-SHA*). An empty `content` gives an empty OCTET STRING.
pub fn sign(
    content: &[u8],
    identity: &SigningIdentity<'_>,
    digest: Digest,
    signing_time: Option<Timestamp>,
    attributes: Vec<Attribute>,
    include_certificate: bool,
) -> Result<Vec<u8>, Error> {
    let kind = if identity.key.is_rsa() { SignatureKind::Rsa } else { SignatureKind::Ecdsa };

    let mut encoded = Vec::with_capacity(attributes.len() + 3);
    encoded.push(attribute(CONTENT_TYPE, &element(OID, &[ID_DATA])));
    encoded.push(attribute(MESSAGE_DIGEST, &element(OCTET_STRING, &[&digest.sum(&[content])?])));
    if let Some(time) = signing_time {
        encoded.push(attribute(SIGNING_TIME, &time_value(time)));
    }
    for a in &attributes {
        encoded.push(attribute(&ber::oid_body(&a.oid)?, &a.value));
    }
    // DER of a SET OF: ascending encodings; no encoding is the beginning of another here
    encoded.sort_unstable();
    let signed_attributes = element(SET, &[&encoded.concat()]);
    let signature = identity.key.sign_with(digest, &signed_attributes)?;

    let digest_algorithm = digest.to_identifier();
    let signer_info = element(
        SEQUENCE,
        &[
            VERSION_1,
            &IssuerAndSerial::of(&identity.certificate.der)?.to_der(),
            &digest_algorithm,
            &[context(0)],
            signed_attributes.get(1..).unwrap_or_default(),
            &digest.to_signature_identifier(kind)?,
            &element(OCTET_STRING, &[&signature]),
        ],
    );
    let own = include_certificate.then_some(identity.certificate.der.as_slice());
    let certificates: Vec<&[u8]> = own.into_iter().chain(identity.chain.iter().map(|c| c.der.as_slice())).collect();
    let certificates = if certificates.is_empty() { Vec::new() } else { element(context(0), &certificates) };
    let explicit = element(context(0), &[&element(OCTET_STRING, &[content])]);
    Ok(signed_data(&digest_algorithm, &[&element(OID, &[ID_DATA]), &explicit], &certificates, &signer_info))
}

const VERSION_1: &[u8] = &[INTEGER, 1, 1];

/// ContentInfo around a SignedData; `rest` are the encoded certificates and CRLs fields.
pub(super) fn signed_data(digest_algorithms: &[u8], encapsulated: &[&[u8]], rest: &[u8], signer_infos: &[u8]) -> Vec<u8> {
    let body = [VERSION_1, &element(SET, &[digest_algorithms]), &element(SEQUENCE, encapsulated), rest, &element(SET, &[signer_infos])];
    content_info(ID_SIGNED_DATA, &element(SEQUENCE, &body))
}

/// ContentInfo (RFC 5652 section 3).
pub(super) fn content_info(content_type: &[u8], content: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&element(OID, &[content_type]), &element(context(0), &[content])])
}

fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&element(OID, &[oid]), &element(SET, &[value])])
}

/// UTCTime through 2049, GeneralizedTime after it (RFC 5652 11.3).
fn time_value(time: Timestamp) -> Vec<u8> {
    let t = time.to_offset();
    let rest = format!("{:02}{:02}{:02}{:02}{:02}Z", u8::from(t.month()), t.day(), t.hour(), t.minute(), t.second());
    if (1950..2050).contains(&t.year()) {
        element(UTC_TIME, &[format!("{:02}", t.year() % 100).as_bytes(), rest.as_bytes()])
    } else {
        element(GENERALIZED_TIME, &[format!("{:04}", t.year()).as_bytes(), rest.as_bytes()])
    }
}
