//! People: found by any part and by what they have, read from anywhere.

use super::*;

#[test]
fn people_are_found_by_any_part_and_what_they_have() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    for (name, mail) in [("José Álvarez", "jalvarez@example.edu"), ("Alan Turing", "turing@example.edu"), ("Office", "office@example.edu")]
    {
        let kind = if name == "Office" { SubscriberKind::Functional } else { SubscriberKind::Person };
        officer.add_subscriber(NewSubscriber { name: name.into(), mail: mail.into(), kind }).unwrap();
    }
    let find = |filter: PeopleFilter| {
        let page = officer.find_people(&PeopleQuery { filter, limit: 50, ..Default::default() }).unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        page.rows.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    let text = |text: &str| PeopleFilter { search: Some(text.into()), ..Default::default() };
    assert_eq!(find(text("ALVAR")), ["José Álvarez"]);
    assert_eq!(find(text("example turing")), ["Alan Turing"]);
    assert_eq!(find(text("al")), ["Alan Turing"]);
    assert_eq!(find(text("of")), ["Office"]);
    assert_eq!(find(PeopleFilter { kind: Some(SubscriberKind::Functional), ..Default::default() }), ["Office"]);
    assert_eq!(find(PeopleFilter { has: Some(Has::NoEncryption), ..text("tur") }), ["Alan Turing"]);
    assert_eq!(find(PeopleFilter { has: Some(Has::Active), ..Default::default() }), [""; 0]);
    assert_eq!(find(PeopleFilter { validated: Some(false), ..Default::default() }).len(), 3);
    let turing = officer.subscriber_by_mail("turing@example.edu").unwrap().id;
    // Whose every mailbox is validated, and whose not: whatever came, was validated and lost that again.
    let validated = |yes: bool| find(PeopleFilter { validated: Some(yes), ..Default::default() });
    let validate = |mail| officer.validate_mailbox(mail, crate::mailbox::Method::InPerson, "staff card").unwrap();
    validate("turing@example.edu");
    validate("turing@example.edu");
    assert_eq!((validated(true), validated(false)), (vec!["Alan Turing".to_owned()], vec!["José Álvarez".to_owned(), "Office".to_owned()]));
    officer.add_mailbox(turing, "bletchley@example.edu").unwrap();
    assert_eq!((validated(true).len(), validated(false).len()), (0, 3));
    validate("bletchley@example.edu");
    assert_eq!((validated(true).len(), validated(false).len()), (1, 2));
    authority.0.store.write(|tx| Ok(tx.execute("DELETE FROM mailbox_validation", [])?)).unwrap();
    assert_eq!((validated(true).len(), validated(false).len()), (0, 3));
    assert_eq!(find(text("bletch")), ["Alan Turing"]);
    officer.delete_subscriber(turing).unwrap();
    assert_eq!(find(text("bletch")), [""; 0]);
    assert_eq!(officer.coverage().unwrap().people, 2);
}

