//! What is perhaps lost: held, and revoked on its day.

use crate::{csr, database, issued, opened, status, support::Place};
use ra::{
    ports::{Clock, FixedClock, SystemClock},
    profile::ProfileName,
};
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn what_is_perhaps_lost_is_on_hold_and_revoked_on_its_day_unless_it_turned_up() {
    let place = Place::ready();
    place.json(&["settings", "set", "revoke.maybe_lost_days", "2"]);
    let [found, lost, held] = issued(&place, 3).try_into().unwrap();
    let told = place.json(&["certificate", "hold", &found, &lost, "--maybe-lost", "--dry-run"]);
    assert!(told["final_at"].is_string() && told["undoable"] == true && told["affected"][0]["after"] == "held", "{told}");
    assert_eq!(status(&place, &lost), "active", "a dry run");
    let words = place.run(&["certificate", "hold", &found, &lost, "--maybe-lost"]).stdout;
    assert!(
        words.contains("the hold becomes a revocation, unless it is reinstated before") && words.contains("can be taken back"),
        "{words}"
    );
    assert_eq!(place.json(&["certificate", "hold", &held])["status"], "held");
    let ends = || -> Vec<(String, i64)> {
        let database = database(&place);
        let mut statement = database.prepare("SELECT hex(serial), final_at - since FROM hold_deadline ORDER BY 1").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let mut both = vec![(found.clone(), 2 * 86_400), (lost.clone(), 2 * 86_400)];
    both.sort();
    assert_eq!(ends(), both, "a plain hold has no end");
    let sql = "SELECT final_at FROM hold_deadline ORDER BY serial";
    let end = protocol::Timestamp(database(&place).query_row(sql, [], |row| row.get(0)).unwrap()).to_string();
    let told = |serial: &str| place.json(&["certificate", "show", serial])["revoked_unless_reinstated_at"].clone();
    assert_eq!((told(&lost), told(&found), told(&held)), (json!(end), json!(end), Value::Null));
    let words = |serial: &str| place.run(&["certificate", "show", serial]).stdout;
    let line = format!("\nAt {end} the hold becomes a revocation, unless it is reinstated before.\n");
    assert!(words(&lost).contains(&line) && !words(&held).contains("becomes a revocation"), "{}{}", words(&lost), words(&held));
    assert_eq!(place.json(&["certificate", "reinstate", &found])["status"], "active");
    assert_eq!(ends(), [(lost.clone(), 2 * 86_400)]);
    assert_eq!(told(&found), Value::Null, "it turned up");

    let all = || [&found, &lost, &held].map(|serial| status(&place, serial));
    let passed = |seconds: i64| opened(&place, Arc::new(FixedClock::at(SystemClock.now().0 + seconds))).tidy().unwrap();
    passed(86_400);
    assert_eq!(all(), [json!("active"), json!("held"), json!("held")], "the second day");
    passed(2 * 86_400 + 60);
    assert_eq!(all(), [json!("active"), json!("revoked"), json!("held")]);
    assert!(told(&lost).is_null() && !words(&lost).contains("becomes a revocation"), "{}", words(&lost));
    assert_eq!(place.json(&["certificate", "list", "--status", "revoked"])[0]["serial"], json!(lost));
}

#[test]
fn of_one_that_is_perhaps_lost_the_day_is_told_and_of_a_key_all_its_certificates() {
    let place = Place::ready();
    let [one] = issued(&place, 1).try_into().unwrap();
    let words = |arguments: &[&str]| place.run(&[&["certificate"][..], arguments].concat()).stdout;
    let day = "the hold becomes a revocation, unless it is reinstated before.";
    let told = words(&["hold", &one, "--maybe-lost"]);
    assert!(told.contains("Valid until") && told.trim_end().ends_with(day), "{told}");
    let told = words(&["reinstate", &one]);
    assert!(told.contains("Valid until") && !told.contains(day), "{told}");

    let twins: Vec<_> = {
        let (operator, request) = (opened(&place, Arc::new(SystemClock)), csr());
        let issue = || operator.issue_from_csr("alice@example.edu", ProfileName::Signing, &request).unwrap();
        (0..2).map(|_| issue().certificate.serial).collect()
    };
    let both = |told: &str| twins.iter().all(|serial| told.contains(serial.as_str()));
    let told = words(&["hold", &twins[0], "--maybe-lost"]);
    assert!(both(&told) && told.contains(day), "{told}");
    assert_eq!(place.json(&["certificate", "reinstate", &twins[0]])["status"], "active", "a program gets what it named");
    let told = words(&["revoke", &twins[0], "--reason", "keyCompromise"]);
    assert!(both(&told) && told.contains("This cannot be taken back."), "{told}");
    assert_eq!((status(&place, &twins[1]), status(&place, &one)), (json!("revoked"), json!("active")));
}
