//! OCSP, with OpenSSL as the judge.

use crate::{
    Authority, Error, Noun, Operator,
    certificate::{issued, signed},
    certification::openssl,
    testing,
};
use protocol::{
    crl::Reason,
    ocsp::{Refusal, request},
    x509::{CertificateView, SerialNumber},
};
use std::path::Path;

fn ca(officer: &Operator, name: &str) -> CertificateView {
    let found = officer.ca_certificates().unwrap().into_iter().find(|ca| ca.name == name).unwrap();
    CertificateView::from_der(&found.der).unwrap()
}

fn ask(authority: &Authority, officer: &Operator, serial: &SerialNumber, nonce: Option<&[u8]>) -> Vec<u8> {
    authority.enroller().ocsp("issuing", &request(&ca(officer, "issuing"), serial, nonce).unwrap()).unwrap()
}

/// Writes the CA certificates where OpenSSL finds them.
fn export(officer: &Operator, folder: &Path) {
    for ca in officer.ca_certificates().unwrap() {
        std::fs::write(folder.join(format!("{}.pem", ca.name)), &ca.pem).unwrap();
    }
}

/// What OpenSSL reads in a response about a serial, its signature verified down to the root at `attime`.
fn judged(folder: &Path, response: &[u8], serial: &SerialNumber, attime: i64) -> String {
    std::fs::write(folder.join("response.der"), response).unwrap();
    let (serial, attime) = (format!("0x{serial}"), attime.to_string());
    let line = ["ocsp", "-respin", "response.der", "-issuer", "issuing.pem", "-serial", &serial, "-CAfile", "root.pem"];
    let rest = ["-verify_other", "issuing.pem", "-no_nonce", "-attime", &attime, "-validity_period", "4000000000", "-resp_text"];
    let (_, said) = openssl(folder, &[&line[..], &rest[..]].concat());
    assert!(said.contains("Response verify OK"), "{said}");
    said
}

#[test]
fn a_revocation_of_any_process_is_in_the_next_answer() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let at = folder.path();
    export(&officer, at);
    let (alice, bob) = (issued(&authority, "Alice"), issued(&authority, "Bob"));
    let said = judged(at, &ask(&authority, &officer, &alice, None), &alice, testing::START + 60);
    assert!(said.contains("Cert Status: good") && said.contains("OCSP Signing") && said.contains("OCSP No Check"), "{said}");
    assert!(said.contains("Produced At: Nov 21 10:00:00 2026 GMT") && said.contains("Next Update: Nov 22 10:00:00 2026 GMT"), "{said}");
    ask(&authority, &officer, &bob, None);

    clock.advance(5);
    let other = testing::open(&folder, &clock);
    testing::officer(&other).revoke(&alice, Reason::KeyCompromise).unwrap();
    let said = judged(at, &ask(&authority, &officer, &alice, None), &alice, testing::START + 60);
    for words in ["Cert Status: revoked", "Revocation Time: Nov 21 10:00:05 2026 GMT", "Revocation Reason: keyCompromise (0x1)"] {
        assert!(said.contains(words), "{said}");
    }
    let said = judged(at, &ask(&authority, &officer, &bob, None), &bob, testing::START + 60);
    assert!(said.contains("Cert Status: good"), "{said}");
    let said = judged(at, &ask(&other, &officer, &bob, None), &bob, testing::START + 60);
    assert!(said.contains("Cert Status: good"), "the other process says the same: {said}");
}

#[test]
fn an_answer_is_signed_once_until_a_tenth_of_its_life_is_over() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let alice = issued(&authority, "Alice");
    let asked = request(&ca(&officer, "issuing"), &alice, None).unwrap();
    let enroller = authority.enroller();
    assert!(enroller.ocsp_ready("issuing", &asked).is_none());
    let first = enroller.ocsp("issuing", &asked).unwrap();
    assert_eq!(enroller.ocsp_ready("issuing", &asked).unwrap(), first);
    issued(&authority, "Bob");
    clock.advance(8_639);
    assert_eq!(enroller.ocsp("issuing", &asked).unwrap(), first, "issuing changes nothing");
    clock.advance(1);
    assert!(enroller.ocsp_ready("issuing", &asked).is_none());
    assert_ne!(enroller.ocsp("issuing", &asked).unwrap(), first);
    // A revocation ends every answer that was signed ahead.
    officer.revoke(&issued(&authority, "Carol"), Reason::Unspecified).unwrap();
    assert!(enroller.ocsp_ready("issuing", &asked).is_none());
}

#[test]
fn what_was_signed_while_the_clock_was_ahead_is_signed_anew_once_it_is_right() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    export(&officer, folder.path());
    let alice = issued(&authority, "Alice");
    officer.keep_status().unwrap();
    let asked = request(&ca(&officer, "issuing"), &alice, None).unwrap();
    let enroller = authority.enroller();
    clock.advance(3_600);
    enroller.ocsp("issuing", &asked).unwrap();
    clock.advance(-3_600);
    assert!(enroller.ocsp_ready("issuing", &asked).is_none(), "it is of the future");
    let said = judged(folder.path(), &enroller.ocsp("issuing", &asked).unwrap(), &alice, testing::START + 60);
    assert!(said.contains("Produced At: Nov 21 10:00:00 2026 GMT"), "{said}");
    // So far ahead that the responder's certificate was renewed: it is not good yet.
    clock.advance(25 * 86_400);
    officer.keep_status().unwrap();
    clock.advance(-25 * 86_400);
    officer.keep_status().unwrap();
    judged(folder.path(), &ask(&authority, &officer, &alice, Some(&[7; 32])), &alice, testing::START + 60);
}

