//! The ledger as the officer reads it.

use super::{count, time};
use ra::ledger::{self as core, Actor};
use serde::Serialize;
use specta::Type;

/// Who did it.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ActorKind {
    /// An officer in the window.
    Officer,
    /// A command of signetctl.
    Command,
    /// A subscriber on the portal.
    Subscriber,
    /// A device.
    Device,
    /// Signet itself.
    Signet,
}

/// One row.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRow {
    /// Number, from 1.
    pub number: u32,
    /// When.
    pub at: String,
    /// Who.
    pub actor: ActorKind,
    /// Name or id of the actor.
    pub actor_name: String,
    /// Verb and noun.
    pub event: String,
    /// About what.
    pub subject: String,
    /// Further facts, JSON text.
    pub details: String,
    /// Hash, hex.
    pub hash: String,
}

/// What verification found.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Rows that fit.
    pub rows: u32,
    /// Hash of the last one that fits.
    pub head: String,
    /// First row that does not fit.
    pub broken_at: Option<u32>,
    /// Since when rows lack a signature that they should have.
    pub unsigned_since: Option<String>,
}

/// Who it was, and the name or id.
pub(crate) fn named(actor: Actor) -> (ActorKind, String) {
    match actor {
        Actor::Officer(name) => (ActorKind::Officer, name),
        Actor::Command(name) => (ActorKind::Command, name),
        Actor::Subscriber(id) => (ActorKind::Subscriber, id.to_string()),
        Actor::Device(id) => (ActorKind::Device, id.to_string()),
        Actor::Signet => (ActorKind::Signet, String::new()),
    }
}

impl From<core::Row> for LedgerRow {
    fn from(row: core::Row) -> Self {
        let (actor, actor_name) = named(row.actor);
        LedgerRow {
            number: count(row.number),
            at: time(row.at),
            actor,
            actor_name,
            event: row.event,
            subject: row.subject,
            details: row.details.to_string(),
            hash: row.hash,
        }
    }
}

impl From<core::Verification> for Verification {
    fn from(v: core::Verification) -> Self {
        Verification { rows: count(v.rows), head: v.head, broken_at: v.broken_at.map(count), unsigned_since: v.unsigned_since.map(time) }
    }
}
