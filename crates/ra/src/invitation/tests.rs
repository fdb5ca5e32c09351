//! Links and codes: made, replaced, ended, never kept readable.

use super::Channel;
use crate::{
    Conflict, Denied, Error, Noun,
    enrollment::State,
    id::EnrollmentId,
    ota::tests::phone::{World, code, said, world},
    secret::Token,
    sign_in::LinkView,
    store::DATABASE,
};

fn link(world: &World, token: &Token) -> String {
    match world.enroller.link(token).unwrap() {
        LinkView::Unknown => "unknown".into(),
        LinkView::Ended(end) => format!("{end:?}"),
        LinkView::Open(_) => "open".into(),
    }
}

#[test]
fn an_invitation_has_a_link_a_code_and_an_end() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("Alice@example.edu");
    assert_eq!(invitation.url, format!("https://pki.example.edu:8443/e/{}", invitation.token.reveal()));
    assert_eq!(invitation.trust_url.as_deref(), Some("http://pki.example.edu:8080/trust"));
    assert_eq!(invitation.expires_at.0, crate::testing::START + 72 * 3600);
    assert_eq!(invitation.code.reveal().len(), 9);
    let enrollment = world.officer.enrollment(invitation.enrollment).unwrap().enrollment;
    assert_eq!(
        (enrollment.state, enrollment.mail.as_str(), enrollment.name.as_str()),
        (State::Invited, "alice@example.edu", "Alice Example")
    );
    assert_eq!(link(&world, &invitation.token), "open");
    assert_eq!(link(&world, &Token::random().unwrap()), "unknown");
    let row = world.authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!(row.event, "enrollment.invited");
    assert!(!row.details.to_string().contains(invitation.token.reveal()));
}

#[test]
fn only_a_validated_mailbox_is_invited_unless_no_certificate_states_it() {
    let world = world();
    world.stranger("Alice Example", "alice@example.edu");
    let invite = || world.officer.invite("alice@example.edu", Channel::Letter);
    let refused = || matches!(invite(), Err(Error::Denied(Denied::MailboxNotValidated { .. })));
    assert!(refused());
    world.officer.set_setting("bundle", "authentication").unwrap();
    assert!(refused(), "the authentication certificate states it too");
    world.officer.set_setting("authentication.with_address", "no").unwrap();
    assert!(invite().is_ok());
    world.officer.set_setting("bundle", "signing authentication").unwrap();
    assert!(refused());
    assert!(matches!(world.officer.invite("nobody@example.edu", Channel::Show), Err(Error::NotFound(Noun::Mailbox))));
    for later in [Channel::Mail, Channel::Sms] {
        assert!(matches!(world.officer.invite("alice@example.edu", later), Err(Error::Invalid { field: "via", .. })));
    }
}

#[test]
fn neither_token_nor_code_nor_challenge_lies_readable_in_the_folder() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&invitation);
    let phone = world.phone_of(&invitation.token, &session, "U", 1);
    phone.phase2(&world);
    let folder = world.folder.path().join("data");
    let code = invitation.code.reveal();
    let plain_code = code.replace('-', "");
    let secrets = [invitation.token.reveal(), &code, &plain_code, session.reveal(), &phone.challenge];
    let guesses: Vec<Vec<u8>> =
        secrets.iter().map(|s| s.as_bytes().to_vec()).chain([openssl::sha::sha256(plain_code.as_bytes()).to_vec()]).collect();
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(content) = std::fs::read(&path) else { continue };
        read += usize::from(path.file_name().unwrap().to_str().unwrap().starts_with(DATABASE));
        for secret in &guesses {
            assert!(!content.windows(secret.len()).any(|w| w == secret), "a secret lies in {}", path.display());
        }
    }
    assert!(read >= 2, "database and its log were searched");
}

#[test]
fn a_new_link_ends_the_old_one() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let old = world.invite("alice@example.edu");
    let session = world.sign_in_by_code(&old);
    world.clock.advance(100);
    let new = world.officer.resend(old.enrollment).unwrap();
    assert_eq!((new.enrollment, new.expires_at.0), (old.enrollment, crate::testing::START + 100 + 72 * 3600));
    assert_eq!((link(&world, &old.token).as_str(), link(&world, &new.token).as_str()), ("Cancelled", "open"));
    assert!(world.enroller.session(&old.token, &session).unwrap().is_none());
    assert!(world.enroller.session(&new.token, &session).unwrap().is_none(), "a session is bound to its link");
    let outcome = world.enroller.sign_in(&new.token, &code(&old.code.reveal())).unwrap();
    assert_eq!(said(&outcome), "wrong, 4 left", "the old code is dead");
    assert_eq!(said(&world.enroller.sign_in(&old.token, &code(&old.code.reveal())).unwrap()), "ended: Cancelled");
    world.sign_in_by_code(&new);
}

