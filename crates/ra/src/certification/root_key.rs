//! The root's key leaves this folder for removable media: written encrypted, read back, then taken out, of older copies, too.

use super::{Identity, keys};
use crate::{Conflict, Dependency, Error, Operator, Result, authority::Inner, certificate::Kind, ledger, store};
use openssl::symm::Cipher;
use protocol::{key::PrivateKey, x509::CertificateView};
use std::{io::Read, path::Path};
use zeroize::Zeroizing;

/// Shortest passphrase for a key that will lie in a drawer for years.
const SHORTEST: usize = 12;

/// Longest file that is read as a key.
const LARGEST: u64 = 64 * 1024;

/// The root's key from the file that it was moved to.
pub(crate) fn attached_key(from: &Path, passphrase: &str, root: &CertificateView) -> Result<PrivateKey> {
    let wrong = |reason: &str| Error::invalid("file", format!("{}: {reason}", from.display()));
    let mut pem = Zeroizing::new(Vec::new());
    std::fs::File::open(from)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut pem))
        .map_err(|error| wrong(&format!("it cannot be read ({error}); attach the medium that holds the root’s key")))?;
    if !pem.windows(27).any(|window| window == b"-----BEGIN ENCRYPTED PRIVAT") {
        return Err(wrong("this is not the file that the root’s key was moved to; name that one"));
    }
    let key = openssl::pkey::PKey::private_key_from_pem_passphrase(&pem, passphrase.as_bytes())
        .map_err(|_| Error::invalid("passphrase", "the passphrase does not open this file; try another one"))?;
    let key = PrivateKey::from_der(&Zeroizing::new(key.private_key_to_pkcs8().map_err(Error::fault)?))?;
    if key.public()? != root.public_key {
        return Err(wrong("this is another key, not this department’s root; name the file of this one"));
    }
    Ok(key)
}

impl Inner {
    /// The root's key was not moved away.
    pub(crate) fn root_key_is_here(&self) -> Result<bool> {
        Ok(self.store.read(|c| keys::current(c, Kind::Root))?.is_some_and(|row| row.sealed.is_some()))
    }
}

impl Operator {
    /// Moves the root's key into a passphrase-encrypted file (PKCS#8 PEM) and takes it out of this folder after reading the file back:
    /// out of the database and of the copies that were made before it was brought to a newer form.
    pub fn move_root_key(&self, to: &Path, passphrase: &str) -> Result<()> {
        let inner = &self.inner;
        let row = inner.store.read(|c| keys::current(c, Kind::Root))?.ok_or(Error::Denied(crate::Denied::NotSetUp))?;
        let key = row.open(inner, Kind::Root)?;
        if passphrase.chars().count() < SHORTEST || passphrase.len() > 1024 || passphrase.contains('\0') {
            return Err(Error::invalid("passphrase", format!("at least {SHORTEST} characters")));
        }
        if to.exists() {
            return Err(Error::invalid("file", format!("{} is there already: choose another name", to.display())));
        }
        // Without the key no CRL of the root can be made: one that lasts is made first.
        inner.renew_root_crl(&Identity::new(row.certificate()?, key.clone(), Vec::new())?)?;
        let pem =
            key.as_openssl().private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), passphrase.as_bytes()).map_err(Error::fault)?;
        let (at, actor, id) = (inner.clock.now(), self.actor.clone(), row.id);
        let root = row.certificate()?;
        // No copy of the database is begun until the key is gone from it.
        let lock = store::lock_folder(&inner.folder)?;
        let moved = write_and_read_back(to, &pem, passphrase, &root).and_then(|()| {
            // The copies first: where one of them keeps the key, it has not moved, and nobody is told so.
            store::erase_root_key_from_copies(&inner.folder, &|copy| {
                copy.execute("UPDATE sealed_key SET sealed = NULL WHERE id = ? AND sealed IS NOT NULL", [id]).map(|_| ())
            })?;
            let serial = root.serial.to_string();
            inner.store.write(move |tx| {
                // Freed bytes are overwritten, or the key could still be dug out of the file.
                tx.pragma_update(None, "secure_delete", true)?;
                let taken = tx.execute("UPDATE sealed_key SET sealed = NULL WHERE id = ? AND sealed IS NOT NULL", [id]);
                tx.pragma_update(None, "secure_delete", false)?;
                if taken? == 0 {
                    return Err(Error::Conflict(Conflict::AlreadySetUp));
                }
                ledger::append(tx, at, &actor, "root_key.moved", &serial, &serde_json::json!({}))
            })
        });
        if let Err(error) = moved {
            // While the key is here there must not be a second one. Where that is not certain the file may be the only one.
            if inner.root_key_is_here().unwrap_or(false) {
                let _ = std::fs::remove_file(to);
            }
            return Err(error);
        }
        drop(lock);
        inner.store.empty_wal()
    }
}

fn write_and_read_back(to: &Path, pem: &[u8], passphrase: &str, root: &CertificateView) -> Result<()> {
    // Not the data folder, of which this error otherwise speaks.
    store::write_private(to, pem).map_err(|error| match error {
        Error::Unavailable(Dependency::Folder(why)) => Error::invalid("file", format!("{why}; name a file where you may write")),
        other => other,
    })?;
    match attached_key(to, passphrase, root) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::fault(format!("the root's key could not be read back: {error}"))),
    }
}
