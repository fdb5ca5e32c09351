//! What only the root's key can sign, when it is attached: its CRL with its whole life before it, and its OCSP responder.

use crate::{
    Error, Operator, Result,
    authority::Inner,
    certification::{Identity, attached_key},
    ledger,
};
use protocol::Timestamp;
use std::path::Path;

/// The root's key has to be brought in time: so long before the root's CRL ends somebody is told.
const REMIND: i64 = 60 * Timestamp::DAY;

/// The root's CRL as it is published.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RootCrl {
    /// cRLNumber; `None`: none was made yet.
    pub number: Option<u64>,
    /// When it was made.
    pub made_at: Option<Timestamp>,
    /// nextUpdate: afterwards relying parties trust nothing of this CA.
    pub ends_at: Option<Timestamp>,
    /// The root's key is in this folder: the CRL is made anew by itself.
    pub key_here: bool,
    /// The key has to be attached now (it is elsewhere, and the CRL ends within 60 days or was made while the clock was ahead).
    pub due: bool,
}

impl Inner {
    /// A root CRL with its whole life before it, made before the root's key leaves or while it is attached.
    pub(crate) fn renew_root_crl(&self, root: &Identity) -> Result<()> {
        let issuer = root.certificate.subject_key_identifier.clone().ok_or_else(|| Error::fault("a CA without subjectKeyIdentifier"))?;
        // Whoever gives the root's CRL out, in this process or another, sees that there is a newer one.
        self.make_crl(true, &issuer, root).map(|_| ())
    }
}

impl Operator {
    /// The root's CRL, and whether its key has to be attached.
    pub fn root_crl(&self) -> Result<RootCrl> {
        let inner = &self.inner;
        let issuer = inner.authorities()?.root.subject_key_identifier.clone().unwrap_or_default();
        let key_here = inner.root_key_is_here()?;
        let found: Option<(i64, i64, i64)> = inner.store.read(|c| {
            use rusqlite::OptionalExtension;
            let mut statement = c.prepare_cached("SELECT number, made_at, next_update FROM crl WHERE issuer = ?")?;
            Ok(statement.query_row([issuer], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?)
        })?;
        let (made_at, ends_at) = (found.map(|(_, at, _)| Timestamp(at)), found.map(|(_, _, ends)| Timestamp(ends)));
        let now = inner.clock.now();
        let was_made_ahead = made_at.map(|at| inner.was_made_ahead(at, now)).transpose()?.unwrap_or(false);
        Ok(RootCrl {
            number: found.and_then(|(number, _, _)| u64::try_from(number).ok()),
            made_at,
            ends_at,
            key_here,
            due: !key_here && (was_made_ahead || ends_at.is_none_or(|ends| ends < now.plus(REMIND))),
        })
    }

    /// Makes the root's CRL anew with its key from the file that [`Operator::move_root_key`] wrote, or, without one, with the key in
    /// this folder. The key is used and forgotten; nothing of it is stored.
    pub fn sign_root_crl(&self, key: Option<(&Path, &str)>) -> Result<RootCrl> {
        let root = match key {
            Some((file, passphrase)) => {
                let certificate = self.inner.root_certificate()?.as_ref().clone();
                Identity::new(certificate.clone(), attached_key(file, passphrase, &certificate)?, Vec::new())?
            }
            None => self.inner.root_identity()?,
        };
        self.inner.renew_root_crl(&root)?;
        // It lives no longer than the CRL: the occasion is used.
        self.inner.renew_root_responder(&root)?;
        let (at, actor, serial) = (self.inner.clock.now(), self.actor.clone(), root.certificate.serial.to_string());
        let details = serde_json::json!({ "attached": key.is_some() });
        self.inner.store.write(move |tx| ledger::append(tx, at, &actor, "root_key.used", &serial, &details))?;
        self.root_crl()
    }
}
