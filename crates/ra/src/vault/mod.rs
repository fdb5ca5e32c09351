//! The key-encryption key and what is sealed under it (AES-256-GCM, context as associated data).

mod keyring_file;
mod passphrase;
mod seal;
#[cfg(test)]
mod tests;

use crate::{Dependency, Error, Result, store};
use keyring_file::{KeyringFile, Wrapped};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};
use zeroize::Zeroizing;

#[cfg(any(test, feature = "testing"))]
pub(crate) use passphrase::Cost;

/// Where the key-encryption key lives.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum KeyringChoice {
    /// The operating system's keyring.
    Os,
    /// Derived by Argon2id from the passphrase in this file (headless); also `$CREDENTIALS_DIRECTORY/NAME` of systemd.
    PassphraseFile(PathBuf),
}

/// The key-encryption key: 32 random octets.
type Kek = Zeroizing<[u8; 32]>;

/// The service under which the operating system's keyring has our entry.
const SERVICE: &str = "org.signet";

/// Opens on first use, keeps the key in memory wiped on drop.
pub(crate) struct Vault {
    folder: PathBuf,
    /// What the caller chose at opening; otherwise the remembered choice counts.
    chosen: Option<KeyringChoice>,
    credentials: Option<PathBuf>,
    key: OnceLock<Kek>,
    opening: Mutex<()>,
}

impl Vault {
    /// For the folder; nothing is read yet.
    pub(crate) fn new(folder: &Path, chosen: Option<KeyringChoice>) -> Self {
        Vault { folder: folder.to_owned(), chosen, credentials: passphrase::credentials(), key: OnceLock::new(), opening: Mutex::new(()) }
    }

    /// Seals `plain`; `context` (kind, id, owner) must be given again to open it.
    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>> {
        seal::seal(self.key()?, context, plain)
    }

    /// Opens what was sealed with the same context.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        seal::open(self.key()?, context, sealed)
            .ok_or_else(|| unavailable(format!("the key in the keyring does not open {context}: it is not the key of this folder")))
    }

    /// Makes the key-encryption key when the folder has none yet, and remembers where it is. Call it once, at set-up; `fresh`
    /// says whether nothing was ever sealed here (a second key beside sealed ones would be a disaster).
    pub(crate) fn create(&self, fresh: bool) -> Result<()> {
        self.create_with(fresh, passphrase::Cost::DEFAULT)
    }

    pub(crate) fn create_with(&self, fresh: bool, cost: passphrase::Cost) -> Result<()> {
        let _lock = store::lock_folder(&self.folder)?;
        if keyring_file::read(&self.folder)?.is_some() {
            return self.key().map(|_| ());
        }
        if !fresh {
            return Err(missing_file());
        }
        let kek: Kek = Zeroizing::new(crate::secret::random()?);
        let id = uuid::Uuid::now_v7();
        let file = match self.chosen.clone().unwrap_or(KeyringChoice::Os) {
            KeyringChoice::Os => {
                let entry = os_entry(id)?;
                entry.set_secret(kek.as_slice()).map_err(|e| os_error(&e))?;
                if entry.get_secret().map(Zeroizing::new).map_err(|e| os_error(&e))?.as_slice() != kek.as_slice() {
                    return Err(unavailable("the system's keyring did not keep the key".into()));
                }
                KeyringFile { version: 1, id, choice: KeyringChoice::Os, wrapped: None }
            }
            KeyringChoice::PassphraseFile(path) => {
                let path = std::path::absolute(&path).map_err(|e| store::io_error(&path, &e))?;
                let passphrase = passphrase::read(&path, self.credentials.as_deref())?;
                let salt = crate::secret::random::<16>()?;
                let wrapping = cost.derive(&passphrase, &salt)?;
                let key = seal::seal(&wrapping, &context(id), kek.as_slice())?;
                KeyringFile { version: 1, id, choice: KeyringChoice::PassphraseFile(path), wrapped: Some(Wrapped { cost, salt, key }) }
            }
        };
        keyring_file::write(&self.folder, &file)?;
        let _ = self.key.set(kek);
        Ok(())
    }

    /// The key, opened once. Its errors are for people: what is missing or locked.
    fn key(&self) -> Result<&Kek> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let file = keyring_file::read(&self.folder)?.ok_or_else(missing_file)?;
        let key = self.unlock(&file)?;
        Ok(self.key.get_or_init(|| key))
    }

    fn unlock(&self, file: &KeyringFile) -> Result<Kek> {
        match (&file.choice, &self.chosen) {
            (KeyringChoice::Os, None | Some(KeyringChoice::Os)) => {
                let secret = os_entry(file.id)?.get_secret().map(Zeroizing::new).map_err(|e| os_error(&e))?;
                exact(&secret).ok_or_else(|| unavailable("the entry in the system's keyring is not a key of Signet".into()))
            }
            (KeyringChoice::PassphraseFile(remembered), chosen) => {
                let path = match chosen {
                    Some(KeyringChoice::PassphraseFile(path)) => path,
                    None => remembered,
                    Some(KeyringChoice::Os) => return Err(Error::invalid("keyring", "this folder's key is behind a passphrase file")),
                };
                let wrapped = file.wrapped.as_ref().ok_or_else(|| unavailable("keyring.json is damaged: it holds no key".into()))?;
                let wrapping = wrapped.cost.derive(&passphrase::read(path, self.credentials.as_deref())?, &wrapped.salt)?;
                let key = seal::open(&wrapping, &context(file.id), &wrapped.key)
                    .ok_or_else(|| unavailable(format!("{}: the passphrase is not the one of this folder", path.display())))?;
                exact(&key).ok_or_else(|| unavailable("keyring.json is damaged: its key is cut".into()))
            }
            (KeyringChoice::Os, Some(KeyringChoice::PassphraseFile(_))) => {
                Err(Error::invalid("keyring", "this folder's key is in the system's keyring, not behind a passphrase file"))
            }
        }
    }
}

fn context(id: uuid::Uuid) -> String {
    format!("key-encryption key {id}")
}

fn exact(secret: &[u8]) -> Option<Kek> {
    <[u8; 32]>::try_from(secret).ok().map(Zeroizing::new)
}

fn unavailable(why: String) -> Error {
    Error::Unavailable(Dependency::Keyring(why))
}

fn missing_file() -> Error {
    unavailable("the folder has no keyring.json, which says where its key is: restore it from the backup".into())
}

fn os_entry(id: uuid::Uuid) -> Result<keyring::Entry> {
    keyring::Entry::new(SERVICE, &id.to_string()).map_err(|e| match keyring::Entry::store_status() {
        Err(reason) => os_error(reason),
        Ok(()) => os_error(&e),
    })
}

fn os_error(e: &keyring::Error) -> Error {
    unavailable(match e {
        keyring::Error::NoEntry => {
            "the system's keyring is locked or has no key for this folder: unlock it, or restore the key from the backup".into()
        }
        keyring::Error::NoStorageAccess(e) => format!("the system's keyring is locked or not running: {e}"),
        e => format!("the system's keyring cannot be used: {e}; a passphrase file can be used instead"),
    })
}
