//! The reports of certificates: how many there are of which kind, what ends, what was revoked.

use super::{DAYS_AHEAD, ReportFilter, Sink, median, time};
use crate::{
    Error, Result,
    certificate::reason_of,
    find::{count::Groups, text},
    issue::hex,
    life,
};
use protocol::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use std::collections::BTreeMap;

pub(super) fn inventory(tx: &Connection, at: Timestamp, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    for (department, group) in Groups::by_department(tx, at, filter.department)? {
        if filter.has_profile(&group.profile)
            && !sink(vec![json!(department), json!(group.kind), json!(group.profile), json!(group.status), json!(group.count)])?
        {
            break;
        }
    }
    Ok(())
}

pub(super) fn expiring(tx: &Connection, at: Timestamp, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    let end = at.plus(i64::from(filter.days.unwrap_or(DAYS_AHEAD)).saturating_mul(Timestamp::DAY));
    let mut statement = tx.prepare_cached(&format!(
        "SELECT not_after, profile, subject, san, serial FROM certificate INDEXED BY certificate_ending
         WHERE kind = 'subscriber' AND reason IS NULL AND superseded_at IS NULL AND not_after >= ?1 AND not_after < ?2{}
         ORDER BY not_after, number",
        filter.in_department("department")
    ))?;
    let mut rows = statement.query([at.0, end.0])?;
    while let Some(row) = rows.next()? {
        let (not_after, profile, subject): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let names: Vec<String> = serde_json::from_str(row.get_ref(3)?.as_str().map_err(Error::fault)?).map_err(Error::fault)?;
        let serial = hex(row.get_ref(4)?.as_blob().map_err(Error::fault)?).to_ascii_uppercase();
        let days = (not_after - at.0).div_euclid(Timestamp::DAY);
        if filter.has_profile(&profile)
            && !sink(vec![
                time(not_after),
                json!(days),
                json!(profile),
                json!(text::name(&subject)),
                json!(names.join(" ")),
                json!(serial),
            ])?
        {
            break;
        }
    }
    Ok(())
}

/// The time to revoke runs from invalidityDate, where there is one, until the certificate stood on a CRL, which is since its hold where it
/// was held before (`revoked_at` stays that of the hold; one held before the key was distrusted took no time). The deadline of the reason
/// (`life::deadline_hours`) is held against it. Public CAs count from when they learn of it, which is later: what is not late here was not
/// late.
pub(super) fn revocations(tx: &Connection, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    let (since, until) = filter.span();
    let mut statement = tx.prepare_cached(&format!(
        "SELECT reason, profile, revoked_at - invalid_since FROM certificate
         WHERE revoked_at IS NOT NULL AND revoked_at >= ?1 AND revoked_at < ?2 AND kind IN ('subscriber', 'transport'){}",
        filter.in_department("department")
    ))?;
    let mut groups: BTreeMap<(i64, String), (u64, Vec<i64>)> = BTreeMap::new();
    let mut rows = statement.query([since, until])?;
    while let Some(row) = rows.next()? {
        let profile: String = row.get(1)?;
        if filter.has_profile(&profile) {
            let group = groups.entry((row.get(0)?, profile)).or_default();
            group.0 += 1;
            group.1.extend(row.get::<_, Option<i64>>(2)?.map(|time| time.max(0)));
        }
    }
    for ((code, profile), (count, times)) in groups {
        let (reason, longest) = (reason_of(code)?, times.iter().max().copied());
        let deadline = life::deadline_hours(reason).map(|hours| i64::from(hours) * Timestamp::HOUR);
        let late = deadline.filter(|_| !times.is_empty()).map(|deadline| times.iter().filter(|time| **time > deadline).count());
        let times = [json!(median(times)), json!(longest), json!(deadline), json!(late)];
        if !sink([json!(reason), json!(profile), json!(count)].into_iter().chain(times).collect())? {
            break;
        }
    }
    Ok(())
}
