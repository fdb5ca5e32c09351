//! What the officer's first screen shows: what waits, what moves, what ends soon.

use crate::{
    Operator, Result, certificate,
    enrollment::{State, StepKind, from_word},
    id::EnrollmentId,
};
use protocol::Timestamp;
use rusqlite::Connection;

/// A link without an answer for so long wants a reminder.
const UNANSWERED: i64 = 48 * Timestamp::HOUR;
/// So many steps are shown.
const RECENT: u32 = 20;

/// Counts and the newest steps.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Today {
    /// People.
    pub people: u64,
    /// Links without an answer for more than 48 hours.
    pub waiting: u32,
    /// Enrollments between the first POST and `configured`.
    pub in_progress: u32,
    /// Enrollments configured in the last 7 days.
    pub configured_this_week: u32,
    /// Active certificates that end within 30 days.
    pub expiring: u32,
    /// SCEP requests that wait for the officer.
    pub pending_requests: u32,
    /// The newest 20 steps of all enrollments, newest first.
    pub recent: Vec<RecentStep>,
}

/// A step with the name of its person.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RecentStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: StepKind,
    /// In which enrollment.
    pub enrollment: EnrollmentId,
    /// Whose.
    pub name: String,
    /// Where it stands now.
    pub state: State,
}

impl Operator {
    /// The first screen.
    pub fn today(&self) -> Result<Today> {
        let at = self.inner.clock.now();
        let pending_requests = u32::try_from(self.pending_requests()?.len()).unwrap_or(u32::MAX);
        self.inner.store.read(|tx| {
            let count = |sql: &str, since: i64| -> Result<u32> { Ok(tx.prepare_cached(sql)?.query_row([since], |row| row.get(0))?) };
            Ok(Today {
                people: u64::from(count("SELECT count(*) FROM subscriber WHERE ?1 = ?1", 0)?),
                waiting: count("SELECT count(*) FROM enrollment WHERE state = 'invited' AND created_at <= ?1", at.plus(-UNANSWERED).0)?,
                in_progress: count(
                    "SELECT count(*) FROM enrollment WHERE state IN ('opened', 'authenticated', 'identified', 'issued') AND ?1 = ?1",
                    0,
                )?,
                configured_this_week: count("SELECT count(*) FROM enrollment WHERE configured_at > ?1", at.plus(-7 * Timestamp::DAY).0)?,
                expiring: certificate::ending_before(tx, at, at.plus(30 * Timestamp::DAY))?,
                pending_requests,
                recent: recent(tx)?,
            })
        })
    }
}

fn recent(tx: &Connection) -> Result<Vec<RecentStep>> {
    let mut statement = tx.prepare_cached(
        "SELECT t.at, t.kind, t.enrollment, s.name, e.state FROM step t
         CROSS JOIN enrollment e ON e.id = t.enrollment CROSS JOIN subscriber s ON s.id = e.subscriber ORDER BY t.id DESC LIMIT ?1",
    )?;
    let mut found = statement.query([RECENT])?;
    let mut steps = Vec::new();
    while let Some(row) = found.next()? {
        steps.push(RecentStep {
            at: Timestamp(row.get(0)?),
            kind: from_word(row.get(1)?)?,
            enrollment: row.get(2)?,
            name: row.get(3)?,
            state: State::parse(&row.get::<_, String>(4)?)?,
        });
    }
    Ok(steps)
}
