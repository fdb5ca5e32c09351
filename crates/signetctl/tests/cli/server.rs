//! The server: what it says, what it remembers, what it needs.

use crate::support::Place;
#[cfg(unix)]
use crate::support::{Served, get};
#[cfg(unix)]
use serde_json::Value;
use std::{fs, net::TcpListener};
#[cfg(unix)]
use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    sync::mpsc,
    time::Duration,
};

#[cfg(unix)]
#[test]
fn a_server_prints_its_addresses_remembers_them_works_beside_commands_and_ends_in_order() {
    let place = Place::with_department();
    let all = place.json(&["certificate", "list", "--all"]);
    let root = all.as_array().unwrap().iter().find(|row| row["profile"] == "root").unwrap()["serial"].as_str().unwrap();
    let device_ca = place.path("device-ca.pem").to_str().unwrap().to_owned();
    fs::write(&device_ca, place.run(&["certificate", "export", root, "--format", "pem"]).stdout).unwrap();
    let (public_url, status_url) = ("https://localhost:9443", "http://pki.example.edu/x");
    let served = Served::start(&place, &["--public-url", public_url, "--status-url", status_url, "--device-ca", &device_ca]);
    let said = |listening: &Value| ["public_url", "status_url"].map(|key| listening[key].as_str().unwrap().to_owned());
    assert_eq!(said(&served.listening), [public_url, status_url]);
    let warnings = served.listening["warnings"].to_string();
    assert!(warnings.contains("their status is found at http://pki.example.edu, the last of them until "), "{warnings}");
    let http = served.address("http");
    assert!(get(http, "/healthz").starts_with("HTTP/1.1 200"));
    TcpStream::connect(served.address("https")).unwrap();

    // Another process sees the addresses, and the server sees what the other process writes.
    let remembered = || {
        let named = [("serve.public_url", public_url), ("status.url", status_url), ("serve.device_ca", device_ca.as_str())];
        named.into_iter().for_each(|(key, value)| assert_eq!(place.json(&["settings", "get", key])["value"], value, "{key}"));
    };
    remembered();
    assert_eq!(place.json(&["settings", "get", "serve.http"])["value"], http.to_string());
    place.json(&["subscriber", "validate", "alice@example.edu", "--method", "records", "--evidence", "personnel list"]);
    let url = place.json(&["invite", "alice@example.edu"])["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://localhost:9443/e/"), "{url}");

    let taken = place.run(&["serve", "--json", "--https", "127.0.0.1:0", "--http", &http.to_string()]);
    assert_eq!((taken.code, taken.error_code().as_str()), (1, "portInUse"));
    let elsewhere = place.run(&["serve", "--json", "--https", &http.to_string(), "--http", "127.0.0.1:0"]);
    assert_eq!((elsewhere.code, elsewhere.error_code().as_str()), (1, "portInUse"));
    assert_eq!(
        place.json(&["settings", "get", "serve.https"])["value"],
        served.listening["https"],
        "an address that could not be had is not remembered"
    );
    assert_eq!(served.terminate(), 0);
    assert!(TcpStream::connect(http).is_err(), "the port is free again");
    let again = Served::start(&place, &[]);
    assert_eq!(said(&again.listening), [public_url, status_url]);
    assert_eq!(again.listening["warnings"].to_string(), "[]", "nothing has moved");
    remembered();
    assert_eq!(again.terminate(), 0);
}

