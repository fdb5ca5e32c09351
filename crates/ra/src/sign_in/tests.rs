//! The portal: GET changes nothing, codes and passwords are counted, sessions are bound to their link.

use super::{Credentials, LinkView, SignInOutcome};
use crate::{
    Conflict, Denied, Error,
    enrollment::State,
    invitation::Invitation,
    ota::tests::phone::{World, code, key, kind, profile, said, scep, signed_text, value, values, world},
    profile::{ProfileDraft, ProfileName, Scope, Usage},
    secret::Token,
    settings::SignIn,
    testing,
};
use protocol::x509::CertificateView;
use zeroize::Zeroizing;

fn typed(code: Option<&str>, mail: Option<&str>, password: Option<&str>) -> Credentials {
    let secret = |text: &str| Zeroizing::new(text.to_owned());
    Credentials { code: code.map(secret), mail: mail.map(str::to_owned), password: password.map(secret) }
}

fn asked(world: &World, token: &Token) -> SignIn {
    match world.enroller.link(token).unwrap() {
        LinkView::Open(open) => open.sign_in,
        _ => panic!("not open"),
    }
}

/// Alice with a password; the invitation is a second one, without a code in between.
fn with_password(world: &World, mode: &str) -> Invitation {
    world.officer.set_setting("portal.sign_in", mode).unwrap();
    world.person("Alice Example", "alice@example.edu");
    let first = world.invite("alice@example.edu");
    assert_eq!(asked(world, &first.token), SignIn::Code, "the first time by code");
    let session = world.sign_in_by_code(&first);
    assert!(world.enroller.session(&first.token, &session).unwrap().unwrap().must_set_password);
    assert!(world.enroller.profile_service(&first.token, &session).unwrap().is_none(), "first the password");
    world.enroller.set_password(&first.token, &session, "rather long and odd").unwrap();
    assert!(!world.enroller.session(&first.token, &session).unwrap().unwrap().must_set_password);
    assert!(world.enroller.profile_service(&first.token, &session).unwrap().is_some());
    world.invite("alice@example.edu")
}

#[test]
fn get_changes_nothing_and_is_logged_once_a_minute() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    for _ in 0..5 {
        world.enroller.link(&invitation.token).unwrap();
        world.clock.advance(20);
    }
    assert_eq!(world.steps(invitation.enrollment), ["invited", "page_viewed", "page_viewed"]);
    let seen = world.officer.enrollment(invitation.enrollment).unwrap().enrollment;
    assert_eq!((seen.state, seen.updated_at.0), (State::Invited, crate::testing::START));
    world.enroller.open_link(&invitation.token, "Mozilla/5.0\r\nX: \u{202e}y").unwrap();
    world.enroller.open_link(&invitation.token, "again").unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Opened);
    assert_eq!(world.facts(invitation.enrollment, "opened")["user_agent"], "Mozilla/5.0X: y");
    assert_eq!(world.steps(invitation.enrollment).iter().filter(|s| *s == "opened").count(), 1);
    assert!(world.enroller.open_link(&Token::random().unwrap(), "").is_err());
}

#[test]
fn what_a_browser_says_it_is_is_kept_whole() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 \
                  Mobile/15E148 Safari/604.1";
    world.enroller.open_link(&invitation.token, safari).unwrap();
    assert_eq!(world.facts(invitation.enrollment, "opened")["user_agent"], safari);
}

#[test]
fn who_it_is_for_is_shown_only_after_sign_in() {
    let world = world();
    world.officer.set_setting("wifi.ssid", "eduroam").unwrap();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let LinkView::Open(open) = world.enroller.link(&invitation.token).unwrap() else { panic!("not open") };
    assert!(!format!("{open:?}").contains("Alice"));
    assert!(open.contents.signing && open.contents.authentication);
    assert_eq!(open.contents.passcode, Some(6), "nobody said otherwise");
    assert_eq!(open.contents.wifi.as_deref(), Some("eduroam"));
    let session = world.sign_in_by_code(&invitation);
    let view = world.enroller.session(&invitation.token, &session).unwrap().unwrap();
    assert_eq!((view.name.as_str(), view.state, view.must_set_password), ("Alice Example", State::Authenticated, false));
    let department = world.enroller.public_department().unwrap();
    assert_eq!((department.organization.as_str(), department.department.as_str()), ("Example University", "Physics"));
    assert!(department.private_root && department.hosts.contains(&"pki.example.edu".to_owned()));
}

