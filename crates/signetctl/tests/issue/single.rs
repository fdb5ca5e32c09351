//! One certificate: from a request, or with a key made here.

use crate::{only_mine, openssl, refused, support::Place};
use std::fs;

#[test]
fn a_request_becomes_a_certificate_that_openssl_verifies() {
    let place = Place::ready();
    openssl(&place, &["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-subj", "/CN=Alice Example", "-out", "a.csr"]);
    let issued = place.json(&["certificate", "issue", "alice@example.edu", "--profile", "signing", "--csr", "a.csr"]);
    let serial = issued["certificate"]["serial"].as_str().unwrap();
    let chain = place.run(&["certificate", "export", serial, "--format", "chain"]).stdout;
    fs::write(place.path("chain.pem"), &chain).unwrap();
    let root = &chain[chain.rfind("-----BEGIN").unwrap()..];
    fs::write(place.path("ca.pem"), chain.split_inclusive("-----END CERTIFICATE-----\n").skip(1).collect::<String>()).unwrap();
    fs::write(place.path("root.pem"), root).unwrap();
    openssl(&place, &["verify", "-purpose", "smimesign", "-CAfile", "root.pem", "-untrusted", "chain.pem", "chain.pem"]);
    // The same in one file, for mail programs.
    let p7b = place.command(&["certificate", "export", serial, "--format", "p7b"]).output().unwrap();
    fs::write(place.path("chain.p7b"), &p7b.stdout).unwrap();
    let held = openssl(&place, &["pkcs7", "-inform", "DER", "-in", "chain.p7b", "-print_certs"]);
    let [leaf, issuing] = [0, 1].map(|at| chain.split_inclusive("-----END CERTIFICATE-----\n").nth(at).unwrap());
    assert!(held.contains(leaf) && held.contains(issuing), "{held}");
    fs::write(place.path("text"), "hello").unwrap();
    openssl(&place, &["cms", "-sign", "-in", "text", "-signer", "chain.pem", "-inkey", "k.pem", "-certfile", "ca.pem", "-out", "mail"]);
    openssl(&place, &["cms", "-verify", "-in", "mail", "-CAfile", "root.pem", "-out", "read"]);
    openssl(&place, &["req", "-new", "-key", "k.pem", "-subj", "/CN=Mallory", "-out", "m.csr"]);
    assert_eq!(refused(&place, &["certificate", "issue", "alice@example.edu", "--profile", "signing", "--csr", "m.csr"]), "validation");
    let encryption = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--csr", "a.csr"];
    assert_eq!(refused(&place, &encryption), "encryptionByScep");
    // From standard input, in another file's stead.
    let piped = ["certificate", "issue", "alice@example.edu", "--profile", "authentication", "--csr", "-", "--json"];
    openssl(&place, &["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "k2.pem", "-subj", "/CN=Alice Example", "-out", "a2.csr"]);
    let done = place.run_with_input(&piped, &fs::read_to_string(place.path("a2.csr")).unwrap());
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let serial = done.json()["certificate"]["serial"].as_str().unwrap().to_owned();
    fs::write(place.path("piped.pem"), place.run(&["certificate", "export", &serial]).stdout).unwrap();
    let public = |arguments: &[&str]| openssl(&place, arguments);
    assert_eq!(public(&["x509", "-in", "piped.pem", "-noout", "-pubkey"]), public(&["req", "-in", "a2.csr", "-noout", "-pubkey"]));
    assert_eq!(place.run_with_input(&piped, "no request").error_code(), "validation");
    assert_eq!(place.run(&["certificate", "issue", "alice@example.edu", "--profile", "signing"]).code, 2, "neither request nor key");
}

#[test]
fn a_generated_identity_opens_with_the_password_beside_it_and_is_written_once() {
    let place = Place::ready();
    let issue = |further: &[&str]| {
        let base = [
            "certificate",
            "issue",
            "alice@example.edu",
            "--profile",
            "encryption",
            "--generate",
            "--p12",
            "a.p12",
            "--password-out",
            "a.txt",
        ];
        [&base, further].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let run = |arguments: &[String]| place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let done = run(&issue(&["--container", "legacy"]));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("the password lies in the same folder"), "{}", done.stderr);
    for file in ["a.p12", "a.txt"] {
        only_mine(&place.path(file));
    }
    let password = fs::read_to_string(place.path("a.txt")).unwrap();
    assert_eq!(password.trim_end().len(), 29);
    assert!(!done.stdout.contains(password.trim_end()), "on the disk alone");
    let opened = openssl(&place, &["pkcs12", "-in", "a.p12", "-passin", "file:a.txt", "-nodes"]);
    assert!(opened.contains("BEGIN PRIVATE KEY"));
    // Nothing is overwritten, and nothing is issued then.
    let before = place.json(&["certificate", "list"]);
    let again = run(&issue(&["--replace", "--json"]));
    assert_eq!((again.code, again.error_code().as_str()), (1, "file"));
    assert_eq!(place.json(&["certificate", "list"]), before);
    // A second one is refused, and leaves no empty files behind.
    fs::remove_file(place.path("a.p12")).unwrap();
    fs::remove_file(place.path("a.txt")).unwrap();
    let second = run(&issue(&["--json"]));
    assert_eq!(second.error_code(), "activeEncryption");
    assert!(!place.path("a.p12").exists() && !place.path("a.txt").exists());
    let replaced = run(&issue(&["--replace", "--json"]));
    assert_eq!(replaced.json()["superseded"][0], before[0]["serial"]);
    // Apart from each other nothing is to be said.
    fs::create_dir(place.path("apart")).unwrap();
    let base = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate", "--replace"];
    let apart = place.run(&[&base[..], &["--p12", "b.p12", "--password-out", "apart/b.txt"]].concat());
    assert_eq!((apart.code, apart.stderr.as_str()), (0, ""));
    let signing =
        ["certificate", "issue", "alice@example.edu", "--profile", "signing", "--generate", "--p12", "s.p12", "--password-out", "s.txt"];
    assert_eq!(refused(&place, &signing), "signingKeyHere");
}
