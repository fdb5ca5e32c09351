//! `signetctl department`, and every command that can name one.
#![allow(clippy::unwrap_used, dead_code)]

mod support;

use serde_json::json;
use std::fs;
use support::Place;

/// Physics with Alice, and Chemistry with Bob.
fn two() -> Place {
    let place = Place::ready();
    place.json(&["department", "add", "--name", "Chemistry", "--mail-domain", "example.edu"]);
    place.json(&["subscriber", "add", "--name", "Bob Example", "--mail", "bob@example.edu", "--department", "chemistry"]);
    place.json(&["subscriber", "validate", "bob@example.edu", "--method", "records", "--evidence", "personnel file"]);
    place
}

#[test]
fn departments_are_added_listed_shown_and_renamed() {
    let place = Place::with_department();
    assert_eq!(place.json(&["subscriber", "show", "alice@example.edu"])["department"], "Physics");
    let made = place.json(&["department", "add", "--name", "Chemistry", "--mail-domain", "example.edu"]);
    assert_eq!((&made["department"], &made["pilot"], &made["escrow"]["enabled"]), (&json!("Chemistry"), &json!(true), &json!(false)));
    let foreign = place.run(&["department", "add", "--name", "Alchemy", "--mail-domain", "example.org", "--json"]);
    assert_eq!((foreign.code, foreign.error_code().as_str()), (1, "validation"));
    assert!(foreign.stdout.contains("example.org") && foreign.stdout.contains("another folder"), "{}", foreign.stdout);
    let taken = place.run(&["department", "add", "--name", "chemistry", "--mail-domain", "example.edu", "--json"]);
    assert_eq!(taken.error_code(), "departmentTaken");
    let renamed = place.json(&["department", "rename", "Chemistry", "Chemistry and Pharmacy"]);
    assert_eq!((&renamed["department"], &renamed["certified_name"]), (&json!("Chemistry and Pharmacy"), &json!("Chemistry")));
    let all = place.json(&["department", "list"]);
    let names: Vec<_> = all.as_array().unwrap().iter().map(|one| one["department"].as_str().unwrap()).collect();
    assert_eq!(names, ["Physics", "Chemistry and Pharmacy"]);
    let table = place.run(&["department", "list"]).stdout;
    assert!(table.contains("ESCROW") && table.contains("nobody has decided yet"), "{table}");
    assert_eq!(place.json(&["department", "show", "Chemistry"])["department"], "Chemistry and Pharmacy");
    assert_eq!(place.run(&["department", "show", "--json"]).error_code(), "whichDepartment");
    assert_eq!(place.run(&["department", "show", "Alchemy", "--json"]).error_code(), "notFound");
}

