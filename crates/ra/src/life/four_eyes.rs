//! Acts on many certificates need two officers: one asks, another one approves. What an officer did alone in the last hours counts
//! together, so that thirty acts on one certificate each are not less than one act on thirty.

use super::{Act, ActRequest, Affected, Consequences, Outcome, Verb, plan};
use crate::{Denied, Error, Noun, Operator, Result, id::ActId, issue, ledger, ledger::Actor};
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;
use std::collections::BTreeSet;

/// Longer than the longest time that `revoke.four_eyes_hours` can be set to.
const KEPT: i64 = 31 * Timestamp::DAY;

pub(super) fn carry_out(operator: &Operator, act: &Act, why: &str) -> Result<Outcome> {
    let (act, why, rules) = (act.clone(), super::words("why", why)?, plan::Rules::of(operator)?);
    let (actor, clock) = (operator.actor.clone(), operator.inner.clock.clone());
    operator.inner.store.write(move |tx| {
        let at = issue::time(tx, &*clock)?;
        let planned = plan::plan(tx, at, &act, &rules)?;
        if !planned.consequences.needs_second_officer {
            note(tx, at, &actor, &planned.serials)?;
            return plan::apply(tx, at, &actor, &act, planned, &why).map(Outcome::Done);
        }
        // Who is nobody cannot ask: a second one could not be told from the first.
        person(&actor)?;
        let count = u32::try_from(planned.consequences.affected.len()).unwrap_or(u32::MAX);
        let request = ActRequest { id: ActId::fresh(), act, why, count, asked_by: actor, asked_at: at };
        tx.prepare_cached("INSERT INTO act_request (id, act, why, count, state, asked_by, asked_at) VALUES (?, ?, ?, ?, 'waiting', ?, ?)")?
            .execute(params![
                request.id,
                serde_json::to_string(&request.act).map_err(Error::fault)?,
                request.why,
                count,
                serde_json::to_string(&request.asked_by).map_err(Error::fault)?,
                at.0
            ])?;
        let details = json!({ "act": request.act, "count": count, "why": request.why });
        ledger::append(tx, at, &request.asked_by, "act.requested", &request.id.to_string(), &details)?;
        Ok(Outcome::Waiting(request))
    })
}

