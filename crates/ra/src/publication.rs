//! Publishing: CRLs and CA certificates leave for places that stay up while this computer sleeps. What is to leave is an outbox row,
//! written in the transaction of its cause; whoever sends leases it, so that several processes send it once, and records every attempt.

mod failure;

pub use failure::{Failed, Failure};

use crate::{
    Error, Noun, Operator, Result,
    authority::Inner,
    host::Origin,
    id::{OutboxId, TargetId},
    ledger,
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use std::path::Path;
use zeroize::Zeroizing;

/// All that is published at a target, flat: `TARGET/issuing.crl`, ...; the last one where delta CRLs are made.
const FILES: [&str; 5] = ["root.crt", "issuing.crt", "root.crl", "issuing.crl", DELTA];
/// Is taken away where it was published and delta CRLs are made no more.
pub(crate) const DELTA: &str = "issuing-delta.crl";
/// Who leased a row has it so long; whoever takes longer has died or lost the network.
const LEASE: i64 = 2 * Timestamp::MINUTE;
/// Waiting after the first failure; doubled by each further one, ...
const FIRST_RETRY: i64 = Timestamp::MINUTE;
/// ... up to this.
const LONGEST_RETRY: i64 = Timestamp::HOUR;
/// Longest reason kept of a failure, in characters.
const LONGEST_DETAIL: usize = 300;

/// A place where CRLs and CA certificates are published.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PublicationTarget {
    /// Id.
    pub id: TargetId,
    /// An absolute folder, or `http(s)://...` that takes PUT (WebDAV).
    pub address: String,
    /// Name for HTTP Basic; a password is then stored, sealed.
    pub user: Option<String>,
    /// Since when.
    pub added_at: Timestamp,
    /// Files that are to be sent there (0: all is there).
    pub waiting: u32,
    /// The next time that a waiting file is tried.
    pub next_at: Option<Timestamp>,
    /// The last attempt.
    pub last: Option<PublicationAttempt>,
    /// The last attempt that succeeded.
    pub last_success: Option<Timestamp>,
}

/// One attempt to put a file somewhere.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PublicationAttempt {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub target: TargetId,
    /// Which file.
    pub file: String,
    /// It is there.
    pub succeeded: bool,
    /// Why it is not; `None` also of what was recorded before reasons had words of their own: there it stands in `detail`.
    pub failure: Option<Failure>,
    /// What the other side said, or the system.
    pub detail: String,
    /// How long it took.
    pub milliseconds: u32,
}

impl PublicationAttempt {
    /// In one English line: what was said, and of a failure what it means and what to do.
    #[must_use]
    pub fn told(&self) -> String {
        self.failure.map_or_else(|| self.detail.clone(), |why| Failed::new(why, &*self.detail).to_string())
    }
}

/// One file that this process is to send now. No `Debug`: it may hold a password.
pub struct Publication {
    /// The outbox row.
    id: OutboxId,
    target: TargetId,
    wanted: i64,
    /// Folder or URL.
    pub address: String,
    /// HTTP Basic.
    pub credentials: Option<(String, Zeroizing<String>)>,
    /// Name of the file below the address.
    pub file: String,
    /// Its octets, current now; `None`: it is to be taken away there, whether it is there or not.
    pub content: Option<Vec<u8>>,
}

