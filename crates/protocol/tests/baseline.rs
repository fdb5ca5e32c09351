//! The S/MIME baseline over certificates as they are signed: one in which nothing that is looked at is missing, and one for each
//! requirement that is broken.
#![allow(clippy::unwrap_used)]

mod support;

use openssl::{bn::BigNum, pkey::PKey, rsa::Rsa};
use protocol::{
    Timestamp,
    key::{KeyAlgorithm, PublicKey},
    x509::{
        AttributeType, CertificateSpec, CertificateView, ExtendedKeyUsage, KeyUsage, Pointers, SerialNumber, SubjectAltName, Validity,
        baseline::BaselineRule as Rule, sign_certificate,
    },
};
use support::*;

fn rsa(key: Rsa<openssl::pkey::Private>) -> PublicKey {
    PublicKey::from_spki(&PKey::from_rsa(key).unwrap().public_key_to_der().unwrap()).unwrap()
}

fn other(oid: &str) -> ExtendedKeyUsage {
    ExtendedKeyUsage::from_oid(oid)
}

fn days(days: i64) -> Validity {
    Validity { not_before: NOW, not_after: NOW.plus(days * Timestamp::DAY - 1) }
}

/// Alice's, as the baseline wants it: sponsor-validated by its looks, under a policy of the department's own.
fn kept(key: &PublicKey) -> CertificateSpec {
    CertificateSpec {
        serial: SerialNumber::from_random([9; 16]),
        subject: name(&[
            (AttributeType::Organization, "Exämple"),
            (AttributeType::Other("2.5.4.97".into()), "GOVCH"),
            (AttributeType::GivenName, "Alice"),
            (AttributeType::Surname, "Müller"),
            (AttributeType::EmailAddress, "alice@Example.EDU"),
            (AttributeType::CommonName, "Alice Müller"),
        ]),
        san: vec![SubjectAltName::Rfc822Name("alice@example.edu".into())],
        validity: days(825),
        key_usage: KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::CONTENT_COMMITMENT),
        extended_key_usage: vec![ExtendedKeyUsage::EmailProtection],
        policies: vec![("1.3.6.1.4.1.32473.1".into(), Some("https://pki.example.edu/cps".into()))],
        crl_urls: vec!["http://pki.example.edu/crl/issuing.crl".into()],
        ca_issuer_urls: vec!["http://pki.example.edu/ca/issuing.crt".into()],
        ocsp_urls: Vec::new(),
        ..leaf_spec(key)
    }
}

fn without(spec: &mut CertificateSpec, oid: &str) {
    spec.subject.0.retain(|(kind, _)| kind.oid() != oid);
}

fn policy(spec: &mut CertificateSpec, oid: &str) {
    spec.policies = vec![(oid.to_owned(), None)];
}

/// What is wrong with a certificate.
type Change<'a> = &'a dyn Fn(&mut CertificateSpec);

