//! What time does to holds: "perhaps lost" becomes lost.

use crate::{Conflict, Error, Noun, Result, certificate, ledger::Actor, revoke};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, params};

/// At most so many at once; the rest a minute later.
const BATCH: u32 = 500;

/// Revokes what was perhaps lost and did not come back, and what else its key can do. The key is distrusted since the hold
/// (invalidityDate).
pub(crate) fn revoke_maybe_lost(tx: &Connection, at: Timestamp) -> Result<()> {
    let due: Vec<(Vec<u8>, i64, bool)> = tx
        .prepare_cached(
            "SELECT serial, since, EXISTS (SELECT 1 FROM certificate c WHERE c.serial = hold_deadline.serial AND c.not_after >= ?1)
             FROM hold_deadline WHERE final_at <= ?1 ORDER BY final_at LIMIT ?2",
        )?
        .query_map(params![at.0, BATCH], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (octets, since, works) in due {
        let serial = SerialNumber::from_octets(&octets)?;
        // Nobody reinstates what has ended: that it was not says nothing about the others.
        if !lost(tx, at, &serial, Timestamp(since))? || !works {
            continue;
        }
        for other in certificate::of_same_key(tx, at, &serial)? {
            lost(tx, at, &other, Timestamp(since))?;
        }
    }
    Ok(())
}

/// Revokes one; `false`: an officer was faster.
fn lost(tx: &Connection, at: Timestamp, serial: &SerialNumber, since: Timestamp) -> Result<bool> {
    tx.prepare_cached("DELETE FROM hold_deadline WHERE serial = ?1")?.execute([serial.octets()])?;
    match revoke::revoke(tx, at, &Actor::Signet, serial, Reason::KeyCompromise) {
        Ok(()) => super::plan::set_invalid_since(tx, serial, since).map(|()| true),
        Err(Error::Conflict(Conflict::AlreadyRevoked) | Error::NotFound(Noun::Certificate)) => Ok(false),
        Err(error) => Err(error),
    }
}
