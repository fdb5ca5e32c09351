//! `signetctl certificate issue`, `certificate import` and `issue-batch`.

mod batch;
mod import;

use super::certificate::one;
use crate::{
    cli::{Container, Issue, NewKey},
    files::NewFiles,
    output::Output,
    refusal::Refusal,
};
pub(crate) use batch::batch;
pub(super) use import::import;
use protocol::x509::SerialNumber;
use ra::{
    Error, Operator,
    issuance::{Form, Issued, IssuedIdentity},
    life::Old,
};
use serde_json::json;
use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};
use zeroize::Zeroizing;

pub(super) fn issue(operator: &Operator, output: &Output, arguments: &Issue) -> Result<(), Refusal> {
    let (mail, profile) = (&arguments.mail, arguments.profile);
    by_key(
        operator,
        output,
        &arguments.key,
        |request| operator.issue_from_csr(mail, profile, request),
        |form| operator.issue_generated(mail, profile, form, arguments.replace),
    )
}

/// `certificate replace`.
pub(super) fn replace(operator: &Operator, output: &Output, serial: &SerialNumber, key: &NewKey, old: Old) -> Result<(), Refusal> {
    by_key(operator, output, key, |request| operator.replace(serial, request, old), |form| operator.replace_generated(serial, form, old))
}

/// From a request, or with a key made here, whose files are there or not as a whole.
fn by_key(
    operator: &Operator,
    output: &Output,
    key: &NewKey,
    from_request: impl FnOnce(&[u8]) -> ra::Result<Issued>,
    generated: impl FnOnce(Form) -> ra::Result<IssuedIdentity>,
) -> Result<(), Refusal> {
    match &key.csr {
        Some(csr) => output.value(&from_request(&read(csr, MAX_CSR)?)?, said),
        None => {
            let files = places(key)?;
            let made = generated(key.container.into())?;
            let issued = keep(operator, files, made)?;
            warn_of_one_place(key);
            output.value(&issued, said)
        }
    }
}

/// Places for a key that is made here and for its password, both made before anything is issued: a key that cannot be written would be
/// lost.
pub(super) fn places(key: &NewKey) -> Result<NewFiles, Refusal> {
    match (&key.p12, &key.password_out) {
        (Some(p12), Some(password_out)) => NewFiles::create(&[p12, password_out]),
        _ => Err(Error::invalid("key", "give --csr FILE, or --generate with --p12 FILE and --password-out FILE").into()),
    }
}

/// Whoever gets the folder gets the password with the file: said beside the answer, for a script may move them at once.
fn warn_of_one_place(key: &NewKey) {
    let folder = |path: &Path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        parent.canonicalize().unwrap_or_else(|_| parent.to_owned())
    };
    if let (Some(p12), Some(password)) = (&key.p12, &key.password_out)
        && folder(p12) == folder(password)
    {
        // Nobody may be reading what is said beside the answer.
        let _ = writeln!(
            io::stderr(),
            "Note: the password lies in the same folder as the file that it opens. Move one of them, and hand them over in two different ways."
        );
    }
}

/// Puts key and password into their files, or says what was issued for a key that could not be kept, and what became of it.
fn keep(operator: &Operator, mut files: NewFiles, made: IssuedIdentity) -> Result<Issued, Refusal> {
    let password = Zeroizing::new(format!("{}\n", made.password.reveal()));
    let written = files.write(1, password.as_bytes()).and_then(|()| files.write(0, &made.pkcs12)).and_then(|()| files.sync());
    match written {
        Ok(()) => {
            files.keep();
            Ok(made.issued)
        }
        Err(refusal) => {
            drop(files);
            Err(lost(operator, made, refusal))
        }
    }
}

