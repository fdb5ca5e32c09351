//! From the QR code to the opened profile, in every form in which a phone may speak.

use crate::{
    house::{ALICE, DAY, House, MINUTE, download, sign_in},
    schema::Schema,
};
use device::{
    Iphone, KeyKind,
    iphone::{Installed, Variant},
    profile::{self, Trust},
};
use openssl::{
    stack::Stack,
    x509::{X509, X509StoreContext, store::X509StoreBuilder, verify::X509VerifyFlags},
};
use plist::Value;
use ra::enrollment::{State, StepKind};
use std::path::Path;

fn common_name(certificate: &X509) -> String {
    certificate.subject_name().entries_by_nid(openssl::nid::Nid::COMMONNAME).map(|e| e.data().to_string().unwrap()).collect()
}

fn verifies(house: &House, certificate: &X509) -> bool {
    let mut store = X509StoreBuilder::new().unwrap();
    store.add_cert(house.ca("root")).unwrap();
    store.set_flags(X509VerifyFlags::X509_STRICT).unwrap();
    let mut chain = Stack::new().unwrap();
    chain.push(house.ca("issuing")).unwrap();
    X509StoreContext::new().unwrap().init(&store.build(), certificate, &chain, |c| c.verify_cert()).unwrap()
}

#[test]
fn alice_scans_signs_in_and_her_phone_is_configured() {
    let house = House::new();
    house.set("wifi.ssid", "example-secure");
    house.set("wifi.server_names", "radius.example.edu");
    house.set("vpn.server", "vpn.example.edu");
    let (phone, installed, invitation) = house.enroll(Variant::default(), ALICE);
    assert_eq!(house.scan(&invitation), invitation.url);

    assert_eq!(house.state(invitation.enrollment), State::Configured);
    let detail = house.detail(invitation.enrollment);
    let known = detail.enrollment.device.unwrap();
    assert_eq!((known.udid.as_deref(), known.product.as_deref()), (Some(phone.udid.as_str()), Some("iPhone17,1")));
    let steps = house.steps(invitation.enrollment);
    let order = [
        StepKind::Invited,
        StepKind::Opened,
        StepKind::SignedIn,
        StepKind::ProfileServiceSent,
        StepKind::DeviceIdentified,
        StepKind::TransportOffered,
        StepKind::TransportIssued,
        StepKind::ProfileRequested,
        StepKind::ProfileSent,
        StepKind::IdentityIssued,
        StepKind::IdentityIssued,
        StepKind::Configured,
    ];
    let mut seen = steps.iter();
    for step in order {
        assert!(seen.any(|s| *s == step), "{step:?} is missing or out of order in {steps:?}");
    }

    assert_eq!(installed.trust, Trust::Verified);
    assert_eq!(installed.certificates.len(), 2);
    assert_eq!(installed.identities.len(), 2, "client authentication and S/MIME signing");
    let client = |kind: &str| {
        let payload = installed.payload(kind).unwrap();
        let inside = payload.get("IKEv2").and_then(Value::as_dictionary).unwrap_or(payload);
        installed.identity(inside["PayloadCertificateUUID"].as_string().unwrap()).unwrap()
    };
    let (wifi, vpn) = (client("com.apple.wifi.managed"), client("com.apple.vpn.managed"));
    assert_eq!(wifi.certificate.to_der().unwrap(), vpn.certificate.to_der().unwrap());
    let usage = wifi.certificate.extended_key_usage().unwrap();
    assert!(usage.contains(openssl::x509::X509ExtendedKeyUsage::SSL_CLIENT), "the identity for networks is for client authentication");
    assert!(installed.payload("com.apple.mobiledevice.passwordpolicy").is_some(), "by default: one of them signs");

    let mut serials = Vec::new();
    for identity in installed.identities.iter().map(|i| &i.identity) {
        assert!(identity.matches() && verifies(&house, &identity.certificate));
        assert_eq!(common_name(&identity.certificate), "Alice Example");
        let known = house.certificate(&identity.certificate);
        assert_eq!((known.status.as_str(), known.kind.as_str()), ("active", "subscriber"));
        assert_eq!(known.enrollment, Some(invitation.enrollment));
        serials.push(known.serial);
    }
    serials.dedup();
    assert_eq!(serials.len(), 2);
    house.authority.auditor().verify_ledger().unwrap();
}

#[test]
fn the_transport_identity_is_good_for_nothing_else() {
    let house = House::new();
    let (_, installed, invitation) = house.enroll(Variant::default(), ALICE);
    let transport = &installed.stub.as_ref().unwrap().identity.certificate;
    assert_eq!(common_name(transport), format!("OTA {}", invitation.enrollment));
    assert!(transport.subject_alt_names().is_none());
    assert!(transport.extended_key_usage().unwrap().is_empty(), "only a purpose of our own");
    assert_eq!(house.certificate(transport).kind, "transport");
    let years = transport.not_before().diff(transport.not_after()).unwrap().days;
    assert!((725..=735).contains(&years), "two years, not {years} days");
}

