//! Escrow: the interview's answers, what they come to, and decisions.

use super::{ledger::named, policy_profile::mirrored, time};
use ra::policy as core;
use serde::{Deserialize, Serialize};
use specta::Type;

mirrored! {
    /// What the interview comes to.
    Recommendation = core::Recommendation {
        /// Probably no escrow.
        NoEscrow,
        /// Consider escrow.
        ConsiderEscrow,
    }
}
mirrored! {
    /// What an adviser answers for.
    AdviserRole = core::AdviserRole {
        /// Technical.
        Technical,
        /// Legal.
        Legal,
    }
}

/// What the department's certificates are for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscrowAnswers {
    /// Signing alone.
    pub signing_only: bool,
    /// Signing in alone.
    pub authentication_only: bool,
    /// Encryption that is read at once.
    pub real_time: bool,
    /// Mail that must stay readable.
    pub future_access: bool,
    /// Documents that stay encrypted for long.
    pub long_lived: bool,
}

/// One reason.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscrowReason {
    /// Which answer, by its name in [`EscrowAnswers`]; `none`: no answer spoke for it.
    pub answer: String,
    /// For what it speaks.
    pub speaks_for: Recommendation,
}

/// A recommendation and why.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscrowAdvice {
    /// What.
    pub recommendation: Recommendation,
    /// Why.
    pub reasons: Vec<EscrowReason>,
}

/// Somebody who was asked.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Adviser {
    /// Name.
    pub name: String,
    /// For what.
    pub role: AdviserRole,
    /// Date, 2026-11-21.
    pub on: String,
    /// What they said.
    pub opinion: String,
}

/// A decision as it is made.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscrowDecision {
    /// Answers of the interview.
    pub answers: EscrowAnswers,
    /// For escrow.
    pub enabled: bool,
    /// Who decided.
    pub decided_by: String,
    /// Why.
    pub reason: String,
    /// Who was asked.
    pub advisers: Vec<Adviser>,
}

/// A decision that was made.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscrowDecided {
    /// When.
    pub at: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// What the interview had recommended.
    pub recommendation: Recommendation,
    /// The decision.
    pub decision: EscrowDecision,
}

/// Escrow at a glance.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscrowStatus {
    /// On.
    pub enabled: bool,
    /// Since.
    pub since: Option<String>,
    /// Why; `None`: nobody has decided.
    pub why: Option<String>,
}

/// Escrow of a department at a glance.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentEscrow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub department: String,
    /// Whether, since when and why.
    pub escrow: EscrowStatus,
}

impl From<core::DepartmentEscrow> for DepartmentEscrow {
    fn from(one: core::DepartmentEscrow) -> Self {
        DepartmentEscrow { id: one.id.to_string(), department: one.department, escrow: one.escrow.into() }
    }
}

impl From<core::Answers> for EscrowAnswers {
    fn from(a: core::Answers) -> Self {
        EscrowAnswers {
            signing_only: a.signing_only,
            authentication_only: a.authentication_only,
            real_time: a.real_time,
            future_access: a.future_access,
            long_lived: a.long_lived,
        }
    }
}

impl From<EscrowAnswers> for core::Answers {
    fn from(a: EscrowAnswers) -> Self {
        core::Answers {
            signing_only: a.signing_only,
            authentication_only: a.authentication_only,
            real_time: a.real_time,
            future_access: a.future_access,
            long_lived: a.long_lived,
        }
    }
}

impl From<core::EscrowAdvice> for EscrowAdvice {
    fn from(advice: core::EscrowAdvice) -> Self {
        let reason =
            |reason: core::Reason| EscrowReason { answer: super::policy_profile::field(reason.code), speaks_for: reason.speaks_for.into() };
        EscrowAdvice { recommendation: advice.recommendation.into(), reasons: advice.reasons.into_iter().map(reason).collect() }
    }
}

impl From<EscrowDecision> for core::EscrowDecision {
    fn from(d: EscrowDecision) -> Self {
        let adviser = |a: Adviser| core::Adviser { name: a.name, role: a.role.into(), on: a.on, opinion: a.opinion };
        core::EscrowDecision {
            answers: d.answers.into(),
            enabled: d.enabled,
            decided_by: d.decided_by,
            reason: d.reason,
            advisers: d.advisers.into_iter().map(adviser).collect(),
        }
    }
}

impl From<core::EscrowDecision> for EscrowDecision {
    fn from(d: core::EscrowDecision) -> Self {
        let adviser = |a: core::Adviser| Adviser { name: a.name, role: a.role.into(), on: a.on, opinion: a.opinion };
        EscrowDecision {
            answers: d.answers.into(),
            enabled: d.enabled,
            decided_by: d.decided_by,
            reason: d.reason,
            advisers: d.advisers.into_iter().map(adviser).collect(),
        }
    }
}

impl From<core::Decided> for EscrowDecided {
    fn from(decided: core::Decided) -> Self {
        EscrowDecided {
            at: time(decided.at),
            recorded_by: named(decided.actor).1,
            recommendation: decided.recommendation.into(),
            decision: decided.decision.into(),
        }
    }
}

impl From<core::EscrowStatus> for EscrowStatus {
    fn from(status: core::EscrowStatus) -> Self {
        EscrowStatus { enabled: status.enabled, since: status.since.map(time), why: status.why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_name_the_answers_of_the_window() {
        let answers =
            EscrowAnswers { signing_only: false, authentication_only: false, real_time: true, future_access: true, long_lived: true };
        let window = serde_json::to_value(answers).unwrap();
        let advice = EscrowAdvice::from(core::Answers::from(answers).advice().unwrap());
        assert_eq!(advice.recommendation, Recommendation::ConsiderEscrow);
        let named: Vec<_> = advice.reasons.iter().map(|reason| reason.answer.as_str()).collect();
        assert_eq!(named, ["futureAccess", "longLived", "realTime"], "what speaks for the recommendation comes first");
        assert!(named.iter().all(|name| window.get(name).is_some()));
    }

    #[test]
    fn a_decision_comes_back_as_it_was_made() {
        let made: EscrowDecision = serde_json::from_value(serde_json::json!({
            "answers": { "signingOnly": false, "authenticationOnly": false, "realTime": false, "futureAccess": true, "longLived": false },
            "enabled": true, "decidedBy": "The dean", "reason": "The archive must stay readable",
            "advisers": [{ "name": "Dr. Kim", "role": "technical", "on": "2026-11-20", "opinion": "Sound." }],
        }))
        .unwrap();
        let text = serde_json::to_value(&made).unwrap();
        let back = EscrowDecision::from(core::EscrowDecision::from(made));
        assert_eq!(serde_json::to_value(back).unwrap(), text);
    }
}