pub(super) fn waiting(c: &Connection) -> Result<Vec<ActRequest>> {
    let mut statement =
        c.prepare_cached("SELECT id, act, why, count, asked_by, asked_at FROM act_request WHERE state = 'waiting' ORDER BY asked_at, id")?;
    let mut rows = statement.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

/// What it would do if it were approved now.
pub(super) fn consequences(operator: &Operator, id: ActId) -> Result<Consequences> {
    let (at, rules) = (operator.inner.clock.now(), plan::Rules::of(operator)?);
    operator.inner.store.read(|tx| Ok(plan::plan_what_is_left(tx, at, &one(tx, id)?.act, &rules)?.consequences))
}

pub(super) fn approve(operator: &Operator, id: ActId) -> Result<Consequences> {
    let rules = plan::Rules::of(operator)?;
    let (actor, clock) = (operator.actor.clone(), operator.inner.clock.clone());
    operator.inner.store.write(move |tx| {
        let at = issue::time(tx, &*clock)?;
        let request = one(tx, id)?;
        // Who is nobody cannot approve either.
        person(&actor)?;
        if account(&actor) == account(&request.asked_by) {
            return Err(Error::Denied(Denied::SecondOfficer));
        }
        decide(tx, at, &actor, id, "approved")?;
        let details = json!({ "asked_by": request.asked_by, "count": request.count });
        ledger::append(tx, at, &actor, "act.approved", &id.to_string(), &details)?;
        let planned = plan::plan_what_is_left(tx, at, &request.act, &rules)?;
        plan::apply(tx, at, &actor, &request.act, planned, &request.why)
    })
}

pub(super) fn refuse(operator: &Operator, id: ActId, why: &str) -> Result<()> {
    let (actor, at, why) = (operator.actor.clone(), operator.inner.clock.now(), super::words("why", why)?);
    operator.inner.store.write(move |tx| {
        one(tx, id)?;
        decide(tx, at, &actor, id, "refused")?;
        ledger::append(tx, at, &actor, "act.refused", &id.to_string(), &json!({ "why": why }))
    })
}

fn decide(tx: &Connection, at: Timestamp, actor: &Actor, id: ActId, state: &str) -> Result<()> {
    let actor = serde_json::to_string(actor).map_err(Error::fault)?;
    tx.prepare_cached("UPDATE act_request SET state = ?2, decided_by = ?3, decided_at = ?4 WHERE id = ?1 AND state = 'waiting'")?
        .execute(params![id, state, actor, at.0])?;
    Ok(())
}

fn one(tx: &Connection, id: ActId) -> Result<ActRequest> {
    let mut statement =
        tx.prepare_cached("SELECT id, act, why, count, asked_by, asked_at FROM act_request WHERE id = ? AND state = 'waiting'")?;
    statement.query_row([id], |row| Ok(read(row))).optional()?.ok_or(Error::NotFound(Noun::Act))?
}

fn read(row: &Row<'_>) -> Result<ActRequest> {
    let json = |at: usize| -> Result<&str> { row.get_ref(at)?.as_str().map_err(Error::fault) };
    Ok(ActRequest {
        id: row.get(0)?,
        act: serde_json::from_str(json(1)?).map_err(Error::fault)?,
        why: row.get(2)?,
        count: row.get(3)?,
        asked_by: serde_json::from_str(json(4)?).map_err(Error::fault)?,
        asked_at: Timestamp(row.get(5)?),
    })
}

/// Must another officer approve it? What can be taken back at once, a plain hold, is counted but never waits for what was done before:
/// a phone that is stolen in the evening is suspended in the evening.
pub(super) fn is_needed(c: &Connection, at: Timestamp, rules: &plan::Rules, verb: &Verb, affected: &[Affected]) -> Result<bool> {
    if affected.is_empty() {
        return Ok(false);
    }
    if affected.len() > rules.four_eyes_above || matches!(verb, Verb::Hold) {
        return Ok(affected.len() > rules.four_eyes_above);
    }
    let before = alone(c, at, rules)?;
    let changed = affected.iter().map(|one| SerialNumber::parse(&one.serial)).collect::<std::result::Result<Vec<_>, _>>()?;
    let more = changed.iter().filter(|serial| !before.contains(serial.octets())).count();
    Ok(before.len() + more > rules.four_eyes_above)
}

/// The same for certificates that are revoked without a plan.
pub(crate) fn may_revoke_alone(c: &Connection, at: Timestamp, rules: &plan::Rules, serials: &[SerialNumber]) -> Result<()> {
    let before = alone(c, at, rules)?;
    let more = serials.iter().filter(|serial| !before.contains(serial.octets())).count();
    let refused = more > 0 && before.len() + more > rules.four_eyes_above;
    if refused { Err(Error::Denied(Denied::SecondOfficer)) } else { Ok(()) }
}

/// What the officer changed without a second one lately.
fn alone(c: &Connection, at: Timestamp, rules: &plan::Rules) -> Result<BTreeSet<Vec<u8>>> {
    let mut statement = c.prepare_cached("SELECT serial FROM act_alone WHERE officer = ?1 AND at > ?2")?;
    let rows = statement.query_map(params![rules.officer, at.plus(-rules.four_eyes_within).0], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Counts certificates that `actor` changes alone in this transaction.
pub(crate) fn note(tx: &Connection, at: Timestamp, actor: &Actor, serials: &[SerialNumber]) -> Result<()> {
    let Some(officer) = account(actor) else { return Ok(()) };
    tx.prepare_cached("DELETE FROM act_alone WHERE at <= ?1")?.execute([at.plus(-KEPT).0])?;
    let mut insert =
        tx.prepare_cached("INSERT INTO act_alone (officer, serial, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at")?;
    for serial in serials {
        insert.execute(params![officer, serial.octets(), at.0])?;
    }
    Ok(())
}

/// The account in the one form by which it is counted and compared.
pub(crate) fn account(actor: &Actor) -> Option<String> {
    person(actor).ok().map(str::to_lowercase)
}

/// The account: the same officer in the window and at a terminal is one officer.
fn person(actor: &Actor) -> Result<&str> {
    match actor {
        Actor::Officer(name) | Actor::Command(name) => Ok(name),
        Actor::Subscriber(_) | Actor::Device(_) | Actor::Signet => Err(Error::Denied(Denied::SecondOfficer)),
    }
}
