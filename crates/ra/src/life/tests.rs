//! The life of certificates after their issue, on a whole department.

use super::{Act, Affected, Breaks, Old, Outcome, Target, Tick, Verb};
use crate::{
    Authority, Conflict, Denied, Error, Noun, Operator,
    certificate::issued,
    id::{ActId, DeviceId, EnrollmentId, SubscriberId},
    invitation::Channel,
    issuance::Form,
    ledger::Actor,
    mailbox::Method,
    ports::FixedClock,
    profile::{Escrow, ProfileDraft, ProfileName, Scope, Usage},
    subscriber::{NewSubscriber, Subscriber, SubscriberKind},
    testing,
};
use openssl::{hash::MessageDigest, x509::X509ReqBuilder};
use protocol::{
    Timestamp, cms,
    crl::Reason,
    key::{KeyAlgorithm, PrivateKey},
    pkcs12,
    x509::{CertificateView, KeyUsage, SerialNumber},
};
use std::collections::BTreeSet;
use tempfile::TempDir;

struct House {
    authority: Authority,
    clock: FixedClock,
    rosa: Operator,
    _folder: TempDir,
}

fn house() -> House {
    let (authority, clock, folder) = testing::authority();
    let rosa = testing::department(&authority);
    rosa.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    House { authority, clock, rosa, _folder: folder }
}

impl House {
    fn now(&self) -> Timestamp {
        self.authority.0.clock.now()
    }
    fn person(&self, name: &str, mail: &str) -> Subscriber {
        self.rosa.add_subscriber(NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person }).unwrap();
        self.rosa.validate_mailbox(mail, Method::InPerson, "staff card").unwrap()
    }
    fn signing(&self, mail: &str) -> (SerialNumber, PrivateKey) {
        let key = key();
        (self.again(mail, &key), key)
    }
    /// One more certificate for a key.
    fn again(&self, mail: &str, key: &PrivateKey) -> SerialNumber {
        let made = self.rosa.issue_from_csr(mail, ProfileName::Signing, &csr(key)).unwrap();
        SerialNumber::parse(&made.certificate.serial).unwrap()
    }
    fn renewed(&self, serial: &SerialNumber) -> SerialNumber {
        SerialNumber::parse(&self.rosa.renew(serial).unwrap().certificate.serial).unwrap()
    }
    /// A phone of this person, as if the certificate had come to it.
    fn phone(&self, person: &Subscriber, serial: &SerialNumber) -> DeviceId {
        let enrollment: EnrollmentId = self.rosa.invite(&person.mailboxes[0].address, Channel::Show).unwrap().enrollment;
        let (device, owner, serial) = (DeviceId::fresh(), person.id, serial.clone());
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO device (id, subscriber, udid, device_name, foreign_device_ca, first_seen, last_seen) VALUES (?, ?, 'u', 'Alice''s iPhone', 0, 1, 1)",
                (device, owner),
            )?;
            tx.execute("UPDATE enrollment SET device = ? WHERE id = ?", (device, enrollment))?;
            tx.execute("UPDATE certificate SET enrollment = ? WHERE serial = ?", (enrollment, serial.octets()))?;
            Ok(())
        });
        device
    }
    /// As an earlier Signet may have left it.
    fn write(&self, work: impl FnOnce(&rusqlite::Connection) -> crate::Result<()> + Send + 'static) {
        self.authority.0.store.write(work).unwrap();
    }
    fn many(&self, count: usize) -> Vec<SerialNumber> {
        (0..count).map(|i| issued(&self.authority, &format!("Person {i}"))).collect()
    }
    fn status(&self, serial: &SerialNumber) -> String {
        self.rosa.certificate(serial).unwrap().status
    }
    /// What a relying party reads in the CRL: the reason, when the certificate is listed.
    fn listed(&self, serial: &SerialNumber) -> bool {
        let crl = openssl::x509::X509Crl::from_der(&self.authority.enroller().crl("issuing").unwrap()).unwrap();
        let wanted = openssl::bn::BigNum::from_slice(serial.octets()).unwrap();
        crl.get_revoked().is_some_and(|list| list.iter().any(|entry| entry.serial_number().to_bn().unwrap() == wanted))
    }
    fn events(&self, count: u32) -> Vec<String> {
        self.authority.auditor().ledger(None, count).unwrap().into_iter().map(|row| row.event).collect()
    }
    fn rows(&self) -> u64 {
        self.authority.auditor().verify_ledger().unwrap().rows
    }
}

fn key() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap()
}