#[test]
fn a_session_lives_thirty_minutes_and_only_with_its_link() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let (one, other) = (world.invite("alice@example.edu"), world.invite("alice@example.edu"));
    let session = world.sign_in_by_code(&one);
    assert!(world.enroller.session(&other.token, &session).unwrap().is_none());
    assert!(world.enroller.profile_service(&other.token, &session).unwrap().is_none());
    assert!(world.enroller.session(&one.token, &Token::random().unwrap()).unwrap().is_none());
    world.clock.advance(30 * 60 - 1);
    assert!(world.enroller.session(&one.token, &session).unwrap().is_some());
    world.clock.advance(1);
    assert!(world.enroller.session(&one.token, &session).unwrap().is_none());
    assert!(matches!(world.enroller.decline(&one.token, &session), Err(Error::Denied(Denied::SignIn))));
}

#[test]
fn codes_are_read_as_people_type_them() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let sloppy = format!(" {} ", invitation.code.reveal().to_lowercase().replace('-', " - ").replace('0', "o").replace('1', "l"));
    assert_eq!(said(&world.enroller.sign_in(&invitation.token, &code(&sloppy)).unwrap()), "signed in");
    for nonsense in ["", "\0", &"x".repeat(10_000)] {
        assert!(said(&world.enroller.sign_in(&invitation.token, &code(nonsense)).unwrap()).starts_with("wrong"), "{nonsense:?}");
    }
    assert!(world.enroller.sign_in(&Token::random().unwrap(), &code("x")).is_err());
}

#[test]
fn the_profile_is_the_same_for_ten_minutes_and_dead_once_configured() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&invitation);
    let fetch = |session: &Token| world.enroller.profile_service(&invitation.token, session).unwrap();
    world.clock.advance(300);
    let first = fetch(&session).unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Authenticated);
    let view = world.enroller.session(&invitation.token, &session).unwrap().unwrap();
    assert_eq!(view.download_ends_at.map(|t| t.0), Some(crate::testing::START + 300 + 480));
    world.clock.advance(599);
    assert_eq!(fetch(&session).unwrap(), first, "byte for byte");
    world.clock.advance(1);
    assert!(fetch(&session).is_none());
    let plist = signed_text(&first);
    for attribute in
        ["UDID", "SERIAL", "PRODUCT", "VERSION", "OS_VERSION", "LANGUAGE", "IMEI", "MEID", "DEVICE_NAME", "ICCID", "MAC_ADDRESS_EN0"]
    {
        assert!(plist.contains(&format!("<string>{attribute}</string>")), "{attribute}");
    }
    let signer = protocol::cms::verify_signed_data(&first, &[], false).unwrap().signer;
    let issuing = world.enroller.ca_certificates().unwrap().into_iter().find(|c| c.name == "issuing").unwrap();
    assert_eq!(signer.issuer_der, CertificateView::from_der(&issuing.der).unwrap().subject_der);

    let session = world.sign_in_by_code(&invitation);
    let mut phone = world.phone_of(&invitation.token, &session, "U", 1);
    assert_ne!(value(&plist, "Challenge"), phone.challenge, "a new sign-in, a new challenge");
    phone.get_transport(&world, 2);
    let (_, payloads) = phone.open(&profile(phone.phase3(&world)));
    for challenge in values(&payloads, "Challenge") {
        scep(&world, &challenge, key(3)).unwrap();
    }
    assert!(fetch(&session).is_none());
    let view = world.enroller.session(&invitation.token, &session).unwrap().unwrap();
    assert_eq!((view.state, view.profile_sent), (State::Configured, true), "the page can still say that it worked");
    assert!(matches!(world.enroller.decline(&invitation.token, &session), Err(Error::Conflict(Conflict::EnrollmentEnded))));
}

#[test]
fn nothing_is_downloaded_while_a_profile_of_the_phone_waits_to_be_mended_and_the_link_stays_good() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&invitation);
    let steps = world.steps(invitation.enrollment);
    let sound = ProfileDraft::builtin(ProfileName::Signing);
    for usage in [Usage::ContentCommitment, Usage::KeyEncipherment] {
        let draft = ProfileDraft { usage: vec![usage], ..sound.clone() };
        testing::saved_earlier(&world.authority, &world.officer, ProfileName::Signing, &draft);
        let refused = world.enroller.profile_service(&invitation.token, &session).unwrap_err();
        let told = "profile: nothing is issued by the certificate profile signing until it is mended in Policies";
        assert_eq!((refused.to_string().as_str(), world.steps(invitation.enrollment)), (told, steps.clone()));
    }
    let view = world.enroller.session(&invitation.token, &session).unwrap().unwrap();
    assert_eq!((view.state, view.download_ends_at), (State::Authenticated, None));
    assert!(matches!(world.enroller.link(&invitation.token).unwrap(), LinkView::Open(_)));
    // Nor have the ten minutes begun.
    world.clock.advance(601);
    world.officer.save_profile(Scope::Department, ProfileName::Signing, sound).unwrap();
    let phone = world.phone_of(&invitation.token, &session, "U", 1);
    profile(phone.phase2(&world));
}

