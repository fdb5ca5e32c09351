//! Phase 2: who is let in, what is answered, what is repeated.

use super::phone::{Phone, TestCa, key, kind, profile, scep, signed, signed_text, value, values, world};
use crate::{enrollment::State, secret::Token, testing};
use base64::Engine;
use std::sync::Barrier;

#[test]
fn the_answer_holds_one_transport_identity_without_the_persons_name() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let phone = world.phone(&invitation, "00008140-1", 1);
    let plist = signed_text(&profile(phone.phase2(&world)));
    assert_eq!(
        values(&plist, "PayloadType"),
        ["com.apple.security.scep", "Configuration"].map(String::from).into_iter().rev().collect::<Vec<_>>()
    );
    assert_eq!(value(&plist, "URL"), "https://pki.example.edu:8443/scep/signet");
    assert_eq!(value(&plist, "Key Type"), "RSA");
    assert!(plist.contains("<key>Keysize</key>") && plist.contains("<integer>2048</integer>"), "{plist}");
    assert!(plist.contains("<integer>5</integer>"), "{plist}");
    assert!(plist.contains(&format!("OTA {}", invitation.enrollment)), "{plist}");
    // Twenty octets: older iOS knows nothing longer.
    let root = openssl::sha::sha1(&world.authority.0.root_certificate().unwrap().der);
    let fingerprint = format!("<key>CAFingerprint</key><data>{}</data>", base64::engine::general_purpose::STANDARD.encode(root));
    assert!(plist.replace(char::is_whitespace, "").contains(&fingerprint), "{plist}");
    assert!(!value(&plist, "Name").is_empty() && !plist.contains("SubjectAltName") && !plist.contains("Alice"), "{plist}");

    let detail = world.officer.enrollment(invitation.enrollment).unwrap();
    let device = detail.enrollment.device.unwrap();
    assert_eq!((device.udid.as_deref(), device.product.as_deref()), (Some("00008140-1"), Some("iPhone15,2")));
    assert!(device.foreign_device_ca, "a device of --device-ca is marked");
    assert_eq!(detail.enrollment.state, State::Identified);
    assert!(detail.enrollment.download_ends_at.is_none(), "what was downloaded is installed");

    let transport = scep(&world, &value(&plist, "Challenge"), key(2)).unwrap();
    assert_eq!(transport.subject.common_name(), Some(format!("OTA {}", invitation.enrollment).as_str()));
    assert!(transport.san.is_empty());
    assert_eq!(world.state(invitation.enrollment), State::Issued);
    assert_eq!(
        world.steps(invitation.enrollment),
        ["invited", "opened", "signed_in", "profile_service_sent", "device_identified", "transport_offered", "transport_issued"]
    );
}

#[test]
fn a_missing_imei_is_no_error_and_a_missing_udid_is_no_message() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let phone = world.phone(&world.invite("alice@example.edu"), "U", 1);
    let bare = |keys: &str| format!("<plist version=\"1.0\"><dict>{keys}</dict></plist>");
    let challenge = format!("<key>CHALLENGE</key><string>{}</string>", phone.challenge);
    let answer = world.enroller.ota(&phone.token, &signed(&bare(&challenge), &phone.leaf, phone.key)).unwrap();
    assert_eq!(kind(&answer), "malformed");
    let least = bare(&format!("{challenge}<key>UDID</key><string>U</string>"));
    assert_eq!(kind(&world.enroller.ota(&phone.token, &signed(&least, &phone.leaf, phone.key)).unwrap()), "profile");
}

