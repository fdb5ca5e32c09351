//! The window's typed bindings, its permissions and its commands are one list. `UPDATE_BINDINGS=1 cargo test --test bindings` rewrites.

use specta_typescript::Typescript;
use std::{collections::BTreeSet, path::Path};

/// What the program exports now.
fn exported(to: &Path) -> String {
    let header = "// Made from src-tauri/src/commands by `UPDATE_BINDINGS=1 cargo test --test bindings`; do not edit.\n";
    signet_app::bindings().export(Typescript::default().header(header), to).expect("bindings export");
    std::fs::read_to_string(to).expect("exported file")
}

#[test]
fn the_bindings_are_what_the_commands_are() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/bindings.ts");
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        exported(&kept);
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    let now = exported(&folder.path().join("bindings.ts"));
    let then = std::fs::read_to_string(&kept).unwrap_or_default();
    assert!(now == then, "ui/src/bindings.ts is old: UPDATE_BINDINGS=1 cargo test --test bindings");
}

#[test]
fn each_command_has_a_binding_and_a_permission_and_nothing_else_has() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named: BTreeSet<String> = signet_app::NAMES.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(named.len(), signet_app::NAMES.len(), "a command stands twice in names.rs");

    let folder = tempfile::tempdir().expect("temporary folder");
    let bindings = exported(&folder.path().join("bindings.ts"));
    let bound: BTreeSet<String> =
        bindings.split("__TAURI_INVOKE(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect();
    assert_eq!(bound, named);

    let capability = std::fs::read_to_string(root.join("src-tauri/capabilities/main.json")).expect("capability");
    let capability: serde_json::Value = serde_json::from_str(&capability).expect("capability is JSON");
    let granted: Vec<&str> = capability["permissions"].as_array().expect("permissions").iter().filter_map(|p| p.as_str()).collect();
    let commands: BTreeSet<String> = granted.iter().filter_map(|p| p.strip_prefix("allow-")).map(|name| name.replace('-', "_")).collect();
    assert_eq!(commands, named);
    let core: Vec<&&str> = granted.iter().filter(|p| !p.starts_with("allow-")).collect();
    assert!(core.iter().all(|p| p.starts_with("core:") && p.contains(":allow-")), "no permission sets, only named ones: {core:?}");
}
