//! Timelines, lists, the funnel, and what time does.

use super::{EnrollmentQuery, State, StepKind};
use crate::{
    Error, Noun,
    id::EnrollmentId,
    ota::tests::phone::{World, key, profile, scep, values, world},
};
use serde_json::json;

/// Walks one phone to the end.
fn configure(world: &World, mail: &str, udid: &str) -> EnrollmentId {
    let invitation = world.invite(mail);
    let mut phone = world.phone(&invitation, udid, 1);
    phone.get_transport(world, 2);
    let (_, payloads) = phone.open(&profile(phone.phase3(world)));
    values(&payloads, "Challenge").iter().for_each(|challenge| _ = scep(world, challenge, key(3)).unwrap());
    invitation.enrollment
}

fn all() -> EnrollmentQuery {
    EnrollmentQuery { limit: 100, ..EnrollmentQuery::default() }
}

#[test]
fn a_state_never_goes_back_and_an_end_is_an_end() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let id = world.invite("alice@example.edu").enrollment;
    let record = |kind| {
        let at = world.authority.0.clock.now();
        world.authority.0.store.write(move |tx| super::record(tx, at, id, kind, json!({}))).unwrap();
        world.state(id)
    };
    assert_eq!(record(StepKind::DeviceIdentified), State::Identified);
    assert_eq!(record(StepKind::Opened), State::Identified);
    assert_eq!(record(StepKind::SignedIn), State::Identified);
    assert_eq!(record(StepKind::TransportIssued), State::Issued);
    assert_eq!(record(StepKind::Cancelled), State::Cancelled);
    assert_eq!(record(StepKind::Configured), State::Cancelled);
    assert_eq!(record(StepKind::Expired), State::Cancelled);
}

#[test]
fn facts_are_bounded_and_steps_of_nobody_are_refused() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let id = world.invite("alice@example.edu").enrollment;
    let at = world.authority.0.clock.now();
    let write = |id, kind, facts| world.authority.0.store.write(move |tx| super::record(tx, at, id, kind, facts));
    write(id, StepKind::DeviceRefused, json!({ "long": "x".repeat(100_000) })).unwrap();
    assert!(world.facts(id, "device_refused").to_string().len() < 100);
    assert!(matches!(write(EnrollmentId::fresh(), StepKind::Opened, json!({})), Err(Error::NotFound(Noun::Enrollment))));
    assert!(write(EnrollmentId::fresh(), StepKind::ScepRefused, json!({})).is_ok());
    assert!(matches!(world.officer.enrollment(EnrollmentId::fresh()), Err(Error::NotFound(Noun::Enrollment))));
}

#[test]
fn lists_are_filtered_searched_and_paged_newest_first() {
    let world = world();
    for (name, mail) in [("Alice Example", "alice@example.edu"), ("Bob Example", "bob@example.edu"), ("José Álvarez", "jose@example.edu")]
    {
        world.person(name, mail);
        world.invite(mail);
    }
    let bob = world.officer.subscriber_by_mail("bob@example.edu").unwrap();
    let second = world.invite("bob@example.edu");
    world.officer.cancel_enrollment(second.enrollment).unwrap();
    let names = |query: &EnrollmentQuery| {
        let page = world.officer.enrollments(query).unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        page.rows.into_iter().map(|e| e.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&all()), ["Bob Example", "José Álvarez", "Bob Example", "Alice Example"]);
    assert_eq!(names(&EnrollmentQuery { states: vec![State::Cancelled, State::Failed], ..all() }), ["Bob Example"]);
    assert_eq!(names(&EnrollmentQuery { subscriber: Some(bob.id), ..all() }).len(), 2);
    assert_eq!(names(&EnrollmentQuery { search: Some("alvarez".into()), ..all() }), ["José Álvarez"]);
    assert_eq!(names(&EnrollmentQuery { search: Some("alice@".into()), subscriber: Some(bob.id), ..all() }), [""; 0]);
    assert_eq!(names(&EnrollmentQuery { search: Some("exam bo".into()), ..all() }), ["Bob Example", "Bob Example"], "any order of words");
    assert_eq!(names(&EnrollmentQuery { search: Some("exam".into()), states: vec![State::Cancelled], ..all() }), ["Bob Example"]);
    assert_eq!(names(&EnrollmentQuery { search: Some("jo".into()), ..all() }), ["José Álvarez"]);
    assert_eq!(names(&EnrollmentQuery { search: Some("os".into()), ..all() }), [""; 0], "two letters are a beginning");
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = world.officer.enrollments(&EnrollmentQuery { after, limit: 3, ..EnrollmentQuery::default() }).unwrap();
        assert_eq!(page.total, 4);
        after = page.rows.last().map(|e| e.id);
        seen.extend(page.rows.into_iter().map(|e| e.name));
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, names(&all()));
}

