//! Renewal and re-key, by RenewalReq and by PKCSReq: the signer's certificate decides.

use super::{ALICE, Fixture, MEANWHILE, certificate, client, client::*, refused};
use crate::{
    Denied, Error,
    challenge::{self, NewChallenge, Purpose},
    mailbox::Method,
    profile::ProfileName,
};
use protocol::{
    Timestamp,
    crl::Reason,
    scep::{FailInfo, MessageType},
    x509::{AttributeType, CertificateView, DistinguishedName},
};

/// A renewal of `old` (key 0) with the new key 1.
fn renewal(f: &Fixture, old: &CertificateView) -> Message {
    Message {
        signer: old.clone(),
        signer_key: client::key(0),
        transaction: transaction_of(&client::key(1)),
        ..Message::of(&client::key(1), &f.csr())
    }
}

#[test]
fn a_current_certificate_gets_a_new_one_for_a_new_key_and_stays_valid() {
    let f = Fixture::new();
    let mut old = f.enroll(0, ProfileName::Signing);
    for (kind, transaction) in [(MessageType::RenewalReq, "17"), (MessageType::PkcsReq, "19")] {
        f.clock.advance(Timestamp::DAY);
        let message = Message { kind, transaction: transaction.into(), ..renewal(&f, &old) };
        let new = certificate(f.send(&message));
        assert_ne!(new.serial, old.serial);
        assert_eq!((&new.subject, &new.san, new.key_usage), (&old.subject, &old.san, old.key_usage));
        assert_eq!(new.public_key.fingerprint(), client::key(1).public().unwrap().fingerprint());
        assert!(new.validity.not_after > old.validity.not_after);
        assert_eq!(f.operator.certificate(&old.serial).unwrap().status, "active");
        assert_eq!(certificate(f.send(&message)).der, new.der, "the same request again");
        let shown = f.operator.certificate(&new.serial).unwrap();
        assert_eq!((shown.subscriber, shown.profile.as_str()), (Some(f.alice.id), "signing"));
        old = f.enroll(0, ProfileName::Signing);
    }
}

#[test]
fn the_same_key_may_be_certified_again() {
    let f = Fixture::new();
    let old = f.enroll(0, ProfileName::Authentication);
    let message = Message { signer: old.clone(), ..Message::of(&client::key(0), &Csr::naming(&f.alice.subject)) };
    let new = certificate(f.send(&message));
    assert_ne!(new.serial, old.serial);
    assert_eq!(new.public_key.fingerprint(), old.public_key.fingerprint());
}

#[test]
fn a_revoked_held_or_expired_certificate_is_not_renewed() {
    let f = Fixture::new();
    for reason in [Reason::Superseded, Reason::CertificateHold] {
        let old = f.enroll(0, ProfileName::Signing);
        f.operator.revoke(&old.serial, reason).unwrap();
        refused(&f.send(&renewal(&f, &old)), FailInfo::BadRequest);
        if reason == Reason::CertificateHold {
            f.operator.reinstate(&[old.serial]).unwrap();
        }
    }
    let old = f.enroll(0, ProfileName::Authentication);
    f.clock.advance(365 * Timestamp::DAY);
    refused(&f.send(&renewal(&f, &old)), FailInfo::BadRequest);
    assert_eq!(f.issued(), 3);
}

#[test]
fn a_key_that_was_compromised_or_is_on_hold_is_not_certified_again_and_asks_for_no_other() {
    let f = Fixture::new();
    let (old, lost) = (f.enroll(0, ProfileName::Signing), f.enroll(1, ProfileName::Authentication));
    f.operator.revoke(&lost.serial, Reason::KeyCompromise).unwrap();
    // A transaction of its own: that of its key is the one in which the lost certificate was issued.
    refused(&f.send(&Message { transaction: "17".into(), ..renewal(&f, &old) }), FailInfo::BadRequest);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'scep.refused' AND details LIKE '%the key was compromised%'"), 1);
    // The certificate that signs is good; another one of its key is on hold.
    let twin = f.enroll(0, ProfileName::Authentication).serial;
    let message = Message {
        signer: old,
        signer_key: client::key(0),
        transaction: transaction_of(&client::key(2)),
        ..Message::of(&client::key(2), &f.csr())
    };
    f.operator.hold(std::slice::from_ref(&twin)).unwrap();
    refused(&f.send(&message), FailInfo::BadRequest);
    f.operator.reinstate(std::slice::from_ref(&twin)).unwrap();
    certificate(f.send(&message));
}

