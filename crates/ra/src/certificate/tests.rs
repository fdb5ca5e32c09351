//! Records of certificates: reserved, stored, listed, exported, revoked.

use super::{CertificateQuery, Kind, NewCertificate};
use crate::{Authority, Conflict, Error, Noun, find, ledger::Actor, testing};
use protocol::{
    Timestamp,
    crl::Reason,
    key::{KeyAlgorithm, PrivateKey},
    x509::{
        AttributeType, CertificateSpec, CertificateView, DistinguishedName, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName,
        Validity,
    },
};

/// Signs a certificate for `name` that has only been reserved.
pub(crate) fn signed(authority: &Authority, name: &str) -> CertificateView {
    let inner = &authority.0;
    let (at, ca) = (inner.clock.now(), inner.issuing_ca().unwrap());
    let serial = super::fresh_serial().unwrap();
    let (reserved, issuer) = (serial.clone(), ca.certificate.subject_key_identifier.clone());
    inner.store.write(move |tx| super::reserve(tx, at, &reserved, issuer.as_deref(), &serde_json::json!({}))).unwrap();
    let spec = CertificateSpec {
        serial,
        subject: DistinguishedName::new(vec![(AttributeType::CommonName, name.to_owned())]).unwrap(),
        san: vec![SubjectAltName::Rfc822Name("alice@example.edu".into())],
        validity: Validity { not_before: at.plus(-600), not_after: at.plus(365 * Timestamp::DAY) },
        public_key: PrivateKey::generate(KeyAlgorithm::P256).unwrap().public().unwrap(),
        key_usage: KeyUsage::DIGITAL_SIGNATURE,
        extended_key_usage: vec![ExtendedKeyUsage::ClientAuth],
        ca: None,
        name_constraints: None,
        policies: Vec::new(),
        crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        ocsp_urls: Vec::new(),
        ocsp_nocheck: false,
    };
    CertificateView::from_der(&ca.sign_certificate(&spec).unwrap()).unwrap()
}

fn store(authority: &Authority, view: CertificateView, kind: Kind) -> crate::Result<()> {
    let at = authority.0.clock.now();
    authority.0.store.write(move |tx| {
        let new = NewCertificate {
            kind,
            profile: "authentication",
            profile_version: 0,
            pilot: false,
            view: &view,
            subscriber: None,
            enrollment: None,
            issued_at: at,
        };
        super::insert(tx, &new).map(|_| ())
    })
}

/// Issues and stores one.
pub(crate) fn issued(authority: &Authority, name: &str) -> SerialNumber {
    let view = signed(authority, name);
    let serial = view.serial.clone();
    store(authority, view, Kind::Subscriber).unwrap();
    serial
}

#[test]
fn nothing_is_stored_that_was_not_reserved_and_nothing_twice() {
    let (authority, clock, _folder) = testing::authority();
    testing::department(&authority);
    let view = signed(&authority, "Alice");
    store(&authority, view.clone(), Kind::Subscriber).unwrap();
    assert!(store(&authority, view.clone(), Kind::Subscriber).is_err(), "the same again");
    let reserved_again = authority.0.store.write(move |tx| super::reserve(tx, Timestamp(0), &view.serial, None, &serde_json::json!({})));
    assert!(reserved_again.is_err(), "a serial of a certificate is never reserved again");

    // The computer sleeps between signing and storing: the serial was given up meanwhile, and so is the certificate.
    let late = signed(&authority, "Bob");
    let serial = late.serial.clone();
    clock.advance(super::reservation::GIVEN_UP_AFTER + 1);
    let at = authority.0.clock.now();
    assert_eq!(authority.0.store.write(move |tx| super::abandon_left_behind(tx, at)).unwrap(), 1);
    assert!(store(&authority, late, Kind::Subscriber).is_err());
    let newest = authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((newest.event.as_str(), newest.subject), ("certificate.abandoned", serial.to_string()));
    for sql in ["DELETE FROM certificate", "DELETE FROM issuance"] {
        assert!(authority.0.store.write(move |tx| Ok(tx.execute(sql, [])?)).is_err(), "{sql}");
    }
}

#[test]
fn the_list_is_newest_first_and_goes_on_after_any_row() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let mut serials: Vec<String> = (0..7).map(|i| issued(&authority, &format!("Person {i}")).to_string()).collect();
    serials.reverse();
    store(&authority, signed(&authority, "OTA"), Kind::Transport).unwrap();
    let page = |limit, after: Option<&String>, all| {
        let query = CertificateQuery { all, limit, after: after.cloned(), subscriber: None };
        officer.certificates(&query).unwrap().into_iter().map(|c| c.serial).collect::<Vec<_>>()
    };
    assert_eq!(page(3, None, false), serials[..3]);
    assert_eq!(page(3, serials.get(2), false), serials[3..6]);
    assert_eq!(page(100, serials.get(5), false), serials[6..]);
    assert_eq!(page(0, None, false), serials, "no limit");
    assert_eq!(page(100, None, true).len(), 7 + 1 + 5, "with transport and our own");
    let lower = serials[2].to_ascii_lowercase();
    assert_eq!(page(3, Some(&format!("00:{lower}")), false), serials[3..6], "as an officer types it");
    let unknown = CertificateQuery { after: Some("1234".into()), ..Default::default() };
    assert!(matches!(officer.certificates(&unknown), Err(Error::NotFound(Noun::Certificate))));
    let no_serial = CertificateQuery { after: Some("xyz".into()), ..Default::default() };
    assert!(matches!(officer.certificates(&no_serial), Err(Error::Invalid { field: "after", .. })));
}

