//! The filter of a list as SQL.

use crate::find::{CertificateFilter, Kinds, Status};
use protocol::Timestamp;
use rusqlite::types::Value;

/// Conditions on `certificate c` with their values.
pub(super) struct Conditions {
    sql: Vec<String>,
    pub(super) values: Vec<Value>,
}

impl Conditions {
    pub(super) fn new(filter: &CertificateFilter, at: Timestamp, statuses: &[Status]) -> Self {
        let mut sql = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        match filter.kind {
            Kinds::Subscriber => sql.push("c.kind = 'subscriber'".to_owned()),
            Kinds::Transport => sql.push("c.kind = 'transport'".to_owned()),
            Kinds::Authority => sql.push("c.kind NOT IN ('subscriber', 'transport')".to_owned()),
            Kinds::All => {}
        }
        if !statuses.is_empty() {
            let any: Vec<_> = statuses.iter().map(|status| format!("({})", status_is(*status, at))).collect();
            sql.push(format!("({})", any.join(" OR ")));
        }
        if let Some((from, end)) = filter.ending(at) {
            sql.push(format!("({}) AND c.not_after >= {} AND c.not_after < {}", status_is(Status::Active, at), from.0, end.0));
        }
        if !filter.profiles.is_empty() {
            sql.push(format!("c.profile IN ({})", vec!["?"; filter.profiles.len()].join(", ")));
            values.extend(filter.profiles.iter().map(|profile| Value::from(profile.clone())));
        }
        if let Some(subscriber) = filter.subscriber {
            sql.push("c.subscriber = ?".to_owned());
            values.push(subscriber.0.as_bytes().to_vec().into());
        }
        if let Some(department) = filter.department {
            sql.push("c.department = ?".to_owned());
            values.push(department.0.as_bytes().to_vec().into());
        }
        Conditions { sql, values }
    }

    /// Everything passes.
    pub(super) fn none() -> Self {
        Conditions { sql: Vec::new(), values: Vec::new() }
    }

    pub(super) fn and(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push(sql.to_owned());
        self.values.extend(values);
    }

    pub(super) fn text(&self) -> String {
        if self.sql.is_empty() { "true".to_owned() } else { self.sql.join(" AND ") }
    }
}

/// What a status is, in SQL.
fn status_is(status: Status, at: Timestamp) -> String {
    let at = at.0;
    match status {
        Status::Active => format!("c.reason IS NULL AND c.superseded_at IS NULL AND c.not_after >= {at}"),
        Status::Held => "c.reason = 6".to_owned(),
        Status::Revoked => "c.reason <> 6".to_owned(),
        Status::Expired => format!("c.reason IS NULL AND c.not_after < {at}"),
        Status::Superseded => format!("c.reason IS NULL AND c.superseded_at IS NOT NULL AND c.not_after >= {at}"),
    }
}

/// So many days on.
pub(in crate::find) fn ends(at: Timestamp, days: u32) -> Timestamp {
    at.plus(i64::from(days).saturating_mul(Timestamp::DAY))
}
