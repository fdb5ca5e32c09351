//! Revocations of many certificates: the list that says all of them is there within two seconds, whether anybody asks for it or not.

use crate::house::House;
use outbound::Rounds;
use protocol::{crl::CrlView, crl::Reason, x509::SerialNumber};
use ra::{Operator, ledger::Actor, life::Outcome};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// From the last revocation to the list that says it.
const SOON: Duration = Duration::from_secs(2);

/// The list as a relying party fetches it.
fn fetched(house: &House) -> Vec<u8> {
    let mut stream = TcpStream::connect(house.http_door()).unwrap();
    stream.write_all(b"GET /crl/issuing.crl HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    answer.split_off(body)
}

/// Does the list say all of them?
fn says(list: &[u8], serials: &[SerialNumber]) -> bool {
    let crl = openssl::x509::X509Crl::from_der(list).unwrap();
    serials.iter().all(|serial| {
        let number = openssl::bn::BigNum::from_slice(serial.octets()).unwrap().to_asn1_integer().unwrap();
        matches!(crl.get_by_serial(&number), openssl::x509::CrlStatus::Revoked(_))
    })
}

/// How many entries the newest list has, by the ledger: nobody needs to ask for it.
fn listed(house: &House) -> u64 {
    let rows = house.authority.auditor().ledger(None, 1000).unwrap();
    let newest = rows.iter().find(|row| row.event == "crl.issued" && row.subject == "issuing");
    newest.map_or(0, |row| row.details["entries"].as_u64().unwrap())
}

fn within(what: &str, since: Instant, holds: impl Fn() -> bool) {
    while !holds() {
        assert!(since.elapsed() < SOON, "{what}: not within {SOON:?}");
        std::thread::yield_now();
    }
    assert!(since.elapsed() < SOON, "{what}: after {:?}", since.elapsed());
}

/// A house with so many certificates, and a second officer.
fn house(certificates: u64) -> (House, Operator, Vec<SerialNumber>) {
    let house = House::new();
    house.officer.fill(certificates, false).unwrap();
    // All of them are Alice's.
    let database = rusqlite::Connection::open(house.folder.path().join("data/signet.db")).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    database.execute("UPDATE certificate SET subscriber = (SELECT id FROM subscriber) WHERE kind = 'subscriber'", []).unwrap();
    drop(database);
    let serials: Vec<_> = house
        .certificates()
        .iter()
        .filter(|certificate| certificate.kind == "subscriber")
        .map(|certificate| SerialNumber::parse(&certificate.serial).unwrap())
        .collect();
    assert_eq!(serials.len() as u64, certificates);
    let otto = house.authority.operator(Actor::Officer("otto".into()));
    (house, otto, serials)
}

#[test]
fn hundreds_that_are_revoked_in_one_act_are_on_the_list_within_two_seconds() {
    let (house, otto, serials) = house(400);
    let _rounds = Rounds::start(&house.authority).unwrap();
    let before = fetched(&house);
    assert!(!says(&before, &serials[..1]), "nothing is revoked yet");
    let Outcome::Waiting(request) = house.officer.revoke_many(&serials, Reason::CessationOfOperation, "closed").unwrap() else {
        panic!("one officer alone revoked 400 certificates")
    };
    otto.approve_act(request.id).unwrap();
    let done = Instant::now();
    within("who asks", done, || says(&fetched(&house), &serials));
    let number = |list: &[u8]| CrlView::from_der(list).unwrap().number;
    assert!(number(&fetched(&house)) > number(&before));
}

#[test]
fn hundreds_that_are_revoked_one_by_one_are_on_a_list_that_nobody_asked_for_within_two_seconds() {
    let (house, otto, serials) = house(300);
    for officer in [&house.officer, &otto] {
        officer.set_setting("revoke.four_eyes_above", "1000").unwrap();
    }
    let public = house.folder.path().join("public");
    std::fs::create_dir(&public).unwrap();
    house.officer.add_publication_target(public.to_str().unwrap(), None).unwrap();
    let _rounds = Rounds::start(&house.authority).unwrap();
    let before = listed(&house);
    for serial in &serials {
        house.officer.revoke(serial, Reason::Superseded).unwrap();
    }
    let done = Instant::now();
    within("the rounds", done, || listed(&house) >= before + serials.len() as u64);
    let made = house.authority.auditor().ledger(None, 1000).unwrap().iter().filter(|row| row.event == "crl.issued").count();
    assert!(made < 100, "{made} lists: not one for each of {}", serials.len());
    assert!(says(&fetched(&house), &serials));
    // It leaves for where it is published by itself.
    let begun = Instant::now();
    while !std::fs::read(public.join("issuing.crl")).is_ok_and(|list| says(&list, &serials)) {
        assert!(begun.elapsed() < Duration::from_secs(60), "it was not published");
        std::thread::yield_now();
    }
}
