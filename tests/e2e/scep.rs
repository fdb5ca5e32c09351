//! SCEP alone, with challenges that the officer makes: every algorithm, renewals, polls, queries, repeats.

use crate::house::{ALICE, DAY, House, serial};
use device::{
    ContentCipher, Digest, Encoding, Https, Identity, KeyKind, KeyTransport,
    csr::{AltName, CsrContent},
    scep::{Algorithms, Client, MessageType, Outcome, Recipients, Status},
};
use openssl::{
    pkey::{PKey, Private},
    x509::{X509, X509Crl},
};
use protocol::crl::Reason;
use ra::{challenge::ScepChallenge, profile::ProfileName};
use std::sync::atomic::{AtomicUsize, Ordering};

fn key() -> PKey<Private> {
    KeyKind::Rsa(2048).generate().unwrap()
}

fn challenges(house: &House, count: u32) -> Vec<ScepChallenge> {
    house.officer.scep_challenges(ALICE, ProfileName::Authentication, count).unwrap()
}

fn content(challenge: &ScepChallenge) -> CsrContent {
    let san = challenge.san.as_object().unwrap();
    CsrContent {
        subject: challenge.subject.iter().flatten().map(|[kind, value]| (kind.clone(), value.clone())).collect(),
        san: san.get("rfc822Name").map(|v| AltName::Mail(v.as_str().unwrap().to_owned())).into_iter().collect(),
        challenge: Some(challenge.challenge.clone()),
        key_usage: (true, true),
    }
}

fn client<'w>(house: &House, wire: &'w Https) -> (Client<'w>, Recipients) {
    let client = Client::new(wire, &house.http("/scep/signet"), house.now());
    let recipients = client.ca_certificates().unwrap().select(None).unwrap();
    (client, recipients)
}

fn enrolled(house: &House, client: &Client<'_>, ra: &Recipients) -> (Identity, CsrContent) {
    let content = content(&challenges(house, 1)[0]);
    (client.enroll(ra, &key(), &content).unwrap().issued().unwrap(), content)
}

fn refused(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Refused(Some(info)) => info,
        _ => panic!("not refused"),
    }
}

#[test]
fn the_ra_comes_first_and_the_root_last() {
    let house = House::new();
    let wire = house.wire();
    let (client, recipients) = client(&house, &wire);
    let all = client.ca_certificates().unwrap().certificates;
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].to_der().unwrap(), recipients.signer.to_der().unwrap());
    assert_eq!(all[1].to_der().unwrap(), house.ca("issuing").to_der().unwrap());
    assert_eq!(all[2].to_der().unwrap(), house.ca("root").to_der().unwrap());
    let fingerprint = house.ca("root").digest(openssl::hash::MessageDigest::sha1()).unwrap();
    client.ca_certificates().unwrap().select(Some(&fingerprint)).unwrap();
    let caps = client.capabilities().unwrap();
    for word in ["POSTPKIOperation", "AES", "SHA-256", "SHA-512", "Renewal", "SCEPStandard"] {
        assert!(caps.has(word), "{word}");
    }
}

#[test]
fn every_algorithm_is_answered_in_kind() {
    let house = House::new();
    let wire = house.wire();
    let (mut client, ra) = client(&house, &wire);
    let ciphers = [ContentCipher::Aes128Cbc, ContentCipher::Aes192Cbc, ContentCipher::Aes256Cbc, ContentCipher::TripleDesCbc];
    let digests = [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512];
    let transports = [KeyTransport::Pkcs1v15, KeyTransport::OaepSha1, KeyTransport::OaepSha256];
    let mut challenges = challenges(&house, 24).into_iter();
    for (number, cipher) in ciphers.into_iter().enumerate() {
        for (offset, transport) in transports.into_iter().enumerate() {
            for encoding in [Encoding::Der, Encoding::BerIndefinite] {
                let digest = digests[(number + offset) % digests.len()];
                client.algorithms = Algorithms { cipher, transport, digest, encoding };
                client.post = offset != 1;
                let key = key();
                let prepared = client.prepare_enrollment(&ra, &key, &content(&challenges.next().unwrap())).unwrap();
                let reply = client.exchange(&prepared, &ra).unwrap_or_else(|e| panic!("{:?}: {e}", client.algorithms));
                assert_eq!(reply.status, Status::Success, "{:?}", client.algorithms);
                assert_eq!((reply.digest, reply.envelope), (digest, Some((cipher, transport))));
                assert_eq!(reply.certificates.len(), 1, "the leaf alone");
            }
        }
    }
}