#[test]
fn with_passwords_the_first_sign_in_is_by_code_and_the_next_by_password() {
    let world = world();
    let next = with_password(&world, "password");
    assert_eq!(asked(&world, &next.token), SignIn::Password);
    assert!(!next.code_is_asked && world.officer.resend(world.invite("alice@example.edu").enrollment).unwrap().code_is_asked);
    let sign_in = |c: Credentials| said(&world.enroller.sign_in(&next.token, &c).unwrap());
    assert_eq!(sign_in(code(&next.code.reveal())), "wrong, 4 left", "the code alone does not do it");
    assert_eq!(sign_in(typed(None, Some("bob@example.edu"), Some("rather long and odd"))), "wrong, 3 left");
    assert_eq!(sign_in(typed(None, Some("alice@example.edu"), Some("rather long and odd!"))), "wrong, 2 left");
    let SignInOutcome::SignedIn { session, .. } =
        world.enroller.sign_in(&next.token, &typed(None, Some(" ALICE@example.edu"), Some("rather long and odd"))).unwrap()
    else {
        panic!("not signed in")
    };
    assert!(!world.enroller.session(&next.token, &session).unwrap().unwrap().must_set_password);
    let set = world.enroller.set_password(&next.token, &session, "another long one");
    assert!(matches!(set, Err(Error::Denied(Denied::SignIn))), "only after a sign-in by code");
}

#[test]
fn with_both_neither_half_suffices() {
    let world = world();
    let next = with_password(&world, "both");
    let right = next.code.reveal();
    let sign_in = |code, password| said(&world.enroller.sign_in(&next.token, &typed(code, None, password)).unwrap());
    assert_eq!(sign_in(Some(&right), None), "wrong, 4 left");
    assert_eq!(sign_in(None, Some("rather long and odd")), "wrong, 4 left");
    assert_eq!(sign_in(Some("0000-0000"), Some("rather long and odd")), "wrong, 3 left");
    assert_eq!(sign_in(Some(&right), Some("rather long and odd")), "signed in");
}

#[test]
fn http_basic_takes_address_and_password() {
    let world = world();
    let next = with_password(&world, "basic");
    assert_eq!(asked(&world, &next.token), SignIn::Basic);
    let outcome = world.enroller.sign_in(&next.token, &typed(None, Some("alice@example.edu"), Some("rather long and odd"))).unwrap();
    assert_eq!(said(&outcome), "signed in");
}

#[test]
fn five_wrong_passwords_make_this_person_wait_on_every_link() {
    let world = world();
    let next = with_password(&world, "password");
    let other = world.invite("alice@example.edu");
    let attempt = |token: &Token, password: &str| {
        said(&world.enroller.sign_in(token, &typed(None, Some("alice@example.edu"), Some(password))).unwrap())
    };
    for left in [4, 3, 2, 1] {
        assert_eq!(attempt(&next.token, "wrong"), format!("wrong, {left} left"));
        world.clock.advance(60);
    }
    assert_eq!(attempt(&next.token, "wrong"), "wait 660");
    assert_eq!(attempt(&other.token, "rather long and odd"), "wait 660", "the person waits, not the link");
    assert_eq!(world.state(next.enrollment), State::Opened, "wrong passwords end no link");
    world.clock.advance(659);
    assert_eq!(attempt(&other.token, "rather long and odd"), "wait 1");
    world.clock.advance(1);
    assert_eq!(attempt(&other.token, "rather long and odd"), "signed in");
    assert_eq!(attempt(&other.token, "wrong"), "wrong, 4 left", "success clears the count");
}