#[test]
fn what_the_phone_gets_is_what_apples_schema_allows() {
    let apple = Schema::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/protocol/tests/data/apple-schema"));
    let house = House::new();
    for gate in ra::policy::Gate::all() {
        house.officer.override_gate(gate, "Rosa Ruiz", "a department made for tests").unwrap();
    }
    house.officer.start_production().unwrap();
    let nothing: Vec<String> = Vec::new();
    let xml = |value: Value| {
        let mut out = Vec::new();
        value.to_writer_xml(&mut out).unwrap();
        out
    };
    for (removal, language) in [("removable", "en-CH"), ("password", "fr-CH"), ("locked", "de-CH")] {
        house.set("removal", removal);
        house.set("removal.password", "let me go");
        house.set("wifi.ssid", "Café & Co <5 GHz>");
        house.set("vpn.server", "vpn.example.edu");
        house.set("passcode.min_length", "8");
        let (wire, invitation) = (house.wire(), house.invite(ALICE));
        let phase1 = house.phase1(&wire, &invitation);
        let mut phone = house.phone(Variant::default());
        phone.language = language.to_owned();
        let root = |bytes: &[u8]| profile::open(bytes, &phone.trusted_roots, phone.now).unwrap().root;
        assert_eq!(apple.profile_service(&xml(Value::Dictionary(root(&phase1)))), nothing);
        let mut flow = phone.begin(&phase1).unwrap();
        let phase2 = phone.post(&wire, &flow.service.url, &phone.phase2_message(&flow.service).unwrap()).unwrap();
        assert_eq!(apple.transport(&xml(Value::Dictionary(root(&phase2)))), nothing);
        flow.scep = Some(phone.read_identity_reply(&phase2).unwrap());
        phone.obtain_identity(&wire, &mut flow).unwrap();
        let last = phone.request_profile(&wire, &mut flow).unwrap();
        assert_eq!(apple.configuration(&xml(Value::Dictionary(root(&last.bytes)))), nothing, "{removal}");
        let payloads = last.payloads.iter().cloned().map(Value::Dictionary).collect();
        assert_eq!(apple.payload_array(&xml(Value::Array(payloads))), nothing, "{removal}");
        let consent = &last.configuration.consent;
        assert!(consent.contains_key("default") && consent["en"] != consent["fr"], "two languages");
        let ends = last.configuration.expires_at.unwrap() - house.now();
        assert!((300 * DAY..365 * DAY).contains(&ends), "the update is offered in time");
    }
}

/// One house, a phone of every form.
fn matrix(digest_of: impl Fn(&Variant) -> bool) {
    let house = House::new();
    for (number, variant) in Variant::all().into_iter().filter(digest_of).enumerate() {
        let mail = format!("person{number}@example.edu");
        house.add(&format!("Person {number}"), &mail);
        let (_, installed, invitation) = house.enroll(variant, &mail);
        assert_eq!(house.state(invitation.enrollment), State::Configured, "{variant:?}");
        assert_eq!(installed.identities.len(), 2, "{variant:?}");
    }
}

#[test]
fn every_form_with_an_rsa_device_key_enrolls() {
    matrix(|v| v.key != KeyKind::P256);
}

#[test]
fn every_form_with_an_elliptic_device_key_enrolls() {
    matrix(|v| v.key == KeyKind::P256);
}

#[test]
fn a_phone_without_imei_and_an_old_one_that_says_only_its_build_enroll() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let phase1 = house.phase1(&wire, &invitation);
    let mut phone = house.phone(Variant::default());
    (phone.imei, phone.os_version) = (None, None);
    phone.enroll(&wire, &phase1).unwrap();
    assert_eq!(house.state(invitation.enrollment), State::Configured);
}

#[test]
fn an_old_phone_is_led_to_a_page_and_goes_on_after_its_update() {
    let house = House::new();
    house.set("device.min_os", "17.4");
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let mut safari = device::Safari::new(&wire);
    let page = sign_in(&mut safari, &house.scan(&invitation), &invitation.code.reveal()).unwrap();
    let phase1 = download(&mut safari, &page).unwrap();
    let mut phone = house.phone(Variant::default());
    (phone.os_version, phone.version) = (Some("17.3".into()), "21D50".into());
    let error = phone.enroll(&wire, &phase1).err().unwrap();
    let device::Error::Http { permanent_redirect: Some(target), .. } = &error else { panic!("{error:?}") };
    assert!(target.starts_with(&house.https("/e/")), "{target}");
    assert!(house.steps(invitation.enrollment).contains(&StepKind::OsTooOld));
    // Settings opens it in the Safari in which the person has signed in.
    let told = safari.open(target).unwrap();
    assert_eq!(told.status, 200);
    for said in ["iOS 17.3", "iOS 17.4", "Software Update"] {
        assert!(told.text().contains(said), "{said}: {}", told.text());
    }

    // The update takes longer than the session: the same link and the same code open the way again.
    house.clock.advance(45 * MINUTE);
    (phone.os_version, phone.version, phone.now) = (Some("17.4".into()), "21E219".into(), house.now());
    assert!(download(&mut safari, &told).is_err(), "the session has ended");
    let page = sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).unwrap();
    assert!(!page.text().contains("17.3"), "what the phone had is no longer said: {}", page.text());
    let phase1 = download(&mut safari, &page).unwrap();
    phone.enroll(&wire, &phase1).unwrap();
    assert_eq!(house.state(invitation.enrollment), State::Configured);
    let done = safari.open(&invitation.url).unwrap();
    assert!(done.text().contains("We saw your phone get its certificates.") && !done.text().contains("17.3"), "{}", done.text());
}

