//! Lists of subscribers: searched and paged in SQL (keyset), never held whole.

use super::{Page, Subscriber, SubscriberQuery, name, read};
use crate::{Result, id::SubscriberId};
use protocol::Timestamp;
use rusqlite::{Connection, params};

/// Longest text that is searched for, characters.
const MAX_SEARCH: usize = 100;
/// Below this length a search matches beginnings only: a part of two letters would match nearly everybody.
const MIN_PART: usize = 3;

/// What a search looks for: a beginning (of name or address) or a part, folded; both as SQL parameters of which one is NULL.
pub(crate) struct Search {
    pub(crate) beginning: Option<String>,
    pub(crate) part: Option<String>,
}

impl Search {
    /// Blank text is no search.
    pub(crate) fn new(text: Option<&str>) -> Self {
        let folded = text.map(|t| name::fold(&t.chars().take(MAX_SEARCH).collect::<String>())).filter(|t| !t.is_empty());
        match folded {
            None => Search { beginning: None, part: None },
            Some(text) if text.chars().count() < MIN_PART => Search { beginning: Some(text), part: None },
            Some(text) => Search { beginning: None, part: Some(text) },
        }
    }

    /// SQL condition on a table `s` of subscribers with the beginning as `?1` and the part as `?2`. Each line of `search` is the
    /// name or an address; comparing substrings needs no escaping, whatever was typed.
    pub(crate) const CONDITION: &str = "(?1 IS NULL OR substr(s.search, 1, length(?1)) = ?1 OR instr(s.search, char(10) || ?1) > 0)
         AND (?2 IS NULL OR instr(s.search, ?2) > 0)";
}

pub(super) fn page(tx: &Connection, at: Timestamp, query: &SubscriberQuery) -> Result<Page<Subscriber>> {
    let search = Search::new(query.search.as_deref());
    let limit = query.limit.clamp(1, 500);
    let total: i64 = tx
        .prepare_cached(&format!("SELECT count(*) FROM subscriber s WHERE {}", Search::CONDITION))?
        .query_row(params![search.beginning, search.part], |row| row.get(0))?;
    if total == 0 {
        return Ok(Page { rows: Vec::new(), more: false, total: 0 });
    }
    let after = query.after.as_ref().map(|(shown, id)| (name::fold(shown), *id));
    let sql = format!(
        "SELECT s.id FROM subscriber s WHERE {} AND {} ORDER BY s.sort_key, s.id LIMIT ?3",
        Search::CONDITION,
        if after.is_some() { "(s.sort_key, s.id) > (?4, ?5)" } else { "?4 IS NULL AND ?5 IS NULL" }
    );
    let (key, id) = after.unzip();
    let mut statement = tx.prepare_cached(&sql)?;
    let ids: Vec<SubscriberId> = statement
        .query_map(params![search.beginning, search.part, i64::from(limit) + 1, key, id], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let more = ids.len() > limit as usize;
    let rows = ids.into_iter().take(limit as usize).map(|id| read(tx, at, id)).collect::<Result<_>>()?;
    Ok(Page { rows, more, total: u64::try_from(total).unwrap_or(0) })
}
