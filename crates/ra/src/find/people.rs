//! A page of people. Few matches of a search are collected from the index of trigrams; many are met soon by walking the names.

use super::{Has, PeopleFilter, PeoplePage, PeopleQuery, PeopleSort, text::Search};
use crate::{
    Error, Noun, Result,
    id::SubscriberId,
    subscriber::{Page, Subscriber, SubscriberKind, name::fold, read},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value};

/// So many matches are collected and sorted (4 µs each); beyond, the names are walked.
const COLLECTED: i64 = 20_000;
/// So many people are handed on one by one to lists of what belongs to them.
const HANDED_ON: i64 = 2_000;
/// Beyond, what passes a filter by certificates or mailboxes is not counted.
const COUNTED: i64 = 5_000;

/// Where a page begins: name as shown, id.
pub(crate) struct After {
    pub(crate) name: String,
    pub(crate) id: SubscriberId,
}

/// The page that a query asks for.
pub(super) fn find(tx: &Connection, at: Timestamp, query: &PeopleQuery) -> Result<PeoplePage> {
    let back = query.before.is_some();
    if back && query.after.is_some() {
        return Err(Error::invalid("before", "a page comes after a person or before one, not both"));
    }
    let mark = match query.after.or(query.before) {
        None => None,
        Some(id) => {
            let mut statement = tx.prepare_cached("SELECT name FROM subscriber WHERE id = ?1")?;
            let name = statement.query_row([id], |row| row.get(0)).optional()?.ok_or(Error::NotFound(Noun::Subscriber))?;
            Some(After { name, id })
        }
    };
    part(tx, at, &query.filter, query.sort, &Part { mark, back, skip: query.skip, limit: query.limit })
}

/// Which part of an order.
struct Part {
    mark: Option<After>,
    /// What comes before the mark; read backwards and turned round.
    back: bool,
    /// So many are left out first.
    skip: u64,
    limit: u32,
}

