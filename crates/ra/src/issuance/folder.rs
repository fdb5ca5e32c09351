//! Where a batch's files go: one a certificate, and one list of passwords that only its owner may read, apart from the files.

use super::batch::Delivery;
use crate::{Error, Result, csv, store};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// A folder with `ADDRESS-PROFILE.p12` (or `.cer`), and a list of passwords that lies elsewhere. A file of the same name is replaced; in
/// the list the last line of an address counts, which the serial number confirms.
pub struct DeliveryFolder {
    folder: PathBuf,
    passwords: PathBuf,
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

    /// A list of passwords, in its order; an error names the file.
    pub fn read_passwords(path: &Path) -> Result<Vec<PasswordLine>> {
        let mut text = Zeroizing::new(String::new());
        let read = File::open(path).and_then(|file| file.take(LONGEST_LIST).read_to_string(&mut text));
        read.map_err(|e| store::io_error(path, &e))?;
        // Each line for itself: what a full disk left of one takes no other with it.
        let lines = text.lines().skip(1).filter_map(|line| {
            let record = csv::read(line).ok()?.pop()?;
            let [mail, file, serial, password] = <[String; 4]>::try_from(record.fields).ok()?;
            Some(PasswordLine { mail: mail.trim_start_matches('\'').to_owned(), file, serial, password: Zeroizing::new(password) })
        });
        Ok(lines.collect())
    }

    /// Makes the folder when it is missing. `passwords`: their list, by [`DeliveryFolder::passwords`]. One that is there already goes on,
    /// readable by its owner alone from now on; one that is somebody else's is refused.
    pub fn open(folder: &Path, passwords: &Path) -> Result<Self> {
        store::make_folder(folder)?;
        // Before a key is made for it.
        let list = if passwords.symlink_metadata().is_ok() { Some(open_list(passwords)?) } else { None };
        Ok(DeliveryFolder { folder: folder.to_owned(), passwords: passwords.to_owned(), list })
    }

    /// Writes what was issued; it is on the disk when this returns.
    pub fn deliver(&mut self, delivery: Delivery) -> Result<()> {
        let stem = format!("{}-{}", file_name(&delivery.mail), delivery.profile.as_str());
        match &delivery.identity {
            None => store::write_public(&self.folder.join(format!("{stem}.cer")), &delivery.certificate.der),
            Some((pkcs12, password)) => {
                let file = format!("{stem}.p12");
                // The password first: a file that nobody can open is worth less than a password of nothing.
                let line =
                    Zeroizing::new(format!("{},{file},{},{}\n", csv_cell(&delivery.mail), delivery.certificate.serial, password.reveal()));
                self.note(line.as_bytes())?;
                store::write_private(&self.folder.join(file), pkcs12)
            }
        }
    }

    fn note(&mut self, line: &[u8]) -> Result<()> {
        let failed = |e: io::Error| store::io_error(&self.passwords, &e);
        let mut list = match self.list.take() {
            Some(list) => list,
            None => open_list(&self.passwords)?,
        };
        list.write_all(line).and_then(|()| list.sync_data()).map_err(failed)?;
        self.list = Some(list);
        Ok(())
    }
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
    let beginning = if length == 0 { "mail,file,serial,password\n" } else { missing_end(path, length).map_err(failed)? };
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
mod tests {
    use super::{DeliveryFolder, csv_cell, file_name};
    use std::{io::Write, path::Path};

    /// A folder in this one, with its list beside it.
    fn open(place: &Path) -> DeliveryFolder {
        DeliveryFolder::open(&place.join("out"), &place.join("list.csv")).unwrap()
    }

    /// Addresses and passwords that the list gives.
    fn read(place: &Path) -> Vec<(String, String)> {
        let lines = DeliveryFolder::read_passwords(&place.join("list.csv")).unwrap();
        lines.into_iter().map(|line| (line.mail, line.password.to_string())).collect()
    }

    fn pair(mail: &str, password: &str) -> (String, String) {
        (mail.to_owned(), password.to_owned())
    }

    #[test]
    fn what_a_full_disk_left_of_a_line_takes_no_other_with_it() {
        for part in ["\"b@exam", "\"b@example.edu\",b.p12,02", "\"b@example.edu\",b.p12,02,BB", "\""] {
            let folder = tempfile::tempdir().unwrap();
            let mut out = open(folder.path());
            out.note(b"\"a@example.edu\",a.p12,01,AAAA\n").unwrap();
            drop(out);
            let list = folder.path().join("list.csv");
            std::fs::OpenOptions::new().append(true).open(&list).unwrap().write_all(part.as_bytes()).unwrap();
            let mut out = open(folder.path());
            out.note(b"\"c@example.edu\",c.p12,03,CCCC\n").unwrap();
            out.note(b"\"d@example.edu\",d.p12,04,DDDD\n").unwrap();
            let all = read(folder.path());
            let whole: Vec<_> = all.iter().filter(|(mail, _)| mail != "b@example.edu").cloned().collect();
            assert_eq!(whole, [pair("a@example.edu", "AAAA"), pair("c@example.edu", "CCCC"), pair("d@example.edu", "DDDD")], "{part}");
            // Other programs read it as well.
            let text = std::fs::read_to_string(&list).unwrap();
            let records = crate::csv::read(&text).unwrap();
            assert!(records.iter().any(|record| record.fields == ["c@example.edu", "c.p12", "03", "CCCC"]), "{text}");
        }
    }

