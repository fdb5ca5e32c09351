//! What the numbers are by default and at their bounds, and what those change that are not tested where they are used.

use super::NUMBERS;
use crate::{
    Error, Noun, Operator,
    certificate::CertificateQuery,
    profile::{ProfileName, Scope},
    settings::{Bounds, Level},
    testing,
};
use protocol::Timestamp;
use std::collections::BTreeSet;

/// Name, default, least and most.
const TABLE: [(&str, u32, u32, u32); 21] = [
    ("sign_in.code_tries", 5, 1, 10),
    ("sign_in.password_tries", 5, 1, 10),
    ("sign_in.password_minutes", 15, 10, 60),
    ("sign_in.address_failures", 50, 10, 100),
    ("sign_in.address_minutes", 10, 5, 60),
    ("enrollment.session_minutes", 30, 10, 120),
    ("enrollment.challenge_minutes", 60, 10, 240),
    ("enrollment.profile_days", 365, 30, 825),
    ("scep.challenge_days", 7, 1, 30),
    ("validity.root_years", 20, 10, 30),
    ("validity.issuing_years", 10, 5, 20),
    ("validity.ra_years", 10, 5, 20),
    ("validity.profile_signer_years", 10, 5, 20),
    ("validity.ocsp_days", 30, 7, 90),
    ("validity.tls_days", 397, 60, 397),
    ("validity.transport_days", 730, 90, 1095),
    ("validity.pilot_days", 90, 7, 90),
    ("validity.backdated_minutes", 10, 1, 60),
    ("crl.every_hours", 24, 1, 24),
    ("crl.next_update_hours", 192, 72, 239),
    ("crl.root_next_update_days", 400, 90, 400),
];

#[test]
fn by_default_every_number_is_the_one_that_is_documented() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    assert_eq!(TABLE.map(|(key, ..)| key).to_vec(), NUMBERS.iter().map(|definition| definition.key).collect::<Vec<_>>());
    for (key, default, ..) in TABLE {
        assert_eq!(officer.setting(key).unwrap(), default.to_string(), "{key}");
    }
}

#[test]
fn the_guide_has_every_number_in_both_languages() {
    let english = include_str!("../../../../../docs/guide/11-settings.md");
    let french = include_str!("../../../../../docs/guide/fr/11-settings.md");
    for (key, default, least, most) in TABLE {
        for (page, to) in [(english, "to"), (french, "à")] {
            let row = page.lines().find(|line| line.contains(&format!("| `{key}`"))).unwrap_or_else(|| panic!("{key} in a row"));
            assert!(row.contains(&format!("| {least} {to} {most} | {default} |")), "{row}");
        }
    }
}

#[test]
fn outside_of_its_bounds_a_number_is_refused_by_its_name_with_what_to_write() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    for (key, default, least, most) in TABLE {
        for wrong in [(least - 1).to_string(), (most + 1).to_string(), "-1".into(), "1.5".into(), "many".into()] {
            match officer.set_setting(key, &wrong) {
                Err(Error::Invalid { field, reason }) => {
                    assert_eq!((field, reason), (key, format!("a whole number from {least} to {most}")), "{wrong}");
                }
                other => panic!("{key} = {wrong}: {other:?}"),
            }
        }
        assert_eq!(officer.setting(key).unwrap(), default.to_string(), "{key}");
        for right in [least, most] {
            officer.set_setting(key, &right.to_string()).unwrap();
            assert_eq!(officer.setting(key).unwrap(), right.to_string(), "{key}");
        }
    }
}

#[test]
fn whoever_looks_at_a_number_is_told_its_default_and_its_bounds_whatever_is_set() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    for (key, default, least, most) in TABLE {
        let value = if default == least { most } else { least };
        officer.set_setting(key, &value.to_string()).unwrap();
        let view = officer.setting_view(Scope::Department, key).unwrap();
        let told = (view.value, view.default, view.bounds);
        assert_eq!(told, (value.to_string(), default.to_string(), Some(Bounds { least, most })), "{key}");
    }
    for key in ["wifi.ssid", "passcode.min_length", "removal.password"] {
        assert_eq!(officer.setting_view(Scope::Department, key).unwrap().bounds, None, "{key} is no plain number");
    }
}

#[test]
fn each_setting_is_read_as_its_own_number() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let read = || -> serde_json::Map<String, serde_json::Value> {
        serde_json::to_value(officer.settings().unwrap().numbers).unwrap().as_object().unwrap().clone()
    };
    let (before, mut seen) = (read(), BTreeSet::new());
    for (key, default, least, most) in TABLE {
        let value = if default == least { most } else { least };
        officer.set_setting(key, &value.to_string()).unwrap();
        let changed: Vec<_> = read().into_iter().filter(|(name, value)| before[name] != *value).collect();
        let [(name, now)] = changed.as_slice() else { panic!("{key}: {changed:?}") };
        assert_eq!(*now, serde_json::json!(value), "{key}");
        assert!(seen.insert(name.clone()), "{key}: {name} again");
        officer.set_setting(key, "").unwrap();
    }
    assert_eq!((seen.len(), read()), (before.len(), before));
}

/// Whatever is chosen within the bounds.
#[test]
fn a_crl_outlives_its_successors_making_by_two_more_of_them() {
    let bounds = |wanted: &str| TABLE.into_iter().find(|(key, ..)| *key == wanted).map(|(.., least, most)| (least, most)).unwrap();
    assert!(3 * bounds("crl.every_hours").1 <= bounds("crl.next_update_hours").0);
    // S/MIME Baseline Requirements 4.9.7, in minutes: ten days.
    assert!(60 * bounds("crl.next_update_hours").1 + bounds("validity.backdated_minutes").1 <= 14_400);
}

