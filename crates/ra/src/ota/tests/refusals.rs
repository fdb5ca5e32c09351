//! What a phone gets no more, or not at all: its link or its challenges have run out, it was lost, or the rules forbid it.

use super::{
    phase3::{challenges, transported},
    phone::{Phone, TestCa, key, kind, profile, scep, signed, world},
};
use crate::{
    Denied, Error,
    enrollment::State,
    invitation::Channel,
    life::{Act, Outcome, Target, Verb},
    profile::{ProfileDraft, ProfileName, Scope, Usage},
    sign_in::{LinkEnd, LinkView},
    testing,
};
use protocol::{crl::Reason, x509::SerialNumber};

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
fn of_a_refused_phone_no_download_waits_to_be_installed_until_it_downloads_again() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&invitation);
    let phone = world.phone_of(&invitation.token, &session, "U", 1);
    let waits = || {
        let view = world.enroller.session(&invitation.token, &session).unwrap().unwrap();
        assert_eq!(view.state, State::Authenticated);
        view.download_ends_at.is_some()
    };
    assert!(waits());
    let stranger = TestCa::alone(key(5)).certify("device U", key(5), false);
    let refused = |message: &[u8]| {
        assert_eq!(kind(&world.enroller.ota(&phone.token, message).unwrap()), "forbidden");
        world.facts(invitation.enrollment, "device_refused")["reason"].as_str().unwrap().to_owned()
    };
    // Who has the link alone is recorded, and ends nobody's download: without its challenge, with a guess, with that of another link.
    world.person("Bob Example", "bob@example.edu");
    let bobs = world.phone(&world.invite("bob@example.edu"), "B", 2).challenge;
    for challenge in [None, Some("AAAAAAAAAAAAAAAAAAAAAA"), Some(bobs.as_str())] {
        let attributes = phone.attributes(challenge);
        assert_eq!(refused(&signed(&attributes, &stranger, key(5))), "signed by an unknown CA");
        refused(&signed(&attributes, &phone.leaf, phone.key));
        let mut broken = signed(&attributes, &phone.leaf, phone.key);
        let end = broken.len() - 5;
        broken[end] ^= 1;
        refused(&broken);
        assert!(waits(), "{challenge:?}");
    }
    assert_eq!(refused(&signed(&phone.attributes(Some(&phone.challenge)), &stranger, key(5))), "signed by an unknown CA");
    assert!(!waits());
    world.phone_of(&invitation.token, &session, "U", 1);
    assert!(waits());
}

#[test]
fn of_a_phone_that_was_sent_away_the_officer_is_told_until_it_downloads_again() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let told = || world.officer.enrollment(invitation.enrollment).unwrap().enrollment.refused;
    let session = world.sign_in_by_code(&invitation);
    assert!(!told(), "nothing was downloaded");
    let phone = world.phone_of(&invitation.token, &session, "U", 1);
    let stranger = TestCa::alone(key(5)).certify("device U", key(5), false);
    let refused = |phone: &Phone, challenge: Option<&str>| {
        let message = signed(&phone.attributes(challenge), &stranger, key(5));
        assert_eq!(kind(&world.enroller.ota(&phone.token, &message).unwrap()), "forbidden");
    };
    refused(&phone, None);
    assert!(!told(), "it was somebody who has the link alone");
    refused(&phone, Some(phone.challenge.as_str()));
    assert!(told());
    world.phone_of(&invitation.token, &session, "U", 1);
    assert!(!told());
    refused(&phone, Some(phone.challenge.as_str()));
    assert!(told());
    let second = world.officer.resend(invitation.enrollment).unwrap();
    assert!(!told(), "a new link begins anew");

    let session = world.sign_in_by_code(&second);
    let mut phone = world.phone_of(&second.token, &session, "U", 1);
    phone.get_transport(&world, 2);
    assert!(!told(), "it was let in");
    // A key made anew would be refused: the same session gives nothing any more, another one does.
    assert!(world.enroller.profile_service(&second.token, &session).unwrap().is_none());
    assert!(!told(), "nothing was downloaded");
    let session = world.sign_in_by_code(&second);
    world.phone_of(&second.token, &session, "U", 1);
    profile(phone.phase3(&world));
    assert!(!told(), "what was downloaded twice was of use");
    // The state does not go back; a new link begins anew all the same.
    let third = world.officer.resend(invitation.enrollment).unwrap();
    let phone = world.phone(&third, "U", 1);
    assert_eq!((world.state(invitation.enrollment), told()), (State::Issued, false));
    refused(&phone, Some(phone.challenge.as_str()));
    assert!(told());
    world.phone(&third, "U", 1);
    assert!(!told());
}

