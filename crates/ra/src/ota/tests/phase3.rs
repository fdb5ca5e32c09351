//! Phase 3 and updates: who gets the profile, what it holds, when it is done.

use super::phone::{Phone, TestCa, World, key, kind, profile, scep, signed, value, values, world};
use crate::{
    Denied, Error,
    enrollment::State,
    invitation::Channel,
    life::{Act, Outcome, Target, Verb},
    profile::{ProfileDraft, ProfileName, Scope},
    settings::SettingChange,
    sign_in::{LinkEnd, LinkView},
};
use protocol::{crl::Reason, x509::SerialNumber};

/// A phone that has its transport identity.
fn transported(world: &World, mail: &str, udid: &str, keys: (usize, usize)) -> (crate::invitation::Invitation, Phone) {
    let invitation = world.invite(mail);
    let mut phone = world.phone(&invitation, udid, keys.0);
    phone.get_transport(world, keys.1);
    (invitation, phone)
}

/// The challenges of a final profile, by the last part of their payload's identifier.
fn challenges(payloads: &str) -> Vec<(String, String)> {
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
fn only_the_transport_identity_of_this_enrollment_and_this_device_is_accepted() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    world.person("Bob Example", "bob@example.edu");
    let (alices, alice) = transported(&world, "alice@example.edu", "A", (1, 2));
    let (_, bob) = transported(&world, "bob@example.edu", "B", (3, 4));
    let (transport, own_key) = alice.transport.clone().unwrap();
    let post = |message: &[u8]| kind(&world.enroller.ota(&alice.token, message).unwrap());
    let attributes = alice.attributes(None);

    // Self-made, with the same name and even the same serial.
    for serial in [SerialNumber::from_random([7; 16]), transport.serial.clone()] {
        let made = TestCa::alone(key(5)).certify_as(serial, transport.subject.common_name().unwrap(), key(5), false);
        assert_eq!(post(&signed(&attributes, &made, key(5))), "forbidden");
    }
    assert_eq!(world.facts(alices.enrollment, "device_refused")["reason"], "signed by an unknown CA");
    // Another enrolled phone's.
    let (bobs, bobs_key) = bob.transport.clone().unwrap();
    assert_eq!(post(&signed(&attributes, &bobs, bobs_key)), "forbidden");
    assert_eq!(world.facts(alices.enrollment, "profile_refused")["reason"], "signed by the transport identity of another enrollment");
    // Another device: UDID or SERIAL differ.
    for (udid, serial) in [("OTHER", "SERIAL-A"), ("A", "OTHER")] {
        let lied = format!(
            "<plist version=\"1.0\"><dict><key>UDID</key><string>{udid}</string><key>SERIAL</key><string>{serial}</string></dict></plist>"
        );
        assert_eq!(post(&signed(&lied, &transport, own_key)), "forbidden");
        assert_eq!(world.facts(alices.enrollment, "profile_refused")["reason"], "not the device of phase 2");
    }
    // The right one; then its second identity.
    let (_, payloads) = alice.open(&profile(alice.phase3(&world)));
    let second = scep(&world, &challenges(&payloads)[1].1, key(5)).unwrap();
    assert_eq!(post(&signed(&attributes, &second, key(5))), "forbidden");
    assert_eq!(world.facts(alices.enrollment, "profile_refused")["reason"], "signed by a certificate other than the transport identity");
    // Revoked.
    world.officer.revoke(&transport.serial, Reason::KeyCompromise).unwrap();
    world.clock.advance(700);
    assert_eq!(kind(&alice.phase3(&world)), "forbidden");
    assert_eq!(world.facts(alices.enrollment, "profile_refused")["reason"], "the transport identity is revoked");
}

#[test]
fn a_profile_for_one_phone_does_not_open_with_anothers_key() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (_, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let answer = profile(phone.phase3(&world));
    let (certificate, _) = phone.transport.clone().unwrap();
    let with_another_key = Phone { transport: Some((certificate, key(3))), ..phone };
    let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| with_another_key.open(&answer)));
    assert!(!opened.is_ok_and(|(_, payloads)| payloads.contains("com.apple.security.scep")));
}

