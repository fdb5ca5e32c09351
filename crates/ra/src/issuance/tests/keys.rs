//! Keys that are not certified (again): compromised, on hold, or made by somebody else than they must be.

use super::{Asked, batch::choices, csr};
use crate::{
    Error,
    issuance::{
        Form,
        batch::BatchState,
        cycle::{self, Order},
    },
    life::Old,
    ota::tests::phone::{World, key, world},
    profile::{Escrow, Exception, ProfileDraft, ProfileName, Scope, Usage},
};
use protocol::{crl::Reason, pkcs12, x509::SerialNumber};

const ALICE: &str = "alice@example.edu";

fn plain(number: usize) -> Vec<u8> {
    csr(key(number).as_openssl(), &Asked::default())
}

fn issue(world: &World, profile: ProfileName, number: usize) -> SerialNumber {
    let issued = world.officer.issue_from_csr(ALICE, profile, &plain(number)).unwrap();
    SerialNumber::parse(&issued.certificate.serial).unwrap()
}

/// Which input was refused, and why.
fn refusal<T>(outcome: crate::Result<T>) -> (&'static str, String) {
    match outcome {
        Err(Error::Invalid { field, reason }) => (field, reason),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was issued"),
    }
}

fn count(world: &World, sql: &'static str) -> i64 {
    world.authority.0.store.read(|c| Ok(c.query_row(sql, [], |row| row.get(0))?)).unwrap()
}

#[test]
fn a_key_that_was_compromised_or_is_on_hold_comes_in_by_no_door() {
    let world = world();
    world.person("Alice Example", ALICE);
    let (lost, other) = (issue(&world, ProfileName::Signing, 1), issue(&world, ProfileName::Signing, 2));
    let list = format!("mail,csr\n{ALICE},\"{}\"\n", openssl::base64::encode_block(&plain(1)));
    let plan = || world.officer.plan_batch(list.as_bytes(), &choices(&[ProfileName::Authentication])).unwrap();
    let in_time = plan();
    assert_eq!(in_time.items.len(), 1, "nothing is known against it yet");
    world.officer.revoke(&lost, Reason::KeyCompromise).unwrap();
    let begun = || count(&world, "SELECT (SELECT count(*) FROM issuance) + (SELECT count(*) FROM certificate)");
    let before = begun();
    let by_request = |number| refusal(world.officer.issue_from_csr(ALICE, ProfileName::Authentication, &plain(number)));
    let (field, reason) = by_request(1);
    assert!(field == "csr" && reason.contains("compromised") && reason.contains("make a new key"), "{field}: {reason}");
    let bundle = world.officer.issue_bundle(ALICE, "Staff", Some(&plain(1)), Form::Modern, false);
    assert_eq!(refusal(bundle).0, "csr");
    assert!(refusal(world.officer.replace(&other, &plain(1), Old::Stays)).1.contains("compromised"));
    assert!(refusal(world.officer.replace(&other, &plain(2), Old::Stays)).1.contains("the certificate itself"), "no new key");
    assert_eq!(begun(), before, "nothing half done: the bundle's other keys, too");

    let late = plan();
    assert_eq!((late.items.len(), late.errors[0].field.as_str(), late.errors[0].reason.contains("compromised")), (0, "csr", true));
    let id = world.officer.start_batch(&in_time).unwrap();
    let progress = world.officer.step_batch(id, &mut |_| Ok(())).unwrap();
    assert_eq!((progress.state, progress.delivered, progress.refused), (BatchState::Done, 0, 1));
    assert!(world.officer.batch_refusals(id).unwrap()[0].reason.contains("compromised"));

    world.officer.hold(std::slice::from_ref(&other)).unwrap();
    assert!(by_request(2).1.contains("on hold"));
    world.officer.reinstate(std::slice::from_ref(&other)).unwrap();
    issue(&world, ProfileName::Authentication, 2);
}

#[test]
fn a_key_that_is_compromised_before_its_certificate_is_stored_gets_none() {
    let world = world();
    world.person("Alice Example", ALICE);
    let twin = issue(&world, ProfileName::Authentication, 1);
    let alice = world.officer.subscriber_by_mail(ALICE).unwrap();
    let policy = world.authority.0.policy_of(alice.department_id).unwrap();
    let order = Order::new(&policy, &alice, ALICE, ProfileName::Signing, false).unwrap();
    let failed =
        cycle::one(&world.officer, order, key(1).public().unwrap(), |_| world.officer.revoke(&twin, Reason::KeyCompromise).map(|_| ()));
    assert!(refusal(failed).1.contains("compromised"));
    assert_eq!(count(&world, "SELECT count(*) FROM certificate WHERE profile = 'signing'"), 0);
    assert_eq!(count(&world, "SELECT count(*) FROM issuance WHERE state = 'abandoned'"), 1, "its serial goes on the CRL");
}

#[test]
fn a_key_that_signet_made_signs_nothing_and_one_that_signs_is_never_kept() {
    let world = world();
    world.person("Alice Example", ALICE);
    let made = world.officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, false).unwrap();
    let taken_out = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap().key;
    let request = csr(taken_out.as_openssl(), &Asked::default());
    for profile in [ProfileName::Signing, ProfileName::Authentication, ProfileName::Functional] {
        let (field, reason) = refusal(world.officer.issue_from_csr(ALICE, profile, &request));
        assert!(field == "csr" && reason.contains("Signet made this key"), "{}: {field}: {reason}", profile.as_str());
    }

    // A profile that is changed changes no key. One that signs becomes none that is kept, ...
    let save = |draft: &ProfileDraft| world.officer.save_profile(Scope::Department, ProfileName::Functional, draft.clone()).unwrap();
    let signs = ProfileDraft::builtin(ProfileName::Functional);
    let reads = ProfileDraft { usage: vec![Usage::KeyEncipherment], escrow: Escrow::ByPolicy, ..signs.clone() };
    let exception = Some(Exception { name: "The dean".into(), reason: "the old mail system".into() });
    let both = ProfileDraft { usage: vec![Usage::DigitalSignature, Usage::KeyEncipherment], exception, ..reads.clone() };
    let holders = issue(&world, ProfileName::Functional, 1);
    for draft in [&reads, &both] {
        save(draft);
        let (field, reason) = refusal(world.officer.renew(&holders));
        assert!(field == "serial" && reason.contains("the holder made this key") && reason.contains("replace"), "{field}: {reason}");
    }
    // ... and one that Signet made becomes none that only signs.
    let ours = world.officer.issue_generated(ALICE, ProfileName::Functional, Form::Modern, true).unwrap().issued.certificate.serial;
    let ours = SerialNumber::parse(&ours).unwrap();
    save(&signs);
    assert!(refusal(world.officer.renew(&ours)).1.contains("Signet made this key"));
    save(&both);
    world.officer.renew(&ours).unwrap();
}