/// A request that states nothing but its key.
fn csr(key: &PrivateKey) -> Vec<u8> {
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(key.as_openssl()).unwrap();
    request.sign(key.as_openssl(), MessageDigest::sha256()).unwrap();
    request.build().to_der().unwrap()
}

fn done(outcome: crate::Result<Outcome>) -> super::Consequences {
    match outcome.unwrap() {
        Outcome::Done(consequences) => consequences,
        Outcome::Waiting(request) => panic!("it waits: {request:?}"),
    }
}

fn certificates(serials: &[SerialNumber], verb: Verb) -> Act {
    Act { target: Target::Certificates(serials.to_vec()), verb }
}

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
fn many_need_a_second_officer_who_is_another_person() {
    let house = house();
    house.rosa.set_setting("revoke.four_eyes_above", "3").unwrap();
    let list = house.many(5);
    assert!(!house.rosa.consequences(&certificates(&list[..3], Verb::Hold)).unwrap().needs_second_officer);
    let request = match house.rosa.revoke_many(&list[..4], Reason::PrivilegeWithdrawn, "the project ended").unwrap() {
        Outcome::Waiting(request) => request,
        other => panic!("{other:?}"),
    };
    assert!(list.iter().all(|one| house.status(one) == "active"), "nothing happens before");
    assert_eq!((request.count, request.why.as_str()), (4, "the project ended"));
    assert_eq!(house.rosa.waiting_acts().unwrap(), std::slice::from_ref(&request));
    // The same person by whatever door; and who is nobody.
    for same in [Actor::Officer("rosa".into()), Actor::Command("rosa".into()), Actor::Officer("ROSA".into()), Actor::Signet] {
        let refused = house.authority.operator(same.clone()).approve_act(request.id);
        assert!(matches!(refused, Err(Error::Denied(Denied::SecondOfficer))), "{same:?}");
    }
    assert!(matches!(house.rosa.approve_act(ActId::fresh()), Err(Error::NotFound(Noun::Act))));
    // One of them ended meanwhile.
    house.rosa.revoke(&list[0], Reason::KeyCompromise).unwrap();
    let otto = house.authority.operator(Actor::Officer("otto".into()));
    assert_eq!(otto.approve_act(request.id).unwrap().affected.len(), 3);
    assert!(list[..4].iter().all(|one| house.status(one) == "revoked"));
    assert_eq!(house.status(&list[4]), "active");
    let newest = house.authority.auditor().ledger(None, 6).unwrap();
    let approved = newest.iter().find(|row| row.event == "act.approved").unwrap();
    assert_eq!((&approved.actor, approved.subject.clone()), (&Actor::Officer("otto".into()), request.id.to_string()));
    assert!(matches!(otto.approve_act(request.id), Err(Error::NotFound(Noun::Act))), "once");
    assert!(house.rosa.waiting_acts().unwrap().is_empty());

    let more = house.many(4);
    let Outcome::Waiting(again) = house.rosa.hold(&more).unwrap() else { panic!("it was done") };
    house.rosa.refuse_act(again.id, "a mistake").unwrap();
    assert!(matches!(otto.approve_act(again.id), Err(Error::NotFound(Noun::Act))));
    assert!(more.iter().all(|one| house.status(one) == "active"));
    assert!(matches!(house.authority.operator(Actor::Signet).hold(&more), Err(Error::Denied(Denied::SecondOfficer))));
}

