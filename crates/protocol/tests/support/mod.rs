//! What the tests of this crate share: the openssl command as a judge we did not write, and a small hierarchy.
#![allow(dead_code, clippy::unwrap_used)]

use protocol::{
    Error, Timestamp,
    key::{KeyAlgorithm, PrivateKey, PublicKey},
    x509::{
        AttributeType, Authority, CertificateSpec, CertificateView, DistinguishedName, ExtendedKeyUsage, KeyUsage, NameConstraints,
        SerialNumber, SubjectAltName, Validity, sign_certificate,
    },
};
use std::{path::Path, process::Command};

/// Saturday morning, the day of the tests: 2026-11-21T10:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_255_200);

/// A CA made for a test.
pub(crate) struct TestCa {
    pub(crate) key: PrivateKey,
    pub(crate) public: PublicKey,
    pub(crate) certificate: Option<Vec<u8>>,
}

impl Authority for TestCa {
    fn certificate(&self) -> Option<&[u8]> {
        self.certificate.as_deref()
    }
    fn public_key(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, Error> {
        self.key.sign(tbs)
    }
}

impl TestCa {
    pub(crate) fn without_certificate(algorithm: KeyAlgorithm) -> Self {
        let key = PrivateKey::generate(algorithm).unwrap();
        TestCa { public: key.public().unwrap(), key, certificate: None }
    }
    pub(crate) fn root(algorithm: KeyAlgorithm) -> Self {
        let mut ca = Self::without_certificate(algorithm);
        let spec = ca_spec(&ca.public, "Example Root", None);
        let der = sign_certificate(&spec, &ca).unwrap();
        let view = CertificateView::from_der(&der).unwrap();
        assert_eq!(view.lint(&spec, &view), Vec::<String>::new());
        ca.certificate = Some(der);
        ca
    }
    pub(crate) fn issuing(root: &TestCa, algorithm: KeyAlgorithm, constraints: NameConstraints) -> Self {
        let mut ca = Self::without_certificate(algorithm);
        let mut spec = ca_spec(&ca.public, "Example Issuing", Some(constraints));
        spec.ca = Some(Some(0));
        let der = sign_certificate(&spec, root).unwrap();
        let view = CertificateView::from_der(&der).unwrap();
        assert_eq!(view.lint(&spec, &root.view()), Vec::<String>::new());
        ca.certificate = Some(der);
        ca
    }
    pub(crate) fn view(&self) -> CertificateView {
        CertificateView::from_der(self.certificate.as_deref().unwrap()).unwrap()
    }
}

pub(crate) fn name(attributes: &[(AttributeType, &str)]) -> DistinguishedName {
    DistinguishedName::new(attributes.iter().map(|(attribute, value)| (attribute.clone(), (*value).to_owned())).collect()).unwrap()
}

pub(crate) fn constraints() -> NameConstraints {
    NameConstraints {
        rfc822_domains: vec!["example.edu".to_owned()],
        dns_names: vec!["example.edu".to_owned()],
        ip_ranges: vec![("10.1.2.3".parse().unwrap(), 8), ("fd00::1".parse().unwrap(), 8)],
    }
}

pub(crate) fn ca_spec(key: &PublicKey, common_name: &str, constraints: Option<NameConstraints>) -> CertificateSpec {
    CertificateSpec {
        serial: SerialNumber::from_random([7; 16]),
        subject: name(&[
            (AttributeType::Country, "CH"),
            (AttributeType::Organization, "Exämple"),
            (AttributeType::CommonName, common_name),
        ]),
        san: Vec::new(),
        validity: Validity { not_before: NOW.plus(-600), not_after: NOW.plus(30 * 365 * Timestamp::DAY) },
        public_key: key.clone(),
        key_usage: KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
        extended_key_usage: Vec::new(),
        ca: Some(None),
        name_constraints: constraints,
        policies: Vec::new(),
        crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        ocsp_urls: Vec::new(),
        ocsp_nocheck: false,
    }
}

pub(crate) fn leaf_spec(key: &PublicKey) -> CertificateSpec {
    CertificateSpec {
        serial: SerialNumber::from_octets(&[0x9a, 1, 2, 3]).unwrap(),
        subject: name(&[
            (AttributeType::Organization, "Exämple"),
            (AttributeType::OrganizationalUnit, "Physics"),
            (AttributeType::OrganizationalUnit, "Optics"),
            (AttributeType::SerialNumber, "00017"),
            (AttributeType::UserId, "alice"),
            (AttributeType::EmailAddress, "alice@example.edu"),
            (AttributeType::CommonName, "Alice Müller"),
        ]),
        san: vec![SubjectAltName::Rfc822Name("alice@example.edu".into()), SubjectAltName::UserPrincipalName("alice@EXAMPLE.EDU".into())],
        validity: Validity { not_before: NOW.plus(-600), not_after: NOW.plus(365 * Timestamp::DAY) },
        public_key: key.clone(),
        key_usage: KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT),
        extended_key_usage: vec![
            ExtendedKeyUsage::ClientAuth,
            ExtendedKeyUsage::EmailProtection,
            ExtendedKeyUsage::DocumentSigning,
            ExtendedKeyUsage::Other("2.25.329800735698586629295641978511506172918".into()),
        ],
        ca: None,
        name_constraints: None,
        policies: vec![("2.25.17".into(), Some("http://pki.example.edu/cps".into())), ("1.3.6.1.4.1.32473.1".into(), None)],
        crl_urls: vec!["http://pki.example.edu/crl/issuing.crl".into()],
        ca_issuer_urls: vec!["http://pki.example.edu/ca/issuing.crt".into()],
        ocsp_urls: vec!["http://pki.example.edu/ocsp/issuing".into()],
        ocsp_nocheck: false,
    }
}

/// The openssl command is here. Missing judges fail where `CI=true` and are reported as skipped elsewhere.
pub(crate) fn has_openssl() -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok();
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "the openssl command is missing");
    if !found {
        eprintln!("SKIPPED: the openssl command is missing");
    }
    found
}

/// Runs openssl in `folder`; success and everything it said.
pub(crate) fn openssl(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}
