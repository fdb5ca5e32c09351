//! Phase 3 and updates: what the profile holds, when it is done.

use super::phone::{Phone, World, key, profile, scep, value, values, world};
use crate::{
    enrollment::State,
    profile::{ProfileDraft, ProfileName, Scope, Usage},
    settings::SettingChange,
    sign_in::{LinkEnd, LinkView},
};

/// A phone that has its transport identity.
pub(super) fn transported(world: &World, mail: &str, udid: &str, keys: (usize, usize)) -> (crate::invitation::Invitation, Phone) {
    let invitation = world.invite(mail);
    let mut phone = world.phone(&invitation, udid, keys.0);
    phone.get_transport(world, keys.1);
    (invitation, phone)
}

/// The challenges of a final profile, by the last part of their payload's identifier.
pub(super) fn challenges(payloads: &str) -> Vec<(String, String)> {
    payloads
        .split("com.apple.security.scep")
        .skip(1)
        .map(|part| (value(part, "PayloadIdentifier").rsplit('.').next().unwrap().to_owned(), value(part, "Challenge")))
        .collect()
}

#[test]
fn the_final_profile_brings_everything_and_completes_once() {
    let world = world();
    crate::testing::into_production(&world.officer);
    for (key, value) in [
        ("wifi.ssid", "eduroam & friends"),
        ("wifi.server_names", "radius.example.edu"),
        ("vpn.server", "vpn.example.edu"),
        ("passcode.min_length", "6"),
    ] {
        world.officer.set_setting(key, value).unwrap();
    }
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let answer = profile(phone.phase3(&world));
    let (outer, payloads) = phone.open(&answer);
    assert!(world.officer.enrollment(invitation.enrollment).unwrap().enrollment.profile_sent);
    assert_eq!(world.state(invitation.enrollment), State::Issued, "sent is not configured");

    for kind in ["security.root", "security.pkcs1", "security.scep", "wifi.managed", "vpn.managed", "mobiledevice.passwordpolicy"] {
        assert!(payloads.contains(&format!("com.apple.{kind}")), "{kind}");
    }
    assert!(payloads.contains("eduroam &amp; friends"), "escaped");
    assert!(payloads.contains("Connexion aux réseaux"), "in the phone's language");
    assert!(!outer.contains("<key>PayloadContent<") && !outer.contains("alice@example.edu"), "readable is only the outside");
    assert!(outer.contains("<key>fr</key>") && outer.contains("<key>default</key>") && outer.contains("<key>TargetDeviceType</key>"));
    assert!(outer.contains("2027-11-07T10:00:00Z"), "351 days from now: {outer}");
    assert!(value(&outer, "PayloadIdentifier").starts_with("edu.example.signet."));

    let challenges = challenges(&payloads);
    assert_eq!(challenges.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["signing", "authentication"]);
    let signing = scep(&world, &challenges[0].1, key(3)).unwrap();
    assert_eq!(signing.subject.to_string(), "CN=Alice Example,OU=Physics,O=Example University");
    assert!(matches!(world.enroller.link(&invitation.token).unwrap(), LinkView::Open(_)));
    assert_eq!(world.state(invitation.enrollment), State::Issued);
    scep(&world, &challenges[1].1, key(4)).unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Configured);
    assert!(matches!(world.enroller.link(&invitation.token).unwrap(), LinkView::Ended(LinkEnd::Used)));
    let mut steps = world.steps(invitation.enrollment);
    steps.retain(|step| step != "page_viewed");
    assert_eq!(steps[steps.len() - 5..], ["profile_requested", "profile_sent", "identity_issued", "identity_issued", "configured"]);
    assert_eq!(world.officer.enrollment(invitation.enrollment).unwrap().certificates.len(), 3);
    assert!(scep(&world, &challenges[0].1, key(5)).is_none(), "a spent challenge with another key");
    assert!(world.officer.cancel_enrollment(invitation.enrollment).is_err());
    assert!(world.officer.resend(invitation.enrollment).is_err());
}

