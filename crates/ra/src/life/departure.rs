//! What is kept about somebody who left.

use crate::{Operator, Result, certificate::reason_of, id::SubscriberId};
use protocol::{Timestamp, crl::Reason};
use rusqlite::OptionalExtension;

/// When and how a person left.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Departure {
    /// When.
    pub at: Timestamp,
    /// affiliationChanged, or cessationOfOperation for a mailbox that closed.
    pub reason: Reason,
    /// Who may read what was written to the person, in words.
    pub successor: Option<String>,
    /// Until when escrowed keys are to be kept; none are escrowed yet.
    pub keep_until: Option<Timestamp>,
}

impl Operator {
    /// How this person left; `None`: nobody said so.
    pub fn departure(&self, person: SubscriberId) -> Result<Option<Departure>> {
        let row: Option<(i64, i64, Option<String>, Option<i64>)> = self.inner.store.read(|c| {
            Ok(c.prepare_cached("SELECT at, reason, successor, keep_until FROM departure WHERE subscriber = ?1")?
                .query_row([person], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
                .optional()?)
        })?;
        row.map(|(at, reason, successor, keep_until)| {
            Ok(Departure { at: Timestamp(at), reason: reason_of(reason)?, successor, keep_until: keep_until.map(Timestamp) })
        })
        .transpose()
    }
}
