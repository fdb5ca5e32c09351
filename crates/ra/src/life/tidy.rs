//! What time does to holds: "perhaps lost" becomes lost.

use crate::{Conflict, Error, Noun, Result, ledger::Actor, revoke};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, params};

/// At most so many at once; the rest a minute later.
const BATCH: u32 = 500;

/// Revokes what was perhaps lost and did not come back. The key is distrusted since the hold (invalidityDate).
pub(crate) fn revoke_maybe_lost(tx: &Connection, at: Timestamp) -> Result<()> {
    let due: Vec<(Vec<u8>, i64)> = tx
        .prepare_cached("SELECT serial, since FROM hold_deadline WHERE final_at <= ?1 ORDER BY final_at LIMIT ?2")?
        .query_map(params![at.0, BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (octets, since) in due {
        tx.prepare_cached("DELETE FROM hold_deadline WHERE serial = ?1")?.execute([&octets])?;
        let serial = SerialNumber::from_octets(&octets)?;
        match revoke::revoke(tx, at, &Actor::Signet, &serial, Reason::KeyCompromise) {
            Ok(()) => super::plan::set_invalid_since(tx, &serial, Timestamp(since))?,
            // An officer was faster.
            Err(Error::Conflict(Conflict::AlreadyRevoked) | Error::NotFound(Noun::Certificate)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