#[test]
fn single_des_and_md5_are_refused() {
    let house = House::new();
    let wire = house.wire();
    let (mut client, ra) = client(&house, &wire);
    let content = content(&challenges(&house, 1)[0]);
    for algorithms in
        [Algorithms { cipher: ContentCipher::DesCbc, ..Algorithms::default() }, Algorithms { digest: Digest::Md5, ..Algorithms::default() }]
    {
        client.algorithms = algorithms;
        let outcome = client.enroll(&ra, &key(), &content);
        assert!(!matches!(outcome, Ok(Outcome::Issued(_) | Outcome::Pending(_))), "{algorithms:?}");
    }
    client.algorithms = Algorithms::default();
    client.enroll(&ra, &key(), &content).unwrap().issued().unwrap();
}

#[test]
fn what_is_encrypted_to_a_ca_instead_of_the_ra_is_refused_and_costs_nothing() {
    let house = House::new();
    let wire = house.wire();
    let (client, ra) = client(&house, &wire);
    let (key, content) = (key(), content(&challenges(&house, 1)[0]));
    for ca in ["issuing", "root"] {
        // GetCACert gives three certificates, of which a client may take the wrong one.
        let wrong = Recipients { recipient: house.ca(ca), ..ra.clone() };
        assert_eq!(refused(client.enroll(&wrong, &key, &content).unwrap()), 1, "badMessageCheck: {ca}");
    }
    client.enroll(&ra, &key, &content).unwrap().issued().unwrap();
}

#[test]
fn short_keys_are_refused() {
    let house = House::new();
    let wire = house.wire();
    let (client, ra) = client(&house, &wire);
    let content = content(&challenges(&house, 1)[0]);
    let short = KeyKind::Rsa(1024).generate().unwrap();
    assert_eq!(refused(client.enroll(&ra, &short, &content).unwrap()), 0, "badAlg");
    client.enroll(&ra, &key(), &content).unwrap().issued().unwrap();
}

#[test]
fn an_encryption_certificate_is_never_enrolled_by_scep() {
    let house = House::new();
    assert!(house.officer.scep_challenges(ALICE, ProfileName::Encryption, 1).is_err());
}

#[test]
fn the_same_request_again_gets_the_same_certificate_and_another_key_gets_nothing() {
    let mut house = House::new();
    let wire = house.wire();
    let (key, other) = (key(), key());
    let content = content(&challenges(&house, 1)[0]);
    let (prepared, first) = {
        let (client, ra) = client(&house, &wire);
        let prepared = client.prepare_enrollment(&ra, &key, &content).unwrap();
        let first = client.exchange(&prepared, &ra).unwrap();
        (prepared, first.certificates[0].to_der().unwrap())
    };
    house.restart();
    let (client, ra) = client(&house, &wire);
    let again = client.exchange(&prepared, &ra).unwrap();
    assert_eq!(again.certificates[0].to_der().unwrap(), first, "the very same message");
    let signed_again = client.enroll(&ra, &key, &content).unwrap().issued().unwrap();
    assert_eq!(signed_again.certificate.to_der().unwrap(), first, "the same key with a new signer certificate");
    refused(client.enroll(&ra, &other, &content).unwrap());
}

