//! Two departments at one SCEP endpoint: the subscriber's department decides.

use super::{CRASH, Fixture, certificate, client, client::*, refused};
use crate::{
    Denied, Error, Noun, Operator,
    department::FurtherDepartment,
    mailbox::Method,
    profile::{Approval, ProfileDraft, ProfileName, Scope},
    subscriber::{NewSubscriber, Subscriber, SubscriberKind},
    testing,
};
use protocol::{Timestamp, scep::FailInfo, x509::CertificateView};

const BOB: &str = "bob@example.edu";

/// Alice's Physics in production, and Bob's Chemistry, a pilot.
fn two() -> (Fixture, Operator, Subscriber) {
    let f = Fixture::new();
    testing::into_production(&f.operator);
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = f.operator.at_department(f.operator.add_department(made).unwrap().id).unwrap();
    chemistry.add_subscriber(NewSubscriber { name: "Bob Example".into(), mail: BOB.into(), kind: SubscriberKind::Person }).unwrap();
    let bob = chemistry.validate_mailbox(BOB, Method::InPerson, "seen with his badge").unwrap();
    (f, chemistry, bob)
}

fn days(certificate: &CertificateView) -> i64 {
    (certificate.validity.not_after.0 - certificate.validity.not_before.0 + 1) / Timestamp::DAY
}

/// What Bob's device states.
fn of_bob(f: &Fixture, subject: &Subscriber) -> Csr {
    let challenge = f.operator.scep_challenges(BOB, ProfileName::Signing, 1).unwrap().remove(0).challenge;
    Csr::naming(&subject.subject).san(&[rfc822(BOB)]).challenge(&challenge)
}

#[test]
fn a_renewal_that_is_repeated_after_a_move_has_another_serial() {
    let f = Fixture::new();
    let old = f.enroll(0, ProfileName::Signing);
    // What states no name gets today's, and both departments issue by the same profile.
    let nameless = Csr { subject: vec![0x30, 0], ..Csr::naming(&f.alice.subject) };
    let renewal = Message {
        signer: old,
        signer_key: client::key(0),
        transaction: transaction_of(&client::key(1)),
        ..Message::of(&client::key(1), &nameless)
    };
    CRASH.set(Some(3));
    assert!(f.try_send(&renewal).is_err());
    CRASH.set(None);
    let begun: Vec<u8> = f
        .authority
        .0
        .store
        .read(|c| Ok(c.query_row("SELECT serial FROM issuance WHERE state = 'reserved'", [], |row| row.get(0))?))
        .unwrap();
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = f.operator.add_department(made).unwrap().id;
    let moved = f.operator.move_subscriber(f.alice.id, chemistry).unwrap();
    let new = certificate(f.send(&renewal));
    assert_eq!(new.subject, moved.subject);
    assert_ne!(new.serial.octets(), begun, "the first one was signed for another name");
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'certificate.abandoned'"), 1);
    assert_eq!(certificate(f.send(&renewal)).der, new.der);
}

#[test]
fn a_pilot_and_a_department_in_production_issue_side_by_side() {
    let (f, chemistry, bob) = two();
    let alices = f.enroll(0, ProfileName::Signing);
    let bobs = certificate(f.send(&Message::of(&client::key(1), &of_bob(&f, &bob))));
    assert_eq!((days(&alices), days(&bobs)), (730, 90));
    assert_eq!(bobs.subject.to_string(), "CN=Bob Example,OU=Chemistry,O=Example University");
    assert_eq!(f.count("SELECT sum(pilot) FROM certificate WHERE kind = 'subscriber'"), 1);
    // What one department takes off its list the other still offers; a version of one counts for it alone.
    let draft = |offered| ProfileDraft { offered, days: 60, ..ProfileDraft::builtin(ProfileName::Signing) };
    chemistry.save_profile(Scope::Department, ProfileName::Signing, draft(false)).unwrap();
    let gone = chemistry.scep_challenges(BOB, ProfileName::Signing, 1);
    assert!(matches!(gone, Err(Error::Denied(Denied::NotOffered))));
    assert_eq!(days(&f.enroll(2, ProfileName::Signing)), 730);
    chemistry.save_profile(Scope::Department, ProfileName::Signing, draft(true)).unwrap();
    let again = certificate(f.send(&Message::of(&client::key(3), &of_bob(&f, &bob))));
    assert_eq!(days(&again), 60);
}

#[test]
fn who_approves_is_the_departments_rule() {
    let (f, chemistry, bob) = two();
    let draft = ProfileDraft { approval: Approval::Officer, ..ProfileDraft::builtin(ProfileName::Signing) };
    chemistry.save_profile(Scope::Department, ProfileName::Signing, draft).unwrap();
    f.enroll(0, ProfileName::Signing);
    let pending = f.send(&Message::of(&client::key(1), &of_bob(&f, &bob)));
    let [request] = <[_; 1]>::try_from(f.operator.pending_requests().unwrap()).expect("one request");
    assert_eq!((pending.status, request.department.as_deref()), (3, Some("Chemistry")));
    f.operator.approve_request(request.id).unwrap();
    assert_eq!(f.count("SELECT count(*) FROM certificate WHERE profile = 'signing' AND pilot = 1"), 1);
}

#[test]
fn after_a_move_the_new_department_decides_and_nothing_promised_before_is_issued() {
    let (f, _chemistry, bob) = two();
    let old = certificate(f.send(&Message::of(&client::key(1), &of_bob(&f, &bob))));
    let open = of_bob(&f, &bob);
    let physics = f.operator.departments().unwrap()[0].id;
    let moved = f.operator.move_subscriber(bob.id, physics).unwrap();
    assert_eq!(moved.subject.to_string(), "CN=Bob Example,OU=Physics,O=Example University");
    refused(&f.send(&Message::of(&client::key(2), &open)), FailInfo::BadRequest);
    let new = certificate(f.send(&Message::of(&client::key(3), &of_bob(&f, &moved))));
    assert_eq!((days(&old), days(&new), new.subject == moved.subject), (90, 730, true));
    assert_eq!(f.operator.certificate(&old.serial).unwrap().status, "active", "what was issued stays");

    // A renewal by the old certificate: its name is no longer the person's. What states no name gets today's.
    let renewal = |csr: Csr, number: usize| Message {
        signer: old.clone(),
        signer_key: client::key(1),
        transaction: transaction_of(&client::key(number)),
        ..Message::of(&client::key(number), &csr)
    };
    refused(&f.send(&renewal(Csr::naming(&bob.subject).san(&[rfc822(BOB)]), 4)), FailInfo::BadRequest);
    let told: String = f
        .authority
        .0
        .store
        .read(|c| {
            Ok(c.query_row("SELECT details FROM ledger WHERE event = 'scep.refused' ORDER BY number DESC LIMIT 1", [], |row| row.get(0))?)
        })
        .unwrap();
    assert!(told.contains("moved to another department"), "{told}");
    let nameless = Csr { subject: vec![0x30, 0], ..Csr::naming(&bob.subject) };
    assert_eq!(certificate(f.send(&renewal(nameless, 5))).subject, moved.subject);
    assert!(matches!(f.operator.move_subscriber(bob.id, crate::id::UnitId::fresh()), Err(Error::NotFound(Noun::Unit))));
}
