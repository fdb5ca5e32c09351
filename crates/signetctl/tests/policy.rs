//! `signetctl policy` as a script uses it.
#![allow(clippy::unwrap_used, dead_code)]

mod support;

use serde_json::json;
use std::fs;
use support::Place;

#[test]
fn a_profile_is_shown_changed_and_inherited_again() {
    let place = Place::with_department();
    let all = place.json(&["policy", "show"]);
    assert_eq!((&all["stage"], &all["escrow"]["enabled"]), (&json!("pilot"), &json!(false)));
    assert_eq!(all["profiles"].as_array().unwrap().len(), 5);
    assert_eq!(all["gates"].as_array().unwrap().len(), 12);
    assert_eq!(place.json(&["policy", "show", "signing"])["definition"]["days"], 730);

    let set = [
        "policy",
        "set",
        "signing",
        "days=365",
        "renewal-days=30",
        "approval=officer",
        "policies=1.3.6.1.4.1.32473.1 https://pki.example.edu/cps",
    ];
    let saved = place.json(&set);
    assert_eq!((&saved["version"], &saved["source"]), (&json!(1), &json!("department")));
    assert_eq!(saved["definition"]["policies"], json!([{ "oid": "1.3.6.1.4.1.32473.1", "cps": "https://pki.example.edu/cps" }]));
    assert_eq!((&saved["definition"]["days"], &saved["definition"]["approval"]), (&json!(365), &json!("officer")));

    // What `show` prints can be given back, for the organization too.
    let mut definition = saved["definition"].clone();
    definition["days"] = json!(100);
    fs::write(place.path("signing.json"), definition.to_string()).unwrap();
    place.json(&["policy", "set", "signing", "--file", "signing.json", "--organization"]);
    assert_eq!(place.json(&["policy", "show", "signing"])["definition"]["days"], 365, "the department's own counts");
    let inherited = place.json(&["policy", "inherit", "signing"]);
    assert_eq!((&inherited["source"], &inherited["definition"]["days"]), (&json!("organization"), &json!(100)));
    assert_eq!(place.json(&["policy", "history", "signing"]).as_array().unwrap().len(), 2);
    assert!(place.run(&["policy", "show"]).stdout.starts_with("PILOT"));
}

#[test]
fn a_cps_is_registered_inherited_and_shown() {
    let place = Place::with_department();
    assert!(place.run(&["policy", "show"]).stdout.contains("No CPS is registered"));
    place.json(&["settings", "set", "cps.version", "2.1", "--organization"]);
    place.json(&["settings", "set", "cps.url", "https://pki.example.edu/cps"]);
    let registered = json!({ "version": "2.1", "url": "https://pki.example.edu/cps", "oid": null, "since": null });
    assert_eq!(place.json(&["policy", "show"])["cps"], registered);
    assert!(place.run(&["policy", "show"]).stdout.contains("CPS: version 2.1, https://pki.example.edu/cps\n"));
    assert_eq!(place.json(&["policy", "show", "--organization"])["cps"]["url"], json!(null), "that is the department's own");
    let together = |words: &[&str]| place.run(&[&["settings", "set", "cps.version", "3.0"], words, &["--json"]].concat());
    for (words, code) in [
        (&["cps.since", "2026-01-02", "cps.url", "pki.example.edu"][..], "validation"),
        (&["cps.url"], "validation"),
        (&["scep.legacy", "yes"], "validation"),
        (&["no.such", "x"], "notFound"),
        (&["removal.password", "sesame 4711"], "secretAsArgument"),
    ] {
        assert_eq!(together(words).error_code(), code, "{words:?}");
        assert_eq!(place.json(&["policy", "show"])["cps"], registered, "all or none: {words:?}");
    }
    let set = ["settings", "set", "cps.version", "3.0", "cps.url", ""];
    assert_eq!(place.json(&set), json!({ "cps.version": "3.0", "cps.url": "" }));
    assert_eq!(place.json(&["policy", "show"])["cps"], json!({ "version": "3.0", "url": null, "oid": null, "since": null }));
    place.json(&["settings", "set", "cps.version", "2.1", "cps.url", "https://pki.example.edu/cps", "--organization"]);
    assert_eq!(place.run(&["settings", "set", "cps.version", "2.1", "cps.url", "https://pki.example.edu/cps"]).stdout.lines().count(), 2);
    // A policy that the CPS gives is missed no longer.
    let advised = |command: &[&str]| {
        let findings = place.json(command)["findings"].clone();
        findings.as_array().unwrap().iter().any(|finding| finding["field"] == "policies")
    };
    assert!(advised(&["policy", "show", "signing"]) && advised(&["policy", "set", "signing", "days=365"]));
    place.json(&["settings", "set", "cps.oid", "1.3.6.1.4.1.32473.1"]);
    assert!(!advised(&["policy", "show", "signing"]) && !advised(&["policy", "set", "signing", "days=364"]));
    assert!(advised(&["policy", "show", "signing", "--organization"]));
    for (key, wrong) in [("cps.oid", "2.5.29.32.0"), ("cps.url", "pki.example.edu"), ("cps.since", "2999-01-01")] {
        assert_eq!(place.run(&["settings", "set", key, wrong, "--json"]).error_code(), "validation", "{key}");
    }
}

