//! Where a key that is made here will go. The place is opened before anything is issued, because a key whose file cannot be written
//! would be lost; and beside the chosen name, because what stands there must outlast a refusal.

use crate::{
    dto::{count, issue::IssuedFile},
    error::{Code, CommandError},
    files::{self, NewFile},
};
use ra::{Operator, issuance::IssuedIdentity};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// An opened place; gone again when nothing was kept in it.
pub struct KeyPlace(NewFile);

impl KeyPlace {
    /// Opens it.
    pub fn open(path: PathBuf) -> Result<Self, CommandError> {
        NewFile::beside(&path).map(KeyPlace).map_err(|error| files::failed(&path, &error))
    }

    /// Where the key will be.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Only one of the two could have the name.
    pub fn is_that_of(&self, other: &Self) -> bool {
        self.0.is_for_the_place_of(&other.0)
    }

    /// Keeps the key. When that fails nobody has it: see [`lost`].
    pub fn keep(self, op: &Operator, identity: IssuedIdentity) -> Result<IssuedFile, CommandError> {
        let path = self.path().display().to_string();
        let KeyPlace(mut file) = self;
        if let Err(error) = file.write_all(&identity.pkcs12).and_then(|()| file.put_in_place()) {
            tracing::warn!(%error, "a key could not be saved");
            return Err(lost(op, identity, path));
        }
        Ok(IssuedFile {
            superseded: count(identity.issued.superseded.len() as u64),
            certificate: identity.issued.certificate.into(),
            path,
            password: identity.password.reveal().to_owned(),
        })
    }
}

/// Nobody has the key, which was to go to `path`: its certificate is revoked, and what it had superseded counts again.
pub fn lost(op: &Operator, identity: IssuedIdentity, path: String) -> CommandError {
    let serial = identity.issued.certificate.serial.clone();
    match op.key_was_lost(identity) {
        Ok(_) => CommandError::new(Code::KeyLost, path),
        Err(error) => {
            tracing::error!(%error, %serial, "a certificate whose key was lost could not be revoked");
            CommandError::new(Code::KeyLostActive, serial)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{crl::Reason, x509::SerialNumber};
    use ra::{issuance::Form, profile::ProfileName, testing};

    const ALICE: &str = "alice@example.edu";

    #[test]
    fn a_key_that_cannot_be_saved_leaves_no_certificate_in_use_however_much_its_officer_did_before() {
        let (authority, _clock, folder) = testing::authority();
        let officer = testing::department(&authority);
        testing::person(&officer, "Alice Example", ALICE);
        let make = |supersede| officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, supersede).unwrap();
        let status = |serial: &str| officer.certificate(&SerialNumber::parse(serial).unwrap()).unwrap().status;
        let stick = folder.path().join("stick");
        std::fs::create_dir(&stick).unwrap();
        let place = || KeyPlace::open(stick.join("alice.p12")).unwrap();
        let kept = place().keep(&officer, make(false)).unwrap();
        assert!(protocol::pkcs12::open(&std::fs::read(stick.join("alice.p12")).unwrap(), &kept.password).is_ok());
        let first = kept.certificate.serial;

        officer.set_setting("revoke.four_eyes_above", "1").unwrap();
        let document = officer.issue_generated(ALICE, ProfileName::Document, Form::Modern, false).unwrap().issued.certificate.serial;
        officer.revoke(&SerialNumber::parse(&document).unwrap(), Reason::CessationOfOperation).unwrap();
        // The medium is pulled out.
        let (place, made) = (place(), make(true));
        std::fs::remove_dir_all(&stick).unwrap();
        let second = made.issued.certificate.serial.clone();
        let refused = place.keep(&officer, made).err().unwrap();
        assert_eq!((refused.code, refused.message.as_str()), (Code::KeyLost, stick.join("alice.p12").to_str().unwrap()));
        assert_eq!((status(&first).as_str(), status(&second).as_str()), ("active", "revoked"));
    }
}
