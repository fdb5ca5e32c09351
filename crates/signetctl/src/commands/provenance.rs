//! Where a certificate comes from, what stands above it, where it is published and what became of it.

use crate::output::table;
use protocol::Timestamp;
use ra::{
    enrollment::Device,
    find::{ChainLink, Event, Provenance},
    ledger::Actor,
};
use serde::Serialize;

/// Members of `certificate show`; scripts rely on their names.
#[derive(Serialize)]
pub(super) struct Origin {
    stored_at: Timestamp,
    /// `None`: it was imported, or came before the ledger.
    issued_by: Option<String>,
    ledger: Option<u64>,
    person: Option<String>,
    device: Option<Device>,
    chain: Vec<ChainLink>,
    published: Vec<String>,
    timeline: Vec<Step>,
}

/// Something that happened to it.
#[derive(Serialize)]
struct Step {
    at: Timestamp,
    event: String,
    by: Option<String>,
    ledger: Option<u64>,
    details: serde_json::Value,
}

impl Origin {
    pub(super) fn new(from: Provenance, chain: Vec<ChainLink>, published: Vec<String>, timeline: Vec<Event>) -> Self {
        let step = |Event { at, event, actor, ledger, details }| Step { at, event, by: actor.as_ref().map(by), ledger, details };
        Origin {
            stored_at: from.issued_at,
            issued_by: from.actor.as_ref().map(by),
            ledger: from.ledger,
            person: from.subscriber,
            device: from.device,
            chain,
            published,
            timeline: timeline.into_iter().map(step).collect(),
        }
    }

    /// Names and values, a line each.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let row = |name: &str, value: String| vec![name.to_owned(), value];
        let mut rows = vec![match &self.issued_by {
            Some(by) => row("Issued", format!("{} by {by}", self.stored_at)),
            None => row("Stored", self.stored_at.to_string()),
        }];
        rows.extend(self.person.iter().map(|name| row("Person", name.clone())));
        if let Some(device) = &self.device {
            let words = [&device.product, &device.os_version, &device.serial];
            rows.push(row("Device", words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")));
        }
        for link in &self.chain {
            let fault = if link.signature_fits { "" } else { ": its signature does not fit" };
            rows.push(row("Issuer", format!("{} ({}, until {}){fault}", link.subject, link.key, link.not_after)));
        }
        rows.extend(self.published.iter().map(|url| row("Published", url.clone())));
        rows
    }

    /// What happened to it, oldest first.
    pub(super) fn history(&self) -> String {
        let step = |step: &Step| vec![step.at.to_string(), step.event.clone(), step.by.clone().unwrap_or_default()];
        table(&["AT", "EVENT", "BY"], &self.timeline.iter().map(step).collect::<Vec<_>>())
    }
}

/// Whoever the ledger names.
fn by(actor: &Actor) -> String {
    match actor {
        Actor::Officer(name) => format!("officer {name}"),
        Actor::Command(name) => format!("command {name}"),
        Actor::Subscriber(person) => format!("person {person}"),
        Actor::Device(enrollment) => format!("device of enrollment {enrollment}"),
        Actor::Signet => "Signet".to_owned(),
    }
}
