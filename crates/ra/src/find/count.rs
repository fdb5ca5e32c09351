//! Exact counts of certificates, kept by triggers per kind, profile, day of notAfter and state.

use super::Status;

/// How many of what.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Counted {
    /// Certificate profile; for our own: root, issuing, ra, ...
    pub profile: String,
    /// Status.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// Counts of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct CertificateCounts {
    /// All.
    pub total: u64,
    /// By status; those with none are left out.
    pub by_status: Vec<(Status, u64)>,
    /// By profile; those with none are left out.
    pub by_profile: Vec<(String, u64)>,
    /// By both.
    pub by_both: Vec<Counted>,
    /// Active ones that end within 30 days.
    pub ending: u64,
}
