//! Messages of real clients parse with exactly the attributes that were recorded beside them.

use crate::identity::CLIENT;
use protocol::{
    Error,
    cms::{ContentCipher, Digest, KeyTransport},
    csr::CertificationRequest,
    scep::{IssuerAndSerial, IssuerAndSubject, MessageType, PkiMessage},
    x509::CertificateView,
};
use std::{fs, path::PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/scep")
}

fn text<'a>(record: &'a serde_json::Value, field: &str) -> &'a str {
    record[field].as_str().unwrap_or_else(|| panic!("{field} in {record}"))
}

#[test]
fn every_recording_parses_with_the_attributes_recorded_beside_it() {
    let ca = CertificateView::from_der(&fs::read(folder().join("ca.der")).unwrap()).unwrap();
    let index = fs::read_to_string(folder().join("index.jsonl")).unwrap();
    let mut count = 0;
    for line in index.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = text(&record, "file");
        let bytes = fs::read(folder().join(file)).unwrap();
        let message = PkiMessage::parse(&bytes, false).unwrap_or_else(|e| panic!("{file}: {e}"));

        assert_eq!(message.message_type.number().to_string(), text(&record, "mt"), "{file}");
        assert_eq!(message.transaction_id.as_ref().unwrap().0, text(&record, "tid").as_bytes(), "{file}");
        assert_eq!(message.sender_nonce.as_ref().unwrap().len() as u64, record["nonce"].as_u64().unwrap(), "{file}");
        assert_eq!(message.signer.subject.to_string(), text(&record, "signer"), "{file}");
        let digest = match text(&record, "dig") {
            "sha1" => Digest::Sha1,
            "sha256" => Digest::Sha256,
            other => panic!("{other}"),
        };
        assert_eq!(message.digest, digest, "{file}");

        // The key of the throw-away CA is gone: with another one, opening goes through and gives random content.
        let recipients = [(&ca, &CLIENT.key)];
        let cipher = match text(&record, "env") {
            "des" => ContentCipher::DesCbc,
            "tripledes_3key" => ContentCipher::TripleDesCbc,
            "aes128_cbc" => ContentCipher::Aes128Cbc,
            "aes256_cbc" => ContentCipher::Aes256Cbc,
            other => panic!("{other}"),
        };
        let opened = if cipher == ContentCipher::DesCbc {
            assert!(matches!(message.open(&recipients), Err(Error::Algorithm(_))), "{file}: single DES without the legacy switch");
            PkiMessage::parse(&bytes, true).unwrap().open(&recipients)
        } else {
            message.open(&recipients)
        };
        let opened = opened.unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!((opened.cipher, opened.transport), (cipher, KeyTransport::Pkcs1v15), "{file}");
        let inner = fs::read(folder().join(file.replace(".der", ".inner.der"))).unwrap();
        assert_ne!(*opened.content, inner, "{file}");
        assert!(matches!(message.open(&[(&CLIENT.certificate, &CLIENT.key)]), Err(Error::NotForUs | Error::Algorithm(_))), "{file}");

        match message.message_type {
            MessageType::PkcsReq | MessageType::RenewalReq => {
                let csr = CertificationRequest::from_der(&inner).unwrap_or_else(|e| panic!("{file}: {e}"));
                assert_eq!(csr.der, inner);
            }
            MessageType::CertPoll => {
                let names = IssuerAndSubject::from_der(&inner).unwrap_or_else(|e| panic!("{file}: {e}"));
                assert_eq!(names.to_der(), inner);
                assert_eq!(names.issuer, ca.subject_der, "{file}");
            }
            MessageType::GetCert | MessageType::GetCrl => {
                let wanted = IssuerAndSerial::from_der(&inner).unwrap_or_else(|e| panic!("{file}: {e}"));
                assert_eq!(wanted.to_der(), inner);
                assert_eq!(wanted.issuer, ca.subject_der, "{file}");
            }
            MessageType::CertRep => panic!("{file}"),
        }
        count += 1;
    }
    assert_eq!(count, 22);
    // a further renewal by strongSwan, which the index leaves out
    let renewal = PkiMessage::parse(&fs::read(folder().join("t96-01-17-POST.der")).unwrap(), true).unwrap();
    assert_eq!(renewal.message_type, MessageType::RenewalReq);
}

#[test]
fn a_changed_octet_in_a_recording_never_verifies_as_something_else() {
    for file in ["auto-01-19-POST.der", "auto-05-19-POST.der", "swan-01-19-POST.der", "auto-07-19-GET.der"] {
        let bytes = fs::read(folder().join(file)).unwrap();
        let original = PkiMessage::parse(&bytes, true).unwrap();
        for at in (0..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x21;
            if let Ok(message) = PkiMessage::parse(&changed, true) {
                // only octets that nobody signs (the certificate's own signature, versions, ...) may differ
                assert_eq!(message.transaction_id, original.transaction_id, "{file} {at}");
                assert_eq!(message.sender_nonce, original.sender_nonce, "{file} {at}");
                assert_eq!(message.envelope, original.envelope, "{file} {at}");
                assert_eq!(message.signer.public_key.spki(), original.signer.public_key.spki(), "{file} {at}");
            }
        }
    }
}
