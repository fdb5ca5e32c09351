//! Delta CRLs (RFC 5280 5.2.4), where the department wants them: what changed since the oldest complete CRL of the last week, made
//! together with every complete CRL and with its number.

use super::{next_entry, signed};
use crate::{Error, Noun, Result, authority::Inner};
use protocol::{
    Timestamp,
    crl::{Entry, Header, Reason, sign_crl},
    x509::{Authority, SerialNumber},
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// Who has a complete CRL of this age or younger, which ends after 8 days, needs the delta alone.
const REACHES_BACK: i64 = 7 * Timestamp::DAY;
/// A new one is made daily, so two may fail before the last one ends.
const NEXT_UPDATE: i64 = 3 * Timestamp::DAY;

/// A delta CRL, signed.
pub(super) struct Delta {
    number: u64,
    base: u64,
    next_update: Timestamp,
    der: Vec<u8>,
}

/// Makes the delta to the complete CRL of this header and generation, in the snapshot that it was made of.
pub(super) fn build(c: &Connection, issuer: &[u8], complete: Header<'_>, generation: u64, authority: &dyn Authority) -> Result<Delta> {
    let since: Option<(i64, i64)> = c
        .prepare_cached("SELECT number, generation FROM crl_history WHERE issuer = ?1 AND made_at > ?2 ORDER BY number LIMIT 1")?
        .query_row(params![issuer, complete.this_update.plus(-REACHES_BACK).0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // The first one of all is its own base, and says nothing.
    let (base, from) = since.unwrap_or((signed(complete.number)?, signed(generation)?));
    let base = u64::try_from(base).map_err(Error::fault)?;
    let header = Header { base: Some(base), freshest: None, next_update: complete.this_update.plus(NEXT_UPDATE), ..complete };
    let entries = changes(c, issuer, from, complete.this_update)?;
    let der = sign_crl(header, entries.into_iter(), authority)?;
    Ok(Delta { number: header.number, base, next_update: header.next_update, der })
}

/// Everything whose status changed after the generation: as it is now, or taken from the list.
fn changes(c: &Connection, issuer: &[u8], from: i64, at: Timestamp) -> Result<Vec<Entry>> {
    let mut statement = c.prepare_cached(
        "SELECT ch.serial, coalesce(c.revoked_at, i.ended_at), coalesce(c.reason, 0), c.invalid_since FROM revocation_change ch \
         LEFT JOIN certificate c ON c.serial = ch.serial AND c.issuer = ch.issuer AND c.revoked_at IS NOT NULL \
         LEFT JOIN issuance i ON i.serial = ch.serial AND i.state <> 'stored' AND i.state = 'abandoned' AND i.issuer = ch.issuer \
         WHERE ch.issuer = ?1 AND ch.generation > ?2 AND coalesce(c.revoked_at, i.ended_at) IS NOT NULL",
    )?;
    let mut rows = statement.query(params![issuer, from])?;
    let mut entries = Vec::new();
    while let Some(entry) = next_entry(&mut rows)? {
        entries.push(entry);
    }
    let listed: BTreeSet<Vec<u8>> = entries.iter().map(|entry| entry.serial.octets().to_vec()).collect();
    let mut statement = c.prepare_cached("SELECT serial FROM revocation_change WHERE issuer = ?1 AND generation > ?2")?;
    let all = statement.query_map(params![issuer, from], |row| row.get::<_, Vec<u8>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for octets in all.into_iter().filter(|octets| !listed.contains(octets)) {
        let serial = SerialNumber::from_octets(&octets)?;
        entries.push(Entry { serial, revoked_at: at, reason: Reason::RemoveFromCrl, invalid_since: None });
    }
    Ok(entries)
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
    tx.prepare_cached("DELETE FROM crl_history WHERE issuer = ? AND made_at <= ?")?
        .execute(params![issuer, made_at.plus(-REACHES_BACK).0])?;
    tx.prepare_cached(
        "DELETE FROM revocation_change WHERE issuer = ?1 AND generation <= (SELECT min(generation) FROM crl_history WHERE issuer = ?1)",
    )?
    .execute([issuer])?;
    Ok(())
}

/// The department makes none any more.
pub(super) fn forget(tx: &Connection, issuer: &[u8]) -> Result<()> {
    for table in ["delta_crl", "crl_history", "revocation_change"] {
        tx.execute(&format!("DELETE FROM {table} WHERE issuer = ?"), [issuer])?;
    }
    // There is nothing to send any more; what is published stays and ends by itself.
    tx.execute(
        "UPDATE outbox SET state = 'cancelled' WHERE kind = 'publication' AND item = 'issuing-delta.crl' AND state = 'waiting'",
        [],
    )?;
    Ok(())
}

impl Inner {
    /// The delta to the current complete CRL of the issuing CA; not found where none are made.
    pub(crate) fn delta_crl(&self) -> Result<Vec<u8>> {
        if !self.network()?.delta_crl {
            return Err(Error::NotFound(Noun::Crl));
        }
        self.crl("issuing")?;
        let issuer = self.authorities()?.issuing.subject_key_identifier.clone().unwrap_or_default();
        let found = self.store.read(|c| {
            let mut statement = c.prepare_cached("SELECT der FROM delta_crl WHERE issuer = ?")?;
            Ok(statement.query_row([issuer], |row| row.get(0)).optional()?)
        })?;
        found.ok_or(Error::NotFound(Noun::Crl))
    }
}
