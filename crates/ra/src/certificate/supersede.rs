//! A later certificate takes the place of an earlier one of the same person and profile.

use crate::{Result, id::SubscriberId, ledger, ledger::Actor};
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::{Connection, params};

/// Issued by us, not superseded, not revoked; what is held may come back and counts.
const CURRENT: &str = "subscriber = ?1 AND profile = ?2 AND kind = 'subscriber' AND issuer IS NOT NULL AND superseded_at IS NULL \
     AND (reason IS NULL OR reason = 6)";

/// The person has a current certificate of this profile that has not ended.
pub(crate) fn has_active(tx: &Connection, at: Timestamp, subscriber: SubscriberId, profile: &str) -> Result<bool> {
    let sql = format!("SELECT 1 FROM certificate WHERE {CURRENT} AND not_after >= ?3");
    Ok(tx.prepare_cached(&sql)?.exists(params![subscriber, profile, at.0])?)
}

/// Supersedes the current ones in the caller's transaction, which stores `by`; which they were.
pub(crate) fn supersede(
    tx: &Connection,
    at: Timestamp,
    actor: &Actor,
    subscriber: SubscriberId,
    profile: &str,
    by: &SerialNumber,
) -> Result<Vec<SerialNumber>> {
    let sql = format!("UPDATE certificate SET superseded_at = ?3 WHERE {CURRENT} RETURNING serial");
    let earlier: Vec<Vec<u8>> = {
        let mut statement = tx.prepare_cached(&sql)?;
        statement.query_map(params![subscriber, profile, at.0], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    let mut serials = Vec::with_capacity(earlier.len());
    for octets in &earlier {
        let serial = SerialNumber::from_octets(octets)?;
        ledger::append(tx, at, actor, "certificate.superseded", &serial.to_string(), &serde_json::json!({ "by": by.to_string() }))?;
        serials.push(serial);
    }
    Ok(serials)
}
