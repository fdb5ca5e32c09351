//! Reports by their figures: enrollments with the median time of each step, revocations with the time that they took, certificates by
//! department, devices, and what officers did.

use super::*;
use crate::{
    department::FurtherDepartment,
    enrollment::{NewDevice, seen},
    id::EnrollmentId,
    issuance::Form,
    ledger,
    life::{Act, Target, Verb},
    profile::{Escrow, ProfileDraft, ProfileName, Scope, Usage},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Rows of a report, each value under the name of its column.
fn rows(officer: &Operator, name: ReportName, filter: &ReportFilter) -> Vec<BTreeMap<String, Value>> {
    let report = officer.report(name, filter, 0).unwrap();
    report.rows.into_iter().map(|row| report.head.columns.iter().cloned().zip(row).collect()).collect()
}

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
    walk(&authority, at, "authenticated", 2, &[("invited", 0), ("opened", 30), ("opened", 900), ("signed_in", 1_030)]);
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

#[test]
fn the_inventory_counts_certificates_by_the_department_that_issued_them() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = officer.add_department(made).unwrap().id;
    let physics = officer.departments().unwrap()[0].id;
    let at = authority.0.clock.now().0;
    let write = authority.0.store.write(move |tx| {
        let (valid, over) = (at + Timestamp::DAY, at - 1);
        let list = [
            (Some(physics), "signing", valid, None),
            (Some(physics), "signing", valid, None),
            (Some(physics), "signing", valid, Some(1)),
            (Some(chemistry), "signing", valid, None),
            (Some(chemistry), "encryption", over, None),
            // Of somebody who is not known here.
            (None, "signing", valid, None),
        ];
        for (serial, (department, profile, end, reason)) in (1_u8..).zip(list) {
            tx.execute(
                "INSERT INTO certificate (serial, kind, profile, subject, san, key_fingerprint, not_before, not_after, issued_at, department)
                 VALUES (?1, 'subscriber', ?2, 'CN=Alice', '[]', zeroblob(32), ?3, ?4, ?3, ?5)",
                ([serial; 16].as_slice(), profile, at - Timestamp::DAY, end, department),
            )?;
            if reason.is_some() {
                let sql = "UPDATE certificate SET revoked_at = ?1, reason = ?2 WHERE serial = ?3";
                tx.execute(sql, (at, reason, [serial; 16].as_slice()))?;
            }
        }
        Ok(())
    });
    write.unwrap();
    let counted = |filter: &ReportFilter| {
        let report = officer.report(ReportName::Inventory, filter, 0).unwrap();
        assert_eq!(report.head.columns, ["department", "kind", "profile", "status", "count"]);
        let (people, ours): (Vec<_>, Vec<_>) = report.rows.into_iter().partition(|row| row[1] == "subscriber");
        assert!(ours.iter().all(|row| row[0].is_null()), "the CA belongs to no department: {ours:?}");
        (json!(people), ours.iter().filter(|row| row[1] == "root").count())
    };
    let of_physics = [json!(["Physics", "subscriber", "signing", "active", 2]), json!(["Physics", "subscriber", "signing", "revoked", 1])];
    let of_chemistry =
        [json!(["Chemistry", "subscriber", "encryption", "expired", 1]), json!(["Chemistry", "subscriber", "signing", "active", 1])];
    let nobodys = json!([null, "subscriber", "signing", "active", 1]);
    let whole = [&of_physics[..], &of_chemistry[..], &[nobodys]].concat();
    assert_eq!(counted(&ReportFilter::default()), (json!(whole), 1));
    assert_eq!(counted(&ReportFilter { department: Some(chemistry), ..Default::default() }), (json!(of_chemistry), 0));
    let encryption = ReportFilter { profile: Some("encryption".into()), ..Default::default() };
    assert_eq!(counted(&encryption), (json!([of_chemistry[0]]), 0));
}

#[test]
fn devices_are_told_with_their_systems_and_when_they_were_seen() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let [zoe, bob] = ["Zoe", "Bob"].map(|name| testing::person(&officer, name, &format!("{}@example.edu", name.to_lowercase())).id);
    let see = |person, udid: &str, product: &str, system: &str, build: Option<&str>, foreign_device_ca| {
        let says = NewDevice {
            udid: udid.into(),
            serial: Some(format!("SERIAL{udid}")),
            product: Some(product.into()),
            os_version: Some(system.into()),
            build: build.map(str::to_owned),
            imei: None,
            meid: None,
            device_name: Some("a name that stands in no report".into()),
            language: None,
            foreign_device_ca,
        };
        let at = authority.0.clock.now();
        authority.0.store.write(move |tx| seen(tx, at, person, &says)).unwrap();
        clock.advance(Timestamp::DAY);
        at
    };
    let first = see(zoe, "1", "iPhone17,1", "18.1", Some("22B83"), false);
    let second = see(bob, "2", "iPad14,1", "17.7", None, true);
    let third = see(zoe, "1", "iPhone17,1", "18.2", Some("22C152"), false);
    let told = |since, until, department| {
        json!(officer.report(ReportName::Devices, &ReportFilter { since, until, department, ..Default::default() }, 0).unwrap().rows)
    };
    let zoes = json!(["Zoe", "iPhone17,1", "18.2", "22C152", "SERIAL1", first, third, false]);
    let bobs = json!(["Bob", "iPad14,1", "17.7", null, "SERIAL2", second, second, true]);
    assert_eq!(told(None, None, None), json!([bobs, zoes]), "by name, each device once, with the system that it had last");
    assert_eq!(told(Some(third), None, None), json!([zoes]), "seen since then");
    assert_eq!(told(None, Some(third), None), json!([bobs]), "last seen before then");
    let further = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = officer.add_department(further).unwrap().id;
    let physics = officer.departments().unwrap()[0].id;
    assert_eq!((told(None, None, Some(physics)), told(None, None, Some(chemistry))), (json!([bobs, zoes]), json!([])));
}

