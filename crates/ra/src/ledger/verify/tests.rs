//! What tampering is found, by the chain and by its signed heads, and when a head is signed.

use super::super::{Actor, append, chain};
use super::message;
use crate::{Authority, Dependency, Error, certificate::issued, certification::Identity, ports::Clock, testing};
use protocol::{Timestamp, crl::Reason};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

fn raw(folder: &tempfile::TempDir) -> Connection {
    Connection::open(folder.path().join("data/signet.db")).unwrap()
}

#[test]
fn rows_are_never_changed_or_deleted() {
    let (authority, _clock, _folder) = testing::authority();
    authority.0.store.write(|tx| append(tx, Timestamp(1), &Actor::Signet, "a.b", "c", &json!({}))).unwrap();
    for sql in [
        "UPDATE ledger SET event = 'x'",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT number, at, actor, 'x', subject, details, hash FROM ledger",
    ] {
        let result = authority.0.store.write(move |tx| Ok(tx.execute(sql, []).map(|_| ())?));
        let refused = result.map_err(|e| e.to_string());
        assert!(refused.as_ref().is_err_and(|e| e.contains("append-only")), "{sql}: {refused:?}");
    }
}

#[test]
fn every_kind_of_tampering_is_found_at_its_row() {
    for (tamper, broken_at) in [
        ("UPDATE ledger SET at = at + 1 WHERE number = 3", Some(3)),
        ("UPDATE ledger SET actor = '\"Nobody\"' WHERE number = 2", Some(2)),
        ("UPDATE ledger SET event = 'x' WHERE number = 4", Some(4)),
        ("UPDATE ledger SET subject = subject || ' ' WHERE number = 1", Some(1)),
        ("UPDATE ledger SET details = '{}' WHERE number = 5", Some(5)),
        ("DELETE FROM ledger WHERE number = 3", Some(3)),
        ("UPDATE ledger SET number = 100 WHERE number = 6", Some(6)),
        ("UPDATE ledger SET hash = zeroblob(32) WHERE number = 2", Some(2)),
        ("SELECT 1", None),
    ] {
        let (authority, _clock, folder) = testing::authority();
        for i in 0..6 {
            let subject = format!("s{i}");
            authority
                .0
                .store
                .write(move |tx| append(tx, Timestamp(i), &Actor::Officer("rosa".into()), "a.b", &subject, &json!({ "i": i })))
                .unwrap();
        }
        raw(&folder).execute_batch(&format!("DROP TRIGGER ledger_is_not_changed; DROP TRIGGER ledger_is_not_deleted; {tamper};")).unwrap();
        let found = authority.auditor().verify_ledger().unwrap();
        assert_eq!((found.broken_at, found.rows), (broken_at, broken_at.map_or(6, |n| n - 1)), "{tamper}");
    }
}

#[test]
fn a_signed_head_shows_that_the_end_was_cut_off_or_written_anew() {
    for tamper in [
        "DELETE FROM ledger WHERE number = (SELECT max(number) FROM ledger)",
        "UPDATE ledger_head SET signature = zeroblob(64)",
        "UPDATE ledger_head SET at = at + 1",
        "UPDATE ledger_head SET signer = (SELECT serial FROM certificate WHERE kind = 'ra')",
        "UPDATE ledger_head SET hash = zeroblob(32)",
    ] {
        let (authority, clock, folder) = testing::authority();
        testing::department(&authority);
        authority.0.sign_ledger_head(authority.0.profile_signer().unwrap().as_ref()).unwrap();
        let auditor = authority.auditor();
        let good = auditor.verify_recent_ledger().unwrap();
        assert_eq!((good.broken_at, &good), (None, &auditor.verify_ledger().unwrap()));
        raw(&folder).execute_batch(&format!("PRAGMA foreign_keys = OFF; DROP TRIGGER ledger_is_not_deleted; {tamper};")).unwrap();
        let again = testing::open(&folder, &clock).auditor();
        assert!(again.verify_recent_ledger().unwrap().broken_at.is_some(), "{tamper}");
        assert!(again.verify_ledger().unwrap().broken_at.is_some(), "{tamper}");
    }
}

/// What somebody can do who may write the file and has no key: changes a row, and makes every hash from it on fit the one before;
/// the heads that would tell go. The last row.
fn written_anew(folder: &tempfile::TempDir, row: u64) -> (i64, [u8; 32]) {
    let (c, row) = (raw(folder), i64::try_from(row).unwrap());
    c.execute_batch("PRAGMA foreign_keys = OFF; DROP TRIGGER ledger_is_not_changed; DROP TRIGGER ledger_is_not_deleted;").unwrap();
    c.execute("UPDATE ledger SET actor = '\"Signet\"', details = '{}' WHERE number = ?", [row]).unwrap();
    c.execute("DELETE FROM ledger_head WHERE number >= ?", [row]).unwrap();
    let hash = |number: i64| c.query_row("SELECT hash FROM ledger WHERE number = ?", [number], |row| row.get(0)).optional().unwrap();
    let (mut number, mut previous): (i64, [u8; 32]) = (row, hash(row - 1).unwrap_or_default());
    while hash(number).is_some() {
        let sql = "SELECT at, actor, event, subject, details FROM ledger WHERE number = ?";
        previous = c
            .query_row(sql, [number], |row| {
                let text = |at: usize| row.get::<_, String>(at);
                Ok(chain(&previous, number, row.get(0)?, &text(1)?, &text(2)?, &text(3)?, &text(4)?))
            })
            .unwrap();
        c.execute("UPDATE ledger SET hash = ? WHERE number = ?", params![previous, number]).unwrap();
        number += 1;
    }
    (number - 1, previous)
}

