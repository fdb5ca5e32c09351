//! What the command line says of revocations: the root's list with its key away, delta lists, addresses that last, and places to publish.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use std::fs;
use support::Place;

#[test]
fn the_roots_list_is_signed_with_the_key_from_its_file() {
    let place = Place::ready();
    fs::write(place.path("pass"), "a long passphrase for a drawer\n").unwrap();
    fs::write(place.path("wrong"), "another passphrase altogether\n").unwrap();
    assert_eq!(place.json(&["crl", "root"])["key_here"], true);
    let refused = |arguments: &[&str]| {
        let done = place.run(&[&["crl"], arguments, &["--json"]].concat());
        assert_eq!(done.code, 1, "{arguments:?}: {}{}", done.stdout, done.stderr);
        (done.error_code(), done.json()["error"]["message"].as_str().unwrap().to_owned())
    };
    // A place that cannot be written to leaves the key here, and nothing there.
    assert_eq!(refused(&["move-root-key", "nowhere/root.pem", "--passphrase-file", "pass"]).0, "validation");
    assert_eq!(place.json(&["crl", "root"])["key_here"], true);
    let moved = place.json(&["crl", "move-root-key", "root.pem", "--passphrase-file", "pass"]);
    assert_eq!((&moved["root"]["key_here"], &moved["root"]["due"]), (&json!(false), &json!(false)));
    assert!(fs::read_to_string(place.path("root.pem")).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    assert_eq!(refused(&["move-root-key", "again.pem", "--passphrase-file", "pass"]).0, "keyElsewhere");
    assert_eq!(refused(&["sign-root"]).0, "keyElsewhere");
    let before = moved["root"]["number"].as_u64().unwrap();
    let signed = place.json(&["crl", "sign-root", "--root-key", "root.pem", "--passphrase-file", "pass"]);
    assert!(signed["number"].as_u64().unwrap() > before && signed["key_here"] == false, "{signed}");
    for (file, passphrase, field) in [("root.pem", "wrong", "passphrase"), ("pass", "pass", "file"), ("nowhere", "pass", "file")] {
        let (code, message) = refused(&["sign-root", "--root-key", file, "--passphrase-file", passphrase]);
        assert!(code == "validation" && message.starts_with(&format!("{field}: ")), "{message}");
    }
    assert_eq!(place.json(&["crl", "root"])["number"], signed["number"], "refusals sign nothing");
    let words = place.run(&["crl", "root"]).stdout;
    assert!(words.contains("good until") && words.contains("elsewhere"), "{words}");
}

#[test]
fn lists_go_where_they_are_sent_and_delta_lists_only_where_they_are_wanted() {
    let place = Place::ready();
    fs::create_dir(place.path("public")).unwrap();
    let names = |published: &serde_json::Value| {
        let list = published["published"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap().to_owned());
        list.collect::<Vec<_>>()
    };
    let four = ["root.crt", "issuing.crt", "root.crl", "issuing.crl"];
    assert_eq!(names(&place.json(&["crl", "publish", "--to", "public"])), four);
    assert_eq!(place.json(&["settings", "set", "crl.delta", "yes"])["value"], "yes");
    assert_eq!(names(&place.json(&["crl", "publish", "--to", "public"])), [&four[..], &["issuing-delta.crl"]].concat());
    assert!(place.path("public/issuing-delta.crl").exists());
    assert_eq!(place.json(&["crl", "publish"]), json!({ "sent": 0, "targets": 0 }));
    assert!(place.run(&["crl", "publish"]).stdout.contains("no place to publish to"));
    let public = place.path("public");
    place.json(&["crl", "add-target", public.to_str().unwrap()]);
    assert_eq!(place.json(&["crl", "publish"]), json!({ "sent": 5, "targets": 1 }));
    for (to, code) in [("nowhere", "file"), ("http://127.0.0.1:1/pki", "publication"), ("ftp://x", "publication")] {
        assert_eq!(place.run(&["crl", "publish", "--to", to, "--json"]).error_code(), code, "{to}");
    }
}

#[test]
fn an_address_that_does_not_last_is_warned_of_and_is_not_written_into_certificates() {
    let init = |url: &str| {
        let place = Place::new();
        let arguments = [
            "init",
            "--organization",
            "O",
            "--department",
            "D",
            "--mail-domain",
            "example.edu",
            "--ca-key",
            "p256",
            "--keyring",
            "passphrase-file",
            "passphrase",
            "--status-url",
            url,
        ];
        let said = place.json(&arguments)["warnings"].clone();
        (place, said)
    };
    for url in ["http://192.168.1.5:8080", "http://laptop.local", "http://[fd00::1]:8080"] {
        let (place, said) = init(url);
        let warning = said[0].as_str().unwrap_or_default();
        assert!(warning.contains(url) && warning.contains("issued without it") && warning.contains("--status-url"), "{warning}");
        place.json(&["settings", "set", "serve.public_url", "https://localhost:8443"]);
        place.json(&["subscriber", "add", "--name", "Alice", "--mail", "alice@example.edu"]);
        place.json(&["subscriber", "validate", "alice@example.edu", "--method", "in-person", "--evidence", "card"]);
        let arguments = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate"];
        let made = place.json(&[&arguments[..], &["--p12", "a.p12", "--password-out", "a.txt"]].concat());
        let serial = made["certificate"]["serial"].as_str().unwrap();
        let der = place.command(&["certificate", "export", serial, "--format", "der"]).output().unwrap().stdout;
        assert!(!der.windows(7).any(|window| window == b"http://"), "{url}");
    }
    assert_eq!(init("http://pki.example.edu").1, json!([]));
}

#[test]
fn the_responder_stands_in_certificates_only_where_the_department_says_that_it_always_answers() {
    let place = Place::ready();
    let issue = |name: &str| {
        let (p12, password) = (format!("{name}.p12"), format!("{name}.txt"));
        let arguments = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate", "--replace"];
        let made = place.json(&[&arguments[..], &["--p12", &p12, "--password-out", &password]].concat());
        let serial = made["certificate"]["serial"].as_str().unwrap().to_owned();
        let pem = place.command(&["certificate", "export", &serial]).output().unwrap().stdout;
        let certificate = openssl::x509::X509::from_pem(&pem).unwrap();
        let responders: Vec<String> =
            certificate.ocsp_responders().map(|list| list.iter().map(|s| s.to_string()).collect()).unwrap_or_default();
        let text = String::from_utf8(certificate.to_text().unwrap()).unwrap();
        assert!(
            text.contains("http://pki.example.edu/crl/issuing.crl")
                && text.contains("CA Issuers - URI:http://pki.example.edu/ca/issuing.crt"),
            "{text}"
        );
        responders
    };
    assert_eq!(issue("one"), Vec::<String>::new(), "off by default");
    place.json(&["settings", "set", "status.ocsp_in_certificates", "yes"]);
    assert_eq!(issue("two"), ["http://pki.example.edu/ocsp/issuing"]);
}