#[test]
fn many_one_by_one_are_as_many_as_many_at_once() {
    let house = house();
    house.rosa.set_setting("revoke.four_eyes_above", "3").unwrap();
    let list = house.many(8);
    let revoke = |at: usize| house.rosa.revoke_many(&list[at..=at], Reason::PrivilegeWithdrawn, "");
    done(revoke(0));
    house.rosa.revoke(&list[1], Reason::Superseded).unwrap();
    done(house.rosa.hold(&list[2..3]));
    // The same certificate again is not one more; another one is, by whatever door and under whatever spelling of the account.
    done(revoke(2));
    assert!(house.rosa.consequences(&certificates(&list[3..4], Verb::Reinstate)).is_err(), "it is not held");
    let act = certificates(&list[3..4], Verb::Revoke { reason: Reason::Superseded, invalid_since: None });
    assert!(house.rosa.consequences(&act).unwrap().needs_second_officer, "said beforehand");
    let at_terminal = house.authority.operator(Actor::Command("Rosa".into()));
    let Outcome::Waiting(request) = at_terminal.carry_out(&act, "").unwrap() else { panic!("it was done") };
    assert!(matches!(house.rosa.revoke(&list[3], Reason::Superseded), Err(Error::Denied(Denied::SecondOfficer))));
    assert!(matches!(house.rosa.maybe_lost(Target::Certificates(list[4..5].to_vec())).unwrap(), Outcome::Waiting(_)));
    assert_eq!((house.status(&list[3]), house.status(&list[4])), ("active".into(), "active".into()), "nothing happened");
    // A hold can be taken back, so it never waits for what was done before; but it counts.
    done(house.rosa.hold(&list[4..5]));
    // Another officer has done nothing yet, and what is approved is not counted as done alone.
    let otto = house.authority.operator(Actor::Officer("otto".into()));
    otto.approve_act(request.id).unwrap();
    assert_eq!(house.status(&list[3]), "revoked");
    done(otto.revoke_many(&list[5..8], Reason::Superseded, ""));
    // After a day it begins anew; what was held within it still counts.
    house.clock.advance(86_400);
    done(house.rosa.reinstate(&list[4..5]));
    assert_eq!(house.status(&list[4]), "active");
    let hours = house.rosa.set_setting("revoke.four_eyes_hours", "0");
    assert!(matches!(hours, Err(Error::Invalid { field: "revoke.four_eyes_hours", .. })));
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
        Err(Error::Denied(Denied::MailboxNotValidated))
    ));
    assert!(matches!(house.rosa.invite("alice@example.edu", Channel::Show), Err(Error::Denied(Denied::MailboxNotValidated))));
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

#[test]
fn the_pair_is_tried_on_both_sides_where_the_keys_are_here_and_says_so_where_not() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let nothing = house.rosa.self_test(alice.id, &[]).unwrap();
    assert_eq!((nothing.authentication, nothing.confidentiality), (Tick::NoCertificate, Tick::NoCertificate));
    let (_, signing) = house.signing("alice@example.edu");
    let made = house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let identity = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap();
    let without = house.rosa.self_test(alice.id, &[&key()]).unwrap();
    assert_eq!(
        (&without.authentication, &without.integrity, &without.confidentiality),
        (&Tick::PublicSideOnly, &Tick::PublicSideOnly, &Tick::PublicSideOnly)
    );
    // What was encrypted for the holder to try opens with the holder's key, and with no other.
    let sealed = without.encrypted.unwrap();
    cms::decrypt(&sealed, &[(&identity.certificate, &identity.key)]).unwrap();
    let with = house.rosa.self_test(alice.id, &[&signing, &identity.key]).unwrap();
    assert_eq!((with.authentication, with.integrity, with.confidentiality), (Tick::Proved, Tick::Proved, Tick::Proved));
}

#[test]
fn public_certificates_are_shared_in_the_forms_that_correspondents_read() {
    let house = house();
    let zoe = house.person("Zoë Example; Dr, Prof", "zoe@example.edu");
    assert!(matches!(house.rosa.share_vcard(zoe.id), Err(Error::Invalid { field: "subscriber", .. })));
    let (serial, _) = house.signing("zoe@example.edu");
    let der = house.rosa.share_cer(&serial).unwrap();
    let chain = cms::read_certs_only(&house.rosa.share_p7c(&serial).unwrap()).unwrap();
    assert_eq!(chain.len(), 3, "leaf, issuing, root");
    assert!(chain.iter().any(|one| one.der == der));
    let card = house.rosa.share_vcard(zoe.id).unwrap();
    assert!(card.split("\r\n").all(|line| line.len() <= 75), "{card}");
    let unfolded = card.replace("\r\n ", "");
    assert!(unfolded.contains("\r\nFN:Zoë Example\\; Dr\\, Prof\r\n"), "{unfolded}");
    let line = unfolded.lines().find_map(|line| line.strip_prefix("KEY;TYPE=X509;ENCODING=b:")).unwrap();
    assert_eq!(openssl::base64::decode_block(line).unwrap(), der);
    let ldif = house.rosa.share_ldif(zoe.id).unwrap();
    assert!(ldif.split('\n').all(|line| line.len() <= 75) && ldif.is_ascii(), "{ldif}");
    let unfolded = ldif.replace("\n ", "");
    let value = |name: &str| {
        let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}:: "))).unwrap();
        openssl::base64::decode_block(line).unwrap()
    };
    assert_eq!(value("userCertificate;binary"), der);
    assert_eq!(value("cn"), zoe.name.as_bytes());
    house.rosa.revoke(&serial, Reason::Superseded).unwrap();
    assert!(house.rosa.share_ldif(zoe.id).is_err(), "what is revoked is not shared");
}

