//! Two departments at once: each phone meets its own department, on the portal, over the air and in its profile.

use super::phone::{World, key, profile, scep, values, world};
use crate::{
    Operator,
    department::FurtherDepartment,
    enrollment::State,
    mailbox::Method,
    profile::Scope,
    settings::{Removal, SettingChange, SignIn},
    sign_in::LinkView,
    subscriber::{NewSubscriber, SubscriberKind},
    testing,
};
use protocol::Timestamp;

/// Physics in production with code and Wi-Fi of the organization; Chemistry, a pilot, with its own.
fn two() -> (World, Operator, Operator) {
    let world = world();
    let physics = world.officer.at_department(world.officer.department().unwrap().id).unwrap();
    testing::into_production(&physics);
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = world.officer.at_department(world.officer.add_department(made).unwrap().id).unwrap();
    let organization = |key: &str, value: &str| physics.change_setting(Scope::Organization, key, SettingChange::To(value.into())).unwrap();
    organization("wifi.ssid", "campus");
    organization("portal.contact", "IT desk, 1000");
    organization("vpn.server", "vpn.example.edu");
    for (key, value) in [
        ("portal.sign_in", "both"),
        ("wifi.ssid", "lab"),
        ("portal.contact", "Rosa, 2000"),
        ("passcode.min_length", "8"),
        ("device.min_os", "17.0"),
        ("removal", "locked"),
        ("bundle", "authentication"),
        ("invitation.hours", "24"),
    ] {
        chemistry.set_setting(key, value).unwrap();
    }
    chemistry.change_setting(Scope::Department, "vpn.server", SettingChange::Without).unwrap();
    (world, physics, chemistry)
}

fn person(at: &Operator, name: &str, mail: &str) {
    at.add_subscriber(NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person }).unwrap();
    at.validate_mailbox(mail, Method::InPerson, "read a mail in my office").unwrap();
}

#[test]
fn the_portal_says_which_department_asks_and_what_it_brings() {
    let (world, physics, chemistry) = two();
    person(&physics, "Alice Example", "alice@example.edu");
    person(&chemistry, "Bob Example", "bob@example.edu");
    let general = world.enroller.public_department().unwrap();
    assert_eq!((general.department.as_str(), general.contact.as_deref()), ("Example University", Some("IT desk, 1000")));
    for (mail, name, contact, wifi, vpn, passcode, removal, min_os, signing, hours) in [
        ("alice@example.edu", "Physics", "IT desk, 1000", "campus", Some("vpn.example.edu"), Some(6), Removal::Removable, None, true, 72),
        ("bob@example.edu", "Chemistry", "Rosa, 2000", "lab", None, Some(8), Removal::Locked, Some("17.0"), false, 24),
    ] {
        let invitation = world.invite(mail);
        assert_eq!(invitation.expires_at, Timestamp(testing::START).plus(hours * Timestamp::HOUR));
        let asks = world.enroller.asking_department(&invitation.token).unwrap();
        assert_eq!((asks.department.as_str(), asks.contact.as_deref()), (name, Some(contact)));
        assert_eq!((asks.public_url.as_str(), asks.hosts), ("https://pki.example.edu:8443", general.hosts.clone()));
        let LinkView::Open(link) = world.enroller.link(&invitation.token).unwrap() else { panic!("open") };
        assert_eq!((link.sign_in, link.min_os.as_deref()), (SignIn::Code, min_os), "nobody has a password yet");
        let contents = link.contents;
        assert_eq!((contents.wifi.as_deref(), contents.vpn.as_deref(), contents.passcode), (Some(wifi), vpn, passcode));
        assert_eq!((contents.removal, contents.signing, contents.authentication), (Some(removal), signing, true));
        let session = world.sign_in_by_code(&invitation);
        let page = world.enroller.session(&invitation.token, &session).unwrap().unwrap();
        assert_eq!(page.must_set_password, name == "Chemistry", "where code and password are asked for");
    }
    let unknown = world.enroller.asking_department(&crate::secret::Token::random().unwrap()).unwrap();
    assert_eq!(unknown.department, "Example University", "a link that nobody knows names no department");
}

