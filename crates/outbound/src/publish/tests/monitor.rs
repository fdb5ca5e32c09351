//! What the monitor says of published CRLs, and how often.

use super::*;

#[test]
fn a_published_list_that_is_not_as_it_should_be_is_told_once_until_it_is_well_or_something_else_is_the_matter() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("status.url", &format!("http://{}/nowhere", Dav::start().address)).unwrap();
    let public = folder.path().join("public");
    std::fs::create_dir(&public).unwrap();
    let target = officer.add_publication_target(public.to_str().unwrap(), None).unwrap();
    let file = public.join("issuing.crl");
    let address = format!("{}/issuing.crl", target.address);
    let (courier, restarted) = (courier(), courier());
    let told_by = |courier: &Courier| {
        let told = courier.monitor(&officer).unwrap();
        told.into_iter().filter(|crl| crl.address == address).map(|crl| crl.state).collect::<Vec<_>>()
    };
    let look = || {
        clock.advance(900);
        told_by(&courier)
    };
    courier.drain(&officer).unwrap();
    assert!(look().is_empty(), "all is well");
    let good = std::fs::read(&file).unwrap();
    std::fs::write(&file, b"<html>").unwrap();
    assert!(told_by(&courier).is_empty(), "it is not time to look yet");
    assert_eq!(look(), [MonitorState::Unreadable]);
    assert!(look().is_empty(), "the same is not said again");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(look(), [MonitorState::Unreachable], "something else is");
    std::fs::write(&file, &good).unwrap();
    assert!(look().is_empty(), "it is well again");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(look(), [MonitorState::Unreachable], "and now it is not");
    // What the window saw and said, the log of a server that was started later says, too.
    assert!(told_by(&restarted).is_empty(), "not what was seen before it looked itself");
    clock.advance(900);
    assert_eq!(told_by(&restarted), [MonitorState::Unreachable]);
    assert!(told_by(&courier).is_empty(), "it said so before");
    // Another process finds it well: what comes after that is news.
    std::fs::write(&file, &good).unwrap();
    clock.advance(900);
    assert!(told_by(&restarted).is_empty() && told_by(&courier).is_empty());
    std::fs::remove_file(&file).unwrap();
    assert_eq!(look(), [MonitorState::Unreachable]);
    assert_eq!(told_by(&restarted), [MonitorState::Unreachable], "each in its own log, whoever looked");
    assert!(told_by(&restarted).is_empty(), "once");
    // A list that is about to end is one thing, one that has ended another.
    std::fs::write(&file, &good).unwrap();
    assert!(look().is_empty());
    let seen = officer.published_crls().unwrap().into_iter().find(|crl| crl.address == address).unwrap();
    let (now, end) = (seen.checked_at.unwrap(), seen.next_update.unwrap());
    clock.advance(end.0 - 3_600 - now.0);
    assert_eq!(told_by(&courier), [MonitorState::Stale]);
    assert!(look().is_empty(), "it has not ended yet");
    clock.advance(2_700);
    assert_eq!(told_by(&courier), [MonitorState::Stale], "nobody takes it any more");
    assert!(look().is_empty());
}