#[test]
fn people_and_their_enrollments_are_found_by_the_serial_number_and_fingerprints_of_a_certificate() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let [alice, _, deed] = [("Alice Example", "alice"), ("Bob Example", "bob"), ("Deedbe0c Office", "deed")]
        .map(|(name, mail)| testing::person(&officer, name, &format!("{mail}@example.edu")).id);
    let at = authority.0.clock.now().0;
    let write = authority.0.store.write(move |tx| {
        tx.execute(
            "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, subscriber, key_fingerprint, not_before, not_after, issued_at)
             VALUES (x'0deedbe0c0ffee00000000000000abcd', 'subscriber', 'signing', 'CN=Alice', '[]', x'aa', ?1, zeroblob(32), ?2, ?2 + 864000, ?2)",
            (alice, at),
        )?;
        tx.execute("INSERT INTO certificate_der (number, der) VALUES (?1, x'3000')", [tx.last_insert_rowid()])?;
        Ok(tx.execute(
            "INSERT INTO enrollment (id, subscriber, mailbox, channel, state, reached, created_at, expires_at, updated_at, link)
             SELECT ?1, subscriber, id, 'show', 'invited', 0, ?3, ?3 + 259200, ?3, randomblob(32) FROM mailbox WHERE subscriber = ?2",
            (crate::id::EnrollmentId::fresh(), alice, at),
        )?)
    });
    write.unwrap();
    let query = |text: &str| PeopleQuery {
        filter: PeopleFilter { search: Some(text.into()), ..Default::default() },
        limit: 50,
        ..Default::default()
    };
    let find = |text: &str| {
        let page = officer.find_people(&query(text)).unwrap();
        assert_eq!((page.total as usize, page.total_is_exact), (page.rows.len(), true));
        let enrolled =
            officer.enrollments(&crate::enrollment::EnrollmentQuery { search: Some(text.into()), limit: 9, ..Default::default() });
        let rows = enrolled.unwrap().rows;
        assert!(rows.iter().all(|row| row.subscriber == alice) && rows.len() == page.rows.iter().filter(|one| one.id == alice).count());
        let listed = crate::subscriber::SubscriberQuery { search: Some(text.into()), limit: 9, ..Default::default() };
        let listed: Vec<_> = officer.subscribers(&listed).unwrap().rows.into_iter().map(|one| one.id).collect();
        assert_eq!(listed, page.rows.iter().map(|one| one.id).collect::<Vec<_>>());
        page.rows.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    let [sha256, sha1] = [crate::issue::hex(&openssl::sha::sha256(b"\x30\x00")), crate::issue::hex(&openssl::sha::sha1(b"\x30\x00"))];
    for text in ["0DEEDBE0C0FFEE", "0deedbe0", "0d:ee:db:e0", " 0d ee db e0 c0", "deedbe0c0", &sha256, &sha256[..8], &sha1, &sha1[..9]] {
        assert_eq!(find(text), ["Alice Example"], "{text:?}");
    }
    for text in ["0deedbe", "c0ffee00", &sha256[..7], &format!("{sha256}0"), &sha1[1..9]] {
        assert_eq!(find(text), [""; 0], "{text:?}");
    }
    // Beside whom the text finds, and narrowed and paged like them.
    assert_eq!(find("deedbe0c"), ["Alice Example", "Deedbe0c Office"]);
    let having = PeopleFilter { has: Some(Has::Active), ..query("deedbe0c").filter };
    let page = officer.find_people(&PeopleQuery { filter: having, limit: 9, ..Default::default() }).unwrap();
    assert_eq!(page.rows.into_iter().map(|one| one.id).collect::<Vec<_>>(), [alice]);
    let first = officer.find_people(&PeopleQuery { limit: 1, ..query("deedbe0c") }).unwrap();
    assert!(first.more && first.rows[0].id == alice);
    let second = officer.find_people(&PeopleQuery { after: Some(alice), ..query("deedbe0c") }).unwrap();
    assert_eq!((second.rows[0].id, second.more, second.total), (deed, false, 2));
    let there = PeopleFilter { department: Some(officer.departments().unwrap()[0].id), ..query("deedbe0c").filter };
    let page = officer.find_people(&PeopleQuery { filter: there, limit: 9, ..Default::default() }).unwrap();
    assert_eq!((page.rows.iter().map(|one| one.id).collect::<Vec<_>>(), page.total), (vec![alice, deed], 2), "in their department");
    // Whoever is gone is found no more, whatever they had.
    clock.advance(864_001);
    officer.delete_subscriber(alice).unwrap();
    assert_eq!(officer.find_people(&query("0deedbe0")).unwrap().total, 0);
}

/// More than whoever searches puts into the index at once.
#[test]
fn an_export_by_fingerprint_is_whole_right_after_very_many_certificates_came() {
    let (authority, _clock, officer, _folder) = department(2_600);
    let alice = testing::person(&officer, "Alice Example", "alice@example.edu").id;
    let last = authority.0.store.write(move |tx| {
        let newest = "UPDATE certificate SET subscriber = ?1 WHERE number = (SELECT max(number) FROM certificate_der)";
        tx.execute(newest, [alice])?;
        Ok(tx.query_row("SELECT der FROM certificate_der ORDER BY number DESC LIMIT 1", [], |row| row.get::<_, Vec<u8>>(0))?)
    });
    let search = Some(crate::issue::hex(&openssl::sha::sha256(&last.unwrap())));
    let query = PeopleQuery { filter: PeopleFilter { search, ..Default::default() }, ..Default::default() };
    let mut csv = Vec::new();
    assert_eq!(officer.export_people(&query, None, &[], PeopleFormat::Csv, &mut csv).unwrap(), 1);
}