#[test]
fn each_phone_gets_the_profile_and_the_certificates_of_its_department() {
    let (world, physics, chemistry) = two();
    chemistry.set_setting("portal.sign_in", "code").unwrap();
    chemistry.set_setting("status.ocsp_in_certificates", "yes").unwrap();
    person(&physics, "Alice Example", "alice@example.edu");
    person(&chemistry, "Bob Example", "bob@example.edu");
    for (mail, udid, department, days, pilot, kinds, wifi) in [
        (
            "alice@example.edu",
            "A",
            "Physics",
            [730, 365].as_slice(),
            0,
            ["wifi.managed", "vpn.managed", "mobiledevice.passwordpolicy"].as_slice(),
            "campus",
        ),
        ("bob@example.edu", "B", "Chemistry", &[90], 1, &["wifi.managed", "mobiledevice.passwordpolicy"], "lab"),
    ] {
        let invitation = world.invite(mail);
        let mut phone = world.phone(&invitation, udid, 1);
        phone.get_transport(&world, 2);
        let (outer, payloads) = phone.open(&profile(phone.phase3(&world)));
        assert!(outer.contains(&format!("<string>{department}</string>")), "{outer}");
        assert!(payloads.contains(&format!("<string>{wifi}</string>")));
        for kind in ["wifi.managed", "vpn.managed", "mobiledevice.passwordpolicy"] {
            assert_eq!(payloads.contains(&format!("com.apple.{kind}")), kinds.contains(&kind), "{kind} for {department}");
        }
        let tight: String = outer.split_whitespace().collect();
        assert_eq!(tight.contains("<key>PayloadRemovalDisallowed</key><true/>"), department == "Chemistry", "{outer}");
        let challenges = values(&payloads, "Challenge");
        assert_eq!(challenges.len(), days.len());
        for (challenge, days) in challenges.iter().zip(days) {
            let certificate = scep(&world, challenge, key(3)).unwrap();
            let names_responder = openssl::x509::X509::from_der(&certificate.der).unwrap().ocsp_responders().is_ok();
            assert_eq!(names_responder, department == "Chemistry", "as the department states");
            assert!(certificate.subject.to_string().ends_with(&format!("OU={department},O=Example University")), "{}", certificate.subject);
            let lives = certificate.validity.not_after.0 - certificate.validity.not_before.0 + 1;
            assert_eq!(lives, days * Timestamp::DAY, "{department}");
        }
        assert_eq!(world.state(invitation.enrollment), State::Configured);
        let marked = world.authority.0.store.read(|c| {
            let sql = "SELECT count(*) FROM certificate JOIN unit ON unit.id = certificate.department WHERE pilot = ?1 AND name = ?2 AND certificate.kind = 'subscriber'";
            Ok(c.query_row(sql, (pilot, department), |row| row.get::<_, u32>(0))?)
        });
        assert_eq!(marked.unwrap() as usize, days.len());
    }
}

#[test]
fn the_least_ios_is_that_of_the_department() {
    let (world, physics, chemistry) = two();
    chemistry.set_setting("portal.sign_in", "code").unwrap();
    person(&physics, "Alice Example", "alice@example.edu");
    person(&chemistry, "Bob Example", "bob@example.edu");
    for (mail, told) in [("alice@example.edu", "profile"), ("bob@example.edu", "page")] {
        let invitation = world.invite(mail);
        let mut phone = world.phone(&invitation, mail, 1);
        phone.os_version = Some("16.7".into());
        let answer = super::phone::kind(&phone.phase2(&world));
        assert!(answer.starts_with(told), "{mail}: {answer}");
    }
}