#[test]
fn what_a_renewal_rests_on_is_looked_at_again_before_it_is_stored() {
    for deed in ["revoked", "held", "left"] {
        let f = Fixture::new();
        let old = f.enroll(0, ProfileName::Signing);
        let (another, serial, alice) = (crate::testing::officer(&f.authority), old.serial.clone(), f.alice.id);
        MEANWHILE.set(Some(Box::new(move || match deed {
            "revoked" => drop(another.revoke(&serial, Reason::PrivilegeWithdrawn).unwrap()),
            "held" => drop(another.hold(&[serial]).unwrap()),
            _ => drop(another.offboard(alice, Reason::AffiliationChanged, None, None, "left the university").unwrap()),
        })));
        let message = renewal(&f, &old);
        refused(&f.send(&message), FailInfo::BadRequest);
        assert_eq!(f.issued(), 1, "{deed}: only the old one was ever stored");
        assert_eq!(f.count("SELECT count(*) FROM issuance WHERE state = 'abandoned'"), 1, "{deed}: what was signed stands on the CRL");
        refused(&f.send(&message), FailInfo::BadRequest);
    }
}

#[test]
fn a_renewal_that_asks_for_another_name_is_refused() {
    let f = Fixture::new();
    let old = f.enroll(0, ProfileName::Signing);
    let bob = DistinguishedName::new(vec![(AttributeType::CommonName, "Bob".into())]).unwrap();
    for csr in [Csr::naming(&bob), f.csr().san(&[rfc822("bob@example.edu")]), Csr { ca: true, ..f.csr() }] {
        let message = Message { content: csr.der(&client::key(1)), ..renewal(&f, &old) };
        refused(&f.send(&message), FailInfo::BadRequest);
    }
    assert_eq!(f.issued(), 1);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'scep.refused'"), 3);
}

#[test]
fn a_challenge_in_a_renewal_must_be_right_though_it_is_not_needed() {
    let f = Fixture::new();
    let challenge = f.challenge(ProfileName::Signing);
    let old = certificate(f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))));
    let with = |challenge: &str| Message { content: f.csr().challenge(challenge).der(&client::key(1)), ..renewal(&f, &old) };
    refused(&f.send(&with("wrong")), FailInfo::BadRequest);
    // One for another profile is wrong as well, and is not spent.
    let other = f.challenge(ProfileName::Authentication);
    refused(&f.send(&with(&other)), FailInfo::BadRequest);
    assert_eq!(f.count("SELECT count(*) FROM challenge WHERE state = 'open'"), 1);
    // certmonger repeats the challenge of its first request: right, though spent.
    let new = certificate(f.send(&with(&challenge)));
    assert_ne!(new.serial, old.serial);
    // An open one for the same person and profile is spent.
    let fresh = f.challenge(ProfileName::Signing);
    let mut message = with(&fresh);
    message.transaction = b"with an open challenge".to_vec();
    certificate(f.send(&message));
    assert_eq!(f.count("SELECT count(*) FROM challenge WHERE state = 'spent'"), 2);
}

