//! CRLs: the current ones, made at once after a change, otherwise when `crl.every_hours` have passed; by default daily, with a nextUpdate
//! in 8 days (root: 400 days).

mod delta;
mod entries;
mod file;
mod make;
mod root;

pub use delta::DeltaFacts;
pub use root::RootCrl;

use crate::{
    Dependency, Error, Noun, Operator, Result,
    authority::Inner,
    certification::StatusFacts,
    ledger,
    publication::DELTA,
    store::{self, Topic},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// What was made later than so long from now was made while the clock was ahead (or it is behind now): relying parties refuse what is of
/// the future (RFC 5280 5.1.2.4), and it would be kept until then. So much is allowed, because another process may make one after this one
/// has read the time.
const AHEAD: i64 = Timestamp::MINUTE;

/// The CRLs as they were last read or made, each with a lock that lets one thread at a time make a new one.
#[derive(Default)]
pub(crate) struct Crls {
    root: Mutex<Option<Kept>>,
    issuing: Mutex<Option<Kept>>,
}

struct Kept {
    /// The store's version at which it was found to be the one that is stored.
    seen: u64,
    current: Current,
}

/// A complete CRL with its octets.
#[derive(Clone)]
struct Current {
    facts: Facts,
    der: Arc<Vec<u8>>,
}

/// What the store says of a complete CRL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Facts {
    number: u64,
    this_update: Timestamp,
    made_at: Timestamp,
    next_update: Timestamp,
    /// The topic `revocation` when it was made: what happened since is not in it.
    generation: u64,
    /// There is a delta CRL to it, and it says where.
    with_delta: bool,
    /// Octets.
    size: u64,
    /// It is in a file beside the database.
    in_file: bool,
}

impl Inner {
    /// Current CRL of `root` or `issuing`. Kept in memory and in the store; made anew when a revocation in whatever process is not
    /// in it yet, or when its time has passed.
    pub(crate) fn crl(&self, name: &str) -> Result<Arc<Vec<u8>>> {
        Ok(self.current_crl(name)?.der)
    }

    fn current_crl(&self, name: &str) -> Result<Current> {
        let (is_root, kept) = match name {
            "root" => (true, &self.cache.crls.root),
            "issuing" => (false, &self.cache.crls.issuing),
            _ => return Err(Error::NotFound(Noun::Crl)),
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        // The version first: a change that comes between is then found at the next call.
        let seen = self.store.version()?;
        let generation = self.store.generation(Topic::Revocation)?;
        let now = self.clock.now();
        let settings = self.network()?;
        let (with_delta, every) = (!is_root && settings.delta_crl, settings.numbers.crl_every());
        let fits = |facts: &Facts| -> Result<bool> {
            let is_current = facts.generation >= generation && now < facts.made_at.plus(every) && facts.with_delta == with_delta;
            Ok(is_current && !self.was_made_ahead(facts.made_at, now)?)
        };
        if let Some(kept) = kept.as_ref()
            && kept.seen == seen
            && fits(&kept.current.facts)?
        {
            return Ok(kept.current.clone());
        }
        let issuer = self.crl_issuer(is_root)?;
        let stored = self.store.read(|c| facts(c, &issuer))?;
        // Another process may have made one since, also when nothing was revoked: with the root's key, which was attached there.
        if let Some((kept, stored)) = kept.as_mut().zip(stored)
            && kept.current.facts == stored
            && fits(&stored)?
        {
            kept.seen = seen;
            return Ok(kept.current.clone());
        }
        let found = match stored {
            Some(facts) if fits(&facts)? => self.stored_crl(is_root, &issuer, facts)?,
            _ => None,
        };
        let current = match found {
            Some(current) => current,
            None => match self.make_current_crl(is_root, &issuer) {
                Ok(current) => current,
                // The root's key is elsewhere: its last CRL lives long for exactly this reason.
                Err(Error::Unavailable(Dependency::Key(key))) => {
                    let last = stored.map(|facts| self.stored_crl(is_root, &issuer, facts)).transpose()?.flatten();
                    last.ok_or(Error::Unavailable(Dependency::Key(key)))?
                }
                Err(error) => return Err(error),
            },
        };
        Ok(kept.insert(Kept { seen, current }).current.clone())
    }

    /// What was made then was made while the clock was ahead. Where it is behind now instead, a new CRL would have ended for everybody
    /// else: so it is before the CA was made, and where the time in which the ledger was signed after now is longer than that until then.
    fn was_made_ahead(&self, made_at: Timestamp, now: Timestamp) -> Result<bool> {
        if made_at <= now.plus(AHEAD) {
            return Ok(false);
        }
        let (first, last): (Option<i64>, Option<i64>) = self.store.read(|c| {
            let mut statement = c.prepare_cached("SELECT min(at), max(at) FROM ledger_head WHERE at > ?")?;
            Ok(statement.query_row([now.plus(AHEAD).0], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })?;
        let lived_through = first.zip(last).is_some_and(|(first, last)| last.saturating_sub(first) > first.saturating_sub(now.0));
        Ok(!lived_through && self.authorities()?.root.validity.not_before <= now)
    }

    /// The CA's subjectKeyIdentifier: what stands in rows about what it issued.
    fn crl_issuer(&self, is_root: bool) -> Result<Vec<u8>> {
        let authorities = self.authorities()?;
        let certificate = if is_root { &authorities.root } else { &authorities.issuing };
        certificate.subject_key_identifier.clone().ok_or_else(|| Error::fault("a CA without subjectKeyIdentifier"))
    }

    /// The octets of the CRL that the store names; `None` when its file is missing or damaged, which only means to make the next one.
    fn stored_crl(&self, is_root: bool, issuer: &[u8], facts: Facts) -> Result<Option<Current>> {
        let current = |der: Vec<u8>| Current { facts, der: Arc::new(der) };
        if facts.in_file {
            let authorities = self.authorities()?;
            let ca = if is_root { &authorities.root } else { &authorities.issuing };
            return Ok(file::read(&self.folder, issuer, &facts, ca).map(current));
        }
        let der: Option<Vec<u8>> = self.store.read(|c| {
            let mut statement = c.prepare_cached("SELECT der FROM crl WHERE issuer = ? AND number = ?")?;
            Ok(statement.query_row((issuer, signed(facts.number)?), |row| row.get(0)).optional()?.flatten())
        })?;
        // Another number by now: the caller makes the next one, or finds it made.
        Ok(der.map(current))
    }

    /// Number, times and size of the current CRL; made first when it is due.
    pub(crate) fn crl_facts(&self, name: &'static str) -> Result<StatusFacts> {
        let facts = self.current_crl(name)?.facts;
        Ok(StatusFacts {
            name,
            number: facts.number,
            this_update: facts.this_update,
            made_at: facts.made_at,
            next_update: facts.next_update,
            renew_at: facts.made_at.plus(self.network()?.numbers.crl_every()),
            size: facts.size,
            responder_until: None,
            key_here: true,
            sha256: String::new(),
        })
    }

    /// Number of the CRL that is current here, when it was made, and the last number taken.
    pub(crate) fn crl_number(&self, issuer: &[u8]) -> Result<Option<(u64, Timestamp, u64)>> {
        self.store.read(|c| {
            let mut statement =
                c.prepare_cached("SELECT crl.number, made_at, crl_number.number FROM crl JOIN crl_number USING (issuer) WHERE issuer = ?")?;
            let found = statement.query_row([issuer], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, i64>(2)?))).optional()?;
            found.map(|(n, at, taken)| Ok((unsigned(n)?, Timestamp(at), unsigned(taken)?))).transpose()
        })
    }
}

/// What the store says of the issuer's complete CRL.
fn facts(c: &Connection, issuer: &[u8]) -> Result<Option<Facts>> {
    let mut statement = c.prepare_cached(
        "SELECT number, this_update, next_update, generation, size, der IS NULL, made_at, \
         EXISTS (SELECT 1 FROM delta_crl d WHERE d.issuer = crl.issuer AND d.number = crl.number) FROM crl WHERE issuer = ?",
    )?;
    let mut rows = statement.query([issuer])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Facts {
        number: unsigned(row.get(0)?)?,
        this_update: Timestamp(row.get(1)?),
        next_update: Timestamp(row.get(2)?),
        generation: unsigned(row.get(3)?)?,
        size: unsigned(row.get(4)?)?,
        in_file: row.get(5)?,
        made_at: Timestamp(row.get(6)?),
        with_delta: row.get(7)?,
    }))
}

