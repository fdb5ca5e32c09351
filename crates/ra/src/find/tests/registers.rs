//! The report of validations and subject names tells everything that was ever recorded: also of whoever left, was deleted or has moved.

use super::*;
use crate::{department::FurtherDepartment, id::SubscriberId, mailbox::Method};
use serde_json::{Value, json};

const DAY: i64 = Timestamp::DAY;

/// Rows of one kind of record, these columns of each.
fn told(officer: &Operator, record: &str, filter: &ReportFilter, columns: &[&str]) -> Value {
    let report = officer.report(ReportName::Validations, filter, 0).unwrap();
    let place = |name: &&str| report.head.columns.iter().position(|column| column.as_str() == *name).unwrap();
    let places: Vec<usize> = columns.iter().map(place).collect();
    let rows = report.rows.iter().filter(|row| row[0] == record);
    rows.map(|row| places.iter().map(|place| row[*place].clone()).collect::<Vec<_>>()).collect()
}

fn validated(officer: &Operator, filter: &ReportFilter) -> Value {
    told(officer, "validation", filter, &["name", "valid_until", "state"])
}

#[test]
fn how_mailboxes_of_those_who_left_were_validated_stays_in_the_report() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let begun = authority.0.clock.now();
    let [alice, bob, carol] = ["Alice", "Bob", "Carol"].map(|name| {
        let person = testing::person(&officer, name, &format!("{}@example.edu", name.to_lowercase()));
        clock.advance(1);
        person.id
    });
    clock.advance(100 * DAY - 3);
    let left = authority.0.clock.now();
    officer.offboard(alice, Reason::AffiliationChanged, None, None, "left the university").unwrap();
    officer.delete_subscriber(carol).unwrap();
    assert!(!officer.subscriber(alice).unwrap().mailboxes[0].validated, "nothing of it counts");
    let all = ReportFilter::default();
    let until = |after: i64| begun.plus(398 * DAY + after);
    assert_eq!(validated(&officer, &all), json!([["Alice", left, "withdrawn"], ["Bob", until(1), "counts"], ["Carol", left, "withdrawn"]]));
    let evidence = told(&officer, "validation", &all, &["address_or_subject", "at", "method", "evidence", "actor", "rules"]);
    assert_eq!(evidence[0], json!(["alice@example.edu", begun, "records", "staff register", "officer rosa", "signet-1"]));
    assert_eq!(evidence[2], json!(["carol@example.edu", begun.plus(2), "records", "staff register", "officer rosa", "signet-1"]));

    // Who comes back is validated anew, and so is whoever gets the address of somebody who is gone.
    officer.validate_mailbox("alice@example.edu", Method::InPerson, "new contract").unwrap();
    testing::person(&officer, "Dan", "carol@example.edu");
    officer.validate_mailbox("bob@example.edu", Method::InPerson, "staff card").unwrap();
    let again = until(100 * DAY);
    let whole = json!([
        ["Alice", left, "withdrawn"],
        ["Bob", until(1), "replaced"],
        ["Carol", left, "withdrawn"],
        ["Alice", again, "counts"],
        ["Dan", again, "counts"],
        ["Bob", again, "counts"],
    ]);
    assert_eq!(validated(&officer, &all), whole);
    let earlier = ReportFilter { until: Some(left), ..Default::default() };
    assert_eq!(validated(&officer, &earlier).as_array().unwrap()[..], whole.as_array().unwrap()[..3], "of the time before alone");

    // By the department of those who are gone, too.
    let further = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let physics = officer.departments().unwrap()[0].id;
    let chemistry = officer.add_department(further).unwrap().id;
    let of = |department| ReportFilter { department: Some(department), ..Default::default() };
    assert_eq!((validated(&officer, &of(physics)), validated(&officer, &of(chemistry))), (whole, json!([])));
    officer.move_subscriber(bob, chemistry).unwrap();
    officer.delete_subscriber(bob).unwrap();
    assert_eq!(validated(&officer, &of(chemistry))[0], json!(["Bob", until(1), "replaced"]), "where he was last");

    // What had ended before they left ended then.
    officer.set_setting("mailbox.valid_days", "50").unwrap();
    assert_eq!(validated(&officer, &all)[0], json!(["Alice", begun.plus(50 * DAY), "ended"]));
}

