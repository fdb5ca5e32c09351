//! GetCert and GetCRL.

use super::{Fixture, PkiAnswer, certificate, client, client::*, refused};
use crate::{Dependency, Error, profile::ProfileName};
use openssl::{pkey::PKey, rsa::Rsa};
use protocol::{
    cms::KeyTransport,
    crl::Reason,
    key::PrivateKey,
    scep::{FailInfo, MessageType},
    x509::CertificateView,
};

/// A query signed by the self-made certificate of key `number`; all such clients share one transactionID (docs/conformance.md Q15).
fn query(kind: MessageType, number: usize, issuer: &[u8], serial: &[u8]) -> Message {
    let content = tlv(0x30, &[issuer, &tlv(0x02, &[serial])]);
    let empty = Csr::naming(&anonymous());
    Message { kind, content, transaction: b"SSCEP transactionId".to_vec(), ..Message::of(&client::key(number), &empty) }
}

fn of(certificate: &CertificateView) -> Vec<u8> {
    certificate.serial.integer_octets()
}

#[test]
fn a_certificate_is_given_to_its_key_and_to_other_holders_but_not_to_strangers() {
    let f = Fixture::new();
    let own = f.enroll(0, ProfileName::Signing);
    let other = f.enroll(1, ProfileName::Signing);
    assert_eq!(certificate(f.send(&query(MessageType::GetCert, 0, &own.issuer_der, &of(&own)))).der, own.der);
    refused(&f.send(&query(MessageType::GetCert, 2, &own.issuer_der, &of(&own))), FailInfo::BadCertId);
    let by_holder = Message { signer: other.clone(), ..query(MessageType::GetCert, 1, &own.issuer_der, &of(&own)) };
    assert_eq!(certificate(f.send(&by_holder)).der, own.der);
    f.operator.revoke(&other.serial, Reason::KeyCompromise).unwrap();
    refused(&f.send(&by_holder), FailInfo::BadCertId);
    // The RA's and the CA's are public.
    assert_eq!(certificate(f.send(&query(MessageType::GetCert, 2, &f.ra.issuer_der, &of(&f.ra)))).der, f.ra.der);
    // Another issuer, another serial, no query at all.
    refused(&f.send(&query(MessageType::GetCert, 0, &f.ra.subject_der, &of(&own))), FailInfo::BadCertId);
    refused(&f.send(&query(MessageType::GetCert, 0, &own.issuer_der, &[1])), FailInfo::BadCertId);
    let mut broken = query(MessageType::GetCert, 0, &own.issuer_der, &of(&own));
    broken.content.truncate(5);
    refused(&f.send(&broken), FailInfo::BadCertId);
    assert_eq!(f.count("SELECT count(*) FROM scep_transaction WHERE transaction_id = CAST('SSCEP transactionId' AS BLOB)"), 0);
}

#[test]
fn the_crl_of_the_named_issuer_is_given_to_everybody() {
    let f = Fixture::new();
    let issued = f.enroll(0, ProfileName::Signing);
    let before = f.send(&query(MessageType::GetCrl, 2, &issued.issuer_der, &of(&issued))).crl.expect("a CRL");
    f.operator.revoke(&issued.serial, Reason::KeyCompromise).unwrap();
    let after = f.send(&query(MessageType::GetCrl, 2, &issued.issuer_der, &[1])).crl.expect("a CRL");
    assert_ne!(before, after, "a revocation counts at the next request");
    assert_eq!(after, f.enroller.crl("issuing").unwrap());
    refused(&f.send(&query(MessageType::GetCrl, 2, &f.ra.subject_der, &[1])), FailInfo::BadCertId);
}

#[test]
fn who_signs_with_a_short_key_is_given_nothing_and_it_is_no_fault() {
    let f = Fixture::new();
    for (bits, transport) in [(512, KeyTransport::OaepSha256), (1024, KeyTransport::Pkcs1v15), (2040, KeyTransport::OaepSha1)] {
        let key = PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
        let key = PrivateKey::from_der(&key.private_key_to_pkcs8().unwrap()).unwrap();
        for (kind, issuer) in [(MessageType::GetCrl, &f.ra.issuer_der), (MessageType::GetCert, &f.ra.issuer_der)] {
            let message = Message {
                transport,
                signer: self_signed(&key, &anonymous()),
                signer_key: key.clone(),
                ..query(kind, 2, issuer, &of(&f.ra))
            };
            refused(&f.send(&message), FailInfo::BadAlg);
        }
    }
}

#[test]
fn of_long_lists_a_few_are_given_at_once() {
    let f = Fixture::new();
    let issuer = f.authority.0.issuing_ca().unwrap().certificate.subject_key_identifier.clone();
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) \
         INSERT INTO certificate (serial, kind, profile, subject, san, issuer, key_fingerprint, not_before, not_after, issued_at) \
         SELECT CAST(printf('many%012d', i) AS BLOB), 'subscriber', 'signing', 'CN=Many', '[]', ?1, zeroblob(32), 1, 9, 1 FROM n";
    f.authority
        .0
        .store
        .write(move |tx| {
            tx.execute(many, rusqlite::params![issuer])?;
            tx.execute("UPDATE certificate SET revoked_at = number + 1000000000, reason = 4 WHERE subject = 'CN=Many'", [])?;
            Ok(())
        })
        .unwrap();
    let message = query(MessageType::GetCrl, 2, &f.ra.issuer_der, &[1]).bytes(&f.ra);
    let ask = || crate::wait::on_thread(f.enroller.pki_operation(&message));
    let long = || match ask().unwrap() {
        PkiAnswer::LongCrl(answer) => answer,
        PkiAnswer::CertRep(_) | PkiAnswer::Malformed => panic!("the list is long"),
    };
    let busy = || matches!(ask(), Err(Error::Unavailable(Dependency::Busy)));
    let (first, second) = (long(), long());
    assert!(busy(), "more at once would only take room");
    // What is made makes room for the next, whoever reads it slowly; so does what nobody waits for any more.
    let mut on_their_way = vec![first.encode().unwrap()];
    assert!(on_their_way[0].as_ref().len() > 64 * 1024);
    drop(second);
    for _ in 1..8 {
        on_their_way.push(long().encode().unwrap());
    }
    assert!(busy(), "and not so many that they fill the memory");
    on_their_way.pop();
    long();
}
