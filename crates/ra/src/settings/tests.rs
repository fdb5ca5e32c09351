//! Settings as officers and processes use them.

use super::{Level, Removal, SettingChange, SettingView, SignIn};
use crate::{
    Denied, Error, Noun,
    certification::StatusUrls,
    department::FurtherDepartment,
    ledger::Actor,
    profile::{ProfileName, Scope, Source},
    testing,
};

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
    let details: Vec<_> = rows.iter().map(|row| (row.event.as_str(), row.subject.as_str(), row.details.clone())).collect();
    let unit = officer.department().unwrap().id;
    let changed = |from: Option<&str>, to: Option<&str>| serde_json::json!({ "for": "department", "unit": unit, "from": from, "to": to });
    assert_eq!(
        details,
        [
            ("setting.changed", "wifi.ssid", changed(Some("eduroam"), None)),
            ("setting.changed", "wifi.ssid", changed(None, Some("eduroam")))
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
    let organization = |value: &str| officer.change_setting(Scope::Organization, "wifi.ssid", SettingChange::To(value.into()));
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
    let department = officer.department().unwrap().id;
    let stated = || authority.0.policy_of(department).unwrap().urls().clone();
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
        assert_eq!(stated().crl.len(), usize::from(in_certificates));
    }
    officer.set_setting("status.in_certificates", "yes").unwrap();
    assert_eq!(
        stated(),
        StatusUrls {
            crl: vec!["http://localhost:8080/crl/issuing.crl".into()],
            issuer: vec!["http://localhost:8080/ca/issuing.crt".into()],
            ocsp: vec![],
        }
    );
    officer.set_setting("status.url", "http://pki.example.edu/pki").unwrap();
    officer.set_setting("status.in_certificates", "no").unwrap();
    assert_eq!(stated(), StatusUrls::default());
    // Where the responder always answers is the department's to say, whatever becomes of the rest.
    officer.set_setting("status.ocsp_in_certificates", "yes").unwrap();
    let urls = stated();
    assert_eq!((urls.crl.len(), urls.ocsp), (0, vec!["http://pki.example.edu/pki/ocsp/issuing".into()]));
}

#[test]
fn the_removal_password_is_sealed_and_shown_to_nobody() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let physics = officer.department().unwrap().id;
    assert_eq!(officer.setting("removal.password").unwrap(), "");
    officer.set_setting("removal.password", "Tr0ub4dor&3").unwrap();
    assert_eq!(officer.setting("removal.password").unwrap(), "set");
    assert!(officer.settings().unwrap().removal_password_set);
    let again = testing::open(&folder, &clock);
    assert_eq!(again.0.removal_password(physics).unwrap().unwrap().as_str(), "Tr0ub4dor&3");
    drop(again);
    authority.0.store.empty_wal().unwrap();
    let database = std::fs::read(folder.path().join("data/signet.db")).unwrap();
    assert!(!database.windows(11).any(|w| w == b"Tr0ub4dor&3"), "not in the file, not in the ledger");
    officer.set_setting("removal.password", "").unwrap();
    assert!(authority.0.removal_password(physics).unwrap().is_none());
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

/// A second department beside the one of the tests, and its officer.
fn chemistry(officer: &crate::Operator) -> crate::Operator {
    let made = officer.add_department(FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] }).unwrap();
    officer.at_department(made.id).unwrap()
}

