//! The vault with a passphrase file, a credential, and the keyring of a real session.

use super::{Cost, KeyringChoice, Vault};
use crate::{Dependency, Error};
use std::{path::Path, process::Command};
use tempfile::TempDir;

const CHEAP: Cost = Cost { memory: 8, passes: 1, lanes: 1 };

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("pass"), "correct horse\n").unwrap();
    folder
}

fn by_file(folder: &TempDir, name: &str) -> Vault {
    Vault::new(folder.path(), Some(KeyringChoice::PassphraseFile(folder.path().join(name))))
}

/// What stands in the error; it must name the keyring.
fn said<T>(result: crate::Result<T>) -> String {
    match result {
        Err(Error::Unavailable(Dependency::Keyring(text))) => text,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it opened"),
    }
}

#[test]
fn what_one_process_seals_another_opens_with_the_remembered_choice() {
    let folder = folder();
    let vault = by_file(&folder, "pass");
    vault.create(true).unwrap(); // with the parameters of daily life
    let sealed = vault.seal("context", b"secret").unwrap();
    let remembered = Vault::new(folder.path(), None);
    assert_eq!(remembered.open("context", &sealed).unwrap().as_slice(), b"secret");
    assert!(said(remembered.open("another context", &sealed)).contains("another context"));
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.path().join("keyring.json")).unwrap()).unwrap();
    assert_eq!(file["wrapped"]["cost"], serde_json::json!({ "memory": 65536, "passes": 3, "lanes": 1 }), "Argon2id's cost");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(folder.path().join("keyring.json")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn every_way_in_which_the_key_can_be_missing_is_said() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    assert!(said(by_file(&folder, "pass").seal("c", b"s")).contains("keyring.json"), "before the set-up there is no key");
    assert!(said(by_file(&folder, "none").create_with(true, CHEAP)).contains("none"), "the file is named");
    std::fs::write(at("empty"), "\n").unwrap();
    assert!(said(by_file(&folder, "empty").create_with(true, CHEAP)).contains("empty"));
    assert!(said(by_file(&folder, "pass").create_with(false, CHEAP)).contains("backup"), "never a second key beside sealed ones");
    assert!(!at("keyring.json").exists());

    let vault = by_file(&folder, "pass");
    vault.create_with(true, CHEAP).unwrap();
    let sealed = vault.seal("c", b"s").unwrap();
    std::fs::write(at("wrong"), "battery staple").unwrap();
    assert!(said(by_file(&folder, "wrong").open("c", &sealed)).contains("not the one of this folder"));
    std::fs::rename(at("pass"), at("moved")).unwrap();
    assert!(said(Vault::new(folder.path(), None).open("c", &sealed)).contains("pass"), "the remembered file is gone");
    assert!(by_file(&folder, "moved").open("c", &sealed).is_ok(), "it may be elsewhere now");
    let os = Vault::new(folder.path(), Some(KeyringChoice::Os));
    assert!(matches!(os.open("c", &sealed), Err(Error::Invalid { field: "keyring", .. })));

    let text = std::fs::read_to_string(at("keyring.json")).unwrap();
    for damaged in ["", "{}", &text.replace("\"memory\": 8", "\"memory\": 99999999"), &text.replace("\"memory\": 8", "\"memory\": 0")] {
        std::fs::write(at("keyring.json"), damaged).unwrap();
        assert!(said(by_file(&folder, "moved").open("c", &sealed)).contains("damaged"), "{damaged}");
    }
    std::fs::write(at("keyring.json"), text.replace("\"version\": 1", "\"version\": 2")).unwrap();
    assert!(matches!(by_file(&folder, "moved").open("c", &sealed), Err(Error::Conflict(crate::Conflict::NewerDatabase))));
    std::fs::remove_file(at("keyring.json")).unwrap();
    assert!(said(by_file(&folder, "moved").open("c", &sealed)).contains("restore it from the backup"));
}