#[test]
fn what_a_device_says_of_itself_is_kept_as_harmless_text() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let phone = world.phone(&invitation, "U", 1);
    let say = |udid: &str, name: &str| {
        let plist = format!(
            "<plist version=\"1.0\"><dict><key>CHALLENGE</key><string>{}</string><key>UDID</key><string>{udid}</string>\
             <key>DEVICE_NAME</key><string>{name}</string><key>PRODUCT</key><string>{name}</string></dict></plist>",
            phone.challenge
        );
        kind(&world.enroller.ota(&phone.token, &signed(&plist, &phone.leaf, phone.key)).unwrap())
    };
    assert_eq!(say("U", &"x".repeat(10_000)), "malformed");
    assert_eq!(say(&"U".repeat(10_000), "x"), "malformed");
    assert_eq!(say("\u{202e}\u{200f}", "x"), "malformed", "nothing is left of such a UDID");
    assert_eq!(say("U\u{202e}'; DROP TABLE device;--", "&lt;script&gt;\u{202e}alert(1)"), "profile");
    let device = world.officer.enrollment(invitation.enrollment).unwrap().enrollment.device.unwrap();
    assert_eq!(device.udid.as_deref(), Some("U'; DROP TABLE device;--"));
    assert_eq!(device.product.as_deref(), Some("<script>alert(1)"));
    assert!(!world.facts(invitation.enrollment, "device_identified").to_string().contains(&phone.challenge), "never the challenge");
}

#[test]
fn a_repeat_gets_the_same_bytes_for_ten_minutes_until_phase_3() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let mut phone = world.phone(&invitation, "U", 1);
    let first = profile(phone.phase2(&world));
    world.clock.advance(599);
    assert_eq!(profile(phone.phase2(&world)), first);
    assert_eq!(world.steps(invitation.enrollment).last().unwrap(), "repeated");

    // Another device with the same challenge gets nothing, whatever it calls itself.
    let thief = Phone { leaf: world.device_ca.certify("another device", key(3), false), key: key(3), ..clone(&phone) };
    assert_eq!(kind(&thief.phase2(&world)), "forbidden");
    let liar = Phone { udid: "V".into(), ..clone(&phone) };
    assert_eq!(kind(&liar.phase2(&world)), "forbidden");

    phone.get_transport(&world, 2);
    profile(phone.phase3(&world));
    assert_eq!(kind(&phone.phase2(&world)), "forbidden", "dead for everybody once phase 3 was answered");

    let other = world.phone(&world.invite("alice@example.edu"), "W", 1);
    profile(other.phase2(&world));
    world.clock.advance(600);
    assert_eq!(kind(&other.phase2(&world)), "forbidden", "ten minutes are over");
}

#[test]
fn the_same_bytes_also_from_a_process_that_starts_after_a_crash() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let phone = world.phone(&invitation, "U", 1);
    let first = profile(phone.phase2(&world));
    let again = testing::open(&world.folder, &world.clock).enroller();
    assert_eq!(profile(again.ota(&phone.token, &phone.phase2_message()).unwrap()), first);

    // Killed between deciding and answering: the plan is there, the bytes are not.
    world.authority.0.store.write(|tx| Ok(tx.execute("UPDATE ota_answer SET bytes = NULL", [])?)).unwrap();
    let remade = profile(phone.phase2(&world));
    assert_eq!(
        value(&signed_text(&remade), "Challenge"),
        value(&signed_text(&first), "Challenge"),
        "the same SCEP challenge, not a second one"
    );
    assert_eq!(profile(phone.phase2(&world)), remade);
}

#[test]
fn of_two_posts_at_the_same_time_both_get_the_same() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let mut phone = world.phone(&world.invite("alice@example.edu"), "U", 1);
    let at_once = |message: &[u8]| {
        let barrier = Barrier::new(4);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        profile(world.enroller.ota(&phone.token, message).unwrap())
                    })
                })
                .collect();
            let mut answers: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
            answers.dedup();
            assert_eq!(answers.len(), 1);
        });
    };
    at_once(&phone.phase2_message());
    phone.get_transport(&world, 2);
    let message = phone.phase3_message();
    let barrier = Barrier::new(4);
    let answers: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    profile(world.enroller.ota(&phone.token, &message).unwrap())
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "one profile, one set of challenges");
}