#[test]
fn what_earlier_versions_recorded_is_told_with_what_came_after_it() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let begun = authority.0.clock.now();
    let gone = SubscriberId::fresh();
    let alice = testing::person(&officer, "Alice", "alice@example.edu").id;
    // The address as it was typed, and people without a department.
    let write = authority.0.store.write(move |tx| {
        let rosa = crate::ledger::Actor::Officer("rosa".into());
        let validated = |whose: SubscriberId| json!({ "subscriber": whose, "method": "records", "evidence": "staff register" });
        for (event, subject, details) in [
            ("mailbox.validated", "Alice@example.edu".to_owned(), validated(alice)),
            ("subscriber.added", gone.to_string(), json!({ "name": "Gone", "subject": "CN=Gone" })),
            ("mailbox.validated", "gone@example.edu".to_owned(), validated(gone)),
            ("subscriber.deleted", gone.to_string(), json!({})),
        ] {
            crate::ledger::append(tx, begun, &rosa, event, &subject, &details)?;
        }
        Ok(())
    });
    write.unwrap();
    let physics = officer.departments().unwrap()[0].id;
    let of = |department| ReportFilter { department: Some(department), ..Default::default() };
    let states = || told(&officer, "validation", &of(physics), &["name", "address_or_subject", "state"]);
    let gone = json!(["Gone", "gone@example.edu", "withdrawn"]);
    assert_eq!(
        states(),
        json!([["Alice", "alice@example.edu", "replaced"], ["Alice", "Alice@example.edu", "counts"], gone]),
        "one mailbox, in whatever case"
    );
    clock.advance(1);
    officer.validate_mailbox("alice@example.edu", Method::InPerson, "staff card").unwrap();
    assert_eq!(
        states(),
        json!([
            ["Alice", "alice@example.edu", "replaced"],
            ["Alice", "Alice@example.edu", "replaced"],
            gone,
            ["Alice", "alice@example.edu", "counts"],
        ])
    );
    let further = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = officer.add_department(further).unwrap().id;
    assert_eq!(validated(&officer, &of(chemistry)), json!([]));
}

#[test]
fn subject_names_are_told_as_they_were_registered() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let add = |name: &str, mail: &str| {
        clock.advance(1);
        let new = NewSubscriber { name: name.into(), mail: format!("{mail}@example.edu"), kind: SubscriberKind::Person };
        officer.add_subscriber(new).unwrap().id
    };
    let alice = add("Alice Example", "alice");
    add("ALICE example", "alice2");
    let gone = add("Doe, José", "doe");
    officer.delete_subscriber(gone).unwrap();
    clock.advance(1);
    let further = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = officer.add_department(further).unwrap().id;
    officer.move_subscriber(alice, chemistry).unwrap();
    let names = |filter: &ReportFilter| told(&officer, "subject", filter, &["name", "address_or_subject", "state", "rules"]);
    let whole = [
        json!(["Alice Example", "CN=Alice Example,OU=Physics,O=Example University", "earlier", null]),
        json!(["ALICE example", "serialNumber=2,CN=ALICE example,OU=Physics,O=Example University", "current", null]),
        json!(["Doe, José", "CN=Doe\\, José,OU=Physics,O=Example University", "reserved", null]),
        json!(["Alice Example", "CN=Alice Example,OU=Chemistry,O=Example University", "current", null]),
    ];
    assert_eq!(names(&ReportFilter::default()), json!(whole));
    let here = ReportFilter { department: Some(chemistry), ..Default::default() };
    assert_eq!(names(&here), json!([whole[0], whole[3]]), "both names of her who is there now");
    let mut csv = Vec::new();
    officer.export_report(ReportName::Validations, &ReportFilter::default(), ReportFormat::Csv, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains("\"CN=Doe\\, José,OU=Physics,O=Example University\"") && !csv.contains("[["), "{csv}");

    // Whose registration no ledger tells: as it is compared, and it says so.
    clock.advance(1);
    let at = authority.0.clock.now().0;
    let keys = [r#"[["CommonName","old, one"],["SerialNumber","2"],["Organization","example"]]"#, "cn=older"];
    let write = authority.0.store.write(move |tx| {
        for (key, after) in keys.into_iter().zip(0..) {
            let sql = "INSERT INTO subject_name (name, subscriber, registered_at) VALUES (?1, ?2, ?3)";
            tx.execute(sql, (key, SubscriberId::fresh(), at + after))?;
        }
        Ok(())
    });
    write.unwrap();
    let before = ReportFilter { since: Some(Timestamp(at)), ..Default::default() };
    assert_eq!(
        names(&before),
        json!([["", "serialNumber=2,CN=old\\, one,O=example", "reserved", "as-compared"], ["", "cn=older", "reserved", "as-compared"]])
    );
}
