//! Generating CRLs: at once after a change, daily otherwise, nextUpdate 8 days (root: 400 days).

mod delta;
mod root;

pub use root::RootCrl;

use crate::{
    Dependency, Error, Noun, Operator, Result,
    authority::Inner,
    certificate::{self, reason_of},
    certification::StatusFacts,
    ledger,
    ledger::Actor,
    publication,
    store::{self, Topic},
};
use protocol::{
    Timestamp,
    crl::{Entry, Header, Reason, sign_crl},
    x509::{Authority, SerialNumber},
};
use rusqlite::{Connection, OptionalExtension};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// A new one after this time, also when nothing changed. The root's is long-lived: its key may be in a drawer.
const DAILY: i64 = Timestamp::DAY;
const NEXT_UPDATE: i64 = 8 * Timestamp::DAY;
const NEXT_UPDATE_ROOT: i64 = 400 * Timestamp::DAY;

/// The CRLs as they were last read or made, each with a lock that lets one thread at a time make a new one.
#[derive(Default)]
pub(crate) struct Crls {
    root: Mutex<Option<Current>>,
    issuing: Mutex<Option<Current>>,
}

#[derive(Clone)]
struct Current {
    /// The topic `revocation` when it was made: what happened since is not in it.
    generation: u64,
    this_update: Timestamp,
    /// There is a delta CRL to it, and it says where.
    with_delta: bool,
    der: Arc<Vec<u8>>,
}