#[test]
fn what_cannot_be_saved_is_refused_with_the_field_and_what_to_do() {
    let place = Place::with_department();
    for (fields, says) in [
        (&["escrow=by-policy"][..], "escrow: a key that signs is never escrowed"),
        (&["usage=digitalSignature,keyEncipherment"], "usage: a signing key signs"),
        (&["days=0"], "days: give 1"),
        (&["days=many"], "days is a number"),
        (&["days"], "not FIELD=VALUE"),
        (&["colour=blue"], "unknown field"),
        (&["usage=cRLSign"], "unknown variant"),
        (&["offered=perhaps"], "offered is yes or no"),
        (&["purposes=1.3.6.1.5.5.7.3.4,2.5.29.37.0"], "anyExtendedKeyUsage"),
    ] {
        let refused = place.run(&[&["policy", "set", "signing", "--json"], fields].concat());
        assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"), "{fields:?}");
        assert!(refused.stdout.contains(says), "{fields:?}: {}", refused.stdout);
    }
    let refused = place.run(&["policy", "set", "functional", "usage=digitalSignature,keyEncipherment", "escrow=by-policy", "--json"]);
    assert!(refused.code == 1 && refused.stdout.contains("exception"), "{}", refused.stdout);
    let both = [
        "policy",
        "set",
        "functional",
        "usage=digitalSignature,keyEncipherment",
        "escrow=by-policy",
        "exception=Dean: the old mail system",
    ];
    assert_eq!(place.json(&both)["definition"]["exception"], json!({ "name": "Dean", "reason": "the old mail system" }));
    assert_eq!(place.run(&["policy", "set", "signing"]).code, 2, "nothing to set");
    assert_eq!(place.run(&["policy", "set", "signing", "--file", "missing.json", "--json"]).error_code(), "file");
    assert_eq!(place.json(&["policy", "show", "signing"])["version"], 0, "nothing was saved");
}

#[test]
fn a_pilot_becomes_production_through_its_gates() {
    let place = Place::with_department();
    assert_eq!(place.run(&["policy", "production", "--json"]).error_code(), "gatesClosed");
    let decision = json!({
        "answers": { "signing_only": false, "authentication_only": false, "real_time": true, "future_access": false, "long_lived": false },
        "enabled": false, "decided_by": "The dean", "reason": "Nothing is kept encrypted",
    });
    fs::write(place.path("escrow.json"), decision.to_string()).unwrap();
    let escrow = place.json(&["policy", "escrow", "--file", "escrow.json"]);
    assert_eq!((&escrow["enabled"], &escrow["decision"]["recommendation"]), (&json!(false), &json!("no-escrow")));
    assert!(place.run(&["policy", "escrow"]).stdout.contains("Nothing is kept encrypted"));

    place.json(&["policy", "gate", "guide", "--answer", "read-by=Rosa Ruiz"]);
    assert_eq!(place.run(&["policy", "gate", "team", "--answer", "members=Rosa", "--json"]).error_code(), "validation");
    assert_eq!(place.run(&["policy", "gate", "team", "--overridden-by", "Rosa"]).code, 2, "an override has a reason");
    let gates = place.json(&["policy", "gates"]);
    for gate in gates.as_array().unwrap().iter().filter(|gate| gate["state"] == "open") {
        place.json(&["policy", "gate", gate["gate"].as_str().unwrap(), "--overridden-by", "Rosa Ruiz", "--reason", "tried in the test"]);
    }
    let gates = place.json(&["policy", "gates"]);
    let state = |name: &str| gates.as_array().unwrap().iter().find(|gate| gate["gate"] == name).unwrap()["state"].clone();
    assert_eq!((state("escrow"), state("key-plan"), state("guide")), (json!("decided"), json!("not-needed"), json!("done")));
    assert_eq!(state("life-cycle.signing"), json!("overridden"));
    place.json(&["policy", "production"]);
    assert_eq!(place.json(&["policy", "show"])["stage"], "production");
    place.json(&["policy", "pilot", "--reason", "the audit found gaps"]);
    assert_eq!(place.json(&["policy", "show"])["stage"], "pilot");
    assert_eq!(place.run(&["ledger", "verify"]).code, 0);
}