fn signed(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(Error::fault)
}

fn unsigned(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(Error::fault)
}

impl Operator {
    /// When the issuing CA's next CRL is made, if nothing changes before; `None`: none was made yet. By what is stored about the current
    /// one, which is neither read nor made for it, so that no key is opened: it has passed where one is due.
    pub fn next_crl_at(&self) -> Result<Option<Timestamp>> {
        let (issuer, every) = (self.inner.crl_issuer(false)?, self.inner.network()?.numbers.crl_every());
        Ok(self.inner.store.read(|c| facts(c, &issuer))?.map(|facts| facts.made_at.plus(every)))
    }
    /// Makes the CRLs that are due (a revocation in whatever process, or their time has passed) and renews the OCSP responders'
    /// certificates in time.
    /// Cheap when nothing is due: whoever serves calls it every second, so that what was revoked leaves for the publication targets.
    pub fn keep_status(&self) -> Result<()> {
        self.inner.founding()?;
        for name in ["issuing", "root"] {
            self.inner.crl(name)?;
            self.inner.keep_responder(name)?;
        }
        Ok(())
    }
    /// Writes `issuing.crl`, `root.crl`, `issuing.crt` and `root.crt` (DER) into the folder, each whole or not at all, for a web
    /// server that is always on; with `issuing-delta.crl` where delta CRLs are made. Where none are made any more, the last one goes.
    pub fn crl_publish(&self, folder: &Path) -> Result<()> {
        let inner = &self.inner;
        let names = inner.published_files()?;
        if !names.contains(&DELTA) {
            inner.unpublish_delta(&folder.join(DELTA))?;
        }
        for name in names {
            let to = folder.join(name);
            if *name == "issuing.crl" {
                let (issuer, current) = (inner.crl_issuer(false)?, inner.current_crl("issuing")?);
                // A long one that is on this disk already is not written a second time.
                if current.facts.in_file && file::publish(&inner.folder, &issuer, &current.facts, &to)? {
                    continue;
                }
            }
            store::write_public(&to, &inner.published_file(name)?)?;
        }
        let (at, actor, to) = (inner.clock.now(), self.actor.clone(), folder.display().to_string());
        inner.store.write(move |tx| ledger::append(tx, at, &actor, "crl.published", &to, &serde_json::json!({})))
    }
}

#[cfg(test)]
mod tests;
