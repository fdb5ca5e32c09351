//! Whose mailboxes are validated: a question of time, in the list, in its exports and in the reports.

use super::*;
use crate::mailbox::Method;
use serde_json::{Value, json};

const DAY: i64 = Timestamp::DAY;

fn add(officer: &Operator, name: &str, mail: &str) {
    officer.add_subscriber(NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person }).unwrap();
    officer.validate_mailbox(mail, Method::Records, "staff list").unwrap();
}

/// The page of those whose every mailbox is validated, or of those who have one that is not.
fn page(officer: &Operator, yes: bool, more: PeopleFilter) -> (PeoplePage, Vec<String>) {
    let filter = PeopleFilter { validated: Some(yes), ..more };
    let page = officer.find_people(&PeopleQuery { filter, limit: 500, ..Default::default() }).unwrap();
    let names = page.rows.iter().map(|person| person.name.clone()).collect();
    (page, names)
}

/// Who is validated, and who is not.
fn both(officer: &Operator) -> (String, String) {
    let of = |yes| page(officer, yes, PeopleFilter::default()).1.join(" ");
    (of(true), of(false))
}

/// Whose each validation of the report is, with what stands in a column.
fn reported(officer: &Operator, column: &str) -> Vec<Value> {
    let report = officer.report(ReportName::Validations, &ReportFilter::default(), 0).unwrap();
    let at = report.head.columns.iter().position(|name| name == column).unwrap();
    report.rows.into_iter().filter(|row| row[0] == "validation").map(|row| json!([row[1], row[at]])).collect()
}

#[test]
fn whose_validation_has_ended_is_found_counted_exported_and_reported() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    add(&officer, "Alice", "alice@example.edu");
    clock.advance(100 * DAY);
    add(&officer, "Bob", "bob@example.edu");
    clock.advance(298 * DAY);
    assert_eq!(both(&officer), ("Alice Bob".into(), String::new()), "the last second counts");
    clock.advance(1);
    assert_eq!(both(&officer), ("Bob".into(), "Alice".into()));
    assert_eq!(officer.coverage().unwrap().validated, 1);
    let covered = officer.report(ReportName::Coverage, &ReportFilter::default(), 0).unwrap();
    assert_eq!(
        covered.rows.iter().map(|row| (&row[0], &row[3])).collect::<Vec<_>>(),
        [(&json!("Alice"), &json!(false)), (&json!("Bob"), &json!(true))]
    );
    let mut csv = Vec::new();
    officer.export_people(&PeopleQuery::default(), None, &[], PeopleFormat::Csv, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let lines: Vec<_> = csv.lines().skip(1).collect();
    assert!(lines[0].starts_with("\"Alice\"") && lines[0].contains("\"false\"") && lines[1].contains("\"true\""), "{csv}");

    assert_eq!(reported(&officer, "state"), [json!(["Alice", "ended"]), json!(["Bob", "counts"])]);
    assert_eq!(reported(&officer, "valid_until"), [json!(["Alice", "2027-12-24T10:00:00Z"]), json!(["Bob", "2028-04-02T10:00:00Z"])]);
    assert_eq!(reported(&officer, "rules"), [json!(["Alice", "signet-1"]), json!(["Bob", "signet-1"])]);
    officer.validate_mailbox("alice@example.edu", Method::InPerson, "staff card").unwrap();
    assert_eq!(both(&officer), ("Alice Bob".into(), String::new()));
    assert_eq!(reported(&officer, "state"), [json!(["Alice", "replaced"]), json!(["Bob", "counts"]), json!(["Alice", "counts"])]);

    officer.set_setting("mailbox.valid_days", "100").unwrap();
    assert_eq!(both(&officer), ("Alice".into(), "Bob".into()), "by the setting of this moment");
    officer.set_setting("mailbox.valid_days", "0").unwrap();
    clock.advance(1_000 * DAY);
    assert_eq!(both(&officer), ("Alice Bob".into(), String::new()));
    assert_eq!(reported(&officer, "valid_until")[1], json!(["Bob", null]));
}

