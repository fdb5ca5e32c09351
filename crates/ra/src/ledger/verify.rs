//! Verifying the chain, and the signed heads that make cutting its end visible.

use super::{Verification, chain, head};
use crate::{Error, Result, authority::Inner, certificate, certification::Identity};
use openssl::{hash::MessageDigest, sign::Verifier};
use protocol::{
    Timestamp,
    x509::{CertificateView, SerialNumber},
};
use rusqlite::{Connection, OptionalExtension};

/// Walks the whole chain from its first row and compares it with every signed head.
pub(crate) fn verify(c: &Connection) -> Result<Verification> {
    let mut heads = heads(c, "number")?;
    heads.reverse(); // next one last
    walk(c, 0, [0; 32], &mut heads)
}

/// The last signed head, and the rows after it. `rows` counts from the ledger's first row.
pub(crate) fn verify_recent(c: &Connection) -> Result<Verification> {
    let Some(last) = heads(c, "number DESC LIMIT 1")?.pop() else { return verify(c) };
    let stored = c
        .prepare_cached("SELECT hash FROM ledger WHERE number = ?")?
        .query_row([last.number], |row| row.get::<_, [u8; 32]>(0))
        .optional()?;
    if stored != Some(last.hash) || !last.is_signed(c)? {
        return Ok(Verification { rows: 0, head: String::new(), broken_at: Some(count(last.number)) });
    }
    walk(c, last.number, last.hash, &mut Vec::new())
}

/// Streams the rows after `number`, whose hash is `hash`.
fn walk(c: &Connection, mut number: i64, mut hash: [u8; 32], heads: &mut Vec<Head>) -> Result<Verification> {
    let mut statement =
        c.prepare_cached("SELECT number, at, actor, event, subject, details, hash FROM ledger WHERE number > ? ORDER BY number")?;
    let mut rows = statement.query([number])?;
    let broken = |number: i64, hash: [u8; 32]| {
        Ok(Verification { rows: count(number), head: crate::issue::hex(&hash), broken_at: Some(count(number + 1)) })
    };
    while let Some(row) = rows.next()? {
        let text = |at: usize| -> Result<&str> { row.get_ref(at)?.as_str().map_err(Error::fault) };
        let expected = chain(&hash, number + 1, row.get(1)?, text(2)?, text(3)?, text(4)?, text(5)?);
        if row.get::<_, i64>(0)? != number + 1 || row.get::<_, [u8; 32]>(6)? != expected {
            return broken(number, hash);
        }
        if let Some(head) = heads.pop_if(|head| head.number == number + 1)
            && (head.hash != expected || !head.is_signed(c)?)
        {
            return broken(number, hash);
        }
        (number, hash) = (number + 1, expected);
    }
    // A head of a row that is not there: the end was cut off.
    if heads.is_empty() {
        Ok(Verification { rows: count(number), head: crate::issue::hex(&hash), broken_at: None })
    } else {
        broken(number, hash)
    }
}

struct Head {
    number: i64,
    hash: [u8; 32],
    at: i64,
    signer: Vec<u8>,
    signature: Vec<u8>,
}

impl Head {
    /// By a certificate of ours, whatever became of it since.
    fn is_signed(&self, c: &Connection) -> Result<bool> {
        let Ok(serial) = SerialNumber::from_octets(&self.signer) else { return Ok(false) };
        let Some(signer) = certificate::known(c, &serial)?.filter(|known| known.kind == certificate::Kind::ProfileSigner) else {
            return Ok(false);
        };
        let signer = CertificateView::from_der(&signer.der)?;
        let mut verifier = Verifier::new(MessageDigest::sha256(), signer.public_key.as_openssl()).map_err(Error::fault)?;
        Ok(verifier.verify_oneshot(&self.signature, &message(self.number, &self.hash, self.at)).unwrap_or(false))
    }
}

/// `order`: how, and how many.
fn heads(c: &Connection, order: &str) -> Result<Vec<Head>> {
    let mut statement = c.prepare_cached(&format!("SELECT number, hash, at, signer, signature FROM ledger_head ORDER BY {order}"))?;
    let rows = statement.query_map([], |row| {
        Ok(Head { number: row.get(0)?, hash: row.get(1)?, at: row.get(2)?, signer: row.get(3)?, signature: row.get(4)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn message(number: i64, hash: &[u8; 32], at: i64) -> Vec<u8> {
    [b"signet ledger head 1".as_slice(), &number.to_be_bytes(), &at.to_be_bytes(), hash].concat()
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl Inner {
    /// Signs the head when the last one is a day old. Only where the keys are open anyway: nobody is asked to unlock a keyring for it.
    pub(crate) fn close_ledger_day(&self) -> Result<()> {
        let Some(identities) = self.cache.identities.peek() else { return Ok(()) };
        let last: Option<i64> = self
            .store
            .read(|c| Ok(c.query_row("SELECT at FROM ledger_head ORDER BY number DESC LIMIT 1", [], |row| row.get(0)).optional()?))?;
        if last.is_some_and(|at| self.clock.now() < Timestamp(at).plus(Timestamp::DAY)) {
            return Ok(());
        }
        self.sign_ledger_head(&identities.profile_signer)
    }

    /// Signs the ledger's head as it is now, unless it is signed already.
    pub(crate) fn sign_ledger_head(&self, signer: &Identity) -> Result<()> {
        let (number, hash, signed): (i64, [u8; 32], i64) = self.store.read(|c| {
            let (number, hash) = head(c)?;
            Ok((number, hash, c.query_row("SELECT coalesce(max(number), 0) FROM ledger_head", [], |row| row.get(0))?))
        })?;
        if number == signed {
            return Ok(());
        }
        let Timestamp(at) = self.clock.now();
        let signature = signer.key.sign(&message(number, &hash, at))?;
        let serial = signer.certificate.serial.clone();
        self.store.write(move |tx| {
            tx.prepare_cached(
                "INSERT INTO ledger_head (number, hash, at, signer, signature) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )?
            .execute((number, hash, at, serial.octets(), signature))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Actor, append};
    use crate::testing;
    use protocol::Timestamp;
    use rusqlite::Connection;
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
            raw(&folder)
                .execute_batch(&format!("DROP TRIGGER ledger_is_not_changed; DROP TRIGGER ledger_is_not_deleted; {tamper};"))
                .unwrap();
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
}
