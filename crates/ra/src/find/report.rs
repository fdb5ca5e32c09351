//! Reports: rows with the filter, the time and the ledger's head they were made at.

mod narrowing;
mod validations;

use super::{
    count::Groups,
    export::{in_csv, line, written},
    people::has_active,
    profiles, text,
};
use crate::{
    Error, Operator, Result,
    certificate::{Uses, reason_of},
    enrollment::State,
    id::UnitId,
    issue::hex,
    ledger, life,
    mailbox::Validity,
};
use protocol::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::{collections::BTreeMap, io::Write};

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportName {
    /// Certificates by department, kind, profile and status.
    Inventory,
    /// Active certificates that end within N days.
    Expiring,
    /// Who can receive encrypted mail.
    Coverage,
    /// Enrollments by state and median time per step.
    Enrollments,
    /// Devices and their systems.
    Devices,
    /// Revocations by reason with the time to revoke.
    Revocations,
    /// Mailbox validations and the register of subject names.
    Validations,
    /// What officers did.
    Actions,
}

/// What narrows a report. What does not narrow the one that is asked for is refused, by its field.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ReportFilter {
    /// From this time (enrollments, revocations, validations, actions).
    pub since: Option<Timestamp>,
    /// Until this time, exclusive.
    pub until: Option<Timestamp>,
    /// Days ahead (expiring; 30 when it is not given).
    pub days: Option<u32>,
    /// Only this certificate profile (inventory, expiring, revocations).
    pub profile: Option<String>,
    /// Only this department: certificates that were issued in it, people who are in it now (all but actions: what officers did is
    /// recorded for the whole folder).
    pub department: Option<UnitId>,
}

/// So many days ahead are looked at where nobody says how many.
const DAYS_AHEAD: u32 = 30;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// Comma-separated values, safe for spreadsheets; the head stands in lines that begin with `#`.
    Csv,
    /// One JSON object.
    Json,
}

/// What a report is about and what it rests on.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ReportHead {
    /// Which.
    pub name: ReportName,
    /// The department; where there are several and none was asked for, the organization.
    pub department: String,
    /// When it was made.
    pub at: Timestamp,
    /// What narrowed it.
    pub filter: ReportFilter,
    /// Last row of the ledger.
    pub ledger_number: u64,
    /// Its hash, hex.
    pub ledger_hash: String,
    /// Names of the columns, stable words.
    pub columns: Vec<String>,
}

/// A report.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Report {
    /// Head.
    #[serde(flatten)]
    pub head: ReportHead,
    /// Rows, a value a column: text, number or null.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Rows were left out by the limit.
    pub more: bool,
}

impl ReportName {
    /// All of them.
    pub const ALL: [ReportName; 8] = [
        ReportName::Inventory,
        ReportName::Expiring,
        ReportName::Coverage,
        ReportName::Enrollments,
        ReportName::Devices,
        ReportName::Revocations,
        ReportName::Validations,
        ReportName::Actions,
    ];

    fn columns(self) -> &'static [&'static str] {
        match self {
            ReportName::Inventory => &["department", "kind", "profile", "status", "count"],
            ReportName::Expiring => &["not_after", "days_left", "profile", "name", "names", "serial"],
            ReportName::Coverage => &["name", "mail", "kind", "validated", "signing", "encryption", "authentication"],
            ReportName::Enrollments => &["state", "reached", "standing", "median_seconds"],
            ReportName::Devices => &["name", "product", "os_version", "build", "serial", "first_seen", "last_seen", "foreign_device_ca"],
            ReportName::Revocations => {
                &["reason", "profile", "count", "median_seconds_to_revoke", "longest_seconds_to_revoke", "deadline_seconds", "late"]
            }
            ReportName::Validations => {
                &["record", "name", "address_or_subject", "at", "method", "evidence", "actor", "rules", "valid_until", "state"]
            }
            ReportName::Actions => &["actor", "event", "count", "first", "last"],
        }
    }
}

/// Takes the rows one by one; `false`: no more are wanted.
type Sink<'a> = dyn FnMut(Vec<Value>) -> Result<bool> + 'a;

fn head(operator: &Operator, tx: &Connection, at: Timestamp, name: ReportName, filter: &ReportFilter) -> Result<ReportHead> {
    narrowing::check(name, filter)?;
    profiles::check(tx, &filter.profile)?;
    let mut filter = filter.clone();
    if name == ReportName::Expiring {
        filter.days.get_or_insert(DAYS_AHEAD);
    }
    let units = operator.inner.units()?;
    let (number, hash) = ledger::head(tx)?;
    Ok(ReportHead {
        name,
        department: match (filter.department, units.only()) {
            (Some(id), _) => units.of(id)?.department.clone(),
            (None, Ok(only)) => only.department.clone(),
            (None, Err(_)) => units.founding().organization.clone(),
        },
        at,
        filter,
        ledger_number: u64::try_from(number).unwrap_or(0),
        ledger_hash: hex(&hash),
        columns: name.columns().iter().map(|column| (*column).to_owned()).collect(),
    })
}

