//! Reports: rows with the filter, the time and the ledger's head they were made at.

mod certificates;
mod enrollments;
mod narrowing;
mod officers;
mod people;
mod validations;
mod written;

use super::profiles;
use crate::{Operator, Result, id::UnitId, issue::hex, ledger};
use protocol::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};
pub(super) use written::export;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportName {
    /// Certificates by department, kind, profile and status.
    Inventory,
    /// Active certificates that end within N days.
    Expiring,
    /// Who can receive encrypted mail.
    Coverage,
    /// Enrollments by state and median time per step.
    Enrollments,
    /// Devices and their systems.
    Devices,
    /// Revocations by reason with the time to revoke.
    Revocations,
    /// Mailbox validations and the register of subject names.
    Validations,
    /// What officers did.
    Actions,
}

/// What narrows a report. What does not narrow the one that is asked for is refused, by its field.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ReportFilter {
    /// From this time (enrollments, revocations, validations, actions).
    pub since: Option<Timestamp>,
    /// Until this time, exclusive.
    pub until: Option<Timestamp>,
    /// Days ahead (expiring; 30 when it is not given).
    pub days: Option<u32>,
    /// Only this certificate profile (inventory, expiring, revocations).
    pub profile: Option<String>,
    /// Only this department: certificates that were issued in it, people who are in it now (all but actions: what officers did is
    /// recorded for the whole folder).
    pub department: Option<UnitId>,
}

/// So many days ahead are looked at where nobody says how many.
const DAYS_AHEAD: u32 = 30;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// Comma-separated values, safe for spreadsheets; the head stands in lines that begin with `#`.
    Csv,
    /// One JSON object.
    Json,
}

/// What a report is about and what it rests on.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ReportHead {
    /// Which.
    pub name: ReportName,
    /// The department; where there are several and none was asked for, the organization.
    pub department: String,
    /// When it was made.
    pub at: Timestamp,
    /// What narrowed it.
    pub filter: ReportFilter,
    /// Last row of the ledger.
    pub ledger_number: u64,
    /// Its hash, hex.
    pub ledger_hash: String,
    /// Names of the columns, stable words.
    pub columns: Vec<String>,
}

/// A report.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Report {
    /// Head.
    #[serde(flatten)]
    pub head: ReportHead,
    /// Rows, a value a column: text, number or null.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Rows were left out by the limit.
    pub more: bool,
}

impl ReportName {
    /// All of them.
    pub const ALL: [ReportName; 8] = [
        ReportName::Inventory,
        ReportName::Expiring,
        ReportName::Coverage,
        ReportName::Enrollments,
        ReportName::Devices,
        ReportName::Revocations,
        ReportName::Validations,
        ReportName::Actions,
    ];

    fn columns(self) -> &'static [&'static str] {
        match self {
            ReportName::Inventory => &["department", "kind", "profile", "status", "count"],
            ReportName::Expiring => &["not_after", "days_left", "profile", "name", "names", "serial"],
            ReportName::Coverage => &["name", "mail", "kind", "validated", "signing", "encryption", "authentication"],
            ReportName::Enrollments => &["state", "reached", "standing", "median_seconds"],
            ReportName::Devices => &["name", "product", "os_version", "build", "serial", "first_seen", "last_seen", "foreign_device_ca"],
            ReportName::Revocations => {
                &["reason", "profile", "count", "median_seconds_to_revoke", "longest_seconds_to_revoke", "deadline_seconds", "late"]
            }
            ReportName::Validations => {
                &["record", "name", "address_or_subject", "at", "method", "evidence", "actor", "rules", "valid_until", "state"]
            }
            ReportName::Actions => &["actor", "event", "count", "first", "last"],
        }
    }
}

/// Takes the rows one by one; `false`: no more are wanted.
type Sink<'a> = dyn FnMut(Vec<Value>) -> Result<bool> + 'a;

fn head(operator: &Operator, tx: &Connection, at: Timestamp, name: ReportName, filter: &ReportFilter) -> Result<ReportHead> {
    narrowing::check(name, filter)?;
    profiles::check(tx, &filter.profile)?;
    let mut filter = filter.clone();
    if name == ReportName::Expiring {
        filter.days.get_or_insert(DAYS_AHEAD);
    }
    let units = operator.inner.units()?;
    let (number, hash) = ledger::head(tx)?;
    Ok(ReportHead {
        name,
        department: match (filter.department, units.only()) {
            (Some(id), _) => units.of(id)?.department.clone(),
            (None, Ok(only)) => only.department.clone(),
            (None, Err(_)) => units.founding().organization.clone(),
        },
        at,
        filter,
        ledger_number: u64::try_from(number).unwrap_or(0),
        ledger_hash: hex(&hash),
        columns: name.columns().iter().map(|column| (*column).to_owned()).collect(),
    })
}

/// For the screen.
pub(super) fn whole(operator: &Operator, name: ReportName, filter: &ReportFilter, limit: u32) -> Result<Report> {
    let at = operator.inner.clock.now();
    operator.inner.store.read(|tx| {
        let head = head(operator, tx, at, name, filter)?;
        let (mut list, mut more) = (Vec::new(), false);
        rows(tx, at, name, filter, &mut |row| {
            more = limit > 0 && list.len() >= limit as usize;
            if !more {
                list.push(row);
            }
            Ok(!more)
        })?;
        Ok(Report { head, rows: list, more })
    })
}

fn rows(tx: &Connection, at: Timestamp, name: ReportName, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    match name {
        ReportName::Inventory => certificates::inventory(tx, at, filter, sink),
        ReportName::Expiring => certificates::expiring(tx, at, filter, sink),
        ReportName::Coverage => people::coverage(tx, at, filter, sink),
        ReportName::Enrollments => enrollments::rows(tx, filter, sink),
        ReportName::Devices => people::devices(tx, filter, sink),
        ReportName::Revocations => certificates::revocations(tx, filter, sink),
        ReportName::Validations => validations::rows(tx, at, filter, sink),
        ReportName::Actions => officers::actions(tx, filter, sink),
    }
}

impl ReportFilter {
    /// The span of time, open at the ends that are not given.
    fn span(&self) -> (i64, i64) {
        (self.since.map_or(i64::MIN, |since| since.0), self.until.map_or(i64::MAX, |until| until.0))
    }

    /// A further condition: the column holds the department that was asked for.
    fn in_department(&self, column: &str) -> String {
        self.department.map_or_else(String::new, |department| format!(" AND {column} = x'{}'", department.0.simple()))
    }

    fn has_profile(&self, profile: &str) -> bool {
        self.profile.as_deref().is_none_or(|wanted| wanted == profile)
    }
}

fn time(at: i64) -> Value {
    json!(Timestamp(at))
}

fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}
