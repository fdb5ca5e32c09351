//! Certification requests made by the openssl command, by foreign SCEP clients and by hand.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::{
    Error,
    csr::CertificationRequest,
    key::{KeyAlgorithm, PrivateKey},
    x509::{AttributeType, SubjectAltName},
};
use std::fs;
use support::*;

/// DER by hand: one element.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let mut out = match length {
        0..0x80 => vec![tag, u8::try_from(length).unwrap()],
        _ => [&[tag, 0x82][..], &length.to_be_bytes()].concat(),
    };
    out.extend_from_slice(content);
    out
}

/// A CSR with these attributes, in this order.
fn request(key: &PrivateKey, attributes: &[Vec<u8>]) -> Vec<u8> {
    let info = [tlv(2, &[0]), tlv(0x30, &[]), key.public().unwrap().spki().to_vec(), tlv(0xa0, &attributes.concat())].concat();
    let info = tlv(0x30, &info);
    let algorithm = tlv(0x30, &tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
    let signature = [&[0][..], &key.sign(&info).unwrap()].concat();
    tlv(0x30, &[info, algorithm, tlv(3, &signature)].concat())
}

fn challenge(value: Vec<u8>) -> Vec<u8> {
    tlv(0x30, &[tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07]), tlv(0x31, &value)].concat())
}

fn extensions(list: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e]), tlv(0x31, &tlv(0x30, list))].concat())
}

#[test]
fn a_request_of_the_openssl_command_is_read() {
    if !has_openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let config = "[req]\nprompt=no\nutf8=yes\ndistinguished_name=dn\nattributes=at\nreq_extensions=ex\n[dn]\nO=Example\nCN=Alice Müller\n[at]\nchallengePassword=sesame 12\n[ex]\nsubjectAltName=email:alice@Example.edu,DNS:a.example.edu,IP:10.0.0.1,RID:1.2.3\nbasicConstraints=CA:TRUE\n";
    fs::write(folder.path().join("req.cnf"), config).unwrap();
    let (good, said) = openssl(
        folder.path(),
        &["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-config", "req.cnf", "-outform", "DER", "-out", "req.der"],
    );
    assert!(good, "{said}");
    let der = fs::read(folder.path().join("req.der")).unwrap();
    let csr = CertificationRequest::from_der(&der).unwrap();
    assert_eq!(csr.subject, name(&[(AttributeType::Organization, "Example"), (AttributeType::CommonName, "Alice Müller")]));
    assert_eq!(csr.challenge_password.as_ref().map(|password| password.as_str()), Some("sesame 12"));
    assert!(csr.asks_for_ca);
    assert_eq!(csr.public_key.check_strength(), Ok(()));
    assert_eq!(
        csr.san,
        [
            SubjectAltName::Rfc822Name("alice@Example.edu".into()),
            SubjectAltName::DnsName("a.example.edu".into()),
            SubjectAltName::IpAddress("10.0.0.1".parse().unwrap()),
            SubjectAltName::Unknown("88022a03".into()),
        ]
    );
    // Possession is proved over exactly these octets.
    for position in (0..der.len()).step_by(7) {
        let mut changed = der.clone();
        changed[position] ^= 0x10;
        assert!(CertificationRequest::from_der(&changed).is_err(), "octet {position}");
    }
    for length in 0..der.len() {
        assert!(CertificationRequest::from_der(&der[..length]).is_err());
    }
}

#[test]
fn a_password_of_every_string_type_is_read_and_a_blank_one_is_none() {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let password = |value| {
        let csr = CertificationRequest::from_der(&request(&key, &[challenge(value)])).unwrap();
        assert!(csr.subject.is_empty() && !csr.asks_for_ca && csr.san.is_empty());
        csr.challenge_password.map(|password| password.to_string())
    };
    for (tag, content) in [(0x0c, &b"ab"[..]), (0x13, b"ab"), (0x14, b"ab"), (0x16, b"ab"), (0x1e, b"\0a\0b"), (0x1c, b"\0\0\0a\0\0\0b")] {
        assert_eq!(password(tlv(tag, content)).as_deref(), Some("ab"), "{tag:02x}");
    }
    assert_eq!(password(tlv(0x0c, b"")), None);
    assert_eq!(password(tlv(0x13, b"  ")), None);
}

#[test]
fn attributes_in_any_order_are_read() {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let san = tlv(0x30, &[tlv(6, &[0x55, 0x1d, 17]), tlv(4, &tlv(0x30, &tlv(0x81, b"a@b.c")))].concat());
    let (first, second) = (extensions(&san), challenge(tlv(0x13, b"x")));
    for order in [[first.clone(), second.clone()], [second, first]] {
        let csr = CertificationRequest::from_der(&request(&key, &order)).unwrap();
        assert_eq!(csr.san, [SubjectAltName::Rfc822Name("a@b.c".into())]);
        assert!(csr.challenge_password.is_some());
    }
}

#[test]
fn two_passwords_and_oversize_requests_are_refused() {
    let key = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let one = challenge(tlv(0x13, b"x"));
    assert_eq!(
        CertificationRequest::from_der(&request(&key, &[one.clone(), one])).err(),
        Some(Error::Malformed { what: "challengePassword" })
    );
    let large = vec![0x30; CertificationRequest::MAX_LEN + 1];
    assert_eq!(CertificationRequest::from_der(&large).err(), Some(Error::TooLarge { what: "CertificationRequest" }));
}