/// So many that those who fit are no longer collected.
#[test]
fn many_are_found_as_few_are() {
    const PEOPLE: usize = 20_500;
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let now = authority.0.clock.now().0;
    let fill = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PEOPLE})
         INSERT INTO subscriber (id, name, sort_key, search, kind, subject, created_at, department)
            SELECT CAST(printf('p%015d', i) AS BLOB), printf('Person %05d', i), printf('person %05d', i),
                   printf('person %05d', i) || char(10) || printf('u%d@example.edu', i), 'person', '[]', 1, (SELECT id FROM unit WHERE kind = 'department') FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PEOPLE})
         INSERT INTO mailbox (id, subscriber, address, address_key, position, created_at)
            SELECT CAST(printf('m%015d', i) AS BLOB), CAST(printf('p%015d', i) AS BLOB), printf('u%d@example.edu', i),
                   printf('u%d@example.edu', i), 1, 1 FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PEOPLE})
         INSERT INTO mailbox_validation (mailbox, at, method, evidence, actor, rules)
            SELECT CAST(printf('m%015d', i) AS BLOB), iif(i % 50 = 0, {now}, 1), 'records', 'x', '\"Signet\"', 'signet-1' FROM n;"
    );
    authority.0.store.write(move |tx| Ok(tx.execute_batch(&fill)?)).unwrap();
    let name = |i: usize| format!("Person {i:05}");
    let fresh: Vec<_> = (1..=PEOPLE).filter(|i| i % 50 == 0).map(name).collect();
    let stale: Vec<_> = (1..=PEOPLE).filter(|i| i % 50 != 0).map(name).take(500).collect();
    let (few, names) = page(&officer, true, PeopleFilter::default());
    assert_eq!((few.total, few.total_is_exact, names), (410, true, fresh));
    let (many, names) = page(&officer, false, PeopleFilter::default());
    assert_eq!((many.total, many.total_is_exact, names), (2_000, false, stale.clone()), "at least");
    let (searched, names) = page(&officer, false, PeopleFilter { search: Some("person".into()), ..Default::default() });
    assert_eq!((searched.total, searched.total_is_exact, names), (2_000, false, stale));
    let (one, names) = page(&officer, false, PeopleFilter { search: Some("person 20499".into()), ..Default::default() });
    assert_eq!((one.total, one.total_is_exact, names), (1, true, vec![name(20_499)]));
    // So few letters are the beginning of so many names that nobody counts them to the end, and each is found once.
    let (first, last): (Vec<_>, Vec<_>) = ((1..=500).map(name).collect(), (20_001..=PEOPLE).rev().map(name).collect());
    let here = officer.departments().unwrap()[0].id;
    // So many names; as many addresses of people whose names begin otherwise; in one department, too.
    for (word, department, total) in [("pe", None, PEOPLE), ("u", None, PEOPLE), ("pe", Some(here), 2_000), ("u", Some(here), 2_000)] {
        for (sort, expected, behind) in [(PeopleSort::Name, &first, name(501)), (PeopleSort::NameLast, &last, name(20_000))] {
            let filter = PeopleFilter { search: Some(word.into()), department, ..Default::default() };
            let begins = PeopleQuery { filter, sort, limit: 500, ..Default::default() };
            let first = officer.find_people(&begins).unwrap();
            assert_eq!((first.total, first.total_is_exact, first.more), (total as u64, false, true), "at least, {word}");
            assert_eq!(&first.rows.iter().map(|person| person.name.clone()).collect::<Vec<_>>(), expected, "{word}");
            let next = officer.find_people(&PeopleQuery { after: Some(first.rows[499].id), limit: 1, ..begins }).unwrap();
            assert_eq!(next.rows[0].name, behind);
        }
    }
    // Of two short words only the first is looked up: what both find is counted, to the end or to the bound.
    let nines: Vec<_> = (1..=PEOPLE).filter(|i| i.to_string().starts_with('9')).map(name).collect();
    let ones = (1..=PEOPLE).filter(|i| i.to_string().starts_with('1')).map(name);
    for (words, expected) in [
        ("pe u9", (nines.len() as u64, true, nines[..500].to_vec())),
        ("pe u1", (2_000, false, ones.take(500).collect())),
        ("pe xq", (0, true, Vec::new())),
    ] {
        let filter = PeopleFilter { search: Some(words.into()), ..Default::default() };
        let page = officer.find_people(&PeopleQuery { filter, limit: 500, ..Default::default() }).unwrap();
        let names = page.rows.iter().map(|person| person.name.clone()).collect::<Vec<_>>();
        assert_eq!((page.total, page.total_is_exact, names), expected, "{words}");
    }
    // The other way round.
    officer.set_setting("mailbox.valid_days", "0").unwrap();
    assert_eq!(page(&officer, false, PeopleFilter::default()).0.total, 0);
    let (all, names) = page(&officer, true, PeopleFilter::default());
    assert_eq!((all.total, all.total_is_exact, names), (2_000, false, (1..=500).map(name).collect::<Vec<_>>()));
    assert_eq!(officer.coverage().unwrap().validated, PEOPLE as u64);
}
