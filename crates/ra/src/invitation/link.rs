//! Links: looked up by the hash of their token, alive until they expire or end.

use crate::{Result, id::EnrollmentId, sign_in::LinkEnd};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// A link as stored.
pub(crate) struct Link {
    /// SHA-256 of its token.
    pub(crate) token: [u8; 32],
    pub(crate) enrollment: EnrollmentId,
    /// HMAC of its code.
    pub(crate) code: Vec<u8>,
    /// Made by a re-send.
    pub(crate) resets: bool,
    pub(crate) expires_at: Timestamp,
    ended: Option<LinkEnd>,
    pub(crate) ended_at: Option<Timestamp>,
}

impl Link {
    /// Why it does not lead anywhere any more.
    pub(crate) fn end(&self, at: Timestamp) -> Option<LinkEnd> {
        self.ended.or_else(|| (self.expires_at <= at).then_some(LinkEnd::Expired))
    }
}

/// A new link of an enrollment, for good the one that counts.
pub(super) fn insert(tx: &Connection, at: Timestamp, link: &Link) -> Result<()> {
    tx.prepare_cached("INSERT INTO link (token, enrollment, code, resets, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![link.token, link.enrollment, link.code, link.resets, at.0, link.expires_at.0])?;
    Ok(())
}

/// A link not yet ended.
pub(super) fn fresh(token: [u8; 32], enrollment: EnrollmentId, code: Vec<u8>, resets: bool, expires_at: Timestamp) -> Link {
    Link { token, enrollment, code, resets, expires_at, ended: None, ended_at: None }
}

/// By the hash of its token.
pub(crate) fn find(tx: &Connection, token: &[u8; 32]) -> Result<Option<Link>> {
    let row = tx
        .prepare_cached("SELECT enrollment, code, resets, expires_at, ended, ended_at FROM link WHERE token = ?1")?
        .query_row([token], |row| {
            let link = Link {
                token: *token,
                enrollment: row.get(0)?,
                code: row.get(1)?,
                resets: row.get(2)?,
                expires_at: Timestamp(row.get(3)?),
                ended: None,
                ended_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
            };
            Ok((link, row.get::<_, Option<String>>(4)?))
        })
        .optional()?;
    let Some((link, ended)) = row else { return Ok(None) };
    Ok(Some(Link { ended: ended.map(|word| LinkEnd::from_stored(&word)).transpose()?, ..link }))
}

/// Ends all links of an enrollment that have not ended yet.
pub(crate) fn end_links(tx: &Connection, at: Timestamp, enrollment: EnrollmentId, why: LinkEnd) -> Result<()> {
    tx.prepare_cached("UPDATE link SET ended = ?2, ended_at = ?3 WHERE enrollment = ?1 AND ended IS NULL")?.execute(params![
        enrollment,
        why.stored(),
        at.0
    ])?;
    Ok(())
}

/// Counts a wrong code; how many there were now.
pub(crate) fn count_wrong(tx: &Connection, link: &Link) -> Result<u32> {
    Ok(tx
        .prepare_cached("UPDATE link SET wrong = wrong + 1 WHERE token = ?1 RETURNING wrong")?
        .query_row([link.token], |row| row.get(0))?)
}
