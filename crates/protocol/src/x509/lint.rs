//! Re-reading what was signed: against what was meant, and against the rules of RFC 5280.

use super::{
    CertificateSpec, CertificateView, extension,
    view::{
        AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, CRL_DISTRIBUTION_POINTS, EXTENDED_KEY_USAGE, Extension, Fields, KEY_USAGE,
        NAME_CONSTRAINTS, SUBJECT_ALT_NAME, SUBJECT_KEY_IDENTIFIER,
    },
};
use crate::{
    Timestamp,
    tlv::{self, Tlv},
    x509::{KeyUsage, SerialNumber},
};

/// First second that needs GeneralizedTime (RFC 5280 4.1.2.5): 2050-01-01.
const YEAR_2050: Timestamp = Timestamp(2_524_608_000);

impl CertificateView {
    /// Re-reads our own output against what was meant (step 3 of the issuance cycle) and RFC 5280's rules; an empty list is good.
    /// For a self-signed root `issuer` is the root itself.
    pub fn lint(&self, meant: &CertificateSpec, issuer: &CertificateView) -> Vec<String> {
        let mut faults = Faults(Vec::new());
        match Fields::read(&self.der).and_then(|fields| fields.extensions().map(|extensions| (fields, extensions))) {
            Ok((fields, extensions)) => {
                self.lint_fields(&fields, meant, issuer, &mut faults);
                self.lint_extensions(&extensions, meant, issuer, &mut faults);
            }
            Err(error) => faults.0.push(error.to_string()),
        }
        faults.0
    }

    fn lint_fields(&self, fields: &Fields<'_>, meant: &CertificateSpec, issuer: &CertificateView, faults: &mut Faults) {
        faults.unless(fields.version == 2, "version is not 3");
        faults.unless(self.serial == meant.serial, "serial number is not the one that was reserved");
        faults.unless(
            fields.serial.content == meant.serial.integer_octets() && SerialNumber::from_octets(self.serial.octets()).is_ok(),
            "serial number is not a positive minimal integer of at most 20 octets",
        );
        faults.unless(fields.inner_algorithm.raw == fields.outer_algorithm.raw, "signature algorithms inside and outside differ");
        faults.unless(self.issuer_der == issuer.subject_der, "issuer is not the issuer's subject, byte for byte");
        faults.unless(!issuer.subject.is_empty(), "issuer is empty");
        faults.unless(self.subject == meant.subject, "subject is not the one that was meant");
        faults.unless(self.validity == meant.validity, "validity is not the one that was meant");
        faults.unless(self.validity.not_before <= self.validity.not_after, "validity ends before it begins");
        match fields.dates() {
            Ok(dates) => faults
                .unless(dates.iter().all(well_encoded), "a date is not UTCTime until 2049 and GeneralizedTime after, with seconds and Z"),
            Err(error) => faults.0.push(error.to_string()),
        }
        faults.unless(self.public_key == meant.public_key, "public key is not the subject's");
        faults.unless(fields.spki.raw == meant.public_key.spki(), "SubjectPublicKeyInfo is encoded in another way");
        if let Err(error) = self.verify_signature(&issuer.public_key, false) {
            faults.0.push(error.to_string());
        }
    }