/// Tables and conditions of one statement.
#[derive(Default)]
struct Ask {
    tables: String,
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Ask {
    fn and(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push(sql.to_owned());
        self.values.extend(values);
    }

    fn text(&self) -> String {
        let conditions = if self.sql.is_empty() { "true".to_owned() } else { self.sql.join(" AND ") };
        format!("FROM {} WHERE {conditions}", self.tables)
    }
}

pub(crate) fn page(
    tx: &Connection,
    at: Timestamp,
    filter: &PeopleFilter,
    sort: PeopleSort,
    after: Option<After>,
    limit: u32,
) -> Result<Page<Subscriber>> {
    let PeoplePage { rows, more, total, total_is_exact } = part(tx, at, filter, sort, &Part { mark: after, back: false, skip: 0, limit })?;
    Ok(Page { rows, more, total, total_is_exact })
}

fn part(tx: &Connection, at: Timestamp, filter: &PeopleFilter, sort: PeopleSort, part: &Part) -> Result<PeoplePage> {
    let limit = part.limit.clamp(1, 500) as usize;
    let search = Search::new(filter.search.as_deref());
    let mut ask = Ask { tables: "subscriber s".to_owned(), ..Ask::default() };
    let mut estimate = None;
    if let Some(search) = &search {
        estimate = searched(tx, search, &mut ask, COLLECTED)?;
    }
    filtered(filter, at, &mut ask);
    let (total, exact) = match estimate {
        Some(estimate) if filter.kind.is_none() && filter.has.is_none() && filter.validated.is_none() && filter.department.is_none() => {
            (estimate, false)
        }
        _ => {
            let bound = if estimate.is_some() || filter.has.is_some() || filter.validated.is_some() { COUNTED } else { i64::MAX };
            let total: i64 = tx
                .prepare_cached(&format!("SELECT count(*) FROM (SELECT 1 {} LIMIT {bound})", ask.text()))?
                .query_row(params_from_iter(&ask.values), |row| row.get(0))?;
            (total, total < bound)
        }
    };
    if total == 0 {
        return Ok(PeoplePage { rows: Vec::new(), more: false, total: 0, total_is_exact: true });
    }
    let (named, ascends) = match sort {
        PeopleSort::Name => (true, true),
        PeopleSort::NameLast => (true, false),
        // Ids are ordered by time.
        PeopleSort::Newest => (false, false),
        PeopleSort::Oldest => (false, true),
    };
    // A place behind the middle is read from the other end.
    let all = u64::try_from(total).unwrap_or(0);
    let turned = part.mark.is_none() && exact && part.skip > all / 2;
    let here = if turned { usize::try_from(all.saturating_sub(part.skip)).unwrap_or(usize::MAX).min(limit) } else { limit + 1 };
    let skip = if turned { all.saturating_sub(part.skip).saturating_sub(here as u64) } else { part.skip };
    let (compare, direction) = if ascends != (part.back != turned) { (">", "ASC") } else { ("<", "DESC") };
    if let Some(mark) = &part.mark {
        let id = mark.id.0.as_bytes().to_vec();
        if named {
            ask.and(&format!("(s.sort_key, s.id) {compare} (?, ?)"), [fold(&mark.name).into(), id.into()]);
        } else {
            ask.and(&format!("s.id {compare} ?"), [id.into()]);
        }
    }
    let order = if named { format!("s.sort_key {direction}, s.id {direction}") } else { format!("s.id {direction}") };
    let sql = format!("SELECT s.id {} ORDER BY {order} LIMIT {here} OFFSET {skip}", ask.text());
    let mut ids: Vec<SubscriberId> =
        tx.prepare_cached(&sql)?.query_map(params_from_iter(&ask.values), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let more = if turned { skip > 0 } else { ids.len() > limit };
    ids.truncate(limit);
    if part.back != turned {
        ids.reverse();
    }
    let rows = ids.into_iter().map(|id| read(tx, at, id)).collect::<Result<_>>()?;
    Ok(PeoplePage { rows, more, total: all, total_is_exact: exact })
}

/// Whom a search finds, for lists of what belongs to people.
pub(crate) enum Whom {
    /// These.
    Few(Vec<SubscriberId>),
    /// Too many to collect: a condition on `subscriber s`, with its values.
    Many {
        /// SQL.
        condition: String,
        /// Of its parameters.
        values: Vec<Value>,
    },
}

impl Whom {
    /// This person is among them.
    pub(crate) fn finds(&self, tx: &Connection, subscriber: SubscriberId) -> Result<bool> {
        match self {
            Whom::Few(people) => Ok(people.contains(&subscriber)),
            Whom::Many { condition, values } => {
                let sql = format!("SELECT EXISTS (SELECT 1 FROM subscriber s WHERE {condition} AND s.id = ?)");
                let values = values.iter().cloned().chain([subscriber.0.as_bytes().to_vec().into()]);
                Ok(tx.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
            }
        }
    }
}

/// `None`: nothing is searched for.
pub(crate) fn whom(tx: &Connection, text: Option<&str>) -> Result<Option<Whom>> {
    let Some(search) = Search::new(text) else { return Ok(None) };
    let mut ask = Ask { tables: "subscriber s".to_owned(), ..Ask::default() };
    if searched(tx, &search, &mut ask, HANDED_ON)?.is_none() {
        let sql = format!("SELECT s.id {} LIMIT {}", ask.text(), HANDED_ON + 1);
        let people: Vec<SubscriberId> =
            tx.prepare_cached(&sql)?.query_map(params_from_iter(&ask.values), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        if people.len() as i64 <= HANDED_ON {
            return Ok(Some(Whom::Few(people)));
        }
    }
    let mut plain = Ask::default();
    compared(&search, &mut plain);
    Ok(Some(Whom::Many { condition: plain.sql.join(" AND "), values: plain.values }))
}

/// Adds the search; how many it finds about, where that is more than `most` and too many to compare each.
fn searched(tx: &Connection, search: &Search, ask: &mut Ask, most: i64) -> Result<Option<i64>> {
    let mut estimate = None;
    if let Some(expression) = search.expression() {
        let count = |bound: i64| -> Result<i64> {
            Ok(tx
                .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM subscriber_search WHERE subscriber_search MATCH ?1 LIMIT ?2)")?
                .query_row((&expression, bound), |row| row.get(0))?)
        };
        if count(most + 1)? <= most {
            ask.tables =
                "subscriber_search f CROSS JOIN subscriber_find t ON t.number = f.rowid CROSS JOIN subscriber s ON s.id = t.subscriber"
                    .to_owned();
            ask.and("f.subscriber_search MATCH ?", [expression.into()]);
        } else {
            estimate = Some(count(i64::MAX)?);
        }
    } else if let Some(word) = search.words.first() {
        let until = format!("{word}\u{10ffff}");
        ask.and(
            "s.id IN (SELECT id FROM subscriber WHERE sort_key >= ? AND sort_key < ?
                      UNION SELECT subscriber FROM mailbox WHERE address_key >= ? AND address_key < ?)",
            [word.clone().into(), until.clone().into(), word.clone().into(), until.into()],
        );
    }
    compared(search, ask);
    Ok(estimate)
}

/// Compares each word with what a person is found by.
fn compared(search: &Search, ask: &mut Ask) {
    for word in &search.words {
        if word.chars().count() < 3 {
            let words = [word.clone().into(), word.clone().into(), word.clone().into()];
            ask.and("(substr(s.search, 1, length(?)) = ? OR instr(s.search, char(10) || ?) > 0)", words);
        } else {
            // Comparing substrings needs no escaping, whatever was typed.
            ask.and("instr(s.search, ?) > 0", [word.clone().into()]);
        }
    }
}

fn filtered(filter: &PeopleFilter, at: Timestamp, ask: &mut Ask) {
    if let Some(department) = filter.department {
        ask.and("s.department = ?", [department.0.as_bytes().to_vec().into()]);
    }
    if let Some(kind) = filter.kind {
        ask.and(if kind == SubscriberKind::Functional { "s.kind = 'functional'" } else { "s.kind <> 'functional'" }, []);
    }
    if filter.has == Some(Has::Ending) {
        // Few end soon: from those that do, instead of looking at everybody.
        let (from, until) = (at.0, at.plus(30 * Timestamp::DAY).0);
        let sql = format!(
            "s.id IN (SELECT c.subscriber FROM certificate c INDEXED BY certificate_ending WHERE c.not_after >= {from} AND c.not_after < {until}
                AND c.kind = 'subscriber' AND c.reason IS NULL AND c.superseded_at IS NULL)"
        );
        ask.and(&sql, []);
    } else if filter.has == Some(Has::Device) {
        ask.and("EXISTS (SELECT 1 FROM device d WHERE d.subscriber = s.id)", []);
    } else if let Some(has) = filter.has {
        let not = if matches!(has, Has::None | Has::NoEncryption) { "NOT " } else { "" };
        let more = match has {
            Has::Encryption | Has::NoEncryption => " AND c.profile = 'encryption'",
            Has::Signing => " AND c.profile = 'signing'",
            Has::Authentication => " AND c.profile = 'authentication'",
            Has::Active | Has::None | Has::Ending | Has::Device => "",
        };
        let sql = format!(
            "{not}EXISTS (SELECT 1 FROM certificate c INDEXED BY certificate_of_subscriber WHERE c.subscriber = s.id AND c.kind = 'subscriber' AND c.reason IS NULL
                AND c.superseded_at IS NULL AND c.not_after >= {}{more})",
            at.0
        );
        ask.and(&sql, []);
    }
    if let Some(validated) = filter.validated {
        // Those with a mailbox that is not: few, as a rule, so they are where the reading begins.
        let not = if validated { "NOT " } else { "" };
        ask.and(&format!("s.id {not}IN (SELECT subscriber FROM mailbox_not_validated)"), []);
    }
}
