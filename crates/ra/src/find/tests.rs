//! Found, filtered, ordered, paged and counted: against the plain truth of a few dozen rows.

mod device;
mod export;
mod report;
mod validity;

use super::*;
use crate::{Authority, Error, ledger::Actor, ports::FixedClock, subscriber::NewSubscriber, testing};
use protocol::{Timestamp, crl::Reason};

/// A department with `count` certificates, of which some are revoked, held and superseded; every tenth ends soon.
fn department(count: i64) -> (Authority, FixedClock, Operator, tempfile::TempDir) {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let at = authority.0.clock.now().0;
    authority
        .0
        .store
        .write(move |tx| {
            for number in 0..count {
                let mut serial = [0x40; 16];
                serial[8..].copy_from_slice(&(number * 0x0101_0101).to_be_bytes());
                let names = ["Alice", "Bob", "Carol", "Dávid", "Erin"];
                let name = format!("{} Number{number:03}", names[number as usize % names.len()]);
                let end = at + if number % 10 == 0 { 5 * 86_400 + number } else { 300 * 86_400 + number % 7 };
                let end = if number % 9 == 0 { at - 86_400 * 3 } else { end };
                let superseded = (number % 8 == 0).then_some(at);
                let reason = if number % 11 == 0 { Some(6) } else if number % 13 == 0 { Some(1) } else { None };
                tx.execute(
                    "INSERT INTO certificate (serial, kind, profile, subject, san, key_fingerprint, not_before, not_after, issued_at, superseded_at)
                     VALUES (?1, 'subscriber', ?2, ?3, ?4, zeroblob(32), ?5, ?6, ?5, ?7)",
                    (
                        &serial[..],
                        if number % 3 == 0 { "signing" } else { "authentication" },
                        format!("CN={name},OU=Physics,O=Example University"),
                        format!("[\"rfc822Name:n{number}@example.edu\"]"),
                        at - 86_400,
                        end,
                        superseded,
                    ),
                )?;
                let row = tx.last_insert_rowid();
                tx.execute("INSERT INTO certificate_der (number, der) VALUES (?1, ?2)", (row, format!("der {number}").into_bytes()))?;
                if let Some(reason) = reason {
                    tx.execute("UPDATE certificate SET revoked_at = ?1, reason = ?2 WHERE number = ?3", (at, reason, row))?;
                }
            }
            Ok(())
        })
        .unwrap();
    (authority, clock, officer, folder)
}

fn all(officer: &Operator, filter: &CertificateFilter, sort: CertificateSort, limit: u32) -> (Vec<Certificate>, u64) {
    let mut query = CertificatesQuery { filter: filter.clone(), sort, limit, ..Default::default() };
    let mut rows = Vec::new();
    loop {
        let page = officer.find_certificates(&query).unwrap();
        assert!(page.rows.len() <= limit as usize && page.not_indexed == 0 && page.total_is_exact);
        query.after = page.rows.last().map(|row| row.serial.clone());
        rows.extend(page.rows);
        if !page.more {
            return (rows, page.total);
        }
    }
}

const SORTS: [CertificateSort; 6] = [
    CertificateSort::Newest,
    CertificateSort::Oldest,
    CertificateSort::EndingFirst,
    CertificateSort::EndingLast,
    CertificateSort::Name,
    CertificateSort::NameLast,
];

/// Every part of the list read in the other ways: before a row, and at a place.
fn backwards_and_from_anywhere(officer: &Operator, filter: &CertificateFilter, sort: CertificateSort, whole: &[Certificate]) {
    let part = |query: CertificatesQuery| {
        let page = officer.find_certificates(&CertificatesQuery { filter: filter.clone(), sort, limit: 7, ..query }).unwrap();
        (page.rows.into_iter().map(|row| row.serial).collect::<Vec<_>>(), page.more)
    };
    let serials: Vec<String> = whole.iter().map(|row| row.serial.clone()).collect();
    for place in (0..whole.len()).step_by(5) {
        let from = place.saturating_sub(7);
        let before = part(CertificatesQuery { before: Some(serials[place].clone()), ..Default::default() });
        assert_eq!(before, (serials[from..place].to_vec(), from > 0), "before {place}: {filter:?} {sort:?}");
        let until = (place + 7).min(serials.len());
        let at = part(CertificatesQuery { skip: place as u64, ..Default::default() });
        assert_eq!(at, (serials[place..until].to_vec(), until < serials.len()), "at {place}: {filter:?} {sort:?}");
    }
    assert!(part(CertificatesQuery { skip: serials.len() as u64, ..Default::default() }).0.is_empty());
}