#[test]
fn who_can_be_encrypted_to_is_one_thing_in_reports_lists_and_counts_whatever_the_profile_is_called() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    for name in ["Alice", "Bob", "Office"] {
        testing::person(&officer, name, &format!("{}@example.edu", name.to_lowercase()));
    }
    // A functional mailbox that reads and signs nothing.
    let reading =
        ProfileDraft { usage: vec![Usage::KeyEncipherment], escrow: Escrow::ByPolicy, ..ProfileDraft::builtin(ProfileName::Functional) };
    officer.save_profile(Scope::Department, ProfileName::Functional, reading).unwrap();
    let made = |mail: &str, profile| {
        let made = officer.issue_generated(mail, profile, Form::Modern, false).unwrap();
        protocol::x509::SerialNumber::parse(&made.issued.certificate.serial).unwrap()
    };
    made("alice@example.edu", ProfileName::Encryption);
    let office = made("office@example.edu", ProfileName::Functional);
    let named = |has| {
        let filter = PeopleFilter { has: Some(has), ..Default::default() };
        let page = officer.find_people(&PeopleQuery { filter, limit: 50, ..Default::default() }).unwrap();
        page.rows.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    let covered = |wanted: &[&str]| {
        let rows = rows(&officer, ReportName::Coverage, &ReportFilter::default());
        let says = |column: &str| {
            let those = rows.iter().filter(|row| row[column] == true);
            those.map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(says("encryption"), wanted);
        assert_eq!(named(Has::Encryption), wanted);
        assert_eq!(named(Has::NoEncryption).len(), 3 - wanted.len());
        assert!(says("signing").is_empty() && named(Has::Signing).is_empty(), "a functional mailbox need not sign");
        let counted = officer.coverage().unwrap();
        assert_eq!((counted.encryption, counted.signing, counted.with_any), (wanted.len() as u64, 0, wanted.len() as u64));
        // And whose certificate is given out to encrypt to.
        let people = officer.find_people(&PeopleQuery { limit: 50, ..Default::default() }).unwrap().rows;
        let shared = people.into_iter().filter(|person| officer.share_vcard(person.id).is_ok()).map(|person| person.name);
        assert_eq!(shared.collect::<Vec<_>>(), wanted);
    };
    covered(&["Alice", "Office"]);
    officer.hold(std::slice::from_ref(&office)).unwrap();
    covered(&["Alice"]);
}

#[test]
fn what_each_officer_and_command_did_is_counted_with_the_first_and_the_last_time() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let begun = authority.0.clock.now().plus(Timestamp::HOUR);
    let (rosa, otto) = (Actor::Officer("rosa".into()), Actor::Officer("otto".into()));
    let write = authority.0.store.write(move |tx| {
        for (after, actor, event) in [
            (0, &rosa, "certificate.issued"),
            (10, &otto, "certificate.issued"),
            (20, &rosa, "certificate.revoked"),
            (30, &Actor::Signet, "certificate.revoked"),
            (40, &Actor::Device(EnrollmentId::fresh()), "certificate.issued"),
            (50, &rosa, "certificate.issued"),
            (60, &Actor::Command("rosa".into()), "certificate.issued"),
            (70, &rosa, "certificate.issued"),
        ] {
            ledger::append(tx, begun.plus(after), actor, event, "subject", &json!({}))?;
        }
        Ok(())
    });
    write.unwrap();
    let told = |since, until: Option<Timestamp>| {
        json!(officer.report(ReportName::Actions, &ReportFilter { since: Some(since), until, ..Default::default() }, 0).unwrap().rows)
    };
    let time = |after: i64| begun.plus(after);
    assert_eq!(
        told(begun, None),
        json!([
            ["command rosa", "certificate.issued", 1, time(60), time(60)],
            ["officer otto", "certificate.issued", 1, time(10), time(10)],
            ["officer rosa", "certificate.issued", 3, time(0), time(70)],
            ["officer rosa", "certificate.revoked", 1, time(20), time(20)],
        ]),
        "devices and Signet itself are left out"
    );
    assert_eq!(
        told(time(50), Some(time(70))),
        json!([
            ["command rosa", "certificate.issued", 1, time(60), time(60)],
            ["officer rosa", "certificate.issued", 1, time(50), time(50)],
        ])
    );
    let physics = ReportFilter { department: Some(officer.departments().unwrap()[0].id), ..Default::default() };
    assert!(matches!(officer.report(ReportName::Actions, &physics, 0), Err(Error::Invalid { field: "department", .. })));
}

