//! Lists as they are pasted and corrected before anything is made; batches that are stopped, go on, and hand over passwords.

use super::batch::{choices, finish, people, start};
use crate::{
    Conflict, Error,
    issuance::{
        DeliveryFolder,
        batch::{BatchList, BatchState, Choices, Columns, Guess},
    },
    profile::ProfileName::Encryption,
};
use protocol::pkcs12;

#[test]
fn columns_are_guessed_by_heading_or_by_what_stands_in_them() {
    let guess = |text: &str| BatchList::read(text.as_bytes()).unwrap().guess();
    assert_eq!(guess("Name;E-Mail;CSR\nA;a@example.edu;x\n"), Guess { mail: Some(1), name: Some(0), csr: Some(2) });
    // Headings that say nothing: the addresses give themselves away.
    assert_eq!(guess("wer,wo\nAlice Example,a@example.edu\n"), Guess { mail: Some(1), name: None, csr: None });
    // No headings at all, as rows are pasted from a spreadsheet.
    let pasted = BatchList::read(b"Alice Example\ta@example.edu\nBob Example\tb@example.edu\n").unwrap();
    assert_eq!((pasted.len(), pasted.headings()), (2, ["".to_owned(), String::new()].as_slice()));
    assert_eq!(pasted.guess(), Guess { mail: Some(1), name: Some(0), csr: None });
    assert_eq!(guess("a\nb\n").mail, None);
}

#[test]
fn the_columns_that_the_officer_chose_count_and_not_those_that_the_headings_name() {
    let (world, _) = people(1);
    let plan = |text: &str, columns| {
        let list = BatchList::read(text.as_bytes()).unwrap();
        world.officer.plan_list(&list, &Choices { columns, ..choices(&[Encryption]) }).unwrap()
    };
    let moved = "mail,new address\nold@example.edu,p0@example.edu\n";
    let chosen = plan(moved, Some(Columns { mail: 1, name: None, csr: None }));
    assert_eq!(chosen.items.iter().map(|one| (one.line, one.mail.as_str())).collect::<Vec<_>>(), [(2, "p0@example.edu")]);
    assert_eq!((chosen.columns.mail, chosen.errors.len()), (1, 0));
    let headed = plan(moved, None);
    assert_eq!((headed.items.len(), headed.errors[0].mail.as_str(), headed.errors[0].problem.as_str()), (0, "old@example.edu", "notFound"));
    // A column that was chosen for nothing is looked at for nothing, whatever its heading says.
    let named = "mail,name\np0@example.edu,Somebody Else\n";
    assert_eq!(plan(named, None).errors[0].problem, "otherName");
    assert_eq!(plan(named, Some(Columns { mail: 0, name: None, csr: None })).items.len(), 1);
}

#[test]
fn a_row_is_corrected_in_place_or_left_out() {
    let (world, _) = people(3);
    let mut list =
        BatchList::read(b"p0@example.edu,Person 0\np1@exmaple.edu,Person 1\nnobody@example.edu\np2@example.edu,Person 2\n").unwrap();
    let chosen = Choices { columns: Some(Columns { mail: 0, name: Some(1), csr: None }), ..choices(&[Encryption]) };
    let wrong = |list: &BatchList| -> Vec<(usize, String, String)> {
        let plan = world.officer.plan_list(list, &chosen).unwrap();
        plan.errors.into_iter().map(|error| (error.line, error.problem, error.detail)).collect()
    };
    assert_eq!(wrong(&list), [(2, "notFound".into(), String::new()), (3, "notFound".into(), String::new())]);
    list.correct(2, 0, " p1@example.edu ").unwrap();
    list.correct(3, 0, "p2@example.edu").unwrap();
    list.correct(3, 1, "Person 1").unwrap();
    assert_eq!(wrong(&list), [(3, "otherName".into(), "Person 2".into())]);
    list.correct(3, 1, "").unwrap();
    assert_eq!(wrong(&list), [(4, "twice".into(), "3".into())]);
    list.leave_out(4);
    assert_eq!(wrong(&list), []);
    assert_eq!((list.len(), list.row(4).is_none()), (3, true));
    assert!(list.correct(4, 0, "x").is_err() && list.correct(1, 9, "x").is_err() && list.correct(1, 0, &"x".repeat(20_001)).is_err());
    assert_eq!(world.officer.plan_list(&list, &chosen).unwrap().items.len(), 3);
}

