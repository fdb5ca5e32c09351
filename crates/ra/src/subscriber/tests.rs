//! Names for ever, addresses of the department, lists.

use super::{NewSubscriber, SubscriberKind, SubscriberQuery};
use crate::{
    Conflict, Error, Noun,
    enrollment::State,
    ota::OtaAnswer,
    ota::tests::phone::{kind, world},
    profile::ProfileName,
};
use protocol::{crl::Reason, x509::SerialNumber};

fn query(search: &str) -> SubscriberQuery {
    SubscriberQuery { search: Some(search.into()), limit: 50, ..SubscriberQuery::default() }
}

#[test]
fn a_person_gets_a_dn_of_the_department_and_a_mailbox_that_nobody_validated() {
    let world = world();
    let alice = world.stranger("  Alice   Example ", "Alice@EXAMPLE.edu");
    assert_eq!(
        (alice.name.as_str(), alice.subject.to_string().as_str()),
        ("Alice Example", "CN=Alice Example,OU=Physics,O=Example University")
    );
    assert_eq!((alice.mailboxes[0].address.as_str(), alice.mailboxes[0].validated_at), ("Alice@example.edu", None));
    assert_eq!((alice.active_certificates, alice.enrollment_state, alice.mixed_scripts), (0, None, false));
    assert_eq!(world.officer.subscriber_by_mail("alice@example.edu").unwrap().id, alice.id);
    let rows = world.authority.auditor().ledger(None, 1).unwrap();
    assert_eq!((rows[0].event.as_str(), rows[0].subject.as_str()), ("subscriber.added", alice.id.to_string().as_str()));
}

#[test]
fn homonyms_get_a_discriminator_that_no_deletion_frees() {
    let world = world();
    let first = world.stranger("Alice Example", "alice@example.edu");
    let second = world.stranger("ALICE example", "alice2@example.edu");
    assert!(second.subject.to_string().contains('2'), "case does not make another DN: {}", second.subject);
    assert_eq!(second.subject.common_name(), Some("ALICE example"));
    world.officer.delete_subscriber(first.id).unwrap();
    world.officer.delete_subscriber(second.id).unwrap();
    assert!(matches!(world.officer.subscriber(first.id), Err(Error::NotFound(Noun::Subscriber))));
    let third = world.stranger("Alice Example", "alice@example.edu");
    assert_ne!(third.subject.comparable(), first.subject.comparable());
    assert_ne!(third.subject.comparable(), second.subject.comparable());
    let erased = world.authority.0.store.write(|tx| Ok(tx.execute("DELETE FROM subject_name", [])?));
    assert!(erased.is_err(), "the register cannot be emptied");
}

#[test]
fn deletion_ends_what_is_under_way_and_waits_for_active_certificates() {
    let world = world();
    let alice = world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let mut phone = world.phone(&invitation, "U", 1);
    phone.get_transport(&world, 2);
    let OtaAnswer::Profile(answer) = phone.phase3(&world) else { panic!("no profile") };
    let (_, payloads) = phone.open(&answer);
    let challenges = crate::ota::tests::phone::values(&payloads, "Challenge");
    let certificate = crate::ota::tests::phone::scep(&world, &challenges[0], crate::ota::tests::phone::key(3)).unwrap();
    assert_eq!(world.officer.subscriber(alice.id).unwrap().active_certificates, 1);
    assert_eq!(world.officer.subscriber(alice.id).unwrap().devices.len(), 1);
    assert!(matches!(world.officer.delete_subscriber(alice.id), Err(Error::Conflict(Conflict::ActiveCertificates))));
    world.officer.revoke(&certificate.serial, Reason::CessationOfOperation).unwrap();
    world.officer.delete_subscriber(alice.id).unwrap();
    assert!(
        crate::ota::tests::phone::scep(&world, &challenges[1], crate::ota::tests::phone::key(4)).is_none(),
        "no certificate for nobody"
    );
    assert_eq!(kind(&phone.phase3(&world)), "unknown");
    let transport = world.officer.certificate(&phone.transport.unwrap().0.serial).unwrap();
    assert_eq!(transport.status, "revoked");
}

#[test]
fn what_works_or_may_work_again_keeps_its_person() {
    let world = world();
    let alice = world.person("Alice Example", "alice@example.edu");
    let challenge = world.officer.scep_challenges("alice@example.edu", ProfileName::Signing, 1).unwrap().remove(0).challenge;
    let old = crate::ota::tests::phone::scep(&world, &challenge, crate::ota::tests::phone::key(1)).unwrap().serial;
    let renewed = SerialNumber::parse(&world.officer.renew(&old).unwrap().certificate.serial).unwrap();
    world.officer.revoke(&renewed, Reason::CessationOfOperation).unwrap();
    assert_eq!(world.officer.subscriber(alice.id).unwrap().active_certificates, 0);
    let refused = || matches!(world.officer.delete_subscriber(alice.id), Err(Error::Conflict(Conflict::ActiveCertificates)));
    assert!(refused(), "the one that was replaced works until it ends");
    world.officer.revoke(&old, Reason::CertificateHold).unwrap();
    assert!(refused(), "it may be reinstated");
    world.officer.revoke(&old, Reason::CessationOfOperation).unwrap();
    world.officer.delete_subscriber(alice.id).unwrap();
}

