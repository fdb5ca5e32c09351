//! What the officer's first screen shows: what waits, what moves, what ends soon.

use crate::{
    Operator, Result, certificate,
    enrollment::{State, StepKind, from_word},
    find,
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
    /// Active certificates whose renewal has begun, by what their certificate profile says.
    pub renewals: u32,
    /// All of them end within so many days.
    pub renewal_days: u32,
    /// SCEP requests that wait for the officer.
    pub pending_requests: u32,
    /// Acts that wait for a second officer.
    pub acts_waiting: u32,
    /// Certificates on hold that are revoked unless they are reinstated before.
    pub perhaps_lost: u32,
    /// When the first of them is revoked.
    pub perhaps_lost_until: Option<Timestamp>,
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
        let policies = self.inner.policies()?;
        self.inner.store.read(|tx| {
            let renewals = find::renewals::due(tx, at, &policies)?;
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
                renewals: u32::try_from(renewals.due).unwrap_or(u32::MAX),
                renewal_days: renewals.longest,
                pending_requests,
                acts_waiting: count("SELECT count(*) FROM act_request WHERE state = 'waiting' AND ?1 = ?1", 0)?,
                perhaps_lost: count("SELECT count(*) FROM hold_deadline WHERE ?1 = ?1", 0)?,
                perhaps_lost_until: tx
                    .prepare_cached("SELECT min(final_at) FROM hold_deadline")?
                    .query_row([], |row| Ok(row.get::<_, Option<i64>>(0)?.map(Timestamp)))?,
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
