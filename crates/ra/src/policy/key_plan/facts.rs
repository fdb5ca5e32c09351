//! What a plan is generated from: the settings that Signet has, and what the department stated.

use super::Stated;
use crate::{
    Error, Result,
    id::UnitId,
    policy::escrow::{self, Adviser},
    profile::{self, Escrow, ProfileName},
};
use protocol::{Timestamp, key::KeyAlgorithm};
use rusqlite::Connection;

/// The escrow decision that counts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EscrowFacts {
    /// On or off.
    pub enabled: bool,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Who decided; `None`: nobody has.
    pub decided_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who was asked.
    pub advisers: Vec<Adviser>,
}

/// A certificate profile whose keys decrypt.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProfileFacts {
    /// Which.
    pub name: ProfileName,
    /// Version that counts; 0: built in.
    pub version: u64,
    /// May be issued at all.
    pub offered: bool,
    /// Kind and size of its keys.
    pub key: KeyAlgorithm,
    /// Days of validity in production.
    pub days: u32,
    /// Its keys are escrowed where the department has decided for it.
    pub by_policy: bool,
}

/// What a plan is generated from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeyPlanFacts {
    /// Organization.
    pub organization: String,
    /// Department.
    pub department: String,
    /// Mail domains of its people.
    pub mail_domains: Vec<String>,
    /// The escrow decision.
    pub escrow: EscrowFacts,
    /// Profiles whose keys decrypt.
    pub profiles: Vec<ProfileFacts>,
    /// What no setting says yet.
    pub stated: Stated,
}

/// A part of a plan that may have changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanPart {
    /// Names and mail domains of organization and department.
    Names,
    /// The escrow decision.
    Escrow,
    /// The certificate profiles.
    Profiles,
    /// Custodians and where their shares lie.
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

impl KeyPlanFacts {
    /// As they stand now.
    pub(super) fn read(c: &Connection, unit: UnitId, stated: Stated) -> Result<Self> {
        let mut statement =
            c.prepare_cached("SELECT o.name, d.name, d.mail_domains FROM unit AS d JOIN unit AS o ON o.id = d.parent WHERE d.id = ?")?;
        let (organization, department, domains): (String, String, String) =
            statement.query_row([unit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let status = escrow::status(c, unit)?;
        let decision = status.decision.map(|made| made.decision);
        let mut profiles = Vec::new();
        for name in ProfileName::ALL {
            let profile = profile::saved(c, unit, name)?;
            if profile.decrypts() {
                profiles.push(ProfileFacts {
                    name,
                    version: profile.version,
                    // As it was saved, as the gates take it: a rule that comes later is no change that somebody would have to write down.
                    offered: profile::definition(c, unit, name)?.offered,
                    key: profile.key,
                    days: profile.days,
                    by_policy: profile.escrow == Escrow::ByPolicy,
                });
            }
        }
        Ok(KeyPlanFacts {
            organization,
            department,
            mail_domains: serde_json::from_str(&domains).map_err(Error::fault)?,
            escrow: EscrowFacts {
                enabled: status.enabled,
                since: status.since,
                decided_by: decision.as_ref().map(|decision| decision.decided_by.clone()),
                reason: status.why,
                advisers: decision.map(|decision| decision.advisers).unwrap_or_default(),
            },
            profiles,
            stated,
        })
    }

    /// The text that is hashed, and its SHA-256.
    pub(super) fn hashed(&self) -> Result<(String, [u8; 32])> {
        let text = serde_json::to_string(self).map_err(Error::fault)?;
        let hash = openssl::sha::sha256(text.as_bytes());
        Ok((text, hash))
    }

    /// Which parts are not what they were.
    pub(super) fn changed(&self, before: &Self) -> Vec<PlanPart> {
        let names = |facts: &Self| (facts.organization.clone(), facts.department.clone(), facts.mail_domains.clone());
        let (now, then) = (&self.stated, &before.stated);
        let drills = |stated: &Stated| (stated.first_drill.clone(), stated.drill_months);
        [
            (names(self) != names(before), PlanPart::Names),
            (self.escrow != before.escrow, PlanPart::Escrow),
            (self.profiles != before.profiles, PlanPart::Profiles),
            (now.custodians != then.custodians, PlanPart::Custodians),
            (now.threshold != then.threshold, PlanPart::Threshold),
            (now.rotation_months != then.rotation_months, PlanPart::Rotation),
            (drills(now) != drills(then), PlanPart::Drills),
            (now.succession != then.succession, PlanPart::Succession),
            (now.loss != then.loss, PlanPart::Loss),
        ]
        .into_iter()
        .filter_map(|(changed, part)| changed.then_some(part))
        .collect()
    }
}
