//! Found, filtered, ordered, paged and counted: against the plain truth of a few dozen rows.

mod columns;
mod device;
mod export;
mod faults;
mod filters;
mod people;
mod registers;
mod report;
mod report_narrowed;
mod report_times;
mod validity;
mod views;

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

fn search(officer: &Operator, text: &str) -> Vec<String> {
    let filter = CertificateFilter { search: Some(text.into()), ..Default::default() };
    all(officer, &filter, CertificateSort::Newest, 7).0.into_iter().map(|row| text::name(&row.subject)).collect()
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
        assert_eq!(officer.export_certificates(&CertificatesQuery::default(), None, &[], format, &mut octets).unwrap(), 3);
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
    officer.export_people(&PeopleQuery::default(), None, &[], PeopleFormat::Csv, &mut people).unwrap();
    assert!(String::from_utf8(people).unwrap().contains("\"'+1 Alice\""));
}

#[test]
fn every_report_says_its_filter_time_and_ledger_head() {
    let (_authority, _clock, officer, _folder) = department(60);
    officer.add_subscriber(NewSubscriber { name: "Alice".into(), mail: "alice@example.edu".into(), kind: SubscriberKind::Person }).unwrap();
    officer.validate_mailbox("alice@example.edu", crate::mailbox::Method::InPerson, "=staff card").unwrap();
    for name in ReportName::ALL {
        // Only what ends looks ahead.
        let filter = ReportFilter { days: (name == ReportName::Expiring).then_some(10), ..Default::default() };
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
                assert_eq!(json["filter"]["days"], serde_json::json!(filter.days));
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
