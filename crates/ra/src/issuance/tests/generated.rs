//! Keys made here: they leave in a PKCS#12 that other programs open, and stay nowhere.

use crate::{
    Conflict, Denied, Error,
    issuance::{Form, IssuedIdentity},
    ota::tests::phone::world,
    profile::{ProfileDraft, ProfileName, Scope},
};
use protocol::{
    crl::Reason,
    key::KeyAlgorithm,
    pkcs12,
    x509::{SerialNumber, SubjectAltName},
};
use std::process::{Command, Stdio};

const ALICE: &str = "alice@example.edu";

/// OpenSSL's command line opens it with what is on the screen; what it prints about it.
fn openssl(identity: &IssuedIdentity, further: &[&str]) -> (bool, String) {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("a.p12"), &*identity.pkcs12).unwrap();
    std::fs::write(folder.path().join("password"), identity.password.reveal()).unwrap();
    let output = Command::new("openssl")
        .current_dir(folder.path())
        .args(["pkcs12", "-in", "a.p12", "-passin", "file:password", "-info"])
        .args(further)
        .stdin(Stdio::null())
        .output()
        .expect("openssl is installed");
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn both_containers_open_at_the_first_try_with_key_certificate_and_chain() {
    let world = world();
    world.person("Zoë Müller-Example", ALICE);
    for (form, profile, said) in [
        (Form::Legacy, ProfileName::Encryption, ["MAC: sha1, Iteration 2048", "pbeWithSHA1And3-KeyTripleDES-CBC"]),
        (
            Form::Modern,
            ProfileName::Document,
            ["MAC: sha256, Iteration 2048", "PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256"],
        ),
    ] {
        let made = world.officer.issue_generated(ALICE, profile, form, false).unwrap();
        let (opened, text) = openssl(&made, &["-nodes"]);
        assert!(opened, "{text}");
        for said in said {
            assert!(text.contains(said), "{said} in {text}");
        }
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 3, "leaf, issuing CA, root");
        assert_eq!(text.matches("BEGIN PRIVATE KEY").count(), 1);
        assert!(text.contains("friendlyName: Zo"), "{text}");
        let identity = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap();
        assert_eq!(identity.certificate.serial.to_string(), made.issued.certificate.serial);
        assert_eq!(identity.chain.iter().map(|c| c.is_ca).collect::<Vec<_>>(), [true, true]);
        let lower = made.password.reveal().to_lowercase();
        assert!(lower == made.password.reveal() || pkcs12::open(&made.pkcs12, &lower).is_err(), "the password counts");
    }
}

#[test]
fn a_message_to_the_certificate_is_read_with_the_key_in_the_file() {
    let world = world();
    world.person("Alice Example", ALICE);
    let made = world.officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, false).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new("openssl").current_dir(folder.path()).args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    std::fs::write(folder.path().join("a.p12"), &*made.pkcs12).unwrap();
    std::fs::write(folder.path().join("text"), "the exam is on Friday").unwrap();
    let password = format!("pass:{}", made.password.reveal());
    run(&["pkcs12", "-in", "a.p12", "-passin", &password, "-nodes", "-out", "a.pem"]);
    run(&["cms", "-encrypt", "-in", "text", "-aes256", "-outform", "DER", "-out", "mail", "a.pem"]);
    run(&["cms", "-decrypt", "-in", "mail", "-inform", "DER", "-recip", "a.pem", "-out", "read"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("read")).unwrap().trim(), "the exam is on Friday");
}

#[test]
fn keys_that_sign_are_never_made_here() {
    let world = world();
    world.person("Alice Example", ALICE);
    for profile in [ProfileName::Signing, ProfileName::Authentication, ProfileName::Functional] {
        let refused = world.officer.issue_generated(ALICE, profile, Form::Modern, false).err();
        assert!(matches!(refused, Some(Error::Denied(Denied::SigningKeyHere))), "{}", profile.as_str());
    }
}

#[test]
fn one_certificate_to_encrypt_is_active_and_the_earlier_ones_are_history() {
    let world = world();
    let alice = world.person("Alice Example", ALICE);
    // The tests' RSA keys are made once, and a key that was compromised has only one life.
    let elliptic = ProfileDraft { key: KeyAlgorithm::P256, ..ProfileDraft::builtin(ProfileName::Encryption) };
    world.officer.save_profile(Scope::Department, ProfileName::Encryption, elliptic).unwrap();
    let make = |supersede| world.officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, supersede);
    let first = make(false).unwrap().issued.certificate.serial;
    assert!(matches!(make(false).err(), Some(Error::Conflict(Conflict::ActiveEncryption))));
    let second = make(true).unwrap().issued;
    assert_eq!(second.superseded, std::slice::from_ref(&first));
    let status = |serial: &str| world.officer.certificate(&SerialNumber::parse(serial).unwrap()).unwrap().status;
    assert_eq!((status(&first).as_str(), status(&second.certificate.serial).as_str()), ("superseded", "active"));
    // A held one may come back: it counts, and what replaces it supersedes it.
    let held = SerialNumber::parse(&second.certificate.serial).unwrap();
    world.officer.revoke(&held, Reason::CertificateHold).unwrap();
    assert!(matches!(make(false).err(), Some(Error::Conflict(Conflict::ActiveEncryption))));
    let third = make(true).unwrap().issued;
    assert_eq!(third.superseded, [second.certificate.serial]);
    // A revoked one does not count.
    let serial = SerialNumber::parse(&third.certificate.serial).unwrap();
    world.officer.revoke(&serial, Reason::KeyCompromise).unwrap();
    assert_eq!(make(false).unwrap().issued.superseded, Vec::<String>::new());
    // The store itself holds it, whatever program writes to it.
    let twice = world.authority.0.store.write(move |tx| {
        Ok(tx.execute("UPDATE certificate SET superseded_at = NULL WHERE profile = 'encryption' AND subscriber = ?1", [alice.id])?)
    });
    assert!(twice.is_err(), "two active ones");
}

#[test]
fn a_certificate_to_encrypt_states_every_validated_address() {
    let world = world();
    let alice = world.person("Alice Example", ALICE);
    world.officer.add_mailbox(alice.id, "office@example.edu").unwrap();
    world.officer.add_mailbox(alice.id, "new@example.edu").unwrap();
    world.officer.validate_mailbox("office@example.edu", crate::mailbox::Method::Records, "directory").unwrap();
    let made = world.officer.issue_generated("office@example.edu", ProfileName::Encryption, Form::Legacy, false).unwrap();
    let view = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap().certificate;
    assert_eq!(view.san, ["office@example.edu", ALICE].map(|a| SubjectAltName::Rfc822Name(a.to_owned())));
    let refused = world.officer.issue_generated("new@example.edu", ProfileName::Document, Form::Legacy, false).err();
    assert!(matches!(refused, Some(Error::Denied(Denied::MailboxNotValidated { .. }))));
}

#[test]
fn neither_key_nor_password_stays_in_the_folder() {
    let world = world();
    world.person("Alice Example", ALICE);
    let made = world.officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, false).unwrap();
    let identity = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap();
    let factor = identity.key.as_openssl().rsa().unwrap().p().unwrap().to_vec();
    let mut looked = 0;
    for file in std::fs::read_dir(world.authority.folder()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let content = std::fs::read(&path).unwrap();
            looked += content.len();
            for secret in [factor.as_slice(), made.password.reveal().as_bytes(), made.password.reveal().replace('-', "").as_bytes()] {
                assert!(!content.windows(secret.len()).any(|part| part == secret), "{}", path.display());
            }
        }
    }
    assert!(looked > 100_000, "the database was among them");
}
