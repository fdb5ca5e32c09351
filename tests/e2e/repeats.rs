//! Lost answers, restarts in the middle, things done twice: nothing is lost, nothing is issued twice.

use crate::house::{ALICE, House, MINUTE};
use device::{Error, Https, Iphone, iphone::OverTheAir, iphone::Variant};
use ra::{
    enrollment::{State, StepKind},
    invitation::Invitation,
};

/// Signed in, with phase 1 begun on a phone.
fn begun(house: &House) -> (Https, Iphone, OverTheAir, Invitation) {
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let phase1 = house.phase1(&wire, &invitation);
    let phone = house.phone(Variant { signed_attributes: true, ..Variant::default() });
    let flow = phone.begin(&phase1).unwrap();
    (wire, phone, flow, invitation)
}

fn is_forbidden<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Http { status: 403, .. }))
}

#[test]
fn a_lost_answer_to_phase_2_is_given_again() {
    let house = House::new();
    let (wire, mut phone, flow, invitation) = begun(&house);
    let message = phone.phase2_message(&flow.service).unwrap();
    let url = flow.service.url.clone();
    let first = phone.post(&wire, &url, &message).unwrap();
    assert_eq!(first, phone.post(&wire, &url, &message).unwrap(), "the same POST again");
    house.clock.advance(9 * MINUTE);
    phone.now = house.now();
    let signed_again = phone.phase2_message(&flow.service).unwrap();
    assert_ne!(message, signed_again);
    assert_eq!(first, phone.post(&wire, &url, &signed_again).unwrap(), "the same device, signed again");
    assert_eq!(house.steps(invitation.enrollment).iter().filter(|s| **s == StepKind::Repeated).count(), 2);

    let other = house.phone(Variant::default());
    assert!(is_forbidden(other.post(&wire, &url, &other.phase2_message(&flow.service).unwrap())), "another phone with the same challenge");
    house.clock.advance(2 * MINUTE);
    assert!(is_forbidden(phone.post(&wire, &url, &message)), "after ten minutes");
}

#[test]
fn a_lost_answer_to_phase_3_is_given_again_and_still_installs() {
    let house = House::new();
    let (wire, mut phone, mut flow, invitation) = begun(&house);
    phone.identify(&wire, &mut flow).unwrap();
    phone.obtain_identity(&wire, &mut flow).unwrap();
    let lost = phone.request_profile(&wire, &mut flow).unwrap();
    assert_eq!(house.state(invitation.enrollment), State::Issued);
    assert!(house.detail(invitation.enrollment).enrollment.profile_sent);
    house.clock.advance(9 * MINUTE);
    let again = phone.repeat(&wire, &flow).unwrap();
    assert_eq!(lost.bytes, again);
    let profile = phone.read_final(&again, flow.identity.as_ref().unwrap()).unwrap();
    phone.install(&wire, profile, Some(&flow)).unwrap();
    assert_eq!(house.state(invitation.enrollment), State::Configured);
}

#[test]
fn after_phase_3_the_ota_challenge_is_dead_for_everybody() {
    let house = House::new();
    let (wire, phone, mut flow, _) = begun(&house);
    phone.identify(&wire, &mut flow).unwrap();
    let phase2 = flow.posted.clone();
    phone.obtain_identity(&wire, &mut flow).unwrap();
    phone.request_profile(&wire, &mut flow).unwrap();
    assert!(is_forbidden(phone.post(&wire, &flow.service.url, &phase2)));
    let other = house.phone(Variant::default());
    assert!(is_forbidden(other.post(&wire, &flow.service.url, &other.phase2_message(&flow.service).unwrap())));
}

#[test]
fn a_restart_between_any_two_steps_loses_nothing() {
    let mut house = House::new();
    let invitation = house.invite(ALICE);
    house.restart();
    let wire = house.wire();
    let phase1 = house.phase1(&wire, &invitation);
    house.restart();
    let mut phone = house.phone(Variant::default());
    let mut flow = phone.begin(&phase1).unwrap();
    phone.identify(&wire, &mut flow).unwrap();
    house.restart();
    let repeated = phone.repeat(&wire, &flow).unwrap();
    phone.read_identity_reply(&repeated).unwrap();
    phone.obtain_identity(&wire, &mut flow).unwrap();
    house.restart();
    let profile = phone.request_profile(&wire, &mut flow).unwrap();
    house.restart();
    assert_eq!(phone.repeat(&wire, &flow).unwrap(), profile.bytes, "the same bytes after a restart");
    phone.install(&wire, profile, Some(&flow)).unwrap();
    house.restart();
    assert_eq!(house.state(invitation.enrollment), State::Configured);
    house.clock.advance(11 * MINUTE);
    phone.now = house.now();
    let identifier = phone.installed.keys().next().unwrap().clone();
    phone.update(&wire, &identifier).unwrap();
    house.authority.auditor().verify_ledger().unwrap();
}

#[test]
fn an_enrollment_that_was_put_away_is_resumed() {
    let house = House::new();
    let (wire, mut phone, mut flow, invitation) = begun(&house);
    phone.identify(&wire, &mut flow).unwrap();
    let put_away = flow.clone();
    drop(flow);
    house.clock.advance(25 * MINUTE);
    phone.now = house.now();
    let mut flow = put_away;
    phone.obtain_identity(&wire, &mut flow).unwrap();
    let profile = phone.request_profile(&wire, &mut flow).unwrap();
    house.clock.advance(30 * MINUTE);
    phone.now = house.now();
    phone.install(&wire, profile, Some(&flow)).unwrap();
    assert_eq!(house.state(invitation.enrollment), State::Configured);
}

#[test]
fn a_transport_identity_without_phase_3_is_revoked_after_an_hour() {
    let house = House::new();
    let (wire, mut phone, mut flow, _) = begun(&house);
    phone.identify(&wire, &mut flow).unwrap();
    phone.obtain_identity(&wire, &mut flow).unwrap();
    let transport = &flow.identity.as_ref().unwrap().certificate.clone();
    house.clock.advance(59 * MINUTE);
    house.officer.tidy().unwrap();
    assert_eq!(house.certificate(transport).status, "active");
    house.clock.advance(2 * MINUTE);
    house.officer.tidy().unwrap();
    assert_eq!(house.certificate(transport).status, "revoked");
    phone.now = house.now();
    assert!(is_forbidden(phone.request_profile(&wire, &mut flow)));
}

#[test]
fn the_download_may_be_fetched_again_for_ten_minutes_and_is_dead_once_configured() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let mut safari = device::Safari::new(&wire);
    let page = crate::house::sign_in(&mut safari, &invitation.url, &invitation.code.reveal()).unwrap();
    let first = crate::house::download(&mut safari, &page).unwrap();
    let again = crate::house::download(&mut safari, &page).unwrap();
    let mut phone = house.phone(Variant::default());
    let challenge = |bytes: &[u8]| phone.begin(bytes).unwrap().service.challenge;
    assert_eq!(challenge(&first), challenge(&again), "the same challenge");
    phone.enroll(&wire, &again).unwrap();
    assert!(crate::house::download(&mut safari, &page).is_err(), "the old page's link is dead");
}

#[test]
fn a_hundred_posts_at_once_get_one_answer() {
    let house = House::new();
    let (wire, phone, flow, _) = begun(&house);
    let message = phone.phase2_message(&flow.service).unwrap();
    let answers: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let posts: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| (0..5).map(|_| phone.post(&wire, &flow.service.url, &message).unwrap()).collect::<Vec<_>>()))
            .collect();
        posts.into_iter().flat_map(|p| p.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 100);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}
