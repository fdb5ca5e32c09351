//! Reading enrollments: their rows, one with its timeline, the funnel.

use super::{Enrollment, EnrollmentDetail, Funnel, State, Step, device, from_word};
use crate::{
    Error, Noun, Result, certificate,
    id::{DeviceId, EnrollmentId, MailboxId, SubscriberId, UnitId},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What rules need to know of an enrollment.
pub(crate) struct Head {
    pub(crate) subscriber: SubscriberId,
    pub(crate) mailbox: MailboxId,
    pub(crate) state: State,
    pub(crate) profile_sent: bool,
    pub(crate) download_ends_at: Option<Timestamp>,
    pub(crate) os_too_old: Option<String>,
    /// The device that came through phase 2 last: nobody else gets a profile.
    pub(crate) device: Option<DeviceId>,
    /// Where the subscriber belongs: by whose rules the enrollment goes on.
    pub(crate) department: UnitId,
}

pub(crate) fn head(tx: &Connection, id: EnrollmentId) -> Result<Head> {
    let (head, state) = tx
        .prepare_cached(
            "SELECT e.subscriber, e.mailbox, e.profile_sent, e.download_ends_at, e.os_too_old, e.device, e.state, s.department
             FROM enrollment e JOIN subscriber s ON s.id = e.subscriber WHERE e.id = ?1",
        )?
        .query_row([id], |row| {
            let head = Head {
                subscriber: row.get(0)?,
                mailbox: row.get(1)?,
                state: State::Invited,
                profile_sent: row.get(2)?,
                download_ends_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
                os_too_old: row.get(4)?,
                device: row.get(5)?,
                department: row.get(7)?,
            };
            Ok((head, row.get::<_, String>(6)?))
        })
        .optional()?
        .ok_or(Error::NotFound(Noun::Enrollment))?;
    Ok(Head { state: State::parse(&state)?, ..head })
}

/// State of a person's newest enrollment.
pub(crate) fn newest_state(tx: &Connection, subscriber: SubscriberId) -> Result<Option<State>> {
    let state: Option<String> = tx
        .prepare_cached("SELECT state FROM enrollment WHERE subscriber = ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([subscriber], |row| row.get(0))
        .optional()?;
    state.map(|s| State::parse(&s)).transpose()
}

// Whether the phone was sent away is told by its last download, which nothing came of: the state does not go back where a new link is made.
const COLUMNS: &str = "e.id, e.subscriber, s.name, m.address, e.state, e.profile_sent, e.channel, e.created_at, e.expires_at, e.updated_at,
    e.download_ends_at, s.department, (SELECT name FROM unit WHERE id = s.department),
    CASE WHEN e.state IN ('authenticated', 'identified', 'issued') AND e.download_ends_at IS NULL
        THEN coalesce((SELECT kind = 'profile_service_sent' FROM step
            WHERE enrollment = e.id AND kind IN ('resent', 'profile_service_sent', 'device_identified', 'profile_sent', 'repeated')
            ORDER BY id DESC LIMIT 1), 0) ELSE 0 END";
const TABLES: &str = "enrollment e CROSS JOIN subscriber s ON s.id = e.subscriber CROSS JOIN mailbox m ON m.id = e.mailbox
    LEFT JOIN device d ON d.id = e.device";

fn from_row(row: &Row<'_>) -> Result<Enrollment> {
    Ok(Enrollment {
        id: row.get(0)?,
        subscriber: row.get(1)?,
        name: row.get(2)?,
        department: row.get(12)?,
        department_id: row.get(11)?,
        mail: row.get(3)?,
        state: State::parse(&row.get::<_, String>(4)?)?,
        profile_sent: row.get(5)?,
        channel: from_word(row.get(6)?)?,
        created_at: Timestamp(row.get(7)?),
        expires_at: Timestamp(row.get(8)?),
        updated_at: Timestamp(row.get(9)?),
        download_ends_at: row.get::<_, Option<i64>>(10)?.map(Timestamp),
        refused: row.get(13)?,
        device: device::from_row(row, 14)?,
    })
}

/// These enrollments, in this order.
pub(super) fn rows(tx: &Connection, ids: &[EnrollmentId]) -> Result<Vec<Enrollment>> {
    let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS}, {} FROM {TABLES} WHERE e.id = ?1", device::COLUMNS))?;
    let mut list = Vec::with_capacity(ids.len());
    for id in ids {
        let mut found = statement.query([id])?;
        if let Some(row) = found.next()? {
            list.push(from_row(row)?);
        }
    }
    Ok(list)
}

pub(super) fn detail(tx: &Connection, at: Timestamp, id: EnrollmentId) -> Result<EnrollmentDetail> {
    let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS}, {} FROM {TABLES} WHERE e.id = ?1", device::COLUMNS))?;
    let mut found = statement.query([id])?;
    let enrollment = found.next()?.map(from_row).transpose()?.ok_or(Error::NotFound(Noun::Enrollment))?;
    Ok(EnrollmentDetail { enrollment, steps: steps(tx, id)?, certificates: certificate::of_enrollment(tx, at, id)? })
}

fn steps(tx: &Connection, id: EnrollmentId) -> Result<Vec<Step>> {
    let mut statement = tx.prepare_cached("SELECT at, kind, facts FROM step WHERE enrollment = ?1 ORDER BY id")?;
    let mut found = statement.query([id])?;
    let mut steps = Vec::new();
    while let Some(row) = found.next()? {
        steps.push(Step {
            at: Timestamp(row.get(0)?),
            kind: from_word(row.get(1)?)?,
            facts: serde_json::from_str(&row.get::<_, String>(2)?).map_err(Error::fault)?,
        });
    }
    Ok(steps)
}

/// Of the last 30 days.
pub(super) fn funnel(tx: &Connection, at: Timestamp) -> Result<Funnel> {
    let mut statement =
        tx.prepare_cached("SELECT state, reached, count(*) FROM enrollment WHERE created_at > ?1 GROUP BY state, reached")?;
    let groups = statement
        .query_map(params![at.plus(-30 * Timestamp::DAY).0], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, u8>(1)?, row.get::<_, u32>(2)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let stages = State::ALL.map(|state| {
        let standing = groups.iter().filter(|(s, _, _)| s == state.as_str()).map(|(_, _, n)| n).sum();
        let reached = match state.rank() {
            Some(rank) => groups.iter().filter(|(_, r, _)| *r >= rank).map(|(_, _, n)| n).sum(),
            None => standing,
        };
        (state, reached, standing)
    });
    Ok(Funnel { stages: stages.to_vec() })
}
