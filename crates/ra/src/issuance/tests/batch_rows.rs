//! Lists of batches as people break them, and as long as they may be.

use super::batch::{choices, finish, people};
use crate::{
    Error,
    issuance::batch::{BatchState, Choices, Columns},
    profile::ProfileName::{Encryption, Signing},
};

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
