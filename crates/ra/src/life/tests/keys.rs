//! What happens to a key happens to all its certificates.

use super::*;

#[test]
fn a_compromised_key_takes_all_its_certificates_along() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    house.person("Office", "office@example.edu");
    let (first, key) = house.signing("alice@example.edu");
    let current = house.renewed(&first);
    let twin = house.again("office@example.edu", &key);
    let (other, _) = house.signing("alice@example.edu");
    house.rosa.set_setting("revoke.four_eyes_above", "2").unwrap();
    let revoke = |reason| certificates(std::slice::from_ref(&current), Verb::Revoke { reason, invalid_since: None });
    let alone = house.rosa.consequences(&revoke(Reason::Superseded)).unwrap();
    assert_eq!((serials(&alone.affected), alone.needs_second_officer), (texts(&[&current]), false));
    assert_eq!(serials(&alone.untouched), texts(&[&first, &other]), "what was replaced works until it ends");
    let all = house.rosa.consequences(&revoke(Reason::KeyCompromise)).unwrap();
    assert_eq!((serials(&all.affected), all.needs_second_officer), (texts(&[&first, &current, &twin]), true));
    assert_eq!(serials(&all.untouched), texts(&[&other]));
    assert!(matches!(house.rosa.revoke(&current, Reason::KeyCompromise), Err(Error::Denied(Denied::SecondOfficer))));
    let Outcome::Waiting(request) = house.rosa.carry_out(&revoke(Reason::KeyCompromise), "").unwrap() else { panic!("it was done") };
    let otto = house.authority.operator(Actor::Officer("otto".into()));
    assert_eq!((request.count, otto.approve_act(request.id).unwrap().affected.len()), (3, 3));
    assert!([&first, &current, &twin].into_iter().all(|one| house.status(one) == "revoked" && house.listed(one)));
    assert_eq!(house.status(&other), "active");

    // Without a plan, and by the one that takes its place.
    let (one, key) = house.signing("alice@example.edu");
    let two = house.again("office@example.edu", &key);
    house.rosa.revoke(&one, Reason::KeyCompromise).unwrap();
    assert_eq!((house.status(&one).as_str(), house.status(&two).as_str()), ("revoked", "revoked"));
    let (one, key) = house.signing("alice@example.edu");
    let two = house.again("office@example.edu", &key);
    let made = house.rosa.replace(&one, &csr(&self::key()), Old::Revoked(Reason::KeyCompromise)).unwrap();
    assert_eq!((house.status(&two).as_str(), made.certificate.status.as_str()), ("revoked", "active"));
}

#[test]
fn what_was_replaced_is_still_in_use_and_what_stops_with_it_is_told() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    let made = house.rosa.issue_from_csr("alice@example.edu", ProfileName::Authentication, &csr(&key())).unwrap();
    let old = SerialNumber::parse(&made.certificate.serial).unwrap();
    // At the desk: the phone does not fetch the new one, and goes on with the old one until that ends.
    let current = house.renewed(&old);
    assert_eq!(house.status(&old), "superseded");
    let breaks = |serial: &SerialNumber, verb| house.rosa.consequences(&certificates(std::slice::from_ref(serial), verb)).unwrap().breaks;
    for verb in [Verb::Hold, Verb::Revoke { reason: Reason::Superseded, invalid_since: None }] {
        assert_eq!(breaks(&old, verb.clone()), [Breaks::NetworkAccess], "{verb:?}: she has the new one");
        assert_eq!(breaks(&current, verb), [Breaks::NetworkAccess, Breaks::NoneLeft], "what was replaced takes nobody's place");
    }
    // What is on hold has stopped already.
    done(house.rosa.hold(std::slice::from_ref(&old)));
    assert!(breaks(&old, Verb::Revoke { reason: Reason::Superseded, invalid_since: None }).is_empty());
}

#[test]
fn what_is_perhaps_lost_is_the_key_and_it_comes_back_or_goes_as_a_whole() {
    let house = house();
    house.person("Alice Example", "alice@example.edu");
    house.person("Office", "office@example.edu");
    let (one, key) = house.signing("alice@example.edu");
    let twin = house.again("office@example.edu", &key);
    let states = || [&one, &twin].map(|serial| house.status(serial));
    let lost = || done(house.rosa.maybe_lost(Target::Certificates(vec![one.clone()])));
    assert_eq!(serials(&lost().affected), texts(&[&one, &twin]));
    assert_eq!(serials(&done(house.rosa.reinstate(std::slice::from_ref(&one))).affected), texts(&[&one, &twin]));
    house.clock.advance(30 * 86_400);
    house.rosa.tidy().unwrap();
    assert_eq!(states(), ["active", "active"]);
    // One that somebody had put on hold for another reason before goes with it, too.
    done(house.rosa.hold(std::slice::from_ref(&twin)));
    assert_eq!(serials(&lost().affected), texts(&[&one]));
    house.clock.advance(3 * 86_400);
    house.rosa.tidy().unwrap();
    assert_eq!(states(), ["revoked", "revoked"]);
}

#[test]
fn what_is_certified_again_for_a_key_is_where_the_key_is() {
    let house = house();
    let alice = house.person("Alice Example", "alice@example.edu");
    let (old, _) = house.signing("alice@example.edu");
    let device = house.phone(&alice, &old);
    let current = house.renewed(&old);
    let told = done(house.rosa.carry_out(&Act { target: Target::Device(device), verb: Verb::Hold }, ""));
    assert_eq!(serials(&told.affected), texts(&[&old, &current]));
    assert!(told.affected.iter().all(|one| one.device.as_deref() == Some("Alice's iPhone")));
    done(house.rosa.reinstate(&[old, current.clone()]));
    // Another key is somewhere else.
    let replaced = house.rosa.replace(&current, &csr(&key()), Old::Stays).unwrap().certificate;
    assert_eq!(replaced.enrollment, None);
}
