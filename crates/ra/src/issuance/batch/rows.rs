//! Rows of batches and their items.

use super::{BatchProgress, BatchState, Choices, Place, Planned, RowError, unknown};
use crate::{
    Error, Result,
    id::{BatchId, SubscriberId, UnitId},
    profile::ProfileName,
};
use protocol::{Timestamp, pkcs12::Form, x509::SerialNumber};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashSet;

impl BatchState {
    /// Steps are left.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, BatchState::Running | BatchState::Stopped)
    }

    fn read(text: &str, stopped: bool) -> Result<Self> {
        let state = Self::parse(text)?;
        Ok(if state == BatchState::Running && stopped { BatchState::Stopped } else { state })
    }

    fn as_str(self) -> &'static str {
        match self {
            // Stopped is running, with the time since when it is not.
            BatchState::Running | BatchState::Stopped => "running",
            BatchState::Done => "done",
            BatchState::Cancelled => "cancelled",
        }
    }
    fn parse(text: &str) -> Result<Self> {
        [BatchState::Running, BatchState::Done, BatchState::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| Error::fault(format!("batch in state {text}")))
    }
}

/// An item that is to be worked off.
pub(super) struct Item {
    pub(super) number: i64,
    pub(super) line: usize,
    pub(super) subscriber: SubscriberId,
    /// Where the subscriber belongs now; `None`: they are no longer here.
    pub(super) department: Option<UnitId>,
    pub(super) mail: String,
    pub(super) profile: ProfileName,
    pub(super) csr: Option<Vec<u8>>,
    pub(super) serial: Option<SerialNumber>,
}

/// How a batch works.
pub(super) struct Batch {
    pub(super) form: Form,
    pub(super) supersede: bool,
    pub(super) state: BatchState,
}

fn form_text(form: Form) -> &'static str {
    match form {
        Form::Legacy => "legacy",
        Form::Modern => "modern",
    }
}

/// The running batch of this list.
pub(super) fn running(tx: &Connection, digest: &[u8; 32]) -> Result<Option<BatchId>> {
    let mut statement = tx.prepare_cached("SELECT id FROM batch WHERE digest = ?1 AND state = 'running'")?;
    Ok(statement.query_row([digest], |row| row.get(0)).optional()?)
}

