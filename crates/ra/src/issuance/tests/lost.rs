//! Keys made here that nobody gets: no certificate stays in use for one.

use super::{Asked, csr};
use crate::{
    Denied, Error,
    certificate::CertificateQuery,
    issuance::{
        Form,
        cycle::{self, Order},
    },
    ledger::Actor,
    life::Old,
    ota::tests::phone::{World, key, world},
    profile::ProfileName,
};
use protocol::{crl::Reason, x509::SerialNumber};

const ALICE: &str = "alice@example.edu";

fn serial(text: &str) -> SerialNumber {
    SerialNumber::parse(text).unwrap()
}

fn status(world: &World, text: &str) -> String {
    world.officer.certificate(&serial(text)).unwrap().status
}

fn count(world: &World, sql: &'static str) -> i64 {
    world.authority.0.store.read(|c| Ok(c.query_row(sql, [], |row| row.get(0))?)).unwrap()
}

#[test]
fn what_could_not_be_sealed_is_never_stored() {
    let world = world();
    world.person("Alice Example", ALICE);
    let first = world.officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, false).unwrap().issued.certificate.serial;
    let alice = world.officer.subscriber_by_mail(ALICE).unwrap();
    let policy = world.authority.0.policy_of(alice.department_id).unwrap();
    let order = Order::new(&policy, &alice, ALICE, ProfileName::Encryption, true).unwrap();
    let mut seen = None;
    let failed = cycle::one(&world.officer, order, key(1).public().unwrap(), |view| {
        seen = Some((view.serial.to_string(), count(&world, "SELECT count(*) FROM certificate WHERE kind = 'subscriber'")));
        Err::<(), _>(Error::fault("no password"))
    });
    assert!(matches!(failed, Err(Error::Internal(_))));
    let (signed, stored) = seen.unwrap();
    assert_eq!(stored, 1, "signed, and not stored yet");
    assert!(world.officer.certificate(&serial(&signed)).is_err(), "nor afterwards");
    assert_eq!(count(&world, "SELECT count(*) FROM issuance WHERE state = 'abandoned'"), 1, "its serial goes on the CRL");
    assert_eq!(status(&world, &first), "active", "it took nobody's place");
}

#[test]
fn a_lost_key_takes_its_certificate_with_it_and_what_it_had_superseded_counts_again() {
    let world = world();
    world.person("Alice Example", ALICE);
    let make = |supersede| world.officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, supersede).unwrap();
    let first = make(false).issued.certificate.serial;
    let second = make(true);
    let lost = second.issued.certificate.serial.clone();
    assert_eq!((status(&world, &first).as_str(), status(&world, &lost).as_str()), ("superseded", "active"));
    // The officer has done as much alone as one may.
    world.officer.set_setting("revoke.four_eyes_above", "1").unwrap();
    let request = csr(key(0).as_openssl(), &Asked::default());
    let signing = world.officer.issue_from_csr(ALICE, ProfileName::Signing, &request).unwrap().certificate.serial;
    world.officer.revoke(&serial(&signing), Reason::CessationOfOperation).unwrap();
    let alone = world.officer.revoke(&serial(&lost), Reason::Superseded);
    assert!(matches!(alone, Err(Error::Denied(Denied::SecondOfficer))));

    let said = world.officer.key_was_lost(second).unwrap();
    assert_eq!((said.certificate.serial.as_str(), said.certificate.status.as_str()), (lost.as_str(), "revoked"));
    assert_eq!((said.reinstated, said.superseded), (vec![first.clone()], Vec::new()));
    assert_eq!((status(&world, &first).as_str(), status(&world, &lost).as_str()), ("active", "revoked"));
    assert_eq!(count(&world, "SELECT count(*) FROM act_alone"), 1, "it is not counted as the officer's");
    let rows = world.authority.auditor().ledger(None, 2).unwrap();
    let [back, gone] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((gone.event.as_str(), &gone.subject, &gone.actor), ("certificate.revoked", &lost, &Actor::Signet));
    assert_eq!(gone.details["reason"], "superseded");
    assert!(gone.details["why"].as_str().unwrap().contains("nobody has it"), "{}", gone.details);
    assert_eq!((back.event.as_str(), &back.subject, &back.actor), ("certificate.reinstated", &first, &Actor::Signet));
    assert_eq!(back.details["instead_of"], lost.as_str());
    assert!(world.authority.auditor().verify_ledger().unwrap().broken_at.is_none());
    // As if nothing had happened.
    assert_eq!(make(true).issued.superseded, [first]);
}

#[test]
fn what_was_revoked_with_it_or_replaced_since_stays_so_and_later_it_is_an_officers_act() {
    let world = world();
    world.person("Alice Example", ALICE);
    let make = |supersede| world.officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, supersede).unwrap();
    let first = make(false).issued.certificate.serial;
    let second = world.officer.replace_generated(&serial(&first), Form::Modern, Old::Revoked(Reason::Superseded)).unwrap();
    let said = world.officer.key_was_lost(second).unwrap();
    assert_eq!((said.reinstated, said.superseded), (Vec::new(), vec![first.clone()]));
    assert_eq!(status(&world, &first), "revoked");

    let third = make(false).issued.certificate.serial;
    let (fourth, fifth) = (make(true), make(true));
    let said = world.officer.key_was_lost(fourth).unwrap();
    assert_eq!((said.certificate.status.as_str(), said.reinstated, said.superseded), ("revoked", Vec::new(), vec![third.clone()]));
    let last = fifth.issued.certificate.serial.clone();
    assert_eq!((status(&world, &third).as_str(), status(&world, &last).as_str()), ("superseded", "active"));

    world.clock.advance(3_600);
    assert!(matches!(world.officer.key_was_lost(fifth), Err(Error::Invalid { field: "serial", .. })));
    assert_eq!(status(&world, &last), "active");
    assert_eq!(world.officer.certificates(&CertificateQuery::default()).unwrap().len(), 5);
}