/// The serials of a list.
fn serials(list: &[Affected]) -> BTreeSet<String> {
    list.iter().map(|one| one.serial.clone()).collect()
}

fn texts(list: &[&SerialNumber]) -> BTreeSet<String> {
    list.iter().map(ToString::to_string).collect()
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

#[test]
fn a_compromised_key_takes_all_its_certificates_along() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    house.person("Office", "office@example.edu");
    let (first, key) = house.signing("alice@example.edu");
    let current = house.renewed(&first);
    let twin = house.again("office@example.edu", &key);
    let (other, _) = house.signing("alice@example.edu");
    house.rosa.set_setting("revoke.four_eyes_above", "2").unwrap();
    let revoke = |reason| certificates(std::slice::from_ref(&current), Verb::Revoke { reason, invalid_since: None });
    let alone = house.rosa.consequences(&revoke(Reason::Superseded)).unwrap();
    assert_eq!((serials(&alone.affected), alone.needs_second_officer), (texts(&[&current]), false));
    assert_eq!(serials(&alone.untouched), texts(&[&first, &other]), "what was replaced works until it ends");
    let all = house.rosa.consequences(&revoke(Reason::KeyCompromise)).unwrap();
    assert_eq!((serials(&all.affected), all.needs_second_officer), (texts(&[&first, &current, &twin]), true));
    assert_eq!(serials(&all.untouched), texts(&[&other]));
    assert!(matches!(house.rosa.revoke(&current, Reason::KeyCompromise), Err(Error::Denied(Denied::SecondOfficer))));
    let Outcome::Waiting(request) = house.rosa.carry_out(&revoke(Reason::KeyCompromise), "").unwrap() else { panic!("it was done") };
    let otto = house.authority.operator(Actor::Officer("otto".into()));
    assert_eq!((request.count, otto.approve_act(request.id).unwrap().affected.len()), (3, 3));
    assert!([&first, &current, &twin].into_iter().all(|one| house.status(one) == "revoked" && house.listed(one)));
    assert_eq!(house.status(&other), "active");

    // Without a plan, and by the one that takes its place.
    let (one, key) = house.signing("alice@example.edu");
    let two = house.again("office@example.edu", &key);
    house.rosa.revoke(&one, Reason::KeyCompromise).unwrap();
    assert_eq!((house.status(&one).as_str(), house.status(&two).as_str()), ("revoked", "revoked"));
    let (one, key) = house.signing("alice@example.edu");
    let two = house.again("office@example.edu", &key);
    let made = house.rosa.replace(&one, &csr(&self::key()), Old::Revoked(Reason::KeyCompromise)).unwrap();
    assert_eq!((house.status(&two).as_str(), made.certificate.status.as_str()), ("revoked", "active"));
}

#[test]
fn what_is_perhaps_lost_is_the_key_and_it_comes_back_or_goes_as_a_whole() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    house.person("Office", "office@example.edu");
    let (one, key) = house.signing("alice@example.edu");
    let twin = house.again("office@example.edu", &key);
    let states = || [&one, &twin].map(|serial| house.status(serial));
    let lost = || done(house.rosa.maybe_lost(Target::Certificates(vec![one.clone()])));
    assert_eq!(serials(&lost().affected), texts(&[&one, &twin]));
    assert_eq!(serials(&done(house.rosa.reinstate(std::slice::from_ref(&one))).affected), texts(&[&one, &twin]));
    house.clock.advance(30 * 86_400);
    house.rosa.tidy().unwrap();
    assert_eq!(states(), ["active", "active"]);
    // One that somebody had put on hold for another reason before goes with it, too.
    done(house.rosa.hold(std::slice::from_ref(&twin)));
    assert_eq!(serials(&lost().affected), texts(&[&one]));
    house.clock.advance(3 * 86_400);
    house.rosa.tidy().unwrap();
    assert_eq!(states(), ["revoked", "revoked"]);
}

#[test]
fn what_is_certified_again_for_a_key_is_where_the_key_is() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let (old, _) = house.signing("alice@example.edu");
    let device = house.phone(&alice, &old);
    let current = house.renewed(&old);
    let told = done(house.rosa.carry_out(&Act { target: Target::Device(device), verb: Verb::Hold }, ""));
    assert_eq!(serials(&told.affected), texts(&[&old, &current]));
    assert!(told.affected.iter().all(|one| one.device.as_deref() == Some("Alice's iPhone")));
    done(house.rosa.reinstate(&[old, current.clone()]));
    // Another key is somewhere else.
    let replaced = house.rosa.replace(&current, &csr(&key()), Old::Stays).unwrap().certificate;
    assert_eq!(replaced.enrollment, None);
}

