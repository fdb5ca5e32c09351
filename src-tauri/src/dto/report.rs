//! Seeing: the calendar of what ends, charts, reports.

use super::{count, find::CertificateStatus, time, unit};
use crate::error::CommandError;
use protocol::Timestamp;
use ra::find as core;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Rows of a report that are shown; the file has all.
const SHOWN: u32 = 500;

/// How many certificates end on a day.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExpiryDay {
    /// First second of the day, UTC.
    pub day: String,
    /// How many.
    pub count: u32,
}

/// How many certificates there are.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InventoryRow {
    /// subscriber, transport, root, ...
    pub kind: String,
    /// Certificate profile.
    pub profile: String,
    /// Status.
    pub status: CertificateStatus,
    /// How many.
    pub count: u32,
}

/// Who is provided for, and what there is.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Everybody.
    pub people: u32,
    /// With at least one active certificate.
    pub with_any: u32,
    /// With every mailbox validated.
    pub validated: u32,
    /// With a device.
    pub with_device: u32,
    /// With an active certificate that mail is encrypted to.
    pub encryption: u32,
    /// With one that signs mail.
    pub signing: u32,
    /// With one that VPN and Wi-Fi let in.
    pub authentication: u32,
    /// Certificates of people.
    pub inventory: Vec<InventoryRow>,
    /// What ends in the next 53 weeks.
    pub calendar: Vec<ExpiryDay>,
}

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ReportName {
    /// Certificates by kind, profile and status.
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

/// What narrows it.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReportFilter {
    /// From then.
    #[specta(type = Option<String>)]
    pub since: Option<Timestamp>,
    /// Until then, exclusive.
    #[specta(type = Option<String>)]
    pub until: Option<Timestamp>,
    /// Days ahead.
    pub days: Option<u32>,
    /// Only this certificate profile.
    pub profile: Option<String>,
    /// Only this department.
    pub department: Option<String>,
}

/// How it is written.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ReportFormat {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

/// A report on the screen.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Which.
    pub name: ReportName,
    /// Department.
    pub department: String,
    /// Made at.
    pub at: String,
    /// Last row of the ledger then.
    pub ledger_number: u32,
    /// Its hash, hex.
    pub ledger_hash: String,
    /// Columns, stable words.
    pub columns: Vec<String>,
    /// Rows; a cell is text, a number as text, yes, no or nothing.
    pub rows: Vec<Vec<Option<String>>>,
    /// There are more; the file has all.
    pub more: bool,
}

impl Overview {
    /// As it is now.
    pub fn of(operator: &ra::Operator) -> Result<Self, CommandError> {
        let coverage = operator.coverage()?;
        let inventory = operator.inventory()?.into_iter().filter(|row| row.kind == "subscriber");
        // A week more than a year, so that the last of 52 weeks is whole whatever today is.
        let calendar = operator.expiry_calendar(53 * 7)?;
        Ok(Overview {
            people: count(coverage.people),
            with_any: count(coverage.with_any),
            validated: count(coverage.validated),
            with_device: count(coverage.with_device),
            encryption: count(coverage.encryption),
            signing: count(coverage.signing),
            authentication: count(coverage.authentication),
            inventory: inventory.map(Into::into).collect(),
            calendar: calendar.into_iter().map(|day| ExpiryDay { day: time(day.day), count: count(day.count) }).collect(),
        })
    }
}

impl From<core::InventoryRow> for InventoryRow {
    fn from(row: core::InventoryRow) -> Self {
        InventoryRow { kind: row.kind, profile: row.profile, status: row.status.into(), count: count(row.count) }
    }
}

impl Report {
    /// Its first rows.
    pub fn of(operator: &ra::Operator, name: ReportName, filter: ReportFilter) -> Result<Self, CommandError> {
        let report = operator.report(name.into(), &filter.try_into()?, SHOWN)?;
        let cell = |value: serde_json::Value| match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text),
            serde_json::Value::Bool(yes) => Some(if yes { "yes" } else { "no" }.to_owned()),
            other => Some(other.to_string()),
        };
        Ok(Report {
            name,
            department: report.head.department,
            at: time(report.head.at),
            ledger_number: count(report.head.ledger_number),
            ledger_hash: report.head.ledger_hash,
            columns: report.head.columns,
            rows: report.rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect(),
            more: report.more,
        })
    }
}

impl TryFrom<ReportFilter> for core::ReportFilter {
    type Error = CommandError;
    fn try_from(filter: ReportFilter) -> Result<Self, CommandError> {
        let ReportFilter { since, until, days, profile, department } = filter;
        Ok(core::ReportFilter { since, until, days, profile, department: unit(department)? })
    }
}

impl From<ReportName> for core::ReportName {
    fn from(name: ReportName) -> Self {
        match name {
            ReportName::Inventory => Self::Inventory,
            ReportName::Expiring => Self::Expiring,
            ReportName::Coverage => Self::Coverage,
            ReportName::Enrollments => Self::Enrollments,
            ReportName::Devices => Self::Devices,
            ReportName::Revocations => Self::Revocations,
            ReportName::Validations => Self::Validations,
            ReportName::Actions => Self::Actions,
        }
    }
}

impl ReportName {
    /// As the file is called.
    pub fn file(self) -> &'static str {
        match self {
            ReportName::Inventory => "inventory",
            ReportName::Expiring => "expiring",
            ReportName::Coverage => "coverage",
            ReportName::Enrollments => "enrollments",
            ReportName::Devices => "devices",
            ReportName::Revocations => "revocations",
            ReportName::Validations => "validations",
            ReportName::Actions => "actions",
        }
    }
}

impl ReportFormat {
    /// Kind of file and extension.
    pub fn file(self) -> (&'static str, &'static str) {
        match self {
            ReportFormat::Csv => ("CSV", "csv"),
            ReportFormat::Json => ("JSON", "json"),
        }
    }
}

impl From<ReportFormat> for core::ReportFormat {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Csv => Self::Csv,
            ReportFormat::Json => Self::Json,
        }
    }
}