/// Asks for `items` at one target (`None`: at all) in the caller's transaction. What waits already waits once; what is on its way
/// goes again, because its octets may be of before.
pub(crate) fn enqueue(tx: &Connection, at: Timestamp, target: Option<TargetId>, items: &[&str]) -> Result<()> {
    let targets: Vec<TargetId> = {
        let mut statement = tx.prepare_cached("SELECT id FROM publication_target WHERE removed_at IS NULL AND (?1 IS NULL OR id = ?1)")?;
        let rows = statement.query_map([target], |row| row.get(0))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for target in targets {
        for item in items {
            tx.prepare_cached(
                "INSERT INTO outbox (id, kind, target, item, created_at, due_at, state) VALUES (?1, 'publication', ?2, ?3, ?4, ?4, 'waiting') \
                 ON CONFLICT (kind, target, item) WHERE state = 'waiting' DO UPDATE SET wanted = wanted + 1, due_at = excluded.due_at, attempts = 0",
            )?
            .execute((OutboxId::fresh(), target, item, at.0))?;
        }
    }
    Ok(())
}

/// Words of somebody else's, as they are kept: not endlessly many, and nothing that turns or hides text.
pub(crate) fn shown(said: &str) -> String {
    said.chars().map(|c| if crate::host::is_hidden(c) { ' ' } else { c }).take(LONGEST_DETAIL).collect()
}

fn password_context(target: TargetId) -> String {
    format!("password of publication target {target}")
}

/// Reads what an officer typed: a folder that is there, or a URL.
fn address(typed: &str) -> Result<String> {
    let typed = typed.trim();
    let wrong = |reason: String| Error::invalid("address", reason);
    for scheme in ["https", "http"] {
        if typed.starts_with(scheme) && typed.get(scheme.len()..).is_some_and(|rest| rest.starts_with("://")) {
            return Origin::parse(typed, scheme, true).map(|url| url.to_string()).map_err(wrong);
        }
    }
    if typed.contains("://") {
        return Err(wrong("write a folder, or an address that begins with https:// or http://".to_owned()));
    }
    let folder = Path::new(typed);
    if !folder.is_absolute() || !folder.is_dir() {
        return Err(wrong(format!("{typed:?} is no folder on this computer: write its whole path, or an address with https://")));
    }
    Ok(typed.to_owned())
}

fn listed(row: &Row<'_>) -> rusqlite::Result<PublicationTarget> {
    Ok(PublicationTarget {
        id: row.get(0)?,
        address: row.get(1)?,
        user: row.get(2)?,
        added_at: Timestamp(row.get(3)?),
        waiting: row.get(4)?,
        next_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
        last: None,
        last_success: row.get::<_, Option<i64>>(6)?.map(Timestamp),
    })
}

fn attempts(c: &Connection, target: TargetId, limit: u32) -> Result<Vec<PublicationAttempt>> {
    let mut statement = c.prepare_cached(
        "SELECT at, target, item, succeeded, detail, milliseconds, failure FROM outbox_attempt \
         WHERE target = ? ORDER BY number DESC LIMIT ?",
    )?;
    let rows = statement.query_map((target, limit), |row| {
        Ok(PublicationAttempt {
            at: Timestamp(row.get(0)?),
            target: row.get(1)?,
            file: row.get(2)?,
            succeeded: row.get(3)?,
            detail: row.get(4)?,
            milliseconds: row.get(5)?,
            failure: row.get::<_, Option<String>>(6)?.as_deref().and_then(Failure::parse),
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// All targets in use, oldest first.
fn targets(c: &Connection) -> Result<Vec<PublicationTarget>> {
    let mut statement = c.prepare_cached(
        "SELECT id, address, user, added_at, \
         (SELECT count(*) FROM outbox WHERE kind = 'publication' AND target = t.id AND state = 'waiting'), \
         (SELECT min(due_at) FROM outbox WHERE kind = 'publication' AND target = t.id AND state = 'waiting'), \
         (SELECT max(at) FROM outbox_attempt WHERE target = t.id AND succeeded = 1) \
         FROM publication_target AS t WHERE removed_at IS NULL ORDER BY added_at, id",
    )?;
    let mut list = statement.query_map([], listed)?.collect::<std::result::Result<Vec<_>, _>>()?;
    for target in &mut list {
        target.last = attempts(c, target.id, 1)?.pop();
    }
    Ok(list)
}

impl Inner {
    /// Names of all that is published.
    pub(crate) fn published_files(&self) -> Result<&'static [&'static str]> {
        let all = if self.network()?.delta_crl { FILES.len() } else { FILES.len() - 1 };
        Ok(FILES.get(..all).unwrap_or_default())
    }

    /// The current octets of one of them.
    pub(crate) fn published_file(&self, file: &str) -> Result<Vec<u8>> {
        let authorities = self.authorities()?;
        Ok(match file {
            "root.crt" => authorities.root.der.clone(),
            "issuing.crt" => authorities.issuing.der.clone(),
            "root.crl" => self.crl("root")?.as_ref().clone(),
            "issuing.crl" => self.crl("issuing")?.as_ref().clone(),
            DELTA => self.delta_crl()?,
            _ => return Err(Error::NotFound(Noun::Crl)),
        })
    }
}

impl Operator {
    /// Names of all that is published at a target, flat: CA certificates, CRLs, and the delta CRL where those are made.
    pub fn published_files(&self) -> Result<&'static [&'static str]> {
        self.inner.published_files()
    }

    /// The current octets of one of them.
    pub fn published_file(&self, file: &str) -> Result<Vec<u8>> {
        self.inner.published_file(file)
    }

    /// Where CRLs and CA certificates are published, oldest first.
    pub fn publication_targets(&self) -> Result<Vec<PublicationTarget>> {
        self.inner.store.read(targets)
    }

    /// Reads what an officer typed, as [`Operator::add_publication_target`] would; the address as it is kept. Nothing is kept yet.
    pub fn check_publication_target(&self, typed: &str, credentials: Option<(&str, &str)>) -> Result<String> {
        let address = address(typed)?;
        if let Some((user, password)) = credentials {
            let printable = |text: &str| (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
            if !printable(user) || user.contains(':') || !printable(password) {
                return Err(Error::invalid("user", "a name without a colon and a password, at most 200 characters each"));
            }
            if !address.starts_with("https://") {
                return Err(Error::invalid("address", "a password is sent over https:// only"));
            }
        }
        Ok(address)
    }

    /// Adds a folder or a URL; everything is sent there by whoever serves, at once. `credentials`: HTTP Basic, the password is sealed.
    pub fn add_publication_target(&self, typed: &str, credentials: Option<(&str, &str)>) -> Result<PublicationTarget> {
        self.inner.founding()?;
        let (address, id) = (self.check_publication_target(typed, credentials)?, TargetId::fresh());
        let sealed = match credentials {
            Some((user, password)) => Some((user.to_owned(), self.inner.vault.seal(&password_context(id), password.as_bytes())?)),
            None => None,
        };
        let (at, actor, files) = (self.inner.clock.now(), self.actor.clone(), self.inner.published_files()?);
        self.inner.store.write(move |tx| {
            let (user, password) = sealed.unzip();
            let added = tx
                .prepare_cached(
                    "INSERT INTO publication_target (id, address, user, password, added_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                )?
                .execute((id, &address, user, password, at.0))?;
            if added == 0 {
                return Err(Error::invalid("address", "it is published there already"));
            }
            enqueue(tx, at, Some(id), files)?;
            ledger::append(tx, at, &actor, "publication.target_added", &address, &serde_json::json!({ "target": id }))?;
            targets(tx)?.into_iter().find(|target| target.id == id).ok_or_else(|| Error::fault("a target vanished"))
        })
    }

    /// Stops publishing there; what is there already stays.
    pub fn remove_publication_target(&self, id: TargetId) -> Result<()> {
        let (at, actor) = (self.inner.clock.now(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let address: Option<String> = tx
                .prepare_cached(
                    "UPDATE publication_target SET removed_at = ?, user = NULL, password = NULL WHERE id = ? AND removed_at IS NULL \
                     RETURNING address",
                )?
                .query_row((at.0, id), |row| row.get(0))
                .optional()?;
            let address = address.ok_or(Error::NotFound(Noun::Target))?;
            tx.prepare_cached("UPDATE outbox SET state = 'cancelled' WHERE kind = 'publication' AND target = ? AND state = 'waiting'")?
                .execute([id])?;
            tx.prepare_cached("DELETE FROM published_crl WHERE address LIKE ? || '/%'")?.execute([&address])?;
            ledger::append(tx, at, &actor, "publication.target_removed", &address, &serde_json::json!({ "target": id }))
        })
    }

    /// Sends everything once more, at once, to one target or to all.
    pub fn publish_again(&self, target: Option<TargetId>) -> Result<()> {
        let (at, files) = (self.inner.clock.now(), self.inner.published_files()?);
        self.inner.store.write(move |tx| enqueue(tx, at, target, files))
    }

    /// Attempts at a target, newest first.
    pub fn publication_attempts(&self, target: TargetId, limit: u32) -> Result<Vec<PublicationAttempt>> {
        self.inner.store.read(|c| attempts(c, target, limit))
    }

    /// Takes what is due: for the lease's two minutes no other process gets it. To be ended by [`Operator::publication_ended`].
    pub fn lease_publications(&self, limit: u32) -> Result<Vec<Publication>> {
        let at = self.inner.clock.now();
        // What is due later than the longest wait was asked for, or leased, while the clock was ahead. Another process may have read the
        // time a little later than this one: so much is added.
        let due = "SELECT outbox.id, outbox.target, item, wanted, address, user, password FROM outbox \
                   JOIN publication_target AS t ON t.id = outbox.target \
                   WHERE state = 'waiting' AND (due_at <= ?1 OR due_at > ?3) \
                   AND (leased_until IS NULL OR leased_until <= ?1 OR leased_until > ?4) ORDER BY due_at, item LIMIT ?2";
        let (latest, longest_lease) = (at.plus(LONGEST_RETRY + LEASE), at.plus(LEASE + LEASE));
        // Asked every second: a reader looks whether there is anything, and only then is something written.
        if !self.inner.store.read(|c| Ok(c.prepare_cached(due)?.exists((at.0, limit, latest.0, longest_lease.0))?))? {
            return Ok(Vec::new());
        }
        // Made before they are leased: a CRL that is made on the way would ask to be sent again.
        for name in ["issuing", "root"] {
            self.inner.crl(name)?;
        }
        type Leased = (OutboxId, TargetId, String, i64, String, Option<String>, Option<Vec<u8>>);
        let rows = self.inner.store.write(move |tx| {
            let rows: Vec<Leased> = {
                let mut statement = tx.prepare_cached(due)?;
                let rows = statement.query_map((at.0, limit, latest.0, longest_lease.0), |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
                })?;
                rows.collect::<std::result::Result<_, _>>()?
            };
            for row in &rows {
                tx.prepare_cached("UPDATE outbox SET leased_until = ? WHERE id = ?")?.execute((at.plus(LEASE).0, row.0))?;
            }
            Ok(rows)
        })?;
        let mut publications = Vec::with_capacity(rows.len());
        for (id, target, file, wanted, address, user, password) in rows {
            let credentials = match (user, password) {
                (Some(user), Some(sealed)) => {
                    let plain = self.inner.vault.open(&password_context(target), &sealed)?;
                    Some((user, Zeroizing::new(std::str::from_utf8(&plain).map_err(Error::fault)?.to_owned())))
                }
                _ => None,
            };
            let content = match self.inner.published_file(&file) {
                Err(Error::NotFound(Noun::Crl)) if file == DELTA => None,
                other => Some(other?),
            };
            publications.push(Publication { id, target, wanted, address, credentials, file, content });
        }
        Ok(publications)
    }

    /// Records an attempt: done, or to be tried again (after one minute, then twice as long each time, at most an hour).
    pub fn publication_ended(
        &self,
        publication: &Publication,
        outcome: std::result::Result<&str, &Failed>,
        milliseconds: u32,
    ) -> Result<()> {
        let at = self.inner.clock.now();
        let (id, target, wanted, file) = (publication.id, publication.target, publication.wanted, publication.file.clone());
        let succeeded = outcome.is_ok();
        let (detail, failure) = match outcome {
            Ok(said) => (said, None),
            Err(failed) => (failed.said.as_str(), failed.why.word()),
        };
        let detail = shown(detail);
        self.inner.store.write(move |tx| {
            tx.prepare_cached(
                "INSERT INTO outbox_attempt (outbox, target, item, at, milliseconds, succeeded, detail, failure) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute((id, target, file, at.0, milliseconds, succeeded, detail, failure))?;
            if succeeded {
                // Asked for once more meanwhile: it stays, and goes again.
                tx.prepare_cached(
                    "UPDATE outbox SET leased_until = NULL, state = iif(wanted = ?, 'done', state) WHERE id = ? AND state = 'waiting'",
                )?
                .execute((wanted, id))?;
                return Ok(());
            }
            let failed: Option<(i64, i64)> = tx
                .prepare_cached("SELECT attempts, wanted FROM outbox WHERE id = ? AND state = 'waiting'")?
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((failed, _)) = failed else { return Ok(()) };
            let wait =
                FIRST_RETRY.checked_shl(u32::try_from(failed.clamp(0, 16)).unwrap_or(16)).unwrap_or(LONGEST_RETRY).min(LONGEST_RETRY);
            tx.prepare_cached("UPDATE outbox SET attempts = attempts + 1, leased_until = NULL, due_at = ? WHERE id = ?")?
                .execute((at.plus(wait).0, id))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
