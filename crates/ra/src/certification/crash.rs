//! The set-up is killed between its steps (docs/issuance-cycle.md): nothing half made counts, and beginning anew gives one CA.

use crate::{Authority, Conflict, Error, Result, department::SetupDraft, testing};
use protocol::Timestamp;
use std::{cell::Cell, collections::BTreeSet};

thread_local! {
    static CRASH: Cell<Option<u8>> = const { Cell::new(None) };
}

/// Where the set-up stands: fails there when the test asked this thread to, as if the program were killed.
pub(crate) fn crash_after(step: u8) -> Result<()> {
    match CRASH.get() {
        Some(at) if at == step => Err(Error::fault(format!("killed after step {step}"))),
        _ => Ok(()),
    }
}

/// Sets the department up and is killed after this step.
fn killed_after(step: u8, authority: &Authority) {
    CRASH.set(Some(step));
    let outcome = testing::officer(authority).create_department(testing::new_department());
    CRASH.set(None);
    assert!(matches!(outcome, Err(Error::Internal(_))), "step {step}: {outcome:?}");
}

fn count(authority: &Authority, of: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {of}");
    authority.0.store.read(|c| Ok(c.query_row(&sql, [], |row| row.get(0))?)).unwrap()
}

/// Serial numbers of reservations in this state.
fn serials(authority: &Authority, state: &str) -> BTreeSet<Vec<u8>> {
    let found = authority.0.store.read(|c| {
        let mut statement = c.prepare("SELECT serial FROM issuance WHERE state = ?")?;
        let serials = statement.query_map([state], |row| row.get::<_, Vec<u8>>(0))?;
        Ok(serials.collect::<rusqlite::Result<BTreeSet<_>>>()?)
    });
    found.unwrap()
}

#[test]
fn a_set_up_that_was_killed_is_begun_anew_and_makes_one_ca() {
    for step in [1, 3] {
        let (authority, clock, folder) = testing::authority();
        let draft = SetupDraft { step: 3, organization: "Example University".into(), ..SetupDraft::default() };
        testing::officer(&authority).save_setup_draft(&draft).unwrap();
        killed_after(step, &authority);
        drop(authority);

        // The next process finds no department, no key and no certificate, and what the wizard had asked.
        let again = testing::open(&folder, &clock);
        let rosa = testing::officer(&again);
        assert!(!again.is_set_up().unwrap() && rosa.is_setting_up().unwrap(), "step {step}");
        assert_eq!(rosa.setup_draft().unwrap(), draft);
        assert_eq!((count(&again, "unit"), count(&again, "certificate"), count(&again, "sealed_key")), (0, 0, 0), "step {step}");
        let left = serials(&again, "reserved");
        assert_eq!(left.len(), 5, "step {step}: what may have been signed is recorded");

        rosa.create_department(testing::new_department()).unwrap();
        assert_eq!((count(&again, "unit"), count(&again, "certificate"), count(&again, "sealed_key")), (2, 5, 5), "step {step}");
        assert_eq!(rosa.ca_certificates().unwrap().len(), 2, "one root and one issuing CA");
        again.enroller().ready().unwrap();
        let stored = serials(&again, "stored");
        assert!(stored.len() == 5 && stored.is_disjoint(&left), "no serial is used again");

        clock.advance(10 * Timestamp::MINUTE);
        rosa.tidy().unwrap();
        assert_eq!(serials(&again, "reserved"), left, "step {step}: somebody may still be signing");
        clock.advance(1);
        rosa.tidy().unwrap();
        rosa.tidy().unwrap();
        assert_eq!((serials(&again, "abandoned"), serials(&again, "reserved").len()), (left, 0), "step {step}");
        assert_eq!(count(&again, "ledger WHERE event = 'certificate.abandoned'"), 5);
        assert!(again.auditor().verify_ledger().unwrap().broken_at.is_none());
    }
}

#[test]
fn a_set_up_that_was_killed_after_it_was_stored_is_done() {
    let (authority, clock, folder) = testing::authority();
    killed_after(4, &authority);
    drop(authority);
    let again = testing::open(&folder, &clock);
    let rosa = testing::officer(&again);
    assert!(again.is_set_up().unwrap() && !rosa.is_setting_up().unwrap());
    again.enroller().ready().unwrap();
    assert!(matches!(rosa.create_department(testing::new_department()), Err(Error::Conflict(Conflict::AlreadySetUp))));
    assert_eq!((count(&again, "certificate"), count(&again, "sealed_key"), serials(&again, "reserved").len()), (5, 5, 0));
}