/// Who has an active certificate of which profile from a batch of this very list.
pub(super) fn given(tx: &Connection, at: Timestamp, digest: &[u8; 32]) -> Result<HashSet<(SubscriberId, String)>> {
    let mut statement = tx.prepare_cached(
        "SELECT i.subscriber, i.profile FROM batch b JOIN batch_item i ON i.batch = b.id JOIN certificate c ON c.serial = i.serial
         WHERE b.digest = ?1 AND i.state = 'delivered' AND c.revoked_at IS NULL AND c.superseded_at IS NULL AND c.not_after >= ?2",
    )?;
    let rows = statement.query_map(params![digest, at.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn insert(tx: &Connection, at: Timestamp, id: BatchId, digest: &[u8; 32], choices: &Choices, items: &[Planned]) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO batch (id, name, digest, form, supersede, state, created_at) VALUES (?1, ?2, ?3, ?4, ?5, 'running', ?6)",
    )?
    .execute(params![id, choices.name.trim(), digest, form_text(choices.form), choices.supersede, at.0])?;
    let mut statement = tx.prepare_cached(
        "INSERT INTO batch_item (batch, number, line, subscriber, mail, profile, csr, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting')",
    )?;
    for (number, item) in (1_i64..).zip(items) {
        let line = i64::try_from(item.line).map_err(Error::fault)?;
        statement.execute(params![id, number, line, item.subscriber, item.mail, item.profile.as_str(), item.csr])?;
    }
    Ok(())
}

pub(super) fn batch(tx: &Connection, id: BatchId) -> Result<Batch> {
    let (form, supersede, state, stopped): (String, bool, String, bool) = tx
        .prepare_cached("SELECT form, supersede, state, stopped_at IS NOT NULL FROM batch WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?
        .ok_or_else(unknown)?;
    let form = if form == form_text(Form::Legacy) { Form::Legacy } else { Form::Modern };
    Ok(Batch { form, supersede, state: BatchState::read(&state, stopped)? })
}

/// Items in a state, in their order: by the index, for every step asks it, and those before them were worked off.
const ITEMS: &str = "SELECT number, line, subscriber, mail, profile, csr, serial, \
     (SELECT department FROM subscriber WHERE id = batch_item.subscriber) \
     FROM batch_item INDEXED BY batch_item_by_state WHERE batch = ?1 AND state = ?2 ORDER BY number LIMIT ?3";

/// The first items in a state.
pub(super) fn items(tx: &Connection, id: BatchId, state: &str, limit: usize) -> Result<Vec<Item>> {
    let mut statement = tx.prepare_cached(ITEMS)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![id, state, limit], |row| Ok(item(row)))?;
    rows.map(|row| row?).collect()
}

fn item(row: &Row<'_>) -> Result<Item> {
    let profile: String = row.get(4)?;
    let serial: Option<Vec<u8>> = row.get(6)?;
    Ok(Item {
        number: row.get(0)?,
        line: usize::try_from(row.get::<_, i64>(1)?).map_err(Error::fault)?,
        subscriber: row.get(2)?,
        department: row.get(7)?,
        mail: row.get(3)?,
        profile: ProfileName::parse(&profile).ok_or_else(|| Error::fault(format!("batch item of profile {profile}")))?,
        csr: row.get(5)?,
        serial: serial.map(|octets| SerialNumber::from_octets(&octets)).transpose()?,
    })
}

/// It goes on to a state with a serial, or back to waiting without one.
pub(super) fn set(tx: &Connection, id: BatchId, number: i64, state: &str, serial: Option<&SerialNumber>) -> Result<()> {
    tx.prepare_cached("UPDATE batch_item SET state = ?3, serial = ?4 WHERE batch = ?1 AND number = ?2")?.execute(params![
        id,
        number,
        state,
        serial.map(SerialNumber::octets)
    ])?;
    Ok(())
}

/// It gives nothing, and why.
pub(super) fn refuse(tx: &Connection, id: BatchId, number: i64, code: &str, reason: &str) -> Result<()> {
    tx.prepare_cached("UPDATE batch_item SET state = 'refused', serial = NULL, code = ?3, reason = ?4 WHERE batch = ?1 AND number = ?2")?
        .execute(params![id, number, code, reason])?;
    Ok(())
}

pub(super) fn end(tx: &Connection, at: Timestamp, id: BatchId, state: BatchState) -> Result<()> {
    tx.prepare_cached("UPDATE batch SET state = ?2, ended_at = ?3, stopped_at = NULL WHERE id = ?1")?.execute(params![
        id,
        state.as_str(),
        at.0
    ])?;
    Ok(())
}

pub(super) fn stop(tx: &Connection, at: Timestamp, id: BatchId) -> Result<()> {
    tx.prepare_cached("UPDATE batch SET stopped_at = coalesce(stopped_at, ?2) WHERE id = ?1")?.execute(params![id, at.0])?;
    Ok(())
}

/// It is stopped no longer; its files and their passwords go to `place` where one is given.
pub(super) fn go_on(tx: &Connection, id: BatchId, place: Option<&Place>) -> Result<()> {
    tx.prepare_cached(
        "UPDATE batch SET stopped_at = NULL, folder = coalesce(?2, folder), passwords = coalesce(?3, passwords) WHERE id = ?1",
    )?
    .execute(params![id, place.map(|place| &place.folder), place.map(|place| &place.passwords)])?;
    Ok(())
}

/// Whether keys are made here, out of an index of these alone: a list of requests has none, however long it is.
const MAKES_KEYS: &str = "SELECT EXISTS (SELECT 1 FROM batch_item INDEXED BY batch_item_made_here WHERE batch = ?1 AND csr IS NULL)";

pub(super) fn progress(tx: &Connection, id: BatchId) -> Result<BatchProgress> {
    type Row = (String, String, i64, Option<i64>, Option<String>, Option<String>, bool);
    let mut statement =
        tx.prepare_cached("SELECT name, state, created_at, ended_at, folder, passwords, stopped_at IS NOT NULL FROM batch WHERE id = ?1")?;
    let (name, state, created_at, ended_at, folder, passwords, stopped): Row = statement
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?)))
        .optional()?
        .ok_or_else(unknown)?;
    // The index alone: rows with requests are long.
    let mut statement =
        tx.prepare_cached("SELECT state, count(*) FROM batch_item INDEXED BY batch_item_by_state WHERE batch = ?1 GROUP BY state")?;
    let (mut total, mut delivered, mut refused) = (0, 0, 0);
    let mut groups = statement.query([id])?;
    while let Some(group) = groups.next()? {
        let count = u64::try_from(group.get::<_, i64>(1)?).unwrap_or(0);
        total += count;
        match group.get_ref(0)?.as_str().map_err(Error::fault)? {
            "delivered" => delivered = count,
            "refused" => refused = count,
            _ => {}
        }
    }
    let makes_keys = tx.prepare_cached(MAKES_KEYS)?.query_row([id], |row| row.get(0))?;
    Ok(BatchProgress {
        id,
        name,
        state: BatchState::read(&state, stopped)?,
        total,
        delivered,
        refused,
        folder,
        passwords,
        makes_keys,
        created_at: Timestamp(created_at),
        ended_at: ended_at.map(Timestamp),
    })
}

/// One certificate of a batch and its fate.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchRow {
    /// Its place, from 1.
    pub number: i64,
    /// Line of the list.
    pub line: usize,
    /// Whose.
    pub subscriber: SubscriberId,
    /// Name of the person; empty when the person is gone.
    pub name: String,
    /// By which address.
    pub mail: String,
    /// Of which profile.
    pub profile: ProfileName,
    /// waiting, reserved, issued, delivered or refused.
    pub state: String,
    /// Serial number, once there is one.
    pub serial: Option<String>,
    /// Stable word of the refusal.
    pub code: Option<String>,
    /// Why it was refused.
    pub reason: Option<String>,
}