#[test]
fn a_new_link_goes_by_the_channel_that_is_named_and_otherwise_as_the_one_before() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let id = world.invite("alice@example.edu").enrollment;
    let channel = || world.officer.enrollment(id).unwrap().enrollment.channel;
    let told = || world.authority.auditor().ledger(None, 1).unwrap().remove(0).details["via"].clone();
    assert_eq!(channel(), Channel::Show);
    world.officer.resend_by(id, Channel::Letter).unwrap();
    assert_eq!((channel(), told()), (Channel::Letter, "letter".into()));
    world.officer.resend(id).unwrap();
    assert_eq!((channel(), told()), (Channel::Letter, serde_json::Value::Null));
    assert!(matches!(world.officer.resend_by(id, Channel::Sms), Err(Error::Invalid { field: "via", .. })));
    assert_eq!(channel(), Channel::Letter);
}

#[test]
fn five_wrong_codes_end_the_link_and_a_new_one_wakes_the_enrollment() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let mut outcomes = Vec::new();
    for _ in 0..5 {
        outcomes.push(said(&world.enroller.sign_in(&invitation.token, &code("0000-0000")).unwrap()));
        world.clock.advance(3600);
    }
    assert_eq!(outcomes, ["wrong, 4 left", "wrong, 3 left", "wrong, 2 left", "wrong, 1 left", "ended: TooManyTries"]);
    assert_eq!(said(&world.enroller.sign_in(&invitation.token, &code(&invitation.code.reveal())).unwrap()), "ended: TooManyTries");
    assert_eq!((link(&world, &invitation.token).as_str(), world.state(invitation.enrollment)), ("TooManyTries", State::Failed));
    let new = world.officer.resend(invitation.enrollment).unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Invited);
    world.sign_in_by_code(&new);
    assert_eq!(world.state(invitation.enrollment), State::Authenticated);
}

#[test]
fn guesses_made_at_the_same_time_count_each() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    let ended = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..20)
            .map(|n| {
                scope.spawn({
                    let world = &world;
                    let token = invitation.token.clone();
                    move || said(&world.enroller.sign_in(&token, &code(&format!("{n:08}"))).unwrap())
                })
            })
            .collect();
        tries.into_iter().map(|t| t.join().unwrap()).filter(|said| said == "ended: TooManyTries").count()
    });
    assert_eq!(ended, 16, "four were wrong, the fifth and all later ones met the end");
}

#[test]
fn links_run_out_are_explained_for_thirty_days_and_then_forgotten() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    world.clock.advance(72 * 3600 - 1);
    assert_eq!(link(&world, &invitation.token), "open");
    world.clock.advance(1);
    assert_eq!(link(&world, &invitation.token), "Expired", "also before anybody tidied");
    assert_eq!(said(&world.enroller.sign_in(&invitation.token, &code(&invitation.code.reveal())).unwrap()), "ended: Expired");
    world.officer.tidy().unwrap();
    assert_eq!(world.state(invitation.enrollment), State::Expired);
    world.clock.advance(30 * 86_400 - 1);
    world.officer.tidy().unwrap();
    assert_eq!(link(&world, &invitation.token), "Expired");
    world.clock.advance(1);
    assert_eq!(link(&world, &invitation.token), "unknown", "also before anybody tidied");
    world.officer.tidy().unwrap();
    let left: u32 = world.authority.0.store.read(|tx| Ok(tx.query_row("SELECT count(*) FROM link", [], |row| row.get(0))?)).unwrap();
    assert_eq!(left, 0);
    assert_eq!(world.officer.enrollment(invitation.enrollment).unwrap().enrollment.name, "Alice Example", "the record stays");
}

#[test]
fn cancelling_ends_everything_and_twice_is_no_error() {
    let world = world();
    world.person("Alice Example", "alice@example.edu");
    let invitation = world.invite("alice@example.edu");
    world.officer.cancel_enrollment(invitation.enrollment).unwrap();
    world.officer.cancel_enrollment(invitation.enrollment).unwrap();
    assert_eq!((link(&world, &invitation.token).as_str(), world.state(invitation.enrollment)), ("Cancelled", State::Cancelled));
    assert!(matches!(world.officer.resend(invitation.enrollment), Err(Error::Conflict(Conflict::EnrollmentEnded))));
    assert!(matches!(world.officer.cancel_enrollment(EnrollmentId::fresh()), Err(Error::NotFound(Noun::Enrollment))));
    assert_eq!(world.steps(invitation.enrollment), ["invited", "cancelled"]);
}
