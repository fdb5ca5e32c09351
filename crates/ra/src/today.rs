//! What the officer's first screen shows: what waits, what moves, what ends soon.

use crate::{
    Operator, Result,
    enrollment::{State, StepKind, from_word},
    find::{self, Kinds},
    id::EnrollmentId,
};
use protocol::Timestamp;
use rusqlite::Connection;

/// A link without an answer for so long wants a reminder.
const UNANSWERED: i64 = 48 * Timestamp::HOUR;
/// So many steps are shown.
const RECENT: u32 = 20;
/// As plain as it is, SQLite counts the entries of an index page by page; with any condition it reads each.
const PEOPLE: &str = "SELECT count(*) FROM subscriber";

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
            let all = |sql: &str| -> Result<u32> { Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?) };
            let count = |sql: &str, since: i64| -> Result<u32> { Ok(tx.prepare_cached(sql)?.query_row([since], |row| row.get(0))?) };
            let expiring = find::ending(tx, at, 30, Kinds::Subscriber)?.into_iter().map(|(_, count)| count).sum::<u64>();
            Ok(Today {
                people: u64::from(all(PEOPLE)?),
                waiting: count("SELECT count(*) FROM enrollment WHERE state = 'invited' AND created_at <= ?1", at.plus(-UNANSWERED).0)?,
                in_progress: all("SELECT count(*) FROM enrollment WHERE state IN ('opened', 'authenticated', 'identified', 'issued')")?,
                configured_this_week: count("SELECT count(*) FROM enrollment WHERE configured_at > ?1", at.plus(-7 * Timestamp::DAY).0)?,
                expiring: u32::try_from(expiring).unwrap_or(u32::MAX),
                renewals: u32::try_from(renewals.due).unwrap_or(u32::MAX),
                renewal_days: renewals.longest,
                pending_requests,
                acts_waiting: all("SELECT count(*) FROM act_request WHERE state = 'waiting'")?,
                perhaps_lost: all("SELECT count(*) FROM hold_deadline")?,
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

#[cfg(test)]
mod tests {
    use super::PEOPLE;
    use crate::testing;

    #[test]
    fn people_are_counted_without_being_read_one_by_one() {
        let (authority, _clock, _folder) = testing::authority();
        let officer = testing::department(&authority);
        testing::person(&officer, "Alice Example", "alice@example.edu");
        assert_eq!(officer.today().unwrap().people, 1);
        let steps: Vec<String> = authority
            .0
            .store
            .read(|c| {
                let mut statement = c.prepare(&format!("EXPLAIN {PEOPLE}"))?;
                Ok(statement.query_map([], |row| row.get(1))?.collect::<rusqlite::Result<_>>()?)
            })
            .unwrap();
        assert!(steps.iter().any(|step| step == "Count"), "{steps:?}");
    }
}
