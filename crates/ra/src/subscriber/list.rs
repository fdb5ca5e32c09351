//! Lists of subscribers: searched and paged in SQL (keyset), never held whole.

use super::{Page, Subscriber, SubscriberQuery, name};
use crate::{
    Result,
    find::{
        PeopleFilter, PeopleSort,
        people::{self, After},
    },
};
use protocol::Timestamp;
use rusqlite::Connection;

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
    let filter = PeopleFilter { search: query.search.clone(), department: query.department, ..PeopleFilter::default() };
    let after = query.after.clone().map(|(name, id)| After { name, id });
    people::page(tx, at, &filter, PeopleSort::Name, after, query.limit)
}
