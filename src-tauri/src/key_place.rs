//! Where a key that is made here will go. The place is opened before anything is issued, because a key whose file cannot be written
//! would be lost; and beside the chosen name, because what stands there must outlast a refusal.

use crate::{
    dto::{count, issue::IssuedFile},
    error::CommandError,
    files,
};
use protocol::{crl::Reason, x509::SerialNumber};
use ra::{Operator, issuance::IssuedIdentity};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

/// An opened place; gone again when nothing was kept in it.
pub struct KeyPlace {
    path: PathBuf,
    beside: PathBuf,
    file: Option<BufWriter<File>>,
}

impl KeyPlace {
    /// Opens it.
    pub fn open(path: PathBuf) -> Result<Self, CommandError> {
        let beside = path.with_extension("p12.part");
        let file = Some(files::create(&beside)?);
        Ok(KeyPlace { path, beside, file })
    }

    /// Keeps the key. When that fails nobody has it, so its certificate is revoked.
    pub fn keep(mut self, op: &Operator, identity: IssuedIdentity) -> Result<IssuedFile, CommandError> {
        let written = match self.file.take() {
            Some(mut file) => file.write_all(&identity.pkcs12).and_then(|()| file.flush()),
            None => Ok(()),
        };
        if let Err(error) = written.and_then(|()| std::fs::rename(&self.beside, &self.path)) {
            let serial = SerialNumber::parse(&identity.issued.certificate.serial).map_err(|e| CommandError::internal(&e))?;
            op.revoke(&serial, Reason::CessationOfOperation)?;
            return Err(files::failed(&self.path, &error));
        }
        Ok(IssuedFile {
            superseded: count(identity.issued.superseded.len() as u64),
            certificate: identity.issued.certificate.into(),
            path: self.path.display().to_string(),
            password: identity.password.reveal().to_owned(),
        })
    }
}

impl Drop for KeyPlace {
    fn drop(&mut self) {
        drop(self.file.take());
        // Not there any more when it was kept.
        let _ = std::fs::remove_file(&self.beside);
    }
}
