//! Lists of subscribers: searched and paged in SQL (keyset), never held whole.

use super::{Page, Subscriber, SubscriberQuery};
use crate::{
    Result,
    find::{
        PeopleFilter, PeopleSort,
        people::{self, After},
    },
};
use protocol::Timestamp;
use rusqlite::Connection;

pub(super) fn page(tx: &Connection, at: Timestamp, query: &SubscriberQuery) -> Result<Page<Subscriber>> {
    let filter = PeopleFilter { search: query.search.clone(), department: query.department, ..PeopleFilter::default() };
    let after = query.after.clone().map(|(name, id)| After { name, id });
    people::page(tx, at, &filter, PeopleSort::Name, after, query.limit)
}
