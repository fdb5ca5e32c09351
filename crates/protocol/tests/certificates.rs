//! Certificates as signed, judged by the openssl command and by our own lint.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::{
    Error, Timestamp,
    key::{KeyAlgorithm, PrivateKey},
    x509::{AttributeType, CertificateView, DistinguishedName, PreparedIssuer, SubjectAltName, sign_certificate},
};
use std::fs;
use support::*;

/// The words of `openssl x509 -text`.
fn text(folder: &std::path::Path, file: &str) -> String {
    openssl(folder, &["x509", "-in", file, "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space"]).1
}

#[test]
fn openssl_accepts_the_whole_chain_with_every_kind_of_ca_key() {
    if !has_openssl() {
        return;
    }
    for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::P256, KeyAlgorithm::P384] {
        let folder = tempfile::tempdir().unwrap();
        let root = TestCa::root(algorithm);
        let issuing = TestCa::issuing(&root, algorithm, constraints());
        let subject = PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
        let spec = leaf_spec(&subject.public().unwrap());
        let leaf = CertificateView::from_der(&sign_certificate(&spec, &issuing).unwrap()).unwrap();
        assert_eq!(leaf.lint(&spec, &issuing.view()), Vec::<String>::new());

        fs::write(folder.path().join("root.pem"), root.view().to_pem()).unwrap();
        fs::write(folder.path().join("issuing.pem"), issuing.view().to_pem()).unwrap();
        fs::write(folder.path().join("leaf.pem"), leaf.to_pem()).unwrap();
        let at = NOW.0.to_string();
        let arguments =
            ["verify", "-x509_strict", "-attime", &at, "-CAfile", "root.pem", "-untrusted", "issuing.pem", "-purpose", "sslclient"];
        let (good, said) = openssl(folder.path(), &[&arguments[..], &["leaf.pem"]].concat());
        assert!(good, "{algorithm:?}: {said}");
    }
}

#[test]
fn openssl_reads_in_a_leaf_what_was_meant() {
    if !has_openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = TestCa::root(KeyAlgorithm::P256);
    let subject = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let mut spec = leaf_spec(&subject.public().unwrap());
    spec.ocsp_nocheck = true;
    fs::write(folder.path().join("leaf.pem"), CertificateView::from_der(&sign_certificate(&spec, &root).unwrap()).unwrap().to_pem())
        .unwrap();
    let said = text(folder.path(), "leaf.pem");
    for part in [
        "Serial Number: 2583757315 (0x9a010203)",
        "Issuer: C=CH, O=Exämple, CN=Example Root",
        "O=Exämple, OU=Physics, OU=Optics, serialNumber=00017, UID=alice, emailAddress=alice@example.edu, CN=Alice Müller",
        "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment",
        "TLS Web Client Authentication, E-mail Protection",
        "2.25.329800735698586629295641978511506172918",
        "X509v3 Subject Alternative Name: \n                email:alice@example.edu, othername: UPN::alice@EXAMPLE.EDU",
        "Policy: 2.25.17\n                  CPS: http://pki.example.edu/cps",
        "Policy: 1.3.6.1.4.1.32473.1",
        "URI:http://pki.example.edu/crl/issuing.crl",
        "OCSP - URI:http://pki.example.edu/ocsp/issuing",
        "CA Issuers - URI:http://pki.example.edu/ca/issuing.crt",
        "OCSP No Check",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(said.contains(part), "missing {part:?} in\n{said}");
    }
    assert!(!said.contains("Basic Constraints"), "{said}");
}

#[test]
fn name_constraints_permit_the_department_and_nothing_else() {
    if !has_openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = TestCa::root(KeyAlgorithm::P256);
    let issuing = TestCa::issuing(&root, KeyAlgorithm::P256, constraints());
    fs::write(folder.path().join("root.pem"), root.view().to_pem()).unwrap();
    fs::write(folder.path().join("issuing.pem"), issuing.view().to_pem()).unwrap();
    let said = text(folder.path(), "issuing.pem");
    assert!(said.contains("X509v3 Name Constraints: critical"), "{said}");
    assert!(said.contains("IP:10.0.0.0/255.0.0.0"), "{said}");

    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap().public().unwrap();
    let cases = [
        (SubjectAltName::Rfc822Name("alice@example.edu".into()), true),
        (SubjectAltName::Rfc822Name("alice@example.org".into()), false),
        (SubjectAltName::Rfc822Name("alice@mail.example.edu".into()), false),
        (SubjectAltName::DnsName("pki.example.edu".into()), true),
        (SubjectAltName::DnsName("example.edu".into()), true),
        (SubjectAltName::DnsName("badexample.edu".into()), false),
        (SubjectAltName::IpAddress("10.9.8.7".parse().unwrap()), true),
        (SubjectAltName::IpAddress("11.0.0.1".parse().unwrap()), false),
        (SubjectAltName::IpAddress("fd12::1".parse().unwrap()), true),
        (SubjectAltName::IpAddress("2001:db8::1".parse().unwrap()), false),
    ];
    for (san, permitted) in cases {
        let mut spec = leaf_spec(&key);
        spec.subject = name(&[(AttributeType::CommonName, "Alice")]);
        spec.san = vec![san.clone()];
        let leaf = CertificateView::from_der(&sign_certificate(&spec, &issuing).unwrap()).unwrap();
        fs::write(folder.path().join("leaf.pem"), leaf.to_pem()).unwrap();
        let at = NOW.0.to_string();
        let arguments = ["verify", "-x509_strict", "-attime", &at, "-CAfile", "root.pem", "-untrusted", "issuing.pem", "leaf.pem"];
        let (good, said) = openssl(folder.path(), &arguments);
        assert_eq!(good, permitted, "{san:?}: {said}");
    }
}