#[test]
fn answers_go_on_with_a_clock_that_is_behind_until_the_responder_ends() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    export(&officer, folder.path());
    let alice = issued(&authority, "Alice");
    officer.keep_status().unwrap();
    // The ledger is written on a day to come; then the clock is right again, and nothing is issued.
    clock.advance(40 * 86_400);
    testing::person(&officer, "Bob Example", "bob@example.edu");
    clock.advance(-19 * 86_400);
    let asked = request(&ca(&officer, "issuing"), &alice, None).unwrap();
    // Another process, which has opened no responder yet: its certificate would be renewed by now.
    let other = testing::open(&folder, &clock);
    let said = judged(folder.path(), &ask(&other, &officer, &alice, None), &alice, testing::START + 21 * 86_400 + 60);
    assert!(said.contains("Cert Status: good") && said.contains("Produced At: Dec 12 10:00:00 2026 GMT"), "{said}");
    // It signs nothing after its end; a client may ask again when the clock is set.
    clock.advance(9 * 86_400);
    for enroller in [authority.enroller(), other.enroller()] {
        assert_eq!(enroller.ocsp("issuing", &asked).unwrap(), Refusal::TryLater.to_der());
    }
    clock.advance(10 * 86_400);
    let said = judged(folder.path(), &ask(&other, &officer, &alice, None), &alice, testing::START + 40 * 86_400 + 60);
    assert!(said.contains("Cert Status: good"), "a new responder: {said}");
}

#[test]
fn a_nonce_is_repeated_in_an_answer_of_its_own() {
    let (authority, _clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    export(&officer, folder.path());
    let alice = issued(&authority, "Alice");
    let nonce = [7; 32];
    let with = ask(&authority, &officer, &alice, Some(&nonce));
    assert!(with.windows(32).any(|window| window == nonce));
    assert!(judged(folder.path(), &with, &alice, testing::START + 60).contains("OCSP Nonce"));
    assert_ne!(ask(&authority, &officer, &alice, Some(&nonce)), with, "ECDSA signs anew");
    assert!(!ask(&authority, &officer, &alice, None).windows(32).any(|window| window == nonce));
}

#[test]
fn unknown_serials_foreign_cas_and_garbage_get_what_the_standard_says() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    export(&officer, folder.path());
    let unknown = SerialNumber::from_random([9; 16]);
    let asked = request(&ca(&officer, "issuing"), &unknown, None).unwrap();
    let enroller = authority.enroller();
    let said = judged(folder.path(), &enroller.ocsp("issuing", &asked).unwrap(), &unknown, testing::START + 60);
    assert!(said.contains("Cert Status: unknown"), "{said}");
    assert!(enroller.ocsp_ready("issuing", &asked).is_none(), "it may be issued in a moment");
    assert_eq!(enroller.ocsp("root", &asked).unwrap(), Refusal::Unauthorized.to_der(), "not of this CA");
    for garbage in [&[][..], b"GET / HTTP/1.1", &[0x30, 0x80], &asked[1..], &[asked.as_slice(), &[0]].concat(), &vec![0x30; 20_000]] {
        assert_eq!(enroller.ocsp("issuing", garbage).unwrap(), Refusal::MalformedRequest.to_der());
    }
    assert!(matches!(enroller.ocsp("ra", &asked), Err(Error::NotFound(Noun::Crl))));
    // Signed, perhaps, and never stored: it stands on the CRL, and is revoked here too.
    let lost = signed(&authority, "Lost in a crash").serial;
    clock.advance(86_400);
    officer.keep_status().unwrap();
    let said = judged(folder.path(), &ask(&authority, &officer, &lost, None), &lost, testing::START + 86_460);
    assert!(said.contains("Cert Status: revoked"), "{said}");
}

#[test]
fn the_responder_is_renewed_in_time_and_the_roots_outlives_its_key() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    export(&officer, folder.path());
    let alice = issued(&authority, "Alice");
    let responders = || {
        let all = crate::certificate::CertificateQuery { all: true, limit: 100, ..Default::default() };
        officer.certificates(&all).unwrap().into_iter().filter(|c| c.profile == "ocsp").count()
    };
    officer.keep_status().unwrap();
    assert_eq!(responders(), 2, "one for each CA");
    ask(&authority, &officer, &alice, None);
    assert_eq!(responders(), 2);
    officer.move_root_key(&folder.path().join("root.key"), "a long passphrase").unwrap();
    clock.advance(21 * 86_400);
    officer.keep_status().unwrap();
    assert_eq!(responders(), 3, "the issuing CA's, with a third of its life left");
    let said = judged(folder.path(), &ask(&authority, &officer, &alice, None), &alice, testing::START + 21 * 86_400 + 60);
    assert!(said.contains("Cert Status: good"), "{said}");
    let asked = request(&ca(&officer, "root"), &ca(&officer, "issuing").serial, None).unwrap();
    let (enroller, refused) = (authority.enroller(), Refusal::Unauthorized.to_der());
    assert_ne!(enroller.ocsp("root", &asked).unwrap(), refused);
    clock.advance(378 * 86_400);
    assert_ne!(enroller.ocsp("root", &asked).unwrap(), refused, "400 days, as the root's CRL");
    clock.advance(2 * 86_400);
    assert_eq!(enroller.ocsp("root", &asked).unwrap(), refused);
}
