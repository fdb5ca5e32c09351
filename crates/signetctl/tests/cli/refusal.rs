//! What is wrong with a command, or with the folder, is said with what to do.

use crate::support::{self, Place, done};
use std::{fs, process::Command};

#[test]
fn usage_is_told_from_refusal() {
    let place = Place::new();
    for wrong in [&["frobnicate"][..], &["invite"], &["certificate", "show", "xyz"], &["invite", "a@b.c", "--qr", "a.gif"], &[]] {
        let refused = place.run(wrong);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{wrong:?}");
        assert!(!refused.stderr.is_empty());
        assert_eq!(place.run(&[wrong, &["--json"]].concat()).code, 2);
    }
    assert_eq!(place.run(&["invite", "--json"]).error_code(), "usage");
    let help = place.run(&["--help"]);
    assert!(help.code == 0 && help.stdout.contains("subscriber"));
    assert!(!place.path("data").exists());
}

#[test]
fn what_is_missing_or_damaged_is_said_with_what_to_do() {
    let place = Place::ready();
    let refused = |arguments: &[&str]| {
        let done = place.run(&[arguments, &["--json"]].concat());
        assert_eq!(done.code, 1, "{}{}", done.stdout, done.stderr);
        done.error_code()
    };
    fs::rename(place.path("passphrase"), place.path("elsewhere")).unwrap();
    assert_eq!(refused(&["serve", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0"]), "keyring");
    assert_eq!(place.run(&["subscriber", "list"]).code, 0, "what needs no key goes on");
    fs::write(place.path("passphrase"), "another passphrase\n").unwrap();
    assert_eq!(refused(&["invite", "alice@example.edu"]), "keyring");
    // In words, too: what it is and what to do.
    let words = |done: support::Done| {
        assert!(done.code == 1 && done.stdout.is_empty(), "{}{}", done.stdout, done.stderr);
        done.stderr
    };
    let file = place.path("data").join("signet.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    let later = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
        SELECT 999, 'later', max(applied_on), max(checksum) FROM refinery_schema_history";
    assert_eq!(database.execute(later, []).unwrap(), 1);
    drop(database);
    let before = fs::read(&file).unwrap();
    assert_eq!(refused(&["subscriber", "list"]), "newerDatabase");
    let said = words(place.run(&["subscriber", "list"]));
    assert!(said.contains("A newer Signet wrote this folder.") && said.contains("Install that version or a later one"), "{said}");
    assert!(fs::read(&file).unwrap() == before, "nothing was changed");
    for name in ["signet.db-wal", "signet.db-shm"] {
        let _ = fs::remove_file(place.path("data").join(name));
    }
    fs::write(place.path("data").join("signet.db"), "not a database at all, but long enough to be looked at as one ".repeat(100)).unwrap();
    assert_eq!(refused(&["subscriber", "list"]), "databaseDamaged");
    fs::remove_dir_all(place.path("data")).unwrap();
    fs::write(place.path("data"), "a file").unwrap();
    assert_eq!(refused(&["subscriber", "list"]), "notSetUp");
    // Below a file no folder can be made.
    let init = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signetctl"));
        command.arg("--data").arg(place.path("data").join("below")).args(["init", "--organization", "X", "--department", "Y"]);
        done(command.args(["--mail-domain", "example.edu"]).args(more).output().unwrap())
    };
    let unwritable = init(&["--json"]);
    assert_eq!((unwritable.code, unwritable.error_code().as_str()), (1, "folder"));
    let said = words(init(&[]));
    assert!(said.contains("below") && said.contains("The data folder cannot be used"), "{said}");
    assert!(said.contains("you may write to it, or name another one with --data DIR"), "{said}");
    assert_eq!(fs::read(place.path("data")).unwrap(), b"a file");
}
