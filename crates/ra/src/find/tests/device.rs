//! Certificates, people and enrollments are found by the phone: what it calls itself, its model, and the numbers that stand on it.

use super::*;
use crate::{
    enrollment::{EnrollmentQuery, NewDevice, seen},
    id::SubscriberId,
    invitation::Channel,
};

/// What a phone says of itself.
fn phone(udid: &str, serial: &str, product: &str, imei: Option<&str>, calls_itself: &str) -> NewDevice {
    NewDevice {
        udid: udid.into(),
        serial: Some(serial.into()),
        product: Some(product.into()),
        os_version: Some("18.1".into()),
        build: None,
        imei: imei.map(str::to_owned),
        meid: None,
        device_name: Some(calls_itself.into()),
        language: None,
        foreign_device_ca: false,
    }
}

/// Somebody with a certificate on this phone, by an enrollment as phase 2 leaves it.
fn enrolled(authority: &Authority, officer: &Operator, name: &str, says: NewDevice) -> SubscriberId {
    let mail = format!("{}@example.edu", name.to_lowercase());
    let person = testing::person(officer, name, &mail).id;
    let enrollment = officer.invite(&mail, Channel::Show).unwrap().enrollment;
    let serial = crate::certificate::issued(authority, name);
    let at = authority.0.clock.now();
    let write = authority.0.store.write(move |tx| {
        let device = seen(tx, at, person, &says)?;
        tx.execute("UPDATE enrollment SET device = ?1 WHERE id = ?2", (device, enrollment))?;
        Ok(tx.execute("UPDATE certificate SET enrollment = ?1 WHERE serial = ?2", (enrollment, serial.octets()))?)
    });
    assert_eq!(write.unwrap(), 1);
    person
}

