//! PKCSReq with a challenge: what is issued, what is refused, what a repeat gets.

use super::{Fixture, certificate, client, client::*, refused};
use crate::{
    Denied, Error,
    invitation::Channel,
    mailbox::Method,
    profile::ProfileName,
    scep::{PkiAnswer, operation::is_issuer},
    testing::START,
};
use protocol::{
    Timestamp,
    cms::{ContentCipher, Digest, KeyTransport},
    crl::Reason,
    key::{KeyAlgorithm, PrivateKey},
    scep::{FailInfo, MessageType},
    x509::{CertificateView, ExtendedKeyUsage, KeyUsage, SubjectAltName},
};

#[test]
fn a_right_challenge_gets_the_certificate_of_our_records() {
    let f = Fixture::new();
    crate::testing::into_production(&f.operator);
    let key = client::key(0);
    // The CSR states nothing but the key: all else we fill in.
    let csr = Csr::naming(&Default::default()).challenge(&f.challenge(ProfileName::Signing));
    let issued = certificate(f.send(&Message::of(&key, &csr)));
    assert_eq!(issued.subject, f.alice.subject);
    assert_eq!(issued.san, vec![SubjectAltName::Rfc822Name(super::ALICE.into())]);
    assert_eq!(issued.public_key.fingerprint(), key.public().unwrap().fingerprint());
    assert_eq!(issued.key_usage, Some(KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::CONTENT_COMMITMENT)));
    assert_eq!(issued.extended_key_usage, vec![ExtendedKeyUsage::EmailProtection]);
    assert_eq!(issued.serial.octets().len(), 16);
    assert_eq!(issued.validity.not_before, Timestamp(START - 600));
    assert_eq!(issued.validity.not_after, Timestamp(START - 600 + 730 * Timestamp::DAY - 1));
    assert!(!issued.is_ca);
    assert_eq!(f.count("SELECT count(*) FROM challenge WHERE state = 'spent'"), 1);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'certificate.issued' AND details LIKE '%signing%'"), 1);
    assert_eq!(f.count("SELECT count(*) FROM issuance WHERE state = 'reserved'"), 0);
    let shown = f.operator.certificate(&issued.serial).unwrap();
    assert_eq!((shown.profile.as_str(), shown.kind.as_str(), shown.subscriber), ("signing", "subscriber", Some(f.alice.id)));
}

#[test]
fn the_same_request_again_gets_the_same_certificate() {
    let f = Fixture::new();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Authentication)));
    let first = certificate(f.send(&message));
    assert_eq!(certificate(f.send(&message)).der, first.der, "the very same message");
    // Long after the challenge has expired: the transaction is remembered.
    f.clock.advance(30 * Timestamp::DAY);
    assert_eq!(certificate(f.send(&message)).der, first.der);
    assert_eq!(f.issued(), 1);
}

#[test]
fn the_same_challenge_and_key_under_another_transaction_gets_the_same_certificate_within_its_life() {
    let f = Fixture::new();
    let csr = f.csr().challenge(&f.challenge(ProfileName::Signing));
    let message = Message::of(&client::key(0), &csr);
    let first = certificate(f.send(&message));
    assert_eq!(certificate(f.send(&Message { transaction: b"another one".to_vec(), ..message.clone() })).der, first.der);
    // Also when the CSR is made anew, but not when it asks for something else by now.
    let shorter = Message { content: Csr { san: vec![], ..csr.clone() }.der(&client::key(0)), ..message.clone() };
    assert_eq!(certificate(f.send(&shorter)).der, first.der);
    let other = Message { content: csr.san(&[dns("www.example.edu")]).der(&client::key(0)), ..message.clone() };
    refused(&f.send(&other), FailInfo::BadRequest);
    f.clock.advance(8 * Timestamp::DAY);
    refused(&f.send(&Message { transaction: b"a third one".to_vec(), ..message }), FailInfo::BadRequest);
    assert_eq!(f.issued(), 1);
}

