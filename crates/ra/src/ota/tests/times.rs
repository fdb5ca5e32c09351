//! How long what a phone gets lives, where the settings say otherwise than by default.

use super::phone::{World, key, profile, scep, signed_text, value, values, world};
use crate::enrollment::State;
use protocol::{Timestamp, x509::CertificateView};

fn set(world: &World, numbers: &[(&str, &str)]) {
    numbers.iter().for_each(|(key, value)| world.officer.set_setting(key, value).unwrap());
}

#[test]
fn while_its_challenges_live_an_enrollment_is_under_way() {
    let world = world();
    set(&world, &[("enrollment.challenge_minutes", "240"), ("invitation.hours", "1")]);
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let mut phone = world.phone(&invitation, "U", 1);
    phone.get_transport(&world, 2);
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    let [in_time, late]: [String; 2] = values(&payloads, "Challenge").try_into().unwrap();
    // For those that are made from now on: what was promised stays.
    set(&world, &[("enrollment.challenge_minutes", "10")]);
    world.clock.advance(4 * Timestamp::HOUR - 1);
    world.officer.tidy().unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Issued, "the link has run out three hours ago");
    world.clock.advance(1);
    scep(&world, &in_time, key(3)).expect("the last second counts");
    world.clock.advance(1);
    assert!(scep(&world, &late, key(4)).is_none());
    world.officer.tidy().unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Expired);
}

/// By the challenge that lives for hours the transport identity came late, when nothing else says any more that the phone is on its way.
#[test]
fn a_phone_that_got_its_transport_identity_late_has_an_hour_for_the_rest() {
    let world = world();
    set(&world, &[("enrollment.challenge_minutes", "240"), ("invitation.hours", "1")]);
    world.person("Alice Example", "alice@example.edu");
    let late = |udid: &str, numbers: (usize, usize)| {
        let invitation = world.invite("alice@example.edu");
        let mut phone = world.phone(&invitation, udid, numbers.0);
        let challenge = value(&signed_text(&profile(phone.phase2(&world))), "Challenge");
        world.clock.advance(100 * Timestamp::MINUTE);
        phone.transport = Some((scep(&world, &challenge, key(numbers.1)).unwrap(), key(numbers.1)));
        (invitation.enrollment, phone)
    };
    let (enrollment, phone) = late("U", (1, 2));
    world.clock.advance(Timestamp::HOUR - 1);
    world.officer.tidy().unwrap();
    assert_ne!(world.state(enrollment), State::Expired);
    profile(phone.phase3(&world));
    let (lost, _) = late("V", (3, 4));
    world.clock.advance(Timestamp::HOUR);
    world.officer.tidy().unwrap();
    assert_eq!(world.state(lost), State::Expired, "it never came back");
}

#[test]
fn a_profile_asks_for_its_update_while_the_transport_identity_can_still_fetch_it() {
    let world = world();
    set(&world, &[("validity.transport_days", "100")]);
    world.person("Alice Example", "alice@example.edu");
    let mut phone = world.phone(&world.invite("alice@example.edu"), "U", 1);
    phone.get_transport(&world, 2);
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    for challenge in values(&payloads, "Challenge") {
        scep(&world, &challenge, key(3)).unwrap();
    }
    world.clock.advance(60 * Timestamp::DAY);
    let (outer, _) = phone.open(&profile(phone.phase3(&world)));
    let end = phone.transport.as_ref().unwrap().0.validity.not_after;
    let asks = end.plus(-14 * Timestamp::DAY);
    assert!(outer.contains(&asks.to_string()), "{asks}: {outer}");
}

#[test]
fn the_transport_identity_a_pilots_certificates_and_the_profile_live_as_the_settings_say() {
    let world = world();
    // Later than the CA: nothing begins before it.
    world.clock.advance(Timestamp::DAY);
    set(
        &world,
        &[
            ("validity.transport_days", "100"),
            ("validity.pilot_days", "60"),
            ("validity.backdated_minutes", "45"),
            ("enrollment.profile_days", "30"),
        ],
    );
    world.person("Alice Example", "alice@example.edu");
    let mut phone = world.phone(&world.invite("alice@example.edu"), "U", 1);
    phone.get_transport(&world, 2);
    let now = world.authority.0.clock.now();
    let lives = |of: &CertificateView| (now.0 - of.validity.not_before.0, of.validity.not_after.0 - of.validity.not_before.0 + 1);
    let (transport, _) = phone.transport.as_ref().unwrap();
    assert_eq!(lives(transport), (45 * Timestamp::MINUTE, 100 * Timestamp::DAY));
    let (outer, payloads) = phone.open(&profile(phone.phase3(&world)));
    assert!(outer.contains("2026-12-08T10:00:00Z"), "in 16 days, two weeks before thirty are over: {outer}");
    let issued = scep(&world, &values(&payloads, "Challenge")[0], key(3)).unwrap();
    assert_eq!(lives(&issued), (45 * Timestamp::MINUTE, 60 * Timestamp::DAY));
}
