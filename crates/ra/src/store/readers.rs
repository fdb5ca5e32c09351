//! Read-only connections, and the one that watches for changes.

use super::configure;
use crate::{Error, Result};
use rusqlite::{Connection, OpenFlags};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Most idle connections kept. More may be open at a moment: a reader never waits for another.
const IDLE: usize = 8;

/// Counters of the table `generation`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Generations {
    pub(super) unit: u64,
    pub(super) identity: u64,
    pub(super) revocation: u64,
}

struct Watch {
    connection: Connection,
    seen: Option<(u64, Generations)>,
}

/// The pool.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    watch: Mutex<Watch>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let watch = Watch { connection: connect(path)?, seen: None };
        Ok(Readers { path: path.to_owned(), idle: Mutex::new(vec![connect(path)?]), watch: Mutex::new(watch) })
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = lock(&self.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path)?,
        };
        connection.prepare_cached("BEGIN")?.execute([])?;
        let result = work(&connection);
        // A connection that cannot end its transaction is not used again.
        if connection.prepare_cached("ROLLBACK").and_then(|mut s| s.execute([])).is_ok() {
            let mut idle = lock(&self.idle);
            if idle.len() < IDLE {
                idle.push(connection);
            }
        }
        result
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn version(&self) -> Result<u64> {
        data_version(&lock(&self.watch).connection)
    }

    pub(super) fn generations(&self) -> Result<Generations> {
        let mut watch = lock(&self.watch);
        let version = data_version(&watch.connection)?;
        if let Some((seen, generations)) = watch.seen
            && seen == version
        {
            return Ok(generations);
        }
        // Read after the version: a change in between is found at the next call.
        let generations = {
            let mut statement = watch.connection.prepare_cached(
                "SELECT max(number) FILTER (WHERE topic = 'unit'), max(number) FILTER (WHERE topic = 'identity'), \
                 max(number) FILTER (WHERE topic = 'revocation') FROM generation",
            )?;
            statement.query_row([], |row| {
                Ok(Generations { unit: count(row.get(0)?), identity: count(row.get(1)?), revocation: count(row.get(2)?) })
            })?
        };
        watch.seen = Some((version, generations));
        Ok(generations)
    }
}

fn data_version(connection: &Connection) -> Result<u64> {
    Ok(count(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?))
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true).map_err(Error::from)?;
    Ok(connection)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