#[test]
fn a_transport_identity_without_phase_3_is_revoked_after_an_hour() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (_, lost) = transported(&world, "alice@example.edu", "U", (1, 2));
    let (_, used) = transported(&world, "alice@example.edu", "V", (3, 4));
    profile(used.phase3(&world));
    let status = |phone: &Phone| world.officer.certificate(&phone.transport.as_ref().unwrap().0.serial).unwrap().status;
    world.clock.advance(3_599);
    world.officer.tidy().unwrap();
    assert_eq!(status(&lost), "active");
    world.clock.advance(1);
    world.officer.tidy().unwrap();
    world.officer.tidy().unwrap();
    assert_eq!((status(&lost).as_str(), status(&used).as_str()), ("revoked", "active"));
    assert_eq!(kind(&lost.phase3(&world)), "forbidden");
}

#[test]
fn an_expired_transport_identity_leads_back_to_the_page() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    profile(phone.phase3(&world));
    world.clock.advance(3 * 365 * 86_400);
    assert_eq!(kind(&phone.phase3(&world)), format!("page https://pki.example.edu:8443/e/{}", invitation.token.reveal()));
}

#[test]
fn a_link_that_has_run_out_leads_back_to_the_page_that_says_so() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    profile(phone.phase3(&world));
    // It never asked for its identities. The link runs out, and nothing is under way any more.
    world.clock.advance(72 * 3_600 - 1);
    assert_eq!(kind(&phone.phase3(&world)), "profile");
    world.clock.advance(3_601);
    world.officer.tidy().unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Expired);
    assert_eq!(kind(&phone.phase3(&world)), format!("page https://pki.example.edu:8443/e/{}", invitation.token.reveal()));
    assert_eq!(world.facts(invitation.enrollment, "profile_refused")["reason"], "the link has expired");
    assert!(matches!(world.enroller.link(&invitation.token).unwrap(), LinkView::Ended(LinkEnd::Expired)));
}

#[test]
fn the_challenges_of_the_final_profile_live_sixty_minutes() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    // Counted from the final profile, not from phase 2.
    world.clock.advance(1_800);
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    let [(_, in_time), (_, late)] = challenges(&payloads).try_into().unwrap();
    world.clock.advance(3_600);
    scep(&world, &in_time, key(3)).expect("the last second counts");
    world.clock.advance(1);
    assert!(scep(&world, &late, key(4)).is_none());
    assert_eq!(world.facts(invitation.enrollment, "scep_refused")["reason"], "the challenge has expired");
    assert_eq!(world.state(invitation.enrollment), State::Issued);
}

#[test]
fn a_cancelled_enrollment_gets_neither_profile_nor_certificate() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    world.officer.cancel_enrollment(invitation.enrollment).unwrap();
    world.clock.advance(60);
    assert_eq!(kind(&phone.phase3(&world)), "forbidden");
    for (_, challenge) in challenges(&payloads) {
        assert!(scep(&world, &challenge, key(3)).is_none());
    }
    assert_eq!(world.state(invitation.enrollment), State::Cancelled);
}

#[test]
fn no_update_states_an_address_whose_validation_has_ended() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    for (_, challenge) in challenges(&payloads) {
        scep(&world, &challenge, key(3)).unwrap();
    }
    world.clock.advance(398 * 86_400 + 1);
    assert_eq!(kind(&phone.phase3(&world)), "forbidden");
    let reason = "the validation of alice@example.edu ended at 2027-12-24T10:00:00Z; record a new validation";
    assert_eq!(world.facts(invitation.enrollment, "profile_refused")["reason"], reason);
    world.officer.validate_mailbox("alice@example.edu", crate::mailbox::Method::Records, "staff list").unwrap();
    profile(phone.phase3(&world));
}

