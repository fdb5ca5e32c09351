//! Who may use whom (docs/adr/0002-crates-and-handles.md), checked against the manifests as Cargo reads them; and how much a command does.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};

/// A crate of ours, the crates of ours that it may use, and the outside crates that must not stand among its direct dependencies.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    ("protocol", &[], &["tokio", "rusqlite", "getrandom", "rand", "reqwest", "axum", "tauri"]),
    ("ra", &["protocol"], &["tokio", "axum", "ldap3", "lettre", "reqwest", "tauri"]),
    ("enroll", &["ra", "protocol"], &["rusqlite", "refinery", "tauri"]),
    ("outbound", &["ra", "protocol"], &["rusqlite", "refinery", "axum", "tauri"]),
    ("device", &["protocol"], &["rusqlite", "axum", "tauri"]),
    ("signetctl", &["ra", "enroll", "outbound", "device", "protocol"], &["rusqlite", "refinery", "openssl", "tauri"]),
    ("signet", &["ra", "enroll", "outbound", "device", "protocol"], &["rusqlite", "refinery", "openssl", "rcgen"]),
    ("xtask", &[], &["tokio", "tauri"]),
    ("signet-fuzz", &["protocol", "enroll"], &["rusqlite", "tauri"]),
];

fn workspace() -> BTreeMap<String, Package> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    // Without dependencies: what only fuzzing needs is not fetched for this.
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata");
    let members: BTreeSet<_> = metadata.workspace_members.iter().cloned().collect();
    metadata.packages.into_iter().filter(|p| members.contains(&p.id)).map(|p| (p.name.to_string(), p)).collect()
}

/// Direct dependencies that end up in what we ship.
fn uses(package: &Package) -> BTreeSet<&str> {
    package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development).map(|d| d.name.as_str()).collect()
}

#[test]
fn every_crate_uses_only_what_its_row_allows() {
    let crates = workspace();
    for (name, may_use, must_not_use) in TABLE {
        let package = crates.get(*name).unwrap_or_else(|| panic!("{name} is not in the workspace"));
        let uses = uses(package);
        let ours: BTreeSet<_> = uses.iter().filter(|d| crates.contains_key(**d)).copied().collect();
        let allowed: BTreeSet<_> = may_use.iter().copied().collect();
        assert!(ours.is_subset(&allowed), "{name} uses {ours:?} of ours, but may use only {allowed:?}");
        for outside in *must_not_use {
            assert!(!uses.contains(outside), "{name} must not use {outside}");
        }
    }
}

#[test]
fn every_crate_has_a_row() {
    let rows: BTreeSet<&str> = TABLE.iter().map(|(name, ..)| *name).collect();
    for name in workspace().keys() {
        assert!(rows.contains(name.as_str()), "{name} has no row: a new crate needs a decision record and a row here");
    }
}

/// Lines of the longest body of a command. Of one that goes to the authority three are `app.with(move |app, authority| {`, `})` and
/// `.await`, so that four are left; five where it is a line of its own.
const COMMAND: usize = 7;

/// Name and lines of the bodies of a file's commands; blank lines and comments do not count.
fn commands(text: &str) -> Vec<(String, usize)> {
    let after = text.split("#[tauri::command]\n").skip(1);
    let one = |after: &str| {
        let (head, rest) = after.split_once("{\n").expect("a body");
        let (body, _) = rest.split_once("\n}\n").expect("an end");
        let name = head.split_once("fn ").and_then(|(_, rest)| rest.split_once('(')).expect("a name").0;
        let lines = body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
        (name.to_owned(), lines)
    };
    after.map(one).collect()
}

#[test]
fn commands_translate_and_leave_the_work_to_others() {
    let long = "#[tauri::command]\n#[specta::specta]\npub async fn long(\n    a: A,\n) -> B {\n    a();\n\n    // why\n    b()\n}\n";
    assert_eq!(commands(long), [("long".to_owned(), 2)]);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/src/commands");
    let files = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("entry").path());
    let all: Vec<_> = files.flat_map(|file| commands(&std::fs::read_to_string(file).expect("UTF-8"))).collect();
    assert!(all.len() > 100, "{} commands were found", all.len());
    let long: Vec<_> = all.iter().filter(|(_, lines)| *lines > COMMAND).collect();
    assert!(long.is_empty(), "what these do belongs into the authority, or a conversion into dto: {long:?}");
}

/// SQL stands only in the authority, and there the network does not.
#[test]
fn protocol_reads_no_clock_no_file_and_no_socket() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/protocol/src");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
            for forbidden in ["std::fs", "std::net::Tcp", "std::net::Udp", "SystemTime::now", "Instant::now", "getrandom", "rand_bytes"] {
                let spared = forbidden == "rand_bytes" && path.to_string_lossy().contains("cms");
                assert!(spared || !shipped.contains(forbidden), "{} uses {forbidden}", path.display());
            }
        }
    }
}
