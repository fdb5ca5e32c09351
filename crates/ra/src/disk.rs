//! What a file system is asked for so that files outlast a power cut.

use std::{io, path::Path};

/// The names in a folder are durable afterwards: a file that was made, renamed or removed there is found so after a power cut. What is
/// in the files is another matter: each is synced before it gets its name.
///
/// Done where the system and the file system can do it. Windows keeps its names itself and syncs no folder, and some file systems of
/// networks and removable media refuse (`EINVAL`); that is no error, and nobody could do more. Anything else is one: the folder is
/// missing, it may not be read (who may only write into it cannot sync it), or the medium fails.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use io::ErrorKind::{InvalidInput, Unsupported};
        match std::fs::File::open(folder)?.sync_all() {
            Err(error) if !matches!(error.kind(), InvalidInput | Unsupported) => return Err(error),
            _ => {}
        }
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// The same for the folder that a file is in. A bare name is in the working folder.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    sync_folder(file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]
    use super::*;
    use std::fs::File;

    #[test]
    fn a_folder_that_cannot_be_synced_is_no_error_and_one_that_is_missing_is() {
        // The kernel's own file systems keep nothing, and say so.
        assert_eq!(File::open("/proc").unwrap().sync_all().unwrap_err().kind(), io::ErrorKind::InvalidInput);
        sync_folder(Path::new("/proc")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        sync_folder(folder.path()).unwrap();
        assert_eq!(sync_folder(&folder.path().join("missing")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn the_folder_of_a_bare_name_is_the_working_folder() {
        sync_folder_of(Path::new("bare")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        sync_folder_of(&folder.path().join("file")).unwrap();
        assert!(sync_folder_of(&folder.path().join("missing").join("file")).is_err());
    }
}
