//! Batches of requests: keys that are made elsewhere, and are refused in the dry run as they are alone.

use super::{
    Asked,
    batch::{choices, count, finish, people, start},
    csr,
};
use crate::{
    Error,
    issuance::{
        DeliveryFolder, Form,
        batch::{BatchPlan, Choices, Columns},
    },
    mailbox::Method,
    ota::tests::phone::key,
    profile::{
        ProfileDraft,
        ProfileName::{Authentication, Encryption, Signing},
        Scope,
    },
};
use openssl::base64::encode_block;
use protocol::{
    crl::Reason,
    key::KeyAlgorithm,
    pkcs12,
    x509::{SerialNumber, SubjectAltName},
};
use std::path::Path;

#[test]
fn requests_in_the_list_become_certificates_without_any_key_here() {
    let (world, _) = people(3);
    let good = encode_block(&csr(key(1).as_openssl(), &Asked::default()));
    let wrong = encode_block(&csr(key(2).as_openssl(), &Asked { names: &[("CN", "Mallory")], ..Asked::default() }));
    let list = format!("mail,csr\np0@example.edu,\"{good}\"\np1@example.edu,\"{wrong}\"\np2@example.edu,\n");
    let by_heading = world.officer.plan_batch(list.as_bytes(), &choices(&[Signing])).unwrap();
    let mapped = Choices { columns: Some(Columns { mail: 0, name: None, csr: Some(1) }), ..choices(&[Signing]) };
    let plan = world.officer.plan_batch(list.as_bytes(), &mapped).unwrap();
    assert_eq!(plan.items, by_heading.items);
    assert_eq!(plan.errors.iter().map(|e| (e.line, e.field.as_str())).collect::<Vec<_>>(), [(3, "csr"), (4, "csr")]);
    let id = world.officer.start_batch(&plan).unwrap();
    // Stored, and killed before it was handed on: the certificate is good, and is handed on next time.
    assert!(world.officer.step_batch(id, &mut |_| Err(Error::fault("killed"))).is_err());
    let (progress, mut got) = finish(&world, id);
    assert_eq!((progress.delivered, count(&world, "SELECT count(*) FROM certificate WHERE kind = 'subscriber'")), (1, 1));
    assert!(got["p0@example.edu"].identity.is_none() && got["p0@example.edu"].certificate.public_key.belongs_to(key(1)));
    assert_eq!((plan.makes_keys(), progress.makes_keys), (false, false), "nobody is asked where passwords shall go");
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("out");
    let mut out = DeliveryFolder::open_for(false, &folder, &place.path().join("list.csv")).unwrap();
    out.deliver(got.remove("p0@example.edu").unwrap()).unwrap();
    let names = |of: &Path| std::fs::read_dir(of).unwrap().map(|file| file.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!((names(place.path()), names(&folder)), (vec!["out".into()], vec!["p0@example.edu-signing.cer".into()]), "and no list");
    assert_eq!(world.officer.plan_batch(list.as_bytes(), &choices(&[Signing])).unwrap().there, [(2, Signing)], "the same key");
}

#[test]
fn a_key_that_a_single_issue_refuses_is_refused_by_the_dry_run() {
    let (world, _) = people(4);
    let plain = |number| csr(key(number).as_openssl(), &Asked::default());
    let signed = |mail: &str, number| {
        let issued = world.officer.issue_from_csr(mail, Signing, &plain(number)).unwrap();
        SerialNumber::parse(&issued.certificate.serial).unwrap()
    };
    world.officer.revoke(&signed("p0@example.edu", 1), Reason::KeyCompromise).unwrap();
    world.officer.hold(&[signed("p1@example.edu", 2)]).unwrap();
    let made = world.officer.issue_generated("p2@example.edu", Encryption, Form::Modern, false).unwrap();
    let ours = pkcs12::open(&made.pkcs12, made.password.reveal()).unwrap().key;
    let requests = [plain(1), plain(2), csr(ours.as_openssl(), &Asked::default()), plain(3)];
    let mut list = "mail,csr\n".to_owned();
    for (n, request) in requests.iter().enumerate() {
        list.push_str(&format!("p{n}@example.edu,\"{}\"\n", encode_block(request)));
    }
    let plan = || world.officer.plan_batch(list.as_bytes(), &choices(&[Authentication])).unwrap();
    let refused = |plan: &BatchPlan, line: usize| {
        let error = plan.errors.iter().find(|error| error.line == line).unwrap();
        assert_eq!((error.field.as_str(), error.code.as_str()), ("csr", "validation"), "{}", error.reason);
        error.reason.clone()
    };
    let first = plan();
    for (n, word) in ["the key was compromised", "on hold", "Signet made this key"].into_iter().enumerate() {
        let reason = refused(&first, n + 2);
        assert!(reason.contains(word) && reason.contains("make a new key"), "{reason}");
        let alone = world.officer.issue_from_csr(&format!("p{n}@example.edu"), Authentication, &requests[n]);
        assert!(matches!(alone, Err(Error::Invalid { field: "csr", reason: same }) if same == reason), "as alone");
    }
    assert_eq!(first.items.iter().map(|item| item.line).collect::<Vec<_>>(), [5]);
    let longer = ProfileDraft { key: KeyAlgorithm::Rsa3072, ..ProfileDraft::builtin(Authentication) };
    world.officer.save_profile(Scope::Department, Authentication, longer).unwrap();
    let second = plan();
    assert!(refused(&second, 5).contains("make a longer one"));
    assert_eq!((second.items.len(), second.errors.len()), (0, 4));
}

#[test]
fn a_request_with_any_of_a_persons_addresses_is_taken_where_the_certificate_states_them_all() {
    let (world, _) = people(1);
    let person = world.officer.subscriber_by_mail("p0@example.edu").unwrap().id;
    world.officer.add_mailbox(person, "second@example.edu").unwrap();
    world.officer.validate_mailbox("second@example.edu", Method::InPerson, "read a mail in my office").unwrap();
    let list = |mail: &str| {
        let request = csr(key(1).as_openssl(), &Asked { mail: Some(mail), ..Asked::default() });
        format!("mail,csr\np0@example.edu,\"{}\"\n", encode_block(&request))
    };
    let plan = |mail: &str| world.officer.plan_batch(list(mail).as_bytes(), &choices(&[Signing])).unwrap();
    // One address is certified, and the request states two, or the other one.
    for mail in ["p0@example.edu second@example.edu", "second@example.edu"] {
        assert!(plan(mail).errors[0].reason.contains("alternative name"), "{mail}");
    }
    let all = ProfileDraft { every_address: true, ..ProfileDraft::builtin(Signing) };
    world.officer.save_profile(Scope::Department, Signing, all).unwrap();
    for mail in ["p0@example.edu second@example.edu", "second@example.edu"] {
        let id = start(&world, &list(mail), &choices(&[Signing]));
        let (progress, got) = finish(&world, id);
        assert_eq!((progress.delivered, progress.refused), (1, 0), "{mail}");
        let certificate = &got["p0@example.edu"].certificate;
        let both = ["p0@example.edu", "second@example.edu"].map(|mail| SubjectAltName::Rfc822Name(mail.into()));
        assert_eq!(certificate.san, both, "{mail}");
        world.officer.revoke(&certificate.serial, Reason::Superseded).unwrap();
    }
    assert!(plan("third@example.edu").errors[0].reason.contains("alternative name"));
}