#[test]
fn who_does_not_belong_here_is_refused_and_said_why() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    world.person("Bob Example", "bob@example.edu");
    let invitation = world.invite("alice@example.edu");
    let enrollment = invitation.enrollment;
    let phone = world.phone(&invitation, "U", 1);
    let reason = || world.facts(enrollment, "device_refused")["reason"].as_str().unwrap().to_owned();

    // Signed under a CA that nobody pinned.
    let stranger = TestCa::new("Test Device CA", 4);
    let forged = Phone { leaf: stranger.certify("forged", key(1), false), ..clone(&phone) };
    assert_eq!(kind(&forged.phase2(&world)), "forbidden");
    let facts = world.facts(enrollment, "device_refused");
    assert_eq!((&facts["issuer"], facts["key"].as_str().unwrap().len()), (&"CN=Test Device CA".into(), 64));

    // A certificate of its own making.
    let own = Phone { leaf: TestCa::alone(key(1)).certify("device", key(1), false), ..clone(&phone) };
    assert_eq!(kind(&own.phase2(&world)), "forbidden");

    // No challenge, a wrong one, one of another person's link.
    let without = signed(&phone.attributes(None), &phone.leaf, phone.key);
    assert_eq!(kind(&world.enroller.ota(&phone.token, &without).unwrap()), "forbidden");
    assert_eq!(reason(), "no challenge");
    let wrong = Phone { challenge: "AAAAAAAAAAAAAAAAAAAAAA".into(), ..clone(&phone) };
    assert_eq!(kind(&wrong.phase2(&world)), "forbidden");
    assert_eq!(reason(), "unknown challenge");
    let bobs = world.phone(&world.invite("bob@example.edu"), "B", 3);
    let crossed = Phone { challenge: bobs.challenge.clone(), ..clone(&phone) };
    assert_eq!(kind(&crossed.phase2(&world)), "forbidden");
    assert_eq!(reason(), "the challenge belongs to another link");

    // A broken signature; garbage; no such link.
    let mut broken = phone.phase2_message();
    let end = broken.len() - 5;
    broken[end] ^= 1;
    assert_eq!(kind(&world.enroller.ota(&phone.token, &broken).unwrap()), "forbidden");
    for garbage in [&b""[..], b"garbage", &phone.phase2_message()[..200], &[0x30, 0x80].repeat(5_000)] {
        assert_eq!(kind(&world.enroller.ota(&phone.token, garbage).unwrap()), "malformed");
    }
    assert_eq!(kind(&world.enroller.ota(&Token::random().unwrap(), &phone.phase2_message()).unwrap()), "unknown");

    // Nothing of this spent the challenge, and the rightful phone still gets in.
    assert_eq!(kind(&phone.phase2(&world)), "profile");
}

#[test]
fn refusals_that_strangers_cause_do_not_fill_the_timeline() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let phone = world.phone(&invitation, "U", 1);
    let message = signed(&phone.attributes(None), &phone.leaf, phone.key);
    for _ in 0..230 {
        world.enroller.ota(&phone.token, &message).unwrap();
    }
    assert_eq!(world.steps(invitation.enrollment).iter().filter(|s| *s == "device_refused").count(), 200);
}

#[test]
fn a_challenge_ends_after_thirty_minutes_or_with_its_link() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let late = world.phone(&invitation, "U", 1);
    world.clock.advance(30 * 60);
    assert_eq!(kind(&late.phase2(&world)), "forbidden");

    let cancelled = world.phone(&invitation, "U", 1);
    world.officer.cancel_enrollment(invitation.enrollment).unwrap();
    assert_eq!(kind(&cancelled.phase2(&world)), "forbidden");

    let resent = world.invite("alice@example.edu");
    let old = world.phone(&resent, "U", 1);
    world.officer.resend(resent.enrollment).unwrap();
    assert_eq!(kind(&old.phase2(&world)), "forbidden");
}