#[test]
fn no_profile_states_an_address_that_nobody_validated() {
    let world = world();
    world.officer.set_setting("bundle", "authentication").unwrap();
    world.officer.set_setting("authentication.with_address", "no").unwrap();
    world.stranger("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    world.officer.set_setting("authentication.with_address", "yes").unwrap();
    assert_eq!(kind(&phone.phase3(&world)), "forbidden");
    assert_eq!(world.facts(invitation.enrollment, "profile_refused")["reason"], "the mailbox alice@example.edu is not validated");
    world.officer.set_setting("authentication.with_address", "no").unwrap();
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    let certificate = scep(&world, &challenges(&payloads)[0].1, key(3)).unwrap();
    assert!(certificate.san.is_empty());
    assert_eq!(world.state(invitation.enrollment), State::Configured, "one identity was promised, one is there");
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
fn an_enrollment_is_the_walk_of_one_phone() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, first) = transported(&world, "alice@example.edu", "FIRST", (1, 2));
    let (_, payloads) = first.open(&profile(first.phase3(&world)));
    let mut second = world.phone(&invitation, "SECOND", 3);
    second.get_transport(&world, 4);
    assert!(scep(&world, &challenges(&payloads)[0].1, key(5)).is_none(), "what the first phone has not used is dead");
    world.clock.advance(700);
    assert_eq!(kind(&first.phase3(&world)), "forbidden");
    assert_eq!(world.facts(invitation.enrollment, "profile_refused")["reason"], "another phone has taken its place");
    let third = world.phone(&invitation, "THIRD", 1);
    let (_, payloads) = second.open(&profile(second.phase3(&world)));
    for (_, challenge) in challenges(&payloads) {
        scep(&world, &challenge, key(5)).unwrap();
    }
    assert_eq!(world.state(invitation.enrollment), State::Configured);
    assert_eq!(kind(&third.phase2(&world)), "forbidden", "the link is used");
    world.clock.advance(700);
    assert_eq!(kind(&second.phase3(&world)), "profile");
}

#[test]
fn a_transport_identity_fetches_the_profile_of_its_own_phase_2_alone() {
    for used in [false, true] {
        let world = world();
        world.person("Alice Example", "alice@example.edu");
        let (invitation, first) = transported(&world, "alice@example.edu", "FIRST", (1, 2));
        if used {
            profile(first.phase3(&world));
            world.clock.advance(700);
        }
        let mut second = world.phone(&invitation, "SECOND", 3);
        profile(second.phase2(&world));
        // The first phone says that it is the second one, whose transport identity is still to come.
        let serial = first.transport.as_ref().unwrap().0.serial.clone();
        let liar = Phone { udid: second.udid.clone(), serial: second.serial.clone(), ..first };
        assert_eq!(kind(&liar.phase3(&world)), "forbidden");
        let why = if used { "not the device of phase 2" } else { "the transport identity is revoked" };
        assert_eq!(world.facts(invitation.enrollment, "profile_refused")["reason"], why);
        let status = if used { "active" } else { "revoked" };
        assert_eq!(world.officer.certificate(&serial).unwrap().status, status, "what was never used makes room for the new walk");
        second.get_transport(&world, 4);
        assert_eq!(kind(&liar.phase3(&world)), "forbidden");
        let (_, payloads) = second.open(&profile(second.phase3(&world)));
        for (_, challenge) in challenges(&payloads) {
            scep(&world, &challenge, key(5)).unwrap();
        }
        assert_eq!(world.state(invitation.enrollment), State::Configured);
    }
}

#[test]
fn a_second_phase_2_of_the_same_phone_ends_the_identity_of_the_first() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, first) = transported(&world, "alice@example.edu", "U", (1, 2));
    // The person signs in again on the same phone, or somebody whose phone says that it is the same.
    let mut again = world.phone(&invitation, "U", 1);
    again.get_transport(&world, 3);
    assert_eq!(kind(&first.phase3(&world)), "forbidden");
    assert_eq!(kind(&again.phase3(&world)), "profile");
    assert_eq!(kind(&again.phase3(&world)), "profile", "also when it asks twice");
}