#[test]
fn a_spent_or_claimed_challenge_with_another_key_is_refused() {
    let f = Fixture::new();
    let challenge = f.challenge(ProfileName::Signing);
    certificate(f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))));
    refused(&f.send(&Message::of(&client::key(1), &f.csr().challenge(&challenge))), FailInfo::BadRequest);
    assert_eq!(f.issued(), 1);
    let claimed = f.challenge(ProfileName::Signing);
    super::CRASH.set(Some(1));
    assert!(f.try_send(&Message::of(&client::key(2), &f.csr().challenge(&claimed))).is_err());
    super::CRASH.set(None);
    refused(&f.send(&Message::of(&client::key(1), &f.csr().challenge(&claimed))), FailInfo::BadRequest);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'scep.refused'"), 2);
}

#[test]
fn a_key_that_was_compromised_or_is_on_hold_is_not_enrolled() {
    let f = Fixture::new();
    let old = f.enroll(0, ProfileName::Signing).serial;
    let challenge = f.challenge(ProfileName::Signing);
    let message = Message::of(&client::key(0), &f.csr().challenge(&challenge));
    f.operator.hold(std::slice::from_ref(&old)).unwrap();
    refused(&f.send(&message), FailInfo::BadRequest);
    f.operator.reinstate(std::slice::from_ref(&old)).unwrap();
    f.operator.revoke(&old, Reason::KeyCompromise).unwrap();
    refused(&f.send(&message), FailInfo::BadRequest);
    assert_eq!((f.issued(), f.count("SELECT count(*) FROM challenge WHERE state = 'open'")), (1, 1), "it is there for another key");
    certificate(f.send(&Message::of(&client::key(1), &f.csr().challenge(&challenge))));
}

#[test]
fn a_key_that_is_compromised_before_its_certificate_is_stored_gets_none() {
    let f = Fixture::new();
    let (another, twin) = (crate::testing::officer(&f.authority), f.enroll(0, ProfileName::Authentication).serial);
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    super::MEANWHILE.set(Some(Box::new(move || drop(another.revoke(&twin, Reason::KeyCompromise).unwrap()))));
    refused(&f.send(&message), FailInfo::BadRequest);
    assert_eq!((f.issued(), f.count("SELECT count(*) FROM issuance WHERE state = 'abandoned'")), (1, 1), "what was signed is on the CRL");
    refused(&f.send(&message), FailInfo::BadRequest);
}

#[test]
fn an_address_that_is_no_longer_validated_when_its_certificate_is_stored_gets_none_and_spends_no_challenge() {
    for deed in ["ends", "is taken away"] {
        let f = Fixture::new();
        crate::testing::into_production(&f.operator);
        f.clock.advance(398 * Timestamp::DAY);
        let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
        let (another, clock) = (crate::testing::officer(&f.authority), f.clock.clone());
        super::MEANWHILE.set(Some(Box::new(move || match deed {
            "ends" => clock.advance(1),
            _ => {
                another.inner.store.write(|tx| Ok(tx.execute("DELETE FROM mailbox_validation", [])?)).unwrap();
            }
        })));
        refused(&f.send(&message), FailInfo::BadRequest);
        let count = |of: &str| f.count(&format!("SELECT count(*) FROM {of}"));
        assert_eq!((f.issued(), count("issuance WHERE state = 'abandoned'")), (0, 1), "{deed}: what was signed is on the CRL");
        assert_eq!(count("challenge WHERE state = 'spent'"), 0, "{deed}: it is there for the same key");
        refused(&f.send(&message), FailInfo::BadRequest);
        f.operator.validate_mailbox(super::ALICE, Method::InPerson, "seen with her badge").unwrap();
        certificate(f.send(&message));
        assert_eq!((f.issued(), count("issuance WHERE state = 'abandoned'")), (1, 1), "{deed}");
    }
}

