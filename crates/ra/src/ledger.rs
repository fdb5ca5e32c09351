//! The ledger: append-only, hash-chained, every row names an actor.

use crate::Result;
use protocol::Timestamp;

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
    let _ = (tx, at, actor, event, subject, details);
    todo!()
}

/// Time of the last row: issuing refuses when the clock is behind it.
pub(crate) fn last_at(tx: &rusqlite::Connection) -> Result<Option<Timestamp>> {
    let _ = tx;
    todo!()
}