#[cfg(unix)]
#[test]
fn people_are_told_that_it_listens_before_all_certificates_are_read_for_a_warning() {
    let place = Place::with_department();
    let (reader, writer) = std::io::pipe().unwrap();
    let mut serve =
        place.command(&["serve", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--status-url", "http://pki.example.edu/x"]);
    // Both into one pipe, so that their order can be seen.
    let mut child = serve.stdout(writer.try_clone().unwrap()).stderr(writer).spawn().unwrap();
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || BufReader::new(reader).lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    let mut said: Vec<String> = Vec::new();
    while !said.last().is_some_and(|line| line.contains("their status is found at http://pki.example.edu,")) {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) => said.push(line),
            Err(_) => break,
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let at = |words: &str| said.iter().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{words} in {said:#?}"));
    assert!(at("Listening on https://127.0.0.1:") < at("their status is found at http://pki.example.edu,"), "{said:#?}");
}

#[cfg(unix)]
#[test]
fn a_public_url_that_nobody_named_goes_where_the_address_goes() {
    let place = Place::with_department();
    for _ in 0..2 {
        let served = Served::start(&place, &[]);
        let port = served.address("https").port();
        assert_eq!(served.listening["public_url"].as_str().unwrap().rsplit(':').next(), Some(port.to_string().as_str()));
        assert_eq!(served.terminate(), 0);
    }
    let named = "https://localhost:9443";
    for arguments in [&["--public-url", named][..], &[]] {
        let served = Served::start(&place, arguments);
        assert_eq!(served.listening["public_url"], named, "what was named stays");
        assert_eq!(served.terminate(), 0);
    }
}

#[test]
fn a_server_needs_a_department_and_a_readable_device_ca() {
    let place = Place::new();
    fs::create_dir(place.path("data")).unwrap();
    assert_eq!(place.run(&["serve", "--json"]).error_code(), "notSetUp");
    let place = Place::with_department();
    let refused = place.run(&["serve", "--json", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--device-ca", "nowhere.pem"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "validation"));
    assert!(place.path("data").exists());
}

#[test]
fn of_a_server_that_does_not_come_up_nothing_is_remembered() {
    let place = Place::with_department();
    let root = place.json(&["certificate", "list", "--all"]);
    let root = root.as_array().unwrap().iter().find(|row| row["profile"] == "root").unwrap()["serial"].as_str().unwrap();
    fs::write(place.path("device-ca.pem"), place.run(&["certificate", "export", root, "--format", "pem"]).stdout).unwrap();
    let given = ["--status-url", "http://status.example.edu", "--device-ca", "device-ca.pem", "--public-url"];
    let serve = |https: &str, http: &str, public_url: &str| {
        let done = place.run(&[&["serve", "--json", "--https", https, "--http", http], &given[..], &[public_url]].concat());
        (done.code, done.error_code())
    };
    let rows = || place.json(&["ledger", "verify"])["rows"].as_u64().unwrap();
    let (before, written) = (place.json(&["settings", "get"]), rows());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (taken_at, free) = (taken.local_addr().unwrap().to_string(), "127.0.0.1:0");
    let in_use = (1, "portInUse".to_owned());
    assert_eq!(serve(&taken_at, free, "https://localhost:9443"), in_use);
    assert_eq!(serve(free, &taken_at, "https://localhost:9443"), in_use);
    assert_eq!((place.json(&["settings", "get"]), rows()), (before.clone(), written), "the ledger knows of no change either");
    // The sockets could be had; a certificate for this name could not, and all is put back.
    assert_eq!(serve(free, free, "https://www.example.com"), (1, "validation".to_owned()));
    assert_eq!(place.json(&["settings", "get"]), before);
    // Also what could not be set anew: its file is gone. The ledger has both changes of each.
    fs::copy(place.path("device-ca.pem"), place.path("old.pem")).unwrap();
    place.json(&["settings", "set", "serve.device_ca", place.path("old.pem").to_str().unwrap()]);
    fs::remove_file(place.path("old.pem")).unwrap();
    let (before, written) = (place.json(&["settings", "get"]), rows());
    assert_eq!(serve(free, free, "https://www.example.com"), (1, "validation".to_owned()));
    assert_eq!(place.json(&["settings", "get"]), before);
    assert!(before.to_string().contains("old.pem") && rows() > written, "{before}");
}

#[cfg(unix)]
#[test]
fn a_server_says_at_once_that_the_ledger_was_changed() {
    let place = Place::with_department();
    let whole = Served::start(&place, &[]).log();
    assert!(!whole.contains("ledger is broken"), "{whole}");
    let file = place.path("data").join("signet.db");
    let mut bytes = fs::read(&file).unwrap();
    let word = b"mixed_scripts"; // of the ledger's row about Alice, and of nothing else
    let at: Vec<usize> = (0..bytes.len() - word.len()).filter(|at| bytes[*at..].starts_with(word)).collect();
    assert!(!at.is_empty());
    at.into_iter().for_each(|at| bytes[at] = b'M');
    fs::write(&file, bytes).unwrap();
    assert_eq!(place.run(&["ledger", "verify", "--json"]).error_code(), "ledgerBroken");
    let said = Served::start(&place, &[]).log();
    assert!(said.contains("the ledger is broken"), "{said}");
}
