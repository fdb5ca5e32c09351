//! Batches: tried dry, given again, read from standard input; their passwords, and the turn that they wait for.

use crate::{
    only_mine, openssl,
    support::{self, Place},
};
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

#[test]
fn a_batch_is_tried_dry_goes_through_and_is_idempotent() {
    let place = Place::ready();
    fs::write(place.path("people.csv"), "name,mail\nBob Example,bob@example.edu\nCarol Example,carol@example.edu\n").unwrap();
    place.json(&["subscriber", "import", "people.csv"]);
    place.json(&["subscriber", "validate", "bob@example.edu", "--method", "records", "--evidence", "staff list"]);
    let list = "name;mail\nAlice Example;alice@example.edu\nBob Example;bob@example.edu\nCarol Example;carol@example.edu\n;=1+1\n";
    fs::write(place.path("list.csv"), list).unwrap();
    let batch = |further: &[&str]| place.run(&[&["issue-batch", "list.csv", "--bundle", "Staff", "--json"], further].concat());
    let dry = batch(&["--dry-run"]).json();
    assert_eq!((&dry["planned"], &dry["batch"], dry["errors"].as_array().unwrap().len()), (&2.into(), &serde_json::Value::Null, 2));
    assert_eq!(place.json(&["certificate", "list"]).as_array().unwrap().len(), 0);
    let done = batch(&["--out", "out"]);
    assert_eq!((done.code, done.error_code().as_str()), (1, "batchIncomplete"));
    let done = done.json();
    assert_eq!((&done["batch"]["delivered"], &done["batch"]["state"]), (&2.into(), &"done".into()));
    assert_eq!(done["byDevice"], serde_json::json!(["signing", "authentication"]));
    let said: Vec<_> =
        done["errors"].as_array().unwrap().iter().map(|e| (e["line"].as_u64().unwrap(), e["code"].as_str().unwrap())).collect();
    assert_eq!(said, [(4, "mailboxNotValidated"), (5, "validation")]);
    // The passwords lie beside the folder: who gets the folder does not get them.
    let list_of_passwords = place.path("out-passwords.csv");
    assert_eq!(done["passwords"], list_of_passwords.to_str().unwrap());
    let passwords = fs::read_to_string(&list_of_passwords).unwrap();
    only_mine(&list_of_passwords);
    assert_eq!((passwords.lines().count(), fs::read_dir(place.path("out")).unwrap().count()), (3, 2));
    for line in passwords.lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        openssl(&place, &["pkcs12", "-in", &format!("out/{}", cells[1]), "-passin", &format!("pass:{}", cells[3]), "-noout"]);
    }
    // Corrected and given again: only the new one is made.
    place.json(&["subscriber", "validate", "carol@example.edu", "--method", "records", "--evidence", "staff list"]);
    fs::write(place.path("list.csv"), list.replace(";=1+1\n", "")).unwrap();
    let again = batch(&["--out", "out"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert_eq!((&again.json()["there"], &again.json()["batch"]["delivered"]), (&2.into(), &1.into()));
    assert_eq!(place.json(&["certificate", "list"]).as_array().unwrap().len(), 3);
    // A list of which nothing is to be done says why, row by row, and begins no batch.
    fs::write(place.path("wrong.csv"), b"mail\nalice@example.edu\nnobody@example.edu\nb\xffb@example.edu\n").unwrap();
    let wrong = place.run(&["issue-batch", "wrong.csv", "--bundle", "Staff", "--out", "out", "--json"]);
    assert_eq!((wrong.code, wrong.error_code().as_str(), &wrong.json()["batch"]), (1, "batchIncomplete", &serde_json::Value::Null));
    let said: Vec<_> = wrong.json()["errors"].as_array().unwrap().iter().map(|e| (e["line"].as_u64(), e["field"].clone())).collect();
    assert_eq!(said, [(Some(3), "mail".into()), (Some(4), "mail".into())], "{}", wrong.stdout);
    let nothing = batch(&["--out", "out"]);
    assert_eq!((nothing.code, &nothing.json()["there"]), (0, &3.into()));
}

#[test]
fn a_batch_tells_people_how_far_it_is_and_how_fast_and_programs_nothing() {
    let place = Place::ready();
    place.json(&["subscriber", "add", "--name", "Bob Example", "--mail", "bob@example.edu"]);
    place.json(&["subscriber", "validate", "bob@example.edu", "--method", "records", "--evidence", "staff list"]);
    fs::write(place.path("list.csv"), "mail\nalice@example.edu\nbob@example.edu\n").unwrap();
    let batch = |further: &[&str]| place.run(&[&["issue-batch", "list.csv", "--bundle", "encryption"], further].concat());
    let said = batch(&["--out", "out"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let last = said.stderr.lines().rfind(|line| line.ends_with(" a minute)")).unwrap_or_else(|| panic!("{}", said.stderr));
    let rate = last.strip_prefix("2 of 2 (").and_then(|rest| rest.strip_suffix(" a minute)")).and_then(|rate| rate.parse::<u64>().ok());
    assert!(rate.is_some_and(|rate| (1..=120).contains(&rate)), "{last}");
    let quiet = batch(&["--out", "again", "--replace", "--json"]);
    assert_eq!((quiet.code, &quiet.json()["batch"]["delivered"], quiet.stderr.as_str()), (0, &2.into(), ""));
}

#[test]
fn where_the_passwords_cannot_be_written_nothing_is_begun() {
    let place = Place::ready();
    fs::write(place.path("list.csv"), "mail\nalice@example.edu\n").unwrap();
    fs::write(place.path("file"), "no folder").unwrap();
    let database = rusqlite::Connection::open(place.path("data/signet.db")).unwrap();
    let count = |table: &str| database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap();
    let before = count("issuance");
    // As beside a stick of its own: what is above it belongs to somebody else.
    let mut places = vec!["missing/words.csv", "file/words.csv"];
    if cfg!(target_os = "linux") {
        places.push("/proc/words.csv");
    }
    for passwords in places {
        let batch = ["issue-batch", "list.csv", "--bundle", "encryption", "--out", "out", "--password-out", passwords, "--json"];
        let done = place.run(&batch);
        assert_eq!((done.code, done.error_code().as_str()), (1, "validation"), "{passwords}: {}", done.stdout);
        let said = done.json();
        let text = |part: &str| said["error"][part].as_str().unwrap();
        assert!(text("message").contains("words.csv cannot be written ("), "{said}");
        assert!(text("next").contains("--password-out FILE"), "{said}");
    }
    assert_eq!((count("batch"), count("issuance")), (0, before), "nothing was begun, no serial number taken");
    assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 0);
}

#[test]
fn the_passwords_of_a_batch_go_where_they_shall_and_not_among_the_files() {
    let place = Place::ready();
    fs::write(place.path("list.csv"), "mail\nalice@example.edu\n").unwrap();
    let batch = |passwords: &str| {
        place.run(&["issue-batch", "list.csv", "--bundle", "encryption", "--out", "out", "--password-out", passwords, "--json"])
    };
    for inside in ["out/passwords.csv", "./out/../out/p.csv"] {
        fs::create_dir_all(place.path("out")).unwrap();
        let refused = batch(inside);
        assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"), "{inside}: {}", refused.stdout);
        assert!(refused.json()["error"]["message"].as_str().unwrap().contains("name a file elsewhere"), "{}", refused.stdout);
    }
    assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 0, "nothing was made");
    assert_eq!(place.json(&["certificate", "list"]).as_array().unwrap().len(), 0);
    fs::create_dir(place.path("safe")).unwrap();
    let done = batch("safe/words.csv");
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.json()["passwords"].as_str().unwrap().ends_with("safe/words.csv"), "{}", done.stdout);
    only_mine(&place.path("safe/words.csv"));
    assert!(!place.path("out-passwords.csv").exists() && fs::read_dir(place.path("out")).unwrap().count() == 1);
    let passwords = fs::read_to_string(place.path("safe/words.csv")).unwrap();
    let cells: Vec<_> = passwords.lines().nth(1).unwrap().split(',').collect();
    openssl(&place, &["pkcs12", "-in", &format!("out/{}", cells[1]), "-passin", &format!("pass:{}", cells[3]), "-noout"]);
}

