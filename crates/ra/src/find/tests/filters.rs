//! Filters, orders and searches of certificates find the same in whatever way they are answered, and counts follow them.

use super::*;

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
        assert_eq!((counts.ending, u64::from(officer.today().unwrap().expiring)), (ending, ending));
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
