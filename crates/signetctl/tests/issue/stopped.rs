//! Batches that are killed, or asked to end, and go on later.

use crate::{
    openssl,
    support::{self, Place},
};
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

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

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Files in the folder that batches here write to.
fn files(place: &Place) -> usize {
    fs::read_dir(place.path("out")).map_or(0, |files| files.count())
}

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