#[test]
fn addresses_belong_to_one_person_and_to_the_department() {
    let world = world();
    let alice = world.stranger("Alice Example", "alice@example.edu");
    let add = |mail: &str| {
        world.officer.add_subscriber(NewSubscriber { name: "Bob Example".into(), mail: mail.into(), kind: SubscriberKind::Functional })
    };
    assert!(matches!(add("ALICE@example.edu"), Err(Error::Conflict(Conflict::MailboxTaken))));
    assert!(matches!(add("bob@elsewhere.org"), Err(Error::Invalid { field: "mail", .. })));
    let bob = add("bob@example.edu").unwrap();
    assert_eq!(bob.kind, SubscriberKind::Functional);
    assert!(matches!(world.officer.add_mailbox(bob.id, "alice@example.edu"), Err(Error::Conflict(Conflict::MailboxTaken))));
    let alice = world.officer.add_mailbox(alice.id, "a.example@example.edu").unwrap();
    assert_eq!(alice.mailboxes.iter().map(|m| m.address.as_str()).collect::<Vec<_>>(), ["alice@example.edu", "a.example@example.edu"]);
    assert!(matches!(world.officer.add_mailbox(crate::id::SubscriberId::fresh(), "x@example.edu"), Err(Error::NotFound(Noun::Subscriber))));
    assert_eq!(bob.subject.common_name(), Some("Bob Example"));
    assert!(!bob.subject.to_string().contains("serialNumber"), "the refused attempts took no name: {}", bob.subject);
}

#[test]
fn hostile_names_are_refused_or_kept_as_they_are() {
    let world = world();
    let add = |name: &str, mail: &str| {
        world.officer.add_subscriber(NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person })
    };
    for name in ["Ali\0ce", "Alice\u{202e}", "Alice\u{200f}", "\u{2066}Alice", "", &"x".repeat(10_000)] {
        assert!(matches!(add(name, "a@example.edu"), Err(Error::Invalid { field: "name", .. })), "{name:?}");
    }
    let quoted = add("Robert'); DROP TABLE subscriber;-- \"B\", OU=Root, CN=<b>", "b@example.edu").unwrap();
    assert_eq!(quoted.subject.common_name(), Some("Robert'); DROP TABLE subscriber;-- \"B\", OU=Root, CN=<b>"));
    assert_eq!(quoted.subject.0.len(), 3, "no attribute was smuggled in");
    assert!(add("А\u{43b}ice Example", "c@example.edu").unwrap().mixed_scripts);
    assert_eq!(world.authority.auditor().ledger(None, 1).unwrap()[0].details["mixed_scripts"], true);
}

#[test]
fn lists_are_sorted_searched_and_paged() {
    let world = world();
    for (name, mail) in [
        ("José Álvarez", "jalvarez@example.edu"),
        ("Alice Example", "alice@example.edu"),
        ("alan turing", "turing@example.edu"),
        ("Zoë 100%_Sure", "zoe@example.edu"),
        ("Ålesund Office", "office@example.edu"),
    ] {
        world.stranger(name, mail);
    }
    let names = |q: &SubscriberQuery| world.officer.subscribers(q).unwrap().rows.into_iter().map(|s| s.name).collect::<Vec<_>>();
    let all = SubscriberQuery { limit: 500, ..SubscriberQuery::default() };
    assert_eq!(names(&all), ["alan turing", "Ålesund Office", "Alice Example", "José Álvarez", "Zoë 100%_Sure"]);
    for (search, found) in [
        ("alvarez", vec!["José Álvarez"]),
        ("ÁLV", vec!["José Álvarez"]),
        ("turing@exa", vec!["alan turing"]),
        ("al", vec!["alan turing", "Ålesund Office", "Alice Example"]),
        ("of", vec!["Ålesund Office"]), // the beginning of the address, not a part of the name
        ("xa", vec![]),
        ("xam", vec!["alan turing", "Ålesund Office", "Alice Example", "José Álvarez", "Zoë 100%_Sure"]),
        ("100%_s", vec!["Zoë 100%_Sure"]),
        ("%%%", vec![]),
        ("___", vec![]),
        ("' OR 1=1 --", vec![]),
        ("   ", vec!["alan turing", "Ålesund Office", "Alice Example", "José Álvarez", "Zoë 100%_Sure"]),
    ] {
        assert_eq!(names(&query(search)), found, "{search:?}");
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = world.officer.subscribers(&SubscriberQuery { after, limit: 2, ..SubscriberQuery::default() }).unwrap();
        assert_eq!(page.total, 5);
        after = page.rows.last().map(|s| (s.name.clone(), s.id));
        seen.extend(page.rows.into_iter().map(|s| s.name));
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, names(&all));
}

#[test]
fn the_newest_enrollments_state_stands_with_the_person() {
    let world = world();
    let alice = world.person("Alice Example", "alice@example.edu");
    let first = world.invite("alice@example.edu");
    world.officer.cancel_enrollment(first.enrollment).unwrap();
    assert_eq!(world.officer.subscriber(alice.id).unwrap().enrollment_state, Some(State::Cancelled));
    world.invite("alice@example.edu");
    assert_eq!(world.officer.subscriber(alice.id).unwrap().enrollment_state, Some(State::Invited));
}
