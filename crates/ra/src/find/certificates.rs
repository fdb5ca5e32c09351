//! A page of certificates. What few match is collected and sorted; what many match is walked in the order of an index, so that the
//! first page of a million costs no more than the first page of a thousand.

mod conditions;
mod matches;
mod members;
mod orders;

use super::{
    CertificateFilter, CertificateSort, CertificatesPage, CertificatesQuery, Kinds, Status,
    count::{self, Groups},
    text::{self, Search},
};
use crate::{
    Error, Noun, Result,
    certificate::{COLUMNS, Certificate, listed},
    subscriber::name::fold,
};
use conditions::Conditions;
pub(super) use conditions::ends;
pub(super) use matches::by_digits;
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value};
use std::{cmp::Ordering, collections::BTreeMap};

/// How far a search looks in one way before it takes another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// So many matches are collected and compared; beyond, an order is walked.
    pub(super) collected: usize,
    /// So many are compared in vain while walking; beyond, matches are rare where the order begins (names that begin with Z), and all
    /// of them are put in order instead.
    pub(super) in_vain: usize,
    /// So many have their place in an order read one by one; beyond, the order is read as a whole.
    pub(super) placed: usize,
    /// A filter that passes no more is collected and sorted instead of read in the order of an index.
    pub(super) sorted: u64,
    /// So many names on the way to a place are looked up one by one; beyond, everything that counts is read beforehand.
    pub(super) looked_up: usize,
}

/// A comparison takes about 4 µs, a place 2 µs, looking a name up 1.5 µs: neither way takes longer than a tenth of a second.
pub(super) const BOUNDS: Bounds = Bounds { collected: 1_000, in_vain: 4_000, placed: 30_000, sorted: 5_000, looked_up: 50_000 };
/// Beyond, matches of a search are not counted.
const COUNTED: i64 = 10_000;
/// Walking meets one in so many soon enough.
const DENSE: u64 = 50;

/// Where a page begins.
#[derive(Clone)]
struct Cursor {
    number: i64,
    not_after: i64,
    key: String,
}

fn cursor(tx: &Connection, serial: &str) -> Result<Cursor> {
    place(tx, &SerialNumber::parse(serial).map_err(|_| Error::invalid("after", "a serial number in hex"))?)
}

fn place(tx: &Connection, serial: &SerialNumber) -> Result<Cursor> {
    tx.prepare_cached("SELECT number, not_after, subject FROM certificate WHERE serial = ?1")?
        .query_row([serial.octets()], |row| Ok(Cursor { number: row.get(0)?, not_after: row.get(1)?, key: key(&row.get::<_, String>(2)?) }))
        .optional()?
        .ok_or(Error::NotFound(Noun::Certificate))
}

/// Key of the order by name.
fn key(subject: &str) -> String {
    format!("n{}", fold(&text::name(subject)))
}

/// What an order compares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Number,
    End,
    Name,
}

impl CertificateSort {
    /// What it compares, and whether it ascends.
    fn parts(self) -> (By, bool) {
        match self {
            CertificateSort::Newest => (By::Number, false),
            CertificateSort::Oldest => (By::Number, true),
            CertificateSort::EndingFirst => (By::End, true),
            CertificateSort::EndingLast => (By::End, false),
            CertificateSort::Name => (By::Name, true),
            CertificateSort::NameLast => (By::Name, false),
        }
    }
}

/// Everything a page needs to know. A page before a row is read backwards, from that row on, and turned round at the end.
struct Ask<'a> {
    tx: &'a Connection,
    at: Timestamp,
    filter: &'a CertificateFilter,
    by: By,
    /// Read in ascending order.
    up: bool,
    /// Read from here on.
    mark: Option<Cursor>,
    /// So many are left out first.
    skip: usize,
    limit: usize,
    bounds: Bounds,
}

/// The page; `not_indexed` is for the caller to fill.
pub(super) fn page(tx: &Connection, at: Timestamp, query: &CertificatesQuery) -> Result<CertificatesPage> {
    page_within(tx, at, query, BOUNDS)
}

/// The same within other bounds, for tests.
pub(super) fn page_within(tx: &Connection, at: Timestamp, query: &CertificatesQuery, bounds: Bounds) -> Result<CertificatesPage> {
    let back = query.before.is_some();
    if back && query.after.is_some() {
        return Err(Error::invalid("before", "a page comes after a certificate or before one, not both"));
    }
    let mark = query.after.as_deref().or(query.before.as_deref()).map(|serial| cursor(tx, serial)).transpose()?;
    let limit = query.limit.clamp(1, 500) as usize;
    let (by, ascends) = query.sort.parts();
    let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
    let mut ask = Ask { tx, at, filter: &query.filter, by, up: ascends != back, mark, skip, limit, bounds };
    let search = Search::new(query.filter.search.as_deref());
    let Numbers { mut list, total, exact, turned, more } = match (&search, query.filter.subscriber) {
        (None, None) if query.filter.department.is_some() => ask.of_department()?,
        (None, None) => ask.unsearched()?,
        (Some(search), None) => ask.searched(search)?,
        (search, Some(_)) => {
            let all = ask.of_subscriber(search.as_ref())?;
            ask.collected(&all)?
        }
    };
    let more = more.unwrap_or(list.len() > limit);
    list.truncate(limit);
    if turned != back {
        list.reverse();
    }
    let rows = rows(tx, at, &list)?;
    Ok(CertificatesPage { devices: devices(tx, &rows)?, rows, more, total, total_is_exact: exact, not_indexed: 0 })
}

