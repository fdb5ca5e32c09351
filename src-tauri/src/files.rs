//! The system's own dialogs for files, opened from here and never by the page.

use crate::{
    dto::invitation::SavedFile,
    error::{Code, CommandError},
};
use std::{
    io::Write,
    path::{Path, PathBuf},
};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::DialogExt;

/// Largest file that is read (a PKCS#12 with a long chain is far smaller).
const LARGEST: u64 = 1024 * 1024;

/// Names a folder into which everything is saved under its proposed name, without a dialog: for a kiosk that has none, and for tests.
const WITHOUT_ASKING: &str = "SIGNET_SAVE_TO";

fn without_asking() -> Option<PathBuf> {
    std::env::var_os(WITHOUT_ASKING).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Asks where to save; `None` when the officer cancels. Call it off the main thread.
pub fn ask_where_to_save<R: Runtime>(handle: &AppHandle<R>, name: &str, kind: &str, extension: &str) -> Option<PathBuf> {
    if let Some(folder) = without_asking() {
        return Some(folder.join(name));
    }
    let dialog = dialog(handle).set_file_name(name).add_filter(kind, &[extension]);
    dialog.blocking_save_file().and_then(|chosen| chosen.into_path().ok())
}

/// Asks for a file; `None` when the officer cancels. Call it off the main thread.
pub fn ask_what_to_open<R: Runtime>(handle: &AppHandle<R>, kind: &str, extensions: &[&str]) -> Option<PathBuf> {
    dialog(handle).add_filter(kind, extensions).blocking_pick_file().and_then(|chosen| chosen.into_path().ok())
}

/// Asks for a folder; `None` when the officer cancels. Call it off the main thread.
pub fn ask_for_folder<R: Runtime>(handle: &AppHandle<R>, name: &str) -> Option<PathBuf> {
    if let Some(folder) = without_asking() {
        return Some(folder.join(name));
    }
    dialog(handle).blocking_pick_folder().and_then(|chosen| chosen.into_path().ok())
}

fn dialog<R: Runtime>(handle: &AppHandle<R>) -> tauri_plugin_dialog::FileDialogBuilder<R> {
    let dialog = handle.dialog().file();
    match handle.get_webview_window("main") {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// Writes a whole file, or says which one could not be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<String, CommandError> {
    std::fs::write(path, bytes).map_err(|error| failed(path, &error))?;
    Ok(path.display().to_string())
}

/// A file that is written while its content is made.
pub fn create(path: &Path) -> Result<std::io::BufWriter<std::fs::File>, CommandError> {
    std::fs::File::create(path).map(std::io::BufWriter::new).map_err(|error| failed(path, &error))
}

/// Asks where to save and writes what `make` makes; `None` when the officer cancels. What stands under the chosen name lasts until
/// all of the new file is written: a refusal or a full disk leaves it as it was.
pub fn save<R: Runtime, T>(
    handle: &AppHandle<R>,
    name: &str,
    kind: &str,
    extension: &str,
    make: impl FnOnce(&mut dyn Write) -> Result<T, CommandError>,
) -> Result<Option<SavedFile>, CommandError> {
    let Some(path) = ask_where_to_save(handle, name, kind, extension) else { return Ok(None) };
    replace(&path, make)?;
    Ok(Some(SavedFile { path: path.display().to_string() }))
}

/// Writes a file beside the one of this name and puts it in its place when all of it is written.
pub fn replace<T>(path: &Path, make: impl FnOnce(&mut dyn Write) -> Result<T, CommandError>) -> Result<T, CommandError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let mut file = create(&beside)?;
    let made = make(&mut file).and_then(|made| {
        file.flush().and_then(|()| std::fs::rename(&beside, path)).map_err(|error| failed(path, &error))?;
        Ok(made)
    });
    if made.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    made
}

/// Writes octets into a file that is being made.
pub fn put(to: &mut dyn Write, octets: &[u8]) -> Result<(), CommandError> {
    to.write_all(octets).map_err(|error| CommandError::new(Code::File, error.to_string()))
}

/// Reads a whole file of sensible size.
pub fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    read_up_to(path, LARGEST)
}

/// Reads a whole file of at most so many octets.
pub fn read_up_to(path: &Path, most: u64) -> Result<Vec<u8>, CommandError> {
    let size = std::fs::metadata(path).map_err(|error| failed(path, &error))?.len();
    if size > most {
        return Err(CommandError::new(Code::File, path.display().to_string()));
    }
    std::fs::read(path).map_err(|error| failed(path, &error))
}

/// The refusal of a file that could not be read or written.
pub fn failed(path: &Path, error: &std::io::Error) -> CommandError {
    tracing::warn!(%error, "a chosen file could not be used");
    CommandError::new(Code::File, path.display().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]
    use super::*;

    #[test]
    fn what_stands_under_a_name_outlasts_a_refusal_and_nothing_is_left_beside_it() {
        let folder = std::env::temp_dir().join(format!("signet-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("people.csv");
        replace(&path, |file| put(file, b"old")).unwrap();
        let refused = replace(&path, |file| {
            put(file, b"half of")?;
            Err::<(), _>(CommandError::new(Code::Validation, "no"))
        });
        assert_eq!(refused.unwrap_err().code, Code::Validation);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no part is left");
        assert_eq!(replace(&path, |file| put(file, b"new").map(|()| 3)).unwrap(), 3);
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(replace(&folder.join("none/people.csv"), |_| Ok(())).unwrap_err().code, Code::File);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
