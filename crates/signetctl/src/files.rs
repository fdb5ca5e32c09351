//! Files for what is secret.

use crate::refusal::Refusal;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// New files that this account alone may read; unless they are kept, they go again. Nothing is ever overwritten.
pub(crate) struct NewFiles(Vec<(PathBuf, File)>);

impl NewFiles {
    /// Makes them all, empty, before there is anything to put into them: what has no place shall not come into being.
    pub(crate) fn create(paths: &[&Path]) -> Result<Self, Refusal> {
        let mut files = NewFiles(Vec::new());
        for path in paths {
            let file = private(path).map_err(|error| unwritable(path, &error))?;
            files.0.push(((*path).to_owned(), file));
        }
        Ok(files)
    }

    /// Fills the one at this place in the order in which they were made.
    pub(crate) fn write(&mut self, at: usize, content: &[u8]) -> Result<(), Refusal> {
        let Some((path, file)) = self.0.get_mut(at) else { return Ok(()) };
        file.write_all(content).and_then(|()| file.sync_all()).map_err(|error| unwritable(path, &error))
    }

    /// There is nothing to put into the one at this place: it goes.
    pub(crate) fn discard(&mut self, at: usize) {
        if at < self.0.len() {
            let _ = fs::remove_file(self.0.remove(at).0);
        }
    }

    /// Once they are kept they stay, also after a power cut.
    pub(crate) fn sync(&self) -> Result<(), Refusal> {
        self.0.iter().try_for_each(|(path, _)| ra::disk::sync_folder_of(path).map_err(|error| unwritable(path, &error)))
    }

    /// They stay.
    pub(crate) fn keep(mut self) {
        self.0.clear();
    }

    /// Another file is written to in place of the one there: one without room, say.
    #[cfg(all(test, target_os = "linux"))]
    pub(crate) fn divert(&mut self, at: usize, to: File) {
        if let Some((_, file)) = self.0.get_mut(at) {
            *file = to;
        }
    }
}

impl Drop for NewFiles {
    fn drop(&mut self) {
        for (path, _) in &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

/// A file that this account alone may read, in the place of whatever has its name: it is made beside it and gets the name when all of it
/// is on the disk. A link of that name is replaced and not followed, and what may be read of the earlier file says nothing about this
/// one. Unless it is put in its place it goes again, and what stands there stays.
pub(crate) struct Replacement {
    path: PathBuf,
    beside: PathBuf,
    file: File,
}

impl Replacement {
    /// Makes it, empty, before there is anything to put into it.
    pub(crate) fn create(path: &Path) -> Result<Self, Refusal> {
        // Nobody knows this name, and whose it is already is not opened.
        let beside = path.with_file_name(format!(".signet-{}", ra::id::RequestId::fresh()));
        let made = match fs::symlink_metadata(path) {
            Ok(there) if there.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
            _ => private(&beside),
        };
        let file = made.map_err(|error| unwritable(path, &error))?;
        Ok(Replacement { path: path.to_owned(), beside, file })
    }

    /// Fills it and gives it its name; both last after a power cut, or it is gone.
    pub(crate) fn put(mut self, content: &[u8]) -> Result<(), Refusal> {
        let written = self.file.write_all(content).and_then(|()| self.file.sync_all());
        let named = written.and_then(|()| fs::rename(&self.beside, &self.path));
        let lasts = named.and_then(|()| {
            ra::disk::sync_folder_of(&self.path).inspect_err(|_| {
                let _ = fs::remove_file(&self.path);
            })
        });
        lasts.map_err(|error| unwritable(&self.path, &error))
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // Not there any more when it got its name.
        let _ = fs::remove_file(&self.beside);
    }
}

/// A new file that this account alone may read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.create_new(true).write(true).open(path)
}

fn unwritable(path: &Path, error: &io::Error) -> Refusal {
    let next = match error.kind() {
        io::ErrorKind::AlreadyExists => "Name another file, or remove this one: nothing is ever overwritten.",
        _ => "Name a file in a folder that you may write to.",
    };
    Refusal::new("file", format!("{} could not be written: {error}.", path.display()), next)
}
