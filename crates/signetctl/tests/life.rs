//! The life of certificates from the command line: renewed, held, reinstated, revoked, shared, and what a leaver loses.
#![allow(clippy::unwrap_used)]

mod support;

use openssl::{
    hash::MessageDigest,
    pkcs12::Pkcs12,
    pkey::PKey,
    rsa::Rsa,
    x509::{X509, X509ReqBuilder},
};
use protocol::crl::Reason;
use ra::{
    Authority, OpenOptions, Operator,
    ledger::Actor,
    ports::{Clock, FixedClock, SystemClock},
    profile::ProfileName,
    vault::KeyringChoice,
};
use serde_json::{Value, json};
use std::{fs, sync::Arc};
use support::Place;

/// A request that states nothing but a new key.
fn csr() -> Vec<u8> {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    request.build().to_der().unwrap()
}

/// The same folder as another process opens it.
fn opened(place: &Place, clock: Arc<dyn Clock>) -> Operator {
    let keyring = Some(KeyringChoice::PassphraseFile(place.path("passphrase")));
    let authority = Authority::open(OpenOptions { folder: place.path("data"), keyring, clock }).unwrap();
    authority.operator(Actor::Officer("rosa".into()))
}

/// Certificates of Alice.
fn issued(place: &Place, count: usize) -> Vec<String> {
    let operator = opened(place, Arc::new(SystemClock));
    (0..count).map(|_| operator.issue_from_csr("alice@example.edu", ProfileName::Signing, &csr()).unwrap().certificate.serial).collect()
}

fn database(place: &Place) -> rusqlite::Connection {
    rusqlite::Connection::open(place.path("data/signet.db")).unwrap()
}

fn status(place: &Place, serial: &str) -> Value {
    place.json(&["certificate", "show", serial])["status"].clone()
}

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
fn a_certificate_is_shown_with_its_form_and_the_versions_that_it_was_issued_under() {
    let place = Place::ready();
    place.json(&["settings", "set", "cps.version", "2.1"]);
    let [serial] = issued(&place, 1).try_into().unwrap();
    let shown = place.json(&["certificate", "show", &serial]);
    assert_eq!((&shown["serial"], &shown["lint"]), (&json!(serial), &json!([])));
    assert_eq!((&shown["policy"], &shown["cps"]), (&json!("0"), &json!("2.1")));
    let advised = shown["advice"].as_array().unwrap().iter().find(|one| one["rule"] == "organization").unwrap();
    assert_eq!(advised["clause"], "S/MIME BR 7.1.4.2.4, 7.1.4.2.5");
    let words = place.run(&["certificate", "show", &serial]).stdout;
    assert!(words.contains("CPS version     2.1") && words.contains(&format!("advice: {}", advised["text"].as_str().unwrap())), "{words}");
    assert!(!words.contains("fault:"), "{words}");
    let ours = place.json(&["certificate", "list", "--all"]);
    let root = ours.as_array().unwrap().iter().find(|one| one["profile"] == "root").unwrap()["serial"].as_str().unwrap();
    assert_eq!(place.json(&["certificate", "show", root])["advice"], Value::Null, "it is not for mail");
}