#[test]
fn each_requirement_that_is_broken_is_named_and_no_other() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let (good, elliptic) = (rsa(Rsa::generate(2048).unwrap()), TestCa::without_certificate(KeyAlgorithm::P256).public);
    let found = |change: &dyn Fn(&mut CertificateSpec)| {
        let mut spec = kept(&good);
        change(&mut spec);
        CertificateView::from_der(&sign_certificate(&spec, &root).unwrap()).unwrap().baseline()
    };
    let all = |rules: &[Rule]| Some(rules.to_vec());
    assert_eq!(found(&|_| {}), all(&[]), "all of it is kept");

    let broken: [(Rule, Change<'_>); 15] = [
        (Rule::Serial, &|spec| spec.serial = SerialNumber::from_octets(&[0x7f; 7]).unwrap()),
        (Rule::Validity, &|spec| spec.validity = days(826)),
        (Rule::KeySize, &|spec| spec.public_key = rsa(Rsa::generate(1024).unwrap())),
        (Rule::KeySize, &|spec| spec.public_key = rsa(Rsa::generate(2052).unwrap())),
        (Rule::Exponent, &|spec| spec.public_key = rsa(Rsa::generate_with_e(2048, &BigNum::from_u32(3).unwrap()).unwrap())),
        (Rule::Policy, &|spec| spec.policies.clear()),
        (Rule::CpsAddress, &|spec| spec.policies[0].1 = Some("ftp://pki.example.edu/cps".into())),
        (Rule::CrlAddress, &|spec| spec.crl_urls.clear()),
        (Rule::CrlAddress, &|spec| spec.crl_urls.push("ldap://pki.example.edu/crl".into())),
        (Rule::IssuerAddress, &|spec| spec.ca_issuer_urls = vec!["https://pki.example.edu/ca".into()]),
        (Rule::ForbiddenPurpose, &|spec| spec.extended_key_usage.push(ExtendedKeyUsage::ServerAuth)),
        (Rule::IssuerAddress, &|spec| spec.ca_issuer_urls.push("ldap://pki.example.edu/ca".into())),
        (Rule::AddressRepeated, &|spec| spec.san = vec![SubjectAltName::Rfc822Name("bob@example.edu".into())]),
        (Rule::Organization, &|spec| without(spec, "2.5.4.97")),
        (Rule::PersonName, &|spec| ["2.5.4.42", "2.5.4.4"].iter().for_each(|oid| without(spec, oid))),
    ];
    for (rule, change) in broken {
        assert_eq!(found(change), all(&[rule]), "{rule:?}");
    }

    // Of uses: one of them at least, nothing beside it, and of elliptic keys another one.
    let usage = |usage: KeyUsage| found(&|spec| spec.key_usage = usage);
    for right in [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_ENCIPHERMENT, KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT)] {
        assert_eq!(usage(right), all(&[]), "{right:?}");
    }
    let signs = KeyUsage::DIGITAL_SIGNATURE;
    for wrong in [KeyUsage::CONTENT_COMMITMENT, signs.and(KeyUsage::DATA_ENCIPHERMENT), signs.and(KeyUsage::KEY_AGREEMENT)] {
        assert_eq!(usage(wrong), all(&[Rule::KeyUsage]), "{wrong:?}");
    }
    let of_elliptic = |usage: KeyUsage| {
        found(&|spec| {
            spec.public_key = elliptic.clone();
            spec.key_usage = usage;
        })
    };
    assert_eq!(of_elliptic(KeyUsage::KEY_AGREEMENT), all(&[]));
    assert_eq!(of_elliptic(KeyUsage::KEY_ENCIPHERMENT), all(&[Rule::KeyUsage]));

    // Any purpose is mail, too, where an address is stated; nothing is said of what is not for mail.
    assert_eq!(found(&|spec| spec.extended_key_usage.clear()), all(&[Rule::MailPurpose]));
    assert_eq!(found(&|spec| spec.extended_key_usage = vec![other("2.5.29.37.0")]), all(&[Rule::MailPurpose, Rule::ForbiddenPurpose]));
    assert_eq!(found(&|spec| spec.extended_key_usage = vec![ExtendedKeyUsage::ClientAuth]), None);
    assert_eq!(found(&|spec| spec.extended_key_usage.push(ExtendedKeyUsage::ClientAuth)), all(&[]), "mail and signing in");
    assert_eq!(found(&|spec| spec.extended_key_usage.push(ExtendedKeyUsage::DocumentSigning)), all(&[]), "other purposes may be beside it");
    let silent = |spec: &mut CertificateSpec| {
        spec.san.clear();
        without(spec, "1.2.840.113549.1.9.1");
    };
    assert_eq!(found(&silent), all(&[Rule::Address]));
    assert_eq!(root.view().baseline(), None, "a CA is for no mail");
    let self_signed = TestCa::without_certificate(KeyAlgorithm::P256);
    let alone = sign_certificate(&CertificateSpec { public_key: self_signed.public.clone(), ..kept(&good) }, &self_signed).unwrap();
    assert_eq!(CertificateView::from_der(&alone).unwrap().baseline(), all(&[Rule::AuthorityKey]));
}

