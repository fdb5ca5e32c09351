//! The copies that are made before migrations hold what the database held then: what leaves it for good has to leave them, too.

use super::{BUSY, DATABASE, io_error, make_durable};
use crate::{Dependency, Error, Result};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Erases the root's key by `erase` from every copy in the folder, so that it cannot be dug out of the file; copies that were never
/// finished go. Hold the folder's lock meanwhile: no copy comes to be then. An error names the file; others may be done already.
pub(crate) fn erase_root_key_from_copies(folder: &Path, erase: &dyn Fn(&Connection) -> rusqlite::Result<()>) -> Result<()> {
    let (copy, begun) = (format!("{DATABASE}.before-V"), format!("{DATABASE}.part"));
    for file in std::fs::read_dir(folder).map_err(|e| io_error(folder, &e))? {
        let file = file.map_err(|e| io_error(folder, &e))?;
        let name = file.file_name();
        let Some(name) = name.to_str() else { continue };
        let erased = if name.starts_with(&begun) {
            std::fs::remove_file(file.path()).map_err(|e| e.to_string())
        } else if name.starts_with(&copy) && !["-wal", "-shm", "-journal"].iter().any(|log| name.ends_with(log)) {
            erase_from(&file.path(), erase)
        } else {
            Ok(())
        };
        erased.map_err(|why| {
            let path = file.path();
            let what =
                format!("{}: this copy of the database has the root's key, too, and cannot be changed ({why}): delete it", path.display());
            Error::Unavailable(Dependency::Folder(what))
        })?;
    }
    Ok(())
}

fn erase_from(path: &Path, erase: &dyn Fn(&Connection) -> rusqlite::Result<()>) -> std::result::Result<(), String> {
    let busy = || -> rusqlite::Result<bool> {
        let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        copy.busy_timeout(BUSY)?;
        copy.pragma_update(None, "trusted_schema", false)?;
        make_durable(&copy)?;
        copy.pragma_update(None, "secure_delete", true)?;
        erase(&copy)?;
        copy.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
    };
    match busy() {
        Ok(false) => Ok(()),
        Ok(true) => Err("another program has it open".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
