//! A page of people. Few matches of a search are collected from the index of trigrams; many are met soon by walking the names.

use super::{Has, PeopleFilter, PeoplePage, PeopleQuery, PeopleSort, text::Search};
use crate::{
    Error, Noun, Result,
    id::SubscriberId,
    mailbox::Validity,
    subscriber::{Page, Subscriber, SubscriberKind, name::fold, read},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value};

/// So many matches are collected and sorted (4 µs each); beyond, the names are walked.
const COLLECTED: i64 = 20_000;
/// So many people are handed on one by one to lists of what belongs to them; of those whose name or address begins so, more: to compare
/// everybody with them costs more than to ask for each.
const HANDED_ON: i64 = 2_000;
const HANDED_ON_BY_BEGINNING: i64 = 10_000;
/// Beyond, what passes a filter by certificates or mailboxes is not counted.
const COUNTED: i64 = 2_000;
/// Beyond, what a search finds by walking is not estimated (0.2 µs each).
const ESTIMATED: i64 = 50_000;

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
    if let Some(search) = &search
        && let Found::Many(expression) = searched(tx, search, &mut ask, COLLECTED)?
    {
        estimate = Some(trigrams(tx, &expression, ESTIMATED)?);
    }
    filtered(filter, at, &mut ask);
    let (named, ascends) = match sort {
        PeopleSort::Name => (true, true),
        PeopleSort::NameLast => (true, false),
        // Ids are ordered by time.
        PeopleSort::Newest => (false, false),
        PeopleSort::Oldest => (false, true),
    };
    if search.is_some() && estimate.is_none() && filter.has.is_none() && filter.validated.is_none() && part.mark.is_none() {
        return collected(tx, at, &ask, &ordered(named, ascends), part.skip, limit);
    }
    let many = match filter.validated {
        Some(yes) => validated(tx, at, yes, &mut ask)?,
        None => None,
    };
    let narrowed = filter.kind.is_some() || filter.has.is_some() || filter.department.is_some();
    let (total, exact) = match (estimate, many) {
        (Some(estimate), _) if !narrowed && filter.validated.is_none() => (estimate, false),
        (None, Some(many)) if !narrowed && search.is_none() => (many, many < COUNTED),
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
    let order = ordered(named, direction == "ASC");
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

fn ordered(named: bool, ascends: bool) -> String {
    let direction = if ascends { "ASC" } else { "DESC" };
    if named { format!("s.sort_key {direction}, s.id {direction}") } else { format!("s.id {direction}") }
}

/// The first pages of what an index answers: all that match are read once, which counts them too.
fn collected(tx: &Connection, at: Timestamp, ask: &Ask, order: &str, skip: u64, limit: usize) -> Result<PeoplePage> {
    let sql = format!("SELECT s.id {} ORDER BY {order}", ask.text());
    let ids: Vec<SubscriberId> =
        tx.prepare_cached(&sql)?.query_map(params_from_iter(&ask.values), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let here = ids.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX));
    let more = here.len() > limit;
    let rows = here.take(limit).map(|id| read(tx, at, *id)).collect::<Result<_>>()?;
    Ok(PeoplePage { rows, more, total: ids.len() as u64, total_is_exact: true })
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
    if matches!(searched(tx, &search, &mut ask, HANDED_ON)?, Found::Few) {
        let most = if search.expression().is_none() { HANDED_ON_BY_BEGINNING } else { HANDED_ON };
        let sql = format!("SELECT s.id {} LIMIT {}", ask.text(), most + 1);
        let people: Vec<SubscriberId> =
            tx.prepare_cached(&sql)?.query_map(params_from_iter(&ask.values), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        if people.len() as i64 <= most {
            return Ok(Some(Whom::Few(people)));
        }
    }
    let mut plain = Ask::default();
    if search.expression().is_none() {
        // Of a phone, what so few letters begin is found for nearly everybody.
        begins(&search, &mut plain);
    }
    compared(&search, &mut plain);
    Ok(Some(Whom::Many { condition: plain.sql.join(" AND "), values: plain.values }))
}

/// How a search is answered.
enum Found {
    /// From an index: by trigrams, or by how names and addresses begin, which is not bounded.
    Few,
    /// By walking the names; the query of the index of trigrams tells how many about.
    Many(String),
}

/// So many stand in the index of trigrams, up to a bound.
fn trigrams(tx: &Connection, expression: &str, bound: i64) -> Result<i64> {
    Ok(tx
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM subscriber_search WHERE subscriber_search MATCH ?1 LIMIT ?2)")?
        .query_row((expression, bound), |row| row.get(0))?)
}

