//! People and their addresses.

use crate::support::Place;
use serde_json::Value;
use std::fs;

#[test]
fn people_are_added_found_validated_and_imported() {
    let place = Place::with_department();
    let alice = place.json(&["subscriber", "show", "alice@example.edu"]);
    assert_eq!(alice["subject"], "CN=Alice Example,OU=Physics,O=Example University");
    assert_eq!(alice["mailboxes"][0]["validated_at"], Value::Null);
    let validated = place.json(&["subscriber", "validate", "alice@example.edu", "--method", "in-person", "--evidence", "staff card 4711"]);
    assert!(validated["mailboxes"][0]["validated_at"].is_string());
    assert_eq!(place.run(&["subscriber", "add", "--name", "Bob", "--mail", "alice@example.edu", "--json"]).error_code(), "mailboxTaken");
    assert_eq!(place.run(&["subscriber", "show", "nobody@example.edu", "--json"]).code, 1);

    let list = "name,mail,kind\n\"Curie, Marie\",marie@example.edu,\nOffice,office@example.edu,functional\nTwice,alice@example.edu,\n";
    fs::write(place.path("people.csv"), list).unwrap();
    let imported = place.run(&["subscriber", "import", "people.csv", "--json"]);
    let report = imported.json();
    assert_eq!((imported.code, imported.error_code().as_str()), (1, "importIncomplete"));
    assert_eq!(report["added"].as_array().unwrap().len(), 2);
    assert_eq!((&report["refused"][0]["line"], &report["refused"][0]["code"]), (&Value::from(4), &Value::from("mailboxTaken")));
    let names = place.json(&["subscriber", "list"]);
    assert_eq!(names.as_array().unwrap().len(), 3);
    assert_eq!(place.json(&["subscriber", "list", "--search", "curie"])[0]["name"], "Curie, Marie");
    assert_eq!(place.json(&["subscriber", "list", "--limit", "1"]).as_array().unwrap().len(), 1);
    assert!(place.run(&["subscriber", "list"]).stdout.contains("office@example.edu"));
}

#[test]
fn a_name_that_may_imitate_another_one_is_said_to_people_and_to_programs() {
    let place = Place::with_department();
    let warned = |said: &str, of: &str| said.lines().any(|line| line.starts_with("Beware ") && line.contains(of));
    // Its first letter is Cyrillic.
    let added = place.run(&["subscriber", "add", "--name", "\u{410}lice Example", "--mail", "alice.example@example.edu"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    for of in ["the name mixes alphabets", "the name looks like the one of Alice Example (alice@example.edu)"] {
        assert!(warned(&added.stdout, of), "{of}: {}", added.stdout);
    }
    let shown = place.run(&["subscriber", "show", "alice@example.edu"]).stdout;
    assert!(warned(&shown, "(alice.example@example.edu)") && !warned(&shown, "mixes alphabets"), "{shown}");
    let told = place.json(&["subscriber", "show", "alice.example@example.edu"]);
    assert_eq!((&told["mixed_scripts"], &told["looks_like"][0]["mail"]), (&Value::from(true), &Value::from("alice@example.edu")));

    let list = "name,mail\nBob Example,bob@example.edu\nA1ice Example,digit@example.edu\nD\u{430}vid Example,david@example.edu\n";
    fs::write(place.path("people.csv"), list).unwrap();
    let imported = place.run(&["subscriber", "import", "people.csv"]);
    assert_eq!((imported.code, imported.stdout.trim()), (0, "3 added."));
    for of in [
        "line 3: digit@example.edu: beware, the name looks like the one of Alice Example (alice@example.edu)",
        "line 4: david@example.edu: beware, the name mixes alphabets: it may imitate another one.",
    ] {
        assert!(imported.stderr.contains(of), "{of}: {}", imported.stderr);
    }
    assert!(!imported.stderr.contains("line 2:"), "{}", imported.stderr);
    fs::write(place.path("more.csv"), "name,mail\nF\u{430}y Example,fay@example.edu\n").unwrap();
    let imported = place.run(&["subscriber", "import", "more.csv", "--json"]);
    assert_eq!((imported.json()["added"][0]["mixed_scripts"].clone(), imported.stderr.as_str()), (Value::from(true), ""));
}

#[cfg(unix)]
#[test]
fn a_list_is_imported_to_its_end_also_when_nobody_reads_what_is_said_beside_it() {
    let place = Place::with_department();
    let list = "name,mail\nD\u{430}vid Example,david@example.edu\nBob Example,bob@example.edu\nTwice,alice@example.edu\n";
    fs::write(place.path("people.csv"), list).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let code = place.command(&["subscriber", "import", "people.csv"]).stderr(writer).output().unwrap().status.code();
    assert_eq!((code, place.json(&["subscriber", "list"]).as_array().unwrap().len()), (Some(1), 3));
}

#[test]
fn somebody_has_several_addresses_and_a_name_for_ever() {
    let place = Place::ready();
    let two = place.json(&["subscriber", "add-mailbox", "alice@example.edu", "a.example@example.edu"]);
    let validated: Vec<_> =
        two["mailboxes"].as_array().unwrap().iter().map(|m| (m["address"].clone(), m["validated_at"].is_null())).collect();
    assert_eq!(validated, [("alice@example.edu".into(), false), ("a.example@example.edu".into(), true)], "each is validated by itself");
    let refused = |arguments: &[&str]| place.run(&[&["subscriber"], arguments, &["--json"]].concat()).error_code();
    assert_eq!(refused(&["add-mailbox", "alice@example.edu", "a.example@example.edu"]), "mailboxTaken");
    assert_eq!(refused(&["add-mailbox", "alice@example.edu", "alice@elsewhere.org"]), "validation");
    assert_eq!(refused(&["remove", "nobody@example.edu"]), "notFound");
    let made = ["--generate", "--p12", "a.p12", "--password-out", "a.txt"];
    let serial = place.json(&[&["certificate", "issue", "alice@example.edu", "--profile", "encryption"][..], &made].concat());
    assert_eq!(refused(&["remove", "alice@example.edu"]), "activeCertificates");
    place.json(&["certificate", "revoke", serial["certificate"]["serial"].as_str().unwrap()]);
    place.json(&["subscriber", "remove", "alice@example.edu"]);
    let new = place.json(&["subscriber", "add", "--name", "Alice Example", "--mail", "alice@example.edu"]);
    assert_ne!(new["subject"], two["subject"], "somebody of the same name is somebody else");
}
