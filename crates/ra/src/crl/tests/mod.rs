//! CRLs, with OpenSSL as the judge.

mod delta;
mod file;
mod root;
mod times;

use super::make;
use crate::{
    Authority, Error, Noun,
    certificate::{issued, signed},
    certification::openssl,
    ports::Clock,
    testing,
};
use protocol::{
    Timestamp,
    crl::{CrlView, Reason},
};
use std::path::Path;

/// The CRL in OpenSSL's words, its signature verified.
fn text(folder: &Path, crl: &[u8], ca: &str) -> String {
    std::fs::write(folder.join("crl.der"), crl).unwrap();
    let (good, text) = openssl(folder, &["crl", "-inform", "DER", "-in", "crl.der", "-noout", "-text", "-CAfile", ca]);
    assert!(good && text.contains("verify OK"), "{text}");
    text
}

fn number(text: &str) -> u64 {
    let after = text.split("X509v3 CRL Number:").nth(1).unwrap();
    after.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_revocation_of_any_process_stands_on_the_next_crl() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let at = folder.path();
    for ca in officer.ca_certificates().unwrap() {
        std::fs::write(at.join(format!("{}.pem", ca.name)), &ca.pem).unwrap();
    }
    let enroller = authority.enroller();
    let empty = enroller.crl("issuing").unwrap();
    let first = text(at, &empty, "issuing.pem");
    assert!(first.contains("No Revoked Certificates"), "{first}");
    assert!(!first.contains("Issuing Distribution Point") && first.contains("Authority Key Identifier"), "{first}");
    assert!(first.contains("Last Update: Nov 21 09:50:00 2026 GMT"), "ten minutes back, for slow clocks: {first}");
    assert!(first.contains("Next Update: Nov 29 10:00:00 2026 GMT"), "{first}");

    let (alice, bob, carol) = (issued(&authority, "Alice"), issued(&authority, "Bob"), issued(&authority, "Carol"));
    assert_eq!(enroller.crl("issuing").unwrap(), empty, "issuing changes no CRL");
    clock.advance(5);
    let other = testing::open(&folder, &clock);
    testing::officer(&other).revoke(&alice, Reason::KeyCompromise).unwrap();
    testing::officer(&other).revoke(&bob, Reason::Unspecified).unwrap();
    let second = text(at, &enroller.crl("issuing").unwrap(), "issuing.pem");
    assert!(number(&second) > number(&first));
    assert!(second.contains(&format!("Serial Number: {alice}\n        Revocation Date: Nov 21 10:00:05 2026 GMT\n        CRL entry extensions:\n            X509v3 CRL Reason Code: \n                Key Compromise")), "{second}");
    assert!(second.contains(&bob.to_string()) && !second.contains(&carol.to_string()), "{second}");
    assert_eq!(second.matches("Reason Code").count(), 1, "unspecified is left out (RFC 5280 5.3.1)");
    assert_eq!(other.enroller().crl("issuing").unwrap(), enroller.crl("issuing").unwrap(), "one CRL for all processes");

    // What a relying party makes of it.
    std::fs::write(at.join("crl.pem"), openssl(at, &["crl", "-inform", "DER", "-in", "crl.der"]).1).unwrap();
    // Ten seconds before the second CRL was made, by a clock that is slow.
    for (serial, good) in [(&alice, false), (&carol, true)] {
        let (der, _) = officer.export_certificate(serial).unwrap();
        std::fs::write(at.join("leaf.der"), der).unwrap();
        openssl(at, &["x509", "-inform", "DER", "-in", "leaf.der", "-out", "leaf.pem"]);
        let verify = [
            "verify",
            "-crl_check",
            "-attime",
            "1795255195",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "issuing.pem",
            "-CRLfile",
            "crl.pem",
            "leaf.pem",
        ];
        let (accepted, said) = openssl(at, &verify);
        assert_eq!((accepted, said.contains("certificate revoked")), (good, !good), "{said}");
    }
}

