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
    pub perhaps_lost_until: Option<String>,
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
            renewals: t.renewals,
            renewal_days: t.renewal_days,
            pending_requests: t.pending_requests,
            acts_waiting: t.acts_waiting,
            perhaps_lost: t.perhaps_lost,
            perhaps_lost_until: t.perhaps_lost_until.map(time),
            recent: t.recent.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<core::RecentStep> for RecentStep {
    fn from(s: core::RecentStep) -> Self {
        RecentStep { at: time(s.at), kind: s.kind.into(), enrollment: s.enrollment.to_string(), name: s.name, state: s.state.into() }
    }
}