fn two_phones() -> (Authority, Operator, [SubscriberId; 2], tempfile::TempDir) {
    let (authority, _clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    let iphone = phone("00008140-000000000000001E", "FK1ABC2DEF3G", "iPhone17,1", Some("35 000000 000000 0"), "Éclair");
    let ipad = phone("00008112-0000000000000002", "DMQ9XYZ8WVUT", "iPad14,1", None, "Werkstatt");
    let people = [enrolled(&authority, &officer, "Zoe", iphone), enrolled(&authority, &officer, "Bob", ipad)];
    (authority, officer, people, folder)
}

#[test]
fn whoever_holds_a_phone_finds_its_certificates_its_owner_and_its_enrollment() {
    let (_authority, officer, _people, _folder) = two_phones();
    let people = |words: &str| {
        let filter = PeopleFilter { search: Some(words.into()), ..Default::default() };
        let page = officer.find_people(&PeopleQuery { filter, limit: 50, ..Default::default() }).unwrap();
        page.rows.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    let enrollments = |words: &str| {
        let query = EnrollmentQuery { search: Some(words.into()), limit: 50, ..Default::default() };
        officer.enrollments(&query).unwrap().rows.into_iter().map(|enrollment| enrollment.name).collect::<Vec<_>>()
    };
    for (words, whose) in [
        ("FK1ABC2DEF3G", &["Zoe"][..]),
        ("k1abc2def", &["Zoe"]),
        // As the phone shows it, as its box does, and a part of it.
        ("35 000000 000000 0", &["Zoe"]),
        ("350000000000000", &["Zoe"]),
        ("35000000000", &["Zoe"]),
        ("iPhone17,1", &["Zoe"]),
        ("00008140-0", &["Zoe"]),
        ("eclair", &["Zoe"]),
        ("zoe iphone17", &["Zoe"]),
        ("dmq9xyz", &["Bob"]),
        ("ipad14", &["Bob"]),
        ("werkstatt bob", &["Bob"]),
        ("-0000000", &["Bob", "Zoe"]),
        ("iphone17 werkstatt", &[]),
        ("350000000000001", &[]),
    ] {
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        assert_eq!(sorted(search(&officer, words)), whose, "certificates: {words}");
        assert_eq!(sorted(people(words)), whose, "people: {words}");
        assert_eq!(sorted(enrollments(words)), whose, "enrollments: {words}");
    }
}

#[test]
fn by_one_letter_a_phone_finds_nobody_however_many_names_begin_so() {
    let (authority, officer, _people, _folder) = two_phones();
    testing::person(&officer, "Ina", "ina@example.edu");
    officer.invite("ina@example.edu", Channel::Show).unwrap();
    let whose = || {
        let query = EnrollmentQuery { search: Some("i".into()), limit: 50, ..Default::default() };
        officer.enrollments(&query).unwrap().rows.into_iter().map(|enrollment| enrollment.name).collect::<Vec<_>>()
    };
    assert_eq!(whose(), ["Ina"]);
    // Too many to be handed on one by one.
    let fill = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
         INSERT INTO subscriber (id, name, sort_key, search, kind, subject, created_at, department)
            SELECT CAST(printf('p%015d', i) AS BLOB), printf('Ida %05d', i), printf('ida %05d', i), printf('ida %05d', i), 'person',
                   '[]', 1, (SELECT id FROM unit WHERE kind = 'department') FROM n";
    authority.0.store.write(move |tx| Ok(tx.execute_batch(fill)?)).unwrap();
    assert_eq!(whose(), ["Ina"]);
}

#[test]
fn a_phone_that_comes_again_is_found_by_its_earlier_name_too_and_stands_there_once() {
    let (authority, officer, [zoe, _], _folder) = two_phones();
    let text = || {
        let read = authority.0.store.read(|c| Ok(c.query_row("SELECT search FROM subscriber WHERE id = ?1", [zoe], |row| row.get(0))?));
        read.unwrap()
    };
    let before: String = text();
    let again = |calls_itself: &'static str| {
        let says = phone("00008140-000000000000001E", "FK1ABC2DEF3G", "iPhone17,1", Some("350000000000000"), calls_itself);
        let at = authority.0.clock.now();
        authority.0.store.write(move |tx| seen(tx, at, zoe, &says)).unwrap();
    };
    again("Éclair");
    assert_eq!(text(), before, "nothing new was said");
    again("Ouragan");
    assert_eq!(text(), format!("{before}\nouragan"));
    for words in ["ouragan", "eclair"] {
        let filter = PeopleFilter { search: Some(words.into()), ..Default::default() };
        assert_eq!(officer.find_people(&PeopleQuery { filter, limit: 5, ..Default::default() }).unwrap().total, 1, "{words}");
    }
}

#[test]
fn a_phone_that_calls_itself_ever_differently_makes_nothing_grow_and_is_found_by_what_it_said_last() {
    let (authority, officer, [zoe, bob], _folder) = two_phones();
    officer.add_mailbox(zoe, "zoe.second@example.edu").unwrap();
    let text = |person: SubscriberId| {
        let read = authority.0.store.read(|c| Ok(c.query_row("SELECT search FROM subscriber WHERE id = ?1", [person], |row| row.get(0))?));
        read.map(|text: String| text.split('\n').map(str::to_owned).collect::<Vec<_>>()).unwrap()
    };
    let (before, bobs) = (text(zoe), text(bob));
    for number in 0..50 {
        let name = format!("Nuage{number:02}");
        let says = phone("00008140-000000000000001E", "FK1ABC2DEF3G", "iPhone17,1", Some("350000000000000"), &name);
        let at = authority.0.clock.now();
        authority.0.store.write(move |tx| seen(tx, at, zoe, &says)).unwrap();
    }
    // The name, the addresses and what the phone says now stay; of the names before, the newest twenty.
    let lasting = before.into_iter().filter(|line| line != "eclair");
    assert_eq!(text(zoe), lasting.chain((29..50).map(|number| format!("nuage{number:02}"))).collect::<Vec<_>>());
    assert_eq!(text(bob), bobs);
    for (words, found) in
        [("eclair", 0), ("nuage28", 0), ("nuage29", 1), ("nuage49", 1), ("fk1abc2def3g", 1), ("zoe.second@", 1), ("zoe", 1)]
    {
        let filter = PeopleFilter { search: Some(words.into()), ..Default::default() };
        assert_eq!(officer.find_people(&PeopleQuery { filter, limit: 5, ..Default::default() }).unwrap().total, found, "{words}");
    }
}
