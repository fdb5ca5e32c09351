//! `serve` is killed with SIGKILL at random moments while SCEP enrollments run. After the restart no certificate is unknown, no
//! challenge is spent without one, no serial number repeats, and the ledger holds.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use device::{
    Https, Identity, KeyKind,
    csr::{AltName, CsrContent},
    scep::{Client, Outcome, Prepared, Recipients, Status},
};
use openssl::x509::X509;
use ra::ports::{Clock, SystemClock};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{Place, Served};

/// How often it is killed, and how many requests it has to answer in one life.
const LIVES: usize = 8;
const REQUESTS_PER_LIFE: usize = 14;
const CLIENTS: usize = 4;

/// One key with its challenge and its ready request.
struct Wish {
    content: CsrContent,
    prepared: Prepared,
    /// What was answered before, DER.
    answered: Option<Vec<u8>>,
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn content(line: &Value) -> CsrContent {
    CsrContent {
        subject: line["subject"].as_array().unwrap().iter().map(|rdn| (word(&rdn[0][0]), word(&rdn[0][1]))).collect(),
        san: vec![AltName::Mail(word(&line["san"]["rfc822Name"]))],
        challenge: Some(word(&line["challenge"])),
        key_usage: (true, false),
    }
}

fn url(served: &Served) -> String {
    format!("http://{}/scep/signet", served.address("http"))
}

fn client<'w>(wire: &'w Https, url: &str) -> Client<'w> {
    Client::new(wire, url, SystemClock.now().0)
}

/// Requests with distinct keys and challenges, made before anything is killed: then the server is busy all the time.
fn wishes(place: &Place, wire: &Https, url: &str, ra: &Recipients) -> Vec<Wish> {
    let count = (LIVES * REQUESTS_PER_LIFE).to_string();
    let printed = place.run(&["scep", "challenge", "alice@example.edu", "--profile", "signing", "--count", &count]);
    let lines: Vec<Value> = printed.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let next = AtomicUsize::new(0);
    let made = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let client = client(wire, url);
                while let Some(line) = lines.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let (key, content) = (KeyKind::Rsa(2048).generate().unwrap(), content(line));
                    let prepared = client.prepare_enrollment(ra, &key, &content).unwrap();
                    made.lock().unwrap().push(Wish { content, prepared, answered: None });
                }
            });
        }
    });
    made.into_inner().unwrap()
}

/// Sends the request; the certificate, or nothing when the server died under it.
fn ask(client: &Client<'_>, ra: &Recipients, wish: &Wish) -> Option<Vec<u8>> {
    match client.exchange(&wish.prepared, ra) {
        Ok(reply) => {
            assert_eq!(reply.status, Status::Success, "a request that may have been cut off is never refused");
            let identity = Identity { key: wish.prepared.signer.key.clone(), certificate: reply.certificates[0].clone() };
            assert!(identity.matches());
            Some(identity.certificate.to_der().unwrap())
        }
        Err(device::Error::Scep(device::ScepError::Network(_))) => None,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn killing_the_server_at_any_moment_loses_and_repeats_nothing() {
    let place = Place::ready();
    let wire = Https::new(&[]).unwrap();
    let served = Served::start(&place, &[]);
    let ra = client(&wire, &url(&served)).ca_certificates().unwrap().select(None).unwrap();
    let mut wishes = wishes(&place, &wire, &url(&served), &ra);
    drop(served); // SIGKILL, idle

    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut cut_off = 0;
    for life in 0..LIVES {
        let served = Served::start(&place, &[]);
        let (url, served) = (url(&served), Mutex::new(Some(served)));
        let mine = &mut wishes[life * REQUESTS_PER_LIFE..(life + 1) * REQUESTS_PER_LIFE];
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let last_answer = usize::try_from(random >> 33).unwrap() % (REQUESTS_PER_LIFE - CLIENTS);
        // Not waiting for something: the blow shall fall at any point of the work of a request, which takes some milliseconds.
        let moment = Duration::from_micros((random >> 20) % 6_000);
        let answers = AtomicUsize::new(0);
        let queue = Mutex::new(mine.iter_mut());
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let client = client(&wire, &url);
                    loop {
                        let next = queue.lock().unwrap().next();
                        let Some(wish) = next else { return };
                        wish.answered = ask(&client, &ra, wish);
                        if wish.answered.is_none() {
                            return; // it is dead
                        }
                        if answers.fetch_add(1, Ordering::SeqCst) == last_answer {
                            std::thread::sleep(moment);
                            drop(served.lock().unwrap().take()); // SIGKILL, busy
                        }
                    }
                });
            }
        });
        assert!(served.into_inner().unwrap().is_none(), "it was killed while requests ran");
        cut_off += mine.iter().filter(|wish| wish.answered.is_none()).count();
    }
    assert!(cut_off >= LIVES, "{cut_off} requests were cut off or came too late");

    let served = Served::start(&place, &[]);
    let client = client(&wire, &url(&served));
    let mut by_serial = BTreeMap::new();
    for wish in &wishes {
        // What was answered is answered again with the same; what was cut off gets its one certificate.
        let again = ask(&client, &ra, wish).unwrap();
        assert!(wish.answered.as_ref().is_none_or(|before| *before == again), "another certificate for the same request");
        let certificate = X509::from_der(&again).unwrap();
        let serial = certificate.serial_number().to_bn().unwrap().to_hex_str().unwrap().trim_start_matches('0').to_owned();
        assert!(by_serial.insert(serial, again).is_none(), "a serial number repeats");
    }
    let other = KeyKind::Rsa(2048).generate().unwrap();
    for wish in wishes.iter().step_by(10) {
        let outcome = client.enroll(&ra, &other, &wish.content).unwrap();
        assert!(matches!(outcome, Outcome::Refused(_)), "a spent challenge gives another key nothing");
    }

    let limit = (2 * wishes.len()).to_string();
    let list = place.json(&["certificate", "list", "--limit", &limit]);
    let known: BTreeSet<String> =
        list.as_array().unwrap().iter().map(|row| word(&row["serial"]).trim_start_matches('0').to_owned()).collect();
    let issued: BTreeSet<String> = by_serial.into_keys().collect();
    assert_eq!(known, issued, "every certificate is known, and none is there that nobody asked for");
    place.json(&["ledger", "verify"]);
}
