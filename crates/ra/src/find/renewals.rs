//! Certificates whose renewal has begun (RFC 3647 4.6): each certificate profile says how many days before the end that is.

use super::{Kinds, count};
use crate::{Result, id::UnitId, policy::Policies, profile::ProfileName};
use protocol::Timestamp;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// How many, and within how many days the last of them ends at the latest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Renewals {
    /// Active certificates of people whose renewal has begun.
    pub(crate) due: u64,
    /// The longest time before the end at which any renewal begins, in days.
    pub(crate) longest: u32,
}

/// Counts them. What every department renews is counted by days already; certificates between the shortest and the longest time
/// that departments have given a profile are looked at one by one.
pub(crate) fn due(tx: &Connection, at: Timestamp, policies: &Policies) -> Result<Renewals> {
    let mut all = Renewals::default();
    let mut ending: HashMap<u32, Vec<(String, u64)>> = HashMap::new();
    for name in ProfileName::ALL {
        let days: HashMap<UnitId, u32> = policies.all().map(|(unit, policy)| (unit, policy.profile(name).renewal_days)).collect();
        let (Some(shortest), Some(longest)) = (days.values().min().copied(), days.values().max().copied()) else { continue };
        all.longest = all.longest.max(longest);
        let counted = match ending.entry(shortest) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => new.insert(count::ending(tx, at, shortest, Kinds::Subscriber)?),
        };
        all.due += counted.iter().filter(|(profile, _)| profile == name.as_str()).map(|(_, count)| count).sum::<u64>();
        if longest > shortest {
            all.due += between(tx, at, name, &days, (shortest, longest))?;
        }
    }
    Ok(all)
}

fn between(tx: &Connection, at: Timestamp, name: ProfileName, days: &HashMap<UnitId, u32>, (from, until): (u32, u32)) -> Result<u64> {
    let ends = |days: u32| super::certificates::ends(at, days).0;
    let mut statement = tx.prepare_cached(
        "SELECT department, not_after FROM certificate INDEXED BY certificate_ending
         WHERE not_after >= ?1 AND not_after < ?2 AND kind = 'subscriber' AND profile = ?3 AND reason IS NULL AND superseded_at IS NULL",
    )?;
    let mut rows = statement.query(params![ends(from), ends(until), name.as_str()])?;
    let mut due = 0;
    while let Some(row) = rows.next()? {
        let (department, end): (Option<UnitId>, i64) = (row.get(0)?, row.get(1)?);
        let renewed = department.and_then(|unit| days.get(&unit)).is_some_and(|days| end < ends(*days));
        due += u64::from(renewed);
    }
    Ok(due)
}