pub(super) fn list(c: &Connection, id: BatchId, after: i64, limit: u32, refused: bool) -> Result<Vec<BatchRow>> {
    let mut statement = c.prepare_cached(
        "SELECT i.number, i.line, i.subscriber, coalesce(s.name, ''), i.mail, i.profile, i.state, i.serial, i.code, i.reason
         FROM batch_item i LEFT JOIN subscriber s ON s.id = i.subscriber
         WHERE i.batch = ?1 AND i.number > ?2 AND (?4 = 0 OR i.state = 'refused') ORDER BY i.number LIMIT ?3",
    )?;
    let mut rows = statement.query(params![id, after, limit.clamp(1, 500), refused])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let (profile, serial): (String, Option<Vec<u8>>) = (row.get(5)?, row.get(7)?);
        list.push(BatchRow {
            number: row.get(0)?,
            line: usize::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            subscriber: row.get(2)?,
            name: row.get(3)?,
            mail: row.get(4)?,
            profile: ProfileName::parse(&profile).ok_or_else(|| Error::fault(format!("batch item of profile {profile}")))?,
            state: row.get(6)?,
            serial: serial.map(|octets| SerialNumber::from_octets(&octets)).transpose()?.map(|serial| serial.to_string()),
            code: row.get(8)?,
            reason: row.get(9)?,
        });
    }
    Ok(list)
}

pub(super) fn all(c: &Connection) -> Result<Vec<BatchProgress>> {
    those(c, "SELECT id FROM batch ORDER BY id DESC")
}

pub(super) fn open(c: &Connection) -> Result<Vec<BatchProgress>> {
    those(c, "SELECT id FROM batch WHERE state = 'running' ORDER BY id DESC")
}

pub(super) fn at_work(c: &Connection) -> Result<Vec<BatchProgress>> {
    those(c, "SELECT id FROM batch WHERE state = 'running' AND stopped_at IS NULL ORDER BY id")
}

fn those(c: &Connection, sql: &str) -> Result<Vec<BatchProgress>> {
    let mut statement = c.prepare_cached(sql)?;
    let ids: Vec<BatchId> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    ids.into_iter().map(|id| progress(c, id)).collect()
}

/// Batches that were ended while something was half done: a serial reserved, or a certificate stored whose key was not handed on.
pub(super) fn ended_half_done(c: &Connection) -> Result<Vec<BatchId>> {
    let mut statement = c.prepare_cached(
        "SELECT id FROM batch AS b WHERE state = 'cancelled'
           AND (EXISTS (SELECT 1 FROM batch_item INDEXED BY batch_item_by_state WHERE batch = b.id AND state = 'reserved')
             OR EXISTS (SELECT 1 FROM batch_item INDEXED BY batch_item_by_state WHERE batch = b.id AND state = 'issued' AND csr IS NULL))
         ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Serial numbers of what was handed on.
pub(super) fn serials(c: &Connection, id: BatchId) -> Result<HashSet<String>> {
    let mut statement = c.prepare_cached("SELECT serial FROM batch_item WHERE batch = ?1 AND state = 'delivered'")?;
    let rows = statement.query_map([id], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|octets| Ok(SerialNumber::from_octets(&octets?)?.to_string())).collect()
}

pub(super) fn refusals(c: &Connection, id: BatchId) -> Result<Vec<RowError>> {
    let mut statement =
        c.prepare_cached("SELECT line, mail, code, reason FROM batch_item WHERE batch = ?1 AND state = 'refused' ORDER BY number")?;
    let rows = statement.query_map([id], |row| {
        Ok(RowError {
            line: usize::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
            mail: row.get(1)?,
            code: row.get(2)?,
            problem: row.get(2)?,
            detail: String::new(),
            field: "mail".to_owned(),
            reason: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::{ITEMS, MAKES_KEYS};
    use crate::testing;

    #[test]
    fn what_every_step_asks_of_a_long_list_is_answered_without_reading_the_list() {
        let (authority, _clock, _folder) = testing::authority();
        let plan = |sql: &str, given: &[&dyn rusqlite::ToSql]| {
            let read = authority.0.store.read(|c| {
                let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                Ok(statement.query_map(given, |row| row.get::<_, String>(3))?.collect::<rusqlite::Result<Vec<_>>>()?)
            });
            read.unwrap().join("; ")
        };
        let made_here = plan(MAKES_KEYS, &[&[1_u8; 16]]);
        assert!(made_here.contains("INDEX batch_item_made_here (batch=?)"), "{made_here}");
        let waiting = plan(ITEMS, &[&[1_u8; 16], &"waiting", &48]);
        assert!(waiting.contains("INDEX batch_item_by_state (batch=? AND state=?)") && !waiting.contains("TEMP B-TREE"), "{waiting}");
    }
}