#[test]
fn a_phone_that_gets_what_signs_is_asked_for_a_passcode_unless_the_department_says_no() {
    let world = world();
    for (number, (key, set, asked)) in [
        ("wifi.ssid", "eduroam", true),
        ("passcode.min_length", "0", false),
        ("passcode.min_length", "", true),
        ("bundle", "authentication", false),
    ]
    .into_iter()
    .enumerate()
    {
        world.officer.set_setting(key, set).unwrap();
        let mail = format!("p{number}@example.edu");
        world.person(&format!("Person {number}"), &mail);
        let invitation = world.invite(&mail);
        // The page says it before the phone asks for it.
        let LinkView::Open(link) = world.enroller.link(&invitation.token).unwrap() else { panic!("open") };
        assert_eq!(link.contents.passcode, asked.then_some(6), "{key} = {set}");
        let mut phone = world.phone(&invitation, &mail, 1);
        phone.get_transport(&world, 2);
        let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
        let tight: String = payloads.split_whitespace().collect();
        assert_eq!(payloads.contains("com.apple.mobiledevice.passwordpolicy"), asked, "{key} = {set}");
        assert_eq!(tight.contains("<key>minLength</key><integer>6</integer>"), asked, "{key} = {set}");
    }
}

#[test]
fn a_repeat_gets_the_same_bytes_and_later_it_is_an_update() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let first = profile(phone.phase3(&world));
    world.clock.advance(599);
    assert_eq!(profile(phone.phase3(&world)), first);
    let (outer, payloads) = phone.open(&first);
    for (_, challenge) in challenges(&payloads) {
        scep(&world, &challenge, key(3)).unwrap();
    }

    world.clock.advance(300 * 86_400);
    world.officer.tidy().unwrap();
    assert!(matches!(world.enroller.link(&invitation.token).unwrap(), LinkView::Unknown), "forgotten for people");
    let later = profile(phone.phase3(&world));
    let (new_outer, new_payloads) = phone.open(&later);
    assert_eq!(value(&new_outer, "PayloadIdentifier"), value(&outer, "PayloadIdentifier"));
    assert_ne!(value(&new_outer, "PayloadUUID"), value(&outer, "PayloadUUID"));
    assert_eq!(values(&new_payloads, "PayloadIdentifier"), values(&payloads, "PayloadIdentifier"));
    let fresh = challenges(&new_payloads);
    assert!(fresh.iter().all(|(_, challenge)| !payloads.contains(challenge)));
    for (_, challenge) in fresh {
        scep(&world, &challenge, key(3)).unwrap();
    }
    let steps = world.steps(invitation.enrollment);
    assert_eq!(steps.iter().filter(|s| *s == "configured").count(), 1, "single completion");
    assert!(steps.contains(&"updated".to_owned()));
    assert_eq!(world.state(invitation.enrollment), State::Configured);
}

#[test]
fn the_identifier_is_the_same_for_all_people_of_the_department() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    world.person("Bob Example", "bob@example.edu");
    let identifier = |mail: &str, udid: &str| {
        let (_, phone) = transported(&world, mail, udid, (1, 2));
        value(&phone.open(&profile(phone.phase3(&world))).0, "PayloadIdentifier")
    };
    assert_eq!(identifier("alice@example.edu", "A"), identifier("bob@example.edu", "B"));
}

#[test]
fn how_the_profile_can_be_removed_follows_the_setting() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (_, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let next = || {
        world.clock.advance(700);
        phone.open(&profile(phone.phase3(&world)))
    };
    let (outer, payloads) = next();
    assert!(!outer.contains("PayloadRemovalDisallowed") && !payloads.contains("profileRemovalPassword"));
    world.officer.set_setting("removal", "locked").unwrap();
    assert!(next().0.contains("PayloadRemovalDisallowed"));
    world.officer.set_setting("removal", "password").unwrap();
    let (outer, payloads) = next();
    assert!(!outer.contains("PayloadRemovalDisallowed") && !payloads.contains("profileRemovalPassword"));
    assert!(outer.contains("You can remove all of it"), "a password that nobody has set protects nothing, and the text says so");
    let password = || {
        let change = SettingChange::To("password".to_owned());
        world.officer.change_setting_showing(Scope::Department, "removal", change).unwrap()
    };
    let made = password().unwrap();
    assert!(next().1.contains(made.reveal()));
    assert!(password().is_none(), "the one that is set stays");
    world.officer.set_setting("removal.password", "open sesame").unwrap();
    let (outer, payloads) = next();
    assert!(payloads.contains("com.apple.profileRemovalPassword") && payloads.contains("open sesame") && !outer.contains("open sesame"));
}

