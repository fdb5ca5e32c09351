//! Forward-only migrations: one transaction each, a copy before, a newer file refused.

use super::{configure, file, make_durable};
use crate::{Conflict, Dependency, Error, Result, disk::sync_folder_of};
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
    make_durable(&connection)?;
    // The writer touches random places of large indexes; 16 MiB hold their upper levels for millions of rows.
    connection.pragma_update(None, "cache_size", -16_384)?;
    // What a savepoint may have to take back is kept in memory: as a file it would be made anew for almost every one.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
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
    file::sync(&temporary).map_err(|e| file::io_error(&temporary, &e))?;
    std::fs::rename(&temporary, to).map_err(|e| file::io_error(to, &e))?;
    sync_folder_of(to).map_err(|e| file::io_error(to, &e))
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

#[cfg(test)]
mod upgrade;

#[cfg(test)]
mod departments;

#[cfg(test)]
mod steps;

#[cfg(test)]
mod tests {
    use super::{Connection, Migration, Path, embedded, migrate, open, open_with};
    use crate::{Conflict, Dependency, Error};
    use tempfile::TempDir;

    const ONE: &str = "CREATE TABLE one (a INTEGER) STRICT; INSERT INTO one VALUES (1);";

    fn migrations(sql: &[&str]) -> Vec<Migration> {
        sql.iter().enumerate().map(|(i, sql)| Migration::unapplied(&format!("V{}__m", i + 1), sql).unwrap()).collect()
    }

    fn run(folder: &TempDir, sql: &[&str]) -> crate::Result<Connection> {
        open_with(folder.path(), &folder.path().join("signet.db"), &migrations(sql))
    }

    fn tables(connection: &Connection) -> Vec<String> {
        let mut statement =
            connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'refinery%' ORDER BY 1").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn a_migration_is_done_whole_or_not_at_all() {
        let folder = TempDir::new().unwrap();
        run(&folder, &[ONE]).unwrap();
        let broken = run(&folder, &[ONE, "CREATE TABLE two (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1);"]);
        assert!(broken.is_err());
        assert_eq!(tables(&run(&folder, &[ONE]).unwrap()), ["one"], "the file is as it was, and can be opened");
        assert_eq!(tables(&run(&folder, &[ONE, "CREATE TABLE two (a INTEGER) STRICT;"]).unwrap()), ["one", "two"]);
    }

    #[test]
    fn a_copy_is_made_before_an_existing_file_is_migrated() {
        let folder = TempDir::new().unwrap();
        run(&folder, &[ONE]).unwrap();
        let copy = folder.path().join("signet.db.before-V2");
        assert!(!copy.exists(), "a new file needs no copy");
        run(&folder, &[ONE, "DELETE FROM one;"]).unwrap();
        let rows =
            |path: &Path| Connection::open(path).unwrap().query_row("SELECT count(*) FROM one", [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((rows(&copy), rows(&folder.path().join("signet.db"))), (1, 0));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_of_a_newer_program_is_refused_and_not_touched() {
        let folder = TempDir::new().unwrap();
        run(&folder, &[ONE, "CREATE TABLE two (a INTEGER) STRICT;"]).unwrap();
        let before = std::fs::read(folder.path().join("signet.db")).unwrap();
        assert!(matches!(run(&folder, &[ONE]), Err(Error::Conflict(Conflict::NewerDatabase))));
        assert_eq!(std::fs::read(folder.path().join("signet.db")).unwrap(), before);
    }

    #[test]
    fn a_released_migration_that_was_edited_is_noticed() {
        let folder = TempDir::new().unwrap();
        run(&folder, &[ONE]).unwrap();
        assert!(matches!(run(&folder, &["CREATE TABLE other (a INTEGER) STRICT;", "SELECT 1;"]), Err(Error::Internal(_))));
    }

    #[test]
    fn processes_that_start_at_once_migrate_once() {
        let folder = TempDir::new().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| open(folder.path(), &folder.path().join("signet.db")).unwrap());
            }
        });
    }

    #[test]
    fn a_damaged_or_foreign_file_is_said_to_be_so() {
        let damaged = |content: &dyn Fn(&Path)| {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("signet.db");
            content(&path);
            match open(folder.path(), &path) {
                Err(Error::Unavailable(Dependency::DatabaseDamaged(_))) => {}
                Err(other) => panic!("{other}"),
                Ok(_) => panic!("it was opened"),
            }
        };
        damaged(&|path| std::fs::write(path, vec![7; 8192]).unwrap());
        damaged(&|path| Connection::open(path).unwrap().execute_batch("CREATE TABLE somebody_elses (a)").unwrap());
        let whole = |path: &Path| drop(open(path.parent().unwrap(), path).unwrap());
        damaged(&|path| {
            whole(path);
            let mut bytes = std::fs::read(path).unwrap();
            bytes[0] = b'X';
            std::fs::write(path, bytes).unwrap();
        });
        damaged(&|path| {
            whole(path);
            let mut bytes = std::fs::read(path).unwrap();
            bytes[100..4096].fill(0xff); // the schema
            std::fs::write(path, bytes).unwrap();
        });
        damaged(&|path| {
            whole(path);
            Connection::open(path).unwrap().execute_batch("UPDATE refinery_schema_history SET applied_on = 'yesterday'").unwrap();
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_nobody_may_write_is_said_to_be_so() {
        let folder = Path::new("/proc/self");
        assert!(matches!(open(folder, &folder.join("signet.db")), Err(Error::Unavailable(Dependency::Folder(_)))));
    }

    /// The schema as it comes to be. After adding a migration: `UPDATE=1 cargo test -p ra schema`.
    #[test]
    fn the_schema_is_the_recorded_one() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new("unused"), embedded::migrations::runner().get_migrations()).unwrap();
        let mut statement = connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name").unwrap();
        let found: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let found = found.join(";\n\n") + ";\n";
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema.sql");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(recorded.parent().unwrap()).unwrap();
            std::fs::write(&recorded, &found).unwrap();
        }
        let recorded = std::fs::read_to_string(recorded).unwrap();
        assert!(
            found == recorded,
            "the schema changed: {}",
            found.lines().zip(recorded.lines()).find(|(a, b)| a != b).map_or("", |(a, _)| a)
        );
    }

    #[test]
    fn every_table_is_strict() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new("unused"), embedded::migrations::runner().get_migrations()).unwrap();
        let lax: Vec<String> = {
            let mut statement =
                connection.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0").unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        assert_eq!(lax.iter().filter(|n| !["sqlite_schema", "refinery_schema_history"].contains(&n.as_str())).count(), 0, "{lax:?}");
    }
}
