//! Reports by their figures: certificates by department, devices, who can be encrypted to, and what officers did.

use super::*;
use crate::{
    department::FurtherDepartment,
    enrollment::{NewDevice, seen},
    id::EnrollmentId,
    issuance::Form,
    ledger,
    profile::{Escrow, ProfileDraft, ProfileName, Scope, Usage},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Rows of a report, each value under the name of its column.
pub(super) fn rows(officer: &Operator, name: ReportName, filter: &ReportFilter) -> Vec<BTreeMap<String, Value>> {
    let report = officer.report(name, filter, 0).unwrap();
    report.rows.into_iter().map(|row| report.head.columns.iter().cloned().zip(row).collect()).collect()
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
