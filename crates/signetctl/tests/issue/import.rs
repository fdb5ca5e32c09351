//! History from elsewhere, and what is wrong with it.

use crate::{openssl, refused, support::Place};
use std::fs;

#[test]
fn history_is_imported_from_files_and_folders() {
    let place = Place::ready();
    fs::create_dir_all(place.path("old/sub")).unwrap();
    for (name, subject) in [("old/a.pem", "/CN=A"), ("old/sub/b.pem", "/CN=B")] {
        openssl(
            &place,
            &[
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "k.pem",
                "-subj",
                subject,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-addext",
                "subjectAltName=email:alice@example.edu",
                "-out",
                name,
            ],
        );
    }
    let report = place.json(&["certificate", "import", "old"]);
    assert_eq!((&report["added"], &report["of_people"], &report["there"]), (&2.into(), &2.into(), &0.into()));
    assert_eq!(place.json(&["certificate", "import", "old"])["there"], 2);
    fs::write(place.path("old/notes.txt"), "no certificate").unwrap();
    assert_eq!(refused(&place, &["certificate", "import", "old"]), "importIncomplete");
    assert_eq!(refused(&place, &["certificate", "import", "nowhere.pem"]), "file");
    assert_eq!(place.json(&["certificate", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn what_is_wrong_with_a_certificate_is_told_when_it_is_shown() {
    let place = Place::ready();
    let base = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl(&place, &[&base[..], &["-subj", "/CN=Old CA", "-keyout", "ca.key", "-out", "ca.pem"]].concat());
    let by_it = ["-subj", "/CN=Alice", "-keyout", "k.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", "old.pem"];
    openssl(&place, &[&base[..], &by_it, &["-addext", "basicConstraints=critical,CA:FALSE"]].concat());
    place.json(&["certificate", "import", "old.pem"]);
    let serial = place.json(&["certificate", "list"])[0]["serial"].as_str().unwrap().to_owned();
    let shown = place.json(&["certificate", "show", &serial]);
    let fault = "keyUsage is missing (4.2.1.3)";
    assert_eq!(shown["lint"], serde_json::json!([fault]), "that another CA issued it is none");
    assert_eq!((&shown["issued_by"], &shown["chain"]), (&serde_json::Value::Null, &serde_json::json!([])), "nobody here issued it");
    let words = place.run(&["certificate", "show", &serial]).stdout;
    assert!(words.contains("\nStored  ") && !words.contains("\nIssued "), "{words}");
    assert!(words.contains(&format!("\nfault: {fault}\n")) && words.contains("another CA's"), "{words}");
}
