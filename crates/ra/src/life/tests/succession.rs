//! What renewal and replacement say beforehand is what they do, and saying it changes nothing.

use super::*;
use crate::issuance::{NewKey, Succession, SuccessorKey};

/// Both were refused, in the same words.
fn same_refusal<T>(foretold: crate::Result<Succession>, done: crate::Result<T>) -> String {
    match (foretold, done) {
        (Err(told), Err(refused)) => {
            assert_eq!(format!("{told:?}"), format!("{refused:?}"));
            format!("{told:?}")
        }
        (told, done) => panic!("foretold: {told:?}; done: {}", done.is_ok()),
    }
}

#[test]
fn a_renewal_is_what_was_told_and_telling_it_writes_nothing() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let (old, _) = house.signing("alice@example.edu");
    let (beside, _) = house.signing("alice@example.edu");
    house.clock.advance(30 * 86_400);
    let ends = house.rosa.certificate(&old).unwrap().not_after;
    let reserved =
        || house.authority.0.store.read(|c| Ok(c.query_row("SELECT count(*) FROM issuance", [], |row| row.get::<_, u32>(0))?)).unwrap();
    let before = (house.rows(), reserved());
    let told = house.rosa.renewal_consequences(&old).unwrap();
    assert_eq!((house.rows(), reserved()), before, "no row in the ledger, no serial number set aside");
    assert_eq!(house.status(&old), "active");

    assert_eq!((told.subscriber, told.name.as_str(), told.key), (alice.id, "Alice Example", SuccessorKey::Same));
    assert_eq!((told.old.serial.clone(), told.old.after.as_str(), told.old.not_after), (old.to_string(), "superseded", ends));
    assert_eq!(serials(&told.consequences.affected), texts(&[&old]));
    assert_eq!(serials(&told.consequences.untouched), texts(&[&beside]));
    assert!(told.consequences.breaks.is_empty() && !told.consequences.undoable && told.consequences.deadline_hours.is_none());
    assert!(!told.old_key_reads && !told.on_phone);

    let made = house.rosa.renew(&old).unwrap().certificate;
    assert_eq!((told.not_before, told.not_after), (made.not_before, made.not_after));
    assert_eq!((told.subject, told.san, told.profile.as_str()), (made.subject, made.san, made.profile.as_str()));
    let detail = house.rosa.certificate_detail(&SerialNumber::parse(&made.serial).unwrap()).unwrap();
    assert_eq!(detail.provenance.policy, Some(told.profile_version.to_string()));
}

#[test]
fn a_renewal_is_refused_beforehand_as_it_would_be() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let (old, key) = house.signing("alice@example.edu");
    let twin = house.again("alice@example.edu", &key);
    let both = |serial: &SerialNumber| same_refusal(house.rosa.renewal_consequences(serial), house.rosa.renew(serial));
    assert!(both(&SerialNumber::parse("01").unwrap()).contains("NotFound"));
    done(house.rosa.hold(std::slice::from_ref(&old)));
    assert!(both(&old).contains("AlreadyHeld"));
    assert!(both(&twin).contains("on hold"), "its key");
    done(house.rosa.reinstate(std::slice::from_ref(&old)));
    house.renewed(&old);
    assert!(both(&old).contains("taken its place"));
    let (revoked, _) = house.signing("alice@example.edu");
    house.rosa.revoke(&revoked, Reason::Superseded).unwrap();
    assert!(both(&revoked).contains("AlreadyRevoked"));
    // Revoked elsewhere, without the others of its key.
    let alone = old.clone();
    house.write(move |tx| {
        tx.execute("UPDATE certificate SET revoked_at = 1, reason = 1 WHERE serial = ?", [alone.octets()])?;
        Ok(())
    });
    assert!(both(&twin).contains("compromised"), "its key");
    let (lapsed, _) = house.signing("alice@example.edu");
    house.write(|tx| {
        tx.execute("DELETE FROM mailbox_validation", [])?;
        Ok(())
    });
    house.rosa.add_mailbox(alice.id, "second@example.edu").unwrap();
    let refused = both(&lapsed);
    assert!(refused.contains("MailboxNotValidated { mailbox: \"alice@example.edu\" }"), "{refused}: which of them");
    house.rosa.validate_mailbox("alice@example.edu", Method::InPerson, "staff card").unwrap();
    assert!(house.rosa.renewal_consequences(&lapsed).is_ok());
    house.rosa.set_setting("mailbox.valid_days", "30").unwrap();
    house.clock.advance(31 * 86_400);
    assert!(both(&lapsed).contains("MailboxValidationEnded"), "that it was validated once does not count");
    house.rosa.validate_mailbox("alice@example.edu", Method::InPerson, "staff card").unwrap();
    let offer = |offered| {
        let draft = ProfileDraft { offered, ..ProfileDraft::builtin(ProfileName::Signing) };
        house.rosa.save_profile(Scope::Department, ProfileName::Signing, draft).unwrap();
    };
    offer(false);
    assert!(both(&lapsed).contains("NotOffered"));
    offer(true);
    assert!(!house.rosa.renewal_consequences(&lapsed).unwrap().on_phone);
    house.phone(&alice, &lapsed);
    assert!(house.rosa.renewal_consequences(&lapsed).unwrap().on_phone, "a phone has its key");
    house.clock.advance(-86_400);
    assert!(both(&lapsed).contains("ClockBehind"));
}

