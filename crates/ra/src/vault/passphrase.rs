//! A passphrase from a file or a systemd credential, and the key that Argon2id derives from it.

use super::{Kek, unavailable};
use crate::{Error, Result};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Argon2id's parameters (RFC 9106), stored with the salt so that they can grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Cost {
    /// Memory in KiB.
    pub(crate) memory: u32,
    /// Passes.
    pub(crate) passes: u32,
    /// Lanes.
    pub(crate) lanes: u32,
}

impl Cost {
    /// RFC 9106 section 4, second recommendation (64 MiB, 3 passes), with one lane.
    pub(super) const DEFAULT: Cost = Cost { memory: 64 * 1024, passes: 3, lanes: 1 };

    pub(super) fn derive(self, passphrase: &[u8], salt: &[u8]) -> Result<Kek> {
        // A damaged or planted keyring.json must not take all memory.
        if self.memory > 4 * 1024 * 1024 || self.passes > 64 || self.lanes > 64 {
            return Err(unavailable("keyring.json asks for more than 4 GiB of memory or 64 passes: it is damaged".into()));
        }
        let parameters = argon2::Params::new(self.memory, self.passes, self.lanes, Some(32))
            .map_err(|e| unavailable(format!("keyring.json is damaged: {e}")))?;
        let mut key: Kek = Zeroizing::new([0; 32]);
        argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, parameters)
            .hash_password_into(passphrase, salt, key.as_mut_slice())
            .map_err(Error::fault)?;
        Ok(key)
    }
}

/// Longest passphrase file read, octets.
const MOST: u64 = 4096;

/// The passphrase: the file without its line end; when it is missing, the credential `signet-passphrase` in the folder that systemd
/// names (`$CREDENTIALS_DIRECTORY`).
pub(super) fn read(path: &Path, credentials: Option<&Path>) -> Result<Zeroizing<Vec<u8>>> {
    use std::io::Read;
    let credential = credentials.map(|folder| folder.join("signet-passphrase")).filter(|credential| credential.exists());
    let path = credential.as_deref().filter(|_| !path.exists()).unwrap_or(path);
    let named = |e: std::io::Error| unavailable(format!("the passphrase file {} cannot be read: {e}", path.display()));
    let mut content = Zeroizing::new(Vec::with_capacity(MOST as usize + 1));
    std::fs::File::open(path).map_err(named)?.take(MOST + 1).read_to_end(&mut content).map_err(named)?;
    while content.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
        content.pop();
    }
    if content.is_empty() || content.len() as u64 > MOST {
        return Err(unavailable(format!("the passphrase file {} must hold 1 to {MOST} octets", path.display())));
    }
    Ok(content)
}

/// Where systemd puts a service's credentials.
pub(super) fn credentials() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}