#[test]
fn a_second_enrollment_of_the_same_phone_replaces_the_profile() {
    let house = House::new();
    let (mut phone, first, _) = house.enroll(Variant::default(), ALICE);
    let (wire, again) = (house.wire(), house.invite(ALICE));
    let second = phone.enroll(&wire, &house.phase1(&wire, &again)).unwrap();
    assert_eq!(first.configuration.identifier, second.configuration.identifier);
    assert_ne!(first.configuration.uuid, second.configuration.uuid);
    assert_eq!(phone.installed.len(), 1);
    assert_eq!(house.state(again.enrollment), State::Configured);
}

#[test]
fn two_phones_of_one_person_and_two_persons_do_not_meet() {
    let house = House::new();
    house.add("Bob Example", "bob@example.edu");
    let all: Vec<(Iphone, Installed, _)> =
        [ALICE, ALICE, "bob@example.edu"].into_iter().map(|mail| house.enroll(Variant::default(), mail)).collect();
    let mut serials: Vec<String> =
        all.iter().flat_map(|(_, i, _)| &i.identities).map(|i| house.certificate(&i.identity.certificate).serial).collect();
    serials.sort();
    serials.dedup();
    assert_eq!(serials.len(), 6);
}

#[test]
fn an_update_comes_by_phase_3_alone_with_new_keys() {
    let house = House::new();
    let (mut phone, first, invitation) = house.enroll(Variant::default(), ALICE);
    house.clock.advance(200 * DAY);
    phone.now = house.now();
    let identifier = first.configuration.identifier.clone();
    let wire = house.wire();
    let second = phone.update(&wire, &identifier).unwrap();
    assert_ne!(first.configuration.uuid, second.configuration.uuid);
    assert_ne!(first.identities[0].identity.certificate.to_der().unwrap(), second.identities[0].identity.certificate.to_der().unwrap(),);
    assert!(house.steps(invitation.enrollment).contains(&StepKind::Updated));
    assert_eq!(house.state(invitation.enrollment), State::Configured);
    // Within ten minutes the same POST is a repeat.
    house.clock.advance(11 * MINUTE);
    phone.now = house.now();
    let third = phone.update(&wire, &identifier).unwrap();
    assert_eq!(third.identities.len(), 2);
}

#[test]
fn names_of_every_kind_come_through_whole() {
    let house = House::new();
    let longest = "x".repeat(64);
    let names =
        ["Zoë O’Brien \"Z\" <z@x> & Söhne", "O'Neil; DROP TABLE \\,=+#", "李 小龍", "نور الهدى", longest.as_str(), "  Ada   Example "];
    for (number, name) in names.into_iter().enumerate() {
        let mail = format!("name{number}@example.edu");
        house.add(name, &mail);
        let (_, installed, invitation) = house.enroll(Variant::default(), &mail);
        assert_eq!(house.state(invitation.enrollment), State::Configured, "{name}");
        let folded = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let seen = common_name(&installed.identities[0].identity.certificate);
        assert_eq!(seen.split_whitespace().collect::<Vec<_>>().join(" "), folded);
    }
}

#[test]
fn many_phones_at_once_are_all_configured() {
    let house = House::new();
    let mails: Vec<String> = (0..12).map(|number| format!("phone{number}@example.edu")).collect();
    mails.iter().enumerate().for_each(|(number, mail)| house.add(&format!("Phone {number}"), mail));
    std::thread::scope(|scope| {
        for mail in &mails {
            scope.spawn(|| {
                let (_, installed, invitation) = house.enroll(Variant::default(), mail);
                assert_eq!((installed.identities.len(), house.state(invitation.enrollment)), (2, State::Configured));
            });
        }
    });
    let issued = house.certificates().into_iter().filter(|c| c.kind == "subscriber" || c.kind == "transport");
    let mut serials: Vec<String> = issued.map(|c| c.serial).collect();
    assert_eq!(serials.len(), 3 * mails.len());
    serials.sort();
    serials.dedup();
    assert_eq!(serials.len(), 3 * mails.len(), "a serial number repeats");
    house.authority.auditor().verify_ledger().unwrap();
}