#[test]
fn an_empty_subject_makes_the_alternative_name_critical() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap().public().unwrap();
    let mut spec = leaf_spec(&key);
    spec.subject = DistinguishedName::default();
    let view = CertificateView::from_der(&sign_certificate(&spec, &root).unwrap()).unwrap();
    assert_eq!(view.lint(&spec, &root.view()), Vec::<String>::new());
    let x509 = openssl::x509::X509::from_der(&view.der).unwrap();
    assert!(String::from_utf8(x509.to_text().unwrap()).unwrap().contains("X509v3 Subject Alternative Name: critical"));
    spec.san.clear();
    assert!(matches!(sign_certificate(&spec, &root), Err(Error::Unencodable { what: "subject", .. })));
}

#[test]
fn a_foreign_issuer_name_is_repeated_byte_for_byte_or_refused() {
    use openssl::{asn1::Asn1Type, nid::Nid};
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let subject = PrivateKey::generate(KeyAlgorithm::P256).unwrap().public().unwrap();
    let foreign = |entries: &[(Nid, &str, Asn1Type)]| {
        let mut name = openssl::x509::X509NameBuilder::new().unwrap();
        for (nid, value, kind) in entries {
            name.append_entry_by_nid_with_type(*nid, value, *kind).unwrap();
        }
        let name = name.build();
        let mut builder = openssl::x509::X509Builder::new().unwrap();
        builder.set_version(2).unwrap();
        builder.set_subject_name(&name).unwrap();
        builder.set_issuer_name(&name).unwrap();
        builder.set_serial_number(&openssl::bn::BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_not_before(&openssl::asn1::Asn1Time::from_unix(NOW.0).unwrap()).unwrap();
        builder.set_not_after(&openssl::asn1::Asn1Time::from_unix(NOW.0 + 1000).unwrap()).unwrap();
        builder.set_pubkey(key.as_openssl()).unwrap();
        builder.sign(key.as_openssl(), openssl::hash::MessageDigest::sha256()).unwrap();
        TestCa { key: key.clone(), public: key.public().unwrap(), certificate: Some(builder.build().to_der().unwrap()) }
    };
    let good = foreign(&[
        (Nid::COUNTRYNAME, "CH", Asn1Type::PRINTABLESTRING),
        (Nid::DOMAINCOMPONENT, "edu", Asn1Type::IA5STRING),
        (Nid::ORGANIZATIONNAME, "Example", Asn1Type::PRINTABLESTRING),
        (Nid::ORGANIZATIONALUNITNAME, "One", Asn1Type::T61STRING),
        (Nid::ORGANIZATIONALUNITNAME, "\0T\0w\0o", Asn1Type::BMPSTRING),
        (Nid::COMMONNAME, "Old CA", Asn1Type::UTF8STRING),
    ]);
    let spec = leaf_spec(&subject);
    let view = CertificateView::from_der(&sign_certificate(&spec, &good).unwrap()).unwrap();
    assert_eq!(view.issuer_der, good.view().subject_der);
    assert_eq!(view.lint(&spec, &good.view()), Vec::<String>::new());

    let twice = foreign(&[(Nid::DOMAINCOMPONENT, "example", Asn1Type::IA5STRING), (Nid::DOMAINCOMPONENT, "edu", Asn1Type::IA5STRING)]);
    assert!(matches!(sign_certificate(&spec, &twice), Err(Error::Unencodable { what: "issuer", .. })));
}

#[test]
fn a_prepared_issuer_signs_what_the_simple_call_signs() {
    let root = TestCa::root(KeyAlgorithm::Rsa2048);
    let spec = leaf_spec(&PrivateKey::generate(KeyAlgorithm::P256).unwrap().public().unwrap());
    let prepared = PreparedIssuer::new(&root).unwrap();
    assert_eq!(prepared.sign_certificate(&spec, &root).unwrap(), sign_certificate(&spec, &root).unwrap());
    let other = TestCa { certificate: root.certificate.clone(), ..TestCa::without_certificate(KeyAlgorithm::P256) };
    assert!(PreparedIssuer::new(&other).is_err());
    assert!(PreparedIssuer::new(&TestCa::without_certificate(KeyAlgorithm::P256)).is_err());
}

#[test]
fn what_cannot_be_certified_is_refused_with_its_field() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let good = leaf_spec(&root.public);
    let what = |change: &dyn Fn(&mut protocol::x509::CertificateSpec)| {
        let mut spec = good.clone();
        change(&mut spec);
        match sign_certificate(&spec, &root) {
            Err(Error::Unencodable { what, .. }) => what,
            Err(other) => panic!("{other}"),
            Ok(_) => "signed",
        }
    };
    assert_eq!(what(&|_| {}), "signed");
    assert_eq!(what(&|spec| spec.san = vec![SubjectAltName::Rfc822Name("zoë@example.edu".into())]), "rfc822Name");
    assert_eq!(what(&|spec| spec.san = vec![SubjectAltName::Unknown("00".into())]), "subjectAltName");
    assert_eq!(what(&|spec| spec.crl_urls = vec!["http://é/".into()]), "cRLDistributionPoints");
    assert_eq!(what(&|spec| spec.ocsp_urls = vec!["http://é/".into()]), "authorityInfoAccess");
    assert_eq!(what(&|spec| spec.policies = vec![("x".into(), None)]), "certificatePolicies");
    assert_eq!(what(&|spec| spec.name_constraints = Some(Default::default())), "nameConstraints");
    assert_eq!(what(&|spec| spec.validity.not_after = Timestamp(0)), "validity");
    assert_eq!(what(&|spec| spec.subject.0.push((AttributeType::Country, "ö".into()))), "country");
    assert_eq!(what(&|spec| spec.subject.0.push((AttributeType::OrganizationalUnit, "third".into()))), "organizational unit");
}

