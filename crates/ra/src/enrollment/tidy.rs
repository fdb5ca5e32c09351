//! What time does: links run out, unused transport certificates are revoked, ended links are forgotten.

use super::{Ending, advance::end};
use crate::{
    Result,
    id::{EnrollmentId, SubscriberId},
    ledger::Actor,
    revoke,
};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, params};
use serde_json::json;

/// A transport certificate that fetched no profile within this time is revoked: the person gave up on the way.
const TRANSPORT_WITHOUT_PHASE_3: i64 = Timestamp::HOUR;
/// A phone that was answered, or got its transport identity, is on its way so long, and longer where a challenge that it was given still
/// lives.
const ON_ITS_WAY: i64 = Timestamp::HOUR;
/// An ended link is still explained so long.
pub(crate) const ENDED_LINKS: i64 = 30 * Timestamp::DAY;
/// What an OTA answer held is erased when nobody can ask for it again.
const ANSWERS: i64 = Timestamp::HOUR;
/// At most so many at once; the rest a minute later.
const BATCH: u32 = 500;

/// Expires enrollments whose link ran out and whose phone is not just on its way.
pub(super) fn expire(tx: &Connection, at: Timestamp) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "SELECT e.id FROM enrollment e
         WHERE e.state IN ('invited', 'opened', 'authenticated', 'identified', 'issued') AND e.expires_at <= ?1
           AND NOT EXISTS (SELECT 1 FROM session WHERE enrollment = e.id AND dead = 0 AND expires_at > ?1)
           AND NOT EXISTS (SELECT 1 FROM session s JOIN ota_answer a ON a.session = s.id
                           WHERE s.enrollment = e.id AND a.created_at > ?2)
           AND NOT EXISTS (SELECT 1 FROM challenge c WHERE c.enrollment = e.id AND c.state IN ('open', 'claimed') AND c.expires_at > ?1)
           AND NOT EXISTS (SELECT 1 FROM transport_certificate t
                           WHERE t.enrollment = e.id AND t.used_at IS NULL AND t.ended = 0 AND t.issued_at > ?2)
         LIMIT ?3",
    )?;
    let ran_out: Vec<EnrollmentId> =
        statement.query_map(params![at.0, at.plus(-ON_ITS_WAY).0, BATCH], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    ran_out.into_iter().try_for_each(|id| end(tx, at, &Actor::Signet, id, Ending::Expired, json!({})))
}

/// Revokes transport certificates that were never used for phase 3.
pub(super) fn revoke_unused_transport(tx: &Connection, at: Timestamp) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "SELECT serial FROM transport_certificate WHERE used_at IS NULL AND ended = 0 AND issued_at <= ?1 ORDER BY issued_at LIMIT ?2",
    )?;
    let unused = statement
        .query_map(params![at.plus(-TRANSPORT_WITHOUT_PHASE_3).0, BATCH], |row| row.get::<_, Vec<u8>>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    unused.into_iter().try_for_each(|serial| revoke_transport(tx, at, &Actor::Signet, &serial))
}

/// Revokes those of an enrollment that have fetched no profile: a new walk takes the place of theirs.
pub(crate) fn revoke_unused_of(tx: &Connection, at: Timestamp, enrollment: EnrollmentId) -> Result<()> {
    let unused: Vec<Vec<u8>> = tx
        .prepare_cached("SELECT serial FROM transport_certificate WHERE enrollment = ?1 AND used_at IS NULL AND ended = 0")?
        .query_map([enrollment], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    unused.iter().try_for_each(|serial| revoke_transport(tx, at, &Actor::Signet, serial))
}

fn revoke_transport(tx: &Connection, at: Timestamp, actor: &Actor, serial: &[u8]) -> Result<()> {
    tx.prepare_cached("UPDATE transport_certificate SET ended = 1 WHERE serial = ?1")?.execute([serial])?;
    match revoke::revoke(tx, at, actor, &SerialNumber::from_octets(serial)?, Reason::CessationOfOperation) {
        // The officer was faster.
        Err(crate::Error::Conflict(crate::Conflict::AlreadyRevoked)) => Ok(()),
        other => other,
    }
}

/// Forgets what nobody may ask for any more. The link of a configured phone stays for its updates.
pub(super) fn forget(tx: &Connection, at: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM link WHERE ended_at <= ?1
           AND NOT EXISTS (SELECT 1 FROM enrollment e WHERE e.link = link.token AND e.configured_at IS NOT NULL)",
    )?
    .execute([at.plus(-ENDED_LINKS).0])?;
    tx.prepare_cached("DELETE FROM session WHERE expires_at <= ?1 AND leaf IS NULL")?.execute([at.plus(-Timestamp::DAY).0])?;
    tx.prepare_cached("UPDATE ota_answer SET plan = zeroblob(0), bytes = NULL WHERE created_at <= ?1 AND length(plan) > 0")?
        .execute([at.plus(-ANSWERS).0])?;
    tx.prepare_cached("DELETE FROM password_failure WHERE at <= ?1")?.execute([at.plus(-Timestamp::HOUR).0])?;
    Ok(())
}

/// Ends what a person has under way, and says why, and revokes the transport certificates: the person is going to be deleted, or leaves.
pub(crate) fn end_all_of(tx: &Connection, at: Timestamp, actor: &Actor, subscriber: SubscriberId, why: &str) -> Result<()> {
    let under_way: Vec<EnrollmentId> = tx
        .prepare_cached(
            "SELECT id FROM enrollment WHERE subscriber = ?1 AND state IN ('invited', 'opened', 'authenticated', 'identified', 'issued')",
        )?
        .query_map([subscriber], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    under_way.into_iter().try_for_each(|id| end(tx, at, actor, id, Ending::Cancelled, json!({ "reason": why })))?;
    let transport: Vec<Vec<u8>> = tx
        .prepare_cached(
            "SELECT t.serial FROM transport_certificate t JOIN enrollment e ON e.id = t.enrollment WHERE e.subscriber = ?1 AND t.ended = 0",
        )?
        .query_map([subscriber], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    transport.iter().try_for_each(|serial| revoke_transport(tx, at, actor, serial))
}