#[test]
fn without_a_certificate_to_sign_in_with_nobody_is_invited_and_no_profile_is_sent() {
    let world = world();
    world.officer.set_setting("wifi.ssid", "eduroam").unwrap();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let offered = |offered| {
        let draft = ProfileDraft { offered, ..ProfileDraft::builtin(ProfileName::Authentication) };
        world.officer.save_profile(Scope::Department, ProfileName::Authentication, draft).unwrap();
    };
    offered(false);
    assert!(matches!(world.officer.invite("alice@example.edu", Channel::Show), Err(Error::Denied(Denied::NotOffered))));
    assert!(matches!(world.officer.resend(invitation.enrollment), Err(Error::Denied(Denied::NotOffered))));
    let LinkView::Open(open) = world.enroller.link(&invitation.token).unwrap() else { panic!("not open") };
    assert_eq!((open.contents.authentication, open.contents.wifi.as_deref()), (false, None), "nothing is promised that will not come");
    assert_eq!(kind(&phone.phase3(&world)), "forbidden");
    assert_eq!(world.facts(invitation.enrollment, "profile_refused")["reason"], "certificates to sign in with are not offered");
    offered(true);
    let (outer, payloads) = phone.open(&profile(phone.phase3(&world)));
    assert!(outer.contains("the Wi-Fi network eduroam") && payloads.contains("com.apple.wifi.managed"));
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
fn a_lost_phone_gets_nothing_by_what_its_profile_still_holds() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    let held = challenges(&payloads);
    let first = scep(&world, &held[0].1, key(3)).unwrap();
    // Its certificate alone: the phone waits until somebody decides.
    world.officer.revoke(&first.serial, Reason::CertificateHold).unwrap();
    assert!(scep(&world, &held[1].1, key(4)).is_none());
    let why = "a certificate of this phone was revoked or is on hold";
    assert_eq!(world.facts(invitation.enrollment, "scep_refused")["reason"], why);
    world.officer.reinstate(&[first.serial]).unwrap();
    // The whole phone: what it has not used ends, and the officer is told so beforehand.
    let device = world.officer.enrollment(invitation.enrollment).unwrap().enrollment.device.unwrap().id;
    let act = |verb| Act { target: Target::Device(device), verb };
    let told = world.officer.consequences(&act(Verb::MaybeLost)).unwrap();
    assert_eq!(told.challenges_cancelled, 1);
    let Outcome::Done(done) = world.officer.carry_out(&act(Verb::MaybeLost), "").unwrap() else { panic!("it waits") };
    assert_eq!(done, told);
    assert!(scep(&world, &held[1].1, key(4)).is_none());
    // It comes back: the old challenges stay dead, and the next profile brings new ones.
    let Outcome::Done(back) = world.officer.carry_out(&act(Verb::Reinstate), "").unwrap() else { panic!("it waits") };
    assert_eq!(back.challenges_cancelled, 0);
    assert!(scep(&world, &held[1].1, key(4)).is_none());
    world.clock.advance(700);
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    scep(&world, &challenges(&payloads)[1].1, key(4)).unwrap();
}

#[test]
fn a_lost_phone_whose_certificates_were_revoked_gets_no_new_ones() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    let issued: Vec<_> = challenges(&payloads).iter().map(|(_, challenge)| scep(&world, challenge, key(3)).unwrap()).collect();
    world.officer.revoke(&issued[1].serial, Reason::CertificateHold).unwrap();
    world.clock.advance(86_400);
    assert_eq!(kind(&phone.phase3(&world)), "forbidden");
    assert_eq!(world.facts(invitation.enrollment, "profile_refused")["reason"], "a certificate of this phone was revoked or is on hold");
}

#[test]
fn a_renewal_that_nobody_needed_shuts_no_phone_out() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (_, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    let mut issued = Vec::new();
    for (at, (_, challenge)) in challenges(&payloads).iter().enumerate() {
        issued.push(scep(&world, challenge, key(3 + at)).unwrap());
    }
    // The officer renews at the desk, and takes it back: the phone never had it.
    let renewed = world.officer.renew(&issued[1].serial).unwrap().certificate.serial;
    world.officer.revoke(&SerialNumber::parse(&renewed).unwrap(), Reason::CessationOfOperation).unwrap();
    world.clock.advance(86_400);
    profile(phone.phase3(&world));
    // Its own is another matter.
    world.officer.revoke(&issued[1].serial, Reason::CessationOfOperation).unwrap();
    world.clock.advance(86_400);
    assert_eq!(kind(&phone.phase3(&world)), "forbidden");
}

#[test]
fn a_message_without_certificates_is_checked_with_the_stored_one() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (_, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let (certificate, key) = phone.transport.clone().unwrap();
    let identity = protocol::cms::SigningIdentity { certificate: &certificate, key, chain: &[] };
    let content = phone.attributes(None);
    let bare = protocol::cms::sign(content.as_bytes(), &identity, protocol::cms::Digest::Sha256, None, Vec::new(), false).unwrap();
    assert!(bare.len() < phone.phase3_message().len() - certificate.der.len() / 2, "the certificate is not inside");
    assert_eq!(kind(&world.enroller.ota(&phone.token, &bare).unwrap()), "profile");
}
