//! What a leaver loses, and what is recorded of it.

use crate::{issued, opened, status, support::Place};
use protocol::crl::Reason;
use ra::ports::SystemClock;
use serde_json::json;
use std::sync::Arc;

#[test]
fn a_leaver_is_shared_before_and_gets_nothing_afterwards() {
    let place = Place::ready();
    let [serial] = issued(&place, 1).try_into().unwrap();
    assert!(place.run(&["subscriber", "share", "alice@example.edu"]).stdout.starts_with("BEGIN:VCARD\r\n"));
    assert!(place.run(&["subscriber", "share", "alice@example.edu", "--format", "ldif"]).stdout.starts_with("version: 1\n"));
    let p7c = place.command(&["certificate", "export", &serial, "--format", "p7c"]).output().unwrap().stdout;
    assert_eq!(protocol::cms::read_certs_only(&p7c).unwrap().len(), 3);
    let test = place.json(&["certificate", "self-test", "alice@example.edu"]);
    assert_eq!((&test["authentication"], &test["confidentiality"]), (&json!("publicSideOnly"), &json!("noCertificate")));

    let leave = ["subscriber", "offboard", "alice@example.edu", "--successor", "Prof. Carol", "--why", "left"];
    let foretold = place.json(&[&leave[..], &["--dry-run"]].concat());
    assert_eq!(status(&place, &serial), "active");
    assert_eq!(place.json(&leave), foretold);
    assert_eq!(status(&place, &serial), "revoked");
    assert_eq!(place.run(&["invite", "alice@example.edu", "--json"]).error_code(), "mailboxNotValidated");
    assert_eq!(place.run(&["subscriber", "share", "alice@example.edu", "--json"]).code, 1);
}

#[test]
fn a_leaver_is_recorded_with_the_reason_and_until_when_keys_are_kept() {
    let place = Place::ready();
    let [serial] = issued(&place, 1).try_into().unwrap();
    let leave = |more: &[&'static str]| [&["subscriber", "offboard", "alice@example.edu", "--yes"][..], more].concat();
    let refused = place.run(&leave(&["--keep-until", "2020-01-01T00:00:00Z", "--json"]));
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    assert!(refused.stdout.contains("keep_until: this time has passed"), "{}", refused.stdout);
    assert_eq!(place.run(&leave(&["--reason", "certificateHold"])).code, 2, "nobody leaves for a while");
    assert_eq!(status(&place, &serial), "active");
    place.json(&leave(&["--reason", "cessationOfOperation", "--keep-until", "2999-12-31T00:00:00Z"]));
    assert_eq!(status(&place, &serial), "revoked");
    let operator = opened(&place, Arc::new(SystemClock));
    let left = operator.departure(operator.subscriber_by_mail("alice@example.edu").unwrap().id).unwrap().unwrap();
    let until = left.keep_until.map(|until| until.to_string());
    assert_eq!((left.reason, until.as_deref()), (Reason::CessationOfOperation, Some("2999-12-31T00:00:00Z")));
    let report = place.run(&["report", "revocations", "--format", "json"]).json();
    assert_eq!((&report["rows"][0][0], report["rows"].as_array().unwrap().len()), (&json!(left.reason), 1));
}
