//! GetCert and GetCRL.

use super::{Fixture, certificate, client, client::*, refused};
use crate::profile::ProfileName;
use protocol::{
    crl::Reason,
    scep::{FailInfo, MessageType},
    x509::CertificateView,
};

/// A query signed by the self-made certificate of key `number`; all such clients share one transactionID (scep.md Q15).
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
    refused(&f.send(&broken), FailInfo::BadRequest);
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