#[test]
fn every_department_inherits_overrides_and_can_be_reset_by_itself() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let physics = rosa.at_department(rosa.department().unwrap().id).unwrap();
    let chemistry = chemistry(&rosa);
    for key in ["portal.sign_in", "wifi.ssid", "vpn.server", "passcode.min_length", "device.min_os", "removal", "invitation.hours"] {
        let [first, second] = match key {
            "portal.sign_in" => ["both", "password"],
            "passcode.min_length" => ["7", "8"],
            "device.min_os" => ["15.0", "16.4"],
            "removal" => ["locked", "password"],
            "invitation.hours" => ["24", "48"],
            "vpn.server" => ["vpn.example.edu", "vpn2.example.edu"],
            _ => ["campus", "lab"],
        };
        let view = |of: &crate::Operator, scope| of.setting_view(scope, key).unwrap();
        let default = view(&physics, Scope::Department).value;
        rosa.change_setting(Scope::Organization, key, SettingChange::To(first.into())).unwrap();
        for of in [&physics, &chemistry] {
            let SettingView { value, source, inherited, .. } = view(of, Scope::Department);
            assert_eq!((value.as_str(), source, inherited.as_str()), (first, Source::Organization, first), "{key}");
        }
        chemistry.set_setting(key, second).unwrap();
        let SettingView { value, source, inherited, .. } = view(&chemistry, Scope::Department);
        assert_eq!((value.as_str(), source, inherited.as_str()), (second, Source::Department, first), "{key}");
        assert_eq!((view(&physics, Scope::Department).value.as_str(), view(&rosa, Scope::Organization).value.as_str()), (first, first));
        chemistry.change_setting(Scope::Department, key, SettingChange::Inherit).unwrap();
        assert_eq!(view(&chemistry, Scope::Department).source, Source::Organization, "{key}");
        rosa.change_setting(Scope::Organization, key, SettingChange::Inherit).unwrap();
        for of in [&physics, &chemistry] {
            assert_eq!(
                (view(of, Scope::Department).value, view(of, Scope::Department).source),
                (default.clone(), Source::Builtin),
                "{key}"
            );
        }
    }
    assert_eq!(physics.setting_views(Scope::Department).unwrap().len(), crate::Operator::setting_names().len());
}

#[test]
fn a_passcode_is_asked_for_where_phones_get_what_signs_unless_somebody_says_otherwise() {
    const KEY: &str = "passcode.min_length";
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let physics = rosa.at_department(rosa.department().unwrap().id).unwrap();
    let chemistry = chemistry(&rosa);
    let asked = |of: &crate::Operator| {
        let SettingView { value, source, inherited, .. } = of.setting_view(Scope::Department, KEY).unwrap();
        assert_eq!(value, of.settings().unwrap().passcode_min_length.to_string(), "what is shown counts");
        (value, source, inherited)
    };
    let is = |value: &str, source, inherited: &str| (value.to_owned(), source, inherited.to_owned());
    assert_eq!(asked(&physics), is("6", Source::Builtin, "6"), "the bundle that is built in has a key that signs");
    chemistry.set_setting("bundle", "authentication").unwrap();
    assert_eq!(asked(&chemistry), is("0", Source::Builtin, "0"));
    chemistry.set_setting("bundle", "functional authentication").unwrap();
    assert_eq!(asked(&chemistry), is("6", Source::Builtin, "6"));
    // Nothing is something that was said.
    physics.set_setting(KEY, "0").unwrap();
    assert_eq!((asked(&physics), asked(&chemistry)), (is("0", Source::Department, "6"), is("6", Source::Builtin, "6")));
    rosa.change_setting(Scope::Organization, KEY, SettingChange::To("0".into())).unwrap();
    assert_eq!(asked(&chemistry), is("0", Source::Organization, "0"));
    rosa.change_setting(Scope::Organization, KEY, SettingChange::Inherit).unwrap();
    physics.change_setting(Scope::Department, KEY, SettingChange::Inherit).unwrap();
    assert_eq!((asked(&physics), rosa.setting_view(Scope::Organization, KEY).unwrap().value), (is("6", Source::Builtin, "6"), "6".into()));
}

#[test]
fn a_department_can_do_without_what_the_organization_has() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    rosa.change_setting(Scope::Organization, "wifi.ssid", SettingChange::To("campus".into())).unwrap();
    rosa.change_setting(Scope::Department, "wifi.ssid", SettingChange::Without).unwrap();
    assert_eq!(rosa.settings().unwrap().wifi_ssid, None);
    assert_eq!(rosa.setting_view(Scope::Department, "wifi.ssid").unwrap().source, Source::Department);
    rosa.change_setting(Scope::Department, "wifi.ssid", SettingChange::Inherit).unwrap();
    assert_eq!(rosa.settings().unwrap().wifi_ssid.as_deref(), Some("campus"));
    for always in ["portal.sign_in", "removal", "bundle"] {
        assert!(matches!(rosa.change_setting(Scope::Department, always, SettingChange::Without), Err(Error::Invalid { .. })), "{always}");
    }
}

