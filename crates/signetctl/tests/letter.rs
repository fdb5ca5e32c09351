//! The printed invitation: two files, of which each alone opens nothing.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use support::Place;

const ALICE: &str = "alice@example.edu";
const BY_LETTER: [&str; 6] = ["invite", ALICE, "--via", "letter", "--letter", "alice.html"];

/// What stands between two pieces of text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{before} in {text}")).0
}

#[test]
fn the_letter_has_the_link_and_its_qr_code_and_the_code_stands_on_a_sheet_of_its_own() {
    let place = Place::ready();
    place.json(&["settings", "set", "portal.contact", "Rosa, +44 7700 900 100"]);
    let invited = place.json(&BY_LETTER);
    let text = |name: &str| invited[name].as_str().unwrap();
    let (url, code, trust_url) = (text("url"), text("code"), text("trust_url"));
    assert_eq!((text("letter"), text("code_sheet")), ("alice.html", "alice-code.html"));
    assert_eq!(place.json(&["enrollment", "show", text("enrollment")])["channel"], "letter");

    let letter = fs::read_to_string(place.path("alice.html")).unwrap();
    let drawn = |address: &str| outbound::qr_svg(address, "QR code of the address printed beside it").unwrap();
    for said in [url, &drawn(url), trust_url, &drawn(trust_url), "Alice Example", "Physics", "Example University", "+44 7700 900 100"] {
        assert!(letter.contains(said), "{said}");
    }
    assert_eq!(between(&letter, "<p class=\"words\" lang=\"en\">", "</p>").split(' ').count(), 16, "the root's fingerprint, to compare");
    assert!(!letter.contains(code));
    let sheet = fs::read_to_string(place.path("alice-code.html")).unwrap();
    assert_eq!(between(&sheet, "<p class=\"code\">", "</p>"), code);
    assert!(sheet.contains("Alice Example") && !sheet.contains("/e/") && !sheet.contains(url.rsplit('/').next().unwrap()));
    assert!(!sheet.contains("crispEdges"), "no picture of the link either");
    #[cfg(unix)]
    for name in ["alice.html", "alice-code.html"] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn on_the_terminal_stand_neither_link_nor_code_and_a_new_letter_has_others() {
    let place = Place::ready();
    let done = place.run(&[&BY_LETTER[..], &["--language", "fr"]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    let read = |name: &str| fs::read_to_string(place.path(name)).unwrap();
    let secrets =
        |letter: &str, sheet: &str| (between(letter, "/e/", "<").to_owned(), between(sheet, "<p class=\"code\">", "</p>").to_owned());
    let (letter, sheet) = (read("alice.html"), read("alice-code.html"));
    assert!(letter.contains("Mettez vos certificats sur votre iPhone") && sheet.contains("Votre code"), "in French");
    let (token, code) = secrets(&letter, &sheet);
    let said = format!("{}{}", done.stdout, done.stderr);
    assert!(said.contains("alice.html") && said.contains("alice-code.html"), "{said}");
    assert!(!said.contains(&token) && !said.contains(&code), "they are on paper");

    let id = place.json(&["enrollment", "list"])[0]["id"].as_str().unwrap().to_owned();
    place.json(&["enrollment", "resend", &id, "--letter", "again.html"]);
    let (new_token, new_code) = secrets(&read("again.html"), &read("again-code.html"));
    assert!(new_token != token && new_code != code);
}

#[test]
fn nothing_is_overwritten_and_without_a_place_for_both_sheets_nobody_is_invited() {
    let place = Place::ready();
    fs::write(place.path("alice-code.html"), "somebody's").unwrap();
    let refused = place.run(&[&BY_LETTER[..], &["--json"]].concat());
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "file"));
    assert_eq!(fs::read_to_string(place.path("alice-code.html")).unwrap(), "somebody's");
    assert!(!place.path("alice.html").exists(), "half of it is nothing");
    let missing = place.run(&["invite", ALICE, "--via", "letter", "--letter", "nowhere/alice.html", "--json"]);
    assert_eq!((missing.code, missing.error_code().as_str()), (1, "file"));
    assert_eq!(place.json(&["enrollment", "list"]), serde_json::json!([]));

    // Nor does a refused invitation leave sheets.
    fs::remove_file(place.path("alice-code.html")).unwrap();
    let nobody = place.run(&["invite", "nobody@example.edu", "--via", "letter", "--letter", "alice.html", "--json"]);
    assert_eq!(nobody.code, 1);
    assert!(!place.path("alice.html").exists() && !place.path("alice-code.html").exists());
}

#[test]
fn the_channel_is_what_was_said_and_a_letters_file_says_letter() {
    let place = Place::ready();
    let channel = |invited: &serde_json::Value| {
        let id = invited["enrollment"].as_str().unwrap();
        place.json(&["enrollment", "show", id])["channel"].as_str().unwrap().to_owned()
    };
    // Who writes the letter by other means gets what stands in it.
    let alone = place.json(&["invite", ALICE, "--via", "letter"]);
    assert!(alone["url"].as_str().unwrap().starts_with("https://localhost:8443/e/") && alone["code"].as_str().unwrap().len() == 9);
    assert_eq!((channel(&alone).as_str(), &alone["letter"]), ("letter", &serde_json::Value::Null));
    let said = place.run(&["invite", ALICE, "--via", "LETTER"]);
    assert!(said.code == 0 && said.stdout.contains("https://localhost:8443/e/") && said.stdout.contains("Code"), "{}", said.stderr);

    let implied = place.json(&["invite", ALICE, "--letter", "alice.html"]);
    assert_eq!((channel(&implied).as_str(), &implied["letter"]), ("letter", &"alice.html".into()));
    assert!(place.path("alice-code.html").exists());
    assert_eq!(channel(&place.json(&["invite", ALICE, "--via", "show"])), "show");

    // A new link by letter, and then one of which nothing was said.
    let shown = place.json(&["invite", ALICE]);
    assert_eq!(channel(&shown), "show");
    let id = shown["enrollment"].as_str().unwrap();
    assert_eq!(channel(&place.json(&["enrollment", "resend", id, "--letter", "again.html"])), "letter");
    assert_eq!(channel(&place.json(&["enrollment", "resend", id])), "letter");
}

#[test]
fn a_letters_file_fits_no_other_channel_and_its_language_nothing_without_it() {
    let place = Place::ready();
    for wrong in [
        &["invite", ALICE, "--via", "show", "--letter", "alice.html"][..],
        &["invite", ALICE, "--via", "Mail", "--letter", "alice.html"],
        &["invite", ALICE, "--via", "letter", "--letter", "alice.pdf"],
        &["invite", ALICE, "--language", "fr"],
        &["invite", ALICE, "--via", "letter", "--language", "en"],
        &["enrollment", "resend", "00000000-0000-7000-8000-000000000000", "--language", "fr"],
    ] {
        let refused = place.run(&[wrong, &["--json"]].concat());
        assert_eq!((refused.code, refused.error_code().as_str()), (2, "usage"), "{wrong:?}");
        assert!(refused.json()["error"]["message"].as_str().unwrap().contains("--letter"), "{wrong:?}: {}", refused.stdout);
    }
    assert_eq!(place.json(&["enrollment", "list"]), serde_json::json!([]));
    assert!(!place.path("alice.html").exists());
}