#[test]
fn a_phone_that_installs_its_download_twice_was_not_sent_away_and_waits_with_no_download() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let seen = || world.officer.enrollment(invitation.enrollment).unwrap().enrollment;
    let session = world.sign_in_by_code(&invitation);
    let phone = world.phone_of(&invitation.token, &session, "U", 1);
    let first = profile(phone.phase2(&world));
    // It has no transport certificate yet: the download may be fetched again.
    world.phone_of(&invitation.token, &session, "U", 1);
    assert!(seen().download_ends_at.is_some());
    assert_eq!(profile(phone.phase2(&world)), first);
    assert!(!seen().refused && seen().download_ends_at.is_none(), "{:?}", seen());
    // A download of another sign-in is not the one that is installed.
    world.phone(&invitation, "U", 1);
    assert_eq!(profile(phone.phase2(&world)), first);
    assert!(seen().download_ends_at.is_some());
}

#[test]
fn a_phone_whose_challenge_has_run_out_was_sent_away_and_waits_with_no_download() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let seen = || world.officer.enrollment(invitation.enrollment).unwrap().enrollment;
    let session = world.sign_in_by_code(&invitation);
    world.clock.advance(1_740);
    let phone = world.phone_of(&invitation.token, &session, "U", 1);
    world.clock.advance(60);
    assert_eq!(kind(&phone.phase2(&world)), "forbidden");
    assert_eq!(world.facts(invitation.enrollment, "device_refused")["reason"], "the challenge has expired");
    assert!(seen().refused && seen().download_ends_at.is_none(), "it is not to be installed: {:?}", seen());
    // It downloads once more. What it had before is another download, and ends nothing.
    world.phone(&invitation, "U", 1);
    assert_eq!(kind(&phone.phase2(&world)), "forbidden");
    assert!(!seen().refused && seen().download_ends_at.is_some(), "{:?}", seen());
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
fn what_a_later_rule_refuses_is_taken_off_no_phone_and_nobody_is_invited_without_it() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (invitation, phone) = transported(&world, "alice@example.edu", "U", (1, 2));
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    for (_, challenge) in challenges(&payloads) {
        scep(&world, &challenge, key(3)).unwrap();
    }
    world.clock.advance(86_400);
    // What is wrong may also be that it says nothing of a key that a phone makes.
    let wrong = [Usage::ContentCommitment, Usage::KeyEncipherment];
    let both = [ProfileName::Signing, ProfileName::Authentication];
    for (name, usage) in both.into_iter().flat_map(|name| wrong.map(|usage| (name, usage))) {
        let sound = ProfileDraft::builtin(name);
        let draft = ProfileDraft { usage: vec![usage], ..sound.clone() };
        testing::saved_earlier(&world.authority, &world.officer, name, &draft);
        let told = format!("nothing is issued by the certificate profile {} until it is mended in Policies", name.as_str());
        // A profile without it would take the identity off the phone.
        assert_eq!(kind(&phone.phase3(&world)), "forbidden");
        assert_eq!(world.facts(invitation.enrollment, "profile_refused")["reason"], told);
        // At the door, and where a challenge is made for another client.
        let invited = world.officer.invite("alice@example.edu", Channel::Show).err().unwrap();
        let offered = world.officer.scep_challenges("alice@example.edu", name, 1).err().unwrap();
        assert_eq!([invited, offered].map(|refused| refused.to_string()), [format!("profile: {told}"), format!("profile: {told}")]);
        world.officer.save_profile(Scope::Department, name, sound).unwrap();
    }
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    assert_eq!(challenges(&payloads).len(), 2);
    // What is not offered on purpose is left out on purpose.
    let draft = ProfileDraft { usage: vec![Usage::ContentCommitment], offered: false, ..ProfileDraft::builtin(ProfileName::Signing) };
    testing::saved_earlier(&world.authority, &world.officer, ProfileName::Signing, &draft);
    world.clock.advance(86_400);
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    assert_eq!(challenges(&payloads).len(), 1);
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