#[test]
fn how_many_codes_and_passwords_may_be_wrong_is_the_departments_to_say() {
    let world = world();
    let next = with_password(&world, "password");
    let attempt =
        |password: &str| said(&world.enroller.sign_in(&next.token, &typed(None, Some("alice@example.edu"), Some(password))).unwrap());
    for (key, value) in [("sign_in.code_tries", "2"), ("sign_in.password_tries", "2"), ("sign_in.password_minutes", "10")] {
        world.officer.set_setting(key, value).unwrap();
    }
    assert_eq!(attempt("wrong"), "wrong, 1 left");
    world.clock.advance(60);
    assert_eq!(attempt("wrong"), "wait 540");
    world.clock.advance(539);
    assert_eq!(attempt("rather long and odd"), "wait 1");
    world.clock.advance(1);
    assert_eq!(attempt("rather long and odd"), "signed in");

    world.person("Bob Example", "bob@example.edu");
    let invitation = world.invite("bob@example.edu");
    let attempt = || said(&world.enroller.sign_in(&invitation.token, &code("0000-0000")).unwrap());
    assert_eq!([attempt(), attempt()], ["wrong, 1 left", "ended: TooManyTries"]);
    assert_eq!(world.state(invitation.enrollment), State::Failed);
}

#[test]
fn a_session_and_its_ota_challenge_live_as_the_setting_said_when_they_were_made() {
    let world = world();
    world.officer.set_setting("enrollment.session_minutes", "60").unwrap();
    world.person("Alice Example", "alice@example.edu");
    world.person("Bob Example", "bob@example.edu");
    let (one, other) = (world.invite("alice@example.edu"), world.invite("bob@example.edu"));
    let SignInOutcome::SignedIn { session, seconds } = world.enroller.sign_in(&one.token, &code(&one.code.reveal())).unwrap() else {
        panic!("not signed in")
    };
    assert_eq!(seconds, 3_600);
    let late = world.sign_in_by_code(&other);
    world.officer.set_setting("enrollment.session_minutes", "10").unwrap();
    world.clock.advance(3_000);
    let (phone, slow) = (world.phone_of(&one.token, &session, "A", 1), world.phone_of(&other.token, &late, "B", 2));
    world.clock.advance(599);
    profile(phone.phase2(&world));
    assert!(world.enroller.session(&one.token, &session).unwrap().is_some());
    world.clock.advance(1);
    assert!(world.enroller.session(&one.token, &session).unwrap().is_none());
    assert_eq!(kind(&slow.phase2(&world)), "forbidden");
    assert_eq!(world.facts(other.enrollment, "device_refused")["reason"], "the challenge has expired");
    let again = world.invite("bob@example.edu");
    let short = world.sign_in_by_code(&again);
    let lives = || world.enroller.session(&again.token, &short).unwrap().is_some();
    world.clock.advance(599);
    assert!(lives());
    world.clock.advance(1);
    assert!(!lives(), "by what counts now");
}

#[test]
fn a_forgotten_password_is_replaced_by_a_new_code() {
    let world = world();
    let next = with_password(&world, "password");
    world.clock.advance(10);
    let reset = world.officer.resend(next.enrollment).unwrap();
    assert_eq!(asked(&world, &reset.token), SignIn::Code);
    let session = world.sign_in_by_code(&reset);
    assert!(world.enroller.session(&reset.token, &session).unwrap().unwrap().must_set_password);
    for bad in ["short", "password1", "alice@example.edu", "ALICE@EXAMPLE.EDU"] {
        let set = world.enroller.set_password(&reset.token, &session, bad);
        assert!(matches!(set, Err(Error::Invalid { field: "password", .. })), "{bad}");
    }
    world.enroller.set_password(&reset.token, &session, "a quite different one").unwrap();
    assert!(!world.enroller.session(&reset.token, &session).unwrap().unwrap().must_set_password);
    let last = world.invite("alice@example.edu");
    let by = |password| said(&world.enroller.sign_in(&last.token, &typed(None, Some("alice@example.edu"), Some(password))).unwrap());
    assert_eq!(by("rather long and odd"), "wrong, 4 left");
    assert_eq!(by("a quite different one"), "signed in");
    assert!(world.steps(next.enrollment).contains(&"password_set".to_owned()));
}

#[test]
fn where_codes_are_asked_no_password_can_be_set() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&invitation);
    let set = world.enroller.set_password(&invitation.token, &session, "rather long and odd");
    assert!(matches!(set, Err(Error::Invalid { field: "password", .. })));
}

#[test]
fn declining_is_an_end_and_no_error() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&invitation);
    world.enroller.decline(&invitation.token, &session).unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Declined);
    assert!(matches!(world.enroller.link(&invitation.token).unwrap(), LinkView::Ended(super::LinkEnd::Declined)));
    assert!(world.enroller.profile_service(&invitation.token, &session).unwrap().is_none());
    assert_eq!(said(&world.enroller.sign_in(&invitation.token, &code(&invitation.code.reveal())).unwrap()), "ended: Declined");
}
