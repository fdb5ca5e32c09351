//! Forward-only migrations: one transaction each, a copy before, a newer file refused.

use super::{configure, file};
use crate::{Conflict, Dependency, Error, Result};
use refinery::{Migration, Runner, Target};
use rusqlite::Connection;
use std::path::Path;

mod embedded {
    #![allow(unreachable_pub)]
    refinery::embed_migrations!("migrations");
}

/// Opens the database for writing; creates or migrates it. One process at a time migrates a folder.
pub(super) fn open(folder: &Path, path: &Path) -> Result<Connection> {
    open_with(folder, path, embedded::migrations::runner().get_migrations())
}

fn open_with(folder: &Path, path: &Path, migrations: &[Migration]) -> Result<Connection> {
    let lock = file::lock_folder(folder)?;
    let mut connection = Connection::open(path)?;
    configure(&connection)?;
    #[cfg(unix)]
    restrict(path)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Unavailable(Dependency::Folder(format!(
            "{}: this file system cannot hold the database (journal mode {mode})",
            folder.display()
        ))));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    migrate(&mut connection, path, migrations)?;
    drop(lock);
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path, migrations: &[Migration]) -> Result<()> {
    let have = applied(connection)?;
    let newest = migrations.iter().map(Migration::version).max().unwrap_or(0);
    if have > newest {
        return Err(Error::Conflict(Conflict::NewerDatabase));
    }
    if have == newest {
        return Ok(());
    }
    if have > 0 {
        copy(connection, &path.with_file_name(format!("{}.before-V{newest}", super::DATABASE)))?;
    }
    let mut versions: Vec<_> = migrations.iter().map(Migration::version).filter(|v| *v > have).collect();
    versions.sort_unstable();
    for version in versions {
        // "Grouped" up to one version: the migration and the row that records it are one transaction.
        let runner = Runner::new(migrations).set_grouped(true).set_target(Target::Version(version));
        runner.run(connection).map_err(|e| migration_error(version.into(), &e))?;
    }
    Ok(())
}

/// The last migration that was applied; 0 for a new file.
fn applied(connection: &Connection) -> Result<refinery::SchemaVersion> {
    let recorded: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'", [], |row| row.get(0))?;
    let others: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))?;
    if recorded == 0 {
        // Never write into somebody else's database.
        return if others == 0 { Ok(0) } else { Err(damaged("it is not a database of Signet")) };
    }
    let mut have = 0;
    let mut statement = connection.prepare("SELECT version, applied_on, checksum FROM refinery_schema_history")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (version, on, checksum): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // The library takes these for granted.
        if protocol::Timestamp::parse(&on).is_none() || checksum.parse::<u64>().is_err() {
            return Err(damaged("its list of migrations cannot be read"));
        }
        have = have.max(refinery::SchemaVersion::try_from(version).map_err(|_| damaged("its version cannot be read"))?);
    }
    Ok(have)
}

fn damaged(what: &str) -> Error {
    Error::Unavailable(Dependency::DatabaseDamaged(what.to_owned()))
}

/// A whole copy by SQLite's online backup, there whole or not at all.
fn copy(connection: &Connection, to: &Path) -> Result<()> {
    let temporary = to.with_extension("part");
    let _ = std::fs::remove_file(&temporary);
    {
        let mut target = Connection::open(&temporary)?;
        #[cfg(unix)]
        restrict(&temporary)?;
        let backup = rusqlite::backup::Backup::new(connection, &mut target)?;
        backup.run_to_completion(4096, std::time::Duration::ZERO, None)?;
    }
    std::fs::File::open(&temporary).and_then(|f| f.sync_all()).map_err(|e| file::io_error(&temporary, &e))?;
    std::fs::rename(&temporary, to).map_err(|e| file::io_error(to, &e))
}

#[cfg(unix)]
fn restrict(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(|e| file::io_error(path, &e))
}

/// SQLite's own error, where there is one behind the library's.
fn migration_error(version: i64, e: &refinery::Error) -> Error {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(e);
    while let Some(inner) = source {
        if let Some(sqlite) = inner.downcast_ref::<rusqlite::Error>()
            && let Some(code) = sqlite.sqlite_error()
        {
            let same = rusqlite::Error::SqliteFailure(*code, Some(format!("migration V{version}: {sqlite}")));
            return Error::from(same);
        }
        source = inner.source();
    }
    Error::fault(format!("migration V{version}: {e}"))
}