    #[test]
    fn a_heading_that_was_cut_off_and_a_last_line_without_its_end_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.csv");
        std::fs::write(&list, "mail,fi").unwrap();
        open(folder.path()).note(b"\"a@example.edu\",a.p12,01,AAAA\n").unwrap();
        assert_eq!(read(folder.path()), [pair("a@example.edu", "AAAA")]);
        // As an editor leaves it.
        std::fs::write(&list, "mail,file,serial,password\n\"a@example.edu\",a.p12,01,AAAA").unwrap();
        open(folder.path()).note(b"\"c@example.edu\",c.p12,03,CCCC\n").unwrap();
        assert_eq!(read(folder.path()), [pair("a@example.edu", "AAAA"), pair("c@example.edu", "CCCC")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_list_that_is_there_becomes_private_and_a_foreign_one_is_refused_before_a_key_is_made() {
        use std::os::unix::fs::{PermissionsExt, chown, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (list, elsewhere) = (folder.path().join("list.csv"), folder.path().join("elsewhere.csv"));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for path in [&list, &elsewhere] {
            std::fs::write(path, "mail,file,serial,password\n").unwrap();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        let out = folder.path().join("out");
        open(folder.path());
        DeliveryFolder::open(&out, &elsewhere).unwrap().note(b"\"a@example.edu\",a.p12,01,AAAA\n").unwrap();
        assert_eq!((mode(&list), mode(&elsewhere)), (0o600, 0o600));
        let refused = |path: &Path| matches!(DeliveryFolder::open(&out, path), Err(crate::Error::Invalid { field: "passwords", .. }));
        for (name, target) in [("link.csv", elsewhere.as_path()), ("nowhere.csv", Path::new("missing"))] {
            let link = folder.path().join(name);
            symlink(target, &link).unwrap();
            assert!(refused(&link), "{name}");
        }
        assert!(!folder.path().join("missing").exists());
        assert!(refused(folder.path()), "a folder");
        // Only root can give a file away.
        if chown(&list, Some(1), None).is_ok() {
            assert!(refused(&list), "somebody else's");
        }
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left.len(), 5, "nothing is left beside them and the folder: {left:?}");
    }

    #[test]
    fn the_passwords_lie_beside_the_folder_or_where_they_shall_and_never_in_it() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("staff");
        let chosen = |path: &Path| DeliveryFolder::passwords(&out, Some(path));
        assert_eq!(DeliveryFolder::passwords(&out, None).unwrap(), place.path().join("staff-passwords.csv"));
        assert_eq!(DeliveryFolder::passwords(&out.join("."), None).unwrap(), place.path().join("staff-passwords.csv"));
        assert_eq!(chosen(&place.path().join("a.csv")).unwrap(), place.path().join("a.csv"));
        assert_eq!(chosen(&place.path().join("staff-2/a.csv")).unwrap(), place.path().join("staff-2/a.csv"), "another folder");
        // Before the folder is made, and after it.
        for _ in 0..2 {
            for inside in [out.join("a.csv"), out.join("deep/a.csv"), place.path().join("other/../staff/a.csv")] {
                // What is not there cannot be followed.
                if !out.exists() && inside.components().any(|part| part == std::path::Component::ParentDir) {
                    continue;
                }
                let refused = matches!(chosen(&inside), Err(crate::Error::Invalid { field: "passwords", .. }));
                assert!(refused, "{}", inside.display());
            }
            std::fs::create_dir_all(out.join("deep")).unwrap();
            std::fs::create_dir_all(place.path().join("other")).unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&out, place.path().join("link")).unwrap();
            assert!(chosen(&place.path().join("link/a.csv")).is_err(), "by whatever way");
            assert!(DeliveryFolder::passwords(Path::new("/"), None).is_err(), "nothing is beside it");
        }
    }

    #[test]
    fn no_address_leads_out_of_the_folder_or_into_a_formula() {
        assert_eq!(file_name("alice+x@example.edu"), "alice+x@example.edu");
        for mail in ["../../etc/passwd@example.edu", "a/b@example.edu", "-rf@example.edu", "a*b?@example.edu", "a|b@example.edu"] {
            let name = file_name(mail);
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "@._+-".contains(c)), "{name}");
            assert!(!name.starts_with(['.', '-']), "{name}");
        }
        assert_ne!(file_name("a/b@example.edu"), file_name("a*b@example.edu"), "each has its own file");
        assert_eq!(csv_cell("=cmd()@example.edu"), "\"'=cmd()@example.edu\"");
    }
}
