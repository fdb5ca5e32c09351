//! Settings as officers and processes use them.

use super::{Removal, SignIn};
use crate::{Denied, Error, Noun, certification::StatusUrls, profile::ProfileName, testing};

#[test]
fn before_anything_is_set_every_setting_has_its_default() {
    let (authority, _clock, _folder) = testing::authority();
    let settings = testing::officer(&authority).settings().unwrap();
    assert_eq!((settings.https.as_str(), settings.http.as_str()), ("127.0.0.1:8443", "127.0.0.1:8080"));
    assert_eq!((settings.sign_in, settings.removal, settings.invitation_hours), (SignIn::Code, Removal::Removable, 72));
    assert_eq!(settings.bundle, [ProfileName::Signing, ProfileName::Authentication]);
    assert!(settings.status_url.is_none() && !settings.status_in_certificates && !settings.scep_legacy && !settings.scep_manual_approval);
    assert!(matches!(testing::officer(&authority).set_setting("wifi.ssid", "x"), Err(Error::Denied(Denied::NotSetUp))));
}

#[test]
fn a_setting_counts_in_every_process_at_once_and_is_on_record() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let other = testing::officer(&testing::open(&folder, &clock));
    assert_eq!(other.settings().unwrap().wifi_ssid, None);
    officer.set_setting("wifi.ssid", " eduroam ").unwrap();
    assert_eq!(other.settings().unwrap().wifi_ssid.as_deref(), Some("eduroam"));
    officer.set_setting("wifi.ssid", "eduroam").unwrap(); // says nothing new
    other.set_setting("wifi.ssid", "").unwrap();
    assert_eq!(officer.setting("wifi.ssid").unwrap(), "");
    let rows = authority.auditor().ledger(None, 2).unwrap();
    let details: Vec<_> = rows.iter().map(|row| (row.event.as_str(), row.subject.as_str(), row.details.to_string())).collect();
    assert_eq!(
        details,
        [
            ("setting.changed", "wifi.ssid", r#"{"from":"eduroam","to":null}"#.to_owned()),
            ("setting.changed", "wifi.ssid", r#"{"from":null,"to":"eduroam"}"#.to_owned())
        ]
    );
}

#[test]
fn unknown_names_and_wrong_values_change_nothing() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    assert!(matches!(officer.setting("wifi"), Err(Error::NotFound(Noun::Setting))));
    assert!(matches!(officer.set_setting("wifi", "x"), Err(Error::NotFound(Noun::Setting))));
    let Err(Error::Invalid { field, reason }) = officer.set_setting("removal", "never") else { panic!("refused") };
    assert_eq!((field, reason.as_str()), ("removal", "write one of removable, password, locked"));
    assert_eq!(officer.setting("removal").unwrap(), "removable");
}

#[test]
fn the_department_inherits_what_only_its_organization_sets() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let organization = |value: &'static str| {
        authority.0.store.write(move |tx| {
            let unit: crate::id::UnitId = tx.query_row("SELECT id FROM unit WHERE kind = 'organization'", [], |row| row.get(0))?;
            super::store(tx, unit, "wifi.ssid", Some(value))
        })
    };
    organization("campus").unwrap();
    assert_eq!(officer.setting("wifi.ssid").unwrap(), "campus");
    officer.set_setting("wifi.ssid", "physics").unwrap();
    organization("other").unwrap();
    assert_eq!(officer.setting("wifi.ssid").unwrap(), "physics");
    officer.set_setting("wifi.ssid", "").unwrap();
    assert_eq!(officer.settings().unwrap().wifi_ssid.as_deref(), Some("other"));
}

#[test]
fn the_status_url_follows_the_public_url_and_goes_into_certificates_only_when_it_lasts() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.set_setting("status.url", "").unwrap();
    for (public, http, status, in_certificates) in [
        ("", "0.0.0.0:8080", "", false),
        ("https://pki.example.edu:8443", "0.0.0.0:8080", "http://pki.example.edu:8080", true),
        ("https://pki.example.edu", "0.0.0.0:80", "http://pki.example.edu", true),
        ("https://192.168.1.5:8443", "0.0.0.0:8080", "http://192.168.1.5:8080", false),
        ("https://laptop.local:8443", "0.0.0.0:8080", "http://laptop.local:8080", false),
        ("https://localhost:8443", "127.0.0.1:8080", "http://localhost:8080", false),
    ] {
        officer.set_setting("serve.public_url", public).unwrap();
        officer.set_setting("serve.http", http).unwrap();
        let settings = officer.settings().unwrap();
        assert_eq!(settings.status_url.as_deref().unwrap_or_default(), status, "{public}");
        assert_eq!(officer.setting("status.url").unwrap(), status);
        assert_eq!(settings.status_in_certificates, in_certificates, "{public}");
        assert_eq!(crate::authority::Inner::status_urls(&authority.0.settings().unwrap()).crl.len(), usize::from(in_certificates));
    }
    officer.set_setting("status.in_certificates", "yes").unwrap();
    assert_eq!(
        crate::authority::Inner::status_urls(&authority.0.settings().unwrap()),
        StatusUrls {
            crl: vec!["http://localhost:8080/crl/issuing.crl".into()],
            issuer: vec!["http://localhost:8080/ca/issuing.crt".into()],
            ocsp: vec![],
        }
    );
    officer.set_setting("status.url", "http://pki.example.edu/pki").unwrap();
    officer.set_setting("status.in_certificates", "no").unwrap();
    assert_eq!(crate::authority::Inner::status_urls(&authority.0.settings().unwrap()), StatusUrls::default());
    // Where the responder always answers is the department's to say, whatever becomes of the rest.
    officer.set_setting("status.ocsp_in_certificates", "yes").unwrap();
    let urls = crate::authority::Inner::status_urls(&authority.0.settings().unwrap());
    assert_eq!((urls.crl.len(), urls.ocsp), (0, vec!["http://pki.example.edu/pki/ocsp/issuing".into()]));
}

#[test]
fn the_removal_password_is_sealed_and_shown_to_nobody() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    assert_eq!(officer.setting("removal.password").unwrap(), "");
    officer.set_setting("removal.password", "Tr0ub4dor&3").unwrap();
    assert_eq!(officer.setting("removal.password").unwrap(), "set");
    assert!(officer.settings().unwrap().removal_password_set);
    let again = testing::open(&folder, &clock);
    assert_eq!(again.0.removal_password().unwrap().unwrap().as_str(), "Tr0ub4dor&3");
    drop(again);
    authority.0.store.empty_wal().unwrap();
    let database = std::fs::read(folder.path().join("data/signet.db")).unwrap();
    assert!(!database.windows(11).any(|w| w == b"Tr0ub4dor&3"), "not in the file, not in the ledger");
    officer.set_setting("removal.password", "").unwrap();
    assert!(authority.0.removal_password().unwrap().is_none());
}

#[test]
fn a_file_of_device_cas_is_looked_at_when_it_is_named() {
    let (authority, _clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let path = folder.path().join("device.pem");
    assert!(matches!(officer.set_setting("serve.device_ca", path.to_str().unwrap()), Err(Error::Invalid { .. })));
    std::fs::write(&path, &officer.ca_certificates().unwrap()[0].pem).unwrap();
    officer.set_setting("serve.device_ca", path.to_str().unwrap()).unwrap();
    assert_eq!(officer.settings().unwrap().device_ca.as_deref(), path.to_str());
}
