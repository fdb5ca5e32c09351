//! Revocation (RFC 5280 5.3).

use crate::{Result, ledger::Actor};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};

/// Revokes in the caller's transaction: status, ledger row, CRL marked as due.
pub(crate) fn revoke(tx: &rusqlite::Connection, at: Timestamp, actor: &Actor, serial: &SerialNumber, reason: Reason) -> Result<()> {
    let _ = (tx, at, actor, serial, reason);
    todo!()
}
