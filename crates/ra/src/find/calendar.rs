//! What ends when, what there is, who is provided for: counts for charts.

use super::Status;
use protocol::Timestamp;

/// Certificates that end on one day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExpiryDay {
    /// First second of the day, UTC.
    pub day: Timestamp,
    /// How many end on it.
    pub count: u64,
    /// By profile.
    pub by_profile: Vec<(String, u64)>,
}

/// How many certificates of one kind, profile and status.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InventoryRow {
    /// subscriber, transport, root, issuing, ra, ...
    pub kind: String,
    /// Certificate profile.
    pub profile: String,
    /// Status.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// One purpose.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CoverageRow {
    /// Certificate profile.
    pub profile: String,
    /// People who have an active certificate of it.
    pub people: u64,
}

/// Who is provided for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// All people and functional mailboxes.
    pub people: u64,
    /// With at least one active certificate.
    pub with_any: u64,
    /// With every mailbox validated.
    pub validated: u64,
    /// With a device.
    pub with_device: u64,
    /// By certificate profile.
    pub by_profile: Vec<CoverageRow>,
}