/// Adds the search, by an index where that finds no more than `most`.
fn searched(tx: &Connection, search: &Search, ask: &mut Ask, most: i64) -> Result<Found> {
    let mut found = Found::Few;
    if let Some(expression) = search.expression() {
        if trigrams(tx, &expression, most + 1)? <= most {
            ask.tables =
                "subscriber_search f CROSS JOIN subscriber_find t ON t.number = f.rowid CROSS JOIN subscriber s ON s.id = t.subscriber"
                    .to_owned();
            ask.and("f.subscriber_search MATCH ?", [expression.into()]);
        } else {
            found = Found::Many(expression);
        }
    } else {
        begins(search, ask);
    }
    compared(search, ask);
    Ok(found)
}

/// The name or an address begins with the first word.
fn begins(search: &Search, ask: &mut Ask) {
    let Some(word) = search.words.first() else { return };
    let until = format!("{word}\u{10ffff}");
    ask.and(
        "s.id IN (SELECT id FROM subscriber WHERE sort_key >= ? AND sort_key < ?
                  UNION SELECT subscriber FROM mailbox WHERE address_key >= ? AND address_key < ?)",
        [word.clone().into(), until.clone().into(), word.clone().into(), until.into()],
    );
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
}

/// Mailboxes that nobody has validated, or too long ago: before the second that is given.
const NOT_VALIDATED: &str = "SELECT subscriber FROM mailbox INDEXED BY mailbox_by_validation WHERE validated_at IS NULL
     UNION ALL SELECT subscriber FROM mailbox INDEXED BY mailbox_by_validation WHERE validated_at < ?";
/// Those whose validation counts.
const VALIDATED: &str = "SELECT subscriber FROM mailbox INDEXED BY mailbox_by_validation WHERE validated_at >= ?";
/// The person `s` has one that is not validated.
const HAS_NOT_VALIDATED: &str = "EXISTS (SELECT 1 FROM mailbox m INDEXED BY mailboxes_by_subscriber
     WHERE m.subscriber = s.id AND (m.validated_at IS NULL OR m.validated_at < ?))";

/// Adds: every mailbox is validated, or one is not (any more). Where those who fit are few, they are where the reading begins; where they
/// are many, they are met soon by walking the names, and it is said how many they are, up to a bound.
fn validated(tx: &Connection, at: Timestamp, yes: bool, ask: &mut Ask) -> Result<Option<i64>> {
    let since = Validity::read(tx)?.since(at).0;
    let count = |list: &str, most: i64| -> Result<i64> {
        let sql = format!("SELECT count(*) FROM (SELECT * FROM ({list}) LIMIT {most})").replace('?', "?1");
        Ok(tx.prepare_cached(&sql)?.query_row([since], |row| row.get(0))?)
    };
    let fitting = if yes { VALIDATED } else { NOT_VALIDATED };
    let few = count(fitting, COLLECTED + 1)? <= COLLECTED;
    if few {
        ask.and(&format!("s.id IN ({fitting})"), [since.into()]);
    }
    if yes {
        ask.and(&format!("NOT {HAS_NOT_VALIDATED}"), [since.into()]);
    } else if !few {
        ask.and(HAS_NOT_VALIDATED, [since.into()]);
    }
    if few {
        return Ok(None);
    }
    // By the times of the validations: those who fit stand together there.
    let people = if yes {
        format!("SELECT DISTINCT s.subscriber FROM ({VALIDATED}) s WHERE NOT {}", HAS_NOT_VALIDATED.replace("s.id", "s.subscriber"))
    } else {
        format!("SELECT DISTINCT subscriber FROM ({NOT_VALIDATED})")
    };
    count(&people, COUNTED).map(Some)
}
