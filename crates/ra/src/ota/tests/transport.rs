//! The transport identity: whose profile it fetches, and how long.

use super::{
    phase3::{challenges, transported},
    phone::{Phone, TestCa, key, kind, profile, scep, signed, world},
};
use crate::enrollment::State;
use protocol::{crl::Reason, x509::SerialNumber};

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
