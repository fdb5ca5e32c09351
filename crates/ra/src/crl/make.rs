//! Making a CRL: (1) take the next number and a second of its own, (2) read what stands on it, (3) sign, (4) write a long one into its
//! file, (5) store the row, (6) remove the file of the one before. A process that dies leaves the last row and its file, and a number
//! that is never used.

use super::{Current, Facts, delta, entries, file, signed, unsigned};
use crate::{
    Dependency, Error, Result,
    authority::Inner,
    certificate,
    ledger::{self, Actor},
    publication,
};
use protocol::{
    Timestamp,
    crl::{EntryList, Header, sign_crl},
    x509::Authority,
};
use rusqlite::{Connection, params};
use std::sync::Arc;

/// Seconds that a CRL waits where each of the seconds that it is backdated by is another's: one for every process that makes one at the
/// same time. Where the last one says a later time than that, the clock was wrong then, and no CRL waits for it to come true.
const WAITS: i64 = 5;

/// Longest that the issuing CA's CRL may say to be good (S/MIME Baseline Requirements 4.9.7).
const LONGEST: i64 = 10 * Timestamp::DAY;

/// A CRL whose number is taken and whose entries are read: what is left is to sign it.
pub(super) struct Draft {
    is_root: bool,
    number: u64,
    this_update: Timestamp,
    made_at: Timestamp,
    next_update: Timestamp,
    generation: u64,
    freshest: Option<String>,
    entries: EntryList,
    delta: Option<delta::Draft>,
}

impl Inner {
    pub(super) fn make_current_crl(&self, is_root: bool, issuer: &[u8]) -> Result<Current> {
        if is_root {
            return self.make_crl(true, issuer, &self.root_identity()?);
        }
        // The entries need no key: while one thread reads them, another opens the keys, which a passphrase makes slow on purpose.
        let (draft, ca) = std::thread::scope(|scope| {
            let opening = scope.spawn(|| self.issuing_ca());
            let draft = self.draft_crl(false, issuer);
            (draft, opening.join().unwrap_or_else(|_| Err(Error::fault("opening the keys panicked"))))
        });
        let (ca, draft) = (ca?, draft?);
        self.finish_crl(issuer, draft, ca.as_ref())
    }

    pub(super) fn make_crl(&self, is_root: bool, issuer: &[u8], authority: &dyn Authority) -> Result<Current> {
        let draft = self.draft_crl(is_root, issuer)?;
        self.finish_crl(issuer, draft, authority)
    }

    /// Steps 1 and 2.
    pub(super) fn draft_crl(&self, is_root: bool, issuer: &[u8]) -> Result<Draft> {
        // The number is taken in a transaction of its own and signing stands outside: a long CRL does not hold up enrollments.
        // Numbers then have gaps where a process died, and never repeat; who has a higher one has read later.
        let (now, owned, settings) = (self.clock.now(), issuer.to_vec(), self.network()?);
        let numbers = settings.numbers;
        let (number, this_update) = self.store.write(move |tx| {
            certificate::abandon_left_behind(tx, now)?;
            take_number(tx, &owned, now, numbers.backdated())
        })?;
        self.clock.wait_until(this_update);
        let made_at = self.clock.now();
        let with_delta = !is_root && settings.delta_crl;
        let freshest = settings.status_url.as_ref().filter(|_| with_delta && settings.status_in_certificates);
        let freshest = freshest.map(|url| format!("{url}/crl/issuing-delta.crl"));
        let (generation, entries, delta) = self.store.read(|c| {
            // Of the same snapshot as the entries.
            let generation = unsigned(c.query_row("SELECT number FROM generation WHERE topic = 'revocation'", [], |row| row.get(0))?)?;
            let entries = entries::all(c, issuer)?;
            let delta = with_delta.then(|| delta::draft(c, issuer, number, made_at, generation)).transpose()?;
            Ok((generation, entries, delta))
        })?;
        let mut next_update = made_at.plus(numbers.crl_next_update(is_root));
        if !is_root {
            // However long the number was waited for.
            next_update = next_update.min(this_update.plus(LONGEST));
        }
        Ok(Draft { is_root, number, this_update, made_at, next_update, generation, freshest, entries, delta })
    }