#[test]
fn a_credential_of_systemd_stands_in_for_a_missing_file() {
    let folder = folder();
    let mut vault = by_file(&folder, "none");
    vault.credentials = Some(folder.path().join("credentials"));
    assert!(said(vault.create_with(true, CHEAP)).contains("none"));
    std::fs::create_dir(folder.path().join("credentials")).unwrap();
    std::fs::write(folder.path().join("credentials/signet-passphrase"), "from systemd").unwrap();
    vault.create_with(true, CHEAP).unwrap();
    let sealed = vault.seal("c", b"s").unwrap();
    std::fs::write(folder.path().join("typed"), "from systemd\n").unwrap();
    assert!(by_file(&folder, "typed").open("c", &sealed).is_ok());
}

#[test]
fn two_processes_that_set_up_at_once_agree_on_one_key() {
    let folder = folder();
    let sealed = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let vault = by_file(&folder, "pass");
                    vault.create_with(true, CHEAP).unwrap();
                    vault.seal("c", b"s").unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let vault = Vault::new(folder.path(), None);
    for sealed in sealed {
        assert!(vault.open("c", &sealed).is_ok());
    }
}

/// Runs one of the ignored tests below in a desktop session of its own.
fn in_session(prepare: &str, test: &str) {
    let home = TempDir::new().unwrap();
    let tools = ["dbus-run-session", "gnome-keyring-daemon"];
    let there =
        |tool: &&str| std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).exists()));
    if let Some(missing) = tools.iter().find(|tool| !there(tool)) {
        assert!(std::env::var_os("CI").is_none(), "{missing} is not installed");
        eprintln!("skipped: {missing} is not installed");
        return;
    }
    std::fs::create_dir(home.path().join("run")).unwrap();
    let script = format!("{prepare}\nexec \"$0\" --exact vault::tests::{test} --ignored");
    let out = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path().join("run"))
        .env("XDG_DATA_HOME", home.path().join("share"))
        .env("XDG_CACHE_HOME", home.path().join("cache"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&out.stderr));
}

#[cfg(target_os = "linux")]
#[test]
fn the_systems_keyring_keeps_the_key() {
    in_session("printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null", "with_an_unlocked_keyring");
}

#[cfg(target_os = "linux")]
#[test]
fn a_locked_or_missing_keyring_is_said() {
    in_session("gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1", "without_a_keyring");
    in_session("export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "without_a_keyring");
}

#[test]
#[ignore = "needs a session; run by the_systems_keyring_keeps_the_key"]
fn with_an_unlocked_keyring() {
    let folder = folder();
    let vault = Vault::new(folder.path(), None);
    vault.create(true).unwrap();
    let sealed = vault.seal("c", b"s").unwrap();
    let text = std::fs::read_to_string(folder.path().join("keyring.json")).unwrap();
    assert!(text.contains("\"Os\"") && !text.contains("\"key\""), "the folder holds no key: {text}");
    assert_eq!(Vault::new(folder.path(), None).open("c", &sealed).unwrap().as_slice(), b"s");
    let id = serde_json::from_str::<serde_json::Value>(&text).unwrap()["id"].as_str().unwrap().to_owned();
    keyring::Entry::new("org.signet", &id).unwrap().delete_credential().unwrap();
    assert!(said(Vault::new(folder.path(), None).open("c", &sealed)).contains("keyring"));
    assert!(matches!(by_file(&folder, "pass").open("c", &sealed), Err(Error::Invalid { field: "keyring", .. })));
}

#[test]
#[ignore = "needs a session; run by a_locked_or_missing_keyring_is_said"]
fn without_a_keyring() {
    let folder = folder();
    let vault = Vault::new(folder.path(), Some(KeyringChoice::Os));
    assert!(said(vault.create(true)).contains("keyring"));
    assert!(!Path::new(&folder.path().join("keyring.json")).exists(), "nothing is remembered that does not work");
}
