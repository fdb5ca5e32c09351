//! Batches that are interrupted at any place, or cancelled: nothing is lost, and no certificate stays whose key was.

use super::batch::{active, choices, count, finish, people, start};
use crate::{
    Conflict, Error,
    id::BatchId,
    issuance::{
        Form,
        batch::{BatchState, Choices},
    },
    ota::tests::phone::World,
    profile::ProfileName::Encryption,
};
use protocol::pkcs12;

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
