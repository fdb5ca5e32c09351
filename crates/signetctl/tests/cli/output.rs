//! What is printed: line by line for programs, and for a reader that has gone.

use crate::support::Place;
#[cfg(unix)]
use crate::support::done;
use protocol::Timestamp;
use ra::ports::{Clock, SystemClock};
use serde_json::Value;
use std::{collections::BTreeSet, process::Stdio};

#[cfg(unix)]
#[test]
fn a_reader_that_has_gone_is_no_failure_unless_something_is_shown_only_once() {
    let place = Place::ready();
    let unread = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        done(place.command(arguments).stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap())
    };
    assert_eq!(unread(&["subscriber", "list"]).code, 0);
    let lost = unread(&["invite", "alice@example.edu"]);
    assert_eq!(lost.code, 1);
    assert!(lost.stderr.contains("signetctl enrollment resend"), "{}", lost.stderr);
    assert_eq!(unread(&["invite", "alice@example.edu", "--json"]).code, 1);
    assert_eq!(unread(&["scep", "challenge", "alice@example.edu", "--profile", "authentication"]).code, 1);
}

#[test]
fn challenges_are_lines_of_json() {
    let place = Place::ready();
    let before = SystemClock.now();
    let done = place.run(&["scep", "challenge", "alice@example.edu", "--profile", "signing", "--count", "3"]);
    let after = SystemClock.now();
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((done.code, lines.len()), (0, 3), "{}", done.stderr);
    assert_eq!(lines[0]["subject"], serde_json::json!([[["O", "Example University"]], [["OU", "Physics"]], [["CN", "Alice Example"]]]));
    assert_eq!(lines[0]["san"], serde_json::json!({ "rfc822Name": "alice@example.edu" }));
    assert_eq!(lines[0]["url"], "http://pki.example.edu/scep/signet");
    let days = 7 * Timestamp::DAY;
    for line in &lines {
        assert_eq!(done.stdout.matches(line["challenge"].as_str().unwrap()).count(), 1, "each is another one, and stands once");
        let keys: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(["challenge", "subject", "san", "usage", "url", "expires_at"]));
        assert_eq!(line["usage"], 1, "it signs");
        let ends = Timestamp::parse(line["expires_at"].as_str().unwrap()).unwrap();
        assert!((before.plus(days)..=after.plus(days)).contains(&ends), "{ends}");
    }
    assert_eq!(place.json(&["scep", "challenge", "alice@example.edu", "--profile", "authentication"])["usage"], 5, "it does both");
    let refused = place.run(&["scep", "challenge", "alice@example.edu", "--profile", "encryption", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "encryptionByScep"));
    assert_eq!(place.json(&["scep", "pending"]), serde_json::json!([]));
    let nobody = "01942f00-0000-7000-8000-000000000000";
    assert_eq!(place.run(&["scep", "approve", nobody, "--json"]).error_code(), "notFound");
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let place = Place::ready();
    let serial = place.json(&["certificate", "list", "--all"])[0]["serial"].as_str().unwrap().to_owned();
    let answers: [&[&str]; 8] = [
        &["certificate", "list", "--all"],
        &["certificate", "list", "--all", "--json"],
        &["certificate", "list", "--all", "--format", "csv"],
        &["certificate", "export", &serial],
        &["certificate", "show", &serial],
        &["subscriber", "list"],
        &["report", "inventory", "--format", "csv"],
        &["settings", "get"],
    ];
    for arguments in answers {
        let mut child = place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take()); // before it has anything to say
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.is_empty(), "{arguments:?}: {} {said}", done.status);
    }
    // A refusal stays one.
    let mut child = place.command(&["certificate", "show", "00FF", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