fn search(officer: &Operator, text: &str) -> Vec<String> {
    let filter = CertificateFilter { search: Some(text.into()), ..Default::default() };
    all(officer, &filter, CertificateSort::Newest, 7).0.into_iter().map(|row| text::name(&row.subject)).collect()
}

#[test]
fn every_filter_and_order_finds_the_same_as_looking_at_all() {
    let (_authority, _clock, officer, _folder) = department(120);
    let (plain, total) = all(&officer, &CertificateFilter::default(), CertificateSort::Newest, 50);
    assert_eq!((plain.len(), total), (120, 120));
    for status in Status::ALL.map(Some).into_iter().chain([None]) {
        for profile in [None, Some("signing")] {
            for words in [None, Some("number0"), Some("da"), Some("id num")] {
                let fits = |row: &&Certificate| {
                    let text = text::lines(&row.subject, &row.san, &[]).join("\n");
                    status.is_none_or(|status| status.as_str() == row.status)
                        && profile.is_none_or(|profile| profile == row.profile)
                        && words.is_none_or(|words| text::Search::new(Some(words)).unwrap().matches(&text))
                };
                let expected: Vec<&Certificate> = plain.iter().filter(fits).collect();
                let filter = CertificateFilter {
                    search: words.map(str::to_owned),
                    statuses: status.into_iter().collect(),
                    profiles: profile.map(str::to_owned).into_iter().collect(),
                    ..Default::default()
                };
                for sort in SORTS {
                    let (found, total) = all(&officer, &filter, sort, 7);
                    backwards_and_from_anywhere(&officer, &filter, sort, &found);
                    assert_eq!(total as usize, expected.len(), "{filter:?} {sort:?}");
                    let mut serials: Vec<_> = found.iter().map(|row| row.serial.clone()).collect();
                    let ordered = match sort {
                        CertificateSort::Newest => serials == expected.iter().map(|row| row.serial.clone()).collect::<Vec<_>>(),
                        CertificateSort::Oldest => serials == expected.iter().rev().map(|row| row.serial.clone()).collect::<Vec<_>>(),
                        CertificateSort::NameLast => {
                            found.windows(2).all(|two| text::lines(&two[0].subject, &[], &[]) >= text::lines(&two[1].subject, &[], &[]))
                        }
                        CertificateSort::EndingFirst => found.windows(2).all(|two| two[0].not_after <= two[1].not_after),
                        CertificateSort::EndingLast => found.windows(2).all(|two| two[0].not_after >= two[1].not_after),
                        CertificateSort::Name => {
                            found.windows(2).all(|two| text::lines(&two[0].subject, &[], &[]) <= text::lines(&two[1].subject, &[], &[]))
                        }
                    };
                    assert!(ordered, "{filter:?} {sort:?}");
                    let mut wanted: Vec<_> = expected.iter().map(|row| row.serial.clone()).collect();
                    serials.sort();
                    wanted.sort();
                    assert_eq!(serials, wanted, "{filter:?} {sort:?}");
                }
            }
        }
    }
}

