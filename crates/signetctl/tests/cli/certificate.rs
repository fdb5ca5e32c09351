//! Certificates and lists as they are shown, exported and published.

use crate::support::Place;
use std::fs;

#[test]
fn certificates_are_listed_shown_and_exported_and_ours_are_not_revoked() {
    let place = Place::with_department();
    assert_eq!(place.json(&["certificate", "list"]), serde_json::json!([]));
    let all = place.json(&["certificate", "list", "--all"]);
    let rows = all.as_array().unwrap();
    assert_eq!(place.json(&["certificate", "list", "--all", "--limit", "2"]).as_array().unwrap().len(), 2);
    let root = rows.iter().find(|row| row["profile"] == "root").unwrap();
    let serial = root["serial"].as_str().unwrap();
    // Read in any case, with leading zeros, blanks and colons; printed as upper-case hex.
    let written = format!("00:{}", serial.to_lowercase());
    assert_eq!(place.json(&["certificate", "show", &written])["serial"], serial);
    let pem = place.run(&["certificate", "export", serial, "--json"]);
    assert!(pem.stdout.starts_with("-----BEGIN CERTIFICATE-----") && pem.stdout.lines().all(|line| line.len() <= 64));
    let der = place.command(&["certificate", "export", serial, "--format", "der"]).output().unwrap().stdout;
    assert_eq!(protocol::x509::CertificateView::from_der(&der).unwrap().serial.to_string(), serial);
    let issuing = rows.iter().find(|row| row["profile"] == "issuing").unwrap()["serial"].as_str().unwrap();
    let chain = place.run(&["certificate", "export", issuing, "--format", "chain"]).stdout;
    assert!(chain.matches("BEGIN CERTIFICATE").count() >= 2, "{chain}");
    assert_eq!(place.run(&["certificate", "revoke", issuing, "--reason", "key-compromise", "--json"]).code, 1);
    assert_eq!(place.run(&["certificate", "show", "AB", "--json"]).error_code(), "notFound");
}

#[test]
fn lists_are_published_and_the_ledger_is_whole() {
    let place = Place::with_department();
    fs::create_dir(place.path("web")).unwrap();
    assert_eq!(place.json(&["crl", "publish", "--to", "web"])["published"].as_array().unwrap().len(), 4);
    for name in ["root.crl", "issuing.crl", "root.crt", "issuing.crt"] {
        assert_eq!(fs::read(place.path("web").join(name)).unwrap()[0], 0x30, "{name} is DER");
    }
    assert_eq!(fs::read_dir(place.path("web")).unwrap().count(), 4, "nothing else is left");
    assert_eq!(place.run(&["crl", "publish", "--to", "nowhere", "--json"]).error_code(), "file");
    let verified = place.json(&["ledger", "verify"]);
    assert!(verified["rows"].as_u64().unwrap() >= 2 && verified["broken_at"].is_null());
}
