//! A captured envelope in messages of somebody else: no answer tells anything of what is in it.

use super::{Fixture, certificate, client, client::*, refused};
use crate::{profile::ProfileName, scep::PkiAnswer};
use protocol::{
    cms::{self, Attribute, SigningIdentity},
    scep::{FailInfo, MessageType, ReceivedCertRep},
};

/// 47 octets that begin so: one octet of padding follows, which in CBC is the sum of what was decrypted and of the ciphertext's last
/// octet but sixteen.
fn crafted(head: &[u8]) -> Vec<u8> {
    let mut content = head.to_vec();
    content.resize(47, 0x55);
    content
}

/// Puts the content into an envelope, changes the padding by `flip` as who has only the ciphertext can, and sends it as somebody of whom
/// nobody knows.
fn send(f: &Fixture, kind: MessageType, content: &[u8], flip: u8) -> ReceivedCertRep {
    let message = Message { kind, transaction: b"of nobody".to_vec(), ..Message::of(&client::key(5), &Csr::naming(&anonymous())) };
    let mut envelope = cms::encrypt(content, &f.ra, message.cipher, message.transport).unwrap();
    let padding = envelope.len() - 17;
    envelope[padding] ^= flip;
    let attribute = |oid: &str, value| Attribute { oid: oid.to_owned(), value };
    let attributes = vec![
        attribute("2.16.840.1.113733.1.9.2", tlv(0x13, &[kind.number().to_string().as_bytes()])),
        attribute("2.16.840.1.113733.1.9.7", tlv(0x13, &[&message.transaction])),
        attribute("2.16.840.1.113733.1.9.5", tlv(0x04, &[&message.nonce])),
    ];
    let signer = SigningIdentity { certificate: &message.signer, key: &message.signer_key, chain: &[] };
    let bytes = cms::sign(&envelope, &signer, message.digest, None, attributes, true).unwrap();
    let PkiAnswer::CertRep(answer) = crate::wait::on_thread(f.enroller.pki_operation(&bytes)).unwrap() else { panic!("not answered") };
    message.read(&answer, &f.ra)
}

#[test]
fn no_answer_tells_a_right_padding_from_a_wrong_one() {
    let f = Fixture::new();
    f.enroll(0, ProfileName::Signing);
    let rows = f.count("SELECT count(*) FROM ledger");
    let contents = [
        // IssuerAndSubject, whatever the subject holds.
        crafted(&[0x30, 0x2d, 0x30, 0x00, 0x30, 0x29, 0x04, 0x27]),
        // IssuerAndSerialNumber of an issuer that nobody is.
        [crafted(&[0x30, 0x2d, 0x30, 0x19, 0x04, 0x17])[..29].to_vec(), vec![0x02, 0x10], vec![0x55; 16]].concat(),
        // A request with a signature by an algorithm that nobody knows.
        crafted(&[0x30, 0x2d, 0x30, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2a, 0x03, 0x04, 0x03, 0x22, 0x00]),
        // One by an algorithm that is known, of no key.
        crafted(&[0x30, 0x2d, 0x30, 0x00, 0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 0x03, 0x1c, 0x00]),
        // What a wrong padding gives, and no structure at all.
        crate::secret::random::<32>().unwrap().to_vec(),
        vec![0x55; 47],
    ];
    for (kind, answer) in [
        (MessageType::PkcsReq, FailInfo::BadMessageCheck),
        (MessageType::RenewalReq, FailInfo::BadMessageCheck),
        (MessageType::CertPoll, FailInfo::BadCertId),
        (MessageType::GetCert, FailInfo::BadCertId),
        (MessageType::GetCrl, FailInfo::BadCertId),
    ] {
        for content in &contents {
            for flip in [0, 0x80] {
                let said = send(&f, kind, content, flip);
                assert_eq!((said.status, said.fail_info), (2, Some(answer)), "{kind:?}, padding changed by {flip}: {content:02x?}");
            }
        }
    }
    assert_eq!(f.count("SELECT count(*) FROM ledger"), rows, "strangers leave no trace that could be seen");
    assert_eq!(f.count("SELECT count(*) FROM scep_transaction"), 1);
}

#[test]
fn a_captured_request_in_a_message_of_another_key_gives_that_key_nothing() {
    let f = Fixture::new();
    let alices = f.csr().challenge(&f.challenge(ProfileName::Signing)).der(&client::key(0));
    let replayed = Message { content: alices.clone(), ..Message::of(&client::key(5), &Csr::naming(&anonymous())) };
    refused(&f.send(&replayed), FailInfo::BadRequest);
    // Any octet of it changed: the same as if all were.
    for at in (0..alices.len()).step_by(37) {
        let mut changed = replayed.clone();
        changed.content[at] ^= 0x55;
        refused(&f.send(&changed), FailInfo::BadMessageCheck);
    }
    assert_eq!(f.issued(), 0);
    assert_eq!(f.count("SELECT count(*) FROM challenge WHERE state = 'open'"), 1);
}

#[test]
fn what_a_poll_holds_changes_nothing() {
    let f = Fixture::new();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let issued = certificate(f.send(&message));
    for content in [vec![0x55; 32], tlv(0x30, &[&issued.issuer_der, &issued.subject_der])] {
        let poll = Message { kind: MessageType::CertPoll, content, ..message.clone() };
        assert_eq!(certificate(f.send(&poll)).der, issued.der);
        let by_another = Message { signer: self_signed(&client::key(1), &anonymous()), signer_key: client::key(1), ..poll };
        refused(&f.send(&by_another), FailInfo::BadRequest);
    }
}
