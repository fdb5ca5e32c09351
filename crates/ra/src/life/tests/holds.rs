//! Held, reinstated, revoked: what was named, and what is refused.

use super::*;
use crate::profile::Exception;
use protocol::x509::ExtendedKeyUsage;

#[test]
fn a_hold_is_listed_and_taken_back_without_a_trace_in_the_list() {
    let house = house();
    let one = house.many(1);
    let act = certificates(&one, Verb::Hold);
    let foretold = house.rosa.consequences(&act).unwrap();
    assert_eq!(house.status(&one[0]), "active", "foretelling changes nothing");
    assert_eq!(done(house.rosa.hold(&one)), foretold);
    assert!(foretold.undoable && !foretold.needs_second_officer && foretold.final_at.is_none());
    assert_eq!((foretold.affected[0].before.as_str(), foretold.affected[0].after.as_str()), ("active", "held"));
    assert_eq!(foretold.breaks, [Breaks::NetworkAccess]);
    assert!(house.status(&one[0]) == "held" && house.listed(&one[0]));
    assert_eq!(done(house.rosa.reinstate(&one)).affected[0].after, "active");
    assert!(house.status(&one[0]) == "active" && !house.listed(&one[0]));
    assert!(house.events(4).contains(&"certificate.reinstated".to_owned()));
}

#[test]
fn what_breaks_is_read_in_the_certificate_whatever_its_profile_is_called() {
    let house = house();
    house.person("Office", "office@example.edu");
    let save = |name, draft: ProfileDraft| house.rosa.save_profile(Scope::Department, name, draft).unwrap();
    let made_here = || {
        let made = house.rosa.issue_generated("office@example.edu", ProfileName::Functional, Form::Modern, true).unwrap();
        SerialNumber::parse(&made.issued.certificate.serial).unwrap()
    };
    let stops = |serial: &SerialNumber| {
        let told = house.rosa.consequences(&certificates(std::slice::from_ref(serial), Verb::Hold)).unwrap();
        let back = house.rosa.consequences(&certificates(std::slice::from_ref(serial), Verb::Reinstate));
        assert!(matches!(back, Err(Error::Conflict(Conflict::NotHeld))));
        // What the one certificate says, and that nobody is left with another of its profile.
        assert_eq!(told.breaks, [&told.affected[0].breaks[..], &[Breaks::NoneLeft]].concat());
        told.affected[0].breaks.clone()
    };
    let functional = ProfileDraft::builtin(ProfileName::Functional);
    let reading = ProfileDraft { usage: vec![Usage::KeyEncipherment], escrow: Escrow::ByPolicy, ..functional };
    save(ProfileName::Functional, reading.clone());
    let reads = made_here();
    assert_eq!(stops(&reads), [Breaks::MailToThem], "a functional mailbox that only reads signs nothing");
    done(house.rosa.hold(std::slice::from_ref(&reads)));
    let back = done(house.rosa.reinstate(std::slice::from_ref(&reads)));
    assert_eq!((&back.affected[0].breaks[..], back.breaks.len()), (&[Breaks::MailToThem][..], 0), "this works again");
    let exception = Some(Exception { name: "Prof. Carol".into(), reason: "one key for all who sit there".into() });
    let usage = vec![Usage::DigitalSignature, Usage::KeyEncipherment];
    save(ProfileName::Functional, ProfileDraft { usage, exception, ..reading });
    assert_eq!(stops(&made_here()), [Breaks::SignedMail, Breaks::MailToThem]);
    let mut signing = ProfileDraft::builtin(ProfileName::Signing);
    signing.purposes.push(ExtendedKeyUsage::ClientAuth.oid().to_owned());
    save(ProfileName::Signing, signing);
    assert_eq!(stops(&house.signing("office@example.edu").0), [Breaks::SignedMail, Breaks::NetworkAccess]);
}