#[test]
fn one_certificate_is_shown_and_exported_with_its_chain() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let serial = issued(&authority, "Alice Example");
    let shown = officer.certificate(&serial).unwrap();
    assert_eq!(
        (shown.subject.as_str(), shown.san.as_slice()),
        ("CN=Alice Example", ["rfc822Name:alice@example.edu".to_owned()].as_slice())
    );
    assert_eq!((shown.status.as_str(), shown.kind.as_str(), shown.profile.as_str()), ("active", "subscriber", "authentication"));
    let (der, chain) = officer.export_certificate(&serial).unwrap();
    assert_eq!(CertificateView::from_der(&der).unwrap().serial, serial);
    let ca = officer.ca_certificates().unwrap();
    assert_eq!(chain, [ca[1].der.clone(), ca[0].der.clone()], "issuing, root");
    clock.advance(366 * 86_400);
    assert_eq!(officer.certificate(&serial).unwrap().status, "expired");
    let unknown = SerialNumber::parse("01").unwrap();
    assert!(matches!(officer.certificate(&unknown), Err(Error::NotFound(Noun::Certificate))));
    assert!(matches!(officer.export_certificate(&unknown), Err(Error::NotFound(Noun::Certificate))));
}

#[test]
fn a_certificate_is_revoked_once_and_a_hold_may_become_final() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let (lost, held) = (issued(&authority, "Lost"), issued(&authority, "Held"));
    assert_eq!(officer.revoke(&lost, Reason::KeyCompromise).unwrap().status, "revoked");
    assert!(matches!(officer.revoke(&lost, Reason::Superseded), Err(Error::Conflict(Conflict::AlreadyRevoked))));
    assert_eq!(officer.revoke(&held, Reason::CertificateHold).unwrap().status, "held");
    assert!(matches!(officer.revoke(&held, Reason::CertificateHold), Err(Error::Conflict(Conflict::AlreadyRevoked))));
    let known = |serial: &SerialNumber| authority.0.store.read(|c| super::known(c, serial)).unwrap().unwrap();
    assert!(known(&held).held && !known(&held).revoked);
    clock.advance(60);
    assert_eq!(officer.revoke(&held, Reason::Superseded).unwrap().status, "revoked");
    assert!(known(&held).revoked && !known(&held).held);
    assert!(matches!(officer.revoke(&held, Reason::RemoveFromCrl), Err(Error::Invalid { field: "reason", .. })));
    let events: Vec<_> = authority.auditor().ledger(None, 3).unwrap().into_iter().map(|row| (row.event, row.subject)).collect();
    let row = |event: &str, serial: &SerialNumber| (event.to_owned(), serial.to_string());
    assert_eq!(events, [row("certificate.revoked", &held), row("certificate.held", &held), row("certificate.revoked", &lost)]);
}

#[test]
fn signets_own_certificates_are_replaced_not_revoked() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let all = CertificateQuery { all: true, limit: 10, ..Default::default() };
    for ours in officer.certificates(&all).unwrap() {
        let serial = SerialNumber::parse(&ours.serial).unwrap();
        assert!(matches!(officer.revoke(&serial, Reason::Superseded), Err(Error::Invalid { field: "serial", .. })), "{}", ours.profile);
        if ours.profile == "root" {
            let at = clock.0.load(std::sync::atomic::Ordering::SeqCst);
            let root =
                authority.0.store.write(move |tx| crate::revoke::revoke(tx, Timestamp(at), &Actor::Signet, &serial, Reason::Superseded));
            assert!(matches!(root, Err(Error::Invalid { .. })), "no CRL could say it");
        }
    }
    assert!(matches!(officer.revoke(&SerialNumber::parse("01").unwrap(), Reason::Superseded), Err(Error::NotFound(Noun::Certificate))));
}

#[test]
fn what_is_active_and_what_ends_soon_is_counted() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    issued(&authority, "Old");
    clock.advance(100 * 86_400);
    let revoked = issued(&authority, "Revoked");
    issued(&authority, "New");
    officer.revoke(&revoked, Reason::Unspecified).unwrap();
    let ending = |days: u32| {
        let at = authority.0.clock.now();
        let found = authority.0.store.read(|c| find::ending(c, at, days, find::Kinds::Subscriber)).unwrap();
        found.into_iter().map(|(_, count)| count).sum::<u64>()
    };
    assert_eq!((ending(200), ending(300), ending(400)), (0, 1, 2));
    clock.advance(300 * 86_400);
    assert_eq!(ending(400), 1, "what has ended does not end soon");
}
