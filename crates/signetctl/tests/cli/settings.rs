//! Settings and their secrets.

use crate::support::Place;
use std::fs;

#[test]
fn settings_are_read_and_set_and_secrets_are_no_arguments() {
    let place = Place::with_department();
    assert_eq!(place.json(&["settings", "get", "portal.sign_in"])["value"], "code");
    assert_eq!(place.json(&["settings", "set", "portal.sign_in", "password"])["value"], "password");
    assert_eq!(place.run(&["settings", "get", "portal.sign_in"]).stdout, "password\n");
    // Its name is kept for later, and it is not taken for another way meanwhile.
    let directory = place.run(&["settings", "set", "portal.sign_in", "directory", "--json"]);
    assert_eq!((directory.code, directory.error_code().as_str()), (1, "validation"));
    let said = directory.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(said, "portal.sign_in: Signet cannot ask a directory yet; choose code, password, both or basic.");
    assert_eq!(place.json(&["settings", "get", "portal.sign_in"])["value"], "password");
    assert_eq!(place.json(&["settings", "get"])["wifi.ssid"], "");
    assert_eq!(place.run(&["settings", "set", "removal", "never", "--json"]).error_code(), "validation");
    assert_eq!(place.run(&["settings", "get", "no.such", "--json"]).error_code(), "notFound");

    let made = place.json(&["settings", "set", "removal", "password"]);
    assert!(made["removal_password"].as_str().is_some_and(|password| password.len() >= 12), "{made}");
    assert_eq!(place.json(&["settings", "get", "removal.password"])["value"], "set");
    assert!(place.json(&["settings", "set", "removal", "password"])["removal_password"].is_null(), "shown once");

    let refused = place.run(&["settings", "set", "removal.password", "sesame 4711", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (1, "secretAsArgument"));
    assert!(!format!("{}{}", refused.stdout, refused.stderr).contains("sesame"));
    let set = place.run_with_input(&["settings", "set", "removal.password", "--json"], "sesame 4711\n");
    assert_eq!((set.code, set.json()["value"].as_str()), (0, Some("set")), "{}", set.stderr);
    assert!(!format!("{}{}", set.stdout, set.stderr).contains("sesame"));
    for file in fs::read_dir(place.path("data")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(11).any(|window| window == b"sesame 4711"), "no plain text at rest");
    }
}