#[test]
fn a_phone_that_is_perhaps_lost_before_its_certificate_is_stored_gets_none() {
    let f = Fixture::new();
    let enrollment = f.operator.invite(super::ALICE, Channel::Show).unwrap().enrollment;
    let first = certificate(f.send(&Message::of(&client::key(1), &f.csr().challenge(&f.challenge_in(enrollment))))).serial;
    // Another key of the same phone: what is said of the first says nothing of this one.
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge_in(enrollment)));
    let (another, held) = (crate::testing::officer(&f.authority), first.clone());
    super::MEANWHILE.set(Some(Box::new(move || drop(another.hold(&[held]).unwrap()))));
    refused(&f.send(&message), FailInfo::BadRequest);
    let abandoned = "SELECT count(*) FROM ledger WHERE event = 'certificate.abandoned' AND details LIKE '%of this phone%on hold%'";
    assert_eq!((f.issued(), f.count(abandoned)), (1, 1), "what was signed is on the CRL");
    refused(&f.send(&message), FailInfo::BadRequest);
    assert_eq!(f.count(abandoned), 1, "nothing more is signed");
    f.operator.reinstate(&[first]).unwrap();
    certificate(f.send(&message));
}

#[test]
fn a_key_that_signet_made_is_not_enrolled() {
    let f = Fixture::new();
    let made = f.operator.issue_generated(super::ALICE, ProfileName::Encryption, crate::issuance::Form::Modern, false).unwrap();
    let key = protocol::pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap().key;
    refused(&f.send(&Message::of(&key, &f.csr().challenge(&f.challenge(ProfileName::Signing)))), FailInfo::BadRequest);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'scep.refused' AND details LIKE '%Signet made this key%'"), 1);
}

#[test]
fn unknown_blank_missing_and_expired_challenges_are_refused() {
    let f = Fixture::new();
    let key = client::key(0);
    refused(&f.send(&Message::of(&key, &f.csr())), FailInfo::BadRequest);
    refused(&f.send(&Message::of(&key, &f.csr().challenge(" "))), FailInfo::BadRequest);
    refused(&f.send(&Message::of(&key, &f.csr().challenge("wrong"))), FailInfo::BadRequest);
    let challenge = f.challenge(ProfileName::Signing);
    f.clock.advance(7 * Timestamp::DAY + 1);
    refused(&f.send(&Message::of(&key, &f.csr().challenge(&challenge))), FailInfo::BadRequest);
    // Case counts.
    let challenge = f.challenge(ProfileName::Signing);
    refused(&f.send(&Message::of(&key, &f.csr().challenge(&challenge.to_lowercase()))), FailInfo::BadRequest);
    assert_eq!(f.issued(), 0);
    certificate(f.send(&Message::of(&key, &f.csr().challenge(&challenge))));
}

#[test]
fn refusals_of_strangers_are_not_stored_and_those_of_known_people_only_a_bounded_number_of_times() {
    let f = Fixture::new();
    let rows = f.count("SELECT count(*) FROM ledger");
    refused(&f.send(&Message::of(&client::key(0), &f.csr().challenge("wrong"))), FailInfo::BadRequest);
    assert_eq!(f.count("SELECT count(*) FROM ledger"), rows);
    let challenge = f.challenge(ProfileName::Signing);
    let message = Message::of(&client::key(0), &f.csr().san(&[dns("www.example.edu")]).challenge(&challenge));
    for _ in 0..15 {
        refused(&f.send(&message), FailInfo::BadRequest);
    }
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'scep.refused'"), 10);
    f.clock.advance(Timestamp::HOUR);
    refused(&f.send(&message), FailInfo::BadRequest);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'scep.refused'"), 11);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE details LIKE '%www.example.edu%'"), 11, "what was asked for is recorded");
}

