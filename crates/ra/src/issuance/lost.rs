//! A key made here that nobody got: its certificate must not stay in use.

use super::IssuedIdentity;
use crate::{
    Conflict, Error, Operator, Result,
    certificate::{self, Certificate},
    ledger::Actor,
    revoke,
};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, params};

/// For so long after its issue a certificate is revoked here; later that is an officer's act like any other.
const JUST_ISSUED: i64 = Timestamp::HOUR;

/// What became of a certificate whose key nobody has.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LostKey {
    /// The certificate, revoked.
    pub certificate: Certificate,
    /// Serials of those that it had superseded and that count again.
    pub reinstated: Vec<String>,
    /// Serials of those that it had superseded and that do not: they were revoked with it, or others took their place.
    pub superseded: Vec<String>,
}

impl Operator {
    /// This key could not be handed on and ends here, so that nobody has it: its certificate is revoked (superseded) by Signet itself,
    /// whatever the officer has done alone before, and what it had superseded counts again, all in one transaction.
    pub fn key_was_lost(&self, identity: IssuedIdentity) -> Result<LostKey> {
        let IssuedIdentity { issued, pkcs12, password } = identity;
        drop((pkcs12, password));
        let serial = SerialNumber::parse(&issued.certificate.serial)?;
        let clock = self.inner.clock.clone();
        self.inner.store.write(move |tx| {
            let at = clock.now();
            let just_issued = tx
                .prepare_cached(
                    "SELECT 1 FROM certificate WHERE serial = ?1 AND kind = 'subscriber' AND issuer IS NOT NULL AND issued_at > ?2",
                )?
                .exists(params![serial.octets(), at.plus(-JUST_ISSUED).0])?;
            if !just_issued {
                return Err(Error::invalid("serial", "the certificate was not issued just now; revoke it as any other"));
            }
            let back = revoke_lost(tx, at, &serial, "its key could not be saved, so nobody has it")?;
            let reinstated: Vec<String> = back.iter().map(ToString::to_string).collect();
            let superseded = issued.superseded.into_iter().filter(|old| !reinstated.contains(old)).collect();
            Ok(LostKey { certificate: certificate::one(tx, at, &serial)?, reinstated, superseded })
        })
    }
}

/// Revokes in the caller's transaction a certificate whose key was lost before it was handed on; serials of those that it had superseded
/// and that count again.
pub(super) fn revoke_lost(tx: &Connection, at: Timestamp, serial: &SerialNumber, why: &str) -> Result<Vec<SerialNumber>> {
    match revoke::revoke_because(tx, at, &Actor::Signet, serial, Reason::Superseded, Some(why)) {
        Ok(()) => certificate::count_again(tx, at, serial, why),
        // An officer was faster.
        Err(Error::Conflict(Conflict::AlreadyRevoked)) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
