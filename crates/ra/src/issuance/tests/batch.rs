//! Batches: dry run, interruption at every place, the same list again, and lists as people break them.

use super::{Asked, csr};
use crate::{
    Conflict, Error, Noun,
    certificate::CertificateQuery,
    id::BatchId,
    issuance::{
        DeliveryFolder, Form,
        batch::{BatchPlan, BatchProgress, BatchState, Choices, Columns, Delivery},
    },
    mailbox::Method,
    ota::tests::phone::{World, key, world},
    profile::{
        ProfileDraft,
        ProfileName::{self, Authentication, Encryption, Signing},
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
use std::{collections::HashMap, path::Path};

pub(super) fn choices(profiles: &[ProfileName]) -> Choices {
    Choices { name: "staff.csv".into(), profiles: profiles.to_vec(), form: Form::Modern, supersede: false, columns: None }
}

/// A department with so many people, and their list.
pub(super) fn people(count: usize) -> (World, String) {
    let world = world();
    let mut list = "name,mail\n".to_owned();
    for n in 0..count {
        let (name, mail) = (format!("Person {n}"), format!("p{n}@example.edu"));
        world.person(&name, &mail);
        list.push_str(&format!("{name},{mail}\n"));
    }
    (world, list)
}

fn start(world: &World, list: &str, choices: &Choices) -> BatchId {
    let plan = world.officer.plan_batch(list.as_bytes(), choices).unwrap();
    assert!(plan.errors.is_empty(), "{:?}", plan.errors);
    world.officer.start_batch(&plan).unwrap()
}

/// Works it off; what came out by address.
fn finish(world: &World, id: BatchId) -> (BatchProgress, HashMap<String, Delivery>) {
    let mut got = HashMap::new();
    for _ in 0..1000 {
        let progress = world
            .officer
            .step_batch(id, &mut |delivery| {
                assert!(got.insert(delivery.mail.clone(), delivery).is_none(), "one each");
                Ok(())
            })
            .unwrap();
        if progress.state != BatchState::Running {
            return (progress, got);
        }
    }
    panic!("it never ends");
}

fn active(world: &World) -> usize {
    let all = world.officer.certificates(&CertificateQuery::default()).unwrap();
    all.iter().filter(|certificate| certificate.status == "active").count()
}

fn count(world: &World, sql: &'static str) -> i64 {
    world.authority.0.store.read(|c| Ok(c.query_row(sql, [], |row| row.get(0))?)).unwrap()
}

#[test]
fn a_list_becomes_a_file_with_its_own_password_for_each_person() {
    let (world, list) = people(5);
    let plan = world.officer.plan_batch(list.as_bytes(), &choices(&[Signing, Encryption, Authentication])).unwrap();
    assert_eq!((plan.rows, plan.items.len(), plan.there.len()), (5, 5, 0));
    assert_eq!(plan.by_device, [Signing, Authentication], "their phones make these keys");
    assert_eq!((count(&world, "SELECT count(*) FROM batch"), active(&world)), (0, 0), "a plan changes nothing");
    let id = world.officer.start_batch(&plan).unwrap();
    let (progress, got) = finish(&world, id);
    assert_eq!((progress.state, progress.total, progress.delivered, progress.refused), (BatchState::Done, 5, 5, 0));
    let mut passwords = std::collections::HashSet::new();
    for (mail, delivery) in &got {
        let (file, password) = delivery.identity.as_ref().unwrap();
        let identity = pkcs12::open(file, password.reveal()).unwrap();
        assert!(format!("{:?}", identity.certificate.san).contains(mail.as_str()));
        assert!(passwords.insert(password.reveal().to_owned()));
    }
    assert_eq!((got.len(), active(&world)), (5, 5));
    assert!(matches!(world.officer.step_batch(id, &mut |_| Ok(())), Err(Error::Conflict(Conflict::BatchEnded))));
    let events: Vec<_> = world.authority.auditor().ledger(None, 1).unwrap();
    assert_eq!(events[0].event, "batch.done");
}

#[test]
fn the_same_list_again_issues_nothing_twice() {
    let (world, list) = people(3);
    let id = start(&world, &list, &choices(&[Encryption]));
    assert_eq!(start(&world, &list, &choices(&[Encryption])), id, "the running one");
    finish(&world, id);
    let again = world.officer.plan_batch(list.as_bytes(), &choices(&[Encryption])).unwrap();
    assert_eq!((again.items.len(), again.there.len()), (0, 3));
    assert!(matches!(world.officer.start_batch(&again), Err(Error::Invalid { field: "list", .. })));
    // Also where the officer wants them replaced: once.
    let replace = Choices { supersede: true, ..choices(&[Encryption]) };
    let second = start(&world, &list, &replace);
    finish(&world, second);
    assert_eq!(world.officer.plan_batch(list.as_bytes(), &replace).unwrap().there.len(), 3);
    assert_eq!((active(&world), count(&world, "SELECT count(*) FROM certificate WHERE profile = 'encryption'")), (3, 6));
    // Somebody who is added to the list gets theirs.
    world.person("New", "new@example.edu");
    let longer = world.officer.plan_batch(format!("{list}New,new@example.edu\n").as_bytes(), &choices(&[Encryption])).unwrap();
    assert_eq!((longer.items.len(), longer.there.len()), (1, 3));
}

#[test]
fn a_crash_at_any_place_loses_nothing_and_doubles_nothing() {
    let (world, list) = people(4);
    let id = start(&world, &list, &choices(&[Encryption]));
    // Killed between signing and storing: a reservation is left.
    let at = world.authority.0.clock.now();
    let serial = crate::certificate::fresh_serial().unwrap();
    let reserved = serial.clone();
    world
        .authority
        .0
        .store
        .write(move |tx| {
            crate::certificate::reserve(tx, at, &reserved, None, &serde_json::json!({}))?;
            tx.execute("UPDATE batch_item SET state = 'reserved', serial = ?1 WHERE number = 1", [reserved.octets()])?;
            Ok(())
        })
        .unwrap();
    // Killed while handing on: two had reached the folder, the others' keys are lost with the process.
    let mut left = 2;
    let crash = world.officer.step_batch(id, &mut |_| {
        left -= 1;
        if left < 0 { Err(Error::fault("killed")) } else { Ok(()) }
    });
    assert!(crash.is_err());
    let before = world.officer.batch(id).unwrap();
    assert_eq!((before.state, before.delivered), (BatchState::Running, 2));
    let (progress, got) = finish(&world, id);
    assert_eq!((progress.state, progress.delivered, got.len()), (BatchState::Done, 4, 2));
    assert_eq!(count(&world, "SELECT count(*) FROM issuance WHERE state = 'reserved'"), 0);
    assert_eq!(count(&world, "SELECT count(*) FROM issuance WHERE state = 'abandoned'"), 1, "its serial goes on the CRL");
    let one_each = "SELECT count(*) FROM (SELECT subscriber FROM certificate WHERE profile = 'encryption' AND revoked_at IS NULL
         AND superseded_at IS NULL GROUP BY subscriber HAVING count(*) = 1)";
    assert_eq!(count(&world, one_each), 4, "a lost key's certificate is not in use");
    for (mail, delivery) in got {
        let (file, password) = delivery.identity.unwrap();
        let serial = pkcs12::open(&file, password.reveal()).unwrap().certificate.serial;
        assert_eq!(world.officer.certificate(&serial).unwrap().status, "active", "{mail}");
    }
}

#[test]
fn one_program_at_a_time_works_on_a_batch() {
    let (world, list) = people(1);
    let id = start(&world, &list, &choices(&[Encryption]));
    let other = world.authority.operator(crate::ledger::Actor::Officer("eve".into()));
    let mut met = None;
    world
        .officer
        .step_batch(id, &mut |_| {
            met = Some(other.step_batch(id, &mut |_| Ok(())).err());
            Ok(())
        })
        .unwrap();
    assert!(matches!(met, Some(Some(Error::Conflict(Conflict::BatchUnderWay)))));
    assert!(matches!(world.officer.batch(BatchId::fresh()), Err(Error::NotFound(Noun::Batch))));
}

#[test]
fn a_cancelled_batch_keeps_what_is_delivered_and_begins_nothing_more() {
    let (world, list) = people(3);
    let id = start(&world, &list, &choices(&[Encryption]));
    let officer = world.officer.clone();
    let mut stopped = false;
    world
        .officer
        .step_batch(id, &mut |_| {
            if !std::mem::replace(&mut stopped, true) {
                officer.cancel_batch(id)?;
            }
            Ok(())
        })
        .unwrap();
    let progress = world.officer.batch(id).unwrap();
    assert_eq!(progress.state, BatchState::Cancelled);
    assert_eq!(progress.delivered as usize, active(&world), "whatever was begun was handed on");
    assert!(matches!(world.officer.cancel_batch(id), Err(Error::Conflict(Conflict::BatchEnded))));
    let rest = world.officer.plan_batch(list.as_bytes(), &choices(&[Encryption])).unwrap();
    assert_eq!(rest.items.len() + rest.there.len(), 3);
    assert_eq!(rest.there.len() as u64, progress.delivered);
}

/// Two are handed on, then the disk is full.
fn break_off(world: &World, id: BatchId) {
    let mut left = 2;
    let full = world.officer.step_batch(id, &mut |_| {
        left -= 1;
        if left < 0 { Err(Error::fault("the disk is full")) } else { Ok(()) }
    });
    assert!(full.is_err());
}

#[test]
fn ending_an_interrupted_batch_leaves_no_certificate_in_use_whose_key_was_lost() {
    let (world, list) = people(4);
    let earlier = world.officer.issue_generated("p3@example.edu", Encryption, Form::Modern, false).unwrap().issued.certificate.serial;
    let id = start(&world, &list, &Choices { supersede: true, ..choices(&[Encryption]) });
    break_off(&world, id);
    // And one was killed between signing and storing.
    let at = world.authority.0.clock.now();
    let serial = crate::certificate::fresh_serial().unwrap();
    world
        .authority
        .0
        .store
        .write(move |tx| {
            crate::certificate::reserve(tx, at, &serial, None, &serde_json::json!({}))?;
            tx.execute("UPDATE batch_item SET state = 'reserved', serial = ?1 WHERE state = 'waiting'", [serial.octets()])?;
            Ok(())
        })
        .unwrap();
    let ended = world.officer.cancel_batch(id).unwrap();
    assert_eq!((ended.state, ended.delivered), (BatchState::Cancelled, 2));
    assert_eq!(count(&world, "SELECT count(*) FROM batch_item WHERE state IN ('reserved', 'issued')"), 0, "nothing is half done");
    let in_use = "SELECT count(*) FROM certificate WHERE profile = 'encryption' AND revoked_at IS NULL AND superseded_at IS NULL";
    let handed_on =
        "SELECT count(*) FROM batch_item i JOIN certificate c USING (serial) WHERE i.state = 'delivered' AND c.revoked_at IS NULL";
    let serial = protocol::x509::SerialNumber::parse(&earlier).unwrap();
    // The one that p3 had counts again, unless its successor was handed on.
    let still = i64::from(world.officer.certificate(&serial).unwrap().status == "active");
    assert_eq!((count(&world, in_use), count(&world, handed_on)), (2 + still, 2));
    let of_p3 = "SELECT count(*) FROM certificate c JOIN subscriber s ON s.id = c.subscriber
         WHERE s.name = 'Person 3' AND c.revoked_at IS NULL AND c.superseded_at IS NULL";
    assert_eq!(count(&world, of_p3), 1, "nobody is left without the one they had");
}

#[test]
fn who_is_at_work_clears_up_a_batch_that_is_ended_meanwhile() {
    let (world, list) = people(3);
    let id = start(&world, &list, &choices(&[Encryption]));
    let officer = world.officer.clone();
    let failed = world.officer.step_batch(id, &mut |_| {
        officer.cancel_batch(id)?;
        Err(Error::fault("the disk is full"))
    });
    assert!(matches!(failed, Err(Error::Internal(_))), "why it failed, not that it was ended");
    assert_eq!((world.officer.batch(id).unwrap().state, active(&world)), (BatchState::Cancelled, 0));
    assert_eq!(count(&world, "SELECT count(*) FROM batch_item WHERE state = 'waiting'"), 3);
}

#[test]
fn an_ended_batch_whose_worker_was_killed_is_cleared_up_by_who_comes_next() {
    for sweep in [false, true] {
        let (world, list) = people(3);
        let id = start(&world, &list, &choices(&[Encryption]));
        break_off(&world, id);
        assert_eq!(active(&world), 3, "one key was lost");
        // Ended while another program had the lock, which was killed before it could do anything about it.
        let held = crate::store::try_lock(&world.authority.0.folder, "batch.lock").unwrap().unwrap();
        assert_eq!(world.officer.cancel_batch(id).unwrap().state, BatchState::Cancelled);
        world.officer.tidy().unwrap();
        assert_eq!(active(&world), 3, "not under the hands of who is at work");
        drop(held);
        if sweep {
            world.officer.tidy().unwrap();
        } else {
            assert!(matches!(world.officer.step_batch(id, &mut |_| Ok(())), Err(Error::Conflict(Conflict::BatchEnded))));
        }
        assert_eq!(active(&world), 2, "sweep: {sweep}");
    }
}

#[test]
fn every_bad_row_is_named_with_its_line_and_the_good_ones_go_on() {
    let (world, _) = people(3);
    world.stranger("Stranger", "stranger@example.edu");
    let list = b"Mail;Name\np0@example.edu;Person 0\nP0@EXAMPLE.edu;\n=HYPERLINK(\"x\");Person 1\nnobody@example.edu;\n\
        stranger@example.edu;Stranger\nno address;\np1@example.edu;Person 2\np1@example.edu;=1+1\np2@example.edu;Per\xffson 2\n\"p1@example.edu\";\"  person 1 \"\n";
    let plan = world.officer.plan_batch(list, &choices(&[Encryption])).unwrap();
    let said: Vec<_> = plan.errors.iter().map(|e| (e.line, e.field.as_str(), e.code.as_str())).collect();
    assert_eq!(
        said,
        [
            (3, "mail", "validation"),
            (4, "mail", "validation"),
            (5, "mail", "notFound"),
            (6, "mail", "mailboxNotValidated"),
            (7, "mail", "validation"),
            (8, "name", "validation"),
            (9, "name", "validation"),
            (10, "name", "validation"),
        ]
    );
    for (at, word) in [
        (0, "line 2 already; leave one of the two rows out"),
        (1, "formula"),
        (2, "add the person"),
        (3, "record it"),
        (5, "belongs to Person 1, not to Person 2; correct the name or the address"),
        (6, "formula"),
        (7, "UTF-8"),
    ] {
        assert!(plan.errors[at].reason.contains(word), "{}: {}", word, plan.errors[at].reason);
    }
    assert_eq!(
        plan.items.iter().map(|item| (item.line, item.mail.as_str())).collect::<Vec<_>>(),
        [(2, "p0@example.edu"), (11, "p1@example.edu")]
    );
    let id = world.officer.start_batch(&plan).unwrap();
    assert_eq!(finish(&world, id).1.len(), 2);
}

#[test]
fn a_list_that_cannot_be_used_is_refused_whole() {
    let (world, list) = people(1);
    let refused = |list: &[u8], choices: &Choices| match world.officer.plan_batch(list, choices) {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let encryption = choices(&[Encryption]);
    assert_eq!(refused(b"", &encryption), "list");
    assert_eq!(refused(b"Alice,a@example.edu\n", &encryption), "list");
    assert_eq!(refused(b"mail\n\"open", &encryption), "list");
    assert_eq!(refused(list.as_bytes(), &choices(&[])), "bundle");
    assert_eq!(refused(list.as_bytes(), &choices(&[Signing])), "bundle");
    assert_eq!(refused(list.as_bytes(), &Choices { name: " ".into(), ..encryption.clone() }), "name");
    let beyond = Columns { mail: 7, name: None, csr: None };
    assert_eq!(refused(list.as_bytes(), &Choices { columns: Some(beyond), ..encryption.clone() }), "columns");
    let mut long = "mail\n".to_owned();
    for n in 0..=super::super::batch::MOST {
        long.push_str(&format!("x{n}@example.edu\n"));
    }
    assert_eq!(refused(long.as_bytes(), &encryption), "list", "one too many");
    assert_eq!(refused(&vec![b'x'; super::super::batch::MAX_LIST + 1], &encryption), "list");
}

#[test]
fn a_hundred_thousand_rows_are_judged_and_recorded() {
    let (world, _) = people(1);
    let mut list = "mail\n".to_owned();
    for n in 0..super::super::batch::MOST {
        list.push_str(&format!("p{n}@example.edu\n"));
    }
    let plan = world.officer.plan_batch(list.as_bytes(), &choices(&[Encryption])).unwrap();
    assert_eq!((plan.rows, plan.items.len(), plan.errors.len()), (100_000, 1, 99_999));
    let mut plan = plan;
    let one = plan.items.remove(0);
    plan.items = vec![one; 100_000];
    let id = world.officer.start_batch(&plan).unwrap();
    assert_eq!(world.officer.batch(id).unwrap().total, 100_000);
    assert_eq!(world.officer.cancel_batch(id).unwrap().state, BatchState::Cancelled);
}

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

#[test]
fn what_changes_between_plan_and_step_refuses_its_row_alone() {
    let (world, list) = people(3);
    let id = start(&world, &list, &choices(&[Encryption]));
    let leaver = world.officer.subscriber_by_mail("p1@example.edu").unwrap();
    world.officer.delete_subscriber(leaver.id).unwrap();
    world.officer.issue_generated("p2@example.edu", Encryption, Form::Legacy, false).unwrap();
    let (progress, got) = finish(&world, id);
    assert_eq!((progress.delivered, progress.refused, got.len()), (1, 2, 1));
    let said: Vec<_> = world.officer.batch_refusals(id).unwrap().into_iter().map(|r| (r.line, r.code)).collect();
    assert_eq!(said, [(3, "notFound".to_owned()), (4, "activeEncryption".to_owned())]);
}

#[test]
fn the_folder_holds_a_file_each_and_the_list_of_passwords_lies_apart_for_its_owner_alone() {
    let (world, list) = people(2);
    let id = start(&world, &list, &choices(&[Encryption]));
    let out = world.folder.path().join("out");
    let list = DeliveryFolder::passwords(&out, None).unwrap();
    let mut folder = DeliveryFolder::open(&out, &list).unwrap();
    world.officer.step_batch(id, &mut |delivery| folder.deliver(delivery)).unwrap();
    let passwords = std::fs::read_to_string(&list).unwrap();
    let mut lines = passwords.lines();
    assert_eq!(lines.next(), Some("mail,file,serial,password"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let identity = pkcs12::open(&std::fs::read(out.join(row[1])).unwrap(), row[3]).unwrap();
        assert_eq!(identity.certificate.serial.to_string(), row[2]);
    }
    let files: Vec<_> = std::fs::read_dir(&out).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 2, "and no password: {files:?}");
    #[cfg(unix)]
    for file in files.iter().chain([&list]) {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0);
    }
}
