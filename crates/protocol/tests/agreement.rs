//! Messages sealed to elliptic keys, opened by their keys, by no other, and by the openssl command.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::{
    Error, cms,
    key::{KeyAlgorithm, PrivateKey},
    x509::{CertificateView, KeyUsage, sign_certificate},
};
use std::fs;
use support::*;

const MESSAGE: &[u8] = b"two lines\nas they are\n";

/// Somebody whose key agrees on keys, where it is elliptic.
fn recipient(algorithm: KeyAlgorithm) -> (CertificateView, PrivateKey) {
    let key = PrivateKey::generate(algorithm).unwrap();
    let mut spec = leaf_spec(&key.public().unwrap());
    spec.key_usage = if key.is_rsa() { KeyUsage::KEY_ENCIPHERMENT } else { KeyUsage::KEY_AGREEMENT };
    let der = sign_certificate(&spec, &TestCa::root(KeyAlgorithm::P256)).unwrap();
    (CertificateView::from_der(&der).unwrap(), key)
}

#[test]
fn what_is_sealed_to_an_elliptic_key_opens_with_it_and_with_no_other() {
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::P384] {
        let (certificate, key) = recipient(algorithm);
        let sealed = cms::encrypt_by_agreement(MESSAGE, &certificate).unwrap();
        assert!(!sealed.windows(MESSAGE.len()).any(|window| window == MESSAGE));
        assert_eq!(cms::decrypt_by_agreement(&sealed, &certificate, &key).unwrap().as_slice(), MESSAGE);
        let other = PrivateKey::generate(algorithm).unwrap();
        assert_eq!(cms::decrypt_by_agreement(&sealed, &certificate, &other).err(), Some(Error::NotForUs));
        let (stranger, theirs) = recipient(algorithm);
        assert_eq!(cms::decrypt_by_agreement(&sealed, &stranger, &theirs).err(), Some(Error::NotForUs));
        // A correspondent's program that knows key agreement.
        if has_openssl() {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("sealed"), &sealed).unwrap();
            fs::write(folder.path().join("key"), key.as_openssl().private_key_to_pem_pkcs8().unwrap()).unwrap();
            fs::write(folder.path().join("certificate"), certificate.to_pem()).unwrap();
            let arguments = ["cms", "-decrypt", "-inform", "DER", "-in", "sealed", "-inkey", "key", "-recip", "certificate"];
            assert_eq!(openssl(folder.path(), &arguments), (true, String::from_utf8(MESSAGE.to_vec()).unwrap()));
        }
    }
    let (certificate, _) = recipient(KeyAlgorithm::Rsa2048);
    assert!(matches!(cms::encrypt_by_agreement(MESSAGE, &certificate), Err(Error::Algorithm(_))), "an RSA key is sealed to by `encrypt`");
}
