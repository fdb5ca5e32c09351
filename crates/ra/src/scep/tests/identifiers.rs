//! transactionID and senderNonce: demanded of every request, and given back octet for octet (docs/conformance.md Q15, Q16).

use super::{Fixture, PkiAnswer, certificate, client, client::*};
use crate::profile::ProfileName;
use protocol::{
    cms::{self, Attribute, SigningIdentity},
    scep::{FailInfo, MessageType, ReceivedCertRep, read_cert_rep},
};

/// A request of each kind that is answered with a certificate.
fn requests(f: &Fixture) -> [Message; 3] {
    let enrollment = |number| Message::of(&client::key(number), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let renewal = Message {
        kind: MessageType::RenewalReq,
        signer: f.enroll(1, ProfileName::Signing),
        signer_key: client::key(1),
        ..Message::of(&client::key(2), &f.csr())
    };
    let issued = enrollment(3);
    certificate(f.send(&issued));
    [enrollment(0), renewal, Message { kind: MessageType::CertPoll, ..issued }]
}

/// Sends the message with these octets in the two attributes; `None`: without the attribute.
fn ask(f: &Fixture, message: &Message, transaction: Option<&[u8]>, nonce: Option<&[u8]>) -> ReceivedCertRep {
    let attribute = |oid: &str, tag: u8, value: &[u8]| Attribute { oid: oid.to_owned(), value: tlv(tag, &[value]) };
    let mut attributes = vec![attribute("2.16.840.1.113733.1.9.2", 0x13, message.kind.number().to_string().as_bytes())];
    attributes.extend(transaction.map(|id| attribute("2.16.840.1.113733.1.9.7", 0x13, id)));
    attributes.extend(nonce.map(|nonce| attribute("2.16.840.1.113733.1.9.5", 0x04, nonce)));
    let envelope = cms::encrypt(&message.content, &f.ra, message.cipher, message.transport).unwrap();
    let signer = SigningIdentity { certificate: &message.signer, key: &message.signer_key, chain: &[] };
    let bytes = cms::sign(&envelope, &signer, message.digest, None, attributes, true).unwrap();
    let PkiAnswer::CertRep(answer) = crate::wait::on_thread(f.enroller.pki_operation(&bytes)).unwrap() else { panic!("not answered") };
    read_cert_rep(&answer, &f.ra, &message.signer_key, &message.signer).unwrap()
}

#[test]
fn a_request_of_any_kind_without_transaction_id_or_nonce_is_refused_and_costs_nothing() {
    let f = Fixture::new();
    let requests = requests(&f);
    let (none, long_id, long_nonce): (&[u8], &[u8], &[u8]) = (&[], &[b'7'; 256], &[9; 65]);
    let before = (f.issued(), f.count("SELECT count(*) FROM scep_transaction"));
    for message in &requests {
        let (id, nonce): (&[u8], &[u8]) = (&message.transaction, &message.nonce);
        for (transaction, nonce) in [
            (None, Some(nonce)),
            (Some(none), Some(nonce)),
            (Some(long_id), Some(nonce)),
            (Some(id), None),
            (Some(id), Some(none)),
            (Some(id), Some(long_nonce)),
            (None, None),
        ] {
            let answer = ask(&f, message, transaction, nonce);
            let sent = format!("{:?} with {transaction:02x?} and {nonce:02x?}", message.kind);
            assert_eq!((answer.status, answer.fail_info), (2, Some(FailInfo::BadRequest)), "{sent}");
            // What can be given back is.
            let usable = |octets: Option<&[u8]>, most| octets.filter(|octets| (1..=most).contains(&octets.len())).map(<[u8]>::to_vec);
            assert_eq!(answer.transaction_id.map(|id| id.0), usable(transaction, 255), "{sent}");
            assert_eq!(answer.recipient_nonce, usable(nonce, 64), "{sent}");
            assert_eq!(answer.sender_nonce.map(|nonce| nonce.len()), Some(16), "{sent}");
        }
    }
    assert_eq!((f.issued(), f.count("SELECT count(*) FROM scep_transaction")), before);
    assert_eq!(f.count("SELECT count(*) FROM challenge WHERE state = 'open'"), 1);
    for message in &requests {
        let answer = ask(&f, message, Some(&message.transaction), Some(&message.nonce));
        certificate(answer);
    }
}

#[test]
fn nonces_of_1_to_64_octets_are_echoed() {
    let f = Fixture::new();
    for message in requests(&f) {
        for len in [1, 15, 16, 17, 64] {
            certificate(f.send(&Message { nonce: vec![9; len], ..message.clone() })); // `send` compares
        }
    }
}

#[test]
fn transaction_ids_of_1_to_255_octets_are_echoed_as_they_are() {
    let f = Fixture::new();
    let longest = "7".repeat(255);
    for id in ["x", "SSCEP transactionId", "wT9uNz0Rz8kY2mQb5bq2kqj3T1Y=", "3f2504e0-4F89-41d3-9a0c-0305e82c3301", &longest] {
        let mut message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
        message.transaction = id.as_bytes().to_vec();
        certificate(f.send(&message)); // `send` compares
        let poll = Message { kind: MessageType::CertPoll, nonce: vec![8; 16], ..message };
        certificate(f.send(&poll));
    }
}