#[test]
fn a_search_that_finds_very_many_walks_to_the_same_pages() {
    let world = world();
    for number in 0..7 {
        let mail = format!("person{number}@example.edu");
        world.person(&format!("Person {number}"), &mail);
        world.invite(&mail);
    }
    let other = world.invite("person3@example.edu");
    world.officer.cancel_enrollment(other.enrollment).unwrap();
    let pages = |states: Vec<State>| {
        let (mut few, mut walked, mut after) = (Vec::new(), Vec::new(), None);
        loop {
            let query = EnrollmentQuery { search: Some("person".into()), states: states.clone(), limit: 3, after, ..Default::default() };
            let page = world.officer.enrollments(&query).unwrap();
            few.extend(page.rows.iter().map(|row| row.id));
            let values = vec!["person".to_owned().into()];
            let found = world.authority.0.store.read(|tx| super::page::many(tx, &query, 3, "instr(s.search, ?) > 0", values)).unwrap();
            assert_eq!((found.1, page.total_is_exact), (page.total, true));
            assert_eq!(found.2, !states.is_empty(), "of a search that finds very many people at least so many");
            assert_eq!(found.0.len() > 3, page.more);
            walked.extend(found.0.into_iter().take(3));
            after = page.rows.last().map(|row| row.id);
            if !page.more {
                assert_eq!(few, walked);
                return few.len();
            }
        }
    };
    assert_eq!((pages(vec![]), pages(vec![State::Invited]), pages(vec![State::Cancelled])), (8, 7, 1));
}

#[test]
fn the_funnel_counts_how_far_people_came_in_thirty_days() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    world.invite("alice@example.edu");
    world.clock.advance(31 * 86_400);
    configure(&world, "alice@example.edu", "U");
    let declined = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&declined);
    world.enroller.decline(&declined.token, &session).unwrap();
    world.invite("alice@example.edu");
    let funnel = world.officer.funnel().unwrap();
    let stage = |state| funnel.stages.iter().find(|(s, _, _)| *s == state).map(|(_, reached, standing)| (*reached, *standing)).unwrap();
    assert_eq!(stage(State::Invited), (3, 1));
    assert_eq!(stage(State::Authenticated), (2, 0));
    assert_eq!(stage(State::Identified), (1, 0));
    assert_eq!(stage(State::Configured), (1, 1));
    assert_eq!(stage(State::Declined), (1, 1));
    assert_eq!(stage(State::Expired), (0, 0));
}

#[test]
fn the_first_screen_counts_what_waits_and_shows_what_moved() {
    let world = world();
    crate::testing::into_production(&world.officer);
    world.person("Alice Example", "alice@example.edu");
    world.invite("alice@example.edu");
    world.clock.advance(48 * 3600);
    configure(&world, "alice@example.edu", "U");
    let moving = world.invite("alice@example.edu");
    world.sign_in_by_code(&moving);
    let today = world.officer.today().unwrap();
    assert_eq!((today.people, today.waiting, today.in_progress, today.configured_this_week), (1, 1, 1, 1));
    assert_eq!((today.expiring, today.pending_requests), (0, 0));
    assert_eq!((today.recent[0].kind, today.recent[0].name.as_str()), (StepKind::SignedIn, "Alice Example"));
    assert_eq!((today.recent[0].enrollment, today.recent[0].state), (moving.enrollment, State::Authenticated));
    assert!(today.recent.len() <= 20);
    world.clock.advance(340 * 86_400);
    let later = world.officer.today().unwrap();
    assert_eq!((later.expiring, later.configured_this_week), (1, 0), "the authentication certificate ends in 25 days");
}

#[test]
fn what_an_answer_held_is_erased_after_an_hour() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    configure(&world, "alice@example.edu", "U");
    world.clock.advance(3600);
    world.officer.tidy().unwrap();
    let kept: u32 = world
        .authority
        .0
        .store
        .read(|tx| Ok(tx.query_row("SELECT count(*) FROM ota_answer WHERE length(plan) > 0 OR bytes IS NOT NULL", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(kept, 0);
}
