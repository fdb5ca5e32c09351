//! Renewed with the same key, and replaced by another one.

use super::*;

#[test]
fn renewal_keeps_the_key_and_supersedes_and_is_refused_for_what_no_longer_counts() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    let (old, key) = house.signing("alice@example.edu");
    house.clock.advance(30 * 86_400);
    let renewed = house.rosa.renew(&old).unwrap();
    assert_eq!(renewed.superseded, [old.to_string()]);
    let serial = SerialNumber::parse(&renewed.certificate.serial).unwrap();
    let view = CertificateView::from_der(&house.rosa.share_cer(&serial).unwrap()).unwrap();
    assert!(view.public_key.belongs_to(&key) && serial != old);
    assert_eq!((house.status(&old).as_str(), house.status(&serial).as_str()), ("superseded", "active"));
    let before = house.rosa.certificate(&old).unwrap();
    assert_eq!((&renewed.certificate.subject, &renewed.certificate.san), (&before.subject, &before.san));
    assert!(renewed.certificate.not_after > before.not_after);
    let timeline = house.rosa.certificate_detail(&old).unwrap().timeline;
    assert_eq!(timeline.iter().filter(|event| event.event == "certificate.superseded").count(), 1, "said once");

    let refused = |serial: &SerialNumber| match house.rosa.renew(serial) {
        Err(Error::Invalid { field: "serial", reason }) => reason,
        other => panic!("{other:?}"),
    };
    assert!(refused(&old).contains("taken its place"), "one renewal each");
    let twin = house.again("alice@example.edu", &key);
    done(house.rosa.hold(std::slice::from_ref(&serial)));
    assert!(matches!(house.rosa.renew(&serial), Err(Error::Conflict(Conflict::AlreadyHeld))));
    assert!(refused(&twin).contains("on hold"), "another certificate of the same key");
    done(house.rosa.reinstate(std::slice::from_ref(&serial)));
    let alone = serial.clone();
    house.write(move |tx| {
        tx.execute("UPDATE certificate SET revoked_at = 1, reason = 1 WHERE serial = ?", [alone.octets()])?;
        Ok(())
    });
    assert!(matches!(house.rosa.renew(&serial), Err(Error::Conflict(Conflict::AlreadyRevoked))));
    assert!(refused(&twin).contains("compromised") && refused(&twin).contains("new key"), "revoked without the others of its key");
    let nobodys = house.many(1);
    assert!(matches!(house.rosa.renew(&nobodys[0]), Err(Error::Invalid { field: "serial", .. })));
    assert!(matches!(house.rosa.renew(&SerialNumber::parse("01").unwrap()), Err(Error::NotFound(Noun::Certificate))));
    let (ended, _) = house.signing("alice@example.edu");
    house.clock.advance(800 * 86_400);
    assert!(matches!(house.rosa.renew(&ended), Err(Error::Invalid { field: "serial", .. })));
}

#[test]
fn replacement_takes_another_key_and_may_revoke_the_old_certificate_in_the_same_act() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    let (old, _) = house.signing("alice@example.edu");
    let next = key();
    assert!(matches!(house.rosa.replace_generated(&old, Form::Modern, Old::Stays), Err(Error::Denied(Denied::SigningKeyHere))));
    assert!(matches!(house.rosa.replace(&old, &csr(&next), Old::Revoked(Reason::CaCompromise)), Err(Error::Invalid { .. })));
    let made = house.rosa.replace(&old, &csr(&next), Old::Revoked(Reason::KeyCompromise)).unwrap();
    assert_eq!((house.status(&old).as_str(), made.certificate.status.as_str()), ("revoked", "active"));
    assert!(house.listed(&old));

    let first = house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let first = SerialNumber::parse(&first.issued.certificate.serial).unwrap();
    assert!(matches!(house.rosa.replace(&first, &csr(&key()), Old::Stays), Err(Error::Denied(Denied::EncryptionByScep))));
    let second = house.rosa.replace_generated(&first, Form::Modern, Old::Stays).unwrap();
    assert_eq!(house.status(&first), "superseded");
    assert_eq!(second.issued.superseded, [first.to_string()]);
    pkcs12::open(&second.pkcs12, second.password.reveal()).unwrap();
}
