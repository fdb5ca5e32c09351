//! Serial reservations: recorded before anything is signed (docs/issuance-cycle.md step 1), ended by storing or abandoning.

use crate::{Error, Result, ledger, ledger::Actor};
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::{Connection, OptionalExtension};

/// After this long nobody is still signing: the reservation is abandoned and its serial goes on the CRL.
pub(crate) const GIVEN_UP_AFTER: i64 = 10 * Timestamp::MINUTE;

/// A serial of 16 random octets (RFC 5280 4.1.2.2).
pub(crate) fn fresh_serial() -> Result<SerialNumber> {
    Ok(SerialNumber::from_random(crate::secret::random()?))
}

/// Step 1: reserves the serial and records what is to be certified. `issuer` is the subjectKeyIdentifier of the CA that will
/// sign (`None`: self-signed). [`super::insert`] ends the reservation; without one it refuses.
pub(crate) fn reserve(
    tx: &Connection,
    at: Timestamp,
    serial: &SerialNumber,
    issuer: Option<&[u8]>,
    intent: &serde_json::Value,
) -> Result<()> {
    let taken = tx.prepare_cached("SELECT 1 FROM certificate WHERE serial = ?")?.query_row([serial.octets()], |_| Ok(())).optional()?;
    if taken.is_some() {
        return Err(Error::fault(format!("serial {serial} came up twice")));
    }
    let intent = serde_json::to_string(intent).map_err(Error::fault)?;
    tx.prepare_cached("INSERT INTO issuance (serial, issuer, intent, state, reserved_at) VALUES (?, ?, ?, 'reserved', ?)")?
        .execute(rusqlite::params![serial.octets(), issuer, intent, at.0])?;
    Ok(())
}

/// Since when it is reserved, and for what; `None` when it was stored, abandoned or never reserved.
pub(crate) fn reserved(tx: &Connection, serial: &SerialNumber) -> Result<Option<(Timestamp, serde_json::Value)>> {
    let mut statement =
        tx.prepare_cached("SELECT reserved_at, intent FROM issuance WHERE serial = ? AND state <> 'stored' AND state = 'reserved'")?;
    let found = statement.query_row([serial.octets()], |row| Ok((row.get(0).map(Timestamp)?, row.get::<_, String>(1)?))).optional()?;
    found.map(|(at, intent)| Ok((at, serde_json::from_str(&intent).map_err(Error::fault)?))).transpose()
}

/// The certificate is being stored in this transaction.
pub(super) fn end(tx: &Connection, at: Timestamp, serial: &SerialNumber) -> Result<()> {
    let ended = tx
        .prepare_cached("UPDATE issuance SET state = 'stored', ended_at = ? WHERE serial = ? AND state <> 'stored' AND state = 'reserved'")?
        .execute(rusqlite::params![at.0, serial.octets()])?;
    // Abandoned meanwhile (the computer slept between signing and storing), or never recorded: it must not come to be.
    if ended == 1 { Ok(()) } else { Err(Error::fault(format!("serial {serial} is not reserved"))) }
}

/// What was reserved will not be stored (signing or linting failed): recorded, and on the CRL from now on.
pub(crate) fn abandon(tx: &Connection, at: Timestamp, serial: &SerialNumber, why: &str) -> Result<()> {
    let ended = tx
        .prepare_cached(
            "UPDATE issuance SET state = 'abandoned', ended_at = ? WHERE serial = ? AND state <> 'stored' AND state = 'reserved'",
        )?
        .execute(rusqlite::params![at.0, serial.octets()])?;
    if ended == 1 {
        ledger::append(tx, at, &Actor::Signet, "certificate.abandoned", &serial.to_string(), &serde_json::json!({ "why": why }))?;
    }
    Ok(())
}

/// Abandons what a crash left behind; how many.
pub(crate) fn abandon_left_behind(tx: &Connection, at: Timestamp) -> Result<u32> {
    let left: Vec<Vec<u8>> = {
        let mut statement =
            // The index holds only what was not stored; without the hint a million rows would be looked at.
            tx.prepare_cached("SELECT serial FROM issuance INDEXED BY issuance_not_stored WHERE state <> 'stored' AND state = 'reserved' AND reserved_at < ?")?;
        let rows = statement.query_map([at.plus(-GIVEN_UP_AFTER).0], |row| row.get(0))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for serial in &left {
        abandon(tx, at, &SerialNumber::from_octets(serial)?, "signed or not, it was never stored")?;
    }
    Ok(u32::try_from(left.len()).unwrap_or(u32::MAX))
}