#[test]
fn what_is_read_in_french_before_installing_is_set_with_its_own_spaces_and_apostrophes() {
    let world = world();
    for (key, value) in [("wifi.ssid", "eduroam"), ("vpn.server", "vpn.example.edu")] {
        world.officer.set_setting(key, value).unwrap();
    }
    world.person("Alice Example", "alice@example.edu");
    let (_, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    for (removal, undo) in [("removable", "Vous pouvez tout supprimer"), ("locked", "seul celui-ci peut tout supprimer")] {
        world.officer.set_setting("removal", removal).unwrap();
        world.clock.advance(700);
        let (outer, _) = phone.open(&profile(phone.phase3(&world)));
        let text = value(&outer, "fr");
        assert!(text.contains("installe sur ce téléphone\u{202f}: ") && text.contains(undo), "{text}");
        let letters: Vec<char> = text.chars().collect();
        for two in letters.windows(2) {
            assert!(!";:!?»".contains(two[1]) || two[0] == '\u{202f}', "before {} in {text}", two[1]);
            assert!(two[0] != '«' || two[1] == '\u{202f}', "after « in {text}");
            assert!(!"'\"".contains(two[1]), "a typewriter's quote in {text}");
        }
    }
}

#[test]
fn the_text_before_the_installation_says_what_is_in_the_profile() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (_, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    profile(phone.phase3(&world));
    // Killed between deciding and answering, and the bundle changed since: the bytes are made from the plan.
    world.authority.0.store.write(|tx| Ok(tx.execute("UPDATE ota_answer SET bytes = NULL WHERE phase = 3", [])?)).unwrap();
    world.officer.set_setting("bundle", "authentication").unwrap();
    let (outer, payloads) = phone.open(&profile(phone.phase3(&world)));
    assert_eq!(challenges(&payloads).len(), 2);
    assert!(outer.contains("a certificate for signed mail, a certificate to sign in with"), "{outer}");
}

#[test]
fn what_the_profile_brings_is_said_by_what_its_certificates_are_for_whatever_their_profiles_are_called() {
    const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
    const MAIL: &str = "1.3.6.1.5.5.7.3.4";
    const DOCUMENTS: &str = "1.3.6.1.5.5.7.3.36";
    let world = world();
    world.officer.set_setting("passcode.min_length", "0").unwrap();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let signs_mail_and_in = "a certificate for signed mail, a certificate to sign in with";
    for (bundle, name, purposes, brings, mail_payload, promised) in [
        ("functional authentication", ProfileName::Functional, &[MAIL][..], signs_mail_and_in, true, (true, true, false)),
        ("functional authentication", ProfileName::Functional, &[CLIENT], "a certificate to sign in with", false, (false, true, false)),
        (
            "functional authentication",
            ProfileName::Functional,
            &[DOCUMENTS],
            "a certificate to sign in with, another certificate that signs",
            false,
            (false, true, true),
        ),
        ("authentication", ProfileName::Authentication, &[CLIENT, MAIL], signs_mail_and_in, false, (true, true, false)),
        ("authentication", ProfileName::Authentication, &[CLIENT], "a certificate to sign in with", false, (false, true, false)),
    ] {
        world.officer.set_setting("bundle", bundle).unwrap();
        let purposes = purposes.iter().map(|oid| (*oid).to_owned()).collect();
        let draft = ProfileDraft { usage: vec![Usage::DigitalSignature], purposes, ..ProfileDraft::builtin(name) };
        world.officer.save_profile(Scope::Department, name, draft).unwrap();
        world.clock.advance(700);
        let LinkView::Open(link) = world.enroller.link(&invitation.token).unwrap() else { panic!("open") };
        let said = (link.contents.signing, link.contents.authentication, link.contents.further);
        assert_eq!(said, promised, "{bundle}, {brings}: before anything is agreed");
        let (outer, payloads) = phone.open(&profile(phone.phase3(&world)));
        assert!(outer.contains(&format!("puts on this phone: {brings}. You can")), "{outer}");
        assert_eq!(payloads.contains("Messages signés"), mail_payload, "{bundle}, {brings}");
    }
}
