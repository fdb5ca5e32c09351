//! The root's key leaves this folder for removable media: written encrypted, read back, then taken out.

use super::keys;
use crate::{Conflict, Error, Operator, Result, certificate::Kind, ledger, store};
use openssl::symm::Cipher;
use protocol::key::PrivateKey;
use std::path::Path;
use zeroize::Zeroizing;

/// Shortest passphrase for a key that will lie in a drawer for years.
const SHORTEST: usize = 12;

impl Operator {
    /// Moves the root's key into a passphrase-encrypted file (PKCS#8 PEM) and takes it out of this folder after reading the file back.
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
        inner.renew_root_crl()?;
        let pem =
            key.as_openssl().private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), passphrase.as_bytes()).map_err(Error::fault)?;
        store::write_private(to, &pem)?;
        let back = Zeroizing::new(std::fs::read(to).map_err(|e| store::io_error(to, &e))?);
        let again = openssl::pkey::PKey::private_key_from_pem_passphrase(&back, passphrase.as_bytes()).map_err(Error::fault)?;
        let again = Zeroizing::new(again.private_key_to_pkcs8().map_err(Error::fault)?);
        if PrivateKey::from_der(&again)?.public()? != row.certificate()?.public_key {
            return Err(Error::fault("the key read back from the file is another"));
        }
        let (at, actor, id) = (inner.clock.now(), self.actor.clone(), row.id);
        let serial = row.certificate()?.serial.to_string();
        inner.store.write(move |tx| {
            // Freed bytes are overwritten, or the key could still be dug out of the file.
            tx.pragma_update(None, "secure_delete", true)?;
            let taken = tx.execute("UPDATE sealed_key SET sealed = NULL WHERE id = ? AND sealed IS NOT NULL", [id]);
            tx.pragma_update(None, "secure_delete", false)?;
            let taken = taken?;
            if taken == 0 {
                return Err(Error::Conflict(Conflict::AlreadySetUp));
            }
            ledger::append(tx, at, &actor, "root_key.moved", &serial, &serde_json::json!({}))
        })?;
        inner.store.empty_wal()
    }
}
