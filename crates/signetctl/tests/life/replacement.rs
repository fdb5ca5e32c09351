//! Renewal and replacement, told beforehand and done.

use crate::{csr, issued, status, support::Place};
use serde_json::json;
use std::fs;

#[test]
fn a_certificate_that_encrypts_is_replaced_with_a_key_made_here() {
    let place = Place::ready();
    let made = ["--generate", "--p12", "one.p12", "--password-out", "one.txt"];
    let first = place.json(&[&["certificate", "issue", "alice@example.edu", "--profile", "encryption"][..], &made].concat());
    let first = first["certificate"]["serial"].as_str().unwrap().to_owned();
    let refused = |arguments: &[&str]| place.run(&[&["certificate", "replace", &first], arguments, &["--json"]].concat()).error_code();
    fs::write(place.path("alice.csr"), csr()).unwrap();
    assert_eq!(refused(&["--csr", "alice.csr"]), "encryptionByScep");
    assert_eq!(refused(&made), "file", "nothing is ever overwritten");
    assert_eq!(refused(&["--generate"]), "usage");
    let two = ["--generate", "--p12", "two.p12", "--password-out", "two.txt", "--container", "legacy", "--revoke", "keyCompromise"];
    let second = place.json(&[&["certificate", "replace", &first][..], &two].concat());
    assert_eq!((status(&place, &first), &second["superseded"]), (json!("revoked"), &json!([first])));
    let password = fs::read_to_string(place.path("two.txt")).unwrap();
    let parsed = openssl::pkcs12::Pkcs12::from_der(&fs::read(place.path("two.p12")).unwrap()).unwrap().parse2(password.trim()).unwrap();
    let serial = parsed.cert.unwrap().serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string();
    assert_eq!(serial.trim_start_matches('0'), second["certificate"]["serial"].as_str().unwrap().trim_start_matches('0'));
    let [signing] = issued(&place, 1).try_into().unwrap();
    let three = ["--generate", "--p12", "three.p12", "--password-out", "three.txt", "--json"];
    assert_eq!(place.run(&[&["certificate", "replace", &signing][..], &three].concat()).error_code(), "signingKeyHere");
    assert!(!place.path("three.p12").exists() && !place.path("three.txt").exists(), "nothing half done");
}

#[test]
fn renewal_and_replacement_are_told_beforehand_and_a_dry_run_changes_nothing() {
    let place = Place::ready();
    let [serial] = issued(&place, 1).try_into().unwrap();
    let rows = || place.json(&["ledger", "verify"])["rows"].clone();
    let before = rows();
    let told = place.json(&["certificate", "renew", &serial, "--dry-run"]);
    assert_eq!((&told["name"], &told["profile"], &told["key"]), (&json!("Alice Example"), &json!("signing"), &json!("same")));
    assert_eq!((&told["old"]["before"], &told["old"]["after"]), (&json!("active"), &json!("superseded")));
    assert_eq!(told["consequences"]["breaks"], json!([]));
    let words = place.run(&["certificate", "renew", &serial, "--dry-run"]).stdout;
    assert!(
        words.contains("Alice Example") && words.contains("stays valid until it ends") && words.contains("active -> superseded"),
        "{words}"
    );
    assert!(words.contains("signing, as built in") && !words.contains("version 0"), "{words}");

    fs::write(place.path("alice.csr"), csr()).unwrap();
    let replace = ["certificate", "replace", serial.as_str(), "--csr", "alice.csr", "--revoke", "keyCompromise", "--dry-run"];
    let told = place.json(&replace);
    assert_eq!((&told["key"], &told["old"]["after"]), (&json!("requested"), &json!("revoked")));
    assert_eq!((&told["consequences"]["breaks"], &told["consequences"]["deadline_hours"]), (&json!(["signedMail"]), &json!(24)));
    let words = place.run(&replace).stdout;
    assert!(words.contains("The old one is revoked.") && words.contains("within 24 hours"), "{words}");
    let files = ["--generate", "--p12", "new.p12", "--password-out", "new.txt", "--dry-run", "--json"];
    assert_eq!(place.run(&[&["certificate", "replace", &serial][..], &files].concat()).error_code(), "signingKeyHere");
    assert_eq!((status(&place, &serial), rows()), (json!("active"), before), "nothing was written");

    let renewed = place.json(&["certificate", "renew", &serial]);
    let current = renewed["certificate"]["serial"].as_str().unwrap();
    let several = place.run(&["certificate", "renew", current, &serial, "--dry-run", "--json"]);
    assert_eq!((several.code, several.error_code().as_str()), (1, "validation"), "renewed already");
    assert_eq!(several.json()["foretold"][0]["old"]["serial"], current);
    let twice = place.run(&["certificate", "renew", current, current, "--dry-run", "--json"]);
    assert_eq!((twice.code, twice.error_code().as_str()), (1, "validation"), "by then another one has its place");
    assert_eq!(twice.json()["foretold"].as_array().unwrap().len(), 1);
    assert_eq!(status(&place, current), "active");

    let made = ["--generate", "--p12", "one.p12", "--password-out", "one.txt"];
    let first = place.json(&[&["certificate", "issue", "alice@example.edu", "--profile", "encryption"][..], &made].concat());
    let first = first["certificate"]["serial"].as_str().unwrap();
    let told = place.json(&[&["certificate", "replace", first][..], &files[..6]].concat());
    assert_eq!((&told["key"], &told["old_key_reads"]), (&json!("madeHere"), &json!(true)));
    assert!(!place.path("new.p12").exists() && !place.path("new.txt").exists(), "no file");

    // Where key and password have no place the act would be refused, and so is this.
    let without = |p12: &str, password: &str| {
        let refused =
            place.run(&["certificate", "replace", first, "--generate", "--p12", p12, "--password-out", password, "--dry-run", "--json"]);
        (refused.code, refused.error_code())
    };
    assert_eq!(without("one.p12", "new.txt"), (1, "file".to_owned()), "nothing is ever overwritten");
    assert_eq!(without("new.p12", "one.txt"), (1, "file".to_owned()));
    assert_eq!(without("new.p12", "new.p12"), (1, "file".to_owned()), "one place for two");
    assert_eq!(without("nowhere/new.p12", "new.txt"), (1, "file".to_owned()));
    assert!(place.path("one.p12").exists() && !place.path("new.p12").exists() && !place.path("new.txt").exists(), "as it was");
}

#[test]
fn what_is_on_hold_and_will_be_marked_as_replaced_is_said_so() {
    let place = Place::ready();
    let made = ["--generate", "--p12", "one.p12", "--password-out", "one.txt"];
    let first = place.json(&[&["certificate", "issue", "alice@example.edu", "--profile", "encryption"][..], &made].concat());
    let first = first["certificate"]["serial"].as_str().unwrap();
    let second = place.json(&["certificate", "replace", first, "--generate", "--p12", "two.p12", "--password-out", "two.txt"]);
    let second = second["certificate"]["serial"].as_str().unwrap();
    place.json(&["certificate", "hold", second]);
    let dry = ["certificate", "replace", first, "--generate", "--p12", "three.p12", "--password-out", "three.txt", "--dry-run"];
    let words = place.run(&dry).stdout;
    let row = words.lines().find(|line| line.starts_with(second)).unwrap_or_else(|| panic!("{words}"));
    assert!(row.contains("on hold; marked as replaced") && !row.contains("->"), "{row}");
}
