//! What stands on a complete CRL: revoked certificates, then abandoned serials.

use crate::{Error, Result, certificate::reason_of};
use protocol::{
    Timestamp,
    crl::{Entry, EntryList},
};
use rusqlite::{Connection, Row};

/// All entries of the issuer in this snapshot.
pub(super) fn all(c: &Connection, issuer: &[u8]) -> Result<EntryList> {
    let mut statement = c.prepare_cached(
        "SELECT serial, revoked_at, reason, invalid_since FROM certificate WHERE issuer = ?1 AND revoked_at IS NOT NULL \
         UNION ALL SELECT serial, ended_at, 0, NULL FROM issuance WHERE state <> 'stored' AND state = 'abandoned' AND issuer = ?1",
    )?;
    let mut rows = statement.query([issuer])?;
    let mut list = EntryList::default();
    while let Some(row) = rows.next()? {
        push(&mut list, row)?;
    }
    Ok(list)
}

/// Adds a row of serial, time, reason and invalidity.
pub(super) fn push(list: &mut EntryList, row: &Row<'_>) -> Result<()> {
    list.push(&Entry {
        serial: row.get_ref(0)?.as_blob().map_err(Error::fault)?,
        revoked_at: Timestamp(row.get(1)?),
        reason: reason_of(row.get(2)?)?,
        invalid_since: row.get::<_, Option<i64>>(3)?.map(Timestamp),
    })?;
    Ok(())
}
