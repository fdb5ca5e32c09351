//! A training department in a terminal, by the same commands as `cargo xtask run` gives where there is no display.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use support::{Place, Served, get};

#[test]
fn a_training_department_is_set_up_served_and_invited_to() {
    let place = Place::new();
    let names = ["--organization", "Example University", "--department", "Department of Training", "--mail-domain", "example.edu"];
    let keys = ["--host", "127.0.0.1", "--ca-key", "rsa2048", "--keyring", "passphrase-file", "passphrase"];
    let department = place.json(&[&["init", "--training"], &names[..], &keys].concat());
    assert_eq!((&department["training"], &department["hosts"]), (&serde_json::json!(true), &serde_json::json!(["127.0.0.1"])));
    place.json(&["subscriber", "add", "--name", "Alice Example", "--mail", "alice@example.edu"]);
    let evidence = "invented person of the training department";
    place.json(&["subscriber", "validate", "alice@example.edu", "--method", "records", "--evidence", evidence]);

    let served = Served::start(&place, &[]);
    assert!(get(served.address("http"), "/healthz").starts_with("HTTP/1.1 200 "));
    let front = get(served.address("http"), "/");
    assert!(front.contains("Training department: for practice, not for real people and phones."), "{front}");
    let portal = format!("https://{}/e/", served.address("https"));
    let invited = place.run(&["invite", "alice@example.edu"]);
    assert_eq!(invited.code, 0, "{}", invited.stderr);
    let code = invited.stdout.lines().find_map(|line| line.strip_prefix("Code  ")).unwrap();
    assert!(invited.stdout.contains(&portal) && invited.stdout.contains('\u{2580}') && code.len() == 9, "link, QR code and code");
    assert_eq!(served.terminate(), 0);
}
