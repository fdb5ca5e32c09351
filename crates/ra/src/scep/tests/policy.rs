//! What the policy does to SCEP: a pilot's certificates, keys that are too weak, profiles that decrypt, are not offered, or need two officers.

use super::{CRASH, Fixture, certificate, client, client::*, refused};
use crate::{
    Denied, Error,
    ledger::Actor,
    profile::{Approval, Escrow, PILOT_POLICY, PolicyInformation, ProfileDraft, ProfileName, Scope, Usage},
    testing::{START, into_production, saved_earlier},
};
use openssl::x509::X509;
use protocol::{
    Timestamp,
    key::KeyAlgorithm,
    scep::FailInfo,
    x509::{CertificateView, KeyUsage},
};

fn save(f: &Fixture, name: ProfileName, change: impl Fn(&mut ProfileDraft)) {
    let mut draft = ProfileDraft::builtin(name);
    change(&mut draft);
    f.operator.save_profile(Scope::Department, name, draft).unwrap();
}

/// OpenSSL's words for a certificate: a reader that is not ours.
fn words(issued: &CertificateView) -> String {
    String::from_utf8(X509::from_der(&issued.der).unwrap().to_text().unwrap()).unwrap()
}

#[test]
fn a_pilots_certificates_live_90_days_under_the_pilots_policy_alone() {
    let f = Fixture::new();
    save(&f, ProfileName::Signing, |draft| draft.policies = vec![PolicyInformation { oid: "1.3.6.1.4.1.32473.1".into(), cps: None }]);
    let pilot = f.enroll(0, ProfileName::Signing);
    assert_eq!(pilot.validity.not_after, Timestamp(START - 600 + 90 * Timestamp::DAY - 1));
    assert!(words(&pilot).contains(PILOT_POLICY) && !words(&pilot).contains("32473.1"), "{}", words(&pilot));
    assert_eq!(f.count("SELECT count(*) FROM certificate WHERE pilot = 1 AND profile_version = 1"), 1);
    into_production(&f.operator);
    let counts = f.enroll(1, ProfileName::Signing);
    assert_eq!(counts.validity.not_after, Timestamp(START - 600 + 730 * Timestamp::DAY - 1));
    assert!(!words(&counts).contains(PILOT_POLICY) && words(&counts).contains("1.3.6.1.4.1.32473.1"));
    // What a pilot issued is renewed by what counts now.
    let renewed = certificate(f.send(&Message { signer: pilot, ..Message::of(&client::key(0), &f.csr()) }));
    assert_eq!(renewed.validity.not_after, Timestamp(START - 600 + 730 * Timestamp::DAY - 1));
    assert_eq!(f.count("SELECT count(*) FROM certificate WHERE pilot = 0 AND profile_version = 1"), 2);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'certificate.issued' AND json_extract(details, '$.version') = 1"), 3);
}

#[test]
fn a_saved_profile_says_what_is_certified() {
    let f = Fixture::new();
    into_production(&f.operator);
    save(&f, ProfileName::Signing, |draft| {
        draft.usage = vec![Usage::DigitalSignature];
        draft.days = 30;
        draft.renewal_days = 5;
        draft.crl_address = false;
        draft.policies = vec![PolicyInformation { oid: "1.3.6.1.4.1.32473.1".into(), cps: Some("https://pki.example.edu/cps".into()) }];
    });
    let issued = f.enroll(0, ProfileName::Signing);
    assert_eq!(issued.key_usage, Some(KeyUsage::DIGITAL_SIGNATURE));
    assert_eq!(issued.validity.not_after, Timestamp(START - 600 + 30 * Timestamp::DAY - 1));
    let words = words(&issued);
    assert!(words.contains("CPS: https://pki.example.edu/cps") && !words.contains("CRL Distribution"), "{words}");
}

#[test]
fn a_key_that_is_weaker_than_the_profile_asks_is_refused() {
    let f = Fixture::new();
    let challenge = f.challenge(ProfileName::Signing);
    save(&f, ProfileName::Signing, |draft| draft.key = KeyAlgorithm::Rsa3072);
    refused(&f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))), FailInfo::BadRequest);
    assert_eq!((f.issued(), f.count("SELECT count(*) FROM challenge WHERE state = 'open'")), (0, 1));
}

#[test]
fn a_functional_mailbox_that_encrypts_is_never_enrolled() {
    let f = Fixture::new();
    let (by_challenge, old) = (f.challenge(ProfileName::Functional), f.enroll(1, ProfileName::Functional));
    save(&f, ProfileName::Functional, |draft| {
        draft.usage = vec![Usage::KeyEncipherment];
        draft.escrow = Escrow::ByPolicy;
    });
    // Neither by a challenge from before, nor by renewal, nor by a new challenge.
    refused(&f.send(&Message::of(&client::key(0), &f.csr().challenge(&by_challenge))), FailInfo::BadRequest);
    refused(&f.send(&Message { signer: old, ..Message::of(&client::key(1), &f.csr()) }), FailInfo::BadRequest);
    assert!(matches!(f.operator.scep_challenges(super::ALICE, ProfileName::Functional, 1), Err(Error::Denied(Denied::EncryptionByScep))));
    assert_eq!(f.issued(), 1);
}

