//! The report of enrollments.

use super::{ReportFilter, Sink, median};
use crate::{Error, Result, enrollment::State};
use rusqlite::Connection;
use serde_json::json;
use std::collections::BTreeMap;

/// The steps of each enrollment, one enrollment after the other: in the order of an index, so that nothing is sorted.
fn walks(whose: &str) -> String {
    format!(
        "SELECT e.id, t.kind, t.at FROM enrollment e INDEXED BY enrollment_by_creation
         CROSS JOIN step t INDEXED BY step_by_enrollment ON t.enrollment = e.id WHERE e.created_at >= ?1 AND e.created_at < ?2{whose}
         AND t.kind IN ('invited', 'opened', 'signed_in', 'device_identified', 'transport_issued', 'configured')
         ORDER BY e.created_at, e.state, e.reached, e.id"
    )
}

/// How far enrollments came, and the median time from each stage to the next. A stage begins with the first of its steps.
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
    let mut statement = tx.prepare_cached(&walks(&whose))?;
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
        let id = row.get_ref(0)?.as_blob().map_err(Error::fault)?;
        if id != walk.0.as_slice() {
            close(&walk.1);
            walk = (id.to_vec(), [None; 6]);
        }
        let (kind, at): (&str, i64) = (row.get_ref(1)?.as_str().map_err(Error::fault)?, row.get(2)?);
        if let Some(place) = STAGES.iter().position(|stage| *stage == kind).and_then(|stage| walk.1.get_mut(stage)) {
            *place = Some(place.map_or(at, |first| first.min(at)));
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

#[cfg(test)]
mod tests {
    use super::walks;
    use crate::testing;

    #[test]
    fn the_steps_of_all_enrollments_are_read_without_sorting_them() {
        let (authority, _clock, _folder) = testing::authority();
        let plan = authority.0.store.read(|c| {
            let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {}", walks("")))?;
            Ok(statement.query_map([0, 1], |row| row.get::<_, String>(3))?.collect::<rusqlite::Result<Vec<_>>>()?)
        });
        let plan = plan.unwrap();
        assert!(plan.len() == 2 && plan[0].contains("enrollment_by_creation (created_at>"), "{plan:?}");
    }
}
