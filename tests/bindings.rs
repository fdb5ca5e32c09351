//! The window's typed bindings, its permissions and its commands are one list (`UPDATE_BINDINGS=1 cargo test --test bindings` rewrites), and
//! its page may do no more, as its configuration says. That the engine obeys is tried in tests/gui/confined.rs.

use serde_json::{Value, json};
use specta_typescript::Typescript;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

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
    let capability: Value = serde_json::from_str(&capability).expect("capability is JSON");
    let granted: Vec<&str> = capability["permissions"].as_array().expect("permissions").iter().filter_map(|p| p.as_str()).collect();
    let commands: BTreeSet<String> = granted.iter().filter_map(|p| p.strip_prefix("allow-")).map(|name| name.replace('-', "_")).collect();
    assert_eq!(commands, named);
    let core: Vec<&&str> = granted.iter().filter(|p| !p.starts_with("allow-")).collect();
    assert!(core.iter().all(|p| p.starts_with("core:") && p.contains(":allow-")), "no permission sets, only named ones: {core:?}");
}

fn json_of(file: &str) -> Value {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect(file);
    serde_json::from_str(&text).expect(file)
}

/// Names in a folder that pass.
fn names(folder: &str, passes: impl Fn(&str) -> bool) -> Vec<String> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect(folder);
    entries.map(|entry| entry.expect(folder).file_name().into_string().expect("a name")).filter(|name| passes(name)).collect()
}

#[test]
fn one_file_says_what_the_window_may_and_nobody_elsewhere_may_anything() {
    assert_eq!(names("src-tauri/capabilities", |_| true), ["main.json"]);
    let capability = json_of("src-tauri/capabilities/main.json");
    assert_eq!(capability["windows"], json!(["main"]));
    for widens in ["remote", "webviews", "local"] {
        assert!(capability.get(widens).is_none(), "{widens}");
    }
    // Nor does another configuration beside it (one of a single system would be read over it).
    assert_eq!(names(".", |name| name.to_lowercase().starts_with("tauri.")), ["tauri.conf.json"]);
    let configuration = json_of("tauri.conf.json");
    assert_eq!(configuration["app"]["withGlobalTauri"], json!(false));
    let windows = configuration["app"]["windows"].as_array().expect("windows");
    assert!(matches!(windows.as_slice(), [one] if one["label"] == "main" && one.get("url").is_none()), "one window, of our own page");
    let security = configuration["app"]["security"].as_object().expect("security");
    assert_eq!(security.keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["csp", "freezePrototype"]));
    assert_eq!(security["freezePrototype"], json!(true));
    let build = &configuration["build"];
    assert!(build.get("devUrl").is_none() && build["frontendDist"] == "ui/dist", "the page is in the program");
}

#[test]
fn the_page_runs_its_own_scripts_alone_and_reaches_the_program_alone() {
    let configuration = json_of("tauri.conf.json");
    let csp = configuration["app"]["security"]["csp"].as_str().expect("a content security policy").to_owned();
    let directives: BTreeMap<&str, Vec<&str>> = csp
        .split(';')
        .map(|directive| {
            let mut words = directive.split_whitespace();
            (words.next().expect("a directive"), words.collect())
        })
        .collect();
    for own in ["default-src", "script-src", "style-src", "font-src"] {
        assert_eq!(directives[own], ["'self'"], "{own}");
    }
    for none in ["object-src", "base-uri", "form-action", "frame-ancestors"] {
        assert_eq!(directives[none], ["'none'"], "{none}");
    }
    assert_eq!(directives["connect-src"], ["ipc:", "http://ipc.localhost"], "the program, on each system by its own name");
    assert_eq!(directives["img-src"], ["'self'", "data:"]);
    // Styles of single elements are set while a list is scrolled; they can neither run nor load anything.
    assert_eq!(directives["style-src-attr"], ["'unsafe-inline'"]);
    assert_eq!(directives.len(), 11, "{csp}");
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/index.html")).expect("ui/index.html");
    assert!(!page.contains("://") && !page.contains("src=\"//"), "the page names nothing elsewhere");
}
