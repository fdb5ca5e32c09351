//! The first screen.

use super::{count, enrollment, time};
use ra::today as core;
use serde::Serialize;
use specta::Type;

/// A step with its person.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecentStep {
    /// When.
    pub at: String,
    /// What.
    pub kind: enrollment::StepKind,
    /// In which enrollment.
    pub enrollment: String,
    /// Whose.
    pub name: String,
    /// Where it stands now.
    pub state: enrollment::State,
}

/// Counts and the newest steps.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Today {
    /// People.
    pub people: u32,
    /// Links without an answer for more than 48 hours.
    pub waiting: u32,
    /// Between the first POST and `configured`.
    pub in_progress: u32,
    /// Configured in the last 7 days.
    pub configured_this_week: u32,
    /// Active certificates that end within 30 days.
    pub expiring: u32,
    /// SCEP requests that wait for the officer.
    pub pending_requests: u32,
    /// Newest first.
    pub recent: Vec<RecentStep>,
}

impl From<core::Today> for Today {
    fn from(t: core::Today) -> Self {
        Today {
            people: count(t.people),
            waiting: t.waiting,
            in_progress: t.in_progress,
            configured_this_week: t.configured_this_week,
            expiring: t.expiring,
            pending_requests: t.pending_requests,
            recent: t.recent.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<core::RecentStep> for RecentStep {
    fn from(s: core::RecentStep) -> Self {
        RecentStep { at: time(s.at), kind: s.kind.into(), enrollment: s.enrollment.to_string(), name: s.name, state: s.state.into() }
    }
}
