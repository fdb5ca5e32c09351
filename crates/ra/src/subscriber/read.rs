//! Reading one subscriber with everything that hangs on it.

use super::{Mailbox, Subscriber, SubscriberKind, name};
use crate::{Error, Noun, Result, certificate, enrollment, id::SubscriberId};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension};

pub(crate) fn read(tx: &Connection, at: Timestamp, id: SubscriberId) -> Result<Subscriber> {
    let row: Option<(String, String, String, i64)> = tx
        .prepare_cached("SELECT name, kind, subject, created_at FROM subscriber WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((name, kind, subject, created_at)) = row else { return Err(Error::NotFound(Noun::Subscriber)) };
    Ok(Subscriber {
        id,
        kind: if kind == SubscriberKind::Functional.as_str() { SubscriberKind::Functional } else { SubscriberKind::Person },
        subject: serde_json::from_str(&subject).map_err(Error::fault)?,
        mailboxes: mailboxes(tx, id)?,
        created_at: Timestamp(created_at),
        active_certificates: certificate::active_count(tx, at, id)?,
        enrollment_state: enrollment::newest_state(tx, id)?,
        devices: enrollment::devices_of(tx, id)?,
        mixed_scripts: name::mixes_scripts(&name),
        name,
    })
}

fn mailboxes(tx: &Connection, id: SubscriberId) -> Result<Vec<Mailbox>> {
    let mut statement = tx.prepare_cached(
        "SELECT m.id, m.address, v.at, v.method, v.evidence FROM mailbox m
         LEFT JOIN mailbox_validation v ON v.id = (SELECT max(id) FROM mailbox_validation WHERE mailbox = m.id)
         WHERE m.subscriber = ?1 ORDER BY m.position",
    )?;
    let rows = statement.query_map([id], |row| {
        Ok(Mailbox {
            id: row.get(0)?,
            address: row.get(1)?,
            validated_at: row.get::<_, Option<i64>>(2)?.map(Timestamp),
            method: row.get(3)?,
            evidence: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The subscriber is there and was not deleted: only then anything is certified for them.
pub(crate) fn exists(tx: &Connection, id: SubscriberId) -> Result<bool> {
    Ok(tx.prepare_cached("SELECT 1 FROM subscriber WHERE id = ?1")?.exists([id])?)
}