    fn lint_extensions(&self, extensions: &[Extension<'_>], meant: &CertificateSpec, issuer: &CertificateView, faults: &mut Faults) {
        let find = |oid: &[u8]| extensions.iter().find(|extension| extension.oid == oid);
        let critical = |oid: &[u8]| find(oid).map(|extension| extension.critical);
        for (index, extension) in extensions.iter().enumerate() {
            let again = extensions.iter().skip(index + 1).any(|other| other.oid == extension.oid);
            faults.unless(!again, "an extension stands twice");
        }

        // RFC 5280 4.2.1.1 and 4.2.1.2.
        let self_signed = self.public_key == issuer.public_key && self.subject_der == self.issuer_der;
        let expected = match (self_signed, &issuer.subject_key_identifier) {
            (true, _) => None,
            (false, Some(identifier)) => Some(identifier.clone()),
            (false, None) => issuer.public_key.key_identifier().ok(),
        };
        faults.unless(self.authority_key_identifier == expected, "authorityKeyIdentifier is not the issuer's subjectKeyIdentifier");
        faults.unless(critical(AUTHORITY_KEY_IDENTIFIER) != Some(true), "authorityKeyIdentifier is critical");
        faults.unless(
            self.subject_key_identifier.is_some() && self.subject_key_identifier == self.public_key.key_identifier().ok(),
            "subjectKeyIdentifier is not made from the public key",
        );
        faults.unless(critical(SUBJECT_KEY_IDENTIFIER) == Some(false), "subjectKeyIdentifier is missing or critical");

        // 4.2.1.3 and 4.2.1.12.
        faults.unless(self.key_usage == Some(meant.key_usage), "keyUsage is not the one that was meant");
        faults.unless(critical(KEY_USAGE) == Some(true), "keyUsage is missing or not critical");
        faults.unless(self.extended_key_usage == meant.extended_key_usage, "extendedKeyUsage is not the one that was meant");
        faults.unless(critical(EXTENDED_KEY_USAGE) != Some(true), "extendedKeyUsage is critical");

        // 4.2.1.6.
        faults.unless(self.san == meant.san, "subjectAltName is not the one that was meant");
        let empty = self.subject.is_empty();
        faults.unless(!empty || !self.san.is_empty(), "subject and subjectAltName are both empty");
        faults.unless(
            critical(SUBJECT_ALT_NAME).is_none_or(|critical| critical == empty),
            "subjectAltName is not critical with an empty subject, or critical with another",
        );

        // 4.2.1.9 and 4.2.1.10.
        let constraints = find(BASIC_CONSTRAINTS).map(Extension::basic_constraints);
        match (meant.ca, constraints) {
            (None, None) => {}
            (Some(length), Some(Ok((true, written)))) => {
                faults.unless(length.map(u64::from) == written, "pathLenConstraint is not the one that was meant");
                faults.unless(critical(BASIC_CONSTRAINTS) == Some(true), "basicConstraints are not critical");
                faults.unless(meant.key_usage.has(KeyUsage::KEY_CERT_SIGN), "a CA without keyCertSign");
            }
            _ => faults.0.push("basicConstraints are not the ones that were meant".to_owned()),
        }
        faults.unless(meant.ca.is_some() || !meant.key_usage.has(KeyUsage::KEY_CERT_SIGN), "keyCertSign without being a CA");
        faults.unless(
            critical(NAME_CONSTRAINTS) == meant.name_constraints.as_ref().map(|_| true),
            "nameConstraints are not the ones that were meant",
        );
        lint_urls_and_policies(extensions, meant, faults);
    }
}

/// certificatePolicies, authorityInfoAccess, cRLDistributionPoints and id-pkix-ocsp-nocheck are there as meant, and nothing is there
/// that was not meant (4.2.1.4, 4.2.1.13, 4.2.2.1; RFC 6960 4.2.2.2.1).
fn lint_urls_and_policies(extensions: &[Extension<'_>], meant: &CertificateSpec, faults: &mut Faults) {
    let expected = match extension::custom(meant) {
        Ok(expected) => expected,
        Err(error) => return faults.0.push(error.to_string()),
    };
    let oid = |arcs: &mut dyn Iterator<Item = u64>| tlv::oid_from_dotted(&arcs.map(|arc| arc.to_string()).collect::<Vec<_>>().join("."));
    for meant in &expected {
        let oid = oid(&mut meant.oid_components());
        let there = extensions
            .iter()
            .any(|found| Some(found.oid) == oid.as_deref() && found.value == meant.content() && found.critical == meant.criticality());
        faults.unless(there, "an extension for keys, purposes, policies or URLs is not the one that was meant");
    }
    let points = extensions.iter().find(|extension| extension.oid == CRL_DISTRIBUTION_POINTS);
    faults.unless(points.is_some() != meant.crl_urls.is_empty(), "cRLDistributionPoints are not the ones that were meant");
    if let Some(points) = points {
        let named = |url: &String| points.value.windows(url.len().max(1)).any(|window| window == url.as_bytes());
        faults.unless(!points.critical && meant.crl_urls.iter().all(named), "cRLDistributionPoints are not the ones that were meant");
    }
    let known = [AUTHORITY_KEY_IDENTIFIER, KEY_USAGE, SUBJECT_ALT_NAME, BASIC_CONSTRAINTS, NAME_CONSTRAINTS, CRL_DISTRIBUTION_POINTS];
    let others = extensions.iter().filter(|extension| !known.contains(&extension.oid)).count();
    // A CA's subjectKeyIdentifier is written beside its basicConstraints, everybody else's here.
    faults.unless(others == expected.len() + usize::from(meant.ca.is_some()), "an extension stands there that was not meant");
}

struct Faults(Vec<String>);

impl Faults {
    fn unless(&mut self, good: bool, fault: &str) {
        if !good {
            self.0.push(fault.to_owned());
        }
    }
}

fn well_encoded(date: &Tlv<'_>) -> bool {
    let Ok(time) = tlv::time(date, "date") else { return false };
    let (tag, length) = if time < YEAR_2050 { (tlv::UTC_TIME, 13) } else { (tlv::GENERALIZED_TIME, 15) };
    date.tag == tag && date.content.len() == length && date.content.ends_with(b"Z")
}