#[test]
fn a_search_finds_the_same_in_whatever_way_it_looks() {
    use certificates::{BOUNDS, Bounds, page_within};
    let (authority, _clock, officer, _folder) = department(60);
    officer.index_new_certificates().unwrap();
    let at = authority.0.clock.now();
    let ask = |query: CertificatesQuery, bounds| {
        let page = authority.0.store.read(|tx| page_within(tx, at, &query, bounds)).unwrap();
        (page.rows.into_iter().map(|row| row.serial).collect::<Vec<_>>(), page.more)
    };
    // Walking to the end, all members placed, the order read as a whole, and giving up after a few.
    let ways =
        [(usize::MAX, 0), (0, usize::MAX), (0, 0), (5, 7)].map(|(in_vain, placed)| Bounds { collected: 2, in_vain, placed, ..BOUNDS });
    for words in ["er", "da", "number02", "id num", "n1", "example al", "4040", "zz"] {
        for statuses in [vec![], vec![Status::Active], vec![Status::Expired]] {
            for sort in SORTS {
                let filter = CertificateFilter { search: Some(words.to_owned()), statuses: statuses.clone(), ..Default::default() };
                let query = CertificatesQuery { filter, sort, limit: 7, ..Default::default() };
                let (whole, _) = ask(CertificatesQuery { limit: 500, ..query.clone() }, BOUNDS);
                for bounds in ways {
                    let what = format!("{words} {statuses:?} {sort:?} {bounds:?}");
                    assert_eq!(ask(CertificatesQuery { limit: 500, ..query.clone() }, bounds).0, whole, "{what}");
                    for place in (0..whole.len()).step_by(11) {
                        let (from, until, after) = (place.saturating_sub(7), (place + 7).min(whole.len()), (place + 8).min(whole.len()));
                        let serial = Some(whole[place].clone());
                        let before = ask(CertificatesQuery { before: serial.clone(), ..query.clone() }, bounds);
                        assert_eq!(before, (whole[from..place].to_vec(), from > 0), "before {place}: {what}");
                        let behind = ask(CertificatesQuery { after: serial, ..query.clone() }, bounds);
                        assert_eq!(behind, (whole[place + 1..after].to_vec(), after < whole.len()), "after {place}: {what}");
                        let skipped = ask(CertificatesQuery { skip: place as u64, ..query.clone() }, bounds);
                        assert_eq!(skipped, (whole[place..until].to_vec(), until < whole.len()), "at {place}: {what}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_place_is_the_same_sorted_read_in_order_and_read_from_afar() {
    use certificates::{BOUNDS, Bounds, page_within};
    let (authority, _clock, officer, _folder) = department(60);
    officer.index_new_certificates().unwrap();
    let at = authority.0.clock.now();
    let ask = |query: &CertificatesQuery, bounds| {
        let page = authority.0.store.read(|tx| page_within(tx, at, query, bounds)).unwrap();
        (page.rows.into_iter().map(|row| row.serial).collect::<Vec<_>>(), page.more, page.total)
    };
    for kind in [Kinds::Subscriber, Kinds::All] {
        for statuses in [vec![], vec![Status::Active], vec![Status::Active, Status::Superseded]] {
            for sort in SORTS {
                let filter = CertificateFilter { kind, statuses: statuses.clone(), ..Default::default() };
                let query = CertificatesQuery { filter, sort, limit: 7, ..Default::default() };
                let (whole, ..) = ask(&CertificatesQuery { limit: 500, ..query.clone() }, BOUNDS);
                for place in 0..=whole.len() {
                    for after in [None, whole.get(9).cloned()] {
                        let query = CertificatesQuery { skip: place as u64, after, ..query.clone() };
                        let sorted = ask(&query, BOUNDS);
                        for looked_up in [usize::MAX, 0] {
                            let read = ask(&query, Bounds { sorted: 0, looked_up, ..BOUNDS });
                            assert_eq!(read, sorted, "{place} {looked_up} {query:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn counts_follow_every_change_and_the_clock() {
    let (authority, clock, officer, _folder) = department(120);
    let check = || {
        let (rows, _) = all(&officer, &CertificateFilter::default(), CertificateSort::Newest, 500);
        let counts = officer.certificate_counts(Kinds::Subscriber).unwrap();
        assert_eq!(counts.total, 120);
        for status in Status::ALL {
            let expected = rows.iter().filter(|row| row.status == status.as_str()).count() as u64;
            let counted = counts.by_status.iter().find(|(of, _)| *of == status).map_or(0, |(_, count)| *count);
            assert_eq!(counted, expected, "{status:?}");
        }
        let end = officer.inner.clock.now().plus(30 * Timestamp::DAY);
        let ending = rows.iter().filter(|row| row.status == "active" && row.not_after < end).count() as u64;
        assert_eq!(counts.ending, ending);
        let filter = CertificateFilter { expiring_days: Some(30), ..Default::default() };
        assert_eq!(all(&officer, &filter, CertificateSort::EndingFirst, 3).0.len() as u64, ending);
        // A week of the calendar, as the list of that week.
        let (from, before) = (officer.inner.clock.now().plus(3 * Timestamp::DAY), officer.inner.clock.now().plus(10 * Timestamp::DAY));
        let week = CertificateFilter { ends_from: Some(from), ends_before: Some(before), ..Default::default() };
        let (found, total) = all(&officer, &week, CertificateSort::Newest, 4);
        let expected = rows.iter().filter(|row| row.status == "active" && row.not_after >= from && row.not_after < before).count();
        assert_eq!((found.len(), total), (expected, expected as u64));
        assert_eq!(officer.expiry_calendar(30).unwrap().iter().map(|day| day.count).sum::<u64>(), {
            let last = Timestamp((officer.inner.clock.now().0.div_euclid(86_400) + 30) * 86_400);
            rows.iter().filter(|row| row.status == "active" && row.not_after < last).count() as u64
        });
        rows
    };
    let rows = check();
    let active = rows.iter().find(|row| row.status == "active").unwrap();
    let set = |reason: Option<i64>| {
        let serial = SerialNumber::parse(&active.serial).unwrap();
        let sql = "UPDATE certificate SET reason = ?1, revoked_at = iif(?1 IS NULL, NULL, 1) WHERE serial = ?2";
        authority.0.store.write(move |tx| Ok(tx.execute(sql, (reason, serial.octets()))?)).unwrap();
        check();
    };
    [Some(6), None, Some(6), Some(1)].into_iter().for_each(set);
    // Into the middle of the day on which some end, second by second.
    clock.advance(5 * 86_400 + 55);
    check();
    clock.advance(400 * 86_400);
    check();
    assert_eq!(officer.inventory().unwrap().iter().filter(|row| row.kind == "subscriber").map(|row| row.count).sum::<u64>(), 120);
}

#[test]
fn names_addresses_serials_and_fingerprints_are_found() {
    let (_authority, _clock, officer, _folder) = department(60);
    assert_eq!(search(&officer, "NUMBER017"), ["Carol Number017"]);
    assert_eq!(search(&officer, "david number003"), ["Dávid Number003"], "accents do not matter, words may stand apart");
    assert_eq!(search(&officer, "n42@example"), ["Carol Number042"]);
    assert_eq!(search(&officer, "n59"), ["Erin Number059"], "a beginning of the address");
    assert_eq!(search(&officer, "physics"), [""; 0], "what everybody has finds nobody");
    assert_eq!(search(&officer, "\"al* OR (NEAR"), [""; 0]);
    let serial = &all(&officer, &CertificateFilter::default(), CertificateSort::Newest, 5).0[0].serial;
    assert_eq!(search(&officer, &serial.to_lowercase()), ["Erin Number059"]);
    let grouped: Vec<_> = serial.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned()).collect();
    assert_eq!(search(&officer, &grouped.join(":")), ["Erin Number059"]);
    for hash in [crate::issue::hex(&openssl::sha::sha256(b"der 17")), crate::issue::hex(&openssl::sha::sha1(b"der 17"))] {
        assert_eq!(search(&officer, &hash), ["Carol Number017"]);
        assert_eq!(search(&officer, &hash[..9]), ["Carol Number017"]);
        assert_eq!(search(&officer, &format!("{hash}0")), [""; 0]);
    }
}

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
fn renewal_begins_when_the_profile_of_the_department_says_so() {
    use crate::{
        department::FurtherDepartment,
        id::UnitId,
        profile::{ProfileDraft, ProfileName, Scope},
    };
    let (authority, _clock, _folder) = testing::authority();
    let physics = testing::department(&authority);
    let here = physics.unit(Scope::Department).unwrap();
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = physics.at_department(physics.add_department(made).unwrap().id).unwrap();
    let at = authority.0.clock.now().0;
    let issue = |unit: UnitId, profile: &'static str, days: i64, change: &'static str| {
        let serial = crate::id::ActId::fresh().0.as_bytes().to_vec();
        let write = authority.0.store.write(move |tx| {
            tx.execute(
                "INSERT INTO certificate (serial, kind, profile, subject, san, department, key_fingerprint, not_before, not_after, issued_at)
                 VALUES (?1, 'subscriber', ?2, 'CN=Alice', '[]', ?3, zeroblob(32), ?4, ?5, ?4)",
                (&serial, profile, unit, at - 86_400, at + days * 86_400),
            )?;
            Ok(tx.execute(&format!("UPDATE certificate SET {change} WHERE serial = ?1"), [&serial])?)
        });
        assert_eq!(write.unwrap(), 1);
    };
    let there = chemistry.unit(Scope::Department).unwrap();
    for unit in [here, there] {
        for days in [-1, 10, 35, 44, 50] {
            issue(unit, "signing", days, "pilot = 0");
        }
    }
    issue(here, "authentication", 20, "pilot = 0");
    issue(here, "signing", 5, "superseded_at = issued_at");
    issue(here, "signing", 6, "revoked_at = issued_at, reason = 6");
    let today = |officer: &Operator| {
        let today = officer.today().unwrap();
        (today.renewals, today.renewal_days)
    };
    // Thirty days everywhere.
    assert_eq!(today(&physics), (3, 30));
    let draft = ProfileDraft { renewal_days: 45, ..ProfileDraft::builtin(ProfileName::Signing) };
    chemistry.save_profile(Scope::Department, ProfileName::Signing, draft).unwrap();
    assert_eq!(today(&physics), (5, 45), "two more of chemistry, none of physics");
    let draft = ProfileDraft { renewal_days: 5, ..ProfileDraft::builtin(ProfileName::Authentication) };
    physics.save_profile(Scope::Organization, ProfileName::Authentication, draft).unwrap();
    assert_eq!(today(&physics), (4, 45));
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

#[test]
fn all_that_match_are_collected_up_to_a_bound() {
    let (_authority, _clock, officer, _folder) = department(120);
    let query =
        CertificatesQuery { filter: CertificateFilter { statuses: vec![Status::Active], ..Default::default() }, ..Default::default() };
    let (rows, more) = officer.matching_certificates(&query, 10_000).unwrap();
    assert!(!more && rows.len() as u64 == officer.find_certificates(&query).unwrap().total);
    assert!(rows.iter().all(|row| row.status == "active"));
    let (some, more) = officer.matching_certificates(&query, 10).unwrap();
    assert!(more && some.len() == 10 && some[9].serial == rows[9].serial);
}

#[test]
fn views_are_saved_checked_replaced_and_deleted() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let view =
        |query: serde_json::Value| NewView { of: ViewOf::Certificates, name: " Ends  soon ".into(), query, columns: vec!["name".into()] };
    let saved = officer.save_view(view(serde_json::json!({ "filter": { "expiring_days": 30 }, "after": "AA" }))).unwrap();
    assert_eq!((saved.name.as_str(), &saved.query["after"]), ("Ends soon", &serde_json::Value::Null));
    let again = officer.save_view(view(serde_json::json!({ "sort": "endingFirst" }))).unwrap();
    assert_eq!(again.id, saved.id);
    assert_eq!(officer.saved_views(ViewOf::Certificates).unwrap().len(), 1);
    assert!(officer.saved_views(ViewOf::People).unwrap().is_empty());
    assert!(matches!(officer.save_view(view(serde_json::json!({ "sort": "sideways" }))), Err(Error::Invalid { field: "query", .. })));
    let other = officer.save_view(NewView { name: "Other".into(), ..view(serde_json::json!({})) }).unwrap();
    assert!(matches!(officer.rename_view(other.id, "Ends soon"), Err(Error::Invalid { field: "name", .. })));
    assert!(matches!(officer.rename_view(other.id, "\u{7}"), Err(Error::Invalid { field: "name", .. })));
    let renamed = officer.rename_view(saved.id, " Ends  this year").unwrap();
    assert_eq!((renamed.name.as_str(), renamed.of, &renamed.query), ("Ends this year", ViewOf::Certificates, &again.query));
    officer.delete_view(saved.id).unwrap();
    assert!(matches!(officer.rename_view(saved.id, "Gone"), Err(Error::NotFound(crate::Noun::View))));
    assert!(matches!(officer.delete_view(saved.id), Err(Error::NotFound(crate::Noun::View))));
}

#[test]
fn a_certificate_is_told_in_full() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let serial = crate::certificate::issued(&authority, "Alice");
    clock.advance(60);
    officer.revoke(&serial, Reason::CertificateHold).unwrap();
    let detail = officer.certificate_detail(&serial).unwrap();
    assert_eq!((detail.summary.name.as_str(), detail.summary.status), ("Alice", Status::Held));
    assert_eq!(detail.summary.addresses, ["alice@example.edu"]);
    assert_eq!(detail.summary.purposes, ["clientAuth"]);
    assert_eq!(detail.chain.len(), 2);
    assert!(detail.chain.iter().all(|link| link.signature_fits) && detail.lint.is_empty(), "{:?}", detail.lint);
    assert_eq!((&detail.advice, &detail.provenance.cps), (&None, &None), "it is not for mail, and no CPS is registered");
    assert_eq!(
        detail.timeline.iter().map(|event| event.event.as_str()).collect::<Vec<_>>(),
        ["certificate.stored", "certificate.held", "certificate.ends"]
    );
    assert_eq!(detail.timeline[1].actor, Some(Actor::Officer("rosa".into())));
    let text = format!("{:?}", detail.tree);
    assert!(text.contains("X509v3 Subject Alternative Name") && text.contains("email:alice@example.edu"), "{text}");
    let root = officer.find_certificates(&CertificatesQuery {
        filter: CertificateFilter { kind: Kinds::Authority, ..Default::default() },
        limit: 50,
        ..Default::default()
    });
    for ours in root.unwrap().rows {
        let detail = officer.certificate_detail(&SerialNumber::parse(&ours.serial).unwrap()).unwrap();
        assert!(detail.lint.is_empty(), "{}: {:?}", ours.profile, detail.lint);
    }
}

#[test]
fn lists_are_exported_whole_in_every_format() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    for name in ["Alice", "=cmd|' /C calc'!A0", "Bob"] {
        crate::certificate::issued(&authority, name);
    }
    let export = |format| {
        let mut octets = Vec::new();
        assert_eq!(officer.export_certificates(&CertificatesQuery::default(), format, &mut octets).unwrap(), 3);
        octets
    };
    let csv = String::from_utf8(export(CertificateFormat::Csv)).unwrap();
    assert_eq!(csv.lines().count(), 4);
    assert!(csv.starts_with("\"serial\",\"status\"") && !csv.contains(",\"="), "{csv}");
    let json: serde_json::Value = serde_json::from_slice(&export(CertificateFormat::Json)).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 3);
    assert_eq!(String::from_utf8(export(CertificateFormat::Pem)).unwrap().matches("BEGIN CERTIFICATE").count(), 3);
    assert_eq!(protocol::cms::read_certs_only(&export(CertificateFormat::P7b)).unwrap().len(), 3);
    officer.add_subscriber(NewSubscriber { name: "+1 Alice".into(), mail: "a@example.edu".into(), kind: SubscriberKind::Person }).unwrap();
    let mut people = Vec::new();
    officer.export_people(&PeopleQuery::default(), &[], PeopleFormat::Csv, &mut people).unwrap();
    assert!(String::from_utf8(people).unwrap().contains("\"'+1 Alice\""));
}

#[test]
fn every_report_says_its_filter_time_and_ledger_head() {
    let (_authority, _clock, officer, _folder) = department(60);
    officer.add_subscriber(NewSubscriber { name: "Alice".into(), mail: "alice@example.edu".into(), kind: SubscriberKind::Person }).unwrap();
    officer.validate_mailbox("alice@example.edu", crate::mailbox::Method::InPerson, "=staff card").unwrap();
    for name in ReportName::ALL {
        let filter = ReportFilter { days: Some(10), ..Default::default() };
        let report = officer.report(name, &filter, 0).unwrap();
        assert!(report.head.ledger_number > 0 && report.head.ledger_hash.len() == 64);
        assert_eq!(report.rows.is_empty(), name == ReportName::Devices, "{name:?}");
        assert!(report.rows.iter().all(|row| row.len() == report.head.columns.len()), "{name:?}");
        for format in [ReportFormat::Csv, ReportFormat::Json] {
            let mut octets = Vec::new();
            assert_eq!(officer.export_report(name, &filter, format, &mut octets).unwrap() as usize, report.rows.len());
            let text = String::from_utf8(octets).unwrap();
            assert!(text.contains(&report.head.ledger_hash), "{text}");
            assert!(format == ReportFormat::Json || !text.contains(",\"="), "{text}");
            if format == ReportFormat::Json {
                let json: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert_eq!(json["rows"].as_array().unwrap().len(), report.rows.len());
                assert_eq!(json["filter"]["days"], 10);
            }
        }
    }
    let expiring = officer.report(ReportName::Expiring, &ReportFilter { days: Some(10), ..Default::default() }, 1).unwrap();
    assert!(expiring.more && expiring.rows.len() == 1);
}

#[test]
fn revocations_say_which_took_longer_than_the_deadline_of_their_reason() {
    let (authority, _clock, officer, _folder) = department(0);
    let at = authority.0.clock.now().0;
    let revoked = |serial: u8, reason: Reason, known_for: Option<i64>| {
        let (code, since) = (crate::certificate::reason_code(reason), known_for.map(|seconds| at - seconds));
        let write = authority.0.store.write(move |tx| {
            tx.execute(
                "INSERT INTO certificate (serial, kind, profile, subject, san, key_fingerprint, not_before, not_after, issued_at)
                 VALUES (?1, 'subscriber', 'signing', 'CN=Alice', '[]', zeroblob(32), ?2, ?2 + 864000, ?2)",
                ([serial; 16].as_slice(), at),
            )?;
            let sql = "UPDATE certificate SET revoked_at = ?1, reason = ?2, invalid_since = ?3 WHERE serial = ?4";
            Ok(tx.execute(sql, (at, code, since, [serial; 16].as_slice()))?)
        });
        assert_eq!(write.unwrap(), 1);
    };
    revoked(1, Reason::KeyCompromise, Some(Timestamp::HOUR));
    revoked(2, Reason::KeyCompromise, Some(2 * Timestamp::DAY));
    revoked(3, Reason::AffiliationChanged, Some(2 * Timestamp::DAY));
    revoked(4, Reason::Superseded, None);
    revoked(5, Reason::CertificateHold, None);
    let report = officer.report(ReportName::Revocations, &ReportFilter::default(), 0).unwrap();
    let (hour, day) = (Timestamp::HOUR, Timestamp::DAY);
    assert_eq!(report.head.columns[5..], ["deadline_seconds", "late"]);
    assert_eq!(
        serde_json::json!(report.rows),
        serde_json::json!([
            ["keyCompromise", "signing", 2, 2 * day, 2 * day, 24 * hour, 1],
            ["affiliationChanged", "signing", 1, 2 * day, 2 * day, 5 * day, 0],
            ["superseded", "signing", 1, null, null, 5 * day, null],
            ["certificateHold", "signing", 1, null, null, null, null],
        ])
    );
}
