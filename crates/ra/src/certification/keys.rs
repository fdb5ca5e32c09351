//! Sealed private keys of ours: rows of `sealed_key`.

use crate::{
    Dependency, Error, Result,
    authority::Inner,
    certificate::Kind,
    id::{KeyId, UnitId},
};
use protocol::{Timestamp, key::PrivateKey, x509::CertificateView};
use rusqlite::Connection;

/// What the sealed bytes are bound to.
fn context(purpose: Kind, id: KeyId, unit: UnitId) -> String {
    format!("private key {} {id} of {unit}", purpose.as_str())
}

/// A new key, sealed, with its id: ready for [`insert`].
pub(super) struct Sealed {
    pub(super) id: KeyId,
    pub(super) unit: UnitId,
    pub(super) purpose: Kind,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn seal(inner: &Inner, purpose: Kind, unit: UnitId, key: &PrivateKey) -> Result<Sealed> {
    let id = KeyId::fresh();
    let bytes = inner.vault.seal(&context(purpose, id, unit), &key.to_pkcs8()?)?;
    Ok(Sealed { id, unit, purpose, bytes })
}

/// `certificate`: its number in the store; `None` for an imported one.
pub(super) fn insert(tx: &Connection, at: Timestamp, key: &Sealed, certificate: Option<i64>) -> Result<()> {
    tx.prepare_cached("INSERT INTO sealed_key (id, unit, purpose, certificate, sealed, created_at) VALUES (?, ?, ?, ?, ?, ?)")?
        .execute((key.id, key.unit, key.purpose.as_str(), certificate, &key.bytes, at.0))?;
    Ok(())
}

/// Takes the keys of a purpose out of use, but not `but`; what they opened can still be opened.
pub(super) fn retire(tx: &Connection, at: Timestamp, purpose: Kind, but: KeyId) -> Result<()> {
    tx.prepare_cached("UPDATE sealed_key SET retired_at = ? WHERE purpose = ? AND id <> ? AND retired_at IS NULL")?.execute((
        at.0,
        purpose.as_str(),
        but,
    ))?;
    Ok(())
}

/// Takes one key out of use; its certificate is superseded.
pub(super) fn replace(tx: &Connection, at: Timestamp, key: KeyId) -> Result<()> {
    tx.prepare_cached("UPDATE sealed_key SET retired_at = ? WHERE id = ? AND retired_at IS NULL")?.execute((at.0, key))?;
    tx.prepare_cached(
        "UPDATE certificate SET superseded_at = ? WHERE number = (SELECT certificate FROM sealed_key WHERE id = ?) AND superseded_at IS NULL",
    )?
    .execute((at.0, key))?;
    Ok(())
}

/// A row with its certificate.
pub(super) struct Row {
    pub(super) id: KeyId,
    pub(super) unit: UnitId,
    pub(super) sealed: Option<Vec<u8>>,
    /// `None` for an imported one.
    pub(super) der: Option<Vec<u8>>,
    pub(super) retired: bool,
}

impl Row {
    /// Opens the key; with `purpose` for the sealing context and for the error when it is not here.
    pub(super) fn open(&self, inner: &Inner, purpose: Kind) -> Result<PrivateKey> {
        let sealed = self.sealed.as_ref().ok_or(Error::Unavailable(Dependency::Key(purpose.as_str())))?;
        Ok(PrivateKey::from_der(&inner.vault.open(&context(purpose, self.id, self.unit), sealed)?)?)
    }

    pub(super) fn certificate(&self) -> Result<CertificateView> {
        let der = self.der.as_ref().ok_or_else(|| Error::fault("an imported key where one of ours is needed"))?;
        Ok(CertificateView::from_der(der)?)
    }
}

/// All keys of a purpose, those in use first, newest first.
pub(super) fn rows(c: &Connection, purpose: Kind) -> Result<Vec<Row>> {
    let mut statement = c.prepare_cached(
        "SELECT id, unit, sealed, der, retired_at IS NOT NULL FROM sealed_key LEFT JOIN certificate_der ON number = certificate \
         WHERE purpose = ? ORDER BY retired_at IS NOT NULL, created_at DESC, id DESC",
    )?;
    let rows = statement.query_map([purpose.as_str()], |row| {
        Ok(Row { id: row.get(0)?, unit: row.get(1)?, sealed: row.get(2)?, der: row.get(3)?, retired: row.get(4)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The key in use.
pub(super) fn current(c: &Connection, purpose: Kind) -> Result<Option<Row>> {
    Ok(rows(c, purpose)?.into_iter().next().filter(|row| !row.retired))
}