#[test]
fn what_all_share_is_set_for_the_organization_and_refused_elsewhere() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let chemistry = chemistry(&rosa);
    for view in chemistry.setting_views(Scope::Department).unwrap().into_iter().filter(|view| view.level == Level::Organization) {
        let refused = chemistry.change_setting(Scope::Department, view.key, SettingChange::To(view.value.clone()));
        assert!(matches!(refused, Err(Error::Denied(Denied::OrganizationOnly))), "{}", view.key);
    }
    let network: Vec<_> = chemistry.setting_views(Scope::Organization).unwrap();
    let network: Vec<_> = network.iter().filter(|view| view.level == Level::Organization).map(|view| view.key).collect();
    assert!(network.contains(&"serve.https") && network.contains(&"status.url") && network.contains(&"mail.server"), "{network:?}");
    // Without a scope a setting goes where it belongs, whoever is named.
    chemistry.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    assert_eq!(rosa.setting("serve.public_url").unwrap(), "https://pki.example.edu:8443");
    assert!(matches!(rosa.set_setting("wifi.ssid", "lab"), Err(Error::Denied(Denied::WhichDepartment))));
    assert!(matches!(rosa.setting_view(Scope::Department, "wifi.ssid"), Err(Error::Denied(Denied::WhichDepartment))));
}

#[test]
fn a_removal_password_is_inherited_sealed() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let (physics, chemistry) = (rosa.department().unwrap().id, chemistry(&rosa));
    let password = |of| authority.0.removal_password(of).unwrap().map(|password| password.to_string());
    rosa.change_setting(Scope::Organization, "removal.password", SettingChange::To("for everybody".into())).unwrap();
    chemistry.set_setting("removal.password", "for chemists").unwrap();
    let chemists = chemistry.department().unwrap().id;
    assert_eq!((password(physics).as_deref(), password(chemists).as_deref()), (Some("for everybody"), Some("for chemists")));
    chemistry.set_setting("removal.password", "").unwrap();
    assert_eq!(password(chemists).as_deref(), Some("for everybody"));
    let view = chemistry.setting_view(Scope::Department, "removal.password").unwrap();
    assert_eq!((view.value.as_str(), view.inherited.as_str(), view.source), ("set", "set", Source::Organization));
}

