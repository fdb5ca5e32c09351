//! What the monitor makes of what it is shown; fetching is tested with the courier.

use super::MonitorState;
use crate::{
    issuance::Form,
    ports::Clock,
    profile::ProfileName,
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

#[test]
fn an_address_of_before_is_looked_at_and_warned_of_until_the_last_certificate_that_names_it_ends() {
    const BEFORE: [&str; 2] = ["http://pki.example.edu:8080/crl/issuing.crl", "http://pki.example.edu:8080/crl/root.crl"];
    const NEW: [&str; 2] = ["http://www.example.edu/crl/issuing.crl", "http://www.example.edu/crl/root.crl"];
    const NEWEST: [&str; 2] = ["http://status.example.edu/crl/issuing.crl", "http://status.example.edu/crl/root.crl"];
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let unreachable = Failed::new(Failure::Unreachable, "connection refused");
    // A round of the monitor that reaches nothing; where it looked.
    let round = || {
        clock.advance(900);
        let due = officer.published_crls_due().unwrap();
        due.iter().for_each(|crl| officer.published_crl_found(crl, Err(&unreachable)).unwrap());
        due.into_iter().map(|crl| crl.address).collect::<Vec<_>>()
    };
    let moved = |url: &str| officer.set_setting("status.url", url).unwrap();
    assert_eq!(round(), BEFORE);
    moved("http://www.example.edu");
    assert_eq!(round(), NEW, "the authority's own certificates alone name those of before");
    moved("http://pki.example.edu:8080");
    testing::person(&officer, "Alice Example", "alice@example.edu");
    let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let end = made.issued.certificate.not_after;
    assert_eq!(round(), BEFORE);
    // Her certificate names the issuing CA's list, and no subscriber's the root's.
    let moved_from = &BEFORE[..1];
    moved("http://www.example.edu");
    assert_eq!(round(), [&NEW, moved_from].concat());
    let seen = officer.published_crls().unwrap();
    assert_eq!(seen.iter().map(|crl| crl.named_until).collect::<Vec<_>>(), [None, None, Some(end)]);
    assert!(seen[2].warns(), "{:?}", seen[2]);
    assert_eq!(seen[2].told(), format!("{unreachable}; certificates from before name this address until {end}"));

    // Nothing was issued that names the second one.
    moved("http://status.example.edu");
    assert_eq!(round(), [&NEWEST, moved_from].concat());
    // Back again it is an address of today, and once.
    moved("http://pki.example.edu:8080");
    assert_eq!(round(), BEFORE);
    assert!(officer.published_crls().unwrap().iter().all(|crl| crl.named_until.is_none()));
    // What is issued meanwhile names it, too.
    let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, true).unwrap();
    let later = made.issued.certificate.not_after;
    assert!(later > end);
    moved("http://status.example.edu");
    assert_eq!(round(), [&NEWEST, moved_from].concat());
    assert_eq!(officer.published_crls().unwrap()[2].named_until, Some(later));
    clock.advance(later.0 + 1 - clock.now().0);
    assert_eq!(round(), NEWEST, "the last of them has ended");
}

#[test]
fn what_is_issued_while_an_address_is_moved_back_between_two_rounds_counts_too() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let unreachable = Failed::new(Failure::Unreachable, "connection refused");
    let moved = |url: &str| officer.set_setting("status.url", url).unwrap();
    // A round of the monitor; until when each address is named.
    let round = || {
        clock.advance(900);
        let due = officer.published_crls_due().unwrap();
        due.iter().for_each(|crl| officer.published_crl_found(crl, Err(&unreachable)).unwrap());
        officer.published_crls().unwrap().iter().map(|crl| crl.named_until).collect::<Vec<_>>()
    };
    testing::person(&officer, "Alice Example", "alice@example.edu");
    let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    let end = made.issued.certificate.not_after;
    assert_eq!(round(), [None, None]);
    moved("http://www.example.edu");
    assert_eq!(round(), [None, None, Some(end)]);
    clock.advance(86_400);
    moved("http://pki.example.edu:8080");
    let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, true).unwrap();
    let later = made.issued.certificate.not_after;
    assert!(later > end);
    moved("http://www.example.edu");
    assert_eq!(round(), [None, None, Some(later)]);
}

#[test]
fn where_the_roots_list_was_nobody_looks_whatever_else_a_certificate_says_of_that_address() {
    const ROOT: &str = "http://pki.example.edu:8080/crl/root.crl";
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    testing::into_production(&officer);
    officer.set_setting("cps.oid", "1.3.6.1.4.1.32473.1").unwrap();
    officer.set_setting("cps.url", ROOT).unwrap();
    testing::person(&officer, "Alice Example", "alice@example.edu");
    let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
    assert_eq!(officer.list_named_until(ROOT).unwrap(), Some(made.issued.certificate.not_after), "it stands there, as the CPS");
    let unreachable = Failed::new(Failure::Unreachable, "connection refused");
    let round = || {
        clock.advance(900);
        let due = officer.published_crls_due().unwrap();
        due.iter().for_each(|crl| officer.published_crl_found(crl, Err(&unreachable)).unwrap());
        due.into_iter().map(|crl| crl.address).collect::<Vec<_>>()
    };
    assert!(round().contains(&ROOT.to_owned()));
    officer.set_setting("status.url", "http://www.example.edu").unwrap();
    assert_eq!(
        round(),
        ["http://www.example.edu/crl/issuing.crl", "http://www.example.edu/crl/root.crl", "http://pki.example.edu:8080/crl/issuing.crl"]
    );
}
