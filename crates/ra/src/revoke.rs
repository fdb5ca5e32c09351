//! Revocation (RFC 5280 5.3).

use crate::{
    Conflict, Error, Noun, Result,
    certificate::{reason_code, reason_of},
    id::EnrollmentId,
    ledger,
    ledger::Actor,
};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, OptionalExtension};

/// Revokes in the caller's transaction: status, ledger row, CRL marked as due (a trigger counts the revocation; whoever is asked
/// for the CRL next, in any process, makes a new one). A held certificate can be revoked for good, nothing else twice.
pub(crate) fn revoke(tx: &Connection, at: Timestamp, actor: &Actor, serial: &SerialNumber, reason: Reason) -> Result<()> {
    revoke_because(tx, at, actor, serial, reason, None)
}

/// The same; `why` stands in the ledger, where the reason alone does not say it.
pub(crate) fn revoke_because(
    tx: &Connection,
    at: Timestamp,
    actor: &Actor,
    serial: &SerialNumber,
    reason: Reason,
    why: Option<&str>,
) -> Result<()> {
    if reason == Reason::RemoveFromCrl {
        return Err(Error::invalid("reason", "removeFromCRL is no reason to revoke (RFC 5280 5.3.1)"));
    }
    let found = row(tx, serial)?;
    if found.kind == "root" {
        return Err(Error::invalid("serial", "a root cannot be revoked: it is taken out of the phones instead"));
    }
    if found.reason.is_some_and(|now| now != Reason::CertificateHold || reason == Reason::CertificateHold) {
        return Err(Error::Conflict(Conflict::AlreadyRevoked));
    }
    // A hold that becomes a revocation keeps its date (RFC 5280 5.3.1: the entry may only get another reason).
    tx.prepare_cached("UPDATE certificate SET revoked_at = coalesce(revoked_at, ?), reason = ? WHERE number = ?")?.execute((
        at.0,
        reason_code(reason),
        found.number,
    ))?;
    if reason != Reason::CertificateHold {
        forget_deadline(tx, serial)?;
    }
    let event = if reason == Reason::CertificateHold { "certificate.held" } else { "certificate.revoked" };
    let mut details = serde_json::json!({ "reason": reason, "subject": found.subject, "profile": found.profile, "kind": found.kind });
    if let (Some(why), Some(facts)) = (why, details.as_object_mut()) {
        facts.insert("why".to_owned(), why.into());
    }
    ledger::append(tx, at, actor, event, &serial.to_string(), &details)
}

/// What an officer may revoke: not Signet's own certificates, without which nothing works until they are replaced.
pub(crate) fn by_officer(tx: &Connection, at: Timestamp, actor: &Actor, serial: &SerialNumber, reason: Reason) -> Result<()> {
    if !crate::life::officer_may_give(reason) {
        return Err(Error::invalid("reason", "an officer does not revoke for this reason (RFC 5280 5.3.1)"));
    }
    let found = row(tx, serial)?;
    if !found.ours {
        return Err(Error::invalid("serial", "another CA issued this certificate; ask that CA to revoke it"));
    }
    if !matches!(found.kind.as_str(), "subscriber" | "transport") {
        return Err(Error::invalid("serial", format!("this is Signet's own {} certificate; it is replaced, not revoked", found.profile)));
    }
    revoke(tx, at, actor, serial, reason)
}

/// A certificate of this phone is on hold or was revoked for what happened to it: nothing more is issued to the phone. One that only had
/// its place taken does not count, nor one more for a key whose own certificate still stands (a renewal that nobody needed), unless it is
/// the key that is not trusted.
pub(crate) fn blocks_phone(tx: &Connection, enrollment: EnrollmentId) -> Result<bool> {
    let mut statement = tx.prepare_cached(
        "SELECT 1 FROM certificate c WHERE c.enrollment = ?1 AND c.kind = 'subscriber' AND c.reason IS NOT NULL AND c.reason <> ?2
            AND (c.reason IN (?3, ?4) OR NOT EXISTS (SELECT 1 FROM certificate o
                 WHERE o.key_fingerprint = c.key_fingerprint AND o.enrollment = c.enrollment AND o.reason IS NULL))",
    )?;
    let [superseded, compromised, held] = [Reason::Superseded, Reason::KeyCompromise, Reason::CertificateHold].map(reason_code);
    Ok(statement.exists((enrollment, superseded, compromised, held))?)
}

/// Takes a hold back in the caller's transaction: the next complete CRL no longer lists the certificate (RFC 5280 5.3.1; removeFromCRL
/// belongs to delta CRLs).
pub(crate) fn reinstate(tx: &Connection, at: Timestamp, actor: &Actor, serial: &SerialNumber) -> Result<()> {
    let found = row(tx, serial)?;
    match found.reason {
        Some(Reason::CertificateHold) => {}
        Some(_) => return Err(Error::Conflict(Conflict::AlreadyRevoked)),
        None => return Err(Error::Conflict(Conflict::NotHeld)),
    }
    tx.prepare_cached("UPDATE certificate SET revoked_at = NULL, reason = NULL, invalid_since = NULL WHERE number = ?")?
        .execute([found.number])?;
    forget_deadline(tx, serial)?;
    let details = serde_json::json!({ "subject": found.subject, "profile": found.profile, "kind": found.kind });
    ledger::append(tx, at, actor, "certificate.reinstated", &serial.to_string(), &details)
}

/// It waits no longer for the end of a hold (perhaps lost): it came back, or is revoked for good, in whatever way.
fn forget_deadline(tx: &Connection, serial: &SerialNumber) -> Result<()> {
    tx.prepare_cached("DELETE FROM hold_deadline WHERE serial = ?1")?.execute([serial.octets()])?;
    Ok(())
}

struct Found {
    number: i64,
    /// We issued it; otherwise it was imported.
    ours: bool,
    kind: String,
    profile: String,
    subject: String,
    reason: Option<Reason>,
}

fn row(tx: &Connection, serial: &SerialNumber) -> Result<Found> {
    let mut statement = tx.prepare_cached(
        "SELECT number, kind, profile, subject, reason, issuer IS NOT NULL OR kind <> 'subscriber' FROM certificate WHERE serial = ?",
    )?;
    let found = statement
        .query_row([serial.octets()], |row| {
            let (kind, profile, subject) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let found = Found { number: row.get(0)?, ours: row.get(5)?, kind, profile, subject, reason: None };
            Ok((found, row.get::<_, Option<i64>>(4)?))
        })
        .optional()?;
    let (found, code) = found.ok_or(Error::NotFound(Noun::Certificate))?;
    Ok(Found { reason: code.map(reason_of).transpose()?, ..found })
}
