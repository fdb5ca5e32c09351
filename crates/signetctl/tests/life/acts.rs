//! Held, reinstated, renewed, replaced, revoked: one, several, and everything of a device; and what waits for another account.

use crate::{csr, database, issued, status, support::Place};
use serde_json::json;
use std::fs;

#[test]
fn one_is_held_reinstated_renewed_replaced_and_revoked() {
    let place = Place::ready();
    let [serial] = issued(&place, 1).try_into().unwrap();
    let refused = |arguments: &[&str]| {
        let done = place.run(&[&["certificate"], arguments, &["--json"]].concat());
        assert_eq!(done.code, 1, "{arguments:?}: {}{}", done.stdout, done.stderr);
        done.error_code()
    };
    let foretold = place.json(&["certificate", "hold", &serial, "--dry-run"]);
    assert_eq!((&foretold["affected"][0]["after"], &foretold["breaks"]), (&json!("held"), &json!(["signedMail", "noneLeft"])));
    let words = place.run(&["certificate", "revoke", &serial, "--dry-run"]).stdout;
    assert!(words.contains("Alice Example") && words.contains("cannot be taken back") && words.contains("within 24 hours"), "{words}");
    let words = place.run(&["certificate", "revoke", &serial, "--reason", "superseded", "--dry-run"]).stdout;
    let due = "within 5 days (24 hours where the holder asks for it, never asked for the certificate, or somebody else may have";
    assert!(words.contains(due) && !words.contains("120 hours"), "{words}");
    assert_eq!(status(&place, &serial), "active", "nothing was changed");

    assert_eq!(refused(&["reinstate", &serial]), "notHeld");
    assert_eq!(place.json(&["certificate", "hold", &serial.to_lowercase()])["status"], "held");
    assert_eq!(refused(&["hold", &serial]), "alreadyHeld");
    assert_eq!(refused(&["renew", &serial]), "alreadyHeld");
    assert_eq!(place.json(&["certificate", "reinstate", &serial])["status"], "active");

    let renewed = place.json(&["certificate", "renew", &serial]);
    assert_eq!((&renewed["superseded"], status(&place, &serial)), (&json!([serial]), json!("superseded")));
    let current = renewed["certificate"]["serial"].as_str().unwrap().to_owned();
    fs::write(place.path("alice.csr"), csr()).unwrap();
    let replaced = place.json(&["certificate", "replace", &current, "--csr", "alice.csr", "--revoke", "key-compromise"]);
    assert_eq!(status(&place, &current), "revoked");
    assert_eq!(refused(&["renew", &current]), "alreadyRevoked");
    assert_eq!(refused(&["hold", &current]), "alreadyRevoked");
    assert_eq!(refused(&["reinstate", &current]), "alreadyRevoked");
    assert_eq!(refused(&["revoke", &current]), "alreadyRevoked");
    assert_eq!(refused(&["renew", "AB"]), "notFound");
    let last = replaced["certificate"]["serial"].as_str().unwrap();
    assert_eq!(place.json(&["certificate", "revoke", last, "--reason", "superseded", "--why", "no longer used"])["status"], "revoked");
    assert!(place.json(&["ledger", "verify"])["broken_at"].is_null());
}

#[test]
fn several_are_all_or_none_and_many_wait_for_another_account() {
    let place = Place::ready();
    place.json(&["settings", "set", "revoke.four_eyes_above", "2"]);
    let serials = issued(&place, 4);
    let all: Vec<&str> = serials.iter().map(String::as_str).collect();
    place.json(&["certificate", "hold", all[0], all[1]]);
    assert_eq!(place.run(&["certificate", "hold", all[2], all[0], "--json"]).error_code(), "validation");
    assert_eq!(status(&place, all[2]), "active");
    place.json(&["certificate", "reinstate", all[0], all[1]]);

    let waiting =
        place.run(&[&["certificate", "revoke", "--reason", "privilegeWithdrawn", "--why", "the end", "--json"], &all[..3]].concat());
    assert_eq!((waiting.code, waiting.error_code().as_str()), (1, "needsSecondOfficer"));
    let id = waiting.json()["waiting"]["id"].as_str().unwrap().to_owned();
    assert_eq!(place.json(&["act", "list"])[0]["count"], 3);
    assert!(place.run(&["act", "list"]).stdout.contains("rosa"));
    assert_eq!(place.run(&["act", "approve", &id, "--json"]).error_code(), "secondOfficer");
    assert_eq!(status(&place, all[0]), "active");
    // Another name in the environment makes nobody another officer.
    let mut renamed = place.command(&["act", "approve", &id, "--json"]);
    let renamed = renamed.env("USER", "otto").env("LOGNAME", "otto").env("USERNAME", "otto").output().unwrap();
    assert!(String::from_utf8_lossy(&renamed.stdout).contains("secondOfficer"));
    let approved = place.command(&["act", "approve", &id, "--json"]).env("SIGNET_TEST_ACCOUNT", "otto").output().unwrap();
    assert!(approved.status.success(), "{}", String::from_utf8_lossy(&approved.stdout));
    assert!(all[..3].iter().all(|serial| status(&place, serial) == "revoked"));
    assert_eq!(status(&place, all[3]), "active");
    assert_eq!(place.run(&["act", "approve", &id, "--json"]).error_code(), "notFound");
    assert_eq!(place.json(&["act", "list"]), json!([]));
}

