//! Identities imported from files that the openssl command wrote.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::{
    Error,
    key::{KeyAlgorithm, PrivateKey},
    pkcs12,
    x509::{CertificateView, sign_certificate},
};
use std::{fs, path::Path};
use support::*;

/// key.pem, leaf.pem, issuing.pem and root.pem.
fn write_files(folder: &Path) -> (CertificateView, Vec<CertificateView>) {
    let root = TestCa::root(KeyAlgorithm::P256);
    let issuing = TestCa::issuing(&root, KeyAlgorithm::P256, constraints());
    let key = PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
    let leaf = CertificateView::from_der(&sign_certificate(&leaf_spec(&key.public().unwrap()), &issuing).unwrap()).unwrap();
    fs::write(folder.join("key.pem"), key.as_openssl().private_key_to_pem_pkcs8().unwrap()).unwrap();
    fs::write(folder.join("leaf.pem"), leaf.to_pem()).unwrap();
    // The root first: the order of the chain is ours to find.
    fs::write(folder.join("chain.pem"), root.view().to_pem() + &issuing.view().to_pem()).unwrap();
    (leaf, vec![issuing.view(), root.view()])
}

fn assert_same(identity: &pkcs12::Identity, leaf: &CertificateView, chain: &[CertificateView]) {
    assert_eq!(identity.certificate.der, leaf.der);
    let ders = |views: &[CertificateView]| views.iter().map(|view| view.der.clone()).collect::<Vec<_>>();
    assert_eq!(ders(&identity.chain), ders(chain));
    assert!(leaf.public_key.belongs_to(&identity.key));
}

#[test]
fn modern_and_old_pkcs12_files_are_opened() {
    if !has_openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (leaf, chain) = write_files(folder.path());
    let old = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
    for (file, more) in [("modern.p12", &[][..]), ("old.p12", &old)] {
        let arguments = [
            "pkcs12",
            "-export",
            "-inkey",
            "key.pem",
            "-in",
            "leaf.pem",
            "-certfile",
            "chain.pem",
            "-passout",
            "pass:pässword",
            "-out",
            file,
        ];
        let (good, said) = openssl(folder.path(), &[&arguments[..], more].concat());
        assert!(good, "{said}");
        let der = fs::read(folder.path().join(file)).unwrap();
        assert_same(&pkcs12::open(&der, "pässword").unwrap(), &leaf, &chain);
        assert_eq!(pkcs12::open(&der, "password").err(), Some(Error::Signature { what: "PKCS#12 with this password" }));
        assert!(matches!(pkcs12::open(&der, "pass\0word"), Err(Error::Unencodable { what: "password", .. })));
        assert!(pkcs12::open(&der[..der.len() / 2], "pässword").is_err());
    }
    assert_eq!(pkcs12::open(b"no file", "x").err(), Some(Error::Malformed { what: "PKCS#12" }));
}

#[test]
fn pem_bundles_are_opened_in_any_order_and_with_an_encrypted_key() {
    if !has_openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (leaf, chain) = write_files(folder.path());
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    let bundle = read("chain.pem") + &read("key.pem") + &read("leaf.pem");
    assert_same(&pkcs12::open_pem(bundle.as_bytes(), None).unwrap(), &leaf, &chain);

    let (good, said) = openssl(folder.path(), &["pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.pem", "-passout", "pass:sesame"]);
    assert!(good, "{said}");
    let bundle = read("leaf.pem") + &read("locked.pem");
    assert_same(&pkcs12::open_pem(bundle.as_bytes(), Some("sesame")).unwrap(), &leaf, &[]);
    for wrong in [None, Some("sesam"), Some("")] {
        assert_eq!(pkcs12::open_pem(bundle.as_bytes(), wrong).err(), Some(Error::Signature { what: "private key with this password" }));
    }
}

#[test]
fn a_bundle_without_its_key_or_certificate_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path());
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    assert_eq!(pkcs12::open_pem(read("leaf.pem").as_bytes(), None).err(), Some(Error::Malformed { what: "private key in a PEM file" }));
    let foreign = read("key.pem") + &read("chain.pem");
    let none = Error::Malformed { what: "identity: no certificate belongs to the private key" };
    assert_eq!(pkcs12::open_pem(foreign.as_bytes(), None).err(), Some(none));
}
