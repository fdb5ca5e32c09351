//! What the officer's first screen shows: what waits, what moves, what ends soon.

use crate::{
    Operator, Result,
    enrollment::{State, StepKind},
    id::EnrollmentId,
};
use protocol::Timestamp;

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
        todo!()
    }
}