#[test]
fn a_certificate_is_shown_with_where_it_comes_from_what_stands_above_it_and_what_became_of_it() {
    let place = Place::ready();
    let [serial] = issued(&place, 1).try_into().unwrap();
    place.json(&["invite", "alice@example.edu"]);
    // As if a phone had fetched it.
    let database = database(&place);
    let phone = "INSERT INTO device (id, subscriber, udid, serial, product, os_version, foreign_device_ca, first_seen, last_seen)
                     SELECT randomblob(16), id, 'u', 'F2LXR', 'iPhone15,2', '18.1', 0, 1, 1 FROM subscriber;
                 UPDATE enrollment SET device = (SELECT id FROM device);
                 UPDATE certificate SET enrollment = (SELECT id FROM enrollment) WHERE kind = 'subscriber';";
    database.execute_batch(phone).unwrap();
    place.json(&["certificate", "hold", &serial]);
    place.json(&["certificate", "reinstate", &serial]);
    let shown = place.json(&["certificate", "show", &serial]);
    assert_eq!((&shown["issued_by"], &shown["person"]), (&json!("officer rosa"), &json!("Alice Example")));
    assert_eq!((&shown["device"]["product"], &shown["device"]["serial"]), (&json!("iPhone15,2"), &json!("F2LXR")));
    assert_eq!(shown["published"], json!(["http://pki.example.edu/crl/issuing.crl"]));
    let chain = shown["chain"].as_array().unwrap();
    assert!(chain.len() == 2 && chain.iter().all(|link| link["signature_fits"] == true), "{chain:?}");
    let timeline = shown["timeline"].as_array().unwrap();
    let events: Vec<_> = timeline.iter().map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["certificate.issued", "certificate.held", "certificate.reinstated", "certificate.ends"]);
    assert_eq!((&timeline[0]["at"], &timeline[0]["by"], &timeline[3]["by"]), (&shown["stored_at"], &json!("officer rosa"), &Value::Null));
    assert_eq!((&timeline[0]["ledger"], timeline[0]["details"].is_object()), (&shown["ledger"], true));
    assert!(timeline[1]["by"].as_str().unwrap().starts_with("command "), "{timeline:?}");
    let words = || place.run(&["certificate", "show", &serial]).stdout;
    let said = words();
    let issued = format!("Issued          {} by officer rosa\n", shown["stored_at"].as_str().unwrap());
    let issuer = format!("Issuer          {} (", chain[0]["subject"].as_str().unwrap());
    for part in [&*issued, &*issuer, "Device          iPhone15,2, 18.1, F2LXR\n", "Published       http://pki", "certificate.held"] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    assert!(!said.contains("does not fit"), "{said}");
    // An issuer whose signature is broken is told where it stands in the chain.
    let of_issuing = "WHERE number = (SELECT number FROM certificate WHERE kind = 'issuing')";
    let der = database.query_row(&format!("SELECT der FROM certificate_der {of_issuing}"), [], |row| row.get::<_, Vec<u8>>(0));
    let mut der = der.unwrap();
    *der.last_mut().unwrap() ^= 1;
    assert_eq!(database.execute(&format!("UPDATE certificate_der SET der = ?1 {of_issuing}"), [der]).unwrap(), 1);
    assert_eq!(place.json(&["certificate", "show", &serial])["chain"][0]["signature_fits"], false);
    assert_eq!(words().matches(": its signature does not fit\n").count(), 1, "{}", words());
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

#[test]
fn a_certificate_that_encrypts_is_replaced_with_a_key_made_here() {
    let place = Place::ready();
    let made = ["--generate", "--p12", "one.p12", "--password-out", "one.txt"];
    let first = place.json(&[&["certificate", "issue", "alice@example.edu", "--profile", "encryption"][..], &made].concat());
    let first = first["certificate"]["serial"].as_str().unwrap().to_owned();
    let refused = |arguments: &[&str]| place.run(&[&["certificate", "replace", &first], arguments, &["--json"]].concat()).error_code();
    fs::write(place.path("alice.csr"), csr()).unwrap();
    assert_eq!(refused(&["--csr", "alice.csr"]), "encryptionByScep");
    assert_eq!(refused(&made), "file", "nothing is ever overwritten");
    assert_eq!(refused(&["--generate"]), "usage");
    let two = ["--generate", "--p12", "two.p12", "--password-out", "two.txt", "--container", "legacy", "--revoke", "keyCompromise"];
    let second = place.json(&[&["certificate", "replace", &first][..], &two].concat());
    assert_eq!((status(&place, &first), &second["superseded"]), (json!("revoked"), &json!([first])));
    let password = fs::read_to_string(place.path("two.txt")).unwrap();
    let parsed = openssl::pkcs12::Pkcs12::from_der(&fs::read(place.path("two.p12")).unwrap()).unwrap().parse2(password.trim()).unwrap();
    let serial = parsed.cert.unwrap().serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string();
    assert_eq!(serial.trim_start_matches('0'), second["certificate"]["serial"].as_str().unwrap().trim_start_matches('0'));
    let [signing] = issued(&place, 1).try_into().unwrap();
    let three = ["--generate", "--p12", "three.p12", "--password-out", "three.txt", "--json"];
    assert_eq!(place.run(&[&["certificate", "replace", &signing][..], &three].concat()).error_code(), "signingKeyHere");
    assert!(!place.path("three.p12").exists() && !place.path("three.txt").exists(), "nothing half done");
}

