//! What ends when, what there is, who is provided for: counts for charts.

use super::{
    Kinds, Status,
    count::{self, Groups},
};
use crate::{Error, Result, certificate::Uses, mailbox::Validity};
use protocol::Timestamp;
use rusqlite::{Connection, params};

/// Certificates that end on one day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExpiryDay {
    /// First second of the day, UTC.
    pub day: Timestamp,
    /// How many end on it.
    pub count: u64,
    /// By profile.
    pub by_profile: Vec<(String, u64)>,
}

/// How many certificates of one kind, profile and status.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InventoryRow {
    /// subscriber, transport, root, issuing, ra, ...
    pub kind: String,
    /// Certificate profile.
    pub profile: String,
    /// Status.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// Who is provided for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// All people and functional mailboxes.
    pub people: u64,
    /// With at least one active certificate.
    pub with_any: u64,
    /// With every mailbox validated, not too long ago.
    pub validated: u64,
    /// With a device.
    pub with_device: u64,
    /// With an active certificate that mail is encrypted to.
    pub encryption: u64,
    /// With one that signs mail.
    pub signing: u64,
    /// With one that VPN and Wi-Fi let in.
    pub authentication: u64,
}

/// Longest calendar, days.
const MAX_DAYS: u32 = 3_660;

pub(super) fn calendar(tx: &Connection, at: Timestamp, days: u32) -> Result<Vec<ExpiryDay>> {
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Error::invalid("days", "1 to 3660"));
    }
    let today = at.0.div_euclid(Timestamp::DAY);
    let mut list: Vec<ExpiryDay> = Vec::new();
    let mut add = |day: i64, profile: String, count: u64| {
        let day = Timestamp(day * Timestamp::DAY);
        match list.last_mut() {
            Some(last) if last.day == day => {
                last.count += count;
                last.by_profile.push((profile, count));
            }
            _ => list.push(ExpiryDay { day, count, by_profile: vec![(profile, count)] }),
        }
    };
    // What is left of today, then whole days.
    let rest = count::until(tx, at, Timestamp((today + 1) * Timestamp::DAY), Kinds::Subscriber)?;
    rest.into_iter().for_each(|(profile, count)| add(today, profile, count));
    let mut statement = tx.prepare_cached(
        "SELECT day, profile, count FROM certificate_count
         WHERE kind = 'subscriber' AND state = 'valid' AND day > ?1 AND day < ?2 AND count > 0 ORDER BY day, profile",
    )?;
    let mut rows = statement.query(params![today, today + i64::from(days)])?;
    while let Some(row) = rows.next()? {
        add(row.get(0)?, row.get(1)?, u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0));
    }
    Ok(list)
}

pub(super) fn inventory(tx: &Connection, at: Timestamp) -> Result<Vec<InventoryRow>> {
    let groups = Groups::read(tx, at)?.0;
    Ok(groups.into_iter().map(|of| InventoryRow { kind: of.kind, profile: of.profile, status: of.status, count: of.count }).collect())
}

pub(super) fn coverage(tx: &Connection, at: Timestamp) -> Result<Coverage> {
    let count = |sql: &str| -> Result<u64> {
        let count: i64 = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    let people = count("SELECT count(*) FROM subscriber")?;
    let not_validated: i64 = tx
        .prepare_cached("SELECT count(*) FROM (SELECT DISTINCT subscriber FROM mailbox WHERE validated_at IS NULL OR validated_at < ?1)")?
        .query_row([Validity::read(tx)?.since(at).0], |row| row.get(0))?;
    let [with_any, encryption, signing, authentication] = having(tx, at)?;
    Ok(Coverage {
        people,
        with_any,
        validated: people.saturating_sub(u64::try_from(not_validated).unwrap_or(0)),
        with_device: count("SELECT count(DISTINCT subscriber) FROM device")?,
        encryption,
        signing,
        authentication,
    })
}

/// How many people have an active certificate of ours at all, and one that mail is encrypted to, that signs mail, that signs in: all in one
/// reading of the index that `people::has_active` asks for one person, by the same conditions.
fn having(tx: &Connection, at: Timestamp) -> Result<[u64; 4]> {
    let one = |uses: Uses| format!("max((uses & {bits}) = {bits})", bits = uses.bits());
    let sql = format!(
        "SELECT count(*), coalesce(sum(reads), 0), coalesce(sum(signs), 0), coalesce(sum(enters), 0) FROM
            (SELECT subscriber, {} AS reads, {} AS signs, {} AS enters FROM certificate INDEXED BY certificate_of_subscriber
             WHERE subscriber IS NOT NULL AND kind = 'subscriber' AND issuer IS NOT NULL AND reason IS NULL AND superseded_at IS NULL
                AND not_after >= ?1 GROUP BY subscriber) c
         CROSS JOIN subscriber s ON s.id = c.subscriber",
        one(Uses::READS_MAIL),
        one(Uses::SIGNS_MAIL),
        one(Uses::SIGNS_IN)
    );
    let counted: [i64; 4] = tx.prepare_cached(&sql)?.query_row([at.0], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    Ok(counted.map(|count| u64::try_from(count).unwrap_or(0)))
}