impl Inner {
    /// Current CRL of `root` or `issuing`. Kept in memory and in the store; made anew when a revocation in whatever process is not
    /// in it yet, or daily.
    pub(crate) fn crl(&self, name: &str) -> Result<Arc<Vec<u8>>> {
        let (is_root, kept) = match name {
            "root" => (true, &self.cache.crls.root),
            "issuing" => (false, &self.cache.crls.issuing),
            _ => return Err(Error::NotFound(Noun::Crl)),
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = self.store.generation(Topic::Revocation)?;
        let now = self.clock.now();
        let with_delta = !is_root && self.network()?.delta_crl;
        let fits = |current: &Current| {
            current.generation >= generation && now < current.this_update.plus(DAILY) && current.with_delta == with_delta
        };
        if let Some(current) = kept.as_ref().filter(|current| fits(current)) {
            return Ok(current.der.clone());
        }
        let authorities = self.authorities()?;
        let certificate = if is_root { &authorities.root } else { &authorities.issuing };
        let issuer = certificate.subject_key_identifier.clone().ok_or_else(|| Error::fault("a CA without subjectKeyIdentifier"))?;
        let stored = self.store.read(|c| load(c, &issuer))?;
        let current = match stored {
            Some(current) if fits(&current) => current,
            stored => match self.make_current_crl(is_root, &issuer) {
                Ok(current) => current,
                // The root's key is elsewhere: its last CRL lives long for exactly this reason.
                Err(Error::Unavailable(Dependency::Key(key))) => stored.ok_or(Error::Unavailable(Dependency::Key(key)))?,
                Err(error) => return Err(error),
            },
        };
        Ok(kept.insert(current).der.clone())
    }

    fn make_current_crl(&self, is_root: bool, issuer: &[u8]) -> Result<Current> {
        if is_root {
            self.make_crl(true, issuer, &self.root_identity()?)
        } else {
            self.make_crl(false, issuer, self.issuing_ca()?.as_ref())
        }
    }

    fn make_crl(&self, is_root: bool, issuer: &[u8], authority: &dyn Authority) -> Result<Current> {
        // The number is taken in a transaction of its own and signing stands outside: a long CRL does not hold up enrollments.
        // Numbers then have gaps where a process died, and never repeat.
        let this_update = self.clock.now();
        let owned = issuer.to_vec();
        let number = self.store.write(move |tx| {
            certificate::abandon_left_behind(tx, this_update)?;
            take_number(tx, &owned)
        })?;
        let next_update = this_update.plus(if is_root { NEXT_UPDATE_ROOT } else { NEXT_UPDATE });
        let settings = self.network()?;
        let with_delta = !is_root && settings.delta_crl;
        let freshest = settings.status_url.as_ref().filter(|_| with_delta && settings.status_in_certificates);
        let freshest = freshest.map(|url| format!("{url}/crl/issuing-delta.crl"));
        let (generation, entries, der, delta) = self.store.read(|c| {
            // Of the same snapshot as the entries.
            let generation: i64 = c.query_row("SELECT number FROM generation WHERE topic = 'revocation'", [], |row| row.get(0))?;
            let generation = u64::try_from(generation).unwrap_or(0);
            let header = Header { number, this_update, next_update, base: None, freshest: freshest.as_deref() };
            let (entries, der) = build(c, issuer, header, authority)?;
            let delta = with_delta.then(|| delta::build(c, issuer, header, generation, authority)).transpose()?;
            Ok((generation, entries, der, delta))
        })?;
        let der = Arc::new(der);
        let made = Current { generation, this_update, with_delta, der: der.clone() };
        let (owned, name) = (issuer.to_vec(), if is_root { "root" } else { "issuing" });
        let stored = self.store.write(move |tx| {
            let kept = tx
                .prepare_cached(
                    "INSERT INTO crl (issuer, number, this_update, next_update, generation, der) VALUES (?, ?, ?, ?, ?, ?) \
                     ON CONFLICT (issuer) DO UPDATE SET number = excluded.number, this_update = excluded.this_update, \
                     next_update = excluded.next_update, generation = excluded.generation, der = excluded.der \
                     WHERE excluded.number > crl.number AND excluded.generation >= crl.generation",
                )?
                .execute(rusqlite::params![owned, signed(number)?, this_update.0, next_update.0, signed(generation)?, *der])?;
            if kept == 0 {
                return Ok(false); // another process made a newer one meanwhile
            }
            let facts = serde_json::json!({ "number": number, "entries": entries, "next_update": next_update });
            ledger::append(tx, this_update, &Actor::Signet, "crl.issued", name, &facts)?;
            publication::enqueue(tx, this_update, None, &[&format!("{name}.crl")])?;
            match &delta {
                Some(delta) => {
                    delta::store(tx, &owned, delta, generation, this_update)?;
                    publication::enqueue(tx, this_update, None, &["issuing-delta.crl"])?;
                }
                None if is_root => {}
                None => delta::forget(tx, &owned)?,
            }
            Ok(true)
        })?;
        if stored {
            // A new CRL is made at least daily: the occasion to close the ledger's day.
            self.sign_ledger_head(self.profile_signer()?.as_ref())?;
            return Ok(made);
        }
        self.store.read(|c| load(c, issuer))?.ok_or_else(|| Error::fault("a CRL vanished"))
    }
}

/// The next number of the issuer (RFC 5280 5.2.3: monotonic).
fn take_number(tx: &Connection, issuer: &[u8]) -> Result<u64> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO crl_number (issuer, number) VALUES (?, 1) ON CONFLICT (issuer) DO UPDATE SET number = number + 1 RETURNING number",
    )?;
    let number: i64 = statement.query_row([issuer], |row| row.get(0))?;
    u64::try_from(number).map_err(Error::fault)
}

fn load(c: &Connection, issuer: &[u8]) -> Result<Option<Current>> {
    let mut statement = c.prepare_cached(
        "SELECT generation, this_update, der, EXISTS (SELECT 1 FROM delta_crl d WHERE d.issuer = crl.issuer AND d.number = crl.number) \
         FROM crl WHERE issuer = ?",
    )?;
    let found = statement
        .query_row([issuer], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?, row.get::<_, bool>(3)?)))
        .optional()?;
    found
        .map(|(generation, at, der, with_delta)| {
            let generation = u64::try_from(generation).map_err(Error::fault)?;
            Ok(Current { generation, this_update: Timestamp(at), with_delta, der: Arc::new(der) })
        })
        .transpose()
}