#[test]
fn renewal_and_replacement_are_told_beforehand_and_a_dry_run_changes_nothing() {
    let place = Place::ready();
    let [serial] = issued(&place, 1).try_into().unwrap();
    let rows = || place.json(&["ledger", "verify"])["rows"].clone();
    let before = rows();
    let told = place.json(&["certificate", "renew", &serial, "--dry-run"]);
    assert_eq!((&told["name"], &told["profile"], &told["key"]), (&json!("Alice Example"), &json!("signing"), &json!("same")));
    assert_eq!((&told["old"]["before"], &told["old"]["after"]), (&json!("active"), &json!("superseded")));
    assert_eq!(told["consequences"]["breaks"], json!([]));
    let words = place.run(&["certificate", "renew", &serial, "--dry-run"]).stdout;
    assert!(
        words.contains("Alice Example") && words.contains("stays valid until it ends") && words.contains("active -> superseded"),
        "{words}"
    );
    assert!(words.contains("signing, as built in") && !words.contains("version 0"), "{words}");

    fs::write(place.path("alice.csr"), csr()).unwrap();
    let replace = ["certificate", "replace", serial.as_str(), "--csr", "alice.csr", "--revoke", "keyCompromise", "--dry-run"];
    let told = place.json(&replace);
    assert_eq!((&told["key"], &told["old"]["after"]), (&json!("requested"), &json!("revoked")));
    assert_eq!((&told["consequences"]["breaks"], &told["consequences"]["deadline_hours"]), (&json!(["signedMail"]), &json!(24)));
    let words = place.run(&replace).stdout;
    assert!(words.contains("The old one is revoked.") && words.contains("within 24 hours"), "{words}");
    let files = ["--generate", "--p12", "new.p12", "--password-out", "new.txt", "--dry-run", "--json"];
    assert_eq!(place.run(&[&["certificate", "replace", &serial][..], &files].concat()).error_code(), "signingKeyHere");
    assert_eq!((status(&place, &serial), rows()), (json!("active"), before), "nothing was written");

    let renewed = place.json(&["certificate", "renew", &serial]);
    let current = renewed["certificate"]["serial"].as_str().unwrap();
    let several = place.run(&["certificate", "renew", current, &serial, "--dry-run", "--json"]);
    assert_eq!((several.code, several.error_code().as_str()), (1, "validation"), "renewed already");
    assert_eq!(several.json()["foretold"][0]["old"]["serial"], current);
    let twice = place.run(&["certificate", "renew", current, current, "--dry-run", "--json"]);
    assert_eq!((twice.code, twice.error_code().as_str()), (1, "validation"), "by then another one has its place");
    assert_eq!(twice.json()["foretold"].as_array().unwrap().len(), 1);
    assert_eq!(status(&place, current), "active");

    let made = ["--generate", "--p12", "one.p12", "--password-out", "one.txt"];
    let first = place.json(&[&["certificate", "issue", "alice@example.edu", "--profile", "encryption"][..], &made].concat());
    let first = first["certificate"]["serial"].as_str().unwrap();
    let told = place.json(&[&["certificate", "replace", first][..], &files[..6]].concat());
    assert_eq!((&told["key"], &told["old_key_reads"]), (&json!("madeHere"), &json!(true)));
    assert!(!place.path("new.p12").exists() && !place.path("new.txt").exists(), "no file");

    // Where key and password have no place the act would be refused, and so is this.
    let without = |p12: &str, password: &str| {
        let refused =
            place.run(&["certificate", "replace", first, "--generate", "--p12", p12, "--password-out", password, "--dry-run", "--json"]);
        (refused.code, refused.error_code())
    };
    assert_eq!(without("one.p12", "new.txt"), (1, "file".to_owned()), "nothing is ever overwritten");
    assert_eq!(without("new.p12", "one.txt"), (1, "file".to_owned()));
    assert_eq!(without("new.p12", "new.p12"), (1, "file".to_owned()), "one place for two");
    assert_eq!(without("nowhere/new.p12", "new.txt"), (1, "file".to_owned()));
    assert!(place.path("one.p12").exists() && !place.path("new.p12").exists() && !place.path("new.txt").exists(), "as it was");
}

