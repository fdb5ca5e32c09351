//! Where a batch's files go: one a certificate, and one list of passwords that only its owner may read.

use super::batch::Delivery;
use crate::{Error, Result, csv, store};
use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// A folder with `ADDRESS-PROFILE.p12` (or `.cer`), and `passwords.csv`. A file of the same name is replaced; in the list the last
/// line of an address counts, which the serial number confirms.
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

impl DeliveryFolder {
    /// The list of passwords of a folder, in its order; an error names the file.
    pub fn read_passwords(folder: &Path) -> Result<Vec<PasswordLine>> {
        let path = folder.join("passwords.csv");
        let mut text = Zeroizing::new(String::new());
        let read = File::open(&path).and_then(|file| file.take(LONGEST_LIST).read_to_string(&mut text));
        read.map_err(|e| store::io_error(&path, &e))?;
        let records = csv::read(&text).map_err(|reason| Error::invalid("passwords", format!("{}: {reason}", path.display())))?;
        let lines = records.into_iter().skip(1).filter_map(|record| {
            let [mail, file, serial, password] = <[String; 4]>::try_from(record.fields).ok()?;
            Some(PasswordLine { mail: mail.trim_start_matches('\'').to_owned(), file, serial, password: Zeroizing::new(password) })
        });
        Ok(lines.collect())
    }

    /// Makes the folder when it is missing. `passwords`: where their list goes, otherwise into the folder.
    pub fn open(folder: &Path, passwords: Option<&Path>) -> Result<Self> {
        store::make_folder(folder)?;
        let passwords = passwords.map_or_else(|| folder.join("passwords.csv"), Path::to_owned);
        Ok(DeliveryFolder { folder: folder.to_owned(), passwords, list: None })
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
        let failed = |e: std::io::Error| store::io_error(&self.passwords, &e);
        let mut list = match self.list.take() {
            Some(list) => list,
            None => {
                let mut list = store::append_private(&self.passwords)?;
                if list.metadata().map_err(failed)?.len() == 0 {
                    list.write_all(b"mail,file,serial,password\n").map_err(failed)?;
                }
                list
            }
        };
        list.write_all(line).and_then(|()| list.sync_data()).map_err(failed)?;
        self.list = Some(list);
        Ok(())
    }
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
    use super::{csv_cell, file_name};

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