#[test]
fn a_crl_is_made_daily_and_numbers_only_grow() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    for ca in officer.ca_certificates().unwrap() {
        std::fs::write(folder.path().join(format!("{}.pem", ca.name)), &ca.pem).unwrap();
    }
    let enroller = authority.enroller();
    let first = enroller.crl("issuing").unwrap();
    clock.advance(86_399);
    assert_eq!(enroller.crl("issuing").unwrap(), first);
    assert_eq!(testing::open(&folder, &clock).enroller().crl("issuing").unwrap(), first, "also after a restart");
    clock.advance(1);
    let second = enroller.crl("issuing").unwrap();
    assert_ne!(second, first);
    assert!(number(&text(folder.path(), &second, "issuing.pem")) > number(&text(folder.path(), &first, "issuing.pem")));
    let root = text(folder.path(), &enroller.crl("root").unwrap(), "root.pem");
    assert!(root.contains("Next Update: Dec 27 10:00:00 2027 GMT"), "400 days: {root}");
    assert!(matches!(enroller.crl("ra"), Err(Error::NotFound(Noun::Crl))));
}

#[test]
fn no_two_crls_of_an_issuer_say_the_same_second() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let other = testing::open(&folder, &clock);
    let revoked = |process: &Authority| {
        officer.revoke(&issued(&authority, "Alice"), Reason::Superseded).unwrap();
        CrlView::from_der(&process.enroller().crl("issuing").unwrap()).unwrap().this_update
    };
    let now = clock.now();
    let times = [&authority, &other, &authority].map(revoked);
    assert!(times.is_sorted_by(|a, b| a < b), "NSS keeps the CRL that it has where a new one is not later: {times:?}");
    assert!(times[2] <= now.plus(-590) && clock.now() == now, "a clock that is slow by minutes takes it, and nobody waits");
    // A clock that was fast by hours and is put right holds up no CRL.
    clock.advance(-7200);
    assert_eq!((revoked(&authority), clock.now()), (now.plus(-7800), now.plus(-7200)));
}

#[test]
fn where_all_seconds_are_taken_a_crl_waits_for_one_and_says_none_of_the_future() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let (issuer, now) = (authority.0.crl_issuer(false).unwrap(), clock.now());
    let take = || {
        let issuer = issuer.clone();
        authority.0.store.write(move |tx| make::take_number(tx, &issuer, now, 600)).unwrap().1
    };
    let taken: Vec<Timestamp> = std::iter::repeat_with(take).take_while(|at| *at <= now).collect();
    assert!(taken.is_sorted_by(|a, b| a < b) && taken.len() >= 600, "{}", taken.len());
    officer.revoke(&issued(&authority, "Alice"), Reason::Superseded).unwrap();
    let der = authority.enroller().crl("issuing").unwrap();
    assert_eq!(CrlView::from_der(&der).unwrap().this_update, now.plus(2), "the last one taken was of the next second");
    assert_eq!(clock.now(), now.plus(2));
}

#[test]
fn what_was_made_while_the_clock_was_ahead_is_made_anew_once_it_is_right() {
    let (authority, clock, folder) = testing::authority();
    testing::department(&authority).set_setting("crl.delta", "yes").unwrap();
    let lists = |process: &Authority| ["issuing", "issuing-delta", "root"].map(|name| process.enroller().crl(name).unwrap());
    clock.advance(10 * 86_400);
    let ahead = lists(&authority);
    clock.advance(-10 * 86_400);
    for process in [&testing::open(&folder, &clock), &authority] {
        let right = lists(process);
        for (ahead, right) in ahead.iter().zip(&right) {
            let (ahead, right) = (CrlView::from_der(ahead).unwrap(), CrlView::from_der(right).unwrap());
            assert!(ahead.this_update > clock.now(), "a relying party refuses it (RFC 5280 5.1.2.4)");
            assert!(right.this_update <= clock.now() && right.number > ahead.number, "{right:?}");
        }
        let delta = CrlView::from_der(&right[1]).unwrap();
        assert_eq!(delta.base, delta.number, "what is of the future is no base");
        clock.advance(-30);
        assert_eq!(lists(process), right, "a clock that is set back by a moment makes nothing anew");
        clock.advance(30);
    }
}