#[test]
fn what_waits_is_refused_and_then_nothing_was_done() {
    let place = Place::ready();
    place.json(&["settings", "set", "revoke.four_eyes_above", "1"]);
    let [one, two] = issued(&place, 2).try_into().unwrap();
    let waiting = place.run(&["certificate", "revoke", &one, &two, "--yes", "--json"]);
    assert_eq!((waiting.code, waiting.error_code().as_str()), (1, "needsSecondOfficer"));
    let id = waiting.json()["waiting"]["id"].as_str().unwrap().to_owned();
    assert_eq!(place.run(&["act", "refuse", &id]).code, 2, "it has a reason");
    assert_eq!(place.json(&["act", "list"])[0]["id"], json!(id));
    assert_eq!(place.json(&["act", "refuse", &id, "--reason", "the wrong two"]), json!({ "id": id, "state": "refused" }));
    assert_eq!(place.json(&["act", "list"]), json!([]));
    let approved = place.command(&["act", "approve", &id, "--json"]).env("SIGNET_TEST_ACCOUNT", "otto").output().unwrap();
    assert!(!approved.status.success() && String::from_utf8_lossy(&approved.stdout).contains("notFound"));
    assert_eq!(place.run(&["act", "refuse", &id, "--reason", "again", "--json"]).error_code(), "notFound");
    assert_eq!((status(&place, &one), status(&place, &two)), (json!("active"), json!("active")));
    let sql = "SELECT details FROM ledger WHERE event = 'act.refused'";
    let details: String = database(&place).query_row(sql, [], |row| row.get(0)).unwrap();
    assert!(details.contains("the wrong two"), "{details}");
}

#[test]
fn everything_of_a_device_is_held_reinstated_and_revoked_at_once() {
    let place = Place::ready();
    let serials = issued(&place, 3);
    let (device, elsewhere) = (phone_of_alice(&place, &serials[..2]), &serials[2]);
    let of = |verb: &str| place.json(&["certificate", verb, "--device", &device]);
    assert!(place.run(&["subscriber", "show", "alice@example.edu"]).stdout.contains(&device), "where to find what to write");
    let foretold = place.json(&["certificate", "revoke", "--device", &device, "--dry-run"]);
    assert_eq!((foretold["affected"].as_array().unwrap().len(), status(&place, &serials[0])), (2, json!("active")));
    assert_eq!(of("hold")["affected"].as_array().unwrap().len(), 2);
    assert_eq!(of("reinstate")["affected"].as_array().unwrap().len(), 2);
    assert_eq!(of("revoke")["affected"].as_array().unwrap().len(), 2);
    assert!(serials[..2].iter().all(|serial| status(&place, serial) == "revoked") && status(&place, elsewhere) == "active");
    let refused = |arguments: &[&str]| place.run(&[&["certificate", "revoke", "--json"], arguments].concat()).error_code();
    assert_eq!(refused(&["--device", &device]), "validation", "nothing is left to revoke");
    assert_eq!(refused(&["--device", "01930000-0000-7000-8000-000000000000"]), "notFound");
    assert_eq!(refused(&["--device", "phone"]), "usage");
    assert_eq!(refused(&["--device", &device, elsewhere]), "usage");
    let nothing = place.run(&["certificate", "revoke", "--json"]);
    assert!(nothing.error_code() == "usage" && nothing.stdout.contains("SERIAL"), "what is missing is named: {}", nothing.stdout);
}

/// Alice's certificates as if a phone had got them.
fn phone_of_alice(place: &Place, serials: &[String]) -> String {
    let enrollment = place.json(&["invite", "alice@example.edu"])["enrollment"].as_str().unwrap().to_owned();
    let device = "01930000-0000-7000-8000-0000000000aa";
    let octets = |id: &str| id.replace('-', "");
    let database = database(place);
    let alice = place.json(&["subscriber", "show", "alice@example.edu"])["id"].as_str().unwrap().to_owned();
    let mut sql = format!(
        "INSERT INTO device (id, subscriber, udid, device_name, foreign_device_ca, first_seen, last_seen)
           VALUES (x'{}', x'{}', 'u', 'Alice''s iPhone', 0, 1, 1);
         UPDATE enrollment SET device = x'{}' WHERE id = x'{}';",
        octets(device),
        octets(&alice),
        octets(device),
        octets(&enrollment)
    );
    for serial in serials {
        sql.push_str(&format!("UPDATE certificate SET enrollment = x'{}' WHERE serial = x'{serial}';", octets(&enrollment)));
    }
    database.execute_batch(&sql).unwrap();
    device.to_owned()
}
