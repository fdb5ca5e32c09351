//! The plan for decryption keys as the window shows, prints and saves it.

use super::{count, ledger::named, policy_profile::mirrored, time};
use crate::error::CommandError;
use ra::{Operator, policy as core};
use serde::{Deserialize, Serialize};
use specta::Type;

mirrored! {
    /// Language of a text that the program writes.
    PaperLanguage = core::Language {
        /// English.
        English,
        /// French.
        French,
    }
}
mirrored! {
    /// A part of a plan that may have changed since.
    PlanPart = core::PlanPart {
        /// Names and mail domains.
        Names,
        /// The escrow decision.
        Escrow,
        /// The certificate profiles.
        Profiles,
        /// Custodians and their shares.
        Custodians,
        /// How many are needed together.
        Threshold,
        /// When the escrow key is replaced.
        Rotation,
        /// The calendar of drills.
        Drills,
        /// Succession.
        Succession,
        /// Loss or compromise.
        Loss,
    }
}

/// A version of the plan.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyPlanVersion {
    /// Number, from 1.
    pub number: u32,
    /// When it was made.
    pub at: String,
    /// By whom.
    pub by: String,
    /// SHA-256 of what it was generated from, hex.
    pub hash: String,
}

/// How the plan of a department stands.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyPlanStatus {
    /// All versions, newest first.
    pub versions: Vec<KeyPlanVersion>,
    /// The newest says what is so now.
    pub current: bool,
    /// What is otherwise now.
    pub changed: Vec<PlanPart>,
    /// Text of the newest; `None`: there is none.
    pub text: Option<String>,
}

impl From<core::KeyPlan> for KeyPlanVersion {
    fn from(plan: core::KeyPlan) -> Self {
        KeyPlanVersion { number: count(plan.number), at: time(plan.at), by: named(plan.actor).1, hash: plan.hash }
    }
}

impl KeyPlanStatus {
    /// As the authority has it, its text in this language.
    pub fn read(op: &Operator, language: PaperLanguage) -> Result<Self, CommandError> {
        let (status, versions) = (op.key_plan()?, op.key_plans()?);
        let text = match &status.plan {
            Some(plan) => Some(op.key_plan_document(Some(plan.number), language.into())?.text),
            None => None,
        };
        Ok(KeyPlanStatus {
            versions: versions.into_iter().map(Into::into).collect(),
            current: status.current,
            changed: status.changed.into_iter().map(Into::into).collect(),
            text,
        })
    }
}