#[test]
fn a_refusal_in_an_enrollment_stands_in_its_timeline() {
    let f = Fixture::new();
    let enrollment = f.operator.invite(super::ALICE, Channel::Show).unwrap().enrollment;
    let challenge = f.challenge_in(enrollment);
    refused(&f.send(&Message::of(&client::key(0), &f.csr().san(&[dns("x.example.edu")]).challenge(&challenge))), FailInfo::BadRequest);
    let steps = f.operator.enrollment(enrollment).unwrap().steps;
    assert!(steps.iter().any(|s| s.kind == crate::enrollment::StepKind::ScepRefused));
    assert!(!format!("{steps:?}").contains(&challenge), "never the challenge itself");
}

#[test]
fn a_challenge_ends_with_its_enrollment_and_with_its_person() {
    let f = Fixture::new();
    let enrollment = f.operator.invite(super::ALICE, Channel::Show).unwrap().enrollment;
    let challenge = f.challenge_in(enrollment);
    f.operator.cancel_enrollment(enrollment).unwrap();
    refused(&f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))), FailInfo::BadRequest);
    let challenge = f.challenge(ProfileName::Signing);
    f.operator.delete_subscriber(f.alice.id).unwrap();
    refused(&f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))), FailInfo::BadRequest);
    assert_eq!(f.issued(), 0);
}

