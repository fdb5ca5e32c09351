//! The first screen.

use super::{batch::Batch, count, enrollment, time};
use crate::{error::CommandError, state::App};
use ra::{
    Authority,
    enrollment::{EnrollmentQuery, State},
    today as core,
};
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

/// What is under way when the officer looks.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnderWay {
    /// Batches that run or are stopped, newest first.
    pub batches: Vec<Batch>,
    /// Enrollments that move, then those that nobody has opened.
    pub walks: Vec<enrollment::Enrollment>,
}

/// Between the first POST and `configured`, as [`Today::in_progress`] counts.
const MOVING: [State; 4] = [State::Opened, State::Authenticated, State::Identified, State::Issued];
/// So many of those are looked at,
const MOST_MOVING: u32 = 50;
/// and of those that nobody has opened.
const MOST_INVITED: u32 = 100;

impl UnderWay {
    /// As it is now.
    pub fn of(app: &App, authority: &Authority) -> Result<Self, CommandError> {
        let operator = app.as_operator(authority);
        let newest = |states: &[State], limit: u32| {
            operator.enrollments(&EnrollmentQuery { states: states.to_vec(), limit, ..EnrollmentQuery::default() })
        };
        let (moving, invited) = (newest(&MOVING, MOST_MOVING)?, newest(&[State::Invited], MOST_INVITED)?);
        Ok(UnderWay {
            batches: operator.open_batches()?.into_iter().map(|batch| Batch::of(batch, app.batches())).collect(),
            walks: moving.rows.into_iter().chain(invited.rows).map(Into::into).collect(),
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::{app, department};
    use ra::{invitation::Channel, testing};

    #[test]
    fn links_that_nobody_has_opened_are_under_way_until_they_are_cancelled_the_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        let officer = department(&app);
        officer.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
        let invite = |name: &str, mail: &str| {
            testing::person(&officer, name, mail);
            officer.invite(mail, Channel::Show).unwrap().enrollment
        };
        invite("Alice Example", "alice@example.edu");
        let cancelled = invite("Bob Example", "bob@example.edu");
        invite("Carol Example", "carol@example.edu");
        officer.cancel_enrollment(cancelled).unwrap();
        let under_way = UnderWay::of(&app, &app.authority().unwrap()).unwrap();
        let names: Vec<&str> = under_way.walks.iter().map(|walk| walk.name.as_str()).collect();
        assert_eq!((names.as_slice(), under_way.batches.len()), (["Carol Example", "Alice Example"].as_slice(), 0));
    }
}