#[test]
fn of_several_renewals_each_is_told_as_it_would_be_after_those_before_it() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    let (signing, _) = house.signing("alice@example.edu");
    let encrypting = house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let encrypting = SerialNumber::parse(&encrypting.issued.certificate.serial).unwrap();
    let order = [signing.clone(), encrypting.clone(), signing, encrypting];
    let told: Vec<_> = house.rosa.renewals_consequences(&order).collect();
    assert_eq!(told.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false, false]);
    for (told, serial) in told.into_iter().zip(&order) {
        match (told, house.rosa.renew(serial)) {
            (Ok(told), Ok(done)) => assert_eq!(serials(&told.consequences.affected), done.superseded.into_iter().collect::<BTreeSet<_>>()),
            (told, done) => assert!(same_refusal(told, done).contains("taken its place")),
        }
    }
}

#[test]
fn a_replacement_tells_what_is_revoked_with_the_old_one_and_who_is_left_without() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    house.person("Bob Example", "bob@example.edu");
    let (old, shared) = house.signing("alice@example.edu");
    let bobs = house.again("bob@example.edu", &shared);
    let next = csr(&key());
    let tell = |key: NewKey<'_>, old_one: Old| house.rosa.replacement_consequences(&old, key, old_one);

    let told = tell(NewKey::Request(&next), Old::Revoked(Reason::Superseded)).unwrap();
    assert_eq!((told.key, told.old.after.as_str()), (SuccessorKey::Requested, "revoked"));
    assert_eq!(told.consequences.breaks, [Breaks::SignedMail], "Alice has the new one");
    assert_eq!(told.consequences.deadline_hours, Some(120));
    assert_eq!(told, tell(NewKey::ByProfile, Old::Revoked(Reason::Superseded)).unwrap(), "the request only adds checks");

    let compromised = Old::Revoked(Reason::KeyCompromise);
    let told = tell(NewKey::Request(&next), compromised).unwrap();
    assert_eq!(serials(&told.consequences.affected), texts(&[&old, &bobs]));
    assert_eq!(told.consequences.breaks, [Breaks::SignedMail, Breaks::NoneLeft], "Bob has none");

    let refused = |key: &[u8], old_one: Old| same_refusal(tell(NewKey::Request(key), old_one), house.rosa.replace(&old, key, old_one));
    assert!(refused(&csr(&shared), Old::Stays).contains("key of the certificate itself"));
    assert!(refused(b"nothing", Old::Stays).contains("no certificate request"));
    assert!(refused(&next, Old::Revoked(Reason::CaCompromise)).contains("does not revoke for this reason"));
    let here = same_refusal(tell(NewKey::MadeHere, Old::Stays), house.rosa.replace_generated(&old, Form::Modern, Old::Stays));
    assert!(here.contains("SigningKeyHere"));

    house.rosa.replace(&old, &next, compromised).unwrap();
    assert_eq!((house.status(&old).as_str(), house.status(&bobs).as_str()), ("revoked", "revoked"), "as it was told");
    assert!(refused(&csr(&key()), compromised).contains("AlreadyRevoked"));
}

