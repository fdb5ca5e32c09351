//! Finding and reporting from a script.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    fs,
    process::{Command, Stdio},
};
use support::Place;

#[test]
fn certificates_are_searched_filtered_paged_and_exported() {
    let place = Place::with_department();
    let list = |more: &[&str]| {
        let value = place.json(&[&["certificate", "list", "--all"], more].concat());
        value.as_array().unwrap().iter().map(|row| row["serial"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = list(&[]);
    assert!(all.len() >= 3, "{all:?}");
    assert_eq!(list(&["--after", &all[0], "--limit", "1"]), all[1..2]);
    assert_eq!(list(&["--query", &all[1].to_lowercase()]), all[1..2]);
    assert_eq!(list(&["--query", &all[1][..10]]), all[1..2], "the beginning of a serial number");
    assert_eq!(list(&["--status", "active"]).len(), all.len());
    assert!(list(&["--status", "revoked", "--status", "held"]).is_empty());
    assert!(list(&["--expiring", "1"]).is_empty());
    assert!(list(&["--query", "no such name"]).is_empty());
    let csv = place.run(&["certificate", "list", "--all", "--format", "csv"]).stdout;
    assert_eq!(csv.lines().count(), all.len() + 1);
    let pem = place.run(&["certificate", "list", "--all", "--format", "pem"]).stdout;
    assert_eq!(pem.matches("BEGIN CERTIFICATE").count(), all.len());
    assert_eq!(place.run(&["certificate", "list", "--status", "strange"]).code, 2);
    assert_eq!(place.run(&["certificate", "list", "--after", "01", "--json"]).error_code(), "notFound");
}

#[test]
fn a_list_is_ordered_narrowed_and_written_in_every_form() {
    let place = Place::ready();
    for (name, mail) in [("Zoe Example", "zoe@example.edu"), ("Mia Example", "mia@example.edu")] {
        place.json(&["subscriber", "add", "--name", name, "--mail", mail]);
        place.json(&["subscriber", "validate", mail, "--method", "records", "--evidence", "staff list"]);
    }
    for person in ["zoe", "alice", "mia"] {
        let [mail, p12, password] = ["@example.edu", ".p12", ".txt"].map(|end| format!("{person}{end}"));
        let base = ["certificate", "issue", mail.as_str(), "--profile", "encryption", "--generate"];
        place.json(&[&base[..], &["--p12", p12.as_str(), "--password-out", password.as_str()]].concat());
    }
    let list = |more: &[&str]| place.json(&[&["certificate", "list"], more].concat()).as_array().unwrap().clone();
    let names = |more: &[&str]| {
        let name = |row: &serde_json::Value| row["subject"].as_str().unwrap().split(',').next().unwrap().to_owned();
        list(more).iter().map(name).collect::<Vec<_>>()
    };
    let [alice, mia, zoe] = ["CN=Alice Example", "CN=Mia Example", "CN=Zoe Example"];
    assert_eq!(names(&[]), [mia, alice, zoe], "the newest first");
    assert_eq!(names(&["--sort", "name"]), [alice, mia, zoe]);
    assert_eq!(names(&["--sort", "ending-first"]), [zoe, alice, mia]);
    assert_eq!(names(&["--sort", "ending-last"]), [mia, alice, zoe]);
    // A pilot issues for 90 days at most.
    assert_eq!(names(&["--expiring", "91", "--sort", "name"]), [alice, mia, zoe]);
    assert!(names(&["--expiring", "80"]).is_empty());
    assert_eq!(names(&["--profile", "encryption", "--mail", "zoe@example.edu"]), [zoe]);
    assert!(names(&["--profile", "signing"]).is_empty());
    assert_eq!(names(&["--profile", "signing", "--profile", "encryption"]).len(), 3);
    assert_eq!(list(&["--all", "--profile", "root"]).len(), 1);

    assert_eq!(place.run(&["certificate", "list", "--format", "json"]).json(), serde_json::Value::from(list(&[])));
    let p7b = place.command(&["certificate", "list", "--format", "p7b"]).output().unwrap();
    assert!(p7b.status.success());
    fs::write(place.path("all.p7b"), &p7b.stdout).unwrap();
    let mut openssl = Command::new("openssl");
    openssl.current_dir(place.path("")).args(["pkcs7", "-inform", "DER", "-in", "all.p7b", "-print_certs", "-noout"]);
    let told = openssl.stdin(Stdio::null()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&told.stdout).matches("subject=").count(), 3, "{}", String::from_utf8_lossy(&told.stderr));

    let written =
        |format: &str, columns: &str| place.run(&["certificate", "list", "--sort", "name", "--format", format, "--columns", columns]);
    let csv = written("csv", "name,person,department,key-made-by,profile").stdout;
    let expected = [
        "\"name\",\"person\",\"department\",\"key_made_by\",\"profile\"",
        "\"Alice Example\",\"Alice Example\",\"Physics\",\"signet\",\"encryption\"",
    ];
    assert_eq!(csv.lines().take(2).collect::<Vec<_>>(), expected);
    assert_eq!(csv.lines().count(), 4);
    let json = written("json", "name").json();
    assert_eq!(json, serde_json::json!([{ "name": "Alice Example" }, { "name": "Mia Example" }, { "name": "Zoe Example" }]));
    let wrong = written("csv", "name,gossip");
    assert!(wrong.code == 2 && wrong.stderr.contains("days_left"), "{}", wrong.stderr);
    assert_eq!(place.run(&["certificate", "list", "--columns", "name"]).code, 2, "of a file alone");
    for format in ["pem", "p7b"] {
        let refused = written(format, "name");
        assert!(refused.code == 2 && refused.stdout.is_empty() && refused.stderr.contains("--columns is for"), "{}", refused.stderr);
    }
}

#[test]
fn every_report_is_written_as_csv_and_json() {
    let place = Place::with_department();
    for name in ["inventory", "expiring", "coverage", "enrollments", "devices", "revocations", "validations", "actions"] {
        let json = place.run(&["report", name, "--format", "json"]);
        assert_eq!(json.code, 0, "{}", json.stderr);
        let report = json.json();
        assert_eq!(report["name"], name);
        assert!(report["ledger_hash"].as_str().is_some_and(|hash| hash.len() == 64) && report["at"].is_string());
        let csv = place.run(&["report", name]).stdout;
        assert!(csv.starts_with(&format!("\"# report\",\"{name}\"")), "{csv}");
        assert_eq!(place.json(&["report", name])["rows"], report["rows"], "with --json the one value is JSON");
    }
    let csv = place.run(&["report", "coverage", "--format", "csv", "--json"]).stdout;
    assert!(csv.starts_with("\"# report\",\"coverage\""), "whoever asks for CSV gets it: {csv}");
    let coverage = place.run(&["report", "coverage", "--format", "json"]).json();
    assert_eq!(coverage["rows"][0][0], "Alice Example");
    assert_eq!(place.run(&["report", "gossip"]).code, 2);
}

#[test]
fn a_report_is_narrowed_by_days_profile_and_time() {
    let place = Place::ready();
    for profile in ["encryption", "document"] {
        let [p12, password] = [".p12", ".txt"].map(|end| format!("{profile}{end}"));
        let base = ["certificate", "issue", "alice@example.edu", "--profile", profile, "--generate"];
        place.json(&[&base[..], &["--p12", p12.as_str(), "--password-out", password.as_str()]].concat());
    }
    let rows = |name: &str, more: &[&str]| {
        let report = place.run(&[&["report", name, "--format", "json"], more].concat()).json();
        report["rows"].as_array().unwrap().clone()
    };
    // A pilot issues for 90 days at most; 30 days are looked ahead.
    let ending = |more: &[&str]| rows("expiring", more).iter().map(|row| row[2].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(ending(&[]).is_empty() && ending(&["--days", "80"]).is_empty());
    assert_eq!(ending(&["--days", "91"]), ["encryption", "document"]);
    assert_eq!(ending(&["--days", "91", "--profile", "document"]), ["document"]);
    let inventory = rows("inventory", &["--profile", "encryption"]);
    assert_eq!((inventory.len(), &inventory[0][2]), (1, &serde_json::json!("encryption")));
    assert!(rows("inventory", &[]).len() > 2, "also our own");

    let (past, future) = ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z");
    for name in ["validations", "actions"] {
        let all = rows(name, &[]);
        assert!(!all.is_empty(), "{name}");
        assert_eq!(rows(name, &["--until", future]), all);
        assert_eq!(rows(name, &["--since", past, "--until", future]), all);
        assert!(rows(name, &["--until", past]).is_empty() && rows(name, &["--since", future]).is_empty(), "{name}");
    }
    let serial = place.json(&["certificate", "list", "--profile", "document"])[0]["serial"].as_str().unwrap().to_owned();
    place.json(&["certificate", "revoke", &serial, "--reason", "superseded", "--yes"]);
    assert_eq!(rows("revocations", &["--until", future, "--profile", "document"]).len(), 1);
    assert!(rows("revocations", &["--until", past]).is_empty() && rows("revocations", &["--profile", "encryption"]).is_empty());
    assert_eq!(place.run(&["report", "actions", "--until", "yesterday"]).code, 2);
    // What does not narrow a report is no part of the filter in its head.
    let misfits =
        [["inventory", "--since", past], ["expiring", "--until", past], ["coverage", "--days", "5"], ["devices", "--profile", "signing"]];
    for [name, option, value] in misfits {
        let refused = place.run(&["report", name, option, value]);
        let told = format!("signetctl: {}: ", option.trim_start_matches('-'));
        assert!(refused.code == 1 && refused.stdout.is_empty() && refused.stderr.starts_with(&told), "{name}: {}", refused.stderr);
    }
}

#[test]
fn a_profile_that_there_is_not_is_refused_with_those_there_are() {
    let place = Place::with_department();
    let commands: [&[&str]; 4] = [
        &["certificate", "list"],
        &["certificate", "list", "--format", "csv"],
        &["report", "inventory"],
        &["report", "expiring", "--format", "json"],
    ];
    for command in commands {
        let refused = place.run(&[command, &["--profile", "encrpytion"]].concat());
        assert!(refused.code == 1 && refused.stdout.is_empty(), "{command:?}: {}", refused.stdout);
        let told = ["signetctl: profile: ", "signing, encryption, authentication, document, functional", "profile_signer"];
        assert!(told.iter().all(|words| refused.stderr.contains(words)), "{}", refused.stderr);
        assert_eq!(place.run(&[command, &["--profile", "document"]].concat()).code, 0, "there is none yet: {command:?}");
    }
    assert_eq!(place.run(&["certificate", "list", "--profile", "encrpytion", "--json"]).error_code(), "validation");
}
