//! Delta CRLs (RFC 5280 5.2.4), where the department wants them: what changed since the oldest complete CRL of the last week, made
//! together with every complete CRL and with its number.

use super::{AHEAD, entries, signed, unsigned};
use crate::{
    Error, Noun, Operator, Result,
    authority::Inner,
    publication::{self, DELTA},
    store::io_error,
};
use protocol::{
    Timestamp,
    crl::{CrlView, Entry, EntryList, Header, Reason, sign_crl},
    x509::Authority,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::{collections::BTreeSet, path::Path};

/// Who has a complete CRL of this age or younger needs the delta alone; who has an older one that has not ended yet fetches the next one.
const REACHES_BACK: i64 = 7 * Timestamp::DAY;
/// A new one is made at least daily, so two may fail before the last one ends. No complete CRL ends sooner (the bound of
/// `crl.next_update_hours`).
const NEXT_UPDATE: i64 = 3 * Timestamp::DAY;

/// What is on a delta CRL.
pub(super) struct Draft {
    base: u64,
    entries: EntryList,
}

/// A delta CRL, signed.
pub(super) struct Delta {
    number: u64,
    base: u64,
    next_update: Timestamp,
    der: Vec<u8>,
}

/// Reads the delta to the complete CRL of this number, making and generation, in the snapshot that it is made of.
pub(super) fn draft(c: &Connection, issuer: &[u8], number: u64, made_at: Timestamp, generation: u64) -> Result<Draft> {
    let since: Option<(i64, i64)> = c
        .prepare_cached(
            "SELECT number, generation FROM crl_history WHERE issuer = ?1 AND made_at > ?2 AND made_at <= ?3 ORDER BY number LIMIT 1",
        )?
        .query_row(params![issuer, made_at.plus(-REACHES_BACK).0, made_at.plus(AHEAD).0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // The first one of all is its own base, and says nothing.
    let (base, from) = since.unwrap_or((signed(number)?, signed(generation)?));
    Ok(Draft { base: unsigned(base)?, entries: changes(c, issuer, from, made_at)? })
}

impl Draft {
    /// Signs it; `complete` is the header of the complete CRL that it belongs to.
    pub(super) fn sign(self, complete: Header<'_>, made_at: Timestamp, authority: &dyn Authority) -> Result<Delta> {
        let next_update = made_at.plus(NEXT_UPDATE);
        let header = Header { base: Some(self.base), freshest: None, next_update, ..complete };
        Ok(Delta { number: header.number, base: self.base, next_update, der: sign_crl(header, self.entries, authority)? })
    }
}

/// Everything whose status changed after the generation: as it is now, or taken from the list.
fn changes(c: &Connection, issuer: &[u8], from: i64, at: Timestamp) -> Result<EntryList> {
    let mut statement = c.prepare_cached(
        "SELECT ch.serial, coalesce(c.revoked_at, i.ended_at), coalesce(c.reason, 0), c.invalid_since FROM revocation_change ch \
         LEFT JOIN certificate c ON c.serial = ch.serial AND c.issuer = ch.issuer AND c.revoked_at IS NOT NULL \
         LEFT JOIN issuance i ON i.serial = ch.serial AND i.state <> 'stored' AND i.state = 'abandoned' AND i.issuer = ch.issuer \
         WHERE ch.issuer = ?1 AND ch.generation > ?2 AND coalesce(c.revoked_at, i.ended_at) IS NOT NULL",
    )?;
    let mut rows = statement.query(params![issuer, from])?;
    let (mut list, mut listed) = (EntryList::default(), BTreeSet::new());
    while let Some(row) = rows.next()? {
        entries::push(&mut list, row)?;
        listed.insert(row.get::<_, Vec<u8>>(0)?);
    }
    let mut statement = c.prepare_cached("SELECT serial FROM revocation_change WHERE issuer = ?1 AND generation > ?2")?;
    let all = statement.query_map(params![issuer, from], |row| row.get::<_, Vec<u8>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for octets in all.into_iter().filter(|octets| !listed.contains(octets)) {
        list.push(&Entry { serial: &octets, revoked_at: at, reason: Reason::RemoveFromCrl, invalid_since: None })?;
    }
    Ok(list)
}

/// Stores it beside the complete CRL of the same number, in its transaction, and remembers that one as a later base.
pub(super) fn store(tx: &Connection, issuer: &[u8], delta: &Delta, generation: u64, made_at: Timestamp) -> Result<()> {
    let kept = tx.prepare_cached("SELECT 1 FROM crl_history WHERE issuer = ?")?.exists([issuer])?;
    let now: i64 = tx.query_row("SELECT number FROM generation WHERE topic = 'revocation'", [], |row| row.get(0))?;
    if !kept && now != signed(generation)? {
        // Changes are remembered from the first base on, and one came before it was here: the next CRL is the first base.
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO delta_crl (issuer, number, base, next_update, der) VALUES (?, ?, ?, ?, ?) ON CONFLICT (issuer) DO UPDATE \
         SET number = excluded.number, base = excluded.base, next_update = excluded.next_update, der = excluded.der",
    )?
    .execute(params![issuer, signed(delta.number)?, signed(delta.base)?, delta.next_update.0, delta.der])?;
    tx.prepare_cached("INSERT INTO crl_history (issuer, number, generation, made_at) VALUES (?, ?, ?, ?)")?.execute(params![
        issuer,
        signed(delta.number)?,
        signed(generation)?,
        made_at.0
    ])?;
    // One that was made while the clock was ahead would be the base until its time has come and a week has passed.
    tx.prepare_cached("DELETE FROM crl_history WHERE issuer = ?1 AND (made_at <= ?2 OR made_at > ?3)")?.execute(params![
        issuer,
        made_at.plus(-REACHES_BACK).0,
        made_at.plus(AHEAD).0
    ])?;
    tx.prepare_cached(
        "DELETE FROM revocation_change WHERE issuer = ?1 AND generation <= (SELECT min(generation) FROM crl_history WHERE issuer = ?1)",
    )?
    .execute([issuer])?;
    Ok(())
}

/// The department makes none any more: what was published is taken away, so that nobody combines it with what comes.
pub(super) fn forget(tx: &Connection, issuer: &[u8], at: Timestamp) -> Result<()> {
    let made = tx.execute("DELETE FROM delta_crl WHERE issuer = ?", [issuer])? > 0;
    for table in ["crl_history", "revocation_change"] {
        tx.execute(&format!("DELETE FROM {table} WHERE issuer = ?"), [issuer])?;
    }
    if made { publication::enqueue(tx, at, None, &[DELTA]) } else { Ok(()) }
}

/// A delta CRL as it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DeltaFacts {
    /// cRLNumber: that of the complete CRL it was made with.
    pub number: u64,
    /// BaseCRLNumber: whoever has the complete CRL of this number or a later one needs the delta alone.
    pub base: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// When it was made.
    pub made_at: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// Octets.
    pub size: u64,
}

impl Operator {
    /// The delta to the current complete CRL of the issuing CA; both are made first when they are due. `None`: none are made.
    pub fn delta_facts(&self) -> Result<Option<DeltaFacts>> {
        let inner = &self.inner;
        if !inner.network()?.delta_crl {
            return Ok(None);
        }
        inner.crl("issuing")?;
        let issuer = inner.crl_issuer(false)?;
        let found: Option<(i64, i64, i64, i64, i64, i64)> = inner.store.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT d.number, d.base, crl.this_update, crl.made_at, d.next_update, length(d.der) FROM delta_crl d \
                 JOIN crl ON crl.issuer = d.issuer AND crl.number = d.number WHERE d.issuer = ?",
            )?;
            Ok(statement.query_row([issuer], |row| row.try_into()).optional()?)
        })?;
        let facts = |(number, base, this_update, made_at, next_update, size)| {
            let (this_update, made_at, next_update) = (Timestamp(this_update), Timestamp(made_at), Timestamp(next_update));
            Ok(DeltaFacts { number: unsigned(number)?, base: unsigned(base)?, this_update, made_at, next_update, size: unsigned(size)? })
        };
        found.map(facts).transpose()
    }
}