    /// Steps 3 to 6.
    pub(super) fn finish_crl(&self, issuer: &[u8], draft: Draft, authority: &dyn Authority) -> Result<Current> {
        let Draft { is_root, number, this_update, made_at, next_update, generation, freshest, entries, delta } = draft;
        let header = Header { number, this_update, next_update, base: None, freshest: freshest.as_deref() };
        let count = entries.count();
        let der = Arc::new(sign_crl(header, entries, authority)?);
        let delta = delta.map(|delta| delta.sign(header, made_at, authority)).transpose()?;
        // The root's is short, and nobody can make it anew when its file is lost and its key elsewhere.
        let in_file = !is_root && der.len() > file::IN_ROW;
        let facts = Facts {
            number,
            this_update,
            made_at,
            next_update,
            generation,
            with_delta: delta.is_some(),
            size: u64::try_from(der.len()).map_err(Error::fault)?,
            in_file,
        };
        if in_file {
            file::write(&self.folder, issuer, number, &der)?;
        }
        let (owned, name, row) = (issuer.to_vec(), if is_root { "root" } else { "issuing" }, (!in_file).then(|| der.clone()));
        let stored = self.store.write(move |tx| {
            if !store(tx, &owned, &facts, row.as_deref().map(Vec::as_slice))? {
                return Ok(false); // another process made a newer one meanwhile
            }
            let told = serde_json::json!({ "number": number, "entries": count, "next_update": next_update });
            ledger::append(tx, made_at, &Actor::Signet, "crl.issued", name, &told)?;
            publication::enqueue(tx, made_at, None, &[&format!("{name}.crl")])?;
            match &delta {
                Some(delta) => {
                    delta::store(tx, &owned, delta, generation, made_at)?;
                    publication::enqueue(tx, made_at, None, &[publication::DELTA])?;
                }
                None if is_root => {}
                None => delta::forget(tx, &owned, made_at)?,
            }
            Ok(true)
        });
        // Where it is not known whether the row is there, the file stays: the next one removes it.
        if stored? {
            file::remove_before(&self.folder, issuer, number);
            // A new CRL is made at least daily (the bound of `crl.every_hours`): the occasion to close the ledger's day.
            self.sign_ledger_head_or_say(self.profile_signer());
            return Ok(Current { facts, der });
        }
        file::remove(&self.folder, issuer, number);
        for _ in 0..3 {
            let newer = self.store.read(|c| super::facts(c, issuer))?.ok_or_else(|| Error::fault("a CRL vanished"))?;
            if let Some(current) = self.stored_crl(is_root, issuer, newer)? {
                return Ok(current);
            }
        }
        // Others make one after the other. Ours has a number of before, and numbers do not go back.
        Err(Error::Unavailable(Dependency::DatabaseBusy))
    }
}

/// Stores the row unless there is a later one; true when it did.
fn store(tx: &Connection, issuer: &[u8], facts: &Facts, der: Option<&[u8]>) -> Result<bool> {
    let kept = tx
        .prepare_cached(
            "INSERT INTO crl (issuer, number, this_update, made_at, next_update, generation, size, der) VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (issuer) DO UPDATE SET number = excluded.number, this_update = excluded.this_update, \
             made_at = excluded.made_at, next_update = excluded.next_update, generation = excluded.generation, size = excluded.size, der = excluded.der \
             WHERE excluded.number > crl.number AND excluded.generation >= crl.generation",
        )?
        .execute(params![
            issuer,
            signed(facts.number)?,
            facts.this_update.0,
            facts.made_at.0,
            facts.next_update.0,
            signed(facts.generation)?,
            signed(facts.size)?,
            der
        ])?;
    Ok(kept > 0)
}

/// The issuer's next number (RFC 5280 5.2.3: monotonic) and a thisUpdate that no CRL before says: `backdated` seconds ago, or a second
/// after the last one, by however much that one was backdated. NSS, for one, goes by the time and keeps the CRL that it has where the new
/// one is not later.
pub(super) fn take_number(tx: &Connection, issuer: &[u8], now: Timestamp, backdated: i64) -> Result<(u64, Timestamp)> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO crl_number (issuer, number, this_update) VALUES (?1, 1, ?2) ON CONFLICT (issuer) DO UPDATE SET number = number + 1, \
         this_update = CASE WHEN this_update BETWEEN ?2 AND ?3 THEN this_update + 1 ELSE ?2 END RETURNING number, this_update",
    )?;
    let (number, this_update): (i64, i64) =
        statement.query_row(params![issuer, now.plus(-backdated).0, now.plus(WAITS - 1).0], |row| row.try_into())?;
    Ok((unsigned(number)?, Timestamp(this_update)))
}