/// The row about this setting.
fn row_of(authority: &Authority, value: &str) -> u64 {
    let rows = authority.auditor().ledger(None, 1000).unwrap();
    rows.iter().find(|row| row.event == "setting.changed" && row.details["to"] == value).unwrap().number
}

fn heads(authority: &Authority) -> i64 {
    authority.0.store.read(|c| Ok(c.query_row("SELECT count(*) FROM ledger_head", [], |row| row.get(0))?)).unwrap()
}

#[test]
fn rows_written_anew_without_a_key_are_said_to_be_unsigned_also_after_the_next_head() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    for ssid in ["first", "second", "third", "fourth"] {
        officer.set_setting("wifi.ssid", ssid).unwrap();
        officer.keep_status().unwrap();
        clock.advance(86_400);
    }
    let auditor = authority.auditor();
    assert_eq!(auditor.verify_ledger().unwrap().unsigned_since, None);
    written_anew(&folder, row_of(&authority, "second"));
    let since = Some(Timestamp(testing::START)); // the responders, made after the first day's lists
    for found in [auditor.verify_recent_ledger().unwrap(), auditor.verify_ledger().unwrap()] {
        assert_eq!((found.broken_at, found.unsigned_since), (None, since), "each row fits the one before it, and no head covers them");
    }
    // What is signed over is recorded before, and a CRL is made all the same.
    officer.keep_status().unwrap();
    assert_eq!(auditor.verify_ledger().unwrap().unsigned_since, None);
    let rows = auditor.ledger(None, 1000).unwrap();
    assert_eq!(rows.iter().filter(|row| row.event == "crl.issued" && row.at == clock.now()).count(), 2, "of both CAs");
    let told: Vec<_> = rows.iter().filter(|row| row.event == "ledger.unsigned").collect();
    assert_eq!(told.len(), 1, "once");
    assert_eq!(told[0].details["since"], json!(since));
}

#[test]
fn a_broken_chain_is_not_signed_and_holds_up_no_revocation() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.keep_status().unwrap();
    clock.advance(60);
    officer.set_setting("wifi.ssid", "eduroam").unwrap();
    let row = row_of(&authority, "eduroam");
    let tamper = "DROP TRIGGER ledger_is_not_changed; UPDATE ledger SET at = at + 1 WHERE event = 'setting.changed';";
    raw(&folder).execute_batch(tamper).unwrap();
    let signed = heads(&authority);
    let serial = issued(&authority, "Alice");
    officer.revoke(&serial, Reason::KeyCompromise).unwrap();
    let list = authority.enroller().crl("issuing").unwrap();
    assert!(list.windows(16).any(|window| window == serial.octets()));
    assert_eq!(heads(&authority), signed, "a signature would make the forgery ours");
    match authority.0.sign_ledger_head(authority.0.profile_signer().unwrap().as_ref()) {
        Err(Error::Unavailable(Dependency::DatabaseDamaged(why))) => assert!(why.contains(&format!("entry {row} ")), "{why}"),
        other => panic!("{other:?}"),
    }
    clock.advance(86_400);
    officer.tidy().unwrap();
    assert_eq!(heads(&authority), signed);
    assert_eq!(authority.auditor().verify_recent_ledger().unwrap().broken_at, Some(row));
}

