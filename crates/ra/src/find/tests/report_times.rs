//! Reports of time: enrollments with the median of each step, revocations with the time that they took.

use super::{report::rows, *};
use crate::{
    id::EnrollmentId,
    life::{Act, Target, Verb},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The steps of an enrollment that comes to its end.
const WHOLE: &[(&str, i64)] =
    &[("invited", 0), ("opened", 60), ("signed_in", 90), ("device_identified", 100), ("transport_issued", 130), ("configured", 175)];

/// An enrollment of Alice with its steps, seconds after it was made.
fn walk(authority: &Authority, made: Timestamp, state: &'static str, reached: u8, steps: &'static [(&'static str, i64)]) {
    let write = authority.0.store.write(move |tx| {
        let id = EnrollmentId::fresh();
        tx.execute(
            "INSERT INTO enrollment (id, subscriber, mailbox, channel, state, reached, created_at, expires_at, updated_at, link)
             SELECT ?1, subscriber, id, 'show', ?2, ?3, ?4, ?4 + 259200, ?4, randomblob(32) FROM mailbox",
            (id, state, reached, made.0),
        )?;
        for (kind, after) in steps {
            tx.execute("INSERT INTO step (enrollment, at, kind, facts) VALUES (?1, ?2, ?3, '{}')", (id, made.0 + after, kind))?;
        }
        Ok(())
    });
    write.unwrap();
}

#[test]
fn the_funnel_says_how_far_enrollments_came_and_how_long_each_step_took() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    testing::person(&officer, "Alice Example", "alice@example.edu");
    let at = authority.0.clock.now();
    walk(&authority, at, "configured", 5, WHOLE);
    walk(&authority, at, "identified", 3, &[("invited", 0), ("opened", 120), ("signed_in", 150), ("device_identified", 170)]);
    // Twice opened: the first time counts. A step that was left out belongs to no time.
    walk(&authority, at, "authenticated", 2, &[("invited", 0), ("opened", 900), ("opened", 30), ("signed_in", 1_030)]);
    walk(&authority, at, "declined", 1, &[("invited", 0), ("opened", 600)]);
    walk(&authority, at, "failed", 2, &[("invited", 0), ("signed_in", 5_000)]);
    walk(&authority, at.plus(Timestamp::DAY), "expired", 0, &[("invited", 0)]);
    let figures = |filter: &ReportFilter| {
        let rows = rows(&officer, ReportName::Enrollments, filter);
        let row = |row: &BTreeMap<String, Value>| {
            let number = |column: &str| row[column].as_u64();
            (row["state"].as_str().unwrap().to_owned(), number("reached"), number("standing"), number("median_seconds"))
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let told = |state: &str, reached: u64, standing: u64, median: Option<u64>| (state.to_owned(), Some(reached), Some(standing), median);
    let expected = [
        told("invited", 6, 0, None),
        // After 30, 60, 120 and 600 seconds.
        told("opened", 5, 0, Some(120)),
        // 30, 30 and 1,000 after that.
        told("authenticated", 4, 1, Some(30)),
        // 10 and 20.
        told("identified", 2, 1, Some(20)),
        told("issued", 1, 0, Some(30)),
        told("configured", 1, 1, Some(45)),
        told("declined", 1, 1, None),
        told("expired", 1, 1, None),
        told("failed", 1, 1, None),
        told("cancelled", 0, 0, None),
    ];
    assert_eq!(figures(&ReportFilter::default()), expected);
    let later = ReportFilter { since: Some(at.plus(1)), ..Default::default() };
    assert_eq!(figures(&later)[..2], [told("invited", 1, 0, None), told("opened", 0, 0, None)], "what was made before is left out");
    let nowhere = ReportFilter { department: Some(crate::id::UnitId::fresh()), ..Default::default() };
    assert!(officer.report(ReportName::Enrollments, &nowhere, 0).is_err(), "there is no such department");
}

#[test]
fn the_time_to_revoke_runs_from_when_the_key_was_no_longer_trusted() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let begun = authority.0.clock.now();
    let revoke = |reason, after: i64, known: bool| {
        let serial = crate::certificate::issued(&authority, "Alice");
        let lost = authority.0.clock.now();
        clock.advance(after);
        let verb = Verb::Revoke { reason, invalid_since: known.then_some(lost) };
        officer.carry_out(&Act { target: Target::Certificates(vec![serial]), verb }, "").unwrap();
    };
    for after in [7_200, 60, 100_000, 600] {
        revoke(Reason::KeyCompromise, after, true);
    }
    revoke(Reason::KeyCompromise, 90_000, false);
    let half = authority.0.clock.now();
    revoke(Reason::Superseded, 30, false);
    let figures = |filter: &ReportFilter| {
        let rows = rows(&officer, ReportName::Revocations, filter);
        let row = |row: &BTreeMap<String, Value>| {
            let times = ["median_seconds_to_revoke", "longest_seconds_to_revoke", "deadline_seconds", "late"];
            assert_eq!(row["profile"], "authentication");
            (row["reason"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap(), times.map(|column| row[column].as_i64()))
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    // Of five one says nothing of its time: 60, 600, 7,200 and 100,000 seconds are left, the last of them beyond a day.
    let compromised: (String, u64, [Option<i64>; 4]) = ("keyCompromise".to_owned(), 5, [Some(7_200), Some(100_000), Some(86_400), Some(1)]);
    let superseded: (String, u64, [Option<i64>; 4]) = ("superseded".to_owned(), 1, [None, None, Some(5 * 86_400), None]);
    assert_eq!(figures(&ReportFilter::default()), [compromised.clone(), superseded.clone()]);
    let early = ReportFilter { since: Some(begun), until: Some(half.plus(1)), ..Default::default() };
    assert_eq!(figures(&early), [compromised]);
    let late = ReportFilter { since: Some(half.plus(1)), ..Default::default() };
    assert_eq!(figures(&late), [superseded]);
    let other = ReportFilter { profile: Some("signing".into()), ..Default::default() };
    assert!(figures(&other).is_empty());
}

#[test]
fn what_was_on_hold_took_no_longer_than_until_the_hold() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let days = |days: i64| clock.advance(days * Timestamp::DAY);
    let revoke = |serial: &protocol::x509::SerialNumber, reason, since| {
        let verb = Verb::Revoke { reason, invalid_since: Some(since) };
        officer.carry_out(&Act { target: Target::Certificates(vec![serial.clone()]), verb }, "").unwrap();
    };
    // Perhaps lost, on the list as held from the first minute, and revoked by itself three days later.
    let lost = crate::certificate::issued(&authority, "Alice");
    officer.maybe_lost(Target::Certificates(vec![lost.clone()])).unwrap();
    days(3);
    officer.tidy().unwrap();
    assert_eq!(officer.certificate(&lost).unwrap().status, "revoked");
    // Held by an officer, who learns two days later that the key was others' since an hour before; and that another one was not needed
    // since a day after its hold.
    let [stolen, idle] = ["Bob", "Carol"].map(|name| crate::certificate::issued(&authority, name));
    let held = authority.0.clock.now();
    officer.hold(&[stolen.clone(), idle.clone()]).unwrap();
    days(2);
    revoke(&stolen, Reason::KeyCompromise, held.plus(-Timestamp::HOUR));
    revoke(&idle, Reason::Superseded, held.plus(Timestamp::DAY));
    let report = officer.report(ReportName::Revocations, &ReportFilter::default(), 0).unwrap();
    let (hour, day) = (Timestamp::HOUR, Timestamp::DAY);
    assert_eq!(
        serde_json::json!(report.rows),
        serde_json::json!([
            ["keyCompromise", "authentication", 2, hour, hour, 24 * hour, 0],
            ["superseded", "authentication", 1, 0, 0, 5 * day, 0],
        ])
    );
}