/// Those with these serial numbers, each once, in the order of the list; `NotFound` where one of them is none of ours.
pub(super) fn chosen(tx: &Connection, at: Timestamp, serials: &[SerialNumber], sort: CertificateSort) -> Result<Vec<Certificate>> {
    let mut places = serials.iter().map(|serial| place(tx, serial)).collect::<Result<Vec<_>>>()?;
    let (by, ascends) = sort.parts();
    places.sort_unstable_by(|one, other| {
        let first = match by {
            By::Number => Ordering::Equal,
            By::End => one.not_after.cmp(&other.not_after),
            By::Name => one.key.cmp(&other.key),
        };
        first.then(one.number.cmp(&other.number))
    });
    places.dedup_by_key(|place| place.number);
    if !ascends {
        places.reverse();
    }
    rows(tx, at, &places.iter().map(|place| place.number).collect::<Vec<_>>())
}

/// Models of the devices that the certificates were made for, by enrollment.
fn devices(tx: &Connection, rows: &[Certificate]) -> Result<BTreeMap<String, String>> {
    let mut statement =
        tx.prepare_cached("SELECT coalesce(d.product, d.device_name) FROM enrollment e JOIN device d ON d.id = e.device WHERE e.id = ?1")?;
    let mut devices = BTreeMap::new();
    for enrollment in rows.iter().filter_map(|row| row.enrollment) {
        if let Some(model) = statement.query_row([enrollment], |row| row.get::<_, Option<String>>(0)).optional()?.flatten() {
            devices.insert(enrollment.to_string(), model);
        }
    }
    Ok(devices)
}

fn rows(tx: &Connection, at: Timestamp, numbers: &[i64]) -> Result<Vec<Certificate>> {
    let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM certificate WHERE number = ?1"))?;
    let mut list = Vec::with_capacity(numbers.len());
    for number in numbers {
        let mut rows = statement.query([number])?;
        if let Some(row) = rows.next()? {
            list.push(listed(row, at)?);
        }
    }
    Ok(list)
}

/// Numbers of a page in the order of reading, one more than the page where there are more.
struct Numbers {
    list: Vec<i64>,
    total: u64,
    exact: bool,
    /// Read against the direction that was asked for, because the place is nearer to that end.
    turned: bool,
    /// There are more, where the length of the list does not tell.
    more: Option<bool>,
}

impl Numbers {
    fn of(list: Vec<i64>, total: u64, exact: bool) -> Self {
        Numbers { list, total, exact, turned: false, more: None }
    }
}

