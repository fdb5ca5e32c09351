//! SQLite: one writer thread that groups commits, a few readers, WAL, synchronous=FULL, forward-only migrations.

mod cached;
mod checkpoint;
mod copies;
mod file;
mod migrate;
mod readers;
#[cfg(test)]
mod tests;
mod writer;

use crate::{Dependency, Error, Result};
use readers::Readers;
use rusqlite::{Connection, ErrorCode};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use writer::Writer;
pub(crate) use writer::Written;

pub(crate) use cached::Cached;
pub(crate) use copies::erase_root_key_from_copies;
pub(crate) use file::{append_private, io_error, link_public, lock_folder, make_folder, try_lock, write_private, write_public};

/// How long others are waited for.
const BUSY: Duration = Duration::from_secs(10);

/// Name of the database in the data folder.
pub(crate) const DATABASE: &str = "signet.db";
/// Says where the key-encryption key is; written by the vault.
pub(crate) const KEYRING: &str = "keyring.json";

/// What cached knowledge is about; triggers count its changes, in whatever process they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// Units and their settings.
    Unit,
    /// Our own keys and certificates.
    Identity,
    /// Revocations and abandoned serials.
    Revocation,
}

/// The database. Dropping it waits for the writes that are under way.
pub(crate) struct Store {
    readers: Readers,
    writer: Writer,
}

impl Store {
    /// Opens the database in `folder` (which must exist), creating or migrating it first.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        Self::open_file(folder).map_err(|error| match error {
            // SQLite says "disk I/O error" when there is no room for its log: what to do then is another thing.
            Error::Unavailable(Dependency::Folder(_)) if !file::has_room(&folder.join("signet.probe")) => {
                Error::Unavailable(Dependency::DiskFull)
            }
            error => error,
        })
    }

    fn open_file(folder: &Path) -> Result<Self> {
        let path = folder.join(DATABASE);
        // The keys are made in a folder that has its database: a folder with keys and without one has lost it.
        if folder.join(KEYRING).exists() && std::fs::metadata(&path).map_or(true, |file| file.len() == 0) {
            let lost = format!("{DATABASE} is missing or empty, although the folder has keys");
            return Err(Error::Unavailable(Dependency::DatabaseDamaged(lost)));
        }
        let connection = migrate::open(folder, &path)?;
        Ok(Store { readers: Readers::open(&path)?, writer: Writer::start(connection, &path)? })
    }

    /// Runs `work` in a `BEGIN IMMEDIATE` transaction on the writer thread; returns after the commit is durable. Writes that wait at
    /// the same time share one commit (each in its own savepoint: one that fails takes back only itself).
    ///
    /// `work` must be quick and must not call `write` (it would wait for itself: refused as a fault) nor generate or open keys.
    /// `read` inside of it sees the state before the transaction: use the connection given.
    pub(crate) fn write<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.writer.write(work)
    }

    /// As [`Store::write`], and cheaper, for work that may be run a second time after all that it did was taken back. It is handed in
    /// at once; wait for it on a thread or in a task.
    pub(crate) fn hand_in<T: Send + 'static>(&self, work: impl Fn(&Connection) -> Result<T> + Send + 'static) -> Written<T> {
        self.writer.hand_in(work)
    }

    /// Runs `work` on a read-only connection, in one read transaction.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.read(work)
    }

    /// Copies all of the write-ahead log into the database and empties it, so that nothing overwritten stays readable there.
    pub(crate) fn empty_wal(&self) -> Result<()> {
        let connection = Connection::open(self.readers.path())?;
        configure(&connection)?;
        make_durable(&connection)?;
        let started = Instant::now();
        while connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))? {
            // SQLite waits for readers itself, but not for somebody who copies the log just now.
            if started.elapsed() > BUSY {
                return Err(Error::Unavailable(Dependency::DatabaseBusy));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Changes whenever any process committed a change (`PRAGMA data_version` as seen by a connection that never writes).
    pub(crate) fn version(&self) -> Result<u64> {
        self.readers.version()
    }

    /// How often units (with settings) and our own identities were changed.
    pub(crate) fn generations(&self) -> Result<(u64, u64)> {
        let generations = self.readers.generations()?;
        Ok((generations.unit, generations.identity))
    }

    /// How often what `topic` is about was changed, by any process. Cheap: read again only after `version` moved.
    pub(crate) fn generation(&self, topic: Topic) -> Result<u64> {
        let generations = self.readers.generations()?;
        Ok(match topic {
            Topic::Unit => generations.unit,
            Topic::Identity => generations.identity,
            Topic::Revocation => generations.revocation,
        })
    }
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        let text = e.to_string();
        match e.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Error::Unavailable(Dependency::DiskFull),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure) => {
                Error::Unavailable(Dependency::Folder(text))
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Unavailable(Dependency::DatabaseDamaged(text)),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Unavailable(Dependency::DatabaseBusy),
            _ => Error::fault(text),
        }
    }
}

/// What a connection that writes has, too: what it acknowledges is on the disk. On macOS a plain `fsync` leaves it in the disk's own memory;
/// other systems know no other.
fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)
}

/// What every connection of ours has.
fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // So that REPLACE fires the triggers that forbid deleting.
    connection.pragma_update(None, "recursive_triggers", true)?;
    // A prepared statement keeps its plan whatever is bound to it; SQLite would make some of ours anew for each value.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}