#[test]
fn a_claim_says_by_which_type_and_generation_a_certificate_is_judged() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let key = rsa(Rsa::generate(2048).unwrap());
    let found = |oid: &'static str, change: &dyn Fn(&mut CertificateSpec)| {
        let mut spec = kept(&key);
        policy(&mut spec, oid);
        change(&mut spec);
        CertificateView::from_der(&sign_certificate(&spec, &root).unwrap()).unwrap().baseline().unwrap()
    };
    let (sponsor, strict, legacy) = ("2.23.140.1.5.3.2", "2.23.140.1.5.3.3", "2.23.140.1.5.3.1");
    assert_eq!(found(sponsor, &|_| {}), [Rule::PolicyClaim], "it is a claim, and is kept");
    assert_eq!(found(sponsor, &|spec| spec.policies.push((strict.into(), None))), [Rule::PolicyCount, Rule::PolicyClaim]);
    assert_eq!(found(legacy, &|spec| spec.validity = days(1185)), [Rule::PolicyClaim]);
    assert_eq!(found(legacy, &|spec| spec.validity = days(1186)), [Rule::Validity, Rule::PolicyClaim]);
    assert_eq!(found(legacy, &|spec| spec.crl_urls.push("ldap://pki.example.edu/crl".into())), [Rule::PolicyClaim]);
    assert_eq!(found(legacy, &|spec| spec.ca_issuer_urls.push("ldap://pki.example.edu/ca".into())), [Rule::PolicyClaim]);
    let nameless = |spec: &mut CertificateSpec| ["2.5.4.42", "2.5.4.4"].iter().for_each(|oid| without(spec, oid));
    assert_eq!(found(legacy, &nameless), [Rule::PolicyClaim], "legacy ones may have the common name alone");
    assert_eq!(found(strict, &nameless), [Rule::PolicyClaim, Rule::PersonName]);
    assert_eq!(found(strict, &|spec| spec.extended_key_usage.push(ExtendedKeyUsage::ClientAuth)), [Rule::PolicyClaim, Rule::OtherPurpose]);
    let wide = KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::DATA_ENCIPHERMENT);
    assert_eq!(found(strict, &|spec| spec.key_usage = wide), [Rule::PolicyClaim, Rule::KeyUsage]);
    // Mailbox-validated: the address, in whatever attribute, and a number.
    let mailbox = |spec: &mut CertificateSpec| {
        spec.subject = name(&[(AttributeType::CommonName, "alice@example.edu"), (AttributeType::SerialNumber, "17")]);
    };
    assert_eq!(found("2.23.140.1.5.1.2", &mailbox), [Rule::PolicyClaim]);
    assert!(found("1.3.6.1.4.1.32473.1", &mailbox).is_empty(), "it looks like one without a claim, too");
    assert_eq!(found("2.23.140.1.5.1.2", &|_| {}), [Rule::PolicyClaim, Rule::MailboxSubject]);
    let named = |spec: &mut CertificateSpec| spec.subject = name(&[(AttributeType::CommonName, "Alice")]);
    assert_eq!(found("2.23.140.1.5.1.2", &named), [Rule::PolicyClaim, Rule::MailboxSubject], "its common name is no address");
    // Organization-validated: no person.
    let office = |spec: &mut CertificateSpec| {
        spec.subject = name(&[(AttributeType::Organization, "Exämple"), (AttributeType::CommonName, "Exämple")]);
    };
    assert_eq!(found("2.23.140.1.5.2.2", &office), [Rule::PolicyClaim, Rule::Organization]);
    assert_eq!(found("1.3.6.1.4.1.32473.1", &office), [Rule::Organization]);
    // Individual-validated: a person, no organization.
    let person = |spec: &mut CertificateSpec| spec.subject = name(&[(AttributeType::CommonName, "Alice Müller")]);
    assert_eq!(found("2.23.140.1.5.4.2", &person), [Rule::PolicyClaim, Rule::PersonName]);
    assert_eq!(found("2.23.140.1.5.4.2", &|_| {}), [Rule::PolicyClaim, Rule::IndividualSubject]);
    let pseudonym = |spec: &mut CertificateSpec| spec.subject = name(&[(AttributeType::Other("2.5.4.65".into()), "Nightingale")]);
    assert!(found("1.3.6.1.4.1.32473.1", &pseudonym).is_empty());
}

#[test]
fn an_address_of_the_subject_may_be_repeated_as_smtp_utf8_mailbox() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let spec = kept(&TestCa::without_certificate(KeyAlgorithm::P256).public);
    let mut view = CertificateView::from_der(&sign_certificate(&spec, &root).unwrap()).unwrap();
    let mut found = |address: &str| {
        let octets: String = address.bytes().map(|octet| format!("{octet:02x}")).collect();
        let (inner, outer, whole) = (address.len(), address.len() + 2, address.len() + 14);
        view.san = vec![SubjectAltName::Unknown(format!("a0{whole:02x}06082b06010505070809a0{outer:02x}0c{inner:02x}{octets}"))];
        view.baseline().unwrap()
    };
    assert!(found("alice@example.edu").is_empty());
    for other in ["bob@example.edu", "malice@example.edu"] {
        assert_eq!(found(other), [Rule::AddressRepeated], "{other}");
    }
}

#[test]
fn policies_and_addresses_are_read_as_they_were_written() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let spec = CertificateSpec {
        policies: vec![("2.25.17".into(), Some("http://pki.example.edu/cps".into())), ("1.3.6.1.4.1.32473.1".into(), None)],
        ocsp_urls: vec!["http://pki.example.edu/ocsp/issuing".into()],
        crl_urls: vec!["http://a.example.edu/crl".into(), "http://b.example.edu/crl".into()],
        ..kept(&TestCa::without_certificate(KeyAlgorithm::P256).public)
    };
    let read = CertificateView::from_der(&sign_certificate(&spec, &root).unwrap()).unwrap().pointers().unwrap();
    let meant = Pointers { policies: spec.policies.clone(), crl_urls: spec.crl_urls.clone(), ca_issuer_urls: spec.ca_issuer_urls.clone() };
    assert_eq!(read, meant, "the OCSP responder is no issuer");
    assert_eq!(root.view().pointers(), Ok(Pointers::default()));
}

#[test]
fn every_rule_has_its_own_words_and_a_clause() {
    let texts: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.text()).collect();
    assert_eq!(texts.len(), Rule::ALL.len());
    assert!(Rule::ALL.iter().all(|rule| rule.clause().starts_with("S/MIME BR ")));
    assert_eq!(serde_json::to_value(Rule::OtherPurpose).unwrap(), "other-purpose");
}
