//! The reports of people: what they have certificates for, and their devices.

use super::{ReportFilter, Sink, time};
use crate::{Error, Result, certificate::Uses, find::people::has_active, mailbox::Validity};
use protocol::Timestamp;
use rusqlite::Connection;
use serde_json::json;

/// Everybody, with what they have an active certificate for.
pub(super) fn coverage(tx: &Connection, at: Timestamp, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT s.name, (SELECT group_concat(address, ' ') FROM (SELECT address FROM mailbox WHERE subscriber = s.id ORDER BY position)), s.kind,
                NOT EXISTS (SELECT 1 FROM mailbox m WHERE m.subscriber = s.id AND (m.validated_at IS NULL OR m.validated_at < ?1)), {}, {}, {}
         FROM subscriber s WHERE true{} ORDER BY s.sort_key, s.id",
        has_active(at, Uses::SIGNS_MAIL),
        has_active(at, Uses::READS_MAIL),
        has_active(at, Uses::SIGNS_IN),
        filter.in_department("s.department")
    ))?;
    let mut rows = statement.query([Validity::read(tx)?.since(at).0])?;
    while let Some(row) = rows.next()? {
        let flag = |at: usize| Ok::<_, Error>(json!(row.get::<_, bool>(at)?));
        let (name, mail, kind): (String, Option<String>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if !sink(vec![json!(name), json!(mail), json!(kind), flag(3)?, flag(4)?, flag(5)?, flag(6)?])? {
            break;
        }
    }
    Ok(())
}

pub(super) fn devices(tx: &Connection, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    let (since, until) = filter.span();
    let mut statement = tx.prepare_cached(&format!(
        "SELECT s.name, d.product, d.os_version, d.build, d.serial, d.first_seen, d.last_seen, d.foreign_device_ca
         FROM device d JOIN subscriber s ON s.id = d.subscriber WHERE d.last_seen >= ?1 AND d.last_seen < ?2{} ORDER BY s.sort_key, d.id",
        filter.in_department("s.department")
    ))?;
    let mut rows = statement.query([since, until])?;
    while let Some(row) = rows.next()? {
        let word = |at: usize| Ok::<_, Error>(json!(row.get::<_, Option<String>>(at)?));
        let (first, last, foreign): (i64, i64, bool) = (row.get(5)?, row.get(6)?, row.get(7)?);
        if !sink(vec![word(0)?, word(1)?, word(2)?, word(3)?, word(4)?, time(first), time(last), json!(foreign)])? {
            break;
        }
    }
    Ok(())
}
