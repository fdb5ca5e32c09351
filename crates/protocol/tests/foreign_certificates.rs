//! Certificates that other CAs signed, with all their liberties.
#![allow(clippy::unwrap_used)]

mod support;

use openssl::{
    asn1::{Asn1Time, Asn1Type},
    bn::BigNum,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{X509Builder, X509NameBuilder},
};
use protocol::{
    Error, Timestamp,
    key::{KeyAlgorithm, PublicKey},
    x509::{AttributeType, CertificateView, KeyUsage},
};
use support::*;

fn foreign(key: &PKey<Private>, digest: MessageDigest, serial: &BigNum, kind: Asn1Type, name: &str) -> Vec<u8> {
    let mut entries = X509NameBuilder::new().unwrap();
    entries.append_entry_by_nid_with_type(Nid::COMMONNAME, name, kind).unwrap();
    let entries = entries.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&entries).unwrap();
    builder.set_issuer_name(&entries).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_not_before(&Asn1Time::from_str("20070101000000Z").unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str("21260101000000Z").unwrap()).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.sign(key, digest).unwrap();
    builder.build().to_der().unwrap()
}

#[test]
fn a_device_certificate_with_rsa_1024_and_sha_1_is_read_and_verified_where_allowed() {
    let key = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    let public = PublicKey::from_spki(&key.public_key_to_der().unwrap()).unwrap();
    let der = foreign(&key, MessageDigest::sha1(), &BigNum::from_u32(1).unwrap(), Asn1Type::UTF8STRING, "Device");
    let view = CertificateView::from_der(&der).unwrap();
    assert_eq!(view.public_key.bits(), 1024);
    assert_eq!(view.validity.not_after, Timestamp::parse("2126-01-01T00:00:00Z").unwrap());
    assert_eq!(view.verify_signature(&public, true), Ok(()));
    assert_eq!(view.verify_signature(&public, false), Err(Error::Algorithm("certificate signed with SHA-1".to_owned())));
    assert!(matches!(view.public_key.check_strength(), Err(Error::Algorithm(_))));
    let stranger = TestCa::root(KeyAlgorithm::Rsa2048);
    assert_eq!(view.verify_signature(&stranger.public, true), Err(Error::Signature { what: "certificate" }));
    assert_eq!(view.verify_signature(&TestCa::root(KeyAlgorithm::P256).public, true), Err(Error::Signature { what: "certificate" }));
    let md5 =
        CertificateView::from_der(&foreign(&key, MessageDigest::md5(), &BigNum::from_u32(1).unwrap(), Asn1Type::IA5STRING, "x")).unwrap();
    assert!(matches!(md5.verify_signature(&public, true), Err(Error::Algorithm(_))));
}

#[test]
fn odd_serials_and_string_types_are_read() {
    let key = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    let public = PublicKey::from_spki(&key.public_key_to_der().unwrap()).unwrap();
    let mut negative = BigNum::from_u32(5).unwrap();
    negative.set_negative(true);
    let huge = BigNum::from_slice(&[0xee; 40]).unwrap();
    for (serial, shown) in [(&negative, "FB".to_owned()), (&huge, "EE".repeat(40)), (&BigNum::new().unwrap(), "00".to_owned())] {
        for (kind, name) in [
            (Asn1Type::T61STRING, "Zo\\EB"),
            (Asn1Type::BMPSTRING, "\0Z\0o"),
            (Asn1Type::IA5STRING, "Zo"),
            (Asn1Type::PRINTABLESTRING, "Zo"),
        ] {
            let view = CertificateView::from_der(&foreign(&key, MessageDigest::sha256(), serial, kind, name)).unwrap();
            assert_eq!(view.serial.to_string(), shown);
            assert_eq!(view.verify_signature(&public, false), Ok(()));
            assert!(view.subject.common_name().unwrap().starts_with("Zo"));
            assert_eq!(view.issuer_der, view.subject_der);
            assert_eq!(view.key_usage, None);
        }
    }
}

#[test]
fn cas_of_the_openssl_command_with_a_critical_key_identifier_are_read() {
    if !has_openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        "ca.der",
        "-outform",
        "DER",
        "-subj",
        "/DC=edu/DC=example/CN=CA",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign,decipherOnly",
        "-addext",
        "extendedKeyUsage=1.2.3.4,clientAuth",
        "-addext",
        "2.5.29.35=critical,DER:30:06:80:04:01:02:03:04",
    ];
    let (good, said) = openssl(folder.path(), &arguments);
    assert!(good, "{said}");
    let view = CertificateView::from_der(&std::fs::read(folder.path().join("ca.der")).unwrap()).unwrap();
    assert_eq!(view.subject.0[1], (AttributeType::DomainComponent, "example".to_owned()));
    assert!(view.is_ca);
    assert_eq!(view.key_usage, Some(KeyUsage(1 << 5 | 1 << 6 | 1 << 8)));
    assert_eq!(view.authority_key_identifier.as_deref(), Some(&[1, 2, 3, 4][..]));
    assert_eq!(view.subject_key_identifier, view.public_key.key_identifier().ok());
    assert_eq!(view.verify_signature(&view.public_key, false), Ok(()));
}

#[test]
fn whatever_is_cut_or_changed_is_an_error_or_another_certificate_but_never_a_panic() {
    let der = TestCa::root(KeyAlgorithm::P256).certificate.unwrap();
    for length in 0..der.len() {
        assert!(CertificateView::from_der(&der[..length]).is_err());
    }
    for position in 0..der.len() {
        for value in [0x00, 0x7f, 0x80, 0xff, der[position] ^ 1] {
            let mut changed = der.clone();
            changed[position] = value;
            if let Ok(view) = CertificateView::from_der(&changed) {
                let verified = view.verify_signature(&view.public_key, true);
                assert!(verified.is_err() || changed == der, "octet {position}");
            }
        }
    }
}
