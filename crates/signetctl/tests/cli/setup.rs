//! The folder of a department: set up once, named in several ways, shared by processes.

use crate::support::{Place, done};
use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

#[test]
fn a_department_is_set_up_once() {
    let place = Place::with_department();
    let again = place.run(&["--json", "init", "--organization", "X", "--department", "Y", "--mail-domain", "example.edu"]);
    assert_eq!((again.code, again.error_code().as_str()), (1, "alreadySetUp"));
    // The keyring choice and its file are remembered: no later command names them, and any folder will do as working directory.
    let mut elsewhere = Command::new(env!("CARGO_BIN_EXE_signetctl"));
    let elsewhere = elsewhere.current_dir("/").arg("--data").arg(place.path("data")).args(["certificate", "list", "--all", "--json"]);
    let all = done(elsewhere.output().unwrap()).json();
    let profiles: Vec<_> = all.as_array().unwrap().iter().map(|row| row["profile"].as_str().unwrap()).collect();
    for own in ["root", "issuing", "ra"] {
        assert!(profiles.contains(&own), "{profiles:?}");
    }
}

#[test]
fn the_life_of_the_first_certificates_is_given_at_the_set_up() {
    let place = Place::new();
    let init = |settings: &[&str]| {
        let names = ["init", "--organization", "O", "--department", "D", "--mail-domain", "example.edu", "--ca-key", "p256", "--json"];
        place.run(&[&names[..], &["--keyring", "passphrase-file", "passphrase"], settings].concat())
    };
    assert_eq!(init(&["--setting", "validity.root_years"]).code, 2);
    let refused = init(&["--setting", "validity.root_years=31"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("validity.root_years") && message.contains("from 10 to 30"), "{message}");
    assert_eq!(init(&["--setting", "validity.root_years=12", "--setting", "validity.tls_days=90"]).code, 0);
    let all = place.json(&["certificate", "list", "--all"]);
    let year_of = |profile: &str, end: &str| {
        let row = all.as_array().unwrap().iter().find(|row| row["profile"] == profile).unwrap();
        row[end].as_str().unwrap()[..4].parse::<u32>().unwrap()
    };
    let years = year_of("root", "not_after") - year_of("root", "not_before");
    assert!((11..=12).contains(&years), "twelve years of 365 days and a quarter: {years}");
    let lives = place.json(&["settings", "get", "validity.tls_days"]);
    assert_eq!((lives["value"].as_str(), lives["default"].as_str()), (Some("90"), Some("397")));
    assert_eq!(lives["bounds"], serde_json::json!({ "least": 60, "most": 397 }));
}

#[test]
fn a_misspelled_folder_is_refused_and_not_made() {
    let place = Place::new();
    let refused = place.run(&["subscriber", "list", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "notSetUp"));
    assert!(!place.path("data").exists());
    let words = place.run(&["subscriber", "list"]);
    assert!(words.stdout.is_empty() && words.stderr.contains("signetctl init"), "{}", words.stderr);
}

#[test]
fn the_folder_and_json_stand_before_or_after_the_command_and_the_environment_names_a_folder_too() {
    let place = Place::with_department();
    let (folder, elsewhere) = (place.path("data"), place.path("elsewhere"));
    let asked = |before: &[&str], after: &[&str], environment: Option<&Path>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signetctl"));
        command.args(before).args(["certificate", "list", "--all"]).args(after).stdin(Stdio::null());
        command.env_remove("SIGNET_DATA").env_remove("SIGNET_PASSPHRASE_FILE").env_remove("SIGNET_LOG");
        command.envs(environment.map(|folder| ("SIGNET_DATA", folder)));
        let done = done(command.output().unwrap());
        assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
        done.json()
    };
    let data = ["--data", folder.to_str().unwrap()];
    let expected = asked(&data, &["--json"], None);
    assert!(expected.as_array().unwrap().len() > 2, "{expected}");
    assert_eq!(asked(&[], &[&["--json"][..], &data].concat(), None), expected);
    assert_eq!(asked(&[&["--json"][..], &data].concat(), &[], None), expected);
    assert_eq!(asked(&["--json"], &[], Some(&folder)), expected);
    // What is typed counts more.
    assert_eq!(asked(&["--json"], &data, Some(&elsewhere)), expected);
}

#[test]
fn processes_share_one_folder() {
    let place = Place::with_department();
    let children: Vec<Child> = (0..6)
        .map(|n| {
            let arguments = ["subscriber", "add", "--name", &format!("Person {n}"), "--mail", &format!("p{n}@example.edu"), "--json"];
            place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let done = done(child.wait_with_output().unwrap());
        assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    }
    assert_eq!(place.json(&["subscriber", "list"]).as_array().unwrap().len(), 7);
    assert!(place.json(&["ledger", "verify"])["broken_at"].is_null());
}