impl Inner {
    /// The delta to the current complete CRL of the issuing CA; not found where none are made.
    pub(crate) fn delta_crl(&self) -> Result<Vec<u8>> {
        if !self.network()?.delta_crl {
            return Err(Error::NotFound(Noun::Crl));
        }
        self.crl("issuing")?;
        let issuer = self.crl_issuer(false)?;
        let found = self.store.read(|c| {
            let mut statement = c.prepare_cached("SELECT der FROM delta_crl WHERE issuer = ?")?;
            Ok(statement.query_row([issuer], |row| row.get(0)).optional()?)
        })?;
        found.ok_or(Error::NotFound(Noun::Crl))
    }

    /// Removes the delta list from a folder where it was published, if it is one of the issuing CA's: relying parties would go on reading it.
    pub(super) fn unpublish_delta(&self, file: &Path) -> Result<()> {
        let authorities = self.authorities()?;
        let ca = &authorities.issuing;
        let Ok(der) = std::fs::read(file) else { return Ok(()) };
        let ours = CrlView::from_der(&der)
            .is_ok_and(|list| list.base.is_some() && list.issuer_der == ca.subject_der && list.verify(&ca.public_key).is_ok());
        if ours { std::fs::remove_file(file).map_err(|e| io_error(file, &e)) } else { Ok(()) }
    }
}