#[test]
fn what_is_on_hold_and_will_be_marked_as_replaced_is_said_so() {
    let place = Place::ready();
    let made = ["--generate", "--p12", "one.p12", "--password-out", "one.txt"];
    let first = place.json(&[&["certificate", "issue", "alice@example.edu", "--profile", "encryption"][..], &made].concat());
    let first = first["certificate"]["serial"].as_str().unwrap();
    let second = place.json(&["certificate", "replace", first, "--generate", "--p12", "two.p12", "--password-out", "two.txt"]);
    let second = second["certificate"]["serial"].as_str().unwrap();
    place.json(&["certificate", "hold", second]);
    let dry = ["certificate", "replace", first, "--generate", "--p12", "three.p12", "--password-out", "three.txt", "--dry-run"];
    let words = place.run(&dry).stdout;
    let row = words.lines().find(|line| line.starts_with(second)).unwrap_or_else(|| panic!("{words}"));
    assert!(row.contains("on hold; marked as replaced") && !row.contains("->"), "{row}");
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

#[test]
fn a_pair_is_proved_with_the_file_that_its_holder_lends() {
    let place = Place::ready();
    let issue = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate"];
    place.json(&[&issue[..], &["--p12", "alice.p12", "--password-out", "alice.txt"]].concat());
    let test = |more: &[&'static str]| [&["certificate", "self-test", "alice@example.edu"], more].concat();
    assert_eq!(place.json(&test(&[]))["confidentiality"], json!("publicSideOnly"));
    let lent = place.json(&test(&["--p12", "alice.p12", "--password-file", "alice.txt"]));
    assert_eq!((&lent["confidentiality"], &lent["authentication"]), (&json!("proved"), &json!("noCertificate")));
    // Another password, another person's file, no file at all.
    std::fs::write(place.path("wrong.txt"), "sesame").unwrap();
    assert_eq!(place.run(&test(&["--p12", "alice.p12", "--password-file", "wrong.txt", "--json"])).error_code(), "validation");
    std::fs::write(place.path("not.p12"), "no PKCS#12").unwrap();
    assert_eq!(place.run(&test(&["--p12", "not.p12", "--password-file", "alice.txt", "--json"])).error_code(), "validation");
}

#[test]
fn a_pair_that_signs_is_proved_with_its_holders_file_as_long_as_its_certificate_is_valid() {
    let place = Place::ready();
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    fs::write(place.path("alice.csr"), request.build().to_der().unwrap()).unwrap();
    let issued = place.json(&["certificate", "issue", "alice@example.edu", "--profile", "signing", "--csr", "alice.csr"]);
    let serial = issued["certificate"]["serial"].as_str().unwrap();
    // As its holder's program keeps it.
    let certificate = X509::from_pem(place.run(&["certificate", "export", serial]).stdout.as_bytes()).unwrap();
    let mut file = Pkcs12::builder();
    file.name("Alice").pkey(&key).cert(&certificate);
    fs::write(place.path("alice.p12"), file.build2("sesame 4711").unwrap().to_der().unwrap()).unwrap();
    fs::write(place.path("alice.txt"), "sesame 4711\n").unwrap();
    let test = ["certificate", "self-test", "alice@example.edu", "--p12", "alice.p12", "--password-file", "alice.txt"];
    let lent = place.json(&test);
    assert_eq!([&lent["authentication"], &lent["integrity"], &lent["confidentiality"]], ["proved", "proved", "noCertificate"]);
    let words = place.run(&test).stdout;
    assert!(words.lines().any(|line| line.starts_with("Who it is") && line.ends_with("  proved")), "{words}");
    // A key of which nothing is valid any more proves nothing.
    place.json(&["certificate", "revoke", serial, "--yes"]);
    let refused = place.run(&[&test[..], &["--json"]].concat());
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    assert!(refused.stdout.contains("belongs to none of the certificates"), "{}", refused.stdout);
}
