//! The certification practice statement (RFC 3647) under which certificates are issued, as the settings `cps.*` register it.

use crate::{Error, Result, day::has_come};
use protocol::Timestamp;

/// A registered CPS, or CP and CPS in one document. Nothing of it needs to be there.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cps {
    /// Its version, as the document calls it (`cps.version`): stands in the ledger beside each certificate.
    pub version: Option<String>,
    /// Where it is read (`cps.url`): the CPS pointer of every policy that has none of its own (RFC 5280 4.2.1.4).
    pub url: Option<String>,
    /// The policy that it defines, a dotted OID (`cps.oid`): stated by profiles that name none.
    pub oid: Option<String>,
    /// Day from which this version counts, as 2026-11-21 (`cps.since`).
    pub since: Option<String>,
}

impl Cps {
    /// Something of it is registered.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        *self != Cps::default()
    }
}

/// The checked value of a setting, but for a version that takes effect on a day to come: until then the earlier one counts. A day that has
/// come somewhere on earth has come.
pub(super) fn in_force(key: &str, value: Option<String>, at: Timestamp) -> Result<Option<String>> {
    match value {
        Some(day) if key == "cps.since" && !has_come(&day, at) => {
            Err(Error::invalid("cps.since", "register a version on the day on which it takes effect, not before"))
        }
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{profile::Scope, settings::SettingChange, testing};

    #[test]
    fn a_version_counts_from_its_day_for_every_department_that_has_none_of_its_own() {
        let (authority, clock, _folder) = testing::authority();
        let rosa = testing::department(&authority);
        assert!(!rosa.settings().unwrap().cps.is_registered());
        let shared = |key: &str, value: &str| rosa.change_setting(Scope::Organization, key, SettingChange::To(value.into()));
        shared("cps.version", "2.0").unwrap();
        shared("cps.url", "https://pki.example.edu/cps").unwrap();
        // At 10:00 UTC the next day begins where it begins first, and not a second before.
        shared("cps.since", "2026-11-22").unwrap();
        clock.advance(Timestamp::DAY - 1);
        let tomorrow = shared("cps.since", "2026-11-23");
        assert!(matches!(tomorrow, Err(Error::Invalid { field: "cps.since", .. })), "{tomorrow:?}");
        clock.advance(1);
        shared("cps.since", "2026-11-23").unwrap();
        rosa.set_setting("cps.version", "2.0 of physics").unwrap();
        let row = authority.auditor().ledger(None, 1).unwrap().remove(0);
        assert_eq!((row.event.as_str(), row.subject.as_str()), ("setting.changed", "cps.version"));
        assert_eq!((&row.details["from"], &row.details["to"]), (&serde_json::Value::Null, &"2.0 of physics".into()));
        let registered = Cps {
            version: Some("2.0 of physics".into()),
            url: Some("https://pki.example.edu/cps".into()),
            oid: None,
            since: Some("2026-11-23".into()),
        };
        assert_eq!(rosa.policy().unwrap().cps, registered, "the rest is inherited");
        rosa.change_setting(Scope::Department, "cps.url", SettingChange::Without).unwrap();
        assert_eq!(rosa.settings().unwrap().cps, Cps { url: None, ..registered });
    }

    #[test]
    fn a_version_is_registered_with_its_day_and_address_in_one_step_or_not_at_all() {
        let (authority, clock, folder) = testing::authority();
        let rosa = testing::department(&authority);
        let register = |values: [&str; 3]| {
            let keys = ["cps.version", "cps.url", "cps.since"];
            let changes = keys.into_iter().zip(values).map(|(key, value)| (key.to_owned(), SettingChange::To(value.to_owned())));
            rosa.change_settings(Scope::Organization, changes.collect())
        };
        register(["1.0", "https://pki.example.edu/cps-1", "2026-11-20"]).unwrap();
        let first = rosa.settings().unwrap().cps;
        let rows = || authority.auditor().ledger(None, 200).unwrap();
        let before = rows().len();
        for refused in [["2.0", "pki.example.edu", "2026-11-21"], ["2.0", "https://pki.example.edu/cps-2", "2026-12-24"]] {
            assert!(matches!(register(refused), Err(Error::Invalid { .. })), "{refused:?}");
            assert_eq!((rosa.settings().unwrap().cps, rows().len()), (first.clone(), before), "{refused:?}");
        }
        // A key that a department cannot have comes last, and a refusal of the store itself: nothing stays of what came before it.
        let mixed = vec![("cps.version".to_owned(), SettingChange::To("2.0".into())), ("scep.legacy".to_owned(), SettingChange::Inherit)];
        assert!(matches!(rosa.change_settings(Scope::Department, mixed), Err(Error::Denied(crate::Denied::OrganizationOnly))));
        let weaker = vec![
            ("cps.version".to_owned(), SettingChange::To("2.0".into())),
            ("revoke.four_eyes_above".to_owned(), SettingChange::To("100".into())),
        ];
        let signet = authority.operator(crate::ledger::Actor::Signet);
        assert!(matches!(signet.change_settings(Scope::Organization, weaker), Err(Error::Denied(crate::Denied::SecondOfficer))));
        assert_eq!((rosa.settings().unwrap().cps, rows().len()), (first, before));
        // Another process that looks all the time sees the one or the other.
        let reader = testing::officer(&testing::open(&folder, &clock));
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for number in 2..30 {
                    register([&format!("{number}.0"), &format!("https://pki.example.edu/cps-{number}"), "2026-11-21"]).unwrap();
                }
            });
            while !writer.is_finished() {
                let seen = reader.settings().unwrap().cps;
                let number = seen.version.as_deref().unwrap().trim_end_matches(".0");
                assert_eq!(seen.url, Some(format!("https://pki.example.edu/cps-{number}")));
            }
        });
        let last: Vec<_> = rows().into_iter().take(2).map(|row| (row.event, row.subject, row.details["to"].clone())).collect();
        let row = |key: &str, to: &str| ("setting.changed".to_owned(), key.to_owned(), serde_json::Value::from(to));
        assert_eq!(last, [row("cps.url", "https://pki.example.edu/cps-29"), row("cps.version", "29.0")], "a row each, as ever");
    }
}