#[test]
fn what_was_encrypted_to_the_old_key_is_said_to_open_with_it_only() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    // The tests' RSA keys are made once, and a key that is on hold is not certified again.
    let elliptic = ProfileDraft { key: KeyAlgorithm::P256, ..ProfileDraft::builtin(ProfileName::Encryption) };
    house.rosa.save_profile(Scope::Department, ProfileName::Encryption, elliptic).unwrap();
    let first = house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let first = SerialNumber::parse(&first.issued.certificate.serial).unwrap();
    let renewal = house.rosa.renewal_consequences(&first).unwrap();
    assert!(!renewal.old_key_reads, "the same key reads it all");
    let told = house.rosa.replacement_consequences(&first, NewKey::MadeHere, Old::Stays).unwrap();
    assert_eq!((told.key, told.old_key_reads), (SuccessorKey::MadeHere, true));
    assert_eq!(told, house.rosa.replacement_consequences(&first, NewKey::ByProfile, Old::Stays).unwrap());
    let second = house.rosa.replace_generated(&first, Form::Modern, Old::Stays).unwrap();
    assert_eq!(second.issued.superseded.iter().cloned().collect::<BTreeSet<_>>(), serials(&told.consequences.affected));

    // The earlier one was superseded already: the one that is current now is superseded in its place.
    let second = SerialNumber::parse(&second.issued.certificate.serial).unwrap();
    let told = house.rosa.replacement_consequences(&first, NewKey::MadeHere, Old::Stays).unwrap();
    assert_eq!((told.old.before.as_str(), told.old.after.as_str()), ("superseded", "superseded"));
    assert_eq!(serials(&told.consequences.affected), texts(&[&second]));
    assert_eq!(serials(&told.consequences.untouched), texts(&[&first]));

    // Also when it is on hold: what it is now, and that it is marked.
    done(house.rosa.hold(std::slice::from_ref(&second)));
    let told = house.rosa.replacement_consequences(&first, NewKey::MadeHere, Old::Stays).unwrap();
    let states: Vec<_> = told.consequences.affected.iter().map(|one| (one.before.as_str(), one.after.as_str())).collect();
    assert_eq!(states, [("held", "held")]);
    let third = house.rosa.replace_generated(&first, Form::Modern, Old::Stays).unwrap();
    assert_eq!(third.issued.superseded.iter().cloned().collect::<BTreeSet<_>>(), serials(&told.consequences.affected));
    assert_eq!(house.status(&second), "held");
    done(house.rosa.reinstate(std::slice::from_ref(&second)));
    assert_eq!(house.status(&second), "superseded", "taken back, it counts as replaced");
}

#[test]
fn a_new_elliptic_key_of_what_signs_and_decrypts_is_said_to_sign_only() {
    let house = house();
    house.person("Office", "office@example.edu");
    let usage = vec![Usage::DigitalSignature, Usage::KeyEncipherment];
    let draft = ProfileDraft { usage, ..ProfileDraft::builtin(ProfileName::Functional) };
    house.rosa.save_profile(Scope::Department, ProfileName::Functional, draft).unwrap();
    let made = house.rosa.issue_from_csr("office@example.edu", ProfileName::Functional, &csr(&key())).unwrap();
    let old = SerialNumber::parse(&made.certificate.serial).unwrap();
    let superseded = Old::Revoked(Reason::Superseded);
    let tell = |key: NewKey<'_>| house.rosa.replacement_consequences(&old, key, superseded).unwrap();
    let (another, both) = (csr(&key()), [Breaks::SignedMail, Breaks::MailToThem]);
    for told in [tell(NewKey::ByProfile), tell(NewKey::Request(&another))] {
        assert_eq!((&told.serves[..], &told.consequences.breaks[..]), (&both[..], &both[..]), "it serves what the old one did");
    }
    let elliptic = csr(&PrivateKey::generate(KeyAlgorithm::P256).unwrap());
    let told = tell(NewKey::Request(&elliptic));
    assert_eq!(told.serves, [Breaks::SignedMail]);
    assert_eq!(told.consequences.breaks, [Breaks::SignedMail, Breaks::MailToThem, Breaks::NoneLeft]);
    let made = house.rosa.replace(&old, &elliptic, superseded).unwrap();
    assert!(!made.certificate.reads_mail, "as it was told");
}
