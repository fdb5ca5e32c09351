//! The key-encryption key and what is sealed under it (AES-256-GCM, context as associated data).

use crate::Result;
use zeroize::Zeroizing;

/// Where the key-encryption key lives.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum KeyringChoice {
    /// The operating system's keyring.
    Os,
    /// Derived by Argon2id from the passphrase in this file (headless); also `$CREDENTIALS_DIRECTORY/NAME` of systemd.
    PassphraseFile(std::path::PathBuf),
}

/// Opens on first use, keeps the key in memory wiped on drop.
pub(crate) struct Vault {}

impl Vault {
    /// Seals `plain`; `context` (kind, id, owner) must be given again to open it.
    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let _ = (context, plain);
        todo!()
    }
    /// Opens what was sealed with the same context.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let _ = (context, sealed);
        todo!()
    }
}