#[test]
fn a_transaction_id_belongs_to_the_key_that_used_it_first() {
    let f = Fixture::new();
    let first = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    certificate(f.send(&first));
    let mut second = Message::of(&client::key(1), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    second.transaction = first.transaction.clone();
    refused(&f.send(&second), FailInfo::BadRequest);
    // A refused request has not used its transactionID.
    let mut third = Message::of(&client::key(2), &f.csr().challenge("wrong"));
    third.transaction = b"free".to_vec();
    refused(&f.send(&third), FailInfo::BadRequest);
    second.transaction = b"free".to_vec();
    certificate(f.send(&second));
}

#[test]
fn the_same_key_may_enroll_again_with_another_challenge_under_its_transaction_id() {
    let f = Fixture::new();
    let first = f.enroll(0, ProfileName::Signing);
    let second = f.enroll(0, ProfileName::Signing);
    assert_ne!(first.serial, second.serial);
}

#[test]
fn the_key_that_signs_must_be_the_key_to_be_certified() {
    let f = Fixture::new();
    let mut message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    (message.signer, message.signer_key) = (self_signed(&client::key(1), &anonymous()), client::key(1));
    refused(&f.send(&message), FailInfo::BadRequest);
}

#[test]
fn the_answer_mirrors_the_algorithms_of_the_request() {
    let f = Fixture::new();
    for cipher in [ContentCipher::TripleDesCbc, ContentCipher::Aes128Cbc, ContentCipher::Aes192Cbc, ContentCipher::Aes256Cbc] {
        for (digest, transport) in [
            (Digest::Sha1, KeyTransport::Pkcs1v15),
            (Digest::Sha256, KeyTransport::OaepSha1),
            (Digest::Sha384, KeyTransport::OaepSha256),
            (Digest::Sha512, KeyTransport::Pkcs1v15),
        ] {
            let mut message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
            (message.cipher, message.digest, message.transport) = (cipher, digest, transport);
            let answer = f.send(&message);
            assert_eq!((answer.cipher, answer.digest, answer.transport), (Some(cipher), digest, Some(transport)));
            certificate(answer);
        }
    }
}

#[test]
fn the_answer_holds_the_certificate_alone_unless_its_ca_is_wanted_behind_it() {
    let f = Fixture::new();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let issued = certificate(f.send(&message));
    f.operator.set_setting("scep.ca_in_answer", "yes").unwrap();
    let both: Vec<_> = f.send(&message).certificates.into_iter().map(|certificate| certificate.der).collect();
    let ca = f.authority.0.issuing_ca().unwrap();
    assert_eq!(both, [issued.der.clone(), ca.certificate.der.clone()], "iPhones take the first one for theirs");
    let other_key = CertificateView { subject_key_identifier: Some(vec![7; 20]), ..CertificateView::clone(&ca.certificate) };
    assert!(is_issuer(&ca.certificate, &issued) && !is_issuer(&other_key, &issued), "a CA with a new key has the same name");
    // GetCert asks for one.
    let content = tlv(0x30, &[&issued.issuer_der, &tlv(0x02, &[&issued.serial.integer_octets()])]);
    assert_eq!(certificate(f.send(&Message { kind: MessageType::GetCert, content, ..message })).der, issued.der);
}

#[test]
fn nothing_of_the_certificate_stands_outside_of_the_envelope() {
    let f = Fixture::new();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let PkiAnswer::CertRep(answer) = crate::wait::on_thread(f.enroller.pki_operation(&message.bytes(&f.ra))).unwrap() else {
        panic!("not answered")
    };
    let issued = certificate(message.read(&answer, &f.ra));
    let stands = |octets: &[u8]| answer.windows(octets.len()).any(|window| window == octets);
    assert!(!stands(&issued.der) && !stands(b"Alice Example") && !stands(super::ALICE.as_bytes()));
    assert!(stands(&f.ra.der), "the RA's, which is public");
}

#[test]
fn single_des_and_md5_need_the_legacy_switch() {
    let f = Fixture::new();
    let plain = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let des = Message { cipher: ContentCipher::DesCbc, ..plain.clone() };
    let md5 = Message { digest: Digest::Md5, ..plain };
    refused(&f.send(&des), FailInfo::BadAlg);
    let answer = f.send(&md5);
    refused(&answer, FailInfo::BadAlg);
    assert_eq!(answer.digest, Digest::Sha256, "we never sign over MD5 without the switch");
    assert_eq!(f.issued(), 0);
    f.operator.set_setting("scep.legacy", "yes").unwrap();
    let issued = certificate(f.send(&des));
    assert_eq!(certificate(f.send(&md5)).der, issued.der);
}

#[test]
fn weak_and_unsuitable_keys_are_refused() {
    let f = Fixture::new();
    let rsa = |bits| {
        let key = openssl::pkey::PKey::from_rsa(openssl::rsa::Rsa::generate(bits).unwrap()).unwrap();
        PrivateKey::from_der(&key.private_key_to_pkcs8().unwrap()).unwrap()
    };
    let challenge = f.challenge(ProfileName::Signing);
    refused(&f.send(&Message::of(&rsa(1024), &f.csr().challenge(&challenge))), FailInfo::BadAlg);
    refused(&f.send(&Message::of(&rsa(2040), &f.csr().challenge(&challenge))), FailInfo::BadAlg);
    // An EC key to be certified, in a message that an RSA key signs.
    let mut message = Message::of(&client::key(0), &f.csr().challenge(&challenge));
    message.content = f.csr().challenge(&challenge).der(&PrivateKey::generate(KeyAlgorithm::P256).unwrap());
    refused(&f.send(&message), FailInfo::BadAlg);
    // An EC signer: nothing could be encrypted to it.
    let mut message = Message::of(&PrivateKey::generate(KeyAlgorithm::P256).unwrap(), &f.csr().challenge(&challenge));
    message.kind = MessageType::PkcsReq;
    refused(&f.send(&message), FailInfo::BadAlg);
    assert_eq!(f.count("SELECT count(*) FROM challenge WHERE state = 'open'"), 1, "the challenge is still there");
}

#[test]
fn what_does_not_open_or_is_no_request_fails_the_message_check() {
    let f = Fixture::new();
    let good = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let stranger = self_signed(&client::key(3), &anonymous());
    let PkiAnswer::CertRep(answer) = crate::wait::on_thread(f.enroller.pki_operation(&good.bytes(&stranger))).unwrap() else {
        panic!("not answered")
    };
    refused(&good.read(&answer, &f.ra), FailInfo::BadMessageCheck);
    for content in [&b""[..], b"garbage", &good.content[..good.content.len() - 1], &[0x30, 0x80, 0, 0]] {
        refused(&f.send(&Message { content: content.to_vec(), ..good.clone() }), FailInfo::BadMessageCheck);
    }
    let mut forged = good.clone();
    let last = forged.content.len() - 1;
    forged.content[last] ^= 1;
    refused(&f.send(&forged), FailInfo::BadMessageCheck);
    assert_eq!(f.issued(), 0);
}

#[test]
fn what_is_no_pki_message_or_not_signed_by_its_signer_is_malformed() {
    let f = Fixture::new();
    let good = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let bytes = good.bytes(&f.ra);
    for bad in [&b""[..], b"hello", &bytes[..bytes.len() / 2], &[0x30, 0x82, 0xff, 0xff], &[0x30; 64 * 1024 + 1]] {
        assert!(matches!(crate::wait::on_thread(f.enroller.pki_operation(bad)).unwrap(), PkiAnswer::Malformed));
    }
    let forged = Message { signer_key: client::key(1), ..good.clone() };
    assert!(matches!(crate::wait::on_thread(f.enroller.pki_operation(&forged.bytes(&f.ra))).unwrap(), PkiAnswer::Malformed));
    let cert_rep = Message { kind: MessageType::CertRep, ..good };
    assert!(matches!(crate::wait::on_thread(f.enroller.pki_operation(&cert_rep.bytes(&f.ra))).unwrap(), PkiAnswer::Malformed));
    assert_eq!(f.issued(), 0);
}

#[test]
fn keys_that_decrypt_are_never_enrolled() {
    let f = Fixture::new();
    for profile in [ProfileName::Encryption, ProfileName::Document] {
        let denied = f.operator.scep_challenges(super::ALICE, profile, 1).err();
        assert!(matches!(denied, Some(Error::Denied(Denied::EncryptionByScep))));
        // Nor when such a challenge got into the store in whatever way.
        let challenge = f.challenge(ProfileName::Signing);
        f.authority
            .0
            .store
            .write(move |tx| {
                tx.execute("UPDATE challenge SET purpose = ?1 WHERE id = (SELECT max(id) FROM challenge)", [profile.as_str()])?;
                Ok(())
            })
            .unwrap();
        refused(&f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))), FailInfo::BadRequest);
    }
    assert_eq!(f.issued(), 0);
}

