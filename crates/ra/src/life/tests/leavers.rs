//! Who leaves, and who is gone.

use super::*;

#[test]
fn a_leaver_loses_everything_at_once_and_gets_nothing_new() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let bob = house.person("Bob Example", "bob@example.edu");
    let (signing, _) = house.signing("alice@example.edu");
    let encryption = house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let (bobs, _) = house.signing("bob@example.edu");
    let invited = house.rosa.invite("alice@example.edu", Channel::Show).unwrap().enrollment;
    let foretold = house.rosa.offboard_plan(alice.id, Reason::AffiliationChanged).unwrap();
    assert_eq!((foretold.affected.len(), foretold.enrollments_ended, foretold.mailboxes_unvalidated), (2, 1, 1));
    assert_eq!(foretold.breaks, [Breaks::SignedMail, Breaks::MailToThem, Breaks::EnrollmentUnderWay, Breaks::NoneLeft]);
    assert!(!foretold.undoable);
    let until = house.now().plus(3650 * Timestamp::DAY);
    let told = done(house.rosa.offboard(alice.id, Reason::AffiliationChanged, Some("Prof. Carol"), Some(until), "left the university"));
    assert_eq!(told, foretold, "what was foretold is what was done");
    for serial in [&signing, &SerialNumber::parse(&encryption.issued.certificate.serial).unwrap()] {
        assert!(house.status(serial) == "revoked" && house.listed(serial));
    }
    assert_eq!(house.status(&bobs), "active", "{}", bob.name);
    assert!(matches!(
        house.rosa.issue_from_csr("alice@example.edu", ProfileName::Signing, &csr(&key())),
        Err(Error::Denied(Denied::MailboxNotValidated { .. }))
    ));
    assert!(matches!(house.rosa.invite("alice@example.edu", Channel::Show), Err(Error::Denied(Denied::MailboxNotValidated { .. }))));
    assert!(house.events(3).contains(&"subscriber.departed".to_owned()));
    let steps = house.rosa.enrollment(invited).unwrap().steps;
    assert_eq!(steps.last().unwrap().facts["reason"], "the person left", "nobody was deleted");
    // Who comes back is validated again.
    house.rosa.validate_mailbox("alice@example.edu", Method::InPerson, "new contract").unwrap();
    house.signing("alice@example.edu");
    let past = house.rosa.offboard(bob.id, Reason::AffiliationChanged, None, Some(Timestamp(1)), "");
    assert!(matches!(past, Err(Error::Invalid { field: "keep_until", .. })));
}

#[test]
fn certificates_of_somebody_who_is_gone_can_still_be_revoked() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu").id;
    let ((one, _), (other, _)) = (house.signing("alice@example.edu"), house.signing("alice@example.edu"));
    house.write(move |tx| {
        tx.execute("DELETE FROM subscriber WHERE id = ?", [alice])?;
        Ok(())
    });
    let act = certificates(std::slice::from_ref(&one), Verb::Revoke { reason: Reason::Superseded, invalid_since: None });
    let foretold = house.rosa.consequences(&act).unwrap();
    assert_eq!((foretold.affected[0].name.as_deref(), serials(&foretold.untouched)), (None, texts(&[&other])));
    assert_eq!(done(house.rosa.carry_out(&act, "she is no longer here")), foretold);
    done(house.rosa.hold(std::slice::from_ref(&other)));
    assert_eq!((house.status(&one).as_str(), house.status(&other).as_str()), ("revoked", "held"));
    assert!(matches!(house.rosa.maybe_lost(Target::Person(alice)), Err(Error::NotFound(Noun::Subscriber))));
}
