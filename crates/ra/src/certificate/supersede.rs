//! A later certificate takes the place of an earlier one of the same person and profile.

use crate::{Error, Result, id::SubscriberId, ledger, ledger::Actor};
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

/// Those that [`supersede`] supersedes, oldest first.
pub(crate) fn current(c: &Connection, subscriber: SubscriberId, profile: &str) -> Result<Vec<SerialNumber>> {
    let mut statement = c.prepare_cached(&format!("SELECT serial FROM certificate WHERE {CURRENT} ORDER BY number"))?;
    let rows = statement.query_map(params![subscriber, profile], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|octets| Ok(SerialNumber::from_octets(&octets?)?)).collect()
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
    let earlier = current(tx, subscriber, profile)?;
    mark(tx, at, actor, &earlier, by)?;
    Ok(earlier)
}

/// It has its place still: no other took it, and it is neither revoked nor on hold.
pub(crate) fn has_its_place(c: &Connection, serial: &SerialNumber) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM certificate WHERE serial = ?1 AND superseded_at IS NULL AND revoked_at IS NULL")?
        .exists([serial.octets()])?)
}

/// Marks these as replaced in the caller's transaction, which stores `by`.
pub(crate) fn mark(tx: &Connection, at: Timestamp, actor: &Actor, earlier: &[SerialNumber], by: &SerialNumber) -> Result<()> {
    let mut statement = tx.prepare_cached("UPDATE certificate SET superseded_at = ?2 WHERE serial = ?1")?;
    for serial in earlier {
        statement.execute(params![serial.octets(), at.0])?;
        ledger::append(tx, at, actor, "certificate.superseded", &serial.to_string(), &serde_json::json!({ "by": by.to_string() }))?;
    }
    Ok(())
}

/// `by` was revoked in the caller's transaction, because its key was lost before anybody had it: what it had superseded counts again.
/// What was revoked since, or whose place another one has taken, stays as it is. Serials of those that count again.
pub(crate) fn count_again(tx: &Connection, at: Timestamp, by: &SerialNumber, why: &str) -> Result<Vec<SerialNumber>> {
    let earlier: Vec<(Vec<u8>, SubscriberId, String)> = tx
        .prepare_cached(
            "SELECT old.serial, old.subscriber, old.profile FROM certificate AS new JOIN certificate AS old \
             ON old.subscriber = new.subscriber AND old.profile = new.profile AND old.superseded_at = new.issued_at \
             WHERE new.serial = ?1 AND old.kind = 'subscriber' AND old.issuer IS NOT NULL AND (old.reason IS NULL OR old.reason = 6)",
        )?
        .query_map([by.octets()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let said = serde_json::to_string(&serde_json::json!({ "by": by.to_string() })).map_err(Error::fault)?;
    let mut serials = Vec::with_capacity(earlier.len());
    for (octets, subscriber, profile) in earlier {
        let serial = SerialNumber::from_octets(&octets)?;
        // Another one may have been superseded in the same second. The conditions are those of the ledger's index, word for word.
        let by_this_one = tx
            .prepare_cached(
                "SELECT 1 FROM ledger WHERE subject = ?1 AND event >= 'certificate.' AND event < 'certificate/' \
                 AND event <> 'certificate.issued' AND event = 'certificate.superseded' AND details = ?2",
            )?
            .exists(params![serial.to_string(), said])?;
        let sql = format!(
            "UPDATE certificate SET superseded_at = NULL WHERE serial = ?3 AND NOT EXISTS (SELECT 1 FROM certificate WHERE {CURRENT})"
        );
        if by_this_one && tx.prepare_cached(&sql)?.execute(params![subscriber, profile, octets])? > 0 {
            let details = serde_json::json!({ "instead_of": by.to_string(), "why": why });
            ledger::append(tx, at, &Actor::Signet, "certificate.reinstated", &serial.to_string(), &details)?;
            serials.push(serial);
        }
    }
    Ok(serials)
}