impl Ask<'_> {
    /// Without a search everything is counted beforehand, which tells how to look.
    fn unsearched(&mut self) -> Result<Numbers> {
        let groups = Groups::read(self.tx, self.at)?;
        let total = count::total(self.tx, self.at, &groups, self.filter)?;
        if total == 0 {
            return Ok(Numbers::of(Vec::new(), 0, true));
        }
        if self.by != By::Number && total <= self.bounds.sorted {
            return Ok(Numbers::of(self.sorted(self.all_of_filter()?)?, total, true));
        }
        let (turned, more) = self.turn_to_the_nearer_end(usize::try_from(total).unwrap_or(usize::MAX));
        let list = match self.by {
            By::Number => self.by_number(total, groups.total())?,
            By::Name => self.by_name()?,
            By::End => self.by_end()?,
        };
        Ok(Numbers { turned, more, ..Numbers::of(list, total, true) })
    }

    /// A place behind the middle is read from the other end. Whether that is so, and whether more comes after the page.
    fn turn_to_the_nearer_end(&mut self, total: usize) -> (bool, Option<bool>) {
        if self.mark.is_some() || self.skip <= total / 2 || self.skip >= total {
            return (false, None);
        }
        let here = total.saturating_sub(self.skip).min(self.limit);
        let beyond = total.saturating_sub(self.skip).saturating_sub(here);
        // One less than the limit is read beyond it: `here` exactly.
        (self.up, self.skip, self.limit) = (!self.up, beyond, here.saturating_sub(1));
        (true, Some(beyond > 0))
    }

    fn numbers(&self, sql: &str, values: &[Value]) -> Result<Vec<i64>> {
        let mut statement = self.tx.prepare_cached(sql)?;
        let found = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// All that the filter passes, which is little, or stands together.
    fn all_of_filter(&self) -> Result<Vec<i64>> {
        let conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        let from = match self.filter.statuses.as_slice() {
            [Status::Held] => "INDEXED BY certificate_held",
            [Status::Revoked] => "INDEXED BY certificate_finally_revoked",
            _ if self.filter.kind == Kinds::Authority => "INDEXED BY certificate_of_ours",
            _ => "INDEXED BY certificate_ending",
        };
        self.numbers(&format!("SELECT c.number FROM certificate c {from} WHERE {}", conditions.text()), &conditions.values)
    }

    /// A department's, by their own index, or by that of a status which few have. Not counted beyond [`COUNTED`].
    fn of_department(&self) -> Result<Numbers> {
        let from = match self.filter.statuses.as_slice() {
            [Status::Held] => "certificate c INDEXED BY certificate_held",
            [Status::Revoked] => "certificate c INDEXED BY certificate_finally_revoked",
            _ => "certificate c INDEXED BY certificate_of_department",
        };
        let mut conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        let sql = format!("SELECT c.number FROM {from} WHERE {} ORDER BY c.number DESC LIMIT {}", conditions.text(), COUNTED + 1);
        let found = self.numbers(&sql, &conditions.values)?;
        if found.len() as u64 <= COUNTED as u64 {
            let total = found.len() as u64;
            return Ok(Numbers::of(self.sorted(found)?, total, true));
        }
        let numbers = match self.by {
            By::Number => {
                let (compare, direction) = self.directions();
                if let Some(mark) = &self.mark {
                    conditions.and(&format!("c.number {compare} ?"), [mark.number.into()]);
                }
                let sql = format!("SELECT c.number FROM {from} WHERE {} ORDER BY c.number {direction}{}", conditions.text(), self.part());
                self.numbers(&sql, &conditions.values)?
            }
            By::Name => self.by_name()?,
            By::End => self.by_end()?,
        };
        Ok(Numbers::of(numbers, COUNTED as u64, false))
    }

    /// One person's, by their own index, compared with the search one by one.
    fn of_subscriber(&self, search: Option<&Search>) -> Result<Vec<i64>> {
        let Some(subscriber) = self.filter.subscriber else { return Ok(Vec::new()) };
        let all: Vec<i64> = self
            .tx
            .prepare_cached("SELECT number FROM certificate WHERE subscriber = ?1")?
            .query_map([subscriber], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let Some(search) = search else { return Ok(all) };
        let by_digits = search.digits.as_deref().map(|digits| self.by_digits(digits)).transpose()?.unwrap_or_default();
        all.into_iter().filter_map(|number| self.keep(number, search, &by_digits).transpose()).collect()
    }

    /// Filter, order and page of what was collected.
    fn collected(&self, numbers: &[i64]) -> Result<Numbers> {
        let mut conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        let list = serde_json::to_string(numbers).map_err(Error::fault)?;
        conditions.and("c.number IN (SELECT value FROM json_each(?))", [list.into()]);
        // By number alone: they are few.
        let sql = format!("SELECT c.number FROM certificate c NOT INDEXED WHERE {}", conditions.text());
        let passed = self.numbers(&sql, &conditions.values)?;
        let total = passed.len() as u64;
        Ok(Numbers::of(self.sorted(passed)?, total, true))
    }

    /// In the order of reading, from the cursor on, without what is left out, one more than the page.
    fn sorted(&self, numbers: Vec<i64>) -> Result<Vec<i64>> {
        let mark = self.mark.as_ref();
        Ok(match self.by {
            By::Number => self.placed(numbers.into_iter().map(|number| ((), number)).collect(), mark.map(|mark| ((), mark.number))),
            By::End => self.placed(self.keyed::<i64>(&numbers, "not_after", |end| end)?, mark.map(|mark| (mark.not_after, mark.number))),
            By::Name => {
                let keys = self.keyed::<String>(&numbers, "subject", |subject| key(&subject))?;
                self.placed(keys, mark.map(|mark| (mark.key.clone(), mark.number)))
            }
        })
    }

    fn placed<T: Ord>(&self, mut keys: Vec<(T, i64)>, mark: Option<(T, i64)>) -> Vec<i64> {
        if let Some(mark) = mark {
            keys.retain(|key| if self.up { *key > mark } else { *key < mark });
        }
        let compare = |one: &(T, i64), other: &(T, i64)| if self.up { one.cmp(other) } else { other.cmp(one) };
        let until = self.skip.saturating_add(self.limit).saturating_add(1);
        if until < keys.len() {
            keys.select_nth_unstable_by(until, compare);
            keys.truncate(until);
        }
        keys.sort_unstable_by(compare);
        keys.into_iter().skip(self.skip).map(|(_, number)| number).collect()
    }

    fn keyed<T: rusqlite::types::FromSql>(&self, numbers: &[i64], column: &str, of: impl Fn(T) -> T) -> Result<Vec<(T, i64)>> {
        let mut statement = self.tx.prepare_cached(&format!("SELECT {column} FROM certificate WHERE number = ?1"))?;
        numbers.iter().map(|number| Ok((of(statement.query_row([number], |row| row.get(0))?), *number))).collect()
    }
}