#[test]
fn whose_certificate_ends_soon_is_found_and_nobody_else() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let ends = |name: &'static str, days: i64, change: &'static str| {
        let mail = format!("{}@example.edu", name.to_lowercase());
        let id = officer.add_subscriber(NewSubscriber { name: name.into(), mail, kind: SubscriberKind::Person }).unwrap().id;
        let at = authority.0.clock.now().0;
        let write = authority.0.store.write(move |tx| {
            tx.execute(
                "INSERT INTO certificate (serial, kind, profile, subject, san, subscriber, key_fingerprint, not_before, not_after, issued_at)
                 VALUES (?1, 'subscriber', 'signing', ?2, '[]', ?3, zeroblob(32), ?4, ?5, ?4)",
                (name.as_bytes(), format!("CN={name}"), id, at - 86_400, at + days * 86_400),
            )?;
            Ok(tx.execute(&format!("UPDATE certificate SET {change} WHERE serial = ?1"), [name.as_bytes()])?)
        });
        assert_eq!(write.unwrap(), 1);
    };
    ends("Soon", 29, "pilot = 0");
    ends("Later", 31, "pilot = 0");
    ends("Over", -1, "pilot = 0");
    ends("Held", 5, "revoked_at = issued_at, reason = 6");
    ends("Replaced", 5, "superseded_at = issued_at");
    let find = |officer: &Operator| {
        let filter = PeopleFilter { has: Some(Has::Ending), ..Default::default() };
        let page = officer.find_people(&PeopleQuery { filter, limit: 50, ..Default::default() }).unwrap();
        assert_eq!((page.total as usize, page.total_is_exact), (page.rows.len(), true));
        page.rows.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    assert_eq!(find(&officer), ["Soon"]);
    clock.advance(3 * 86_400);
    assert_eq!(find(&officer), ["Later", "Soon"]);
}

#[test]
fn people_are_read_from_anywhere_and_backwards() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    for number in 0..23 {
        let (name, mail) = (format!("Person {:02}", (number * 7) % 23), format!("p{number}@example.edu"));
        officer.add_subscriber(NewSubscriber { name, mail, kind: SubscriberKind::Person }).unwrap();
    }
    for sort in [PeopleSort::Name, PeopleSort::NameLast, PeopleSort::Newest, PeopleSort::Oldest] {
        let part = |query: PeopleQuery| {
            let page = officer.find_people(&PeopleQuery { sort, limit: 5, ..query }).unwrap();
            assert!(page.total == 23 && page.total_is_exact);
            (page.rows.iter().map(|person| person.id).collect::<Vec<_>>(), page.more)
        };
        let (mut whole, mut after, mut more) = (Vec::new(), None, true);
        while more {
            let (rows, further) = part(PeopleQuery { after, ..Default::default() });
            (after, more) = (rows.last().copied(), further);
            whole.extend(rows);
        }
        let names: Vec<String> = whole.iter().map(|id| officer.subscriber(*id).unwrap().name).collect();
        match sort {
            PeopleSort::Name => assert!(names.is_sorted() && names.len() == 23),
            PeopleSort::NameLast => assert!(names.iter().rev().is_sorted()),
            PeopleSort::Newest => assert!(whole.iter().rev().is_sorted()),
            PeopleSort::Oldest => assert!(whole.is_sorted()),
        }
        for place in 0..=whole.len() {
            let until = (place + 5).min(whole.len());
            let at = part(PeopleQuery { skip: place as u64, ..Default::default() });
            assert_eq!(at, (whole[place..until].to_vec(), until < whole.len()), "{sort:?} at {place}");
            if let Some(person) = whole.get(place) {
                let from = place.saturating_sub(5);
                let before = part(PeopleQuery { before: Some(*person), ..Default::default() });
                assert_eq!(before, (whole[from..place].to_vec(), from > 0), "{sort:?} before {place}");
            }
        }
    }
}
