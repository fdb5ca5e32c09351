//! The data folder: made private, locked for migrations, written atomically.

use crate::{Dependency, Error, Result, disk::sync_folder};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::Write,
    path::Path,
    time::Duration,
};

/// An error of the file system, said as what the officer can repair.
pub(crate) fn io_error(path: &Path, e: &std::io::Error) -> Error {
    match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Unavailable(Dependency::DiskFull),
        _ => Error::Unavailable(Dependency::Folder(format!("{}: {e}", path.display()))),
    }
}

/// The file system takes a few more octets: false only when it says that it is full. The file is removed again.
pub(crate) fn has_room(probe: &Path) -> bool {
    let tried = private().create(true).write(true).open(probe).and_then(|mut file| {
        file.write_all(&[0; 32 * 1024])?;
        file.sync_all()
    });
    let full = tried.is_err_and(|e| matches!(e.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded));
    if probe.is_file() {
        let _ = std::fs::remove_file(probe);
    }
    !full
}

/// Makes the folder when it is missing. On Unix only its owner may enter one that we made or found empty; the mode of a folder in
/// use is its owner's decision (what is in ours can be read by nobody else in any case).
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    let failed = |e: std::io::Error| io_error(folder, &e);
    #[allow(unused_mut)] // only Unix has a mode
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(failed)?;
    #[cfg(unix)]
    if std::fs::read_dir(folder).map_err(failed)?.next().is_none() {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// Holds the folder's lock until dropped. Taken for set-up work (migrating, making the key-encryption key), never for daily writes.
pub(crate) fn lock_folder(folder: &Path) -> Result<File> {
    let path = folder.join("signet.lock");
    let file = private().create(true).write(true).truncate(false).open(&path).map_err(|e| io_error(&path, &e))?;
    for _ in 0..500 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::Error(e)) => return Err(io_error(&path, &e)),
        }
    }
    Err(Error::Unavailable(Dependency::DatabaseBusy))
}

/// Holds a further lock of the folder until dropped or the process ends; `None` when somebody else holds it.
pub(crate) fn try_lock(folder: &Path, name: &str) -> Result<Option<File>> {
    let path = folder.join(name);
    let file = private().create(true).write(true).truncate(false).open(&path).map_err(|e| io_error(&path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(e)) => Err(io_error(&path, &e)),
    }
}

/// Writes a file that only its owner may read, so that it is there whole or not at all, also after a power cut.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    write_atomically(path, content, private())
}

/// A file that only its owner may read, to write at its end.
pub(crate) fn append_private(path: &Path) -> Result<File> {
    private().create(true).append(true).open(path).map_err(|e| io_error(path, &e))
}

/// As [`write_private`], for a file that everybody may read.
pub(crate) fn write_public(path: &Path, content: &[u8]) -> Result<()> {
    write_atomically(path, content, OpenOptions::new())
}

/// Makes `to` another name of the file `from`, in place of what had that name, durably. False, and nothing is done, where the file
/// systems cannot do that: then it has to be written.
pub(crate) fn link_public(from: &Path, to: &Path) -> Result<bool> {
    let (folder, temporary) = beside(to)?;
    if std::fs::hard_link(from, &temporary).is_err() {
        return Ok(false);
    }
    // Two names of one file stay two names: renaming would do nothing, and leave the temporary one.
    let renamed = std::fs::rename(&temporary, to);
    let _ = std::fs::remove_file(&temporary);
    renamed.map_err(|e| io_error(to, &e))?;
    sync_folder(folder).map_err(|e| io_error(to, &e))?;
    Ok(true)
}

/// The folder of a file, and a name in it that nobody else has.
fn beside(path: &Path) -> Result<(&Path, std::path::PathBuf)> {
    let folder = path.parent().ok_or_else(|| Error::fault("a file without a folder"))?;
    // The parent of a bare name is empty, and an empty path can be joined but not opened.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let name = path.file_name().ok_or_else(|| Error::fault("a file without a name"))?.to_string_lossy();
    Ok((folder, folder.join(format!(".{name}.{}", uuid::Uuid::now_v7()))))
}

/// The content of a file that somebody else wrote is durable afterwards. Windows does that only by a handle that may write.
pub(super) fn sync(path: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

fn write_atomically(path: &Path, content: &[u8], mut options: OpenOptions) -> Result<()> {
    let failed = |e: std::io::Error| io_error(path, &e);
    let (folder, temporary) = beside(path)?;
    let written = (|| {
        let mut file = options.create_new(true).write(true).open(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    })();
    if let Err(e) = written {
        let _ = std::fs::remove_file(&temporary);
        return Err(failed(e));
    }
    sync_folder(folder).map_err(failed)
}

fn private() -> OpenOptions {
    #[allow(unused_mut)] // only Unix has a mode
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
