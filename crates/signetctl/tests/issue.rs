//! Issuing from the command line: from a request, with a key made here, in batches; history from elsewhere; OpenSSL judges.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};
use support::Place;

fn openssl(place: &Place, arguments: &[&str]) -> String {
    let output = Command::new("openssl").current_dir(place.path("")).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(place: &Place, arguments: &[&str]) -> String {
    let done = place.run(&[arguments, &["--json"]].concat());
    assert_eq!(done.code, 1, "{}", done.stdout);
    done.error_code()
}

#[cfg(unix)]
fn only_mine(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
}
#[cfg(not(unix))]
fn only_mine(_: &Path) {}

#[test]
fn a_request_becomes_a_certificate_that_openssl_verifies() {
    let place = Place::ready();
    openssl(&place, &["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-subj", "/CN=Alice Example", "-out", "a.csr"]);
    let issued = place.json(&["certificate", "issue", "alice@example.edu", "--profile", "signing", "--csr", "a.csr"]);
    let serial = issued["certificate"]["serial"].as_str().unwrap();
    let chain = place.run(&["certificate", "export", serial, "--format", "chain"]).stdout;
    fs::write(place.path("chain.pem"), &chain).unwrap();
    let root = &chain[chain.rfind("-----BEGIN").unwrap()..];
    fs::write(place.path("ca.pem"), chain.split_inclusive("-----END CERTIFICATE-----\n").skip(1).collect::<String>()).unwrap();
    fs::write(place.path("root.pem"), root).unwrap();
    openssl(&place, &["verify", "-purpose", "smimesign", "-CAfile", "root.pem", "-untrusted", "chain.pem", "chain.pem"]);
    // The same in one file, for mail programs.
    let p7b = place.command(&["certificate", "export", serial, "--format", "p7b"]).output().unwrap();
    fs::write(place.path("chain.p7b"), &p7b.stdout).unwrap();
    let held = openssl(&place, &["pkcs7", "-inform", "DER", "-in", "chain.p7b", "-print_certs"]);
    let [leaf, issuing] = [0, 1].map(|at| chain.split_inclusive("-----END CERTIFICATE-----\n").nth(at).unwrap());
    assert!(held.contains(leaf) && held.contains(issuing), "{held}");
    fs::write(place.path("text"), "hello").unwrap();
    openssl(&place, &["cms", "-sign", "-in", "text", "-signer", "chain.pem", "-inkey", "k.pem", "-certfile", "ca.pem", "-out", "mail"]);
    openssl(&place, &["cms", "-verify", "-in", "mail", "-CAfile", "root.pem", "-out", "read"]);
    openssl(&place, &["req", "-new", "-key", "k.pem", "-subj", "/CN=Mallory", "-out", "m.csr"]);
    assert_eq!(refused(&place, &["certificate", "issue", "alice@example.edu", "--profile", "signing", "--csr", "m.csr"]), "validation");
    let encryption = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--csr", "a.csr"];
    assert_eq!(refused(&place, &encryption), "encryptionByScep");
    // From standard input, in another file's stead.
    let piped = ["certificate", "issue", "alice@example.edu", "--profile", "authentication", "--csr", "-", "--json"];
    openssl(&place, &["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "k2.pem", "-subj", "/CN=Alice Example", "-out", "a2.csr"]);
    let done = place.run_with_input(&piped, &fs::read_to_string(place.path("a2.csr")).unwrap());
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let serial = done.json()["certificate"]["serial"].as_str().unwrap().to_owned();
    fs::write(place.path("piped.pem"), place.run(&["certificate", "export", &serial]).stdout).unwrap();
    let public = |arguments: &[&str]| openssl(&place, arguments);
    assert_eq!(public(&["x509", "-in", "piped.pem", "-noout", "-pubkey"]), public(&["req", "-in", "a2.csr", "-noout", "-pubkey"]));
    assert_eq!(place.run_with_input(&piped, "no request").error_code(), "validation");
    assert_eq!(place.run(&["certificate", "issue", "alice@example.edu", "--profile", "signing"]).code, 2, "neither request nor key");
}

#[test]
fn a_generated_identity_opens_with_the_password_beside_it_and_is_written_once() {
    let place = Place::ready();
    let issue = |further: &[&str]| {
        let base = [
            "certificate",
            "issue",
            "alice@example.edu",
            "--profile",
            "encryption",
            "--generate",
            "--p12",
            "a.p12",
            "--password-out",
            "a.txt",
        ];
        [&base, further].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let run = |arguments: &[String]| place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let done = run(&issue(&["--container", "legacy"]));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("the password lies in the same folder"), "{}", done.stderr);
    for file in ["a.p12", "a.txt"] {
        only_mine(&place.path(file));
    }
    let password = fs::read_to_string(place.path("a.txt")).unwrap();
    assert_eq!(password.trim_end().len(), 29);
    assert!(!done.stdout.contains(password.trim_end()), "on the disk alone");
    let opened = openssl(&place, &["pkcs12", "-in", "a.p12", "-passin", "file:a.txt", "-nodes"]);
    assert!(opened.contains("BEGIN PRIVATE KEY"));
    // Nothing is overwritten, and nothing is issued then.
    let before = place.json(&["certificate", "list"]);
    let again = run(&issue(&["--replace", "--json"]));
    assert_eq!((again.code, again.error_code().as_str()), (1, "file"));
    assert_eq!(place.json(&["certificate", "list"]), before);
    // A second one is refused, and leaves no empty files behind.
    fs::remove_file(place.path("a.p12")).unwrap();
    fs::remove_file(place.path("a.txt")).unwrap();
    let second = run(&issue(&["--json"]));
    assert_eq!(second.error_code(), "activeEncryption");
    assert!(!place.path("a.p12").exists() && !place.path("a.txt").exists());
    let replaced = run(&issue(&["--replace", "--json"]));
    assert_eq!(replaced.json()["superseded"][0], before[0]["serial"]);
    // Apart from each other nothing is to be said.
    fs::create_dir(place.path("apart")).unwrap();
    let base = ["certificate", "issue", "alice@example.edu", "--profile", "encryption", "--generate", "--replace"];
    let apart = place.run(&[&base[..], &["--p12", "b.p12", "--password-out", "apart/b.txt"]].concat());
    assert_eq!((apart.code, apart.stderr.as_str()), (0, ""));
    let signing =
        ["certificate", "issue", "alice@example.edu", "--profile", "signing", "--generate", "--p12", "s.p12", "--password-out", "s.txt"];
    assert_eq!(refused(&place, &signing), "signingKeyHere");
}

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

#[cfg(unix)]
#[test]
fn a_batch_that_was_killed_goes_on_where_it_was() {
    let place = Place::ready();
    let mut list = "name,mail\n".to_owned();
    for n in 0..60 {
        list.push_str(&format!("Person {n},p{n}@example.edu\n"));
    }
    fs::write(place.path("list.csv"), &list).unwrap();
    place.json(&["subscriber", "import", "list.csv"]);
    for n in 0..60 {
        place.json(&["subscriber", "validate", &format!("p{n}@example.edu"), "--method", "records", "--evidence", "staff list"]);
    }
    let arguments = ["issue-batch", "list.csv", "--bundle", "encryption", "--out", "out"];
    let mut child = place.command(&arguments).stderr(Stdio::null()).spawn().unwrap();
    // Some have come out, many have not.
    for _ in 0..2000 {
        if fs::read_dir(place.path("out")).map_or(0, |files| files.count()) > 5 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = place.json(&["certificate", "list"]).as_array().unwrap().len();
    assert!((1..60).contains(&before), "{before}");
    let done = place.run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let passwords = fs::read_to_string(place.path("out-passwords.csv")).unwrap();
    let active: Vec<_> =
        place.json(&["certificate", "list"]).as_array().unwrap().iter().filter(|c| c["status"] == "active").cloned().collect();
    assert_eq!(active.len(), 60, "one each");
    for certificate in active {
        let serial = certificate["serial"].as_str().unwrap();
        let line = passwords.lines().find(|line| line.split(',').nth(2) == Some(serial)).expect("a password");
        let cells: Vec<_> = line.split(',').collect();
        let text = openssl(
            &place,
            &["pkcs12", "-in", &format!("out/{}", cells[1]), "-passin", &format!("pass:{}", cells[3]), "-nodes", "-clcerts"],
        );
        fs::write(place.path("leaf.pem"), text).unwrap();
        let shown = openssl(&place, &["x509", "-in", "leaf.pem", "-noout", "-serial"]);
        assert_eq!(shown.trim().trim_start_matches("serial=").trim_start_matches('0'), serial.trim_start_matches('0'));
    }
}

#[cfg(unix)]
#[test]
fn a_batch_that_is_interrupted_hands_over_what_it_made_and_goes_on_later() {
    // A step makes keys on all cores, and each of the three below has to leave some.
    let count = 40 * cores();
    let place = with_people(count);
    let arguments = ["issue-batch", "list.csv", "--bundle", "encryption", "--out", "out", "--json"];
    let files = || files(&place);
    let certificates = || place.json(&["certificate", "list"]).as_array().unwrap().clone();
    // As Ctrl-C does, and a service manager, and a terminal that is closed.
    for signal in ["-INT", "-TERM", "-HUP"] {
        let before = files();
        let child = as_in_a_terminal(&place.command(&arguments)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        until_more_than(&place, before + 2);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let done = support::done(child.wait_with_output().unwrap());
        assert_eq!((done.code, done.error_code().as_str()), (1, "batchStopped"), "{signal}: {}{}", done.stdout, done.stderr);
        let said = done.json();
        let delivered = usize::try_from(said["batch"]["delivered"].as_u64().unwrap()).unwrap();
        assert_eq!(said["batch"]["state"], "stopped");
        assert!((before + 1..count).contains(&delivered), "{signal}: {delivered}");
        assert!(said["error"]["message"].as_str().unwrap().contains(&format!("{} are left", count - delivered)), "{said}");
        assert!(said["error"]["next"].as_str().unwrap().contains("Give the same list"), "{said}");
        // Whoever has a certificate has its key: none was torn off, so none is revoked.
        let all = certificates();
        assert_eq!((all.len(), files()), (delivered, delivered), "{signal}");
        assert!(all.iter().all(|certificate| certificate["status"] == "active"), "{signal}: {all:?}");
    }
    let done = place.run(&arguments);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let all = certificates();
    assert_eq!((all.len(), files()), (count, count));
    assert!(all.iter().all(|certificate| certificate["status"] == "active"), "{all:?}");
}

/// Whoever asks twice does not want to wait for what is under way.
#[cfg(unix)]
#[test]
fn a_batch_that_is_asked_twice_to_end_ends_at_once() {
    let place = with_people(20 * cores());
    let batch = ["issue-batch", "list.csv", "--bundle", "encryption", "--out", "out"];
    let mut child = place.command(&batch).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until_more_than(&place, 2);
    // While somebody else has the database, what is under way cannot be finished.
    let other = rusqlite::Connection::open(place.path("data/signet.db")).unwrap();
    other.busy_timeout(std::time::Duration::from_secs(20)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let interrupt = || assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    interrupt();
    let heard = said.find(|line| line.starts_with("Stopping: ")).unwrap();
    assert!(heard.contains("Asked again, this ends at once"), "{heard}");
    interrupt();
    let rest: Vec<String> = said.collect();
    let done = support::done(child.wait_with_output().unwrap());
    assert_eq!((done.code, done.stdout.as_str()), (130, ""), "{rest:?}");
    drop(other);
    // As after a crash, the next one goes on.
    assert_eq!(place.run(&batch).code, 0);
}

/// A department with so many people, and the list of them.
#[cfg(unix)]
fn with_people(count: usize) -> Place {
    let place = Place::ready();
    let mut list = "name,mail\n".to_owned();
    for n in 0..count {
        list.push_str(&format!("Person {n},p{n}@example.edu\n"));
    }
    fs::write(place.path("list.csv"), &list).unwrap();
    place.json(&["subscriber", "import", "list.csv"]);
    for n in 0..count {
        place.json(&["subscriber", "validate", &format!("p{n}@example.edu"), "--method", "records", "--evidence", "staff list"]);
    }
    place
}

#[cfg(unix)]
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Files in the folder that batches here write to.
#[cfg(unix)]
fn files(place: &Place) -> usize {
    fs::read_dir(place.path("out")).map_or(0, |files| files.count())
}

#[cfg(unix)]
fn until_more_than(place: &Place, count: usize) {
    for _ in 0..6000 {
        if files(place) > count {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("{} files", files(place));
}

/// Whoever runs the tests may have told the system that the end of the terminal does not matter: here it does.
#[cfg(unix)]
fn as_in_a_terminal(command: &Command) -> Command {
    let mut inner = if cfg!(target_os = "linux") {
        let mut inner = Command::new("env");
        inner.arg("--default-signal=HUP").arg(command.get_program());
        inner
    } else {
        Command::new(command.get_program())
    };
    inner.args(command.get_args()).stdin(Stdio::null()).current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => inner.env(name, value),
            None => inner.env_remove(name),
        };
    }
    inner
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
fn history_is_imported_from_files_and_folders() {
    let place = Place::ready();
    fs::create_dir_all(place.path("old/sub")).unwrap();
    for (name, subject) in [("old/a.pem", "/CN=A"), ("old/sub/b.pem", "/CN=B")] {
        openssl(
            &place,
            &[
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "k.pem",
                "-subj",
                subject,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-addext",
                "subjectAltName=email:alice@example.edu",
                "-out",
                name,
            ],
        );
    }
    let report = place.json(&["certificate", "import", "old"]);
    assert_eq!((&report["added"], &report["of_people"], &report["there"]), (&2.into(), &2.into(), &0.into()));
    assert_eq!(place.json(&["certificate", "import", "old"])["there"], 2);
    fs::write(place.path("old/notes.txt"), "no certificate").unwrap();
    assert_eq!(refused(&place, &["certificate", "import", "old"]), "importIncomplete");
    assert_eq!(refused(&place, &["certificate", "import", "nowhere.pem"]), "file");
    assert_eq!(place.json(&["certificate", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn what_is_wrong_with_a_certificate_is_told_when_it_is_shown() {
    let place = Place::ready();
    let base = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl(&place, &[&base[..], &["-subj", "/CN=Old CA", "-keyout", "ca.key", "-out", "ca.pem"]].concat());
    let by_it = ["-subj", "/CN=Alice", "-keyout", "k.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", "old.pem"];
    openssl(&place, &[&base[..], &by_it, &["-addext", "basicConstraints=critical,CA:FALSE"]].concat());
    place.json(&["certificate", "import", "old.pem"]);
    let serial = place.json(&["certificate", "list"])[0]["serial"].as_str().unwrap().to_owned();
    let shown = place.json(&["certificate", "show", &serial]);
    let faults = ["keyUsage is missing (4.2.1.3)", "its issuer is not one of this department's"];
    assert_eq!(shown["lint"], serde_json::json!(faults));
    assert_eq!((&shown["issued_by"], &shown["chain"]), (&serde_json::Value::Null, &serde_json::json!([])), "nobody here issued it");
    let words = place.run(&["certificate", "show", &serial]).stdout;
    assert!(words.contains("\nStored  ") && !words.contains("\nIssued "), "{words}");
    for fault in faults {
        assert!(words.contains(&format!("\nfault: {fault}\n")), "{words}");
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

#[cfg(unix)]
#[test]
fn who_waits_for_another_programs_batch_ends_without_stopping_it() {
    let place = Place::ready();
    fs::write(place.path("list.csv"), "mail\nalice@example.edu\n").unwrap();
    let lock = fs::File::options().create(true).truncate(false).write(true).open(place.path("data/batch.lock")).unwrap();
    lock.lock().unwrap();
    let batch = ["issue-batch", "list.csv", "--bundle", "encryption", "--out", "out"];
    let mut child = place.command(&batch).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("this one waits for it")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let rest: Vec<String> = said.collect();
    assert_eq!(support::done(child.wait_with_output().unwrap()).code, 1, "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("This command has ended, as you asked")), "{rest:?}");
    let database = rusqlite::Connection::open(place.path("data/signet.db")).unwrap();
    let stopped: (String, Option<i64>) = database.query_row("SELECT state, stopped_at FROM batch", [], |row| row.try_into()).unwrap();
    assert_eq!(stopped, ("running".to_owned(), None), "who works on it goes on");
    drop(lock);
    assert_eq!(place.run(&batch).code, 0);
}
