//! A bundle for one person in one act, and what refuses it whole.

use super::{Asked, csr};
use crate::{
    Denied, Error,
    issuance::Form,
    ota::tests::phone::{World, key, world},
    policy::Bundle,
    profile::{ProfileName, Scope},
};
use protocol::pkcs12;

const ALICE: &str = "alice@example.edu";

fn count(world: &World) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM issuance) + (SELECT count(*) FROM certificate)";
    world.authority.0.store.read(|c| Ok(c.query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap()
}

#[test]
fn staff_get_all_of_it_with_a_request_and_the_rest_by_invitation_without_one() {
    let world = world();
    world.person("Alice Example", ALICE);
    let request = csr(key(0).as_openssl(), &Asked::default());
    let all = world.officer.issue_bundle(ALICE, "staff", Some(&request), Form::Modern, false).unwrap();
    assert_eq!(all.requested.iter().map(|one| one.certificate.profile.as_str()).collect::<Vec<_>>(), ["signing", "authentication"]);
    assert!(all.left.is_empty());
    let [(ProfileName::Encryption, made)] = all.made.as_slice() else { panic!("one key is made here") };
    let opened = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap();
    assert_eq!(opened.certificate.serial.to_string(), made.issued.certificate.serial);

    // Without a request the holder's own keys are left, and a second one to encrypt takes the place of the first.
    let refused = world.officer.issue_bundle(ALICE, "Staff", None, Form::Modern, false).err();
    assert!(matches!(refused, Some(Error::Conflict(crate::Conflict::ActiveEncryption))));
    let rest = world.officer.issue_bundle(ALICE, "Staff", None, Form::Modern, true).unwrap();
    assert_eq!(rest.left, [ProfileName::Signing, ProfileName::Authentication]);
    assert_eq!(rest.made[0].1.issued.superseded, std::slice::from_ref(&made.issued.certificate.serial));
}

#[test]
fn a_bundle_is_refused_whole() {
    let world = world();
    world.person("Alice Example", ALICE);
    let alice = world.officer.subscriber_by_mail(ALICE).unwrap().id;
    world.officer.add_mailbox(alice, "new@example.edu").unwrap();
    let before = count(&world);
    let request = csr(key(0).as_openssl(), &Asked::default());
    let foreign = csr(key(0).as_openssl(), &Asked { names: &[("CN", "Mallory")], ..Default::default() });
    let issue =
        |mail: &str, bundle: &str, request: Option<&[u8]>| world.officer.issue_bundle(mail, bundle, request, Form::Modern, false).err();
    assert!(matches!(issue(ALICE, "Staff", Some(&foreign)), Some(Error::Invalid { field: "csr", .. })));
    assert!(matches!(issue(ALICE, "Staff", Some(b"nothing")), Some(Error::Invalid { field: "csr", .. })));
    match issue("new@example.edu", "Staff", Some(&request)) {
        Some(Error::Denied(Denied::MailboxNotValidated { mailbox })) => assert_eq!(mailbox, "new@example.edu", "of two"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(issue(ALICE, "Student", None), Some(Error::Invalid { field: "csr", .. })), "nothing of it can be made here");
    assert!(matches!(issue(ALICE, "Nobody", None), Some(Error::NotFound(crate::Noun::Bundle))));
    assert_eq!(count(&world), before, "nothing half done");

    let own = Bundle { name: "Readers".into(), profiles: vec![ProfileName::Encryption, ProfileName::Document] };
    world.officer.save_bundle(Scope::Department, &own).unwrap();
    let made = world.officer.issue_bundle(ALICE, "readers", None, Form::Legacy, false).unwrap().made;
    assert_eq!(made.iter().map(|(profile, _)| *profile).collect::<Vec<_>>(), own.profiles);
    assert_ne!(made[0].1.password.reveal(), made[1].1.password.reveal(), "each file has its own");
}

#[test]
fn what_fails_after_others_were_issued_takes_no_key_with_it() {
    let world = world();
    world.person("Alice Example", ALICE);
    let own = Bundle { name: "Readers".into(), profiles: vec![ProfileName::Encryption, ProfileName::Document, ProfileName::Signing] };
    world.officer.save_bundle(Scope::Department, &own).unwrap();
    let deny = |profile: &'static str| {
        let sql = format!(
            "CREATE TRIGGER no_{profile} BEFORE INSERT ON certificate WHEN NEW.profile = '{profile}' BEGIN SELECT RAISE(ABORT, 'no'); END"
        );
        world.authority.0.store.write(move |tx| Ok(tx.execute(&sql, [])?)).unwrap();
    };
    deny("document");
    let request = csr(key(0).as_openssl(), &Asked::default());
    let all = world.officer.issue_bundle(ALICE, "Readers", Some(&request), Form::Modern, false).unwrap();
    let [(ProfileName::Encryption, made)] = all.made.as_slice() else { panic!("the key that was made is handed on") };
    assert_eq!(pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap().certificate.serial.to_string(), made.issued.certificate.serial);
    assert_eq!(all.requested.iter().map(|one| one.certificate.profile.as_str()).collect::<Vec<_>>(), ["signing"]);
    assert!(matches!(all.refused.as_slice(), [(ProfileName::Document, Error::Internal(_))]));
    // Where nothing was issued yet, all of it is refused.
    deny("encryption");
    let before = count(&world);
    assert!(matches!(world.officer.issue_bundle(ALICE, "Readers", None, Form::Modern, true).err(), Some(Error::Internal(_))));
    assert_eq!(count(&world), before + 1, "a serial that was given up");
}