#[test]
fn nothing_is_issued_while_the_clock_is_behind_the_ledger() {
    let f = Fixture::new();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    f.clock.advance(-3); // a corrected clock is not behind
    f.clock.advance(-Timestamp::HOUR);
    refused(&f.send(&message), FailInfo::BadTime);
    assert_eq!(f.count("SELECT count(*) FROM issuance WHERE state = 'reserved'"), 0);
    f.clock.advance(Timestamp::HOUR);
    certificate(f.send(&message));
}

#[test]
fn the_capabilities_are_exact_words_with_bare_line_feeds() {
    let f = Fixture::new();
    let words = f.enroller.scep_capabilities().unwrap();
    assert_eq!(words, "POSTPKIOperation\nAES\nDES3\nSHA-256\nSHA-384\nSHA-512\nRenewal\nSCEPStandard");
    // To old clients one word more, behind the others and without a line feed of its own.
    f.operator.set_setting("scep.legacy", "yes").unwrap();
    assert_eq!(f.enroller.scep_capabilities().unwrap(), format!("{words}\nSHA-1"));
    let chain = protocol::cms::read_certs_only(&f.enroller.scep_ca_certificates().unwrap()).unwrap();
    let [ra, ca, root] = <[_; 3]>::try_from(chain).ok().expect("RA, issuing CA and root");
    assert_eq!(ra.der, f.ra.der);
    assert!(ca.is_ca && root.is_ca && ca.issuer == root.subject && root.issuer == root.subject && ra.issuer == ca.subject);
    assert_eq!(ra.key_usage, Some(KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT)), "iPhones choose by it");
}