#[test]
fn a_gate_that_was_passed_is_opened_again() {
    let place = Place::with_department();
    let state = |gates: &serde_json::Value, name: &str| {
        gates.as_array().unwrap().iter().find(|gate| gate["gate"] == name).unwrap_or_else(|| panic!("{gates}"))["state"].clone()
    };
    let done = place.json(&["policy", "gate", "guide", "--answer", "read-by=Rosa Ruiz"]);
    let overridden = place.json(&["policy", "gate", "team", "--overridden-by", "Rosa Ruiz", "--reason", "one officer"]);
    assert_eq!((state(&done, "guide"), state(&overridden, "team")), (json!("done"), json!("overridden")));
    assert!(place.run(&["policy", "gates"]).stdout.contains("one officer"));
    let reopened = place.json(&["policy", "gate", "team", "--reopen"]);
    assert_eq!((state(&reopened, "guide"), state(&reopened, "team")), (json!("done"), json!("open")), "that one alone");
    assert_eq!(state(&place.json(&["policy", "gate", "guide", "--reopen"]), "guide"), "open");
    assert!(!place.run(&["policy", "gates"]).stdout.contains("one officer"), "what was written down is taken back");
    assert_eq!(place.run(&["policy", "gate", "guide", "--reopen", "--answer", "read-by=Rosa"]).code, 2);
    assert_eq!(place.run(&["policy", "gate", "guide", "--reopen", "--overridden-by", "Rosa", "--reason", "x"]).code, 2);
}

