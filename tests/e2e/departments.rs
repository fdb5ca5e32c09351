//! Two departments behind one server: a phone of each meets its own, one in production and one a pilot.

use crate::house::{ALICE, DAY, House, sign_in};
use device::{Safari, iphone::Variant};
use openssl::{nid::Nid, x509::X509};
use ra::{
    department::FurtherDepartment,
    enrollment::State,
    mailbox::Method,
    profile::Scope,
    settings::SettingChange,
    subscriber::{NewSubscriber, SubscriberKind},
};

const BOB: &str = "bob@example.edu";

fn unit(certificate: &X509) -> String {
    certificate.subject_name().entries_by_nid(Nid::ORGANIZATIONALUNITNAME).map(|e| e.data().to_string().unwrap()).collect()
}

#[test]
fn two_departments_enroll_phones_side_by_side_each_by_its_own_rules() {
    let mut house = House::new();
    let physics = house.officer.at_department(house.officer.departments().unwrap()[0].id).unwrap();
    for gate in ra::policy::Gate::all() {
        physics.override_gate(gate, "Rosa Ruiz", "a department made for tests").unwrap();
    }
    physics.start_production().unwrap();
    let chemistry = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = house.officer.at_department(house.officer.add_department(chemistry).unwrap().id).unwrap();
    chemistry.add_subscriber(NewSubscriber { name: "Bob Example".into(), mail: BOB.into(), kind: SubscriberKind::Person }).unwrap();
    house.officer.validate_mailbox(BOB, Method::InPerson, "staff card seen").unwrap();
    // One value for all, one of a department, while the server runs.
    physics.change_setting(Scope::Organization, "wifi.ssid", SettingChange::To("campus".into())).unwrap();
    chemistry.set_setting("wifi.ssid", "lab").unwrap();
    // What signs lies behind a passcode unless a department says otherwise.
    chemistry.set_setting("passcode.min_length", "0").unwrap();

    let wire = house.wire();
    let front = Safari::new(&wire).open(&house.https("/")).unwrap().text();
    assert!(front.contains("Example University") && !front.contains("Physics"), "the server's own page is the organization's: {front}");
    for (mail, name, other, days, wifi, passcode) in
        [(ALICE, "Physics", "Chemistry", [730, 365], "campus", true), (BOB, "Chemistry", "Physics", [90, 90], "lab", false)]
    {
        let invitation = house.invite(mail);
        let mut safari = Safari::new(&wire);
        let hello = safari.open(&house.scan(&invitation)).unwrap().text();
        assert!(hello.contains(&format!("{name} would like to set up your iPhone")) && !hello.contains(other), "{hello}");
        assert!(hello.contains(wifi) && hello.contains("a passcode of at least 6 characters") == passcode, "{hello}");
        sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).unwrap();

        let (_, installed, invitation) = house.enroll(Variant::default(), mail);
        assert_eq!(house.state(invitation.enrollment), State::Configured);
        assert_eq!(installed.payload("com.apple.wifi.managed").unwrap()["SSID_STR"].as_string(), Some(wifi));
        assert_eq!(installed.payload("com.apple.mobiledevice.passwordpolicy").is_some(), passcode);
        let mut lives = Vec::new();
        for identity in &installed.identities {
            let certificate = &identity.identity.certificate;
            assert_eq!(unit(certificate), name);
            let known = house.certificate(certificate);
            lives.push((known.not_after.0 - known.not_before.0 + 1) / DAY);
        }
        lives.sort_unstable_by_key(|days| std::cmp::Reverse(*days));
        assert_eq!(lives, days, "{name}");
    }

    // Bob moves: his next phone is Physics', after a restart too.
    let bob = house.officer.subscriber_by_mail(BOB).unwrap();
    house.officer.move_subscriber(bob.id, physics.department().unwrap().id).unwrap();
    house.restart();
    let (_, installed, _) = house.enroll(Variant::default(), BOB);
    let certificate = &installed.identities[0].identity.certificate;
    assert_eq!((unit(certificate).as_str(), installed.payload("com.apple.mobiledevice.passwordpolicy").is_some()), ("Physics", true));
    house.authority.auditor().verify_ledger().unwrap();
}
