//! Killed at any step, asked by many at once: no serial twice, no challenge spent without its certificate.

use super::{CRASH, Fixture, PkiAnswer, certificate, client, client::*};
use crate::{Dependency, Error, profile::ProfileName, testing};
use protocol::{Timestamp, x509::SerialNumber};
use std::{collections::HashSet, sync::Barrier};

#[test]
fn after_a_crash_the_same_key_gets_its_certificate_and_nothing_is_issued_twice() {
    for step in [1, 3, 4] {
        let f = Fixture::new();
        let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
        CRASH.set(Some(step));
        assert!(f.try_send(&message).is_err());
        CRASH.set(None);
        let stored = i64::from(step == 4);
        assert_eq!((f.issued(), f.count("SELECT count(*) FROM challenge WHERE state = 'spent'")), (stored, stored), "both or none");
        // Another process opens the folder and gets the repeat.
        let again = testing::open(&f.folder, &f.clock).enroller();
        let PkiAnswer::CertRep(answer) = crate::wait::on_thread(again.pki_operation(&message.bytes(&f.ra))).unwrap() else {
            panic!("not answered")
        };
        let issued = certificate(message.read(&answer, &f.ra));
        assert_eq!(certificate(f.send(&message)).der, issued.der);
        assert_eq!((f.issued(), f.count("SELECT count(*) FROM issuance WHERE state <> 'stored'")), (1, 0), "the reservation was resumed");
    }
}

#[test]
fn a_reservation_left_behind_is_abandoned_with_a_ledger_row_and_stands_on_the_crl() {
    let f = Fixture::new();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    CRASH.set(Some(3));
    assert!(f.try_send(&message).is_err());
    CRASH.set(None);
    let serial: Vec<u8> = f
        .authority
        .0
        .store
        .read(|tx| Ok(tx.query_row("SELECT serial FROM issuance WHERE state = 'reserved'", [], |row| row.get(0))?))
        .unwrap();
    let serial = SerialNumber::from_octets(&serial).unwrap();
    f.clock.advance(11 * Timestamp::MINUTE);
    let issued = certificate(f.send(&message));
    assert_ne!(issued.serial, serial, "what was signed then is never used");
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'certificate.abandoned'"), 1);
    let crl = openssl::x509::X509Crl::from_der(&f.enroller.crl("issuing").unwrap()).unwrap();
    let listed = crl.get_revoked().expect("entries");
    let wanted = openssl::bn::BigNum::from_slice(serial.octets()).unwrap();
    assert!(listed.iter().any(|entry| entry.serial_number().to_bn().unwrap() == wanted));
}

#[test]
fn what_was_signed_before_the_status_address_changed_is_abandoned_and_its_serial_never_used_again() {
    let f = Fixture::new();
    f.operator.set_setting("status.url", "http://pki.example.edu/pki").unwrap();
    let reserved = || f.count("SELECT count(*) FROM issuance");
    let before = reserved();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    CRASH.set(Some(3));
    assert!(f.try_send(&message).is_err());
    CRASH.set(None);
    f.operator.set_setting("status.url", "http://status.example.edu/pki").unwrap();
    let issued = certificate(f.send(&message));
    assert!(issued.der.windows(39).any(|octets| octets == b"http://status.example.edu/pki/crl/issui"));
    let first = "SELECT count(*) FROM issuance WHERE state = 'abandoned'";
    assert_eq!((f.issued(), f.count(first), reserved() - before), (1, 1, 2), "two things under two serials");
}

#[test]
fn what_nobody_repeats_is_abandoned_by_the_sweep() {
    let f = Fixture::new();
    CRASH.set(Some(1));
    assert!(f.try_send(&Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)))).is_err());
    CRASH.set(None);
    let abandoned = || {
        f.operator.tidy().unwrap();
        f.count("SELECT count(*) FROM issuance WHERE state = 'abandoned'")
    };
    f.clock.advance(10 * Timestamp::MINUTE);
    assert_eq!(abandoned(), 0, "it may still be signing");
    f.clock.advance(1);
    assert_eq!(abandoned(), 1);
    assert_eq!(abandoned(), 1);
    assert_eq!(f.count("SELECT count(*) FROM ledger WHERE event = 'certificate.abandoned'"), 1);
}

