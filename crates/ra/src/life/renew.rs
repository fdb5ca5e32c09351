//! What a certificate must be for another one to take its place, and what becomes of it then.

use super::Old;
use crate::{
    Conflict, Error, Noun, Result, certificate,
    issuance::Replaced,
    ledger::{self, Actor},
    revoke,
};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, params};
use serde_json::json;

/// Asked when it is ordered and again when it is stored.
pub(crate) fn may_be_replaced(tx: &Connection, at: Timestamp, replaced: &Replaced) -> Result<()> {
    let known = certificate::known(tx, &replaced.serial)?.ok_or(Error::NotFound(Noun::Certificate))?;
    if known.held {
        return Err(Error::Conflict(Conflict::AlreadyHeld));
    }
    if known.revoked && (replaced.same_key || replaced.old != Old::Stays) {
        return Err(Error::Conflict(Conflict::AlreadyRevoked));
    }
    if let Old::Revoked(reason) = replaced.old
        && (!super::officer_may_give(reason) || reason == Reason::CertificateHold)
    {
        return Err(Error::invalid("reason", "an officer does not revoke for this reason (RFC 5280 5.3.1)"));
    }
    if !replaced.same_key {
        return Ok(());
    }
    if known.not_after < at {
        return Err(Error::invalid("serial", "the certificate has ended; issue a new one with a new key"));
    }
    let replaced_before = tx
        .prepare_cached("SELECT 1 FROM certificate WHERE serial = ?1 AND superseded_at IS NOT NULL")?
        .exists([replaced.serial.octets()])?;
    if replaced_before {
        return Err(Error::invalid("serial", "another certificate has taken its place already; renew that one"));
    }
    Ok(())
}

/// The new one, `by`, is stored in this transaction: the old one is superseded, and revoked where that was wanted. Serials of those
/// that this superseded.
pub(crate) fn replaced(tx: &Connection, at: Timestamp, actor: &Actor, replaced: &Replaced, by: &SerialNumber) -> Result<Vec<SerialNumber>> {
    let ended = tx
        .prepare_cached("UPDATE certificate SET superseded_at = ?2 WHERE serial = ?1 AND superseded_at IS NULL AND revoked_at IS NULL")?
        .execute(params![replaced.serial.octets(), at.0])?;
    if ended > 0 {
        ledger::append(tx, at, actor, "certificate.superseded", &replaced.serial.to_string(), &json!({ "by": by.to_string() }))?;
    }
    if let Old::Revoked(reason) = replaced.old {
        let mut serials = vec![replaced.serial.clone()];
        if reason == Reason::KeyCompromise {
            serials.extend(certificate::of_same_key(tx, at, &replaced.serial)?.into_iter().filter(|other| other != by));
        }
        // Counted, never refused: the person has a new one in its place.
        super::note_alone(tx, at, actor, &serials)?;
        serials.iter().try_for_each(|serial| revoke::revoke(tx, at, actor, serial, reason))?;
    }
    Ok(if ended > 0 { vec![replaced.serial.clone()] } else { Vec::new() })
}
