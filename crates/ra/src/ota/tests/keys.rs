//! The keys that phones are asked to make.

use super::phone::{LONG, between, key, profile, scep, values, world};
use crate::{
    enrollment::State,
    profile::{ProfileDraft, ProfileName, Scope},
};
use protocol::key::KeyAlgorithm;

/// Apple's payload knows 2048 and 4096 and nothing between: of the two the one that is long enough.
#[test]
fn where_the_profile_asks_for_3072_bits_a_phone_makes_4096_and_a_shorter_key_is_refused() {
    let world = world();
    let draft = ProfileDraft { key: KeyAlgorithm::Rsa3072, ..ProfileDraft::builtin(ProfileName::Signing) };
    world.officer.save_profile(Scope::Department, ProfileName::Signing, draft).unwrap();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let mut phone = world.phone(&invitation, "U", 1);
    phone.get_transport(&world, 2);
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    let asked: Vec<&str> =
        payloads.match_indices("<key>Keysize</key>").map(|(at, _)| between(&payloads[at..], "<integer>", "</integer>").trim()).collect();
    assert_eq!(asked, ["4096", "2048"], "to sign with, as its profile says, and to sign in with, as is built in");

    let [signing, authentication]: [String; 2] = values(&payloads, "Challenge").try_into().unwrap();
    assert!(scep(&world, &signing, key(3)).is_none(), "2048 bits are too few");
    let issued = scep(&world, &signing, key(LONG)).expect("a refusal does not spend the challenge");
    assert_eq!(issued.public_key.bits(), 4096);
    scep(&world, &authentication, key(4)).unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Configured);
}
