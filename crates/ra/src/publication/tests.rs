//! The outbox of publications.

use super::{Failed, Failure};
use crate::{Error, Noun, id::TargetId, testing};
use protocol::crl::Reason;

#[test]
fn every_change_is_sent_once_by_whoever_leases_it_first() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let target = officer.add_publication_target("https://www.example.edu/pki/", Some(("rosa", "secret word"))).unwrap();
    assert_eq!((target.address.as_str(), target.waiting), ("https://www.example.edu/pki", 4));
    let other = testing::officer(&testing::open(&folder, &clock));
    let leased = officer.lease_publications(10).unwrap();
    assert_eq!(leased.len(), 4);
    assert!(leased.iter().all(|p| p.credentials.as_ref().is_some_and(|(user, word)| user == "rosa" && word.as_str() == "secret word")));
    assert!(other.lease_publications(10).unwrap().is_empty(), "another process has them");
    for publication in &leased {
        officer.publication_ended(publication, Ok("201 Created"), 12).unwrap();
    }
    assert!(officer.lease_publications(10).unwrap().is_empty());
    // A revocation makes a CRL, and the CRL leaves.
    officer.revoke(&crate::certificate::issued(&authority, "Alice"), Reason::Superseded).unwrap();
    officer.keep_status().unwrap();
    let again = other.lease_publications(10).unwrap();
    assert_eq!(again.iter().map(|p| p.file.as_str()).collect::<Vec<_>>(), ["issuing.crl", "root.crl"]);
    assert!(again.iter().any(|p| p.content == Some(authority.enroller().crl("issuing").unwrap())));
}

#[test]
fn what_changes_on_its_way_goes_again_and_who_dies_on_the_way_is_replaced() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.add_publication_target("http://www.example.edu", None).unwrap();
    let leased = officer.lease_publications(10).unwrap();
    officer.publish_again(None).unwrap();
    officer.publication_ended(&leased[0], Ok("201 Created"), 1).unwrap();
    let again = officer.lease_publications(10).unwrap();
    assert_eq!(again.iter().map(|p| p.file.as_str()).collect::<Vec<_>>(), [leased[0].file.as_str()]);
    officer.publication_ended(&again[0], Ok("204 No Content"), 1).unwrap();
    clock.advance(120);
    assert_eq!(officer.lease_publications(10).unwrap().len(), 3, "the lease has run out");
}

#[test]
fn retries_wait_longer_each_time() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let target = officer.add_publication_target("http://www.example.edu", None).unwrap();
    for wait in [60, 120, 240, 480, 960, 1920, 3600, 3600] {
        for publication in officer.lease_publications(10).unwrap() {
            officer.publication_ended(&publication, Err(&Failed::new(Failure::Unreachable, "down\u{202e}")), 1).unwrap();
        }
        clock.advance(wait - 1);
        assert!(officer.lease_publications(10).unwrap().is_empty(), "{wait}");
        clock.advance(1);
    }
    assert_eq!(officer.lease_publications(10).unwrap().len(), 4);
    let last = officer.publication_targets().unwrap().remove(0).last.unwrap();
    assert_eq!((last.target, last.detail.as_str(), last.failure), (target.id, "down ", Some(Failure::Unreachable)));
    assert!(last.told().starts_with("down : the server cannot be reached; look whether the address is right"), "{}", last.told());
}

#[test]
fn what_earlier_versions_recorded_of_a_failure_is_still_read() {
    let (authority, _clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let target = officer.add_publication_target("http://www.example.edu", None).unwrap().id;
    let leased = officer.lease_publications(1).unwrap();
    officer.publication_ended(&leased[0], Err(&Failed::new(Failure::Full, "507 Insufficient Storage")), 1).unwrap();
    // As they did: the whole sentence, and no word for it. And one that somebody else's program wrote.
    let database = rusqlite::Connection::open(folder.path().join("data/signet.db")).unwrap();
    let before = "507 Insufficient Storage: the server is full";
    for failure in [None, Some("somethingElse")] {
        database.execute("UPDATE outbox_attempt SET detail = ?, failure = ?", (before, failure)).unwrap();
        let attempt = officer.publication_attempts(target, 1).unwrap().remove(0);
        assert_eq!((attempt.failure, attempt.told().as_str(), attempt.succeeded), (None, before, false));
    }
}

#[test]
fn what_was_to_leave_while_the_clock_was_ahead_leaves_once_it_is_right() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let other = testing::officer(&testing::open(&folder, &clock));
    clock.advance(30 * 86_400);
    officer.add_publication_target("http://www.example.edu", None).unwrap();
    // One is on its way, one has failed, two wait.
    let leased = officer.lease_publications(2).unwrap();
    officer.publication_ended(&leased[0], Err(&Failed::new(Failure::Unreachable, "down")), 1).unwrap();
    clock.advance(-30 * 86_400);
    assert_eq!(officer.lease_publications(10).unwrap().len(), 4, "nothing waits for a month");
    clock.advance(-30);
    assert!(other.lease_publications(10).unwrap().is_empty(), "also for a process that read the time a little earlier");
}

#[test]
fn a_removed_target_gets_nothing_and_forgets_its_password() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let target = officer.add_publication_target("https://www.example.edu", Some(("rosa", "secret word"))).unwrap();
    officer.remove_publication_target(target.id).unwrap();
    assert!(officer.publication_targets().unwrap().is_empty() && officer.lease_publications(10).unwrap().is_empty());
    assert!(matches!(officer.remove_publication_target(target.id), Err(Error::NotFound(Noun::Target))));
    assert!(matches!(officer.remove_publication_target(TargetId::fresh()), Err(Error::NotFound(Noun::Target))));
    officer.add_publication_target("https://www.example.edu", None).unwrap();
}

#[test]
fn an_address_that_cannot_be_published_to_is_refused_with_the_reason() {
    let (authority, _clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    for wrong in ["", "public", "/no/such/folder", "ftp://www.example.edu", "https://", "https://u:p@www.example.edu", "http://a b"] {
        assert!(matches!(officer.add_publication_target(wrong, None), Err(Error::Invalid { field: "address", .. })), "{wrong}");
    }
    let in_the_clear = officer.add_publication_target("http://www.example.edu", Some(("rosa", "secret word")));
    assert!(matches!(in_the_clear, Err(Error::Invalid { field: "address", .. })));
    assert!(officer.add_publication_target("https://www.example.edu", Some(("ro:sa", "x"))).is_err());
    let place = folder.path().to_str().unwrap();
    officer.add_publication_target(place, None).unwrap();
    assert!(officer.add_publication_target(place, None).is_err(), "twice");
}
