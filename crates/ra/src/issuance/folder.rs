//! Where a batch's files go: one a certificate, and one list of passwords that only its owner may read, apart from the files.

use super::batch::Delivery;
use crate::{Dependency, Error, Result, csv, store};
use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// A folder with `ADDRESS-PROFILE.p12` (or `.cer`), and a list of passwords that lies elsewhere. A file of the same name is replaced; in
/// the list the last line of an address counts, which the serial number confirms.
pub struct DeliveryFolder {
    folder: PathBuf,
    /// `None`: nothing here makes keys.
    passwords: Option<PathBuf>,
    list: Option<File>,
}

/// A line of the list of passwords. No `Debug`.
pub struct PasswordLine {
    /// Whose.
    pub mail: String,
    /// File in the folder.
    pub file: String,
    /// Serial number of its certificate.
    pub serial: String,
    /// Opens it.
    pub password: Zeroizing<String>,
}

/// Longest list of passwords that is read back, octets: of the longest batch.
const LONGEST_LIST: u64 = 64 * 1024 * 1024;
/// Longest line of it, octets: an address and a file that is named for it, a serial number and a password.
const LONGEST_LINE: u64 = 4096;
/// First line of the list.
const HEADING: &str = "mail,file,serial,password\n";
/// What the list was called when it lay in the folder with the files; batches from then go on with it.
const AMONG_THE_FILES: &str = "passwords.csv";

impl DeliveryFolder {
    /// Where the list of passwords of the files in `folder` goes: to the `chosen` file, otherwise beside the folder under its name
    /// (`staff-passwords.csv` beside `staff`). Never into the folder: who hands that on, or copies it to a stick, shall not hand the
    /// passwords on with it (S/MIME BR 6.1.2: activation data goes another way than the key).
    ///
    /// # Errors
    ///
    /// The chosen file would lie in the folder; or none was chosen, and the folder has nothing beside it.
    pub fn passwords(folder: &Path, chosen: Option<&Path>) -> Result<PathBuf> {
        let whole = std::path::absolute(folder).map_err(|e| store::io_error(folder, &e))?;
        match (chosen, whole.file_name()) {
            (Some(chosen), _) => {
                let chosen = std::path::absolute(chosen).map_err(|e| store::io_error(chosen, &e))?;
                if chosen.parent().is_some_and(|parent| real(parent).starts_with(real(&whole))) {
                    return Err(Error::invalid(
                        "passwords",
                        "this lies in the folder with the files, and would be handed on with them; name a file elsewhere",
                    ));
                }
                Ok(chosen)
            }
            (None, Some(name)) => {
                let mut name = name.to_owned();
                name.push("-passwords.csv");
                Ok(whole.with_file_name(name))
            }
            (None, None) => Err(Error::invalid("passwords", "name a file for the passwords, outside of the folder with the files")),
        }
    }

