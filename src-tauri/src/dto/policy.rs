//! What the department certifies by: profiles, bundles, escrow, and the gates between pilot and production.

use super::{
    department::at,
    ledger::named,
    policy_escrow::{DepartmentEscrow, EscrowStatus},
    policy_profile::{PolicySource, ProfileName, ProfileVersion, mirrored},
    time, unknown,
};
use crate::error::CommandError;
use protocol::Timestamp;
use ra::{
    Operator,
    ledger::Actor,
    policy as core,
    profile::{PILOT_POLICY, Scope},
    settings::Cps,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::collections::BTreeMap;

mirrored! {
    /// Whether certificates count.
    PolicyStage = core::Stage {
        /// Everything works, says so, and is short-lived.
        Pilot,
        /// For real.
        Production,
    }
}

/// For whom a policy is: the organization, or a department.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyScope {
    /// For all departments that have nothing of their own.
    pub organization: bool,
    /// Which department; `None`: the first one.
    pub department: Option<String>,
}

/// Certificate profiles that are issued in one act.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// Name.
    pub name: String,
    /// Certificate profiles.
    pub profiles: Vec<ProfileName>,
}

/// A bundle and whose it is.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleView {
    /// Name.
    pub name: String,
    /// Certificate profiles.
    pub profiles: Vec<ProfileName>,
    /// Whose it is.
    pub source: PolicySource,
}

/// How a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GateState {
    /// Closed.
    Open,
    /// Not needed here.
    NotNeeded,
    /// Passed by a decision elsewhere.
    Decided,
    /// Written down.
    Done,
    /// Closed again: what was made of the answers no longer says what is so.
    OutOfDate,
    /// Somebody answers for passing it without.
    Overridden,
}

/// A question of a gate, and what was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GateAnswer {
    /// Name of the question.
    pub question: String,
    /// The answer; empty: none yet.
    pub answer: String,
}

/// Who answers for an override, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GateOverride {
    /// Who.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// A gate between pilot and production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GateView {
    /// Its name, as `life-cycle.signing`.
    pub name: String,
    /// The kind: its name without the profile.
    pub kind: String,
    /// Whose life-cycle plan it is.
    pub profile: Option<ProfileName>,
    /// How it stands.
    pub state: GateState,
    /// It does not stand in the way.
    pub passed: bool,
    /// What is to be written down; nothing where a decision elsewhere passes it.
    pub answers: Vec<GateAnswer>,
    /// When it was written down or overridden.
    pub at: Option<String>,
    /// Who recorded that.
    pub by: Option<String>,
    /// Who answers for it.
    pub overridden: Option<GateOverride>,
}

/// What a pilot's certificates are held to.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PilotRules {
    /// They live at most so many days.
    pub days: u32,
    /// Their policy, in place of the profile's own.
    pub policy: String,
}

/// What is decided by each department alone.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentPolicy {
    /// Pilot or production.
    pub stage: PolicyStage,
    /// Since.
    pub since: Option<String>,
    /// Escrow: whether, since when and why.
    pub escrow: EscrowStatus,
    /// What stands between pilot and production, in the order of the walk.
    pub gates: Vec<GateView>,
}

/// The CPS that is registered; nothing in it: none.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RegisteredCps {
    /// Its version.
    pub version: Option<String>,
    /// Where it is read.
    pub url: Option<String>,
    /// The policy that it defines, an OID.
    pub oid: Option<String>,
    /// Day from which it counts.
    pub since: Option<String>,
}

/// Everything about the policy of a department, or what the organization hands down.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyView {
    /// What a department decides alone; `None`: this is the organization's.
    pub department: Option<DepartmentPolicy>,
    /// What being a pilot means.
    pub pilot: PilotRules,
    /// The CPS under which certificates are issued here.
    pub cps: RegisteredCps,
    /// Escrow of every department at a glance.
    pub escrow: Vec<DepartmentEscrow>,
    /// All certificate profiles as they count here now.
    pub profiles: Vec<ProfileVersion>,
    /// What each of them would be without anything of its own, in the same order.
    pub inherited: Vec<ProfileVersion>,
    /// All bundles.
    pub bundles: Vec<BundleView>,
}

/// The gate of this name.
pub fn gate(name: &str) -> Result<core::Gate, CommandError> {
    core::Gate::parse(name).ok_or_else(unknown)
}

/// Question and answer, as the authority takes them; what is left empty was not answered.
pub fn answered(answers: Vec<GateAnswer>) -> BTreeMap<String, String> {
    answers.into_iter().filter(|one| !one.answer.trim().is_empty()).map(|one| (one.question, one.answer)).collect()
}

impl From<Bundle> for core::Bundle {
    fn from(bundle: Bundle) -> Self {
        core::Bundle { name: bundle.name, profiles: bundle.profiles.into_iter().map(Into::into).collect() }
    }
}

impl From<core::BundleView> for BundleView {
    fn from(view: core::BundleView) -> Self {
        BundleView {
            name: view.bundle.name,
            profiles: view.bundle.profiles.into_iter().map(Into::into).collect(),
            source: view.source.into(),
        }
    }
}