#[test]
fn a_walk_that_began_in_time_may_finish_after_the_link_has_run_out() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    world.clock.advance(72 * 3600 - 60);
    let mut phone = world.phone(&invitation, "U", 1);
    world.clock.advance(120);
    world.officer.tidy().unwrap();
    phone.get_transport(&world, 2);
    world.officer.tidy().unwrap();
    assert_eq!(kind(&phone.phase3(&world)), "profile");
    world.clock.advance(2 * 3600);
    world.officer.tidy().unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Expired);
}

#[test]
fn the_challenge_of_the_transport_identity_lives_sixty_minutes() {
    let world = world();
    let offered = |name: &str, mail: &str, key_number: usize| {
        world.person(name, mail);
        let invitation = world.invite(mail);
        let answer = profile(world.phone(&invitation, name, key_number).phase2(&world));
        (invitation.enrollment, value(&signed_text(&answer), "Challenge"))
    };
    let (alices, in_time) = offered("Alice Example", "alice@example.edu", 1);
    let (bobs, late) = offered("Bob Example", "bob@example.edu", 2);
    world.clock.advance(3_600);
    scep(&world, &in_time, key(3)).expect("the last second counts");
    assert_eq!(world.state(alices), State::Issued);
    world.clock.advance(1);
    assert!(scep(&world, &late, key(4)).is_none());
    assert_eq!(world.facts(bobs, "scep_refused")["reason"], "the challenge has expired");
    assert_eq!(world.state(bobs), State::Identified);
}

#[test]
fn an_old_ios_is_led_to_its_page_and_goes_on_after_the_update() {
    let world = world();
    world.officer.set_setting("device.min_os", "17.0").unwrap();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&invitation);
    let mut phone = world.phone_of(&invitation.token, &session, "U", 1);
    phone.os_version = Some("16.7.2".into());
    assert_eq!(kind(&phone.phase2(&world)), format!("page https://pki.example.edu:8443/e/{}", invitation.token.reveal()));
    let view = world.enroller.session(&invitation.token, &session).unwrap().unwrap();
    assert_eq!(view.os_too_old, Some(("16.7.2".into(), "17.0".into())));
    assert_eq!(view.state, State::Authenticated, "nothing was consumed");
    assert!(view.download_ends_at.is_none(), "no download waits to be installed");

    phone.os_version = Some("17.0".into());
    assert_eq!(kind(&phone.phase2(&world)), "profile");
    let view = world.enroller.session(&invitation.token, &session).unwrap().unwrap();
    assert_eq!((view.os_too_old, view.state), (None, State::Identified));

    // A build says the major version alone: of 17 it may be any.
    world.officer.set_setting("device.min_os", "17.4").unwrap();
    for (build, answer) in [("21F90", "profile"), ("20H115", "page"), ("22B83", "profile")] {
        let phone = world.phone(&world.invite("alice@example.edu"), build, 1);
        let plist = format!(
            "<plist version=\"1.0\"><dict><key>CHALLENGE</key><string>{}</string><key>UDID</key><string>{build}</string>\
             <key>VERSION</key><string>{build}</string></dict></plist>",
            phone.challenge
        );
        let said = kind(&world.enroller.ota(&phone.token, &signed(&plist, &phone.leaf, phone.key)).unwrap());
        assert!(said.starts_with(answer), "{build}: {said}");
    }

    let mut silent = world.phone(&world.invite("alice@example.edu"), "U", 1);
    silent.os_version = None;
    assert_eq!(kind(&silent.phase2(&world)), "profile", "who does not say its version passes");
}

fn clone(phone: &Phone) -> Phone {
    Phone {
        token: phone.token.clone(),
        challenge: phone.challenge.clone(),
        udid: phone.udid.clone(),
        serial: phone.serial.clone(),
        os_version: phone.os_version.clone(),
        leaf: phone.leaf.clone(),
        key: phone.key,
        transport: phone.transport.clone(),
    }
}
