//! PENDING: the officer decides.

use super::{ALICE, Fixture, certificate, client, client::*, refused};
use crate::{Denied, Error, Noun, id::RequestId, mailbox::Method, profile::ProfileName};
use protocol::{
    Timestamp,
    crl::Reason,
    scep::{FailInfo, MessageType},
};

fn waiting() -> (Fixture, Message) {
    let f = Fixture::new();
    f.operator.set_setting("scep.manual_approval", "yes").unwrap();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    assert_eq!(f.send(&message).status, 3);
    (f, message)
}

/// A CertPoll as Apple's client sends it: the RA's subject where the issuer belongs (docs/conformance.md Q32).
fn poll(f: &Fixture, message: &Message) -> Message {
    let content = tlv(0x30, &[&f.ra.subject_der, &message.signer.subject_der]);
    Message { kind: MessageType::CertPoll, nonce: vec![8; 16], content, ..message.clone() }
}

#[test]
fn an_approved_request_gets_its_certificate_at_the_next_poll() {
    let (f, message) = waiting();
    assert_eq!(f.send(&poll(&f, &message)).status, 3);
    assert_eq!(f.send(&message).status, 3, "the request again is a poll, too");
    let [request] = <[_; 1]>::try_from(f.operator.pending_requests().unwrap()).expect("one request");
    assert_eq!((request.profile.as_str(), &request.subject), ("signing", &f.alice.subject.to_string()));
    assert_eq!(f.issued(), 0);
    // The officer may take longer than the challenge lives.
    f.clock.advance(30 * Timestamp::DAY);
    f.operator.approve_request(request.id).unwrap();
    let issued = certificate(f.send(&poll(&f, &message)));
    assert_eq!(certificate(f.send(&message)).der, issued.der);
    assert_eq!(issued.public_key.fingerprint(), client::key(0).public().unwrap().fingerprint());
    assert!(f.operator.pending_requests().unwrap().is_empty());
    assert!(matches!(f.operator.approve_request(request.id), Err(Error::NotFound(Noun::Request))));
    assert_eq!(f.issued(), 1);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'request.approved'"), 1);
}

#[test]
fn a_request_that_waited_until_the_validation_ended_is_approved_after_a_new_one() {
    let (f, message) = waiting();
    let id = f.operator.pending_requests().unwrap()[0].id;
    f.clock.advance(398 * Timestamp::DAY + 1);
    let Err(Error::Denied(Denied::MailboxValidationEnded { mailbox, .. })) = f.operator.approve_request(id) else { panic!("approved") };
    assert_eq!((mailbox.as_str(), f.issued()), (ALICE, 0));
    f.operator.validate_mailbox(ALICE, Method::InPerson, "seen with her badge").unwrap();
    f.operator.approve_request(id).unwrap();
    certificate(f.send(&poll(&f, &message)));
}

#[test]
fn an_approval_during_which_the_validation_ends_stores_nothing_and_is_repeated_after_a_new_one() {
    let (f, message) = waiting();
    let id = f.operator.pending_requests().unwrap()[0].id;
    f.clock.advance(398 * Timestamp::DAY);
    let clock = f.clock.clone();
    super::MEANWHILE.set(Some(Box::new(move || clock.advance(1))));
    assert!(f.operator.approve_request(id).is_err());
    assert_eq!((f.issued(), f.count("SELECT count(*) FROM issuance WHERE state = 'abandoned'")), (0, 1));
    assert_eq!(f.send(&poll(&f, &message)).status, 3, "still waiting");
    f.operator.validate_mailbox(ALICE, Method::InPerson, "seen with her badge").unwrap();
    f.operator.approve_request(id).unwrap();
    certificate(f.send(&poll(&f, &message)));
}

#[test]
fn a_refused_request_fails_at_the_next_poll_and_its_challenge_is_dead() {
    let (f, message) = waiting();
    let id = f.operator.pending_requests().unwrap()[0].id;
    assert!(matches!(f.operator.refuse_request(id, "  "), Err(Error::Invalid { field: "reason", .. })));
    f.operator.refuse_request(id, "not her device").unwrap();
    refused(&f.send(&poll(&f, &message)), FailInfo::BadRequest);
    refused(&f.send(&message), FailInfo::BadRequest);
    refused(&f.send(&Message { transaction: b"again".to_vec(), ..message }), FailInfo::BadRequest);
    assert!(f.operator.pending_requests().unwrap().is_empty());
    assert_eq!(f.issued(), 0);
}

#[test]
fn another_key_neither_polls_nor_takes_a_waiting_request() {
    let (f, message) = waiting();
    let signer = self_signed(&client::key(1), &anonymous());
    let stranger = Message { signer, signer_key: client::key(1), ..poll(&f, &message) };
    refused(&f.send(&stranger), FailInfo::BadRequest);
    refused(&f.send(&Message { transaction: b"unknown".to_vec(), ..poll(&f, &message) }), FailInfo::BadCertId);
    let csr = f.csr().challenge(&f.challenge(ProfileName::Signing));
    refused(&f.send(&Message { transaction: message.transaction.clone(), ..Message::of(&client::key(1), &csr) }), FailInfo::BadRequest);
    assert_eq!(f.operator.pending_requests().unwrap().len(), 1);
}

#[test]
fn an_approval_that_was_interrupted_is_carried_out_when_repeated() {
    for step in [1, 3] {
        let (f, message) = waiting();
        let id = f.operator.pending_requests().unwrap()[0].id;
        super::CRASH.set(Some(step));
        assert!(f.operator.approve_request(id).is_err());
        super::CRASH.set(None);
        assert_eq!(f.send(&poll(&f, &message)).status, 3, "still waiting");
        f.operator.approve_request(id).unwrap();
        certificate(f.send(&poll(&f, &message)));
        assert_eq!((f.issued(), f.count("SELECT count(*) FROM issuance WHERE state <> 'stored'")), (1, 0));
    }
}

#[test]
fn a_request_whose_key_was_compromised_while_it_waited_is_not_approved() {
    let f = Fixture::new();
    let twin = f.enroll(0, ProfileName::Authentication);
    f.operator.set_setting("scep.manual_approval", "yes").unwrap();
    assert_eq!(f.send(&Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)))).status, 3);
    f.operator.revoke(&twin.serial, Reason::KeyCompromise).unwrap();
    let id = f.operator.pending_requests().unwrap()[0].id;
    match f.operator.approve_request(id) {
        Err(Error::Invalid { field: "request", reason }) => assert!(reason.contains("compromised"), "{reason}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(f.issued(), 1);
}

#[test]
fn nothing_waits_for_a_deleted_person() {
    let (f, message) = waiting();
    f.operator.delete_subscriber(f.alice.id).unwrap();
    assert!(f.operator.pending_requests().unwrap().is_empty());
    refused(&f.send(&poll(&f, &message)), FailInfo::BadRequest);
    assert!(matches!(f.operator.approve_request(RequestId::fresh()), Err(Error::NotFound(Noun::Request))));
}
