//! `init` is killed with SIGKILL at moments spread over its work. Whatever was done by then, `init` again ends with one department and one CA.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use ra::{Authority, OpenOptions, ledger::Actor, ports::SystemClock};
use std::{process::Stdio, sync::Arc, time::Instant};
use support::{INIT, Place};

/// How often it is killed.
const MOMENTS: u32 = 12;

#[test]
fn killing_init_at_any_moment_leaves_a_folder_that_init_completes() {
    let init = [INIT, &["--json"]].concat();
    let begun = Instant::now();
    let undisturbed = Place::new();
    assert_eq!(undisturbed.run(&init).code, 0);
    let whole = begun.elapsed();
    let once = found(&undisturbed);
    assert_eq!((once.0, once.1), (1, 2), "a department, a root and an issuing CA");

    let mut completed = 0;
    for moment in 1..=MOMENTS {
        let place = Place::new();
        let mut first = place.command(&init).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Not waiting for something: the blow shall fall at this point of the work.
        std::thread::sleep(whole * moment / (MOMENTS + 1));
        first.kill().unwrap(); // SIGKILL
        let ended_before = first.wait().unwrap().success();

        let again = place.run(&init);
        if again.code == 0 {
            assert!(!ended_before, "at {moment}: a second department was made");
            completed += 1;
        } else {
            // It was stored before the blow, perhaps without having been said.
            assert_eq!(again.error_code(), "alreadySetUp", "at {moment}: {}", again.stdout);
        }
        assert_eq!(found(&place), once, "at {moment}: what was begun before has left nothing, and nothing is there twice");
        assert_eq!(place.run(&init).error_code(), "alreadySetUp", "at {moment}");
    }
    assert!(completed > 0, "no blow fell before the department was stored: {:?}", whole / (MOMENTS + 1));
}

/// How many departments and CAs there are, and rows of the ledger, which holds.
fn found(place: &Place) -> (usize, usize, u64) {
    let departments = place.json(&["department", "list"]).as_array().unwrap().len();
    let options = OpenOptions { folder: place.path("data"), keyring: None, clock: Arc::new(SystemClock) };
    let authorities = Authority::open(options).unwrap().operator(Actor::Command("test".into())).ca_certificates().unwrap().len();
    let verified = place.json(&["ledger", "verify"]);
    assert!(verified["broken_at"].is_null(), "{verified}");
    (departments, authorities, verified["rows"].as_u64().unwrap())
}