/// Of our own certificates by kind: seconds from the first to the last inclusive one, and the last one.
fn ours(officer: &Operator) -> Vec<(String, i64, Timestamp)> {
    let all = officer.certificates(&CertificateQuery { all: true, limit: 50, ..Default::default() }).unwrap();
    all.into_iter().map(|c| (c.profile, c.not_after.0 - c.not_before.0 + 1, c.not_after)).collect()
}

fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_first_certificates_are_made_by_the_numbers_that_are_given_at_the_set_up() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::officer(&authority);
    let numbers = given(&[
        ("validity.root_years", "25"),
        ("validity.issuing_years", "12"),
        ("validity.ra_years", "6"),
        ("validity.profile_signer_years", "7"),
        ("validity.tls_days", "90"),
        ("validity.backdated_minutes", "30"),
    ]);
    for (wrong, field) in [
        (("validity.root_years", "31"), "validity.root_years"),
        (("crl.every_hours", "6"), "crl.every_hours"),
        (("revoke.four_eyes_above", "100000"), "revoke.four_eyes_above"),
    ] {
        let refused = officer.create_department_with(testing::new_department(), &given(&[wrong]));
        assert!(matches!(refused, Err(Error::Invalid { field: named, .. }) if named == field), "{field}: {refused:?}");
    }
    let unknown = officer.create_department_with(testing::new_department(), &given(&[("validity.moon_years", "5")]));
    assert!(matches!(unknown, Err(Error::NotFound(Noun::Setting))));
    assert!(!authority.is_set_up().unwrap());

    officer.create_department_with(testing::new_department(), &numbers).unwrap();
    let years = |years: i64| years * 1461 / 4 * Timestamp::DAY;
    let lives: Vec<_> = ours(&officer).into_iter().map(|(kind, lives, _)| (kind, lives)).collect();
    let expected =
        [("tls", 90 * Timestamp::DAY), ("profile_signer", years(7)), ("ra", years(6)), ("issuing", years(12)), ("root", years(25))];
    assert_eq!(lives, expected.map(|(kind, lives)| (kind.to_owned(), lives)));
    let root = officer.certificates(&CertificateQuery { all: true, limit: 50, ..Default::default() }).unwrap().pop().unwrap();
    assert_eq!(root.not_before, Timestamp(testing::START - 1_800));
    for (key, value) in &numbers {
        assert_eq!(officer.setting(key).unwrap(), *value, "it counts for what comes, too");
    }
    let rows = authority.auditor().ledger(None, 100).unwrap();
    assert_eq!(rows.iter().filter(|row| row.event == "setting.changed").count(), numbers.len());
}

#[test]
fn nothing_outlives_its_issuer_whatever_the_numbers_say() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::officer(&authority);
    let numbers = given(&[("validity.root_years", "10"), ("validity.issuing_years", "20"), ("validity.ra_years", "20")]);
    officer.create_department_with(testing::new_department(), &numbers).unwrap();
    let ends: BTreeSet<_> =
        ours(&officer).into_iter().filter(|(kind, ..)| ["root", "issuing", "ra"].contains(&kind.as_str())).map(|(.., end)| end).collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
}

#[test]
fn what_is_made_after_a_change_lives_by_the_new_number() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    clock.advance(Timestamp::DAY);
    for (key, value) in [
        ("validity.tls_days", "60"),
        ("validity.ocsp_days", "14"),
        ("crl.root_next_update_days", "100"),
        ("validity.backdated_minutes", "60"),
        ("scep.challenge_days", "2"),
    ] {
        officer.set_setting(key, value).unwrap();
    }
    let now = testing::START + Timestamp::DAY;
    let until = |days: i64| Timestamp(now - 3_600 + days * Timestamp::DAY - 1);
    assert_eq!(officer.tls_certificate().unwrap().1, Timestamp(testing::START - 600 + 397 * Timestamp::DAY - 1), "what is there stays");
    officer.set_setting("serve.https", "192.168.7.9:8443").unwrap();
    assert_eq!(officer.tls_certificate().unwrap().1, until(60));
    let facts = officer.status_facts().unwrap();
    let responders: Vec<_> = facts.iter().map(|of| (of.name, of.responder_until)).collect();
    // The root's responder lives as long as the root's CRL: the root's key may be in a drawer.
    assert_eq!(responders, [("issuing", Some(until(14))), ("root", Some(until(100)))]);

    testing::person(&officer, "Alice Example", "alice@example.edu");
    let made = officer.scep_challenges("alice@example.edu", ProfileName::Signing, 1).unwrap().remove(0);
    assert_eq!(made.expires_at, Timestamp(now + 2 * Timestamp::DAY));
}

#[test]
fn a_department_has_its_own_tries_and_no_life_of_a_certificate_of_its_own() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let each = TABLE.map(|(key, ..)| key).into_iter().filter(|key| officer.setting_level(key).unwrap() == Level::Department);
    assert_eq!(
        each.collect::<Vec<_>>(),
        [
            "sign_in.code_tries",
            "sign_in.password_tries",
            "sign_in.password_minutes",
            "enrollment.session_minutes",
            "enrollment.challenge_minutes",
            "enrollment.profile_days",
            "scep.challenge_days"
        ]
    );
}
