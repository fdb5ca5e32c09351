//! A validation that has ended opens no door, whatever was issued before, until a new one is recorded.

use super::{Asked, batch::choices, csr};
use crate::{
    Denied, Error,
    certificate::Certificate,
    id::EnrollmentId,
    invitation::Channel,
    issuance::{Form, IssuedIdentity, batch::BatchState},
    life::Old,
    mailbox::Method,
    ota::tests::phone::{World, key, world},
    profile::{
        ProfileDraft,
        ProfileName::{self, Authentication, Encryption, Signing},
        Scope,
    },
    settings::SettingChange,
    testing::{self, START},
};
use protocol::{Timestamp, x509::SerialNumber};

const ALICE: &str = "alice@example.edu";
const SECOND: &str = "second@example.edu";
const DAY: i64 = Timestamp::DAY;
/// 398 days after the first day of the tests.
const ENDED: &str = "2027-12-24T10:00:00Z";

fn plain(number: usize) -> Vec<u8> {
    csr(key(number).as_openssl(), &Asked::default())
}

fn serial(made: &IssuedIdentity) -> SerialNumber {
    SerialNumber::parse(&made.issued.certificate.serial).unwrap()
}

/// Which mailbox was validated too long ago, and until when that counted; nothing else refuses.
fn ended<T>(outcome: crate::Result<T>) -> (String, String) {
    match outcome {
        Err(Error::Denied(Denied::MailboxValidationEnded { mailbox, ended })) => (mailbox, ended.to_string()),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

/// What Alice had from before.
struct Earlier {
    signing: SerialNumber,
    encryption: SerialNumber,
    enrollment: EnrollmentId,
}

/// Everything that certifies an address, or promises it.
fn doors(world: &World, earlier: &Earlier) -> Vec<(&'static str, crate::Result<()>)> {
    let rosa = &world.officer;
    vec![
        ("renewal", rosa.renew(&earlier.signing).map(drop)),
        ("another key", rosa.replace(&earlier.signing, &plain(2), Old::Stays).map(drop)),
        ("another key that is made here", rosa.replace_generated(&earlier.encryption, Form::Modern, Old::Stays).map(drop)),
        ("a request", rosa.issue_from_csr(ALICE, Signing, &plain(3)).map(drop)),
        ("a key that is made here", rosa.issue_generated(ALICE, Encryption, Form::Modern, true).map(drop)),
        ("a bundle", rosa.issue_bundle(ALICE, "Staff", Some(&plain(4)), Form::Modern, true).map(drop)),
        ("a challenge", rosa.scep_challenges(ALICE, Signing, 1).map(drop)),
        ("an invitation", rosa.invite(ALICE, Channel::Show).map(drop)),
        ("an invitation again", rosa.resend(earlier.enrollment).map(drop)),
    ]
}

#[test]
fn a_validation_that_has_ended_opens_no_door_until_a_new_one_is_recorded() {
    let world = world();
    testing::into_production(&world.officer);
    world.person("Alice Example", ALICE);
    let issued = world.officer.issue_from_csr(ALICE, Signing, &plain(1)).unwrap();
    let earlier = Earlier {
        signing: SerialNumber::parse(&issued.certificate.serial).unwrap(),
        encryption: serial(&world.officer.issue_generated(ALICE, Encryption, Form::Modern, false).unwrap()),
        enrollment: world.invite(ALICE).enrollment,
    };
    world.clock.advance(398 * DAY);
    world.officer.scep_challenges(ALICE, Signing, 1).expect("the last second counts");
    world.clock.advance(1);
    for (door, outcome) in doors(&world, &earlier) {
        assert_eq!(ended(outcome), (ALICE.to_owned(), ENDED.to_owned()), "{door}");
    }
    for serial in [&earlier.signing, &earlier.encryption] {
        assert_eq!(world.officer.certificate(serial).unwrap().status, "active", "what was issued stays as it is");
    }
    world.officer.validate_mailbox(ALICE, Method::InPerson, "staff card 4711").unwrap();
    for (door, outcome) in doors(&world, &earlier) {
        outcome.unwrap_or_else(|error| panic!("{door}: {error}"));
    }
}

#[test]
fn a_batch_names_the_row_whose_validation_has_ended_or_ends_while_it_waits() {
    let world = world();
    world.person("Alice Example", ALICE);
    let list = format!("mail\n{ALICE}\n");
    let plan = || world.officer.plan_batch(list.as_bytes(), &choices(&[Encryption])).unwrap();
    world.clock.advance(398 * DAY);
    let in_time = plan();
    assert!(in_time.errors.is_empty());
    world.clock.advance(1);
    let late = plan();
    let wrong = &late.errors[0];
    assert_eq!((wrong.line, wrong.field.as_str(), wrong.code.as_str()), (2, "mail", "mailboxValidationEnded"));
    let reason = format!("the validation of {ALICE} ended at {ENDED}; record a new validation");
    assert_eq!((wrong.reason.as_str(), late.items.len()), (reason.as_str(), 0));
    let id = world.officer.start_batch(&in_time).unwrap();
    let mut progress = world.officer.batch(id).unwrap();
    for _ in 0..10 {
        if progress.state == BatchState::Running {
            progress = world.officer.step_batch(id, &mut |delivery| panic!("{} was issued", delivery.mail)).unwrap();
        }
    }
    assert_eq!((progress.state, progress.refused), (BatchState::Done, 1));
    let refused = world.officer.batch_refusals(id).unwrap().remove(0);
    assert_eq!((refused.code.as_str(), refused.reason), ("mailboxValidationEnded", reason));
}

#[test]
fn an_address_whose_validation_has_ended_is_left_out_of_what_is_new_and_not_of_what_replaces_it() {
    let world = world();
    testing::into_production(&world.officer);
    let alice = world.person("Alice Example", ALICE).id;
    world.officer.add_mailbox(alice, SECOND).unwrap();
    world.officer.validate_mailbox(SECOND, Method::Records, "staff list").unwrap();
    let of = |mails: &[&str]| mails.iter().map(|mail| format!("rfc822Name:{mail}")).collect::<Vec<_>>();
    let both = world.officer.issue_generated(ALICE, Encryption, Form::Modern, false).unwrap();
    assert_eq!(both.issued.certificate.san, of(&[ALICE, SECOND]));
    world.clock.advance(200 * DAY);
    world.officer.validate_mailbox(ALICE, Method::InPerson, "staff card 4711").unwrap();
    world.clock.advance(198 * DAY + 1);
    let again = world.officer.replace_generated(&serial(&both), Form::Modern, Old::Stays);
    assert_eq!(ended(again), (SECOND.to_owned(), ENDED.to_owned()), "mail to it could no longer be read");
    let card = world.officer.share_vcard(alice).unwrap();
    assert!(card.contains(ALICE) && card.contains(SECOND), "as the certificate says: {card}");
    let new = world.officer.issue_generated(ALICE, Encryption, Form::Modern, true).unwrap();
    assert_eq!(new.issued.certificate.san, of(&[ALICE]));
    let card = world.officer.share_vcard(alice).unwrap();
    assert!(card.contains(ALICE) && !card.contains(SECOND), "{card}");
}

#[test]
fn an_address_that_a_new_certificate_does_not_state_stops_none_when_its_validation_has_ended() {
    let world = world();
    testing::into_production(&world.officer);
    let alice = world.person("Alice Example", ALICE).id;
    world.officer.add_mailbox(alice, SECOND).unwrap();
    world.officer.validate_mailbox(SECOND, Method::Records, "staff list").unwrap();
    let save = |name: ProfileName, change: &dyn Fn(&mut ProfileDraft)| {
        let mut draft = ProfileDraft::builtin(name);
        change(&mut draft);
        world.officer.save_profile(Scope::Department, name, draft).unwrap();
    };
    save(Signing, &|draft| draft.every_address = true);
    save(Authentication, &|draft| draft.days = 730);
    let issued = |profile, number| world.officer.issue_from_csr(ALICE, profile, &plain(number)).unwrap().certificate;
    let of = |mails: &[&str]| mails.iter().map(|mail| format!("rfc822Name:{mail}")).collect::<Vec<_>>();
    let (both, one) = (issued(Signing, 1), issued(Authentication, 2));
    assert_eq!((&both.san, &one.san), (&of(&[ALICE, SECOND]), &of(&[ALICE])));
    let again = |certificate: &Certificate| world.officer.renew(&SerialNumber::parse(&certificate.serial).unwrap());
    let validate = |mail: &str| drop(world.officer.validate_mailbox(mail, Method::InPerson, "staff card 4711").unwrap());

    world.clock.advance(200 * DAY);
    validate(ALICE);
    world.clock.advance(198 * DAY + 1);
    assert_eq!(ended(again(&both)), (SECOND.to_owned(), ENDED.to_owned()), "it would be left out without a word");
    save(Signing, &|draft| draft.every_address = false);
    assert_eq!(again(&both).unwrap().certificate.san, of(&[ALICE]), "by today's profile it is left out");

    // Only the other address counts: enough for a certificate that states none, and for no other.
    validate(SECOND);
    world.clock.advance(200 * DAY + 1);
    assert_eq!(ended(again(&one)).0, ALICE);
    save(Authentication, &|draft| draft.with_address = false);
    assert!(again(&one).unwrap().certificate.san.is_empty());
}

#[test]
fn another_number_of_days_counts_at_once_and_zero_is_without_end() {
    let world = world();
    world.person("Alice Example", ALICE);
    let other = testing::officer(&testing::open(&world.folder, &world.clock));
    let set = |days: &str| other.set_setting("mailbox.valid_days", days);
    let mailbox = || world.officer.subscriber_by_mail(ALICE).unwrap().mailboxes.remove(0);
    let until = |days: i64| Some(Timestamp(START + days * DAY));
    assert_eq!((other.settings().unwrap().mailbox_valid_days, mailbox().valid_until), (398, until(398)));
    world.clock.advance(10 * DAY + 1);
    set("10").unwrap();
    assert_eq!((mailbox().validated, mailbox().valid_until), (false, until(10)));
    assert_eq!(ended(world.officer.invite(ALICE, Channel::Show)), (ALICE.to_owned(), "2026-12-01T10:00:00Z".to_owned()));
    set("11").unwrap();
    world.officer.invite(ALICE, Channel::Show).unwrap();
    set("0").unwrap();
    world.clock.advance(3_000 * DAY);
    assert_eq!((mailbox().validated, mailbox().valid_until), (true, None));
    world.officer.invite(ALICE, Channel::Show).unwrap();
    set("").unwrap();
    assert_eq!(ended(world.officer.invite(ALICE, Channel::Show)), (ALICE.to_owned(), ENDED.to_owned()), "the default again");
    assert!(matches!(set("826"), Err(Error::Invalid { field: "mailbox.valid_days", .. })));
    let of_department = other.change_setting(Scope::Department, "mailbox.valid_days", SettingChange::To("10".into()));
    assert!(matches!(of_department, Err(Error::Denied(Denied::OrganizationOnly))));
}
