//! Sessions: what a sign-in gives, bound to its link, for a time (`enrollment.session_minutes`).

use crate::{
    Result,
    authority::Inner,
    id::{EnrollmentId, SubscriberId},
    secret::Token,
    settings::{Settings, SignIn},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// A session that still counts.
pub(super) struct Session {
    pub(super) id: i64,
    pub(super) enrollment: EnrollmentId,
    pub(super) by_code: bool,
    /// The link was made to replace a password.
    pub(super) resets: bool,
    pub(super) created_at: Timestamp,
    pub(super) sealed_challenge: Vec<u8>,
    pub(super) profile_uuid: Uuid,
    pub(super) first_sent_at: Option<Timestamp>,
    /// The phone has the transport certificate that came of it.
    pub(super) transported: bool,
    pub(super) dead: bool,
}

/// Associated data of a sealed OTA challenge.
pub(super) fn context(enrollment: EnrollmentId) -> String {
    format!("ota challenge {enrollment}")
}

/// Makes a session and its OTA challenge, which live `lives` seconds both: the sign-in POST is where challenges come from (invariant 8).
pub(super) fn create(
    inner: &Inner,
    tx: &Connection,
    at: Timestamp,
    link: &[u8; 32],
    enrollment: EnrollmentId,
    by_code: bool,
    lives: i64,
) -> Result<Token> {
    let (cookie, challenge) = (Token::random()?, Token::random()?);
    tx.prepare_cached(
        "INSERT INTO session (cookie, link, enrollment, by_code, created_at, expires_at, challenge, sealed, profile_uuid)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        cookie.hash(),
        link,
        enrollment,
        by_code,
        at.0,
        at.plus(lives).0,
        challenge.hash(),
        inner.vault.seal(&context(enrollment), challenge.reveal().as_bytes())?,
        Uuid::new_v4().as_bytes().as_slice()
    ])?;
    Ok(cookie)
}

/// The session of this cookie, when it is of this link, has not run out and the link leads somewhere. Of a configured phone the
/// page "it worked" can still be shown until the session runs out.
pub(super) fn find(tx: &Connection, at: Timestamp, link: &[u8; 32], cookie: &[u8; 32]) -> Result<Option<Session>> {
    let found = tx
        .prepare_cached(
            "SELECT s.id, s.enrollment, s.by_code, l.resets, s.created_at, s.sealed, s.profile_uuid, s.first_sent_at, s.dead,
                    s.transport IS NOT NULL
             FROM session s JOIN link l ON l.token = s.link
             WHERE s.cookie = ?1 AND s.link = ?2 AND s.expires_at > ?3 AND (l.ended IS NULL OR l.ended = 'used')",
        )?
        .query_row(params![cookie, link, at.0], |row| {
            Ok(Session {
                id: row.get(0)?,
                enrollment: row.get(1)?,
                by_code: row.get(2)?,
                resets: row.get(3)?,
                created_at: Timestamp(row.get(4)?),
                sealed_challenge: row.get(5)?,
                profile_uuid: Uuid::from_bytes(row.get(6)?),
                first_sent_at: row.get::<_, Option<i64>>(7)?.map(Timestamp),
                dead: row.get(8)?,
                transported: row.get(9)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// The department asks for a local password, and this sign-in by code is the one to set it.
pub(super) fn must_set_password(tx: &Connection, settings: &Settings, session: &Session, subscriber: SubscriberId) -> Result<bool> {
    if !session.by_code || !matches!(settings.sign_in, SignIn::Password | SignIn::Both | SignIn::Basic) {
        return Ok(false);
    }
    let set_at: Option<i64> =
        tx.prepare_cached("SELECT set_at FROM password WHERE subscriber = ?1")?.query_row([subscriber], |row| row.get(0)).optional()?;
    Ok(match set_at {
        None => true,
        Some(set_at) => session.resets && set_at < session.created_at.0,
    })
}