#[test]
fn a_stopped_batch_stands_still_until_it_is_told_to_go_on() {
    let (world, list) = people(40);
    let (folder, apart) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let list_of_passwords = apart.path().join("words.csv");
    let plan = world.officer.plan_batch(list.as_bytes(), &choices(&[Encryption])).unwrap();
    let among_the_files = world.officer.start_batch_into(&plan, folder.path(), &folder.path().join("words.csv"));
    assert!(matches!(among_the_files, Err(Error::Invalid { field: "passwords", .. })));
    assert!(world.officer.running_batches().unwrap().is_empty(), "nothing was begun");
    let id = world.officer.start_batch_into(&plan, folder.path(), &list_of_passwords).unwrap();
    assert_eq!(world.officer.batch(id).unwrap().passwords.as_deref(), list_of_passwords.to_str());
    assert_eq!(world.officer.running_batches().unwrap().len(), 1);
    assert_eq!((plan.makes_keys(), world.officer.batch(id).unwrap().makes_keys), (true, true));
    let mut out = DeliveryFolder::open(folder.path(), &list_of_passwords).unwrap();
    let officer = world.officer.clone();
    let mut asked = false;
    let progress = world
        .officer
        .step_batch(id, &mut |delivery| {
            if !std::mem::replace(&mut asked, true) {
                officer.stop_batch(id)?;
            }
            out.deliver(delivery)
        })
        .unwrap();
    assert_eq!(progress.state, BatchState::Stopped);
    let before = progress.delivered;
    assert!(before >= 1, "what was begun was handed on");
    assert!(world.officer.running_batches().unwrap().is_empty());
    let still = world.officer.step_batch(id, &mut |_| panic!("nothing more is begun")).unwrap();
    assert_eq!((still.state, still.delivered), (BatchState::Stopped, before));
    let rows = world.officer.batch_rows(id, 0, 500, false).unwrap();
    assert_eq!((rows.len(), rows[0].line, rows[0].name.as_str()), (40, 2, "Person 0"));
    assert_eq!(rows.iter().filter(|row| row.state == "delivered").count() as u64, before);
    assert!(rows.iter().all(|row| ["delivered", "waiting"].contains(&row.state.as_str())), "nothing is half done");
    // The same list again lets the same batch go on.
    assert_eq!(world.officer.start_batch_into(&plan, folder.path(), &list_of_passwords).unwrap(), id);
    while world.officer.step_batch(id, &mut |delivery| out.deliver(delivery)).unwrap().state == BatchState::Running {}
    assert_eq!(world.officer.batch(id).unwrap().state, BatchState::Done);
    assert!(matches!(world.officer.resume_batch(id, None), Err(Error::Conflict(Conflict::BatchEnded))));
    assert_eq!(world.officer.batch_rows(id, 38, 500, false).unwrap().len(), 2, "pages go on after a number");
    assert!(world.officer.batch_rows(id, 0, 500, true).unwrap().is_empty(), "none was refused");

    // Every file opens with the password that the list of this batch gives.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 40, "and lies in the folder nowhere");
    let passwords = world.officer.batch_passwords(id).unwrap();
    assert_eq!(passwords.len(), 40);
    let last = passwords.last().unwrap();
    let identity = pkcs12::open(&std::fs::read(folder.path().join(&last.file)).unwrap(), &last.password).unwrap();
    assert_eq!(identity.certificate.serial.to_string(), last.serial);
    // Handed on and deleted, as it shall be.
    std::fs::remove_file(&list_of_passwords).unwrap();
    let gone = world.officer.batch_passwords(id).err().map(|error| error.to_string());
    assert_eq!(gone, Some(format!("passwords: the list is no longer where it was: {}", list_of_passwords.display())));
    let events: Vec<_> = world.authority.auditor().ledger(None, 200).unwrap().into_iter().map(|row| row.event).collect();
    assert!(events.iter().any(|event| event == "batch.stopped"));
}

