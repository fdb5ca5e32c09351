//! What the foot and Today are told of publishing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use super::StatusBrief;
use protocol::Timestamp;
use ra::{
    Operator,
    publication::{Failed, Failure},
    testing,
};

/// Published CRLs with a warning, places whose last attempt failed, whether the root's key has to be attached.
fn told(officer: &Operator) -> (u32, u32, bool) {
    let brief = StatusBrief::of(officer).unwrap();
    (brief.warnings, brief.failing, brief.root_key_due)
}

#[test]
fn the_foot_counts_what_is_not_current_outside_and_what_does_not_arrive_until_it_does() {
    let (authority, _clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let crl = authority.enroller().crl("issuing").unwrap();
    let watched = officer.published_crls_due().unwrap().remove(0);
    assert_eq!((watched.name, told(&officer)), ("issuing", (0, 0, false)), "nobody has looked yet");
    let unreachable = Failed::new(Failure::Unreachable, "connection refused");
    officer.published_crl_found(&watched, Err(&unreachable)).unwrap();
    assert_eq!(told(&officer), (1, 0, false));

    let public = folder.path().join("public");
    std::fs::create_dir(&public).unwrap();
    officer.add_publication_target(public.to_str().unwrap(), None).unwrap();
    assert_eq!(told(&officer), (1, 0, false), "a place where nothing was tried yet");
    let sent = officer.lease_publications(1).unwrap().remove(0);
    officer.publication_ended(&sent, Err(&Failed::new(Failure::DiskFull, "")), 5).unwrap();
    assert_eq!(told(&officer), (1, 1, false));

    officer.published_crl_found(&watched, Ok(&crl)).unwrap();
    assert_eq!(told(&officer), (0, 1, false));
    officer.publication_ended(&sent, Ok("written"), 5).unwrap();
    assert_eq!(told(&officer), (0, 0, false));
}

#[test]
fn the_foot_asks_for_the_key_of_the_root_while_it_is_away_and_its_list_ends() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.move_root_key(&folder.path().join("root.pem"), "a long enough passphrase").unwrap();
    clock.advance(330 * Timestamp::DAY);
    assert_eq!(told(&officer), (0, 0, false), "70 days are left");
    clock.advance(15 * Timestamp::DAY);
    assert_eq!(told(&officer), (0, 0, true));
    // The foot says when the next list is made, and makes none that is due.
    let made = officer.status_facts().unwrap().remove(0);
    clock.advance(2 * Timestamp::DAY);
    assert_eq!(StatusBrief::of(&officer).unwrap().next_crl_at, Some(made.renew_at.to_string()));
    assert!(officer.status_facts().unwrap().remove(0).number > made.number, "it was left to whoever publishes");
}
