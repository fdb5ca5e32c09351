//! A page of people. Few matches of a search are collected from an index; many are met soon by walking the names.

mod search;

use super::{Has, PeopleFilter, PeoplePage, PeopleQuery, PeopleSort, text::Search};
use crate::{
    Error, Noun, Result,
    certificate::Uses,
    id::SubscriberId,
    mailbox::Validity,
    subscriber::{Page, Subscriber, SubscriberKind, name::fold, read},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value};
use search::{Found, searched};
pub(crate) use search::{THESE, Whom, looks_at_certificates, these, whom};

/// So many matches are collected and sorted (4 µs each); beyond, the names are walked.
const COLLECTED: i64 = 20_000;
/// Beyond, what passes a filter by certificates or mailboxes is not counted.
const COUNTED: i64 = 2_000;

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
    /// About all people.
    fn people() -> Self {
        Ask { tables: "subscriber s".to_owned(), ..Ask::default() }
    }

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
    let mut ask = Ask::people();
    let mut estimate = None;
    if let Some(search) = &search
        && let Found::Many(many) = searched(tx, search, &mut ask, COLLECTED)?
    {
        estimate = Some(many.about(tx)?);
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
    // Of several short words only the first is estimated: what the others leave of it is counted.
    let short = search.as_ref().is_some_and(|search| search.words.len() > 1 && search.expression().is_none());
    let narrowed = short || filter.kind.is_some() || filter.has.is_some() || filter.department.is_some();
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
    // With the name, so that where names begin so they are read in their order and no further than the page reaches.
    let sql = format!("SELECT s.id, s.sort_key {} ORDER BY {order} LIMIT {here} OFFSET {skip}", ask.text());
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
    let sql = format!("SELECT s.id, s.sort_key {} ORDER BY {order}", ask.text());
    let ids: Vec<SubscriberId> =
        tx.prepare_cached(&sql)?.query_map(params_from_iter(&ask.values), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let here = ids.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX));
    let more = here.len() > limit;
    let rows = here.take(limit).map(|id| read(tx, at, *id)).collect::<Result<_>>()?;
    Ok(PeoplePage { rows, more, total: ids.len() as u64, total_is_exact: true })
}

fn filtered(filter: &PeopleFilter, at: Timestamp, ask: &mut Ask) {
    if let Some(department) = filter.department {
        ask.and("s.department = ?", [department.0.as_bytes().to_vec().into()]);
    }
    if let Some(kind) = filter.kind {
        ask.and(if kind == SubscriberKind::Functional { "s.kind = 'functional'" } else { "s.kind <> 'functional'" }, []);
    }
    if filter.has == Some(Has::Ending) {
        // Few end soon: from those that do, instead of looking at everybody. Those of other CAs, too: their ends are watched here.
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
        let uses = match has {
            Has::Encryption | Has::NoEncryption => Uses::READS_MAIL,
            Has::Signing => Uses::SIGNS_MAIL,
            Has::Authentication => Uses::SIGNS_IN,
            Has::Active | Has::None | Has::Ending | Has::Device => Uses::NONE,
        };
        ask.and(&format!("{not}{}", has_active(at, uses)), []);
    }
}

/// SQL: the person `s` has an active certificate of ours with these uses, whatever its profile is called; those of other CAs are history
/// (as in `active_count`). For [`Uses::READS_MAIL`] that is who can be encrypted to, in all lists, counts and reports.
pub(super) fn has_active(at: Timestamp, uses: Uses) -> String {
    format!(
        "EXISTS (SELECT 1 FROM certificate c INDEXED BY certificate_of_subscriber WHERE c.subscriber = s.id AND c.kind = 'subscriber'
            AND c.issuer IS NOT NULL AND c.reason IS NULL AND c.superseded_at IS NULL AND c.not_after >= {} AND (c.uses & {uses}) = {uses})",
        at.0,
        uses = uses.bits()
    )
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
