//! A page of enrollments, the newest first. What few match is collected by its people or its state; what many match is met soon by
//! walking.

use super::{Enrollment, EnrollmentQuery, State, list};
use crate::{
    Result,
    find::people::{THESE, Whom, these, whom},
    id::{EnrollmentId, SubscriberId},
    subscriber::Page,
};
use rusqlite::{Connection, params_from_iter, types::Value};

/// Of states with fewer, all are collected and compared; beyond, the list is walked.
const COLLECTED: i64 = 20_000;
/// So many people are looked at to say how many enrollments a search finds at least, until so many of them are found. Comparing a
/// name costs half a microsecond, and what many match is met soon.
const LOOKED_AT: usize = 50_000;
const MET: usize = 5_000;

pub(super) fn page(tx: &Connection, query: &EnrollmentQuery) -> Result<Page<Enrollment>> {
    let limit = query.limit.clamp(1, 500) as usize;
    let sought = whom(tx, query.search.as_deref())?;
    let (ids, total, exact) = match (query.subscriber, sought) {
        (Some(subscriber), Some(sought)) => {
            let whose: &[SubscriberId] = if sought.finds(tx, subscriber)? { &[subscriber] } else { &[] };
            collected(of_people(tx, whose, &query.states)?, query, limit)
        }
        (Some(subscriber), None) => collected(of_people(tx, &[subscriber], &query.states)?, query, limit),
        (None, Some(Whom::Few(people))) => collected(of_people(tx, &people, &query.states)?, query, limit),
        (None, Some(Whom::Many { condition, values })) => many(tx, query, limit, &condition, values)?,
        (None, None) => every(tx, query, limit)?,
    };
    let more = ids.len() > limit;
    let total = total.max(ids.len() as u64);
    Ok(Page { rows: list::rows(tx, ids.get(..limit).unwrap_or(&ids))?, more, total, total_is_exact: exact })
}

/// Condition on `e.state`. Words of ours alone.
fn states_are(states: &[State]) -> String {
    if states.is_empty() {
        return "true".to_owned();
    }
    let words: Vec<_> = states.iter().map(|state| format!("'{}'", state.as_str())).collect();
    format!("e.state IN ({})", words.join(", "))
}

/// All enrollments of these people, in no order: by their own index, for SQLite would rather go through all of a state for each. One
/// statement for all, in the order of the index: neighbours there are on one page of it, and so are, mostly, their rows.
fn of_people(tx: &Connection, people: &[SubscriberId], states: &[State]) -> Result<Vec<EnrollmentId>> {
    let mut people = people.to_vec();
    people.sort_unstable();
    people.dedup();
    let sql = format!(
        "SELECT e.id FROM ({THESE}) p CROSS JOIN enrollment e INDEXED BY enrollment_by_subscriber ON e.subscriber = p.id WHERE {}",
        states_are(states)
    );
    ids(tx, &sql, &these(&people))
}

/// Ids in order, from the cursor on, one more than the page; how many there are, and whether they are no more than that.
type Found = (Vec<EnrollmentId>, u64, bool);

/// All of them, in order.
fn collected(mut ids: Vec<EnrollmentId>, query: &EnrollmentQuery, limit: usize) -> Found {
    let total = ids.len() as u64;
    ids.sort_unstable_by_key(|id| std::cmp::Reverse(id.0));
    if let Some(after) = query.after {
        ids.retain(|id| id.0 < after.0);
    }
    ids.truncate(limit + 1);
    (ids, total, true)
}

fn ids(tx: &Connection, sql: &str, values: &[Value]) -> Result<Vec<EnrollmentId>> {
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// So many are in these states, up to a bound.
fn count_states(tx: &Connection, states: &[State], bound: i64) -> Result<i64> {
    let sql =
        format!("SELECT count(*) FROM (SELECT 1 FROM enrollment e INDEXED BY enrollment_by_state WHERE {} LIMIT ?1)", states_are(states));
    Ok(tx.prepare_cached(&sql)?.query_row([bound], |row| row.get(0))?)
}

/// Where the page begins.
fn before(query: &EnrollmentQuery) -> Value {
    query.after.map_or_else(|| vec![0xff; 16], |after| after.0.as_bytes().to_vec()).into()
}

fn every(tx: &Connection, query: &EnrollmentQuery, limit: usize) -> Result<Found> {
    let total = count_states(tx, &query.states, i64::MAX)?;
    // Few of several states are sorted; where there are many, they are met soon from the newest on.
    let from = if query.states.is_empty() || total > COLLECTED { "NOT INDEXED" } else { "INDEXED BY enrollment_by_state" };
    let sql = format!(
        "SELECT e.id FROM enrollment e {from} WHERE {} AND e.id < ?1 ORDER BY e.id DESC LIMIT {}",
        states_are(&query.states),
        limit + 1
    );
    Ok((ids(tx, &sql, &[before(query)])?, u64::try_from(total).unwrap_or(0), true))
}

/// A search that finds very many people.
pub(super) fn many(tx: &Connection, query: &EnrollmentQuery, limit: usize, condition: &str, values: Vec<Value>) -> Result<Found> {
    let states = states_are(&query.states);
    if !query.states.is_empty() && count_states(tx, &query.states, COLLECTED + 1)? <= COLLECTED {
        let sql = format!(
            "SELECT e.id FROM enrollment e INDEXED BY enrollment_by_state CROSS JOIN subscriber s ON s.id = e.subscriber
             WHERE {states} AND {condition}"
        );
        return Ok(collected(ids(tx, &sql, &values)?, query, limit));
    }
    let least = format!(
        "SELECT count(*) FROM (SELECT s.id FROM (SELECT id, sort_key, search FROM subscriber LIMIT {LOOKED_AT}) s WHERE {condition} LIMIT {MET}) p
         CROSS JOIN enrollment e INDEXED BY enrollment_by_subscriber ON e.subscriber = p.id WHERE {states}"
    );
    let least: i64 = tx.prepare_cached(&least)?.query_row(params_from_iter(&values), |row| row.get(0))?;
    let sql = format!(
        "SELECT e.id FROM enrollment e NOT INDEXED CROSS JOIN subscriber s ON s.id = e.subscriber
         WHERE {condition} AND {states} AND e.id < ? ORDER BY e.id DESC LIMIT {}",
        limit + 1
    );
    Ok((ids(tx, &sql, &[values, vec![before(query)]].concat())?, u64::try_from(least).unwrap_or(0), false))
}