/// Nobody has the key: its certificate is revoked, and what it had superseded counts again.
fn lost(operator: &Operator, made: IssuedIdentity, refusal: Refusal) -> Refusal {
    let issued = made.issued.clone();
    let serial = &issued.certificate.serial;
    match operator.key_was_lost(made) {
        Ok(lost) => {
            let mut message = format!("{} Certificate {serial} had been issued; nobody has its key, so it was revoked.", refusal.message);
            for old in &lost.reinstated {
                message.push_str(&format!(" Certificate {old}, which it had replaced, counts again."));
            }
            for old in &lost.superseded {
                message.push_str(&format!(" Certificate {old}, which it had replaced, does not count again."));
            }
            let next = "Make room there, or name files in a folder that you may write to; then give the command again.";
            Refusal { done: Some(json!(lost)), ..Refusal::new("keyLost", message, next) }
        }
        Err(error) => {
            let message = format!(
                "{} Certificate {serial} was issued and is active, but nobody has its key, and it could not be revoked: {}",
                refusal.message,
                Refusal::from(error).message
            );
            let next = format!("Revoke it: signetctl certificate revoke {serial} --reason superseded.");
            Refusal { done: Some(json!(issued)), ..Refusal::new("keyLostActive", message, next) }
        }
    }
}

/// A request in PEM with remarks; longer ones are refused with the reason by whoever reads it.
pub(super) const MAX_CSR: usize = 2 * 1024 * 1024;

impl From<Container> for Form {
    fn from(container: Container) -> Self {
        match container {
            Container::Legacy => Form::Legacy,
            Container::Modern => Form::Modern,
        }
    }
}

fn said(issued: &Issued) -> String {
    let mut text = one(&issued.certificate);
    for serial in &issued.superseded {
        text.push_str(&format!("\nSuperseded: {serial}"));
    }
    text
}

pub(super) fn read(path: &Path, most: usize) -> Result<Vec<u8>, Refusal> {
    let unreadable = |error: io::Error| {
        Refusal::new("file", format!("{} could not be read: {error}.", path.display()), "Check its name and who may read it.")
    };
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut content = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut content).map_err(unreadable)?;
    } else {
        File::open(path).map_err(unreadable)?.take(limit).read_to_end(&mut content).map_err(unreadable)?;
    }
    if content.len() > most {
        return Err(Error::invalid("file", format!("{} is larger than {} MiB", path.display(), most / 1024 / 1024)).into());
    }
    Ok(content)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]
    use super::*;
    use ra::{profile::ProfileName, testing};
    use std::fs;

    const ALICE: &str = "alice@example.edu";

    #[test]
    fn a_key_for_which_there_is_no_room_is_said_to_be_lost_and_its_certificate_is_revoked() {
        let (authority, _clock, folder) = testing::authority();
        let officer = testing::department(&authority);
        testing::person(&officer, "Alice Example", ALICE);
        let make = |supersede| officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, supersede).unwrap();
        let status = |serial: &str| officer.certificate(&SerialNumber::parse(serial).unwrap()).unwrap().status;
        let (p12, password) = (folder.path().join("a.p12"), folder.path().join("a.txt"));
        let files = NewFiles::create(&[&p12, &password]).unwrap();
        let first = keep(&officer, files, make(false)).unwrap().certificate.serial;
        assert!(p12.exists() && password.exists(), "kept");
        fs::remove_file(&p12).unwrap();
        fs::remove_file(&password).unwrap();

        // The password is written; for the key there is no room.
        let mut files = NewFiles::create(&[&p12, &password]).unwrap();
        files.divert(0, fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        let second = make(true);
        let serial = second.issued.certificate.serial.clone();
        let refusal = keep(&officer, files, second).unwrap_err();
        assert_eq!(refusal.code, "keyLost");
        let back = format!("{first}, which it had replaced, counts again");
        for said in [format!("{serial} had been issued"), "was revoked".to_owned(), back] {
            assert!(refusal.message.contains(&said), "{said}: {}", refusal.message);
        }
        let done = refusal.done.unwrap();
        assert_eq!((&done["certificate"]["status"], &done["reinstated"]), (&json!("revoked"), &json!([first])));
        assert_eq!((status(&first).as_str(), status(&serial).as_str()), ("active", "revoked"));
        assert!(!p12.exists() && !password.exists(), "nothing is left of it");
        assert!(!refusal.message.contains("does not count") && refusal.next.ends_with('.'));
    }
}