#[test]
fn an_account_is_one_officer_in_whatever_letters() {
    let house = house();
    house.rosa.set_setting("revoke.four_eyes_above", "2").unwrap();
    let list = house.many(3);
    let officer = |name: &str| house.authority.operator(Actor::Officer(name.into()));
    let Outcome::Waiting(request) = officer("Élodie").revoke_many(&list, Reason::Superseded, "").unwrap() else { panic!("it was done") };
    assert!(matches!(officer("élodie").approve_act(request.id), Err(Error::Denied(Denied::SecondOfficer))));
    officer("elodie").approve_act(request.id).unwrap();
}

#[test]
fn the_pair_is_of_certificates_for_mail_and_what_cannot_be_tried_is_said() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    // A key for signing in signs and enciphers, too, but no mail.
    house.rosa.issue_from_csr("alice@example.edu", ProfileName::Authentication, &csr(&key())).unwrap();
    let test = house.rosa.self_test(alice.id, &[]).unwrap();
    assert_eq!((test.authentication, test.confidentiality), (Tick::NoCertificate, Tick::NoCertificate));
    assert!(matches!(house.rosa.share_vcard(alice.id), Err(Error::Invalid { field: "subscriber", .. })));
    // digitalSignature alone is enough to sign mail.
    let plain = ProfileDraft { usage: vec![Usage::DigitalSignature], ..ProfileDraft::builtin(ProfileName::Signing) };
    house.rosa.save_profile(Scope::Department, ProfileName::Signing, plain).unwrap();
    let (_, signing) = house.signing("alice@example.edu");
    let elliptic = ProfileDraft { key: KeyAlgorithm::P256, ..ProfileDraft::builtin(ProfileName::Encryption) };
    house.rosa.save_profile(Scope::Department, ProfileName::Encryption, elliptic).unwrap();
    house.rosa.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let test = house.rosa.self_test(alice.id, &[&signing]).unwrap();
    assert_eq!((test.authentication, test.integrity, test.encrypted), (Tick::Proved, Tick::Proved, None));
    assert!(matches!(&test.confidentiality, Tick::NotTried(what) if what.contains("elliptic")), "{:?}", test.confidentiality);
}

#[test]
fn a_correspondent_gets_one_certificate_to_encrypt_to_and_it_is_ours() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let made = |profile| {
        let made = house.rosa.issue_generated("alice@example.edu", profile, Form::Modern, false).unwrap();
        SerialNumber::parse(&made.issued.certificate.serial).unwrap()
    };
    let (signing, _) = house.signing("alice@example.edu");
    let earlier = made(ProfileName::Encryption);
    let reading =
        ProfileDraft { usage: vec![Usage::KeyEncipherment], escrow: Escrow::ByPolicy, ..ProfileDraft::builtin(ProfileName::Functional) };
    house.rosa.save_profile(Scope::Department, ProfileName::Functional, reading).unwrap();
    let newest = made(ProfileName::Functional);
    let shared = || {
        let card = house.rosa.share_vcard(alice.id).unwrap().replace("\r\n ", "");
        let keys = card.lines().filter_map(|line| line.strip_prefix("KEY;TYPE=X509;ENCODING=b:"));
        let views = keys.map(|key| CertificateView::from_der(&openssl::base64::decode_block(key).unwrap()).unwrap()).collect::<Vec<_>>();
        let ldif = house.rosa.share_ldif(alice.id).unwrap();
        assert_eq!(ldif.matches("userCertificate;binary:: ").count(), views.len(), "{ldif}");
        let decrypts = |view: &&CertificateView| view.key_usage.unwrap().has(KeyUsage::KEY_ENCIPHERMENT);
        assert_eq!(views.iter().filter(decrypts).count(), 1, "nobody can take the wrong one");
        views.into_iter().map(|view| view.serial).collect::<Vec<_>>()
    };
    assert_eq!(shared(), [newest.clone(), signing.clone()]);
    // One that another CA issued is that CA's to publish.
    let foreign = newest.clone();
    house.write(move |tx| {
        tx.execute("UPDATE certificate SET issuer = NULL WHERE serial = ?", [foreign.octets()])?;
        Ok(())
    });
    assert_eq!(shared(), [earlier, signing]);
}