    /// A list of passwords, in its order; an error names the file. One that was deleted or moved is the officer's to find again.
    pub fn read_passwords(path: &Path) -> Result<Vec<PasswordLine>> {
        let mut text = Zeroizing::new(String::new());
        let read = File::open(path).and_then(|file| file.take(LONGEST_LIST).read_to_string(&mut text));
        read.map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => Error::invalid("passwords", format!("the list is no longer where it was: {}", path.display())),
            _ => store::io_error(path, &e),
        })?;
        // Each line for itself: what a full disk left of one takes no other with it.
        let lines = text.lines().skip(1).filter_map(|line| {
            let record = csv::read(line).ok()?.pop()?;
            let [mail, file, serial, password] = <[String; 4]>::try_from(record.fields).ok()?;
            Some(PasswordLine { mail: mail.trim_start_matches('\'').to_owned(), file, serial, password: Zeroizing::new(password) })
        });
        Ok(lines.collect())
    }

    /// Makes the folder when it is missing. `passwords`: their list, by [`DeliveryFolder::passwords`]. One that is there already goes on,
    /// readable by its owner alone from now on. To be called before anything is issued: a key that cannot be written is lost.
    ///
    /// # Errors
    ///
    /// No file can be made in the folder, or where the list shall lie; the list is somebody else's, or lies in the folder by some link;
    /// another list, of an earlier version, lies among the files: the passwords would be in two places.
    pub fn open(folder: &Path, passwords: &Path) -> Result<Self> {
        store::make_folder(folder)?;
        let among_the_files = folder.join(AMONG_THE_FILES);
        if passwords != among_the_files {
            // Links into the folder lead there only now that it is made.
            Self::passwords(folder, Some(passwords))?;
            if is_list(&among_the_files) {
                return Err(left_among_the_files(&among_the_files, passwords));
            }
        }
        try_folder(folder)?;
        let list = if passwords.symlink_metadata().is_ok() {
            Some(open_list(passwords)?)
        } else {
            probe(passwords).map_err(|e| unwritable(passwords, &e, "passwords", "name another place for the passwords"))?;
            None
        };
        Ok(DeliveryFolder { folder: folder.to_owned(), passwords: Some(passwords.to_owned()), list })
    }

    /// The same for what makes `keys` or does not: a batch for requests alone has no passwords, and where they would go does not matter.
    pub fn open_for(keys: bool, folder: &Path, passwords: &Path) -> Result<Self> {
        if keys {
            return Self::open(folder, passwords);
        }
        store::make_folder(folder)?;
        try_folder(folder)?;
        Ok(DeliveryFolder { folder: folder.to_owned(), passwords: None, list: None })
    }

    /// Writes into the list what stood in the one before, but for what it has already; it is on the disk when this returns.
    pub(super) fn take_over(&mut self, lines: &[PasswordLine]) -> Result<()> {
        let there = match &self.passwords {
            Some(passwords) if self.list.is_some() => Self::read_passwords(passwords)?,
            _ => Vec::new(),
        };
        let there: HashSet<_> = there.into_iter().map(|line| line.serial).collect();
        let missing: Vec<_> = lines.iter().filter(|line| !there.contains(&line.serial)).map(written).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut text = Zeroizing::new(String::with_capacity(missing.iter().map(|line| line.len()).sum()));
        missing.iter().for_each(|line| text.push_str(line));
        self.note(text.as_bytes())
    }

    /// Writes what was issued; it is on the disk when this returns.
    pub fn deliver(&mut self, delivery: Delivery) -> Result<()> {
        let stem = format!("{}-{}", file_name(&delivery.mail), delivery.profile.as_str());
        match &delivery.identity {
            None => store::write_public(&self.folder.join(format!("{stem}.cer")), &delivery.certificate.der),
            Some((pkcs12, password)) => {
                let file = format!("{stem}.p12");
                // The password first: a file that nobody can open is worth less than a password of nothing.
                let line = PasswordLine {
                    mail: delivery.mail,
                    file,
                    serial: delivery.certificate.serial.to_string(),
                    password: Zeroizing::new(password.reveal().to_owned()),
                };
                self.note(written(&line).as_bytes())?;
                store::write_private(&self.folder.join(line.file), pkcs12)
            }
        }
    }

    fn note(&mut self, line: &[u8]) -> Result<()> {
        let passwords = self.passwords.as_deref().ok_or_else(|| Error::fault("a key was made where there is no list of passwords"))?;
        let failed = |e: io::Error| store::io_error(passwords, &e);
        let mut list = match self.list.take() {
            Some(list) => list,
            None => open_list(passwords)?,
        };
        list.write_all(line).and_then(|()| list.sync_data()).map_err(failed)?;
        self.list = Some(list);
        Ok(())
    }
}

/// As it stands in the list.
fn written(line: &PasswordLine) -> Zeroizing<String> {
    Zeroizing::new(format!("{},{},{},{}\n", csv_cell(&line.mail), line.file, line.serial, *line.password))
}

fn try_folder(folder: &Path) -> Result<()> {
    probe(&folder.join(AMONG_THE_FILES)).map_err(|e| unwritable(folder, &e, "folder", "choose another folder"))
}

/// A file can be made beside `path`: an empty one is, and taken away again.
fn probe(path: &Path) -> io::Result<()> {
    let probe = path.with_file_name(format!(".{}", uuid::Uuid::now_v7()));
    File::create_new(&probe).map(drop)?;
    std::fs::remove_file(&probe)
}

