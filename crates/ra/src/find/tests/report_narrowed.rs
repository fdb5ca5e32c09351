//! What narrows a report: only what its rows can be told by, and words that there are.

use super::*;

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
    for known in ["encryption", "functional", "other", "transport", "root", "profile_signer"] {
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