#[test]
fn what_is_not_offered_is_not_issued() {
    let f = Fixture::new();
    let (challenge, old) = (f.challenge(ProfileName::Signing), f.enroll(1, ProfileName::Signing));
    save(&f, ProfileName::Signing, |draft| draft.offered = false);
    refused(&f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))), FailInfo::BadRequest);
    refused(&f.send(&Message { signer: old, ..Message::of(&client::key(1), &f.csr()) }), FailInfo::BadRequest);
    assert!(matches!(f.operator.scep_challenges(super::ALICE, ProfileName::Signing, 1), Err(Error::Denied(Denied::NotOffered))));
}

#[test]
fn of_what_is_to_be_mended_it_is_said_so_to_clients_and_to_the_officer() {
    let f = Fixture::new();
    let (challenge, old) = (f.challenge(ProfileName::Signing), f.enroll(1, ProfileName::Signing));
    f.operator.set_setting("scep.manual_approval", "yes").unwrap();
    let waits = Message::of(&client::key(2), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    assert_eq!(f.send(&waits).status, 3);
    let id = f.operator.pending_requests().unwrap()[0].id;
    let told = "nothing is issued by the certificate profile signing until it is mended in Policies";
    let said =
        || f.count(&format!("SELECT count(*) FROM ledger WHERE event = 'scep.refused' AND json_extract(details, '$.reason') = '{told}'"));
    for (times, usage) in [(2, Usage::ContentCommitment), (4, Usage::KeyEncipherment)] {
        let draft = ProfileDraft { usage: vec![usage], ..ProfileDraft::builtin(ProfileName::Signing) };
        saved_earlier(&f.authority, &f.operator, ProfileName::Signing, &draft);
        refused(&f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))), FailInfo::BadRequest);
        refused(&f.send(&Message { signer: old.clone(), ..Message::of(&client::key(1), &f.csr()) }), FailInfo::BadRequest);
        assert_eq!(said(), times, "{usage:?}");
        match f.operator.approve_request(id) {
            Err(Error::Invalid { field: "request", reason }) => assert_eq!(reason, told, "{usage:?}"),
            other => panic!("{other:?}"),
        }
    }
    save(&f, ProfileName::Signing, |_| {});
    f.operator.approve_request(id).unwrap();
    certificate(f.send(&waits));
}

#[test]
fn under_four_eyes_another_officer_approves() {
    let f = Fixture::new();
    save(&f, ProfileName::Signing, |draft| draft.approval = Approval::FourEyes);
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    assert_eq!(f.send(&message).status, 3, "it waits");
    let id = f.operator.pending_requests().unwrap()[0].id;
    let same = f.authority.operator(Actor::Command("rosa".into()));
    let in_capitals = f.authority.operator(Actor::Officer("ROSA".into()));
    for officer in [&f.operator, &same, &in_capitals] {
        assert!(matches!(officer.approve_request(id), Err(Error::Denied(Denied::SecondOfficer))));
    }
    f.authority.operator(Actor::Officer("kim".into())).approve_request(id).unwrap();
    certificate(f.send(&message));
}

#[test]
fn a_request_that_is_repeated_after_the_policy_changed_gets_another_serial() {
    let f = Fixture::new();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    CRASH.set(Some(3));
    assert!(f.try_send(&message).is_err());
    CRASH.set(None);
    save(&f, ProfileName::Signing, |draft| draft.days = 20_u32.max(draft.renewal_days + 1));
    let issued = certificate(f.send(&message));
    assert_eq!(issued.validity.not_after, Timestamp(START - 600 + 31 * Timestamp::DAY - 1), "by what counts now");
    assert_eq!((f.issued(), f.count("SELECT count(*) FROM issuance WHERE state = 'abandoned'")), (1, 1));
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'certificate.abandoned' AND details LIKE '%policy changed%'"), 1);
}

#[test]
fn a_request_that_is_repeated_after_a_number_changed_gets_another_serial() {
    for (key, value) in [("validity.pilot_days", "30"), ("validity.backdated_minutes", "5")] {
        let f = Fixture::new();
        let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
        CRASH.set(Some(3));
        assert!(f.try_send(&message).is_err());
        CRASH.set(None);
        f.operator.set_setting(key, value).unwrap();
        certificate(f.send(&message));
        let abandoned = f.count("SELECT count(*) FROM issuance WHERE state = 'abandoned'");
        assert_eq!((f.issued(), abandoned), (1, 1), "{key}: two things under two serials");
    }
}

#[test]
fn a_request_that_is_repeated_after_the_cps_changed_gets_another_serial() {
    let f = Fixture::new();
    into_production(&f.operator);
    f.operator.set_setting("cps.oid", "1.3.6.1.4.1.32473.1").unwrap();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    CRASH.set(Some(3));
    assert!(f.try_send(&message).is_err());
    CRASH.set(None);
    f.operator.set_setting("cps.url", "https://pki.example.edu/cps-2").unwrap();
    let words = words(&certificate(f.send(&message)));
    assert!(words.contains("Policy: 1.3.6.1.4.1.32473.1") && words.contains("CPS: https://pki.example.edu/cps-2"), "{words}");
    assert_eq!((f.issued(), f.count("SELECT count(*) FROM issuance WHERE state = 'abandoned'")), (1, 1));
}