#[test]
fn a_batch_reads_standard_input_and_makes_files_for_old_readers_where_that_is_asked() {
    let place = Place::ready();
    let list = "mail\nalice@example.edu\nnobody@example.edu\n";
    let batch = |container: &str, further: &[&str]| {
        let base = ["issue-batch", "-", "--bundle", "encryption", "--out", container, "--container", container, "--json"];
        place.run_with_input(&[&base[..], further].concat(), list)
    };
    let ciphers = |container: &str| {
        let passwords = fs::read_to_string(place.path(&format!("{container}-passwords.csv"))).unwrap();
        let cells: Vec<_> = passwords.lines().nth(1).unwrap().split(',').collect();
        let mut command = Command::new("openssl");
        command.current_dir(place.path("")).args(["pkcs12", "-info", "-noout", "-passin", &format!("pass:{}", cells[3])]);
        let output = command.args(["-in", &format!("{container}/{}", cells[1])]).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // It says so on one of the two.
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat()
    };
    for (container, further, cipher) in
        [("legacy", &[][..], "pbeWithSHA1And3-KeyTripleDES-CBC"), ("modern", &["--replace"][..], "AES-256-CBC")]
    {
        let done = batch(container, further);
        assert_eq!((done.code, done.error_code().as_str()), (1, "batchIncomplete"), "{}", done.stdout);
        let done = done.json();
        assert_eq!((&done["batch"]["delivered"], &done["errors"][0]["line"]), (&1.into(), &3.into()), "{done}");
        let said = ciphers(container);
        assert!(said.contains(cipher), "{container}: {said}");
    }
}

#[test]
fn a_batch_waits_for_whoever_clears_up_another_one() {
    let place = Place::ready();
    fs::write(place.path("list.csv"), "name;mail\nAlice Example;alice@example.edu\n").unwrap();
    // As another program does while it clears up what ended.
    let lock = fs::File::options().create(true).truncate(false).write(true).open(place.path("data/batch.lock")).unwrap();
    lock.lock().unwrap();
    let mut batch = place.command(&["issue-batch", "list.csv", "--bundle", "Staff", "--out", "out"]);
    let mut child = batch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let waits = said.find(|line| line.contains("this one waits for it"));
    drop(lock);
    let rest: Vec<String> = said.collect();
    let done = support::done(child.wait_with_output().unwrap());
    assert!(waits.is_some(), "it met the lock: {rest:?}");
    assert!(done.code == 0 && done.stdout.starts_with("1 issued, 0 there already."), "{}{rest:?}", done.stdout);
}
