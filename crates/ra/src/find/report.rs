//! Reports R1 to R5 and R8 to R10: rows with the filter, the time and the ledger's head they were made at.

use protocol::Timestamp;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportName {
    /// R1: certificates by kind, profile and status.
    Inventory,
    /// R2: active certificates that end within N days.
    Expiring,
    /// R3: who can receive encrypted mail.
    Coverage,
    /// R4: enrollments by state and median time per step.
    Enrollments,
    /// R5: devices and their systems.
    Devices,
    /// R8: revocations by reason with the time to revoke.
    Revocations,
    /// R9: mailbox validations and the register of subject names.
    Validations,
    /// R10: what officers did.
    Actions,
}

/// What narrows a report.
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
}

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
    /// The department.
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
