//! Batches: from a list to a file for each person, the same list again, and what changes meanwhile.

use crate::{
    Conflict, Error, Noun,
    certificate::CertificateQuery,
    id::BatchId,
    issuance::{
        DeliveryFolder, Form,
        batch::{BatchProgress, BatchState, Choices, Delivery},
    },
    ota::tests::phone::{World, world},
    profile::{
        ProfileDraft,
        ProfileName::{self, Authentication, Encryption, Signing},
        Scope,
    },
    testing,
};
use protocol::pkcs12;
use std::collections::HashMap;

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

pub(super) fn start(world: &World, list: &str, choices: &Choices) -> BatchId {
    let plan = world.officer.plan_batch(list.as_bytes(), choices).unwrap();
    assert!(plan.errors.is_empty(), "{:?}", plan.errors);
    world.officer.start_batch(&plan).unwrap()
}

/// Works it off; what came out by address.
pub(super) fn finish(world: &World, id: BatchId) -> (BatchProgress, HashMap<String, Delivery>) {
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

pub(super) fn active(world: &World) -> usize {
    let all = world.officer.certificates(&CertificateQuery::default()).unwrap();
    all.iter().filter(|certificate| certificate.status == "active").count()
}

pub(super) fn count(world: &World, sql: &'static str) -> i64 {
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
fn what_a_later_rule_refuses_keeps_its_rows_waiting_until_it_is_mended() {
    let (world, list) = people(2);
    let id = start(&world, &list, &choices(&[Encryption]));
    let sound = ProfileDraft::builtin(Encryption);
    testing::saved_earlier(&world.authority, &world.officer, Encryption, &ProfileDraft { renewal_days: 0, ..sound.clone() });
    let refused = world.officer.step_batch(id, &mut |_| Ok(())).unwrap_err();
    assert!(matches!(refused, Error::Invalid { field: "profile", .. }), "{refused:?}");
    let progress = world.officer.batch(id).unwrap();
    assert_eq!((progress.state, progress.delivered, progress.refused), (BatchState::Running, 0, 0));
    world.officer.save_profile(Scope::Department, Encryption, sound).unwrap();
    let (progress, got) = finish(&world, id);
    assert_eq!((progress.delivered, progress.refused, got.len()), (2, 0, 2));
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
