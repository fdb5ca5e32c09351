//! `keyring.json` in the data folder: where the key-encryption key is; with a passphrase, the key itself, wrapped.

use super::{KeyringChoice, passphrase::Cost, unavailable};
use crate::{Error, Result, store};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serializer};
use std::path::Path;

const NAME: &str = store::KEYRING;

#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct KeyringFile {
    pub(super) version: u32,
    /// The folder's id: user name of the keyring's entry.
    pub(super) id: uuid::Uuid,
    pub(super) choice: KeyringChoice,
    pub(super) wrapped: Option<Wrapped>,
}

/// The key-encryption key under the key derived from the passphrase.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Wrapped {
    pub(super) cost: Cost,
    pub(super) salt: [u8; 16],
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub(super) key: Vec<u8>,
}

fn to_base64<S: Serializer>(bytes: &[u8], s: S) -> std::result::Result<S::Ok, S::Error> {
    s.serialize_str(&STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(d: D) -> std::result::Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(d)?).map_err(serde::de::Error::custom)
}

pub(super) fn read(folder: &Path) -> Result<Option<KeyringFile>> {
    let path = folder.join(NAME);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(store::io_error(&path, &e)),
    };
    let file: KeyringFile = serde_json::from_slice(&text)
        .map_err(|e| unavailable(format!("{} is damaged: {e}; restore it from the backup", path.display())))?;
    if file.version != 1 {
        return Err(Error::Conflict(crate::Conflict::NewerDatabase));
    }
    Ok(Some(file))
}

pub(super) fn write(folder: &Path, file: &KeyringFile) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(file).map_err(Error::fault)?;
    text.push(b'\n');
    store::write_private(&folder.join(NAME), &text)
}
