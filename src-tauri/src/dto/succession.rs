//! What a renewal or a replacement will do.

use super::{
    count,
    life::{Affected, Breaks, Consequences},
    time,
};
use crate::error::CommandError;
use ra::issuance as core;
use serde::Serialize;
use specta::Type;

/// Which key the new certificate will have.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SuccessorKey {
    /// That of the old one.
    Same,
    /// A new one, made here.
    MadeHere,
    /// A new one, made by its holder.
    Requested,
}

/// What a certificate in the place of another one will be, and what becomes of that one.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Succession {
    /// Id of the person whose it will be.
    pub subscriber: String,
    /// Name of the person.
    pub name: String,
    /// Subject that it will state, RFC 4514.
    pub subject: String,
    /// Alternative names that it will state, as `type:value`.
    pub san: Vec<String>,
    /// Certificate profile.
    pub profile: String,
    /// Version of the profile; 0: as built in.
    pub profile_version: u32,
    /// A pilot issues it.
    pub pilot: bool,
    /// It would count from then.
    pub not_before: String,
    /// Until then.
    pub not_after: String,
    /// Its key.
    pub key: SuccessorKey,
    /// What was encrypted to the old key opens with the old key only.
    pub old_key_reads: bool,
    /// A phone has the old one, and fetches no other by itself.
    pub on_phone: bool,
    /// What it will be good for, seen from what would stop with it.
    pub serves: Vec<Breaks>,
    /// The certificate whose place it takes.
    pub old: Affected,
    /// What changes, what stops, and how soon a revocation is due.
    pub consequences: Consequences,
}

/// What would become of one that is to be renewed.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RenewalForetold {
    /// Serial of the old one.
    pub serial: String,
    /// What would be.
    pub will: Option<Succession>,
    /// Why it would be refused.
    pub refused: Option<CommandError>,
}

impl RenewalForetold {
    /// What is told of renewing the certificate with this serial number.
    pub fn of(result: Result<Succession, CommandError>, serial: String) -> Self {
        match result {
            Ok(will) => RenewalForetold { serial, will: Some(will), refused: None },
            Err(refused) => RenewalForetold { serial, will: None, refused: Some(refused) },
        }
    }
}

impl From<core::SuccessorKey> for SuccessorKey {
    fn from(key: core::SuccessorKey) -> Self {
        match key {
            core::SuccessorKey::Same => SuccessorKey::Same,
            core::SuccessorKey::MadeHere => SuccessorKey::MadeHere,
            core::SuccessorKey::Requested => SuccessorKey::Requested,
        }
    }
}

impl From<core::Succession> for Succession {
    fn from(told: core::Succession) -> Self {
        Succession {
            subscriber: told.subscriber.to_string(),
            name: told.name,
            subject: told.subject,
            san: told.san,
            profile: told.profile.as_str().to_owned(),
            profile_version: count(told.profile_version),
            pilot: told.pilot,
            not_before: time(told.not_before),
            not_after: time(told.not_after),
            key: told.key.into(),
            old_key_reads: told.old_key_reads,
            on_phone: told.on_phone,
            serves: told.serves.into_iter().map(Into::into).collect(),
            old: told.old.into(),
            consequences: told.consequences.into(),
        }
    }
}