/// Whatever is set, left out and reset, in whatever order: a department has its own value, otherwise its organization's, otherwise the
/// default; and nobody else's.
#[test]
fn inheritance_is_as_simple_as_its_model() {
    let (authority, clock, folder) = testing::authority();
    let rosa = testing::department(&authority);
    let officers = [rosa.at_department(rosa.department().unwrap().id).unwrap(), chemistry(&rosa)];
    let other = testing::officer(&testing::open(&folder, &clock));
    let keys = [("wifi.ssid", "", ["campus", "lab"]), ("invitation.hours", "72", ["24", "48"]), ("device.min_os", "", ["15.0", "17.1"])];
    let mut model: [[Option<String>; 3]; 3] = Default::default(); // by place (both departments, organization) and key
    let mut dice = 0x9E37_79B9_7F4A_7C15_u64;
    let mut roll = |sides: u64| {
        dice ^= dice >> 12;
        dice ^= dice << 25;
        dice ^= dice >> 27;
        (dice.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    };
    for _ in 0..200 {
        let (place, at) = (roll(3) as usize, roll(3) as usize);
        let (key, default, values) = keys[at];
        let change = match roll(4) {
            0 => SettingChange::Inherit,
            1 if default.is_empty() => SettingChange::Without,
            n => SettingChange::To(values[(n % 2) as usize].to_owned()),
        };
        model[place][at] = match &change {
            SettingChange::Inherit => None,
            SettingChange::Without => (place < 2).then(String::new),
            SettingChange::To(value) => Some(value.clone()),
        };
        let (officer, scope) = officers.get(place).map_or((&rosa, Scope::Organization), |officer| (officer, Scope::Department));
        officer.change_setting(scope, key, change).unwrap();
        for (place, officer) in officers.iter().enumerate() {
            let view = officer.setting_view(Scope::Department, key).unwrap();
            let (own, shared) = (&model[place][at], &model[2][at]);
            let expected = own.as_deref().or(shared.as_deref()).unwrap_or(default);
            let source = match (own, shared) {
                (Some(_), _) => Source::Department,
                (None, Some(_)) => Source::Organization,
                (None, None) => Source::Builtin,
            };
            assert_eq!((view.value.as_str(), view.source), (expected, source), "{key}");
            assert_eq!(view.inherited, shared.as_deref().unwrap_or(default), "{key}");
            let seen = other.at_department(officer.department().unwrap().id).unwrap().settings().unwrap();
            let counts = match key {
                "wifi.ssid" => seen.wifi_ssid.unwrap_or_default(),
                "invitation.hours" => seen.invitation_hours.to_string(),
                _ => seen.min_os.unwrap_or_default(),
            };
            assert_eq!(counts, expected, "{key}, in another process");
        }
    }
}

#[test]
fn what_lets_one_officer_do_more_alone_needs_a_second_officer() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let at_a_terminal = authority.operator(Actor::Command("Rosa".into()));
    let otto = authority.operator(Actor::Officer("otto".into()));
    let above = || rosa.setting("revoke.four_eyes_above").unwrap();
    let waiting = |key: &str| rosa.setting_view(Scope::Organization, key).unwrap().waiting.map(|asked| (asked.value, asked.asked_by));
    let by_rosa = |value: &str| Some((value.to_owned(), Actor::Officer("rosa".into())));
    let events = |count: u32| {
        let rows = authority.auditor().ledger(None, count).unwrap();
        rows.into_iter().map(|row| (row.event, row.subject, row.details)).collect::<Vec<_>>()
    };

    rosa.set_setting("revoke.four_eyes_above", "100000").unwrap();
    assert_eq!((above().as_str(), waiting("revoke.four_eyes_above")), ("10", by_rosa("100000")), "it stays as it is");
    let asked = serde_json::json!({ "from": null, "to": "100000" });
    assert_eq!(events(1), [("setting.requested".into(), "revoke.four_eyes_above".into(), asked)]);
    at_a_terminal.set_setting("revoke.four_eyes_above", "100000").unwrap();
    assert_eq!(above(), "10", "the same person elsewhere is the same person");
    assert_eq!(events(1)[0].0, "setting.requested", "and said nothing new");
    otto.set_setting("revoke.four_eyes_above", "50000").unwrap();
    assert_eq!(above(), "10", "two officers who want different things agree on nothing");
    rosa.set_setting("revoke.four_eyes_above", "50000").unwrap();
    assert_eq!((above().as_str(), waiting("revoke.four_eyes_above")), ("50000", None));
    let [(event, _, details)] = events(1).try_into().unwrap();
    assert_eq!(
        (event.as_str(), &details["asked_by"], &details["to"]),
        ("setting.changed", &serde_json::json!({ "Officer": "otto" }), &"50000".into())
    );

    // Stricter needs nobody, and takes back what was asked for; so does the value of now.
    rosa.set_setting("revoke.four_eyes_above", "60000").unwrap();
    otto.set_setting("revoke.four_eyes_above", "5").unwrap();
    assert_eq!((above().as_str(), waiting("revoke.four_eyes_above")), ("5", None));
    assert_eq!([events(2)[0].0.as_str(), events(2)[1].0.as_str()], ["setting.changed", "setting.request_withdrawn"]);
    rosa.set_setting("revoke.four_eyes_above", "").unwrap();
    assert_eq!((above().as_str(), waiting("revoke.four_eyes_above")), ("5", by_rosa("10")), "the default is weaker, too");
    rosa.set_setting("revoke.four_eyes_above", "5").unwrap();
    assert_eq!(waiting("revoke.four_eyes_above"), None);
    // The hours that count together are the other way to the same end.
    rosa.set_setting("revoke.four_eyes_hours", "1").unwrap();
    assert_eq!((rosa.setting("revoke.four_eyes_hours").unwrap().as_str(), waiting("revoke.four_eyes_hours")), ("24", by_rosa("1")));
    rosa.set_setting("revoke.four_eyes_hours", "48").unwrap();
    assert_eq!((rosa.setting("revoke.four_eyes_hours").unwrap().as_str(), waiting("revoke.four_eyes_hours")), ("48", None));
    // Who is nobody cannot ask.
    let nobody = authority.operator(Actor::Signet).set_setting("revoke.four_eyes_above", "10");
    assert!(matches!(nobody, Err(Error::Denied(Denied::SecondOfficer))));
    rosa.set_setting("wifi.ssid", "eduroam").unwrap();
    assert_eq!(rosa.setting("wifi.ssid").unwrap(), "eduroam", "all else needs one officer");
}