impl From<core::GateView> for GateView {
    fn from(view: core::GateView) -> Self {
        let (name, passed) = (view.gate.name(), view.is_passed());
        let mut seen = GateView {
            kind: name.split('.').next().unwrap_or_default().to_owned(),
            name,
            profile: match view.gate {
                core::Gate::LifeCycle(profile) => Some(profile.into()),
                _ => None,
            },
            state: GateState::Open,
            passed,
            answers: view.questions.iter().map(|&question| GateAnswer { question: question.to_owned(), answer: String::new() }).collect(),
            at: None,
            by: None,
            overridden: None,
        };
        match view.state {
            core::GateState::Open => {}
            core::GateState::NotNeeded => seen.state = GateState::NotNeeded,
            core::GateState::Decided => seen.state = GateState::Decided,
            core::GateState::Done { at, actor, answers } => {
                seen.state = GateState::Done;
                seen.written(at, actor, answers);
            }
            core::GateState::OutOfDate { at, actor, answers, .. } => {
                seen.state = GateState::OutOfDate;
                seen.written(at, actor, answers);
            }
            core::GateState::Overridden { at, actor, name, reason } => {
                seen.state = GateState::Overridden;
                (seen.at, seen.by) = (Some(time(at)), Some(named(actor).1));
                seen.overridden = Some(GateOverride { name, reason });
            }
        }
        seen
    }
}

impl GateView {
    /// What was written down, when and by whom.
    fn written(&mut self, at: Timestamp, actor: Actor, mut answers: BTreeMap<String, String>) {
        (self.at, self.by) = (Some(time(at)), Some(named(actor).1));
        for one in &mut self.answers {
            one.answer = answers.remove(&one.question).unwrap_or_default();
        }
    }
}

impl From<Cps> for RegisteredCps {
    fn from(cps: Cps) -> Self {
        RegisteredCps { version: cps.version, url: cps.url, oid: cps.oid, since: cps.since }
    }
}

impl From<core::PolicyView> for DepartmentPolicy {
    fn from(view: core::PolicyView) -> Self {
        DepartmentPolicy {
            stage: view.stage.into(),
            since: view.since.map(time),
            escrow: view.escrow.into(),
            gates: view.gates.into_iter().map(Into::into).collect(),
        }
    }
}

impl PolicyScope {
    /// The officer at that department, and for whom.
    pub fn of(&self, op: Operator) -> Result<(Operator, Scope), CommandError> {
        let scope = if self.organization { Scope::Organization } else { Scope::Department };
        Ok((at(op, self.department.as_deref())?, scope))
    }
}

impl PolicyView {
    /// What the authority says for this scope.
    pub fn read(op: &Operator, scope: Scope) -> Result<Self, CommandError> {
        let seen = |all: Vec<ra::profile::ProfileView>| all.into_iter().map(Into::into).collect();
        let settings = op.settings_for(scope)?;
        Ok(PolicyView {
            department: (scope == Scope::Department).then(|| op.policy()).transpose()?.map(Into::into),
            pilot: PilotRules { days: settings.numbers.pilot_days, policy: PILOT_POLICY.to_owned() },
            cps: settings.cps.into(),
            escrow: op.escrow_overview()?.into_iter().map(Into::into).collect(),
            profiles: seen(op.profiles(scope)?),
            inherited: seen(op.inherited_profiles(scope)?),
            bundles: op.bundles_for(scope)?.into_iter().map(Into::into).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(gate: core::Gate, state: core::GateState) -> GateView {
        core::GateView { gate, questions: gate.questions(), state }.into()
    }

    #[test]
    fn a_gate_shows_every_question_with_what_was_written_down() {
        let answers = answered(vec![
            GateAnswer { question: "executive".into(), answer: "The dean".into() },
            GateAnswer { question: "document".into(), answer: " ".into() },
        ]);
        assert_eq!(answers.len(), 1, "a blank is no answer");
        let state = core::GateState::Done { at: Timestamp(1_790_000_000), actor: Actor::Officer("rosa".into()), answers };
        let seen = view(core::Gate::Activation, state);
        assert_eq!((seen.state, seen.passed, seen.by.as_deref()), (GateState::Done, true, Some("rosa")));
        let texts: Vec<_> = seen.answers.iter().map(|one| (one.question.as_str(), one.answer.as_str())).collect();
        assert_eq!(texts, [("executive", "The dean"), ("signed-on", ""), ("document", "")]);
    }

    #[test]
    fn a_plan_that_is_out_of_date_keeps_its_answers_and_stands_in_the_way() {
        let (at, actor, answers) = (Timestamp(1_790_000_000), Actor::Signet, [("threshold".to_owned(), "3".to_owned())].into());
        let seen = view(core::Gate::KeyPlan, core::GateState::OutOfDate { at, actor, answers, changed: vec![core::PlanPart::Names] });
        assert_eq!((seen.state, seen.passed), (GateState::OutOfDate, false));
        assert!(seen.answers.iter().any(|one| one.question == "threshold" && one.answer == "3"));
    }

    #[test]
    fn an_override_stays_visible_as_one() {
        let state = core::GateState::Overridden {
            at: Timestamp(1_790_000_000),
            actor: Actor::Officer("rosa".into()),
            name: "The dean".into(),
            reason: "The team meets in January".into(),
        };
        let seen = view(core::Gate::Team, state);
        assert_eq!((seen.state, seen.passed), (GateState::Overridden, true));
        assert_eq!(seen.overridden, Some(GateOverride { name: "The dean".into(), reason: "The team meets in January".into() }));
        assert!(seen.answers.iter().all(|one| one.answer.is_empty()));
    }

    #[test]
    fn every_gate_is_found_by_the_name_that_the_window_has() {
        for one in core::Gate::all() {
            let seen = view(one, core::GateState::Open);
            assert_eq!(gate(&seen.name).unwrap(), one);
            assert_eq!((seen.kind == "life-cycle", seen.passed), (seen.profile.is_some(), false), "{}", seen.name);
        }
        assert!(gate("life-cycle.other").is_err());
    }
}
