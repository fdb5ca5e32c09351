//! What the monitor makes of what it is shown; fetching is tested with the courier.

use super::MonitorState;
use crate::{
    publication::{Failed, Failure},
    testing,
};

#[test]
fn a_number_that_was_never_given_is_noticed() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("status.url", "http://www.example.edu").unwrap();
    let crl = authority.enroller().crl("issuing").unwrap();
    let watched = officer.published_crls_due().unwrap();
    assert_eq!(
        watched.iter().map(|crl| crl.address.as_str()).collect::<Vec<_>>(),
        ["http://www.example.edu/crl/issuing.crl", "http://www.example.edu/crl/root.crl"]
    );
    let unreachable = Failed::new(Failure::Unreachable, "connection refused");
    let seen = |found: Result<&[u8], &Failed>| {
        officer.published_crl_found(&watched[0], found).unwrap();
        officer.published_crls().unwrap().remove(0)
    };
    let fresh = seen(Ok(&crl));
    assert_eq!((fresh.state, fresh.told().as_str()), (MonitorState::Fresh, ""), "nothing is to be done");
    // The folder is put back to a copy of before; the published CRL is of after.
    clock.advance(86_400);
    let later = authority.enroller().crl("issuing").unwrap();
    assert_eq!(seen(Ok(&later)).state, MonitorState::Fresh);
    let database = rusqlite::Connection::open(folder.path().join("data/signet.db")).unwrap();
    database.execute("UPDATE crl SET number = 1", []).unwrap();
    database.execute("UPDATE crl_number SET number = 1", []).unwrap();
    let back = seen(Ok(&later));
    assert!(back.state == MonitorState::OtherNumber && back.warns() && back.detail.contains("older copy"), "{back:?}");
    let told = back.told();
    let (first, publish) = told.split_once(" then publish nothing from it; ").unwrap();
    assert!(first.starts_with(&format!("{}; look first whether this is an older copy of the folder", back.detail)), "{told}");
    assert_eq!(publish, "otherwise publish again (`signetctl crl publish`)");
    let down = seen(Err(&unreachable));
    assert_eq!((down.state, down.failure, down.detail.as_str()), (MonitorState::Unreachable, Some(unreachable.why), "connection refused"));
    assert_eq!(down.told(), unreachable.to_string());
    let since = down.since;
    clock.advance(60);
    assert_eq!(seen(Err(&unreachable)).since, since, "the same trouble goes on");
    let unreadable = seen(Ok(&crl[..crl.len() - 1]));
    assert_eq!((unreadable.state, unreadable.failure), (MonitorState::Unreadable, None), "it was fetched");
    assert!(unreadable.told().ends_with("; look at what the web server offers there"), "{}", unreadable.told());
}

#[test]
fn a_list_that_was_made_while_the_clock_was_ahead_needs_somebody() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("status.url", "http://www.example.edu").unwrap();
    let watched = officer.published_crls_due().unwrap();
    clock.advance(86_400);
    let ahead = authority.enroller().crl("issuing").unwrap();
    let seen = || {
        officer.published_crl_found(&watched[0], Ok(&ahead)).unwrap();
        officer.published_crls().unwrap().remove(0)
    };
    assert_eq!(seen().state, MonitorState::Fresh);
    clock.advance(-86_400);
    let found = seen();
    assert!(found.state == MonitorState::Stale && found.warns() && found.detail.contains("refuse it until then"), "{found:?}");
    assert!(found.told().ends_with("look whether the clock is right"), "{}", found.told());
}

#[test]
fn of_an_old_list_of_the_root_its_key_is_spoken_of_and_of_another_its_place() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("status.url", "http://www.example.edu").unwrap();
    let watched = officer.published_crls_due().unwrap();
    let lists = ["issuing", "root"].map(|name| authority.enroller().crl(name).unwrap());
    clock.advance(401 * 86_400);
    for (watched, list) in watched.iter().zip(&lists) {
        officer.published_crl_found(watched, Ok(list)).unwrap();
    }
    let told: Vec<_> = officer.published_crls().unwrap().iter().map(|crl| (crl.name, crl.state, crl.told())).collect();
    let [(_, MonitorState::Stale, issuing), ("root", MonitorState::Stale, root)] = &told[..] else { panic!("{told:?}") };
    assert!(issuing.contains("; see why that place gets no new one") && !issuing.contains("publish again"), "{issuing}");
    assert!(root.contains("`signetctl crl sign-root`); then publish again") && !root.contains("that place"), "{root}");
}
