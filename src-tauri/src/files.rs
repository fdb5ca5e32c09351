//! The system's own dialogs for files, opened from here and never by the page.

use crate::{
    dto::invitation::SavedFile,
    error::{Code, CommandError},
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::DialogExt;

/// Largest file that is read (a PKCS#12 with a long chain is far smaller).
const LARGEST: u64 = 1024 * 1024;

/// Names a folder into which everything is saved under its proposed name, without a dialog: for a kiosk that has none, and for tests.
const WITHOUT_ASKING: &str = "SIGNET_SAVE_TO";
/// Names a folder of which the first plain file of a fitting kind is opened, likewise; where there is none the window says so.
const WITHOUT_CHOOSING: &str = "SIGNET_OPEN_FROM";

fn without_asking() -> Option<PathBuf> {
    folder_in(WITHOUT_ASKING)
}

fn folder_in(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// The first file by name that has one of these extensions, in whatever case; a refusal that names the folder where there is none.
fn first_of_kind(folder: &Path, extensions: &[&str]) -> Result<PathBuf, CommandError> {
    let of_kind = |path: &Path| path.extension().is_some_and(|kind| extensions.iter().any(|one| kind.eq_ignore_ascii_case(one)));
    // Not what lies behind a link, and no folder that is called so.
    let plain = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?.filter_map(Result::ok);
    let fitting = entries.filter(plain).map(|entry| entry.path()).filter(|path| of_kind(path));
    fitting.min().ok_or_else(|| failed(folder, &io::Error::from(io::ErrorKind::NotFound)))
}

/// Asks where to save; `None` when the officer cancels. Call it off the main thread.
pub fn ask_where_to_save<R: Runtime>(handle: &AppHandle<R>, name: &str, kind: &str, extension: &str) -> Option<PathBuf> {
    if let Some(folder) = without_asking() {
        return Some(folder.join(name));
    }
    let dialog = dialog(handle).set_file_name(name).add_filter(kind, &[extension]);
    dialog.blocking_save_file().and_then(|chosen| chosen.into_path().ok())
}

/// The same, proposing a folder, too.
pub fn ask_where_to_save_at<R: Runtime>(handle: &AppHandle<R>, proposed: &Path, kind: &str, extension: &str) -> Option<PathBuf> {
    let name = proposed.file_name()?;
    if let Some(folder) = without_asking() {
        return Some(folder.join(name));
    }
    let mut dialog = dialog(handle).set_file_name(name.to_string_lossy()).add_filter(kind, &[extension]);
    if let Some(folder) = proposed.parent().filter(|folder| folder.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    dialog.blocking_save_file().and_then(|chosen| chosen.into_path().ok())
}

/// Asks for a file; `None` when the officer cancels. Call it off the main thread.
pub fn ask_what_to_open<R: Runtime>(handle: &AppHandle<R>, kind: &str, extensions: &[&str]) -> Result<Option<PathBuf>, CommandError> {
    if let Some(folder) = folder_in(WITHOUT_CHOOSING) {
        return first_of_kind(&folder, extensions).map(Some);
    }
    let chosen = dialog(handle).add_filter(kind, extensions).blocking_pick_file();
    Ok(chosen.and_then(|chosen| chosen.into_path().ok()))
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

/// Writes a whole file that anybody may read, or says which one could not be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<String, CommandError> {
    std::fs::write(path, bytes).map_err(|error| failed(path, &error))?;
    Ok(path.display().to_string())
}

/// The same for what is nobody else's: readable by this account alone, whatever had the name.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<String, CommandError> {
    replace(path, |file| file.write_all(bytes).map_err(|error| failed(path, &error)))?;
    Ok(path.display().to_string())
}

fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "only Unix has a mode")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file that is made beside the one of its name, readable by this account alone, and gets the name when all of it is on the disk.
/// Unless it is put in its place it is gone again, and what stands there stays.
pub struct NewFile {
    path: PathBuf,
    beside: PathBuf,
    file: BufWriter<File>,
    /// What stood there when the officer chose the name, and is replaced; nothing else is.
    stood: Option<Standing>,
}

/// What tells a file from another one of the same name.
type Standing = (u64, Option<SystemTime>);

impl NewFile {
    /// Opens it.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let stood = standing(path)?;
        // Nobody knows the name, and whose it is already is not opened.
        let beside = path.with_file_name(format!(".signet-{}", ra::id::EnrollmentId::fresh()));
        let file = BufWriter::new(private().create_new(true).write(true).open(&beside)?);
        Ok(NewFile { path: path.to_owned(), beside, file, stood })
    }

    /// Its name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Both are to get one name.
    pub fn is_for_the_place_of(&self, other: &Self) -> bool {
        let folder = |path: &Path| path.parent().and_then(|folder| folder.canonicalize().ok());
        self.path.file_name() == other.path.file_name() && folder(&self.path) == folder(&other.path)
    }

    /// Gives it its name; both are on the disk when this returns. A file that came there since the officer chose the name stays.
    pub fn put_in_place(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        match (standing(&self.path)?, self.stood) {
            (None, _) => self.take_free_name()?,
            (Some(now), Some(then)) if now == then => fs::rename(&self.beside, &self.path)?,
            (Some(_), _) => return Err(io::ErrorKind::AlreadyExists.into()),
        }
        ra::disk::sync_folder_of(&self.path).inspect_err(|_| {
            let _ = fs::remove_file(&self.path);
        })
    }

    /// A second name first, for that is never given to a file in the place of another one. Some media know no second names.
    fn take_free_name(&self) -> io::Result<()> {
        match fs::hard_link(&self.beside, &self.path) {
            Ok(()) => fs::remove_file(&self.beside),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(_) => fs::rename(&self.beside, &self.path),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.file.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Not there any more when it was put in its place.
        let _ = fs::remove_file(&self.beside);
    }
}

/// What stands there; a folder cannot be replaced.
fn standing(path: &Path) -> io::Result<Option<Standing>> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) => Ok(Some((found.len(), found.modified().ok()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
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

/// As [`save`], of a list: a file of its `name` with the ending of its `kind`, which is told in words first.
pub fn save_list<R: Runtime, T>(
    handle: &AppHandle<R>,
    name: &str,
    (kind, extension): (&str, &str),
    make: impl FnOnce(&mut dyn Write) -> Result<T, CommandError>,
) -> Result<Option<SavedFile>, CommandError> {
    save(handle, &format!("{name}.{extension}"), kind, extension, make)
}

/// Writes a file beside the one of this name and puts it in its place when all of it is written.
pub fn replace<T>(path: &Path, make: impl FnOnce(&mut dyn Write) -> Result<T, CommandError>) -> Result<T, CommandError> {
    let mut file = NewFile::beside(path).map_err(|error| failed(path, &error))?;
    let made = make(&mut file)?;
    file.put_in_place().map_err(|error| failed(path, &error))?;
    Ok(made)
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

    #[cfg(unix)]
    #[test]
    fn what_is_private_takes_the_place_of_a_file_that_others_could_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("invitation.svg");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        write_private(&path, b"a link").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"a link");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn of_a_folder_the_first_plain_file_of_a_fitting_kind_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |folder: &Path, extensions: &[&str]| {
            let refusal = first_of_kind(folder, extensions).unwrap_err();
            (refusal.code, refusal.message.contains(&folder.display().to_string()))
        };
        assert_eq!(refused(folder.path(), &["pem"]), (Code::File, true));
        for name in ["a.txt", "c.pem", "B.P12", "pem"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        assert_eq!(first_of_kind(folder.path(), &["pem", "p12"]).unwrap(), folder.path().join("B.P12"));
        assert_eq!(first_of_kind(folder.path(), &["pem"]).unwrap(), folder.path().join("c.pem"));
        // Neither a folder nor what lies behind a link.
        std::fs::create_dir(folder.path().join("folder.csv")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("a.txt"), folder.path().join("link.csv")).unwrap();
        for (place, extensions) in [(folder.path(), ["csv"]), (folder.path().join("none").as_path(), ["pem"])] {
            assert_eq!(refused(place, &extensions), (Code::File, true));
        }
    }

    #[test]
    fn only_what_stood_there_when_the_name_was_chosen_is_replaced_and_by_a_private_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, content) = (folder.path().join("a.p12"), |path: &Path| std::fs::read(path).unwrap());
        let written = |octets: &[u8]| {
            let mut file = NewFile::beside(&path).unwrap();
            file.write_all(octets).unwrap();
            file
        };
        // Two of one name: whoever is first has it.
        let (first, second) = (written(b"first"), written(b"second"));
        assert!(first.is_for_the_place_of(&second));
        first.put_in_place().unwrap();
        assert_eq!(second.put_in_place().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(content(&path), b"first");
        // One that was there is replaced, but not by the second of two.
        let (third, fourth) = (written(b"the third"), written(b"the fourth"));
        third.put_in_place().unwrap();
        assert_eq!(fourth.put_in_place().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(content(&path), b"the third");
        // What was taken away meanwhile is no hindrance, and another name is another place.
        let fifth = written(b"fifth");
        std::fs::remove_file(&path).unwrap();
        fifth.put_in_place().unwrap();
        assert!(!written(b"").is_for_the_place_of(&NewFile::beside(&folder.path().join("b.p12")).unwrap()));
        assert!(NewFile::beside(folder.path()).is_err(), "a folder stands there");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            replace(&folder.path().join("report.csv"), |file| put(file, b"rows")).unwrap();
            for name in ["a.p12", "report.csv"] {
                let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{name}");
            }
        }
    }
}
