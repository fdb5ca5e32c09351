//! The root's CRL, made anew while the root's key is attached.

use super::{number, text};
use crate::{Dependency, Error, ports::Clock, testing};
use protocol::{crl::CrlView, key::KeyAlgorithm, key::PrivateKey};

const PASSPHRASE: &str = "a long passphrase for a drawer";

#[test]
fn the_roots_list_is_made_anew_with_the_key_from_its_medium() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    std::fs::write(folder.path().join("root.pem"), &officer.ca_certificates().unwrap()[0].pem).unwrap();
    let list = || text(folder.path(), &authority.enroller().crl("root").unwrap(), "root.pem");
    list();
    assert!(officer.root_crl().unwrap().key_here);
    let medium = folder.path().join("root-key.pem");
    officer.move_root_key(&medium, PASSPHRASE).unwrap();
    let first = list();
    let told = officer.root_crl().unwrap();
    assert_eq!((told.number, told.key_here, told.due), (Some(number(&first)), false, false));
    assert!(matches!(officer.sign_root_crl(None), Err(Error::Unavailable(Dependency::Key("root")))));

    // Nearly its whole life later, without the key it stays what it is, and somebody is told in time.
    clock.advance(340 * 86_400);
    assert!(!officer.root_crl().unwrap().due);
    clock.advance(86_400);
    assert!(officer.root_crl().unwrap().due);
    assert_eq!(list(), first);
    let made = officer.sign_root_crl(Some((&medium, PASSPHRASE))).unwrap();
    let second = list();
    assert_eq!((made.number, made.due, made.key_here), (Some(number(&second)), false, false), "and the key is not kept");
    assert!(number(&second) > number(&first) && second.contains("Next Update: Dec"), "{second}");
    assert_eq!(made.ends_at, Some(made.made_at.unwrap().plus(400 * 86_400)));
    let newest = authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((newest.event.as_str(), newest.details["attached"].as_bool()), ("root_key.used", Some(true)));
    assert!(matches!(officer.sign_root_crl(None), Err(Error::Unavailable(Dependency::Key("root")))), "nothing of it is stored");
    // Its OCSP responder, which lives for 30 days, has come back with it.
    let issuing = protocol::x509::CertificateView::from_der(&officer.ca_certificates().unwrap()[1].der).unwrap();
    let root = protocol::x509::CertificateView::from_der(&officer.ca_certificates().unwrap()[0].der).unwrap();
    let request = protocol::ocsp::request(&root, &issuing.serial, None).unwrap();
    let answer = authority.enroller().ocsp("root", &request).unwrap();
    assert!(answer.len() > 100, "signed, not a refusal: {answer:02x?}");
}

#[test]
fn a_list_that_was_made_while_the_clock_was_ahead_asks_for_the_roots_key() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let medium = folder.path().join("root-key.pem");
    clock.advance(30 * 86_400);
    officer.move_root_key(&medium, PASSPHRASE).unwrap();
    let ahead = authority.enroller().crl("root").unwrap();
    assert!(!officer.root_crl().unwrap().due);
    clock.advance(-30 * 86_400);
    assert_eq!(authority.enroller().crl("root").unwrap(), ahead, "nobody can make another one yet");
    assert!(officer.root_crl().unwrap().due);
    officer.sign_root_crl(Some((&medium, PASSPHRASE))).unwrap();
    let right = authority.enroller().crl("root").unwrap();
    assert!(CrlView::from_der(&right).unwrap().this_update <= clock.now() && !officer.root_crl().unwrap().due);
}

#[test]
fn every_process_gives_out_the_roots_list_of_whoever_had_the_key() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let medium = folder.path().join("root-key.pem");
    officer.move_root_key(&medium, PASSPHRASE).unwrap();
    let other = testing::open(&folder, &clock);
    let (before, number) = (other.enroller().crl("root").unwrap(), testing::officer(&other).root_crl().unwrap().number);
    officer.sign_root_crl(Some((&medium, PASSPHRASE))).unwrap();
    let after = authority.enroller().crl("root").unwrap();
    assert_ne!(after, before);
    assert_eq!(other.enroller().crl("root").unwrap(), after, "at once, not tomorrow");
    assert!(testing::officer(&other).root_crl().unwrap().number > number);
    // A second look finds it in memory, and a third process in the store.
    assert_eq!(other.enroller().crl("root").unwrap(), after);
    assert_eq!(testing::open(&folder, &clock).enroller().crl("root").unwrap(), after);
}

#[test]
fn what_is_not_the_roots_key_is_refused_by_name_and_changes_nothing() {
    let (authority, _clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let medium = folder.path().join("root-key.pem");
    officer.move_root_key(&medium, PASSPHRASE).unwrap();
    let before = authority.enroller().crl("root").unwrap();
    let sealed = |key: &PrivateKey| {
        let cipher = openssl::symm::Cipher::aes_256_cbc();
        key.as_openssl().private_key_to_pem_pkcs8_passphrase(cipher, PASSPHRASE.as_bytes()).unwrap()
    };
    let other = PrivateKey::generate(KeyAlgorithm::P256).unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    for (path, passphrase, field, says) in [
        (folder.path().join("nowhere.pem"), PASSPHRASE, "file", "cannot be read"),
        (write("empty.pem", b""), PASSPHRASE, "file", "not the file"),
        (write("plain.pem", &other.as_openssl().private_key_to_pem_pkcs8().unwrap()), PASSPHRASE, "file", "not the file"),
        (write("large.pem", &vec![b'x'; 1024 * 1024]), PASSPHRASE, "file", "not the file"),
        (write("other.pem", &sealed(&other)), PASSPHRASE, "file", "another key"),
        (medium.clone(), "not the passphrase", "passphrase", "does not open"),
        (medium, "", "passphrase", "does not open"),
    ] {
        match officer.sign_root_crl(Some((&path, passphrase))) {
            Err(Error::Invalid { field: found, reason }) => assert!(found == field && reason.contains(says), "{found}: {reason}"),
            other => panic!("{}: {other:?}", path.display()),
        }
    }
    assert_eq!(authority.enroller().crl("root").unwrap(), before);
}
