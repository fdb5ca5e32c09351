//! SignedData as devices write it.

use super::{Digest, Encoding, content_info, issuer_and_serial};
use crate::{
    Error, Identity,
    wire::{der::Der, oid},
};
use openssl::{pkey::Id, sign::Signer, x509::X509};

/// How a message is signed.
pub(crate) struct SigningOptions<'a> {
    pub(crate) encoding: Encoding,
    pub(crate) digest: Digest,
    /// `None`: no signedAttrs, the signature is over the content. Further attributes otherwise.
    pub(crate) attributes: Option<Vec<(&'static str, Der)>>,
    /// signingTime, with attributes only.
    pub(crate) signing_time: Option<i64>,
    /// Certificates in the message, in this order (sorted where DER is written).
    pub(crate) certificates: Vec<&'a X509>,
    /// sha*WithRSA instead of rsaEncryption as signatureAlgorithm.
    pub(crate) combined_oid: bool,
}

/// An attached SignedData.
pub(crate) fn sign(content: &[u8], identity: &Identity, options: &SigningOptions<'_>) -> Result<Vec<u8>, Error> {
    let digest = options.digest;
    let signed_attributes = match &options.attributes {
        None => None,
        Some(further) => {
            let mut attributes = vec![
                attribute(oid::CONTENT_TYPE, Der::oid(oid::DATA)),
                attribute(oid::MESSAGE_DIGEST, Der::octets(&openssl::hash::hash(digest.openssl(), content)?)),
            ];
            if let Some(at) = options.signing_time {
                attributes.push(attribute(oid::SIGNING_TIME, utc_time(at)?));
            }
            attributes.extend(further.iter().map(|(kind, value)| attribute(kind, value.clone())));
            Some(attributes)
        }
    };
    let to_sign = match &signed_attributes {
        Some(attributes) => Der::sorted_set(0x31, attributes.clone()).to_der(),
        None => content.to_vec(),
    };
    let signature = Signer::new(digest.openssl(), &identity.key)?.sign_oneshot_to_vec(&to_sign)?;
    let signature_algorithm = match identity.key.id() {
        Id::EC => Der::sequence(vec![Der::oid(digest.with_ecdsa())]),
        _ if options.combined_oid => Der::algorithm(digest.with_rsa()),
        _ => Der::algorithm(oid::RSA),
    };
    let mut signer_info = vec![Der::small(1), issuer_and_serial(&identity.certificate)?, Der::algorithm(digest.oid())];
    if let Some(attributes) = signed_attributes {
        // Raw: what was signed must not be encoded another way.
        signer_info.push(Der::Raw(Der::sorted_set(0xa0, attributes).to_der()));
    }
    signer_info.extend([signature_algorithm, Der::octets(&signature)]);

    let mut certificates = options.certificates.iter().map(|c| c.to_der()).collect::<Result<Vec<_>, _>>()?;
    if options.encoding == Encoding::Der {
        certificates.sort();
    }
    let mut signed_data = vec![
        Der::small(1),
        Der::set(vec![Der::algorithm(digest.oid())]),
        Der::sequence(vec![Der::oid(oid::DATA), Der::context(0, vec![Der::Octets(0x04, content.to_vec())])]),
    ];
    if !certificates.is_empty() {
        signed_data.push(Der::context(0, certificates.into_iter().map(Der::Raw).collect()));
    }
    signed_data.push(Der::set(vec![Der::sequence(signer_info)]));
    Ok(options.encoding.write(&content_info(oid::SIGNED_DATA, Der::sequence(signed_data))))
}

fn attribute(kind: &str, value: Der) -> Der {
    Der::sequence(vec![Der::oid(kind), Der::set(vec![value])])
}

fn utc_time(at: i64) -> Result<Der, Error> {
    let at = time::OffsetDateTime::from_unix_timestamp(at).map_err(|_| Error::Malformed("time".to_owned()))?;
    let (year, month, day) = (at.year() % 100, u8::from(at.month()), at.day());
    let text = format!("{year:02}{month:02}{day:02}{:02}{:02}{:02}Z", at.hour(), at.minute(), at.second());
    Ok(Der::Primitive(0x17, text.into_bytes()))
}
