//! The report of enrollments.

use super::{ReportFilter, Sink, median};
use crate::{Result, enrollment::State};
use rusqlite::Connection;
use serde_json::json;
use std::collections::BTreeMap;

/// How far enrollments came, and the median time from each stage to the next.
pub(super) fn rows(tx: &Connection, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
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