#[test]
fn mail_domains_and_the_organizations_name_are_changed_within_the_rules() {
    let place = Place::with_department();
    let refused = place.run(&["department", "domains", "--mail-domain", "example.edu", "--mail-domain", "example.org", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    assert!(refused.stdout.contains("example.org") && refused.stdout.contains("another folder"), "{}", refused.stdout);
    let same = place.json(&["department", "domains", "Physics", "--mail-domain", "example.edu"]);
    assert_eq!(same["mail_domains"], json!(["example.edu"]));
    assert_eq!(place.run(&["department", "domains", "Physics"]).code, 2);
    let renamed = place.json(&["department", "organization", "Example Institute"]);
    assert_eq!(renamed, json!({ "organization": "Example Institute", "certified_organization": "Example University" }));
    assert!(place.run(&["department", "show"]).stdout.contains("Example Institute (in certificates: Example University)"));
    assert_eq!(place.run(&["department", "organization", "", "--json"]).error_code(), "validation");
    assert_eq!(place.run(&["ledger", "verify"]).code, 0);
}

#[test]
fn reports_are_narrowed_to_a_department() {
    let place = two();
    let names = |more: &[&str]| {
        let report = place.run(&[&["report", "coverage", "--format", "json"], more].concat()).json();
        let rows = report["rows"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        (report["department"].as_str().unwrap().to_owned(), rows)
    };
    assert_eq!(names(&[]).1, ["Alice Example", "Bob Example"]);
    assert_eq!(names(&["--department", "chemistry"]), ("Chemistry".into(), vec!["Bob Example".into()]));
    let refused = place.run(&["report", "actions", "--department", "Chemistry"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("whole folder"), "{}", refused.stderr);
    assert_eq!(place.run(&["report", "coverage", "--department", "Alchemy"]).code, 1);
}

#[test]
fn settings_are_inherited_set_left_out_and_reset() {
    let place = two();
    let get = |key: &str, more: &[&str]| place.json(&[&["settings", "get", key], more].concat());
    place.json(&["settings", "set", "wifi.ssid", "campus", "--organization"]);
    let inherited = get("wifi.ssid", &["--department", "Chemistry"]);
    assert_eq!((&inherited["value"], &inherited["source"]), (&json!("campus"), &json!("organization")));
    place.json(&["settings", "set", "wifi.ssid", "lab", "--department", "Chemistry"]);
    let own = get("wifi.ssid", &["--department", "Chemistry"]);
    assert_eq!((&own["value"], &own["source"], &own["inherited"]), (&json!("lab"), &json!("department"), &json!("campus")));
    assert_eq!(get("wifi.ssid", &["--department", "Physics"])["value"], "campus");
    place.json(&["settings", "set", "wifi.ssid", "--none", "--department", "Chemistry"]);
    assert_eq!(get("wifi.ssid", &["--department", "Chemistry"])["value"], "");
    place.json(&["settings", "set", "wifi.ssid", "", "--department", "Chemistry"]);
    assert_eq!(get("wifi.ssid", &["--department", "Chemistry"])["value"], "campus");
    // What all share goes to the organization unless a department is named, which is refused.
    place.json(&["settings", "set", "scep.legacy", "yes"]);
    assert_eq!(get("scep.legacy", &["--department", "Chemistry"])["value"], "yes");
    let refused = place.run(&["settings", "set", "scep.legacy", "no", "--department", "Chemistry", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "organizationOnly"));
    assert_eq!(place.run(&["settings", "set", "wifi.ssid", "x", "--json"]).error_code(), "whichDepartment");
    assert_eq!(get("wifi.ssid", &[])["value"], "campus", "with none named the organization's");
    assert_eq!(place.run(&["settings", "get", "--organization", "--department", "Physics"]).code, 2);
}

#[test]
fn policies_and_issuing_are_each_departments_own() {
    let place = two();
    assert_eq!(place.run(&["policy", "show", "--json"]).error_code(), "whichDepartment");
    for gate in place.json(&["policy", "gates", "--department", "Physics"]).as_array().unwrap() {
        let gate = gate["gate"].as_str().unwrap();
        place.json(&["policy", "gate", gate, "--overridden-by", "Rosa", "--reason", "tried", "--department", "Physics"]);
    }
    place.json(&["policy", "production", "--department", "Physics"]);
    assert_eq!(place.json(&["policy", "show", "--department", "Physics"])["stage"], "production");
    assert_eq!(place.json(&["policy", "show", "--department", "Chemistry"])["stage"], "pilot");
    place.json(&["policy", "set", "encryption", "days=500", "--organization"]);
    place.json(&["policy", "set", "encryption", "days=60", "--department", "Chemistry"]);
    let days = |place: &Place, more: &[&str]| place.json(&[&["policy", "show", "encryption"], more].concat())["definition"]["days"].clone();
    assert_eq!((days(&place, &["--organization"]), days(&place, &["--department", "Physics"])), (json!(500), json!(500)));
    assert_eq!(days(&place, &["--department", "Chemistry"]), 60);
    let shared = place.json(&["policy", "show", "--organization"]);
    assert_eq!((shared["profiles"].as_array().unwrap().len(), shared["stage"].is_null()), (5, true));

    fs::write(place.path("staff.csv"), "mail\nalice@example.edu\nbob@example.edu\n").unwrap();
    let batch = ["issue-batch", "staff.csv", "--bundle", "encryption", "--out", "out"];
    assert_eq!(place.run(&[&batch[..], &["--json"]].concat()).error_code(), "whichDepartment");
    let done = place.run(&[&batch[..], &["--department", "Chemistry", "--json"]].concat());
    assert_eq!(done.error_code(), "batchIncomplete", "Alice is of another department");
    assert_eq!(done.json()["batch"]["delivered"], 1);
    let mine = place.json(&["certificate", "list", "--department", "Chemistry"]);
    assert_eq!((mine.as_array().unwrap().len(), &mine[0]["subject"]), (1, &json!("CN=Bob Example,OU=Chemistry,O=Example University")));
    assert_eq!(place.json(&["certificate", "list", "--department", "Physics"]), json!([]));
}

#[test]
fn people_are_imported_into_departments_listed_by_them_and_moved() {
    let place = two();
    let list = "name,mail,department\nCarol,carol@example.edu,Chemistry\nDan,dan@example.edu,\nEve,eve@example.edu,Alchemy\n";
    fs::write(place.path("people.csv"), list).unwrap();
    let done = place.run(&["subscriber", "import", "people.csv", "--department", "Physics", "--json"]);
    assert_eq!(done.error_code(), "importIncomplete");
    let imported = done.json();
    let added: Vec<_> = imported["added"].as_array().unwrap().iter().map(|one| (one["name"].clone(), one["department"].clone())).collect();
    assert_eq!(added, [(json!("Carol"), json!("Chemistry")), (json!("Dan"), json!("Physics"))]);
    assert_eq!((&imported["refused"][0]["line"], &imported["refused"][0]["code"]), (&json!(4), &json!("notFound")));
    let chemists = place.json(&["subscriber", "list", "--department", "Chemistry"]);
    assert_eq!(chemists.as_array().unwrap().len(), 2);
    let refused = place.run(&["subscriber", "add", "--name", "Fay", "--mail", "fay@example.edu", "--json"]);
    assert_eq!(refused.error_code(), "whichDepartment");
    let moved = place.json(&["subscriber", "move", "bob@example.edu", "--department", "Physics"]);
    assert_eq!((&moved["department"], &moved["subject"]), (&json!("Physics"), &json!("CN=Bob Example,OU=Physics,O=Example University")));
    assert_eq!(place.run(&["ledger", "verify"]).code, 0);
}