#[test]
fn lint_finds_each_deviation() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let other = TestCa::root(KeyAlgorithm::P256);
    let spec = leaf_spec(&PrivateKey::generate(KeyAlgorithm::P256).unwrap().public().unwrap());
    let view = CertificateView::from_der(&sign_certificate(&spec, &root).unwrap()).unwrap();
    let faults = |change: &dyn Fn(&mut protocol::x509::CertificateSpec)| {
        let mut meant = spec.clone();
        change(&mut meant);
        view.lint(&meant, &root.view()).join("; ")
    };
    assert_eq!(faults(&|_| {}), "");
    assert!(faults(&|meant| meant.serial = protocol::x509::SerialNumber::from_octets(&[1]).unwrap()).contains("serial"));
    assert!(faults(&|meant| meant.subject = name(&[(AttributeType::CommonName, "Bob")])).contains("subject"));
    assert!(faults(&|meant| meant.san.clear()).contains("subjectAltName"));
    assert!(faults(&|meant| meant.validity.not_after = NOW).contains("validity"));
    assert!(faults(&|meant| meant.public_key = root.public.clone()).contains("public key"));
    assert!(faults(&|meant| meant.key_usage = protocol::x509::KeyUsage::DIGITAL_SIGNATURE).contains("keyUsage"));
    assert!(faults(&|meant| meant.extended_key_usage.clear()).contains("extendedKeyUsage"));
    assert!(faults(&|meant| meant.ca = Some(None)).contains("basicConstraints"));
    assert!(faults(&|meant| meant.name_constraints = Some(constraints())).contains("nameConstraints"));
    assert!(faults(&|meant| meant.policies.clear()).contains("was not meant"));
    assert!(faults(&|meant| meant.ocsp_nocheck = true).contains("is not the one that was meant"));
    assert!(faults(&|meant| meant.ocsp_urls = vec!["http://elsewhere.example.edu/".into()]).contains("URLs"));
    assert!(faults(&|meant| meant.crl_urls = vec!["http://elsewhere.example.edu/".into()]).contains("cRLDistributionPoints"));
    assert!(faults(&|meant| meant.crl_urls.clear()).contains("cRLDistributionPoints"));
    let foreign = view.lint(&spec, &other.view()).join("; ");
    assert!(foreign.contains("does not verify") && foreign.contains("authorityKeyIdentifier"), "{foreign}");
    let mut changed = view.clone();
    let last = changed.der.len() - 1;
    changed.der[last] ^= 1;
    assert!(changed.lint(&spec, &root.view()).join("").contains("does not verify"));
}

#[test]
fn dates_beyond_2049_are_generalized() {
    let root = TestCa::root(KeyAlgorithm::P256);
    // 30 years from 2026; lint checks the encoding.
    assert!(root.view().validity.not_after > Timestamp(2_524_608_000));
    let x509 = openssl::x509::X509::from_der(root.certificate.as_deref().unwrap()).unwrap();
    assert!(x509.not_after().to_string().contains("2056"));
}