#[test]
fn a_transport_certificate_is_never_renewed() {
    let f = Fixture::new();
    let subject = DistinguishedName::new(vec![(AttributeType::CommonName, "OTA 1".into())]).unwrap();
    let (at, named, alice) = (Timestamp(crate::testing::START), subject.clone(), f.alice.id);
    let policy = f.authority.0.policy_of(f.operator.department().unwrap().id).unwrap();
    let secret = f
        .authority
        .0
        .store
        .write(move |tx| {
            let new = NewChallenge {
                purpose: Purpose::Transport,
                subject: named,
                san: vec![],
                subscriber: Some(alice),
                enrollment: None,
                device: None,
                expires_at: at.plus(Timestamp::HOUR),
                manual_approval: false,
                made_by: None,
            };
            challenge::create(tx, at, &policy, &new)
        })
        .unwrap();
    let csr = Csr::naming(&subject).challenge(secret.reveal());
    let transport = certificate(f.send(&Message::of(&client::key(0), &csr)));
    assert_eq!(
        transport.extended_key_usage,
        vec![protocol::x509::ExtendedKeyUsage::Other(crate::profile::TRANSPORT_PURPOSE.into())],
        "a purpose of our own and no other"
    );
    assert_eq!(f.operator.certificate(&transport.serial).unwrap().kind, "transport");
    let message = Message { content: Csr::naming(&subject).der(&client::key(1)), ..renewal(&f, &transport) };
    refused(&f.send(&message), FailInfo::BadRequest);
    // Nor does it carry a challenge for the person's certificate through another key.
    let person = f.challenge(ProfileName::Signing);
    let message = Message { content: f.csr().challenge(&person).der(&client::key(1)), ..renewal(&f, &transport) };
    refused(&f.send(&message), FailInfo::BadRequest);
}

#[test]
fn a_certificate_that_only_looks_like_ours_renews_nothing() {
    let f = Fixture::new();
    let ours = f.enroll(0, ProfileName::Signing);
    // Self-made with our subject: no certificate of ours, and no challenge.
    let copy = self_signed(&client::key(0), &ours.subject);
    refused(&f.send(&Message { signer: copy, ..renewal(&f, &ours) }), FailInfo::BadRequest);
    assert_eq!(f.issued(), 1);
}

#[test]
fn an_address_whose_validation_has_ended_is_certified_once_it_is_validated_again() {
    let f = Fixture::new();
    crate::testing::into_production(&f.operator);
    let old = f.enroll(0, ProfileName::Signing);
    f.clock.advance(397 * Timestamp::DAY);
    let promised = Message::of(&client::key(2), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    f.clock.advance(Timestamp::DAY + 1);
    let renewal = renewal(&f, &old);
    refused(&f.send(&renewal), FailInfo::BadRequest);
    refused(&f.send(&promised), FailInfo::BadRequest);
    assert_eq!(f.issued(), 1);
    assert_eq!(
        f.count(
            "SELECT count(*) FROM ledger WHERE event = 'scep.refused'
             AND details LIKE '%the validation of alice@example.edu ended at 2027-12-24T10:00:00Z; record a new validation%'"
        ),
        2
    );
    let Err(Error::Denied(Denied::MailboxValidationEnded { mailbox, ended })) = f.operator.scep_challenges(ALICE, ProfileName::Signing, 1)
    else {
        panic!("a challenge that nobody could use")
    };
    assert_eq!((mailbox.as_str(), ended), (ALICE, Timestamp(crate::testing::START + 398 * Timestamp::DAY)));
    assert_eq!(f.operator.certificate(&old.serial).unwrap().status, "active");
    f.operator.validate_mailbox(ALICE, Method::InPerson, "seen with her badge").unwrap();
    certificate(f.send(&renewal));
    certificate(f.send(&promised));
}

#[test]
fn an_address_that_is_no_longer_validated_is_not_renewed() {
    let f = Fixture::new();
    let old = f.enroll(0, ProfileName::Signing);
    f.authority.0.store.write(|tx| Ok(tx.execute("DELETE FROM mailbox_validation", [])?)).unwrap();
    refused(&f.send(&renewal(&f, &old)), FailInfo::BadRequest);
    assert!(f.operator.scep_challenges(ALICE, ProfileName::Signing, 1).is_err());
}
