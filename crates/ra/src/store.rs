//! SQLite: one writer thread that groups commits, a few readers, WAL, synchronous=FULL, forward-only migrations.

use crate::Result;
use rusqlite::Connection;

/// The database.
pub(crate) struct Store {}

impl Store {
    /// Runs `work` in a `BEGIN IMMEDIATE` transaction on the writer thread; returns after the commit is durable. Writes that wait at
    /// the same time share one commit (each in its own savepoint: one that fails takes back only itself).
    pub(crate) fn write<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        let _ = work;
        todo!()
    }
    /// Runs `work` on a read-only connection, in one read transaction.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _ = work;
        todo!()
    }
}

impl From<rusqlite::Error> for crate::Error {
    fn from(e: rusqlite::Error) -> Self {
        crate::Error::fault(e)
    }
}