fn unwritable(path: &Path, e: &io::Error, field: &'static str, what_else: &str) -> Error {
    match store::io_error(path, e) {
        full @ Error::Unavailable(Dependency::DiskFull) => full,
        _ => Error::invalid(field, format!("{} cannot be written ({e}); {what_else}", path.display())),
    }
}

/// A list of passwords is there.
fn is_list(path: &Path) -> bool {
    let mut beginning = String::new();
    let length = u64::try_from(HEADING.len()).unwrap_or(u64::MAX);
    path.is_file() && File::open(path).and_then(|file| file.take(length).read_to_string(&mut beginning)).is_ok() && beginning == HEADING
}

/// Neither taken into the new list, for other batches may go by it, nor left where it goes with the files.
fn left_among_the_files(old: &Path, new: &Path) -> Error {
    let (there, old, new) = (new.symlink_metadata().is_ok(), old.display(), new.display());
    if there {
        return Error::invalid("passwords", format!("{old} has passwords of files from before, beside them; move its lines to {new}"));
    }
    Error::invalid("passwords", format!("{old} has passwords of files from before, beside them; move it to {new}"))
}

/// Without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The list of passwords, to write at its end, where a line begins.
fn open_list(path: &Path) -> Result<File> {
    let failed = |e: io::Error| store::io_error(path, &e);
    let there = path.symlink_metadata();
    if there.as_ref().is_ok_and(|there| !there.is_file()) {
        return Err(foreign(path));
    }
    let mut list = store::append_private(path)?;
    if there.is_ok() {
        make_private(path, &list)?;
    }
    let length = list.metadata().map_err(failed)?.len();
    let beginning = if length == 0 { HEADING } else { missing_end(path, length).map_err(failed)? };
    list.write_all(beginning.as_bytes()).map_err(failed)?;
    Ok(list)
}

/// A list that was there before is this account's own file of this name, and gets the mode of a new one.
#[cfg(unix)]
fn make_private(path: &Path, list: &File) -> Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let failed = |e: io::Error| store::io_error(path, &e);
    let (named, opened) = (path.symlink_metadata().map_err(failed)?, list.metadata().map_err(failed)?);
    // What is made now says how files of this account look here: some file systems give all of theirs one owner and one mode.
    let probe = path.with_file_name(format!(".{}", uuid::Uuid::now_v7()));
    store::write_private(&probe, b"")?;
    let made = probe.symlink_metadata();
    let _ = std::fs::remove_file(&probe);
    let made = made.map_err(failed)?;
    if (named.dev(), named.ino()) != (opened.dev(), opened.ino()) || opened.uid() != made.uid() {
        return Err(foreign(path));
    }
    if opened.mode() & !made.mode() & 0o077 != 0 {
        list.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private(_: &Path, _: &File) -> Result<()> {
    Ok(())
}

fn foreign(path: &Path) -> Error {
    Error::invalid("passwords", format!("{} is a link, or somebody else's file; name another one for the passwords", path.display()))
}

/// What the last line of the list still needs: nothing, or an end where a full disk left only part of it, of its quotation, too.
fn missing_end(path: &Path, length: u64) -> io::Result<&'static str> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(length.saturating_sub(LONGEST_LINE)))?;
    let mut tail = Zeroizing::new(Vec::new());
    file.take(LONGEST_LINE).read_to_end(&mut tail)?;
    let last = tail.rsplit(|octet| *octet == b'\n').next().unwrap_or_default();
    let quotes = last.iter().filter(|octet| **octet == b'"').count();
    Ok(match (last.is_empty(), quotes % 2) {
        (true, _) => "",
        (false, 0) => "\n",
        (false, _) => "\"\n",
    })
}

/// The address as a file's name; what some system does not allow there becomes an underscore, and a few digits keep it apart.
fn file_name(mail: &str) -> String {
    let plain: String = mail.chars().map(|c| if c.is_ascii_alphanumeric() || "@._+-".contains(c) { c } else { '_' }).collect();
    let plain = plain.trim_start_matches(['.', '-']).to_owned();
    if plain == mail {
        return plain;
    }
    let apart = crate::issue::hex(&openssl::sha::sha256(mail.as_bytes()));
    format!("{plain}-{}", apart.get(..8).unwrap_or_default())
}

/// Quoted, and no formula for a spreadsheet.
fn csv_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
