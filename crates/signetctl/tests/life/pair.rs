//! Pairs of key and certificate, proved with the file that their holder lends.

use crate::support::Place;
use openssl::{
    hash::MessageDigest,
    pkcs12::Pkcs12,
    pkey::PKey,
    rsa::Rsa,
    x509::{X509, X509ReqBuilder},
};
use serde_json::json;
use std::fs;

#[test]
fn a_pair_is_proved_with_the_file_that_its_holder_lends() {
    let place = Place::ready();
    let issue = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate"];
    place.json(&[&issue[..], &["--p12", "alice.p12", "--password-out", "alice.txt"]].concat());
    let test = |more: &[&'static str]| [&["certificate", "self-test", "alice@example.edu"], more].concat();
    assert_eq!(place.json(&test(&[]))["confidentiality"], json!("publicSideOnly"));
    let lent = place.json(&test(&["--p12", "alice.p12", "--password-file", "alice.txt"]));
    assert_eq!((&lent["confidentiality"], &lent["authentication"]), (&json!("proved"), &json!("noCertificate")));
    // Another password, another person's file, no file at all.
    std::fs::write(place.path("wrong.txt"), "sesame").unwrap();
    assert_eq!(place.run(&test(&["--p12", "alice.p12", "--password-file", "wrong.txt", "--json"])).error_code(), "validation");
    std::fs::write(place.path("not.p12"), "no PKCS#12").unwrap();
    assert_eq!(place.run(&test(&["--p12", "not.p12", "--password-file", "alice.txt", "--json"])).error_code(), "validation");
}

#[test]
fn a_pair_that_signs_is_proved_with_its_holders_file_as_long_as_its_certificate_is_valid() {
    let place = Place::ready();
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    fs::write(place.path("alice.csr"), request.build().to_der().unwrap()).unwrap();
    let issued = place.json(&["certificate", "issue", "alice@example.edu", "--profile", "signing", "--csr", "alice.csr"]);
    let serial = issued["certificate"]["serial"].as_str().unwrap();
    // As its holder's program keeps it.
    let certificate = X509::from_pem(place.run(&["certificate", "export", serial]).stdout.as_bytes()).unwrap();
    let mut file = Pkcs12::builder();
    file.name("Alice").pkey(&key).cert(&certificate);
    fs::write(place.path("alice.p12"), file.build2("sesame 4711").unwrap().to_der().unwrap()).unwrap();
    fs::write(place.path("alice.txt"), "sesame 4711\n").unwrap();
    let test = ["certificate", "self-test", "alice@example.edu", "--p12", "alice.p12", "--password-file", "alice.txt"];
    let lent = place.json(&test);
    assert_eq!([&lent["authentication"], &lent["integrity"], &lent["confidentiality"]], ["proved", "proved", "noCertificate"]);
    let words = place.run(&test).stdout;
    assert!(words.lines().any(|line| line.starts_with("Who it is") && line.ends_with("  proved")), "{words}");
    // A key of which nothing is valid any more proves nothing.
    place.json(&["certificate", "revoke", serial, "--yes"]);
    let refused = place.run(&[&test[..], &["--json"]].concat());
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    assert!(refused.stdout.contains("belongs to none of the certificates"), "{}", refused.stdout);
}