#[test]
fn a_clock_that_is_behind_makes_no_list_of_the_past() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    for _ in 0..10 {
        officer.keep_status().unwrap();
        clock.advance(86_400);
    }
    let lists = || ["issuing", "root"].map(|name| authority.enroller().crl(name).unwrap());
    clock.advance(-60);
    let good = lists();
    // These days were lived through already; and of a day before the CA was made nothing can be true.
    for back in [5 * 86_400, 8 * 86_400, 4000 * 86_400] {
        clock.advance(-back);
        assert_eq!(lists(), good, "it has not ended for anybody else");
        clock.advance(back);
    }
}

#[test]
fn a_serial_that_was_reserved_and_never_stored_ends_on_the_crl() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    std::fs::write(folder.path().join("issuing.pem"), &officer.ca_certificates().unwrap()[1].pem).unwrap();
    let lost = signed(&authority, "Lost in a crash").serial;
    let crl = || text(folder.path(), &authority.enroller().crl("issuing").unwrap(), "issuing.pem");
    assert!(!crl().contains(&lost.to_string()), "it may still be stored");
    clock.advance(86_400);
    assert!(crl().contains(&lost.to_string()));
}

#[test]
fn many_requests_at_once_make_one_crl_for_each_process() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let serial = issued(&authority, "Alice");
    officer.revoke(&serial, Reason::Superseded).unwrap();
    let other = testing::open(&folder, &clock);
    std::thread::scope(|scope| {
        for process in [&authority, &other] {
            for _ in 0..4 {
                scope.spawn(|| process.enroller().crl("issuing").unwrap());
            }
        }
    });
    for process in [&authority, &other] {
        let crl = process.enroller().crl("issuing").unwrap();
        assert!(crl.windows(16).any(|w| w == serial.octets()), "whoever made it, it says the revocation");
    }
    let made = authority.auditor().ledger(None, 100).unwrap().iter().filter(|row| row.event == "crl.issued").count();
    assert!(made <= 2, "at most one for each process, not {made}");
}

#[test]
fn a_delta_list_of_ours_goes_from_the_folder_once_none_are_made() {
    let (authority, _, folder) = testing::authority();
    let officer = testing::department(&authority);
    let (public, delta) = (folder.path().join("public"), folder.path().join("public/issuing-delta.crl"));
    std::fs::create_dir(&public).unwrap();
    std::fs::write(&delta, authority.enroller().crl("root").unwrap()).unwrap();
    officer.crl_publish(&public).unwrap();
    assert!(delta.exists(), "the list of another CA is not ours to remove");
    officer.set_setting("crl.delta", "yes").unwrap();
    officer.crl_publish(&public).unwrap();
    assert_eq!(std::fs::read(&delta).unwrap(), officer.published_file("issuing-delta.crl").unwrap());
    officer.set_setting("crl.delta", "no").unwrap();
    officer.crl_publish(&public).unwrap();
    assert!(!delta.exists(), "relying parties would go on reading it");
}

#[test]
fn published_files_are_whole_and_replace_the_last_ones() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let public = folder.path().join("public");
    assert!(officer.crl_publish(&public).is_err(), "there is no such folder");
    std::fs::create_dir(&public).unwrap();
    officer.crl_publish(&public).unwrap();
    clock.advance(86_400);
    officer.crl_publish(&public).unwrap();
    let mut files: Vec<_> = std::fs::read_dir(&public).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, ["issuing.crl", "issuing.crt", "root.crl", "root.crt"], "and nothing half-written beside them");
    assert_eq!(std::fs::read(public.join("issuing.crl")).unwrap(), authority.enroller().crl("issuing").unwrap());
    assert_eq!(std::fs::read(public.join("root.crt")).unwrap(), officer.ca_certificates().unwrap()[0].der);
}
