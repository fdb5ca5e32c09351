//! Validations are recorded with who, how and on what evidence.

use super::{Method, Unvalidated};
use crate::{Denied, Error, Noun, invitation::Channel, mailbox, ota::tests::phone::world};

#[test]
fn a_validation_is_recorded_with_method_evidence_and_actor() {
    let world = world();
    let alice = world.stranger("Alice Example", "alice@example.edu");
    let alice_now = world.officer.validate_mailbox("Alice@example.edu", Method::Records, " staff list of 1 November ").unwrap();
    let mailbox = &alice_now.mailboxes[0];
    assert_eq!(mailbox.validated_at.map(|t| t.0), Some(crate::testing::START));
    assert_eq!((mailbox.method.as_deref(), mailbox.evidence.as_deref()), (Some("records"), Some("staff list of 1 November")));
    let row = world.authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((row.event.as_str(), row.subject.as_str()), ("mailbox.validated", "alice@example.edu"));
    assert_eq!((row.details["method"].as_str(), row.details["evidence"].as_str()), (Some("records"), Some("staff list of 1 November")));
    assert_eq!((mailbox.validated, mailbox.validated_by.as_deref(), mailbox.rules.as_deref()), (true, Some("rosa"), Some("signet-1")));
    assert_eq!(row.details["rules"], mailbox::RULES, "which rules these were is in the ledger, too");
    let standing = |address: &str| {
        let at = protocol::Timestamp(crate::testing::START);
        world.authority.0.store.read(|tx| mailbox::standing_of(tx, at, alice.id, address)).unwrap()
    };
    assert_eq!(standing("alice@EXAMPLE.edu"), Ok("alice@example.edu".to_owned()));
    assert_eq!(standing("bob@example.edu"), Err(Unvalidated::Never { mailbox: "bob@example.edu".into() }));
    let changed = world.authority.0.store.write(|tx| Ok(tx.execute("UPDATE mailbox_validation SET at = at + 1", [])?));
    assert!(changed.is_err(), "what was recorded stays as it was");
}

#[test]
fn without_evidence_or_by_hearsay_nothing_is_recorded() {
    let world = world();
    world.stranger("Alice Example", "alice@example.edu");
    let validate = |method, evidence: &str| world.officer.validate_mailbox("alice@example.edu", method, evidence);
    // Nor what would read otherwise than it stands in the ledger.
    for evidence in ["", "   ", "a\0b", "card 4711\u{202e}1174", "card \u{2066}4711", "card\u{200f}", &"x".repeat(501)] {
        assert!(matches!(validate(Method::InPerson, evidence), Err(Error::Invalid { field: "evidence", .. })), "{evidence:?}");
    }
    assert!(matches!(validate(Method::MailedValue, "came back"), Err(Error::Invalid { field: "method", .. })));
    assert!(matches!(world.officer.validate_mailbox("nobody@example.edu", Method::InPerson, "x"), Err(Error::NotFound(Noun::Mailbox))));
    assert!(world.officer.subscriber_by_mail("alice@example.edu").unwrap().mailboxes[0].validated_at.is_none());
    validate(Method::InPerson, "Carte n° 4711,\nvue au bureau").unwrap();
}

#[test]
fn each_address_of_a_person_is_validated_by_itself_and_the_code_validates_none() {
    let world = world();
    let alice = world.person("Alice Example", "alice@example.edu");
    world.officer.add_mailbox(alice.id, "second@example.edu").unwrap();
    assert!(matches!(world.officer.invite("second@example.edu", Channel::Show), Err(Error::Denied(Denied::MailboxNotValidated { .. }))));
    world.officer.set_setting("bundle", "authentication").unwrap();
    world.officer.set_setting("authentication.with_address", "no").unwrap();
    let invitation = world.officer.invite("second@example.edu", Channel::Show).unwrap();
    world.sign_in_by_code(&invitation);
    let alice = world.officer.subscriber(alice.id).unwrap();
    assert_eq!(alice.mailboxes.iter().map(|m| m.validated_at.is_some()).collect::<Vec<_>>(), [true, false]);
}