#[test]
fn what_does_not_narrow_a_report_is_refused_by_its_field() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let time = Some(authority.0.clock.now());
    let physics = officer.departments().unwrap()[0].id;
    let fields = [
        ("since", ReportFilter { since: time, ..Default::default() }),
        ("until", ReportFilter { until: time, ..Default::default() }),
        ("days", ReportFilter { days: Some(7), ..Default::default() }),
        ("profile", ReportFilter { profile: Some("signing".into()), ..Default::default() }),
        ("department", ReportFilter { department: Some(physics), ..Default::default() }),
    ];
    let taken = |name| match name {
        ReportName::Inventory => vec!["profile", "department"],
        ReportName::Expiring => vec!["days", "profile", "department"],
        ReportName::Coverage => vec!["department"],
        ReportName::Enrollments | ReportName::Devices | ReportName::Validations => vec!["since", "until", "department"],
        ReportName::Revocations => vec!["since", "until", "profile", "department"],
        ReportName::Actions => vec!["since", "until"],
    };
    for name in ReportName::ALL {
        let mut narrowed = Vec::new();
        for (given, filter) in &fields {
            let mut octets = Vec::new();
            match officer.export_report(name, filter, ReportFormat::Json, &mut octets) {
                Ok(_) => narrowed.push(*given),
                Err(Error::Invalid { field, .. }) => assert_eq!((field, octets.len()), (*given, 0), "{name:?}"),
                Err(other) => panic!("{name:?} by {given}: {other}"),
            }
        }
        assert_eq!(narrowed, taken(name), "{name:?}");
    }
}

#[test]
fn the_head_says_how_many_days_ahead_were_looked_at_where_nobody_said_how_many() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let days = |name, given| {
        let filter = ReportFilter { days: given, ..Default::default() };
        officer.report(name, &filter, 0).unwrap().head.filter.days
    };
    assert_eq!((days(ReportName::Expiring, None), days(ReportName::Expiring, Some(7))), (Some(30), Some(7)));
    assert_eq!(days(ReportName::Coverage, None), None);
}

#[test]
fn a_word_that_is_no_profile_is_refused_with_those_there_are_instead_of_finding_nothing() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let filter = |profile: &str| CertificateFilter { profiles: vec!["signing".into(), profile.to_owned()], ..Default::default() };
    let found = |profile: &str| {
        let query = CertificatesQuery { filter: filter(profile), limit: 50, ..Default::default() };
        let mut octets = Vec::new();
        let exported = officer.export_certificates(&query, None, &[], CertificateFormat::Json, &mut octets).map(|_| ());
        if exported.is_err() {
            assert!(octets.is_empty(), "nothing is written before it is known that there is something to write");
        }
        let report = ReportFilter { profile: Some(profile.to_owned()), ..Default::default() };
        let reported = officer.report(ReportName::Inventory, &report, 0).map(|_| ());
        [officer.find_certificates(&query).map(|_| ()), exported, reported]
    };
    for known in ["encryption", "functional", "transport", "root", "profile_signer"] {
        assert!(found(known).iter().all(|answer| answer.is_ok()), "{known} is a profile, whether or not a certificate bears it");
    }
    for refused in found("encrpytion") {
        let Err(Error::Invalid { field: "profile", reason }) = &refused else { panic!("{refused:?}") };
        assert!(["signing", "functional", "transport", "ocsp"].iter().all(|word| reason.contains(word)), "{reason}");
    }
    // What a certificate of another version bears is found all the same.
    let at = authority.0.clock.now().0;
    let write = authority.0.store.write(move |tx| {
        tx.execute(
            "INSERT INTO certificate (serial, kind, profile, subject, san, key_fingerprint, not_before, not_after, issued_at)
             VALUES (?1, 'subscriber', 'smartcard', 'CN=Alice', '[]', zeroblob(32), ?2, ?2 + 864000, ?2)",
            ([7_u8; 16].as_slice(), at),
        )?;
        tx.execute("INSERT INTO certificate_der (number, der) VALUES (?1, ?2)", (tx.last_insert_rowid(), b"der".to_vec()))?;
        Ok(())
    });
    write.unwrap();
    let query = CertificatesQuery { filter: filter("smartcard"), limit: 50, ..Default::default() };
    assert_eq!(officer.find_certificates(&query).unwrap().total, 1);
}