#[test]
fn many_at_once_with_one_challenge_get_one_certificate() {
    let house = House::new();
    let wire = house.wire();
    let (_, ra) = client(&house, &wire);
    let content = content(&challenges(&house, 1)[0]);
    let keys: Vec<_> = (0..12).map(|_| key()).collect();
    let issued = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for key in &keys {
            // Each on a connection of its own.
            scope.spawn(|| {
                let wire = house.wire();
                let client = Client::new(&wire, &house.http("/scep/signet"), house.now());
                if let Outcome::Issued(_) = client.enroll(&ra, key, &content).unwrap() {
                    issued.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(issued.into_inner(), 1);
    assert_eq!(house.certificates().iter().filter(|c| c.kind == "subscriber").count(), 1);
}

#[test]
fn renewal_works_by_both_message_types_with_and_without_a_new_key() {
    let house = House::new();
    let wire = house.wire();
    let (client, ra) = client(&house, &wire);
    for message_type in [MessageType::RenewalReq, MessageType::PkcsReq] {
        let (old, content) = enrolled(&house, &client, &ra);
        let content = CsrContent { challenge: None, ..content };
        let new = client.renew(&ra, &old, &key(), &content, message_type).unwrap().issued().unwrap();
        assert_ne!(serial(&new.certificate), serial(&old.certificate));
        assert_eq!(house.certificate(&new.certificate).subscriber, house.certificate(&old.certificate).subscriber);
        let other = CsrContent { subject: vec![("CN".into(), "Mallory".into())], ..content };
        refused(client.renew(&ra, &new, &key(), &other, message_type).unwrap());
    }
}

#[test]
fn a_revoked_an_expired_and_a_foreign_certificate_renew_nothing() {
    let house = House::new();
    let wire = house.wire();
    let (client, ra) = client(&house, &wire);
    let (revoked, content) = enrolled(&house, &client, &ra);
    house.officer.revoke(&serial(&revoked.certificate), Reason::KeyCompromise).unwrap();
    let content = CsrContent { challenge: None, ..content };
    refused(client.renew(&ra, &revoked, &key(), &content, MessageType::RenewalReq).unwrap());
    let foreign = device::self_signed(key(), house.now()).unwrap();
    refused(client.renew(&ra, &foreign, &key(), &content, MessageType::RenewalReq).unwrap());
    let (old, content) = enrolled(&house, &client, &ra);
    house.clock.advance(400 * DAY);
    let content = CsrContent { challenge: None, ..content };
    refused(client.renew(&ra, &old, &key(), &content, MessageType::RenewalReq).unwrap());
}

#[test]
fn a_request_waits_for_the_officer_and_is_polled() {
    let house = House::new();
    house.set("scep.manual_approval", "yes");
    let wire = house.wire();
    let (mut client, ra) = client(&house, &wire);
    let [first, second] = &challenges(&house, 2)[..] else { panic!() };
    let Outcome::Pending(pending) = client.enroll(&ra, &key(), &content(first)).unwrap() else { panic!("not pending") };
    assert!(matches!(client.poll(&ra, &pending).unwrap(), Outcome::Pending(_)));
    let waiting = house.officer.pending_requests().unwrap();
    assert_eq!(waiting.len(), 1);
    house.officer.approve_request(waiting[0].id).unwrap();
    // Apple's client polls with SHA-1 and triple DES.
    client.algorithms = Algorithms { cipher: ContentCipher::TripleDesCbc, digest: Digest::Sha1, ..Algorithms::default() };
    let issued = client.poll(&ra, &pending).unwrap().issued().unwrap();
    assert_eq!(house.certificate(&issued.certificate).status, "active");
    let again = client.poll(&ra, &pending).unwrap().issued().unwrap();
    assert_eq!(again.certificate.to_der().unwrap(), issued.certificate.to_der().unwrap());

    let Outcome::Pending(pending) = client.enroll(&ra, &key(), &content(second)).unwrap() else { panic!("not pending") };
    let waiting = house.officer.pending_requests().unwrap();
    house.officer.refuse_request(waiting[0].id, "not this one").unwrap();
    refused(client.poll(&ra, &pending).unwrap());
}

#[test]
fn a_poll_for_nothing_is_refused() {
    let house = House::new();
    let wire = house.wire();
    let (client, ra) = client(&house, &wire);
    let signer = device::self_signed(key(), house.now()).unwrap();
    let pending = device::scep::Pending {
        key: signer.key.clone(),
        signer,
        subject: vec![("CN".into(), "Alice Example".into())],
        transaction_id: "0123456789ABCDEF".into(),
    };
    assert_eq!(refused(client.poll(&ra, &pending).unwrap()), 4, "badCertId");
}

#[test]
fn an_issued_certificate_and_the_crl_can_be_fetched() {
    let house = House::new();
    let wire = house.wire();
    let (client, ra) = client(&house, &wire);
    let (identity, _) = enrolled(&house, &client, &ra);
    let fetched = client.certificate(&ra, &identity, &identity.certificate).unwrap().unwrap();
    assert_eq!(fetched.to_der().unwrap(), identity.certificate.to_der().unwrap());
    house.officer.revoke(&serial(&identity.certificate), Reason::Superseded).unwrap();
    let (other, _) = enrolled(&house, &client, &ra);
    let crl = X509Crl::from_der(&client.crl(&ra, &other, &other.certificate).unwrap().unwrap()).unwrap();
    assert!(crl.verify(&house.ca("issuing").public_key().unwrap()).unwrap());
    let listed = |certificate: &X509| matches!(crl.get_by_cert(certificate), openssl::x509::CrlStatus::Revoked(_));
    assert!(listed(&identity.certificate) && !listed(&other.certificate), "a revocation counts at once");
    let stranger = device::self_signed(key(), house.now()).unwrap();
    let unknown = client.certificate(&ra, &other, &stranger.certificate).unwrap();
    assert_eq!(unknown.err(), Some(Some(4)), "badCertId");
}

#[test]
fn challenges_end_with_their_time() {
    let house = House::new();
    let wire = house.wire();
    let content = content(&challenges(&house, 1)[0]);
    house.clock.advance(7 * DAY + 1);
    let (client, ra) = client(&house, &wire);
    refused(client.enroll(&ra, &key(), &content).unwrap());
}
