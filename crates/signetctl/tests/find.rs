//! Finding and reporting from a script.
#![allow(clippy::unwrap_used)]

mod support;

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
    let mut by_name = list(&["--sort", "name"]);
    by_name.sort();
    let mut sorted = all.clone();
    sorted.sort();
    assert_eq!(by_name, sorted);
    let csv = place.run(&["certificate", "list", "--all", "--format", "csv"]).stdout;
    assert_eq!(csv.lines().count(), all.len() + 1);
    let pem = place.run(&["certificate", "list", "--all", "--format", "pem"]).stdout;
    assert_eq!(pem.matches("BEGIN CERTIFICATE").count(), all.len());
    assert_eq!(place.run(&["certificate", "list", "--status", "strange"]).code, 2);
    assert_eq!(place.run(&["certificate", "list", "--after", "01", "--json"]).error_code(), "notFound");
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
        let csv = place.run(&["report", name, "--since", "2020-01-01T00:00:00Z"]).stdout;
        assert!(csv.starts_with(&format!("\"# report\",\"{name}\"")), "{csv}");
    }
    let coverage = place.run(&["report", "coverage", "--format", "json"]).json();
    assert_eq!(coverage["rows"][0][0], "Alice Example");
    assert_eq!(place.run(&["report", "gossip"]).code, 2);
}
