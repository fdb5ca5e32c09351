//! Reading one subscriber with everything that hangs on it.

use super::{Mailbox, Subscriber, SubscriberKind, name};
use crate::{
    Error, Noun, Result, certificate, enrollment,
    id::{SubscriberId, UnitId},
    ledger::Actor,
    mailbox::{Address, Validity},
};
use protocol::{Timestamp, x509::DistinguishedName};
use rusqlite::{Connection, OptionalExtension};

pub(crate) fn read(tx: &Connection, at: Timestamp, id: SubscriberId) -> Result<Subscriber> {
    let row: Option<(String, String, String, i64, String, UnitId)> = tx
        .prepare_cached(
            "SELECT s.name, s.kind, s.subject, s.created_at, u.name, u.id FROM subscriber AS s JOIN unit AS u ON u.id = s.department \
             WHERE s.id = ?1",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
        .optional()?;
    let Some((name, kind, subject, created_at, department, department_id)) = row else { return Err(Error::NotFound(Noun::Subscriber)) };
    Ok(Subscriber {
        id,
        kind: if kind == SubscriberKind::Functional.as_str() { SubscriberKind::Functional } else { SubscriberKind::Person },
        subject: serde_json::from_str(&subject).map_err(Error::fault)?,
        mailboxes: mailboxes(tx, at, id)?,
        created_at: Timestamp(created_at),
        department,
        department_id,
        active_certificates: certificate::active_count(tx, at, id)?,
        enrollment_state: enrollment::newest_state(tx, id)?,
        devices: enrollment::devices_of(tx, id)?,
        mixed_scripts: name::mixes_scripts(&name),
        name,
    })
}

fn mailboxes(tx: &Connection, at: Timestamp, id: SubscriberId) -> Result<Vec<Mailbox>> {
    let validity = Validity::read(tx)?;
    let mut statement = tx.prepare_cached(
        "SELECT m.id, m.address, v.at, v.method, v.evidence, v.actor, v.rules FROM mailbox m
         LEFT JOIN mailbox_validation v ON v.id = (SELECT max(id) FROM mailbox_validation WHERE mailbox = m.id)
         WHERE m.subscriber = ?1 ORDER BY m.position",
    )?;
    let rows = statement.query_map([id], |row| {
        let validated_at = row.get::<_, Option<i64>>(2)?.map(Timestamp);
        Ok(Mailbox {
            id: row.get(0)?,
            address: row.get(1)?,
            validated: validated_at.is_some_and(|made| made >= validity.since(at)),
            validated_at,
            valid_until: validated_at.and_then(|made| validity.until(made)),
            validated_by: row.get::<_, Option<String>>(5)?.as_deref().and_then(officer),
            method: row.get(3)?,
            evidence: row.get(4)?,
            rules: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The officer that a recorded actor is.
fn officer(actor: &str) -> Option<String> {
    match serde_json::from_str::<Actor>(actor).ok()? {
        Actor::Officer(name) | Actor::Command(name) => Some(name),
        Actor::Subscriber(_) | Actor::Device(_) | Actor::Signet => None,
    }
}

/// The subscriber is there and was not deleted: only then anything is certified for them.
pub(crate) fn exists(tx: &Connection, id: SubscriberId) -> Result<bool> {
    Ok(tx.prepare_cached("SELECT 1 FROM subscriber WHERE id = ?1")?.exists([id])?)
}

/// Where the subscriber belongs; `None`: nobody is here under this id.
pub(crate) fn department(tx: &Connection, id: SubscriberId) -> Result<Option<UnitId>> {
    Ok(tx.prepare_cached("SELECT department FROM subscriber WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()?)
}

/// Where whoever has the address belongs.
pub(crate) fn department_at(tx: &Connection, address: &Address) -> Result<UnitId> {
    tx.prepare_cached("SELECT s.department FROM mailbox AS m JOIN subscriber AS s ON s.id = m.subscriber WHERE m.address_key = ?1")?
        .query_row([address.key()], |row| row.get(0))
        .optional()?
        .ok_or(Error::NotFound(Noun::Mailbox))
}

/// Where the subscriber belongs and what certificates call them from now on; `None`: nobody is here under this id.
pub(crate) fn certified_as(tx: &Connection, id: SubscriberId) -> Result<Option<(UnitId, DistinguishedName)>> {
    let found: Option<(UnitId, String)> = tx
        .prepare_cached("SELECT department, subject FROM subscriber WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(department, subject)| Ok((department, serde_json::from_str(&subject).map_err(Error::fault)?))).transpose()
}