/// For the screen.
pub(super) fn whole(operator: &Operator, name: ReportName, filter: &ReportFilter, limit: u32) -> Result<Report> {
    let at = operator.inner.clock.now();
    operator.inner.store.read(|tx| {
        let head = head(operator, tx, at, name, filter)?;
        let (mut list, mut more) = (Vec::new(), false);
        rows(tx, at, name, filter, &mut |row| {
            more = limit > 0 && list.len() >= limit as usize;
            if !more {
                list.push(row);
            }
            Ok(!more)
        })?;
        Ok(Report { head, rows: list, more })
    })
}

/// Written while it is read; how many rows.
pub(super) fn export(
    operator: &Operator,
    name: ReportName,
    filter: &ReportFilter,
    format: ReportFormat,
    to: &mut dyn Write,
) -> Result<u64> {
    let at = operator.inner.clock.now();
    operator.inner.store.read(|tx| {
        let head = head(operator, tx, at, name, filter)?;
        let mut count = 0;
        match format {
            ReportFormat::Csv => {
                let filter = serde_json::to_string(&head.filter).map_err(Error::fault)?;
                let title = serde_json::to_value(name).map_err(Error::fault)?;
                for (what, value) in [
                    ("report", title.as_str().unwrap_or_default()),
                    ("department", &head.department),
                    ("at", &head.at.to_string()),
                    ("filter", &filter),
                    ("ledger", &format!("{} {}", head.ledger_number, head.ledger_hash)),
                ] {
                    line(to, &[format!("# {what}"), value.to_owned()])?;
                }
                line(to, &head.columns)?;
                rows(tx, at, name, filter_of(&head), &mut |row| {
                    count += 1;
                    line(to, &row.iter().map(in_csv).collect::<Vec<_>>())?;
                    Ok(true)
                })?;
            }
            ReportFormat::Json => {
                let open = serde_json::to_string(&head).map_err(Error::fault)?;
                written(write!(to, "{},\"rows\":[", open.trim_end_matches('}')))?;
                rows(tx, at, name, filter_of(&head), &mut |row| {
                    let text = serde_json::to_string(&row).map_err(Error::fault)?;
                    written(write!(to, "{}\n{text}", if count == 0 { "" } else { "," }))?;
                    count += 1;
                    Ok(true)
                })?;
                written(to.write_all(b"]}\n"))?;
            }
        }
        written(to.flush())?;
        Ok(count)
    })
}

fn filter_of(head: &ReportHead) -> &ReportFilter {
    &head.filter
}

fn rows(tx: &Connection, at: Timestamp, name: ReportName, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    match name {
        ReportName::Inventory => inventory(tx, at, filter, sink),
        ReportName::Expiring => expiring(tx, at, filter, sink),
        ReportName::Coverage => coverage(tx, at, filter, sink),
        ReportName::Enrollments => enrollments(tx, filter, sink),
        ReportName::Devices => devices(tx, filter, sink),
        ReportName::Revocations => revocations(tx, filter, sink),
        ReportName::Validations => validations::rows(tx, at, filter, sink),
        ReportName::Actions => actions(tx, filter, sink),
    }
}

impl ReportFilter {
    /// The span of time, open at the ends that are not given.
    fn span(&self) -> (i64, i64) {
        (self.since.map_or(i64::MIN, |since| since.0), self.until.map_or(i64::MAX, |until| until.0))
    }

    /// A further condition: the column holds the department that was asked for.
    fn in_department(&self, column: &str) -> String {
        self.department.map_or_else(String::new, |department| format!(" AND {column} = x'{}'", department.0.simple()))
    }

    fn has_profile(&self, profile: &str) -> bool {
        self.profile.as_deref().is_none_or(|wanted| wanted == profile)
    }
}

fn time(at: i64) -> Value {
    json!(Timestamp(at))
}

fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

fn inventory(tx: &Connection, at: Timestamp, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    for (department, group) in Groups::by_department(tx, at, filter.department)? {
        if filter.has_profile(&group.profile)
            && !sink(vec![json!(department), json!(group.kind), json!(group.profile), json!(group.status), json!(group.count)])?
        {
            break;
        }
    }
    Ok(())
}