#[test]
fn of_many_keys_with_one_challenge_exactly_one_wins() {
    let f = Fixture::new();
    let challenge = f.challenge(ProfileName::Signing);
    let messages: Vec<Message> = (0..8).map(|number| Message::of(&client::key(number), &f.csr().challenge(&challenge))).collect();
    let start = Barrier::new(messages.len());
    let won: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = messages
            .iter()
            .map(|message| {
                scope.spawn(|| {
                    start.wait();
                    usize::from(f.send(message).status == 0)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!((won, f.issued()), (1, 1));
}

#[test]
fn one_request_sent_many_times_at_once_is_one_certificate() {
    let f = Fixture::new();
    let message = Message::of(&client::key(0), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let got: HashSet<Vec<u8>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| certificate(f.send(&message)).der)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!((got.len(), f.issued(), f.count("SELECT count(*) FROM issuance WHERE state <> 'stored'")), (1, 1, 0));
}

#[test]
fn many_challenges_at_once_are_as_many_certificates_with_distinct_serials() {
    let f = Fixture::new();
    let challenges = f.operator.scep_challenges(super::ALICE, ProfileName::Signing, 64).unwrap();
    let serials: Vec<SerialNumber> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (f, mine) = (&f, &challenges[number * 8..number * 8 + 8]);
                scope.spawn(move || {
                    let enroll = |c: &crate::challenge::ScepChallenge| {
                        let message = Message::of(&client::key(number), &f.csr().challenge(&c.challenge));
                        certificate(f.send(&message)).serial
                    };
                    mine.iter().map(enroll).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(serials.iter().collect::<HashSet<_>>().len(), 64);
    assert_eq!(f.issued(), 64);
    assert!(f.authority.auditor().verify_ledger().unwrap().broken_at.is_none());
}

#[test]
fn a_renewal_sent_twice_at_once_is_one_certificate() {
    let f = Fixture::new();
    let old = f.enroll(0, ProfileName::Signing);
    let message = Message { signer: old, ..Message::of(&client::key(0), &f.csr()) };
    let got: HashSet<Vec<u8>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| certificate(f.send(&message)).der)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!((got.len(), f.issued()), (1, 2));
}

#[test]
fn with_no_room_left_a_request_is_not_refused_for_good_and_with_room_it_gets_its_certificate() {
    let f = Fixture::new();
    let message = |number: usize| Message::of(&client::key(number), &f.csr().challenge(&f.challenge(ProfileName::Signing)));
    let messages: Vec<Message> = (0..8).map(message).collect();
    let store = &f.authority.0.store;
    store.write(|tx| Ok(tx.execute_batch("CREATE TABLE filler (octets BLOB)")?)).unwrap();
    // SQLite reports SQLITE_FULL at its page limit exactly as at the end of the disk.
    let limit = |pages: i64| {
        let pragma = format!("PRAGMA max_page_count = {pages}");
        store.write(move |tx| Ok(tx.query_row(&pragma, [], |row| row.get::<_, i64>(0))?)).unwrap()
    };
    limit(1); // as many as it has
    // Those that it has free are filled too; what is left are some octets in the last page of each table.
    let fill = || store.write(|tx| Ok(tx.execute("INSERT INTO filler VALUES (zeroblob(4000))", []).map(|_| ())?));
    while fill().is_ok() {}
    let full = |answer: &crate::Result<_>| matches!(answer, Err(Error::Unavailable(Dependency::DiskFull)));
    let (served, cut_off) = messages
        .iter()
        .enumerate()
        .find_map(|(served, message)| match f.try_send(message) {
            Ok(answer) => {
                certificate(answer);
                None
            }
            failed => {
                assert!(full(&failed), "{:?}", failed.err());
                Some((i64::try_from(served).unwrap(), message))
            }
        })
        .expect("the room ends");
    let spent = || f.count("SELECT count(*) FROM challenge WHERE state = 'spent'");
    assert_eq!((f.issued(), spent()), (served, served), "what was not stored has spent nothing");
    assert!(full(&f.try_send(cut_off)), "nor has it been refused for good");
    limit(1_000_000);
    certificate(f.send(cut_off));
    assert_eq!((f.issued(), spent()), (served + 1, served + 1));
    assert!(f.authority.auditor().verify_ledger().unwrap().broken_at.is_none());
}
