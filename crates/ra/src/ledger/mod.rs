//! The ledger: append-only, hash-chained, every row names an actor.

mod verify;

use crate::{Error, Result};
use protocol::Timestamp;
use rusqlite::OptionalExtension;
pub(crate) use verify::{verify, verify_recent};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Actor {
    /// An officer, by the name of the operating system's account.
    Officer(String),
    /// A command of signetctl, by the account's name.
    Command(String),
    /// A subscriber on the portal.
    Subscriber(crate::id::SubscriberId),
    /// A device (SCEP or OTA), by its enrollment.
    Device(crate::id::EnrollmentId),
    /// Signet itself (expiry, renewal of its own certificates).
    Signet,
}

/// One row.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Row {
    /// Number, from 1, without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// Verb and noun, e.g. `certificate.issued`.
    pub event: String,
    /// About what (id, serial, address).
    pub subject: String,
    /// Further facts, JSON object; never a secret.
    pub details: serde_json::Value,
    /// SHA-256 over the previous hash and the canonical row, hex.
    pub hash: String,
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verification {
    /// Rows that fit.
    pub rows: u64,
    /// Hash of the last row that fits, hex.
    pub head: String,
    /// Number of the first row that does not fit.
    pub broken_at: Option<u64>,
    /// Time of the first row that no signed head covers although one should: a CRL was made more than a day before the last row, and after
    /// every CRL the head is signed. Somebody took the signatures away, perhaps to write these rows anew; or the program was ended within
    /// the moment between the two, and did not run with its keys since. `None`: nothing of the kind, or `broken_at` says worse.
    pub unsigned_since: Option<Timestamp>,
}

/// Appends a row inside the caller's transaction. Refuses (`Denied::ClockBehind`) nothing itself; issuing checks the clock.
pub(crate) fn append(
    tx: &rusqlite::Connection,
    at: Timestamp,
    actor: &Actor,
    event: &str,
    subject: &str,
    details: &serde_json::Value,
) -> Result<()> {
    let (number, previous) = head(tx)?;
    let number = number + 1;
    let actor = serde_json::to_string(actor).map_err(Error::fault)?;
    let details = serde_json::to_string(details).map_err(Error::fault)?;
    let hash = chain(&previous, number, at.0, &actor, event, subject, &details);
    tx.prepare_cached("INSERT INTO ledger (number, at, actor, event, subject, details, hash) VALUES (?, ?, ?, ?, ?, ?, ?)")?
        .execute(rusqlite::params![number, at.0, actor, event, subject, details, hash])?;
    Ok(())
}

/// Number and hash of the last row; 0 and zeros before the first.
pub(crate) fn head(tx: &rusqlite::Connection) -> Result<(i64, [u8; 32])> {
    let mut statement = tx.prepare_cached("SELECT number, hash FROM ledger ORDER BY number DESC LIMIT 1")?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?.unwrap_or((0, [0; 32])))
}

/// SHA-256(previous hash || canonical row): a tag, then number and time as 8 octets, then each text with its length before it.
fn chain(previous: &[u8; 32], number: i64, at: i64, actor: &str, event: &str, subject: &str, details: &str) -> [u8; 32] {
    let mut sha = openssl::sha::Sha256::new();
    sha.update(previous);
    sha.update(b"signet ledger 1");
    sha.update(&number.to_be_bytes());
    sha.update(&at.to_be_bytes());
    for text in [actor, event, subject, details] {
        sha.update(&(text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    }
    sha.finish()
}

/// Time of the last row: issuing refuses when the clock is behind it.
pub(crate) fn last_at(tx: &rusqlite::Connection) -> Result<Option<Timestamp>> {
    let mut statement = tx.prepare_cached("SELECT at FROM ledger ORDER BY number DESC LIMIT 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?.map(Timestamp))
}

/// Newest rows first, `before` a row number.
pub(crate) fn rows(c: &rusqlite::Connection, before: Option<u64>, limit: u32) -> Result<Vec<Row>> {
    let before = before.and_then(|number| i64::try_from(number).ok()).unwrap_or(i64::MAX);
    let mut statement = c.prepare_cached(
        "SELECT number, at, actor, event, subject, details, hash FROM ledger WHERE number < ? ORDER BY number DESC LIMIT ?",
    )?;
    let mut rows = statement.query((before, limit))?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let json = |at: usize| -> Result<&str> { row.get_ref(at)?.as_str().map_err(Error::fault) };
        list.push(Row {
            number: u64::try_from(row.get::<_, i64>(0)?).map_err(Error::fault)?,
            at: Timestamp(row.get(1)?),
            actor: serde_json::from_str(json(2)?).map_err(Error::fault)?,
            event: row.get(3)?,
            subject: row.get(4)?,
            details: serde_json::from_str(json(5)?).map_err(Error::fault)?,
            hash: crate::issue::hex(row.get_ref(6)?.as_blob().map_err(Error::fault)?),
        });
    }
    Ok(list)
}
