//! From one department to another: recorded, and for future certificates only.

use super::{Subscriber, read, registry};
use crate::{
    Error, Operator, Result, challenge,
    id::{SubscriberId, UnitId},
    ledger,
    mailbox::Address,
};
use rusqlite::params;
use serde_json::json;

impl Operator {
    /// Moves a subscriber to another department: its profiles, pilot or production, escrow and settings count for what is issued from now
    /// on, and certificates state its name as OU under a further subject DN; the earlier one stays theirs. What was issued stays as it is.
    /// What was promised by the earlier department and not issued yet (SCEP challenges) ends; invitations go on. Refused when an address
    /// is in none of the department's mail domains. Moving to where somebody is already changes nothing.
    pub fn move_subscriber(&self, id: SubscriberId, to: UnitId) -> Result<Subscriber> {
        let (clock, actor, units) = (self.inner.clock.clone(), self.actor.clone(), self.inner.units()?);
        self.inner.store.write(move |tx| {
            let (at, department) = (clock.now(), units.of(to)?);
            let before = read(tx, at, id)?;
            if before.department_id == to {
                return Ok(before);
            }
            for mailbox in &before.mailboxes {
                Address::of_department(&mailbox.address, &department.mail_domains).map_err(|_| {
                    let (address, name, domains) = (&mailbox.address, &department.department, department.mail_domains.join(", "));
                    Error::invalid("department", format!("{address} is in no mail domain of {name} ({domains})"))
                })?;
            }
            let subject = registry::register(tx, at, id, department, &before.name)?;
            tx.prepare_cached("UPDATE subscriber SET department = ?2, subject = ?3 WHERE id = ?1")?.execute(params![
                id,
                to,
                serde_json::to_string(&subject).map_err(Error::fault)?
            ])?;
            challenge::cancel_certificates_of(tx, id)?;
            let details = json!({
                "from": before.department_id, "to": to, "subject_from": before.subject.to_string(), "subject_to": subject.to_string(),
            });
            ledger::append(tx, at, &actor, "subscriber.moved", &id.to_string(), &details)?;
            read(tx, at, id)
        })
    }
}