#[test]
fn steps_are_left_of_batches_that_run_and_of_stopped_ones_the_newest_first() {
    let (world, _) = people(4);
    let begin = |n: usize| start(&world, &format!("mail\np{n}@example.edu\n"), &choices(&[Encryption]));
    let [done, stopped, ended, running] = [0, 1, 2, 3].map(begin);
    assert_eq!(finish(&world, done).0.state, BatchState::Done);
    world.officer.stop_batch(stopped).unwrap();
    world.officer.cancel_batch(ended).unwrap();
    let open: Vec<_> = world.officer.open_batches().unwrap().into_iter().map(|batch| (batch.id, batch.state)).collect();
    assert_eq!(open, [(running, BatchState::Running), (stopped, BatchState::Stopped)]);
    assert_eq!(world.officer.batches().unwrap().len(), 4, "all of them stay in the list of all");
}

/// A stick is full, or a better place is found: nobody looks for passwords in two lists.
#[test]
fn a_batch_that_goes_on_elsewhere_has_all_its_passwords_in_its_new_list() {
    let (world, list) = people(4);
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| (place.path().join(name), place.path().join(format!("{name}.csv")));
    let plan = world.officer.plan_batch(list.as_bytes(), &choices(&[Encryption])).unwrap();
    let (folder, passwords) = at("first");
    let id = world.officer.start_batch_into(&plan, &folder, &passwords).unwrap();
    // Two are handed on, then the place fails.
    let (mut out, mut left) = (DeliveryFolder::open(&folder, &passwords).unwrap(), 2);
    let cut = world.officer.step_batch(id, &mut |delivery| {
        left -= 1;
        if left < 0 { Err(Error::invalid("stick", "full")) } else { out.deliver(delivery) }
    });
    assert!(cut.is_err());
    assert_eq!(world.officer.batch_passwords(id).unwrap().len(), 2);
    for name in ["second", "third"] {
        let (folder, passwords) = at(name);
        world.officer.stop_batch(id).unwrap();
        if name == "second" {
            world.officer.resume_batch(id, Some((folder.as_path(), passwords.as_path()))).unwrap();
        } else {
            // The same list of people again is the same batch.
            assert_eq!(world.officer.start_batch_into(&plan, &folder, &passwords).unwrap(), id);
        }
        assert_eq!(world.officer.batch_passwords(id).unwrap().len(), 2, "{name}");
    }
    let (folder, passwords) = at("third");
    let mut out = DeliveryFolder::open(&folder, &passwords).unwrap();
    while world.officer.step_batch(id, &mut |delivery| out.deliver(delivery)).unwrap().state == BatchState::Running {}
    let all = world.officer.batch_passwords(id).unwrap();
    assert_eq!(all.len(), 4);
    for line in &all {
        let file = [at("first").0, folder.clone()].into_iter().map(|folder| folder.join(&line.file)).find(|file| file.exists()).unwrap();
        let identity = pkcs12::open(&std::fs::read(file).unwrap(), &line.password).unwrap();
        assert_eq!(identity.certificate.serial.to_string(), line.serial);
    }
    assert_eq!(DeliveryFolder::read_passwords(&passwords).unwrap().len(), 4, "each once");
    assert!(at("first").1.exists(), "beside its files");
}

#[test]
fn refused_rows_are_listed_alone() {
    let (world, list) = people(3);
    let plan = world.officer.plan_batch(list.as_bytes(), &choices(&[Encryption])).unwrap();
    let id = world.officer.start_batch(&plan).unwrap();
    // Meanwhile somebody gets one by hand.
    world.officer.issue_generated("p1@example.edu", Encryption, crate::issuance::Form::Modern, false).unwrap();
    while world.officer.step_batch(id, &mut |_| Ok(())).unwrap().state == BatchState::Running {}
    let refused = world.officer.batch_rows(id, 0, 500, true).unwrap();
    assert_eq!(
        refused.iter().map(|row| (row.mail.as_str(), row.code.as_deref())).collect::<Vec<_>>(),
        [("p1@example.edu", Some("activeEncryption"))]
    );
    assert!(world.officer.batch_passwords(id).is_err(), "a command began it: where its passwords are is not known");
}
