//! Extensions that rcgen has no field for, or none that is wide enough, as DER by `der` and `x509-cert`.

use super::{ExtendedKeyUsage, build::CertificateSpec};
use crate::{Error, tlv};
use der::{
    Encode, Tag,
    asn1::{AnyRef, Ia5String, Null, ObjectIdentifier, OctetStringRef},
};
use rcgen::CustomExtension;
use x509_cert::ext::pkix::{AccessDescription, AuthorityInfoAccessSyntax, name::GeneralName};

const SUBJECT_KEY_IDENTIFIER: [u64; 4] = [2, 5, 29, 14];
const CERTIFICATE_POLICIES: [u64; 4] = [2, 5, 29, 32];
const EXTENDED_KEY_USAGE: [u64; 4] = [2, 5, 29, 37];
const AUTHORITY_INFO_ACCESS: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 1];
const OCSP_NOCHECK: [u64; 10] = [1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
const ID_AD_OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const ID_AD_CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
const ID_QT_CPS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.2.1");

/// The extensions of `spec` that are written here, in the order in which they will stand.
pub(super) fn custom(spec: &CertificateSpec) -> Result<Vec<CustomExtension>, Error> {
    let mut extensions = Vec::with_capacity(5);
    if spec.ca.is_none() {
        // rcgen writes it together with basicConstraints only, which an end entity certificate does not need.
        let identifier = spec.public_key.key_identifier()?;
        let der = OctetStringRef::new(&identifier).and_then(|octets| octets.to_der());
        extensions.push(extension(&SUBJECT_KEY_IDENTIFIER, der, "subjectKeyIdentifier")?);
    }
    if !spec.extended_key_usage.is_empty() {
        extensions.push(extension(&EXTENDED_KEY_USAGE, Ok(extended_key_usage(&spec.extended_key_usage)?), "extendedKeyUsage")?);
    }
    if !spec.policies.is_empty() {
        extensions.push(extension(&CERTIFICATE_POLICIES, Ok(certificate_policies(&spec.policies)?), "certificatePolicies")?);
    }
    if !spec.ocsp_urls.is_empty() || !spec.ca_issuer_urls.is_empty() {
        let ocsp = spec.ocsp_urls.iter().map(|url| access(ID_AD_OCSP, url));
        let issuers = spec.ca_issuer_urls.iter().map(|url| access(ID_AD_CA_ISSUERS, url));
        let der = ocsp.chain(issuers).collect::<Result<Vec<_>, _>>().and_then(|all| AuthorityInfoAccessSyntax(all).to_der());
        extensions.push(extension(&AUTHORITY_INFO_ACCESS, der, "authorityInfoAccess")?);
    }
    if spec.ocsp_nocheck {
        extensions.push(extension(&OCSP_NOCHECK, Null.to_der(), "id-pkix-ocsp-nocheck")?);
    }
    Ok(extensions)
}

fn extension(oid: &[u64], der: Result<Vec<u8>, der::Error>, what: &'static str) -> Result<CustomExtension, Error> {
    let der = der.map_err(|error| Error::Unencodable { what, reason: error.to_string() })?;
    Ok(CustomExtension::from_oid_content(oid, der))
}

/// RFC 5280 4.2.1.4, with the CPS pointer as the only qualifier. Written here because the arcs of 32 bits that `x509-cert` knows
/// cannot hold an identifier under 2.25, whose arc is a UUID.
fn certificate_policies(policies: &[(String, Option<String>)]) -> Result<Vec<u8>, Error> {
    let unencodable = |reason: String| Error::Unencodable { what: "certificatePolicies", reason };
    let mut all = Vec::new();
    for (oid, cps) in policies {
        let oid = tlv::oid_from_dotted(oid).ok_or_else(|| unencodable(format!("{oid} is no object identifier")))?;
        all.extend(policy(&oid, cps.as_deref()).map_err(|error| unencodable(error.to_string()))?);
    }
    sequence(&all).map_err(|error| unencodable(error.to_string()))
}

fn policy(oid: &[u8], cps: Option<&str>) -> Result<Vec<u8>, der::Error> {
    let mut content = AnyRef::new(Tag::ObjectIdentifier, oid)?.to_der()?;
    if let Some(uri) = cps {
        let mut qualifier = ID_QT_CPS.to_der()?;
        Ia5String::new(uri)?.encode_to_vec(&mut qualifier)?;
        content.extend(sequence(&sequence(&qualifier)?)?);
    }
    sequence(&content)
}

fn sequence(content: &[u8]) -> Result<Vec<u8>, der::Error> {
    AnyRef::new(Tag::Sequence, content)?.to_der()
}

fn access(method: ObjectIdentifier, url: &str) -> Result<AccessDescription, der::Error> {
    Ok(AccessDescription { access_method: method, access_location: GeneralName::UniformResourceIdentifier(Ia5String::new(url)?) })
}

/// RFC 5280 4.2.1.12. Written here because rcgen's arcs of 64 bits cannot hold an identifier under 2.25, whose arc is a UUID.
fn extended_key_usage(purposes: &[ExtendedKeyUsage]) -> Result<Vec<u8>, Error> {
    let unencodable = |reason: &str| Error::Unencodable { what: "extendedKeyUsage", reason: reason.to_owned() };
    let contents = purposes.iter().map(|purpose| tlv::oid_from_dotted(purpose.oid())).collect::<Option<Vec<_>>>();
    let contents = contents.ok_or_else(|| unencodable("holds a purpose that is no object identifier"))?;
    let oids = contents.iter().map(|content| AnyRef::new(Tag::ObjectIdentifier, content)).collect::<Result<Vec<_>, _>>();
    oids.and_then(|oids| oids.to_der()).map_err(|error| unencodable(&error.to_string()))
}
