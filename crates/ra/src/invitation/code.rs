//! Codes at rest: HMAC-SHA-256 under a key that the vault keeps, because forty bits under a plain hash are found in seconds
//! by who has a copy of the database.

use crate::{Error, Result, authority::Inner, secret};
use openssl::{hash::MessageDigest, pkey::PKey, sign::Signer};
use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const CONTEXT: &str = "portal code key";

/// The HMAC of a code; bound to its link, so that equal codes do not look equal.
pub(crate) fn mac(inner: &Inner, tx: &Connection, link: &[u8; 32], code: &secret::Code) -> Result<Vec<u8>> {
    let key = PKey::hmac(&portal(inner, tx)?.code_key).map_err(Error::fault)?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key).map_err(Error::fault)?;
    signer.update(link).map_err(Error::fault)?;
    signer.update(code.normalized().as_bytes()).map_err(Error::fault)?;
    signer.sign_to_vec().map_err(Error::fault)
}

/// Without telling by its duration where they differ.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// What the portal keeps once for the folder.
pub(crate) struct Portal {
    code_key: Zeroizing<Vec<u8>>,
    /// Top-level PayloadIdentifier of every profile of this folder, whatever the department: a phone replaces an installed one by it.
    pub(crate) profile_identifier: String,
}

/// Reads it, or makes it the first time (in the caller's write transaction).
pub(crate) fn portal(inner: &Inner, tx: &Connection) -> Result<Portal> {
    let kept: Option<(Vec<u8>, String)> = tx
        .prepare_cached("SELECT code_key, profile_identifier FROM portal WHERE id = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((sealed, profile_identifier)) = kept {
        return Ok(Portal { code_key: inner.vault.open(CONTEXT, &sealed)?, profile_identifier });
    }
    let code_key = Zeroizing::new(secret::random::<32>()?.to_vec());
    let department = inner.founding()?;
    // The domain's labels turned around, then something that two folders under one domain do not share.
    let domain = department.mail_domains.first().map_or("invalid", |d| d.trim_matches('.'));
    let reversed: Vec<_> = domain.rsplit('.').collect();
    let unit = department.id.0.simple().to_string();
    let profile_identifier = format!("{}.signet.{}", reversed.join("."), unit.get(unit.len().saturating_sub(12)..).unwrap_or(&unit));
    tx.prepare_cached("INSERT INTO portal (id, code_key, profile_identifier) VALUES (1, ?1, ?2)")?
        .execute(params![inner.vault.seal(CONTEXT, &code_key)?, profile_identifier])?;
    Ok(Portal { code_key, profile_identifier })
}