#[test]
fn a_revocation_says_within_which_time_it_is_due() {
    let house = house();
    let one = house.many(1);
    let due = |verb: Verb| house.rosa.consequences(&certificates(&one, verb)).unwrap().deadline_hours;
    let revoke = |reason| Verb::Revoke { reason, invalid_since: None };
    assert_eq!([due(revoke(Reason::KeyCompromise)), due(revoke(Reason::Superseded))], [Some(24), Some(120)]);
    assert_eq!(due(Verb::Hold), None, "a hold is no revocation");
    let alice = house.person("Alice Example", "alice@example.edu");
    assert_eq!(house.rosa.offboard_plan(alice.id, Reason::AffiliationChanged).unwrap().deadline_hours, Some(120));
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_half_done() {
    let house = house();
    let list = house.many(4);
    let [active, held, revoked, other] = [0, 1, 2, 3].map(|at: usize| list[at..=at].to_vec());
    done(house.rosa.hold(&held));
    house.rosa.revoke(&revoked[0], Reason::KeyCompromise).unwrap();
    let rows = house.rows();
    let conflict = |outcome: crate::Result<Outcome>| match outcome {
        Err(Error::Conflict(conflict)) => conflict,
        other => panic!("{other:?}"),
    };
    assert_eq!(conflict(house.rosa.reinstate(&active)), Conflict::NotHeld);
    assert_eq!(conflict(house.rosa.reinstate(&revoked)), Conflict::AlreadyRevoked);
    assert_eq!(conflict(house.rosa.hold(&held)), Conflict::AlreadyHeld);
    assert_eq!(conflict(house.rosa.hold(&revoked)), Conflict::AlreadyRevoked);
    assert_eq!(conflict(house.rosa.revoke_many(&revoked, Reason::Superseded, "")), Conflict::AlreadyRevoked);
    // Of several, the one that does not fit is named, and the others are left alone.
    let mixed = [other[0].clone(), revoked[0].clone()];
    match house.rosa.revoke_many(&mixed, Reason::Superseded, "") {
        Err(Error::Invalid { field: "serial", reason }) => assert!(reason.contains(&revoked[0].to_string()), "{reason}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(house.status(&other[0]), "active");
    for reason in [Reason::CertificateHold, Reason::RemoveFromCrl, Reason::CaCompromise, Reason::AaCompromise] {
        assert!(matches!(house.rosa.revoke_many(&other, reason, ""), Err(Error::Invalid { field: "reason", .. })), "{reason:?}");
    }
    let later = Some(house.now().plus(1));
    let act = certificates(&other, Verb::Revoke { reason: Reason::KeyCompromise, invalid_since: later });
    assert!(matches!(house.rosa.carry_out(&act, ""), Err(Error::Invalid { field: "invalid_since", .. })));
    assert!(matches!(house.rosa.carry_out(&certificates(&other, Verb::Hold), "a\u{202e}b"), Err(Error::Invalid { field: "why", .. })));
    assert!(matches!(house.rosa.hold(&[]), Err(Error::Invalid { field: "serial", .. })));
    assert!(matches!(house.rosa.hold(&[SerialNumber::parse("01").unwrap()]), Err(Error::NotFound(Noun::Certificate))));
    assert!(matches!(house.rosa.maybe_lost(Target::Device(DeviceId::fresh())), Err(Error::NotFound(Noun::Device))));
    assert!(matches!(house.rosa.maybe_lost(Target::Person(SubscriberId::fresh())), Err(Error::NotFound(Noun::Subscriber))));
    let leave = Verb::Offboard { reason: Reason::AffiliationChanged, successor: None, keep_until: None };
    assert!(matches!(house.rosa.carry_out(&certificates(&other, leave), ""), Err(Error::Invalid { field: "target", .. })));
    house.clock.advance(366 * 86_400);
    assert!(matches!(house.rosa.hold(&other), Err(Error::Invalid { field: "serial", .. })), "it has ended");
    assert_eq!(house.rows(), rows, "no refusal leaves a row");
}

#[test]
fn maybe_lost_becomes_a_revocation_unless_it_comes_back() {
    let house = house();
    house.rosa.set_setting("revoke.maybe_lost_days", "2").unwrap();
    let list = house.many(3);
    let since = house.now();
    let told = done(house.rosa.maybe_lost(Target::Certificates(list.clone())));
    assert_eq!(told.final_at, Some(since.plus(2 * Timestamp::DAY)));
    done(house.rosa.reinstate(&list[..1]));
    house.rosa.revoke(&list[1], Reason::Superseded).unwrap();
    house.clock.advance(2 * 86_400 - 1);
    house.rosa.tidy().unwrap();
    assert_eq!(house.status(&list[2]), "held");
    house.clock.advance(1);
    house.rosa.tidy().unwrap();
    assert_eq!(list.iter().map(|one| house.status(one)).collect::<Vec<_>>(), ["active", "revoked", "revoked"]);
    let serial = list[2].clone();
    let (reason, invalid_since): (i64, i64) = house
        .authority
        .0
        .store
        .read(|c| {
            Ok(c.query_row("SELECT reason, invalid_since FROM certificate WHERE serial = ?", [serial.octets()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?)
        })
        .unwrap();
    assert_eq!((reason, invalid_since), (1, since.0), "distrusted since it was missed");
    let rows = house.rows();
    house.rosa.tidy().unwrap();
    assert_eq!(house.rows(), rows, "once");
}

#[test]
fn a_device_is_held_as_a_whole_and_the_rest_of_its_owner_goes_on() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let (on_phone, _) = house.signing("alice@example.edu");
    let (elsewhere, _) = house.signing("alice@example.edu");
    let device = house.phone(&alice, &on_phone);
    let told = done(house.rosa.maybe_lost(Target::Device(device)));
    assert_eq!(told.affected.iter().map(|one| one.serial.clone()).collect::<Vec<_>>(), [on_phone.to_string()]);
    assert_eq!((told.affected[0].name.as_deref(), told.affected[0].device.as_deref()), (Some("Alice Example"), Some("Alice's iPhone")));
    assert_eq!(told.untouched.iter().map(|one| one.serial.clone()).collect::<Vec<_>>(), [elsewhere.to_string()]);
    assert_eq!(told.breaks, [Breaks::SignedMail], "another one is left");
    assert!(
        matches!(house.rosa.maybe_lost(Target::Device(device)), Err(Error::Invalid { field: "target", .. })),
        "nothing is left to hold"
    );
}

#[test]
fn what_is_revoked_waits_no_longer_for_the_end_of_its_hold_whatever_revoked_it() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    let waits = || {
        let today = house.rosa.today().unwrap();
        (today.perhaps_lost, today.perhaps_lost_until.is_some())
    };
    let lost = |serial: &SerialNumber| done(house.rosa.maybe_lost(Target::Certificates(vec![serial.clone()])));
    let (old, shared) = house.signing("alice@example.edu");
    house.clock.advance(50 * 86_400);
    let twin = house.again("alice@example.edu", &shared);
    house.clock.advance(45 * 86_400);
    assert_eq!((house.status(&old).as_str(), house.status(&twin).as_str()), ("expired", "active"));
    lost(&twin);
    assert_eq!(waits(), (1, true));
    house.rosa.replace(&old, &csr(&key()), Old::Revoked(Reason::KeyCompromise)).unwrap();
    assert_eq!((house.status(&twin).as_str(), waits()), ("revoked", (0, false)), "with the key of the one that was replaced");

    let (one, _) = house.signing("alice@example.edu");
    lost(&one);
    house.rosa.revoke(&one, Reason::KeyCompromise).unwrap();
    assert_eq!(waits(), (0, false), "by itself");
}

#[test]
fn a_hold_that_was_taken_back_is_told_with_its_times_and_no_other() {
    let house = house();
    let (alice, mail) = (house.person("Alice Example", "alice@example.edu").id, "alice@example.edu");
    // The tests' RSA keys are made once, and a key that is on hold is not certified again.
    let elliptic = ProfileDraft { key: KeyAlgorithm::P256, ..ProfileDraft::builtin(ProfileName::Encryption) };
    house.rosa.save_profile(Scope::Department, ProfileName::Encryption, elliptic).unwrap();
    let make = || house.rosa.issue_generated(mail, ProfileName::Encryption, Form::Modern, true).unwrap();
    let first = SerialNumber::parse(&make().issued.certificate.serial).unwrap();
    let (other, _) = house.signing(mail);
    let strangers = house.many(1);
    let later = || {
        house.clock.advance(600);
        house.now()
    };
    let told = || house.rosa.past_holds(alice).unwrap();
    let hold = |serial: &SerialNumber| done(house.rosa.hold(std::slice::from_ref(serial)));
    let back = |serial: &SerialNumber| done(house.rosa.reinstate(std::slice::from_ref(serial)));
    let past = |serial: &SerialNumber, from, to| PastHold { serial: serial.to_string(), from, to };

    let since = later();
    hold(&first);
    hold(&strangers[0]);
    later();
    assert!(told().is_empty(), "it lasts");
    // While it is on hold another one takes its place, and gives it back because nobody has its key.
    let lost = make();
    assert_eq!(house.rosa.key_was_lost(lost).unwrap().reinstated, [first.to_string()]);
    assert_eq!((house.status(&first).as_str(), told()), ("held", vec![]), "its place is no end of its hold");
    let until = later();
    back(&first);
    back(&strangers[0]);
    assert_eq!(told(), [past(&first, since, until)]);

    // A second one, one of another certificate, and one that becomes a revocation.
    let second = later();
    hold(&first);
    hold(&other);
    let end = later();
    back(&other);
    back(&first);
    later();
    hold(&other);
    house.rosa.revoke(&other, Reason::Superseded).unwrap();
    assert_eq!(told(), [past(&first, since, until), past(&first, second, end), past(&other, second, end)]);
}

#[test]
fn who_is_left_without_is_judged_by_uses_and_by_what_we_issued() {
    let house = house();
    let office = house.person("Office", "office@example.edu");
    let signing = ProfileDraft::builtin(ProfileName::Functional);
    let reading = ProfileDraft { usage: vec![Usage::KeyEncipherment], escrow: Escrow::ByPolicy, ..signing.clone() };
    house.rosa.save_profile(Scope::Department, ProfileName::Functional, reading).unwrap();
    let reads = house.rosa.issue_generated("office@example.edu", ProfileName::Functional, Form::Modern, false).unwrap();
    let reads = SerialNumber::parse(&reads.issued.certificate.serial).unwrap();
    house.rosa.save_profile(Scope::Department, ProfileName::Functional, signing).unwrap();
    house.rosa.issue_from_csr("office@example.edu", ProfileName::Functional, &csr(&key())).unwrap();
    let told = || house.rosa.consequences(&certificates(std::slice::from_ref(&reads), Verb::Hold)).unwrap();
    assert_eq!(told().breaks, [Breaks::MailToThem, Breaks::NoneLeft], "the other of its profile only signs");
    let other = house.rosa.issue_generated("office@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let other = SerialNumber::parse(&other.issued.certificate.serial).unwrap();
    assert_eq!(told().breaks, [Breaks::MailToThem], "another profile serves it");
    // As if another CA had issued it, for the same person: nobody here knows whether it works.
    let octets = other.octets().to_vec();
    house.write(move |tx| {
        tx.execute("UPDATE certificate SET issuer = NULL WHERE serial = ?1", [octets])?;
        Ok(())
    });
    let told = told();
    assert_eq!(told.breaks, [Breaks::MailToThem, Breaks::NoneLeft]);
    assert!(!serials(&told.untouched).contains(&other.to_string()), "{}", office.name);
}