/// Streams revoked certificates, then abandoned serials, into one buffer and signs it; with the number of entries.
fn build(c: &Connection, issuer: &[u8], header: Header<'_>, authority: &dyn Authority) -> Result<(u64, Vec<u8>)> {
    let mut statement = c.prepare_cached(
        "SELECT serial, revoked_at, reason, invalid_since FROM certificate WHERE issuer = ?1 AND revoked_at IS NOT NULL \
         UNION ALL SELECT serial, ended_at, 0, NULL FROM issuance WHERE state <> 'stored' AND state = 'abandoned' AND issuer = ?1",
    )?;
    let mut rows = statement.query([issuer])?;
    let mut count = 0;
    let mut failed = None;
    let entries = std::iter::from_fn(|| match next_entry(&mut rows) {
        Ok(entry) => {
            count += u64::from(entry.is_some());
            entry
        }
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let der = sign_crl(header, entries, authority)?;
    match failed {
        // Half a CRL would un-revoke the other half.
        Some(error) => Err(error),
        None => Ok((count, der)),
    }
}

fn next_entry(rows: &mut rusqlite::Rows<'_>) -> Result<Option<Entry>> {
    let Some(row) = rows.next()? else { return Ok(None) };
    let reason: i64 = row.get(2)?;
    Ok(Some(Entry {
        serial: SerialNumber::from_octets(row.get_ref(0)?.as_blob().map_err(Error::fault)?)?,
        revoked_at: Timestamp(row.get(1)?),
        reason: if reason == 0 { Reason::Unspecified } else { reason_of(reason)? },
        invalid_since: row.get::<_, Option<i64>>(3)?.map(Timestamp),
    }))
}

fn signed(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(Error::fault)
}

impl Inner {
    /// Number, times and size of the current CRL; made first when it is due.
    pub(crate) fn crl_facts(&self, name: &'static str) -> Result<StatusFacts> {
        self.crl(name)?;
        let authorities = self.authorities()?;
        let ca = if name == "root" { &authorities.root } else { &authorities.issuing };
        let issuer = ca.subject_key_identifier.clone().unwrap_or_default();
        let found = self.store.read(|c| {
            let mut statement = c.prepare_cached("SELECT number, this_update, next_update, length(der) FROM crl WHERE issuer = ?")?;
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?));
            Ok(statement.query_row([issuer], row).optional()?)
        })?;
        let (number, this_update, next_update, size) = found.ok_or(Error::NotFound(Noun::Crl))?;
        Ok(StatusFacts {
            name,
            number: u64::try_from(number).map_err(Error::fault)?,
            this_update: Timestamp(this_update),
            next_update: Timestamp(next_update),
            renew_at: Timestamp(this_update).plus(DAILY),
            size: u64::try_from(size).map_err(Error::fault)?,
            responder_until: None,
            key_here: true,
            sha256: String::new(),
        })
    }

    /// Number and thisUpdate of the CRL that is current here, and the last number taken.
    pub(crate) fn crl_number(&self, issuer: &[u8]) -> Result<Option<(u64, Timestamp, u64)>> {
        self.store.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT crl.number, this_update, crl_number.number FROM crl JOIN crl_number USING (issuer) WHERE issuer = ?",
            )?;
            let found = statement.query_row([issuer], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, i64>(2)?))).optional()?;
            let number = |n: i64| u64::try_from(n).map_err(Error::fault);
            found.map(|(n, at, taken)| Ok((number(n)?, Timestamp(at), number(taken)?))).transpose()
        })
    }
}

impl Operator {
    /// Makes the CRLs that are due (a revocation in whatever process, or daily) and renews the OCSP responders' certificates in time.
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
    /// server that is always on; with `issuing-delta.crl` where delta CRLs are made.
    pub fn crl_publish(&self, folder: &Path) -> Result<()> {
        let inner = &self.inner;
        for name in inner.published_files()? {
            store::write_public(&folder.join(name), &inner.published_file(name)?)?;
        }
        let (at, actor, to) = (inner.clock.now(), self.actor.clone(), folder.display().to_string());
        inner.store.write(move |tx| ledger::append(tx, at, &actor, "crl.published", &to, &serde_json::json!({})))
    }
}

#[cfg(test)]
mod tests;