#[test]
fn the_plan_for_decryption_keys_is_made_signed_and_out_of_date() {
    let place = Place::with_department();
    let adviser = |role: &str| json!({ "name": "Dr. Kim", "role": role, "on": "2026-11-20", "opinion": "Sound." });
    let decision = json!({
        "answers": { "signing_only": false, "authentication_only": false, "real_time": false, "future_access": true, "long_lived": false },
        "enabled": true, "decided_by": "The dean", "reason": "The archive", "advisers": [adviser("technical"), adviser("legal")],
    });
    fs::write(place.path("escrow.json"), decision.to_string()).unwrap();
    place.json(&["policy", "escrow", "--file", "escrow.json"]);
    assert_eq!(place.run(&["policy", "plan", "--json"]).error_code(), "notFound");
    let answers = |threshold: &str| {
        let mut arguments: Vec<String> = ["policy", "gate", "key-plan", "--json"].map(str::to_owned).into();
        for answer in [
            "custodians=Prof. Laurent, dean: safe\nDr. Kim: archive\nMe Dubois: bank",
            &format!("threshold={threshold}"),
            "rotation=60",
            "first-drill=2027-01-15",
            "drills=6",
            "succession=Hand it over",
            "loss=Tell Rosa",
        ] {
            arguments.extend(["--answer".to_owned(), answer.to_owned()]);
        }
        place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let refused = answers("4");
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    assert!(refused.stdout.contains("from 2 to 3"), "{}", refused.stdout);
    assert_eq!(answers("2").code, 0);

    let plan = place.json(&["policy", "plan", "--signed", "plan.p7m"]);
    assert_eq!((&plan["number"], &plan["current"], plan["versions"].as_array().unwrap().len()), (&json!(1), &json!(true), 1));
    let root = place.run(&["certificate", "list", "--all", "--format", "pem"]).stdout;
    fs::write(place.path("all.pem"), root).unwrap();
    let verify = ["cms", "-verify", "-inform", "DER", "-in", "plan.p7m", "-CAfile", "all.pem", "-out", "plan.txt"];
    let status = std::process::Command::new("openssl").args(verify).current_dir(place.path("")).output().unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    assert_eq!(fs::read_to_string(place.path("plan.txt")).unwrap(), plan["text"].as_str().unwrap());
    assert!(place.run(&["policy", "plan", "--language", "fr"]).stdout.contains("2 dépositaires sur 3"));

    place.json(&["policy", "set", "encryption", "days=365"]);
    let stale = place.json(&["policy", "plan"]);
    assert_eq!((&stale["current"], &stale["changed"]), (&json!(false), &json!(["profiles"])));
    assert!(place.run(&["policy", "gates"]).stdout.contains("out of date"));
    assert!(place.run(&["policy", "plan"]).stdout.contains("OUT OF DATE: changed since: the certificate profiles"));
    let anew = place.json(&["policy", "plan", "--make"]);
    assert_eq!((&anew["number"], &anew["current"]), (&json!(2), &json!(true)));
    assert!(place.run(&["policy", "plan", "--number", "1"]).stdout.contains("There is a later version"));
    assert_eq!(place.run(&["policy", "plan", "--signed", "none/plan.p7m", "--json"]).error_code(), "file");
}

#[test]
fn lessons_are_logged_and_given_away_without_names() {
    let place = Place::with_department();
    assert!(place.run(&["policy", "lessons"]).stdout.contains("Nothing was written down"));
    let add =
        |on: &str, happened: &str| place.run(&["policy", "lesson", "--on", on, "--happened", happened, "--learned", "Ask first", "--json"]);
    assert_eq!(add("2999-01-01", "x").error_code(), "validation");
    assert_eq!(add("2026-11-20", "Alice Example wrote to alice@example.edu").code, 0);
    assert_eq!(place.json(&["policy", "lessons"])[0]["happened"], "Alice Example wrote to alice@example.edu");
    let text = place.run(&["policy", "lessons", "--redacted"]).stdout;
    assert!(text.contains("[a person] wrote to [a mail address]") && !text.contains("Alice"), "{text}");
    let json = place.json(&["policy", "lessons", "--redacted", "--language", "fr"]);
    assert_eq!(json[0]["happened"], "[une personne] wrote to [une adresse]");
    let gates = place.json(&["policy", "gates"]);
    assert!(gates.as_array().unwrap().iter().any(|gate| gate["gate"] == "lessons" && gate["state"] == "decided"));
    assert_eq!(place.run(&["policy", "gate", "lessons", "--answer", "lessons=many", "--json"]).error_code(), "validation");
}

#[test]
fn bundles_are_saved_and_removed() {
    let place = Place::with_department();
    let names = |place: &Place| -> Vec<String> {
        let all = place.json(&["policy", "show"]);
        all["bundles"].as_array().unwrap().iter().map(|bundle| bundle["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(names(&place).contains(&"Staff".to_owned()));
    place.json(&["policy", "bundle", "Guests", "authentication"]);
    assert!(names(&place).contains(&"Guests".to_owned()));
    place.json(&["policy", "bundle", "guests", "--rename", "Visitors"]);
    assert!(names(&place).contains(&"Visitors".to_owned()) && !names(&place).contains(&"Guests".to_owned()));
    assert_eq!(place.run(&["policy", "bundle", "Visitors", "--rename", "staff", "--json"]).error_code(), "validation");
    place.json(&["policy", "bundle", "visitors", "--rename", "Guests"]);
    place.json(&["policy", "bundle", "guests", "--remove"]);
    assert!(!names(&place).iter().any(|name| name.eq_ignore_ascii_case("guests")));
    assert_eq!(place.run(&["policy", "bundle", "guests", "--remove", "--json"]).error_code(), "notFound");
    assert_eq!(place.run(&["policy", "bundle", "Guests", "transport"]).code, 2);
}