#[test]
fn a_head_by_a_key_that_is_not_the_profile_signers_does_not_count() {
    // The same key and names, certified by another department's CA; and a certificate of our own CA for something else.
    let (other, _clock, _folder) = testing::authority();
    testing::department(&other);
    let foreign = |_: &Authority| other.0.profile_signer().unwrap();
    let relabelled = |authority: &Authority| authority.0.scep_ra().unwrap().remove(0);
    type Signer<'a> = &'a dyn Fn(&Authority) -> std::sync::Arc<Identity>;
    let signers: [(Signer<'_>, &str); 2] = [
        (
            &foreign,
            "INSERT INTO certificate (serial, kind, profile, subject, san, issuer, key_fingerprint, not_before, not_after, issued_at)
               VALUES (?1, 'profile_signer', 'profile_signer', 'CN=Physics Profile Signer', '[]', x'aa', zeroblob(32), 1, 9, 1)",
        ),
        (&relabelled, "UPDATE certificate SET kind = 'profile_signer' WHERE serial = ?1"),
    ];
    for (signer, sql) in signers {
        let (authority, clock, folder) = testing::authority();
        testing::department(&authority);
        let signer = signer(&authority);
        let (last, hash) = written_anew(&folder, 3);
        let c = raw(&folder);
        c.execute(sql, [signer.certificate.serial.octets()]).unwrap();
        c.execute(
            "INSERT OR IGNORE INTO certificate_der (number, der) SELECT number, ?2 FROM certificate WHERE serial = ?1",
            params![signer.certificate.serial.octets(), signer.certificate.der],
        )
        .unwrap();
        let at = clock.now().0;
        let signature = signer.key.sign(&message(last, &hash, at)).unwrap();
        c.execute(
            "INSERT INTO ledger_head (number, hash, at, signer, signature) VALUES (?, ?, ?, ?, ?)",
            params![last, hash, at, signer.certificate.serial.octets(), signature],
        )
        .unwrap();
        let auditor = testing::open(&folder, &clock).auditor();
        let row = u64::try_from(last).unwrap();
        assert_eq!(auditor.verify_recent_ledger().unwrap().broken_at, Some(row), "{sql}");
        assert_eq!(auditor.verify_ledger().unwrap().broken_at, Some(row), "{sql}");
    }
}

#[test]
fn no_honest_ledger_is_called_unsigned() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.keep_status().unwrap();
    let unsigned = || {
        let auditor = testing::open(&folder, &clock).auditor();
        let found = [auditor.verify_recent_ledger().unwrap(), auditor.verify_ledger().unwrap()];
        assert!(found.iter().all(|found| found.broken_at.is_none()));
        found.map(|found| found.unsigned_since)
    };
    // For months nothing runs but commands that need no key: a keyring that is locked, a computer that is off.
    for ssid in ["a", "b", "c"] {
        clock.advance(30 * 86_400);
        testing::officer(&testing::open(&folder, &clock)).set_setting("wifi.ssid", ssid).unwrap();
    }
    assert_eq!(unsigned(), [None, None]);
    officer.keep_status().unwrap();
    // Ended by force after a CRL and before its head, and begun again days later.
    let cut = "DELETE FROM ledger_head WHERE number >= (SELECT max(number) FROM ledger WHERE event = 'crl.issued' AND subject = 'issuing')";
    assert!(raw(&folder).execute(cut, []).unwrap() > 0);
    clock.advance(5 * 86_400);
    assert_eq!(unsigned(), [None, None]);
    authority.enroller().ready().unwrap();
    officer.tidy().unwrap();
    officer.keep_status().unwrap();
    // The clock was ahead for a while.
    for passed in [90 * 86_400, -90 * 86_400, 86_400, 86_400] {
        clock.advance(passed);
        officer.tidy().unwrap();
        officer.keep_status().unwrap();
        assert_eq!(unsigned(), [None, None], "{passed}");
    }
    let rows = authority.auditor().ledger(None, 1000).unwrap();
    assert!(rows.iter().all(|row| row.event != "ledger.unsigned"));
}

#[test]
fn the_head_is_signed_daily_where_the_keys_are_open() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let heads =
        || authority.0.store.read(|c| Ok(c.query_row("SELECT count(*) FROM ledger_head", [], |row| row.get::<_, i64>(0))?)).unwrap();
    authority.0.close_ledger_day().unwrap();
    assert_eq!(heads(), 0, "no key is opened for it");
    authority.0.profile_signer().unwrap();
    for (passed, ssid, signed) in [(0, "a", 1), (86_399, "b", 1), (1, "c", 2), (86_400, "d", 3)] {
        clock.advance(passed);
        officer.set_setting("wifi.ssid", ssid).unwrap();
        authority.0.close_ledger_day().unwrap();
        assert_eq!(heads(), signed, "{ssid}");
    }
    assert_eq!(authority.auditor().verify_ledger().unwrap().broken_at, None);
}

#[test]
fn closing_signs_the_head_and_rows_after_it_are_verified_from_there() {
    let (authority, clock, folder) = testing::authority();
    testing::department(&authority);
    authority.enroller().ready().unwrap();
    drop(authority);
    let heads = || {
        raw(&folder)
            .query_row("SELECT count(*), max(number) FROM ledger_head", [], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?)))
            .unwrap()
    };
    assert_eq!(heads(), (1, 6), "department and five certificates");
    let again = testing::open(&folder, &clock);
    testing::officer(&again).set_setting("wifi.ssid", "eduroam").unwrap();
    let recent = again.auditor().verify_recent_ledger().unwrap();
    assert_eq!((recent.rows, recent.broken_at), (7, None));
    let newest = again.auditor().ledger(None, 2).unwrap();
    assert_eq!(
        newest.iter().map(|r| (r.number, r.event.as_str())).collect::<Vec<_>>(),
        [(7, "setting.changed"), (6, "certificate.issued")]
    );
    assert_eq!(newest[0].actor, Actor::Officer("rosa".into()));
    assert_eq!(newest[0].hash, recent.head);
    assert_eq!(again.auditor().ledger(Some(2), 9).unwrap().len(), 1);
}