fn expiring(tx: &Connection, at: Timestamp, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
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

/// Everybody, with what they have an active certificate for.
fn coverage(tx: &Connection, at: Timestamp, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
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

/// How far enrollments came, and the median time from each stage to the next.
fn enrollments(tx: &Connection, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    /// The step that begins each stage, in the order of the states.
    const STAGES: [&str; 6] = ["invited", "opened", "signed_in", "device_identified", "transport_issued", "configured"];
    let (since, until) = filter.span();
    let whose = match filter.department {
        Some(_) => {
            format!(" AND EXISTS (SELECT 1 FROM subscriber s WHERE s.id = e.subscriber{})", filter.in_department("s.department"))
        }
        None => String::new(),
    };
    let mut statement = tx.prepare_cached(&format!(
        "SELECT e.id, t.kind, min(t.at) FROM enrollment e JOIN step t ON t.enrollment = e.id WHERE e.created_at >= ?1 AND e.created_at < ?2{whose}
         AND t.kind IN ('invited', 'opened', 'signed_in', 'device_identified', 'transport_issued', 'configured') GROUP BY e.id, t.kind ORDER BY e.id"
    ))?;
    let mut times: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    let mut walk: (Vec<u8>, [Option<i64>; 6]) = (Vec::new(), [None; 6]);
    let mut close = |walk: &[Option<i64>; 6]| {
        for (stage, pair) in walk.windows(2).enumerate() {
            if let [Some(before), Some(after)] = pair {
                times.entry(stage + 1).or_default().push((after - before).max(0));
            }
        }
    };
    let mut rows = statement.query([since, until])?;
    while let Some(row) = rows.next()? {
        let id: Vec<u8> = row.get(0)?;
        if id != walk.0 {
            close(&walk.1);
            walk = (id, [None; 6]);
        }
        let kind: String = row.get(1)?;
        if let Some(place) = STAGES.iter().position(|stage| *stage == kind).and_then(|stage| walk.1.get_mut(stage)) {
            *place = row.get(2)?;
        }
    }
    close(&walk.1);
    let mut statement = tx.prepare_cached(&format!(
        "SELECT state, reached, count(*) FROM enrollment e WHERE created_at >= ?1 AND created_at < ?2{whose} GROUP BY state, reached"
    ))?;
    let groups = statement
        .query_map([since, until], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u8>(1)?, row.get::<_, u32>(2)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for state in State::ALL {
        let standing: u32 = groups.iter().filter(|(of, _, _)| of == state.as_str()).map(|(_, _, count)| count).sum();
        let reached = match state.rank() {
            Some(rank) => groups.iter().filter(|(_, reached, _)| *reached >= rank).map(|(_, _, count)| count).sum(),
            None => standing,
        };
        let median = state.rank().and_then(|rank| times.remove(&usize::from(rank))).and_then(median);
        if !sink(vec![json!(state.as_str()), json!(reached), json!(standing), json!(median)])? {
            break;
        }
    }
    Ok(())
}

fn devices(tx: &Connection, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
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

/// The time to revoke runs from invalidityDate, where there is one, until the certificate stood on a CRL, which is since its hold where it
/// was held before (`revoked_at` stays that of the hold; one held before the key was distrusted took no time). The deadline of the reason
/// (`life::deadline_hours`) is held against it. Public CAs count from when they learn of it, which is later: what is not late here was not
/// late.
fn revocations(tx: &Connection, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
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

/// Who a recorded actor is, in words.
fn by(actor: &str) -> Result<String> {
    Ok(match serde_json::from_str::<ledger::Actor>(actor).map_err(Error::fault)? {
        ledger::Actor::Officer(name) => format!("officer {name}"),
        ledger::Actor::Command(name) => format!("command {name}"),
        other => serde_json::to_string(&other).map_err(Error::fault)?,
    })
}

/// What officers and commands did; what devices and Signet itself did is left out.
fn actions(tx: &Connection, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    let (since, until) = filter.span();
    let mut statement = tx.prepare_cached(
        "SELECT actor, event, count(*), min(at), max(at) FROM ledger WHERE at >= ?1 AND at < ?2
         AND (actor LIKE '{\"Officer\"%' OR actor LIKE '{\"Command\"%') GROUP BY actor, event ORDER BY actor, event",
    )?;
    let mut rows = statement.query(params![since, until])?;
    while let Some(row) = rows.next()? {
        let actor = by(row.get_ref(0)?.as_str().map_err(Error::fault)?)?;
        let (event, count): (String, i64) = (row.get(1)?, row.get(2)?);
        if !sink(vec![json!(actor), json!(event), json!(count), time(row.get(3)?), time(row.get(4)?)])? {
            break;
        }
    }
    Ok(())
}
