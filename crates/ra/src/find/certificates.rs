//! A page of certificates. What few match is collected and sorted; what many match is walked in the order of an index, so that the
//! first page of a million costs no more than the first page of a thousand.

use super::{
    CertificateFilter, CertificateSort, CertificatesPage, CertificatesQuery, Kinds, Status,
    count::{self, Groups},
    index::{JOINED, SEARCHED, lines_of},
    text::{self, Search},
};
use crate::{
    Error, Noun, Result,
    certificate::{COLUMNS, Certificate, listed},
    subscriber::name::fold,
};
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value};
use std::collections::BTreeMap;

/// So many matches of a search are collected and compared; beyond, an order is walked.
const COLLECTED: usize = 1_000;
/// Beyond, matches of a search are not counted.
const COUNTED: i64 = 10_000;
/// A filter that passes fewer is collected instead of met by walking.
const SPARSE: u64 = 20_000;
/// Walking meets one in so many soon enough.
const DENSE: u64 = 50;
/// By number, with everything that a filter compares but subscriber and department: a place in the middle is counted without the table.
const LISTED: &str = "INDEXED BY certificate_listed";

/// Conditions on `certificate c` with their values.
struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn new(filter: &CertificateFilter, at: Timestamp, statuses: &[Status]) -> Self {
        let mut sql = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        match filter.kind {
            Kinds::Subscriber => sql.push("c.kind = 'subscriber'".to_owned()),
            Kinds::Transport => sql.push("c.kind = 'transport'".to_owned()),
            Kinds::Authority => sql.push("c.kind NOT IN ('subscriber', 'transport')".to_owned()),
            Kinds::All => {}
        }
        if !statuses.is_empty() {
            let any: Vec<_> = statuses.iter().map(|status| format!("({})", status_is(*status, at))).collect();
            sql.push(format!("({})", any.join(" OR ")));
        }
        if let Some((from, end)) = filter.ending(at) {
            sql.push(format!("({}) AND c.not_after >= {} AND c.not_after < {}", status_is(Status::Active, at), from.0, end.0));
        }
        if !filter.profiles.is_empty() {
            sql.push(format!("c.profile IN ({})", vec!["?"; filter.profiles.len()].join(", ")));
            values.extend(filter.profiles.iter().map(|profile| Value::from(profile.clone())));
        }
        if let Some(subscriber) = filter.subscriber {
            sql.push("c.subscriber = ?".to_owned());
            values.push(subscriber.0.as_bytes().to_vec().into());
        }
        if let Some(department) = filter.department {
            sql.push("c.department = ?".to_owned());
            values.push(department.0.as_bytes().to_vec().into());
        }
        Conditions { sql, values }
    }

    fn and(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push(sql.to_owned());
        self.values.extend(values);
    }

    fn text(&self) -> String {
        if self.sql.is_empty() { "true".to_owned() } else { self.sql.join(" AND ") }
    }
}

/// What a status is, in SQL.
fn status_is(status: Status, at: Timestamp) -> String {
    let at = at.0;
    match status {
        Status::Active => format!("c.reason IS NULL AND c.superseded_at IS NULL AND c.not_after >= {at}"),
        Status::Held => "c.reason = 6".to_owned(),
        Status::Revoked => "c.reason <> 6".to_owned(),
        Status::Expired => format!("c.reason IS NULL AND c.not_after < {at}"),
        Status::Superseded => format!("c.reason IS NULL AND c.superseded_at IS NOT NULL AND c.not_after >= {at}"),
    }
}

/// So many days on.
pub(super) fn ends(at: Timestamp, days: u32) -> Timestamp {
    at.plus(i64::from(days).saturating_mul(Timestamp::DAY))
}

/// Where a page begins.
#[derive(Clone)]
struct Cursor {
    number: i64,
    not_after: i64,
    key: String,
}

fn cursor(tx: &Connection, serial: &str) -> Result<Cursor> {
    let serial = SerialNumber::parse(serial).map_err(|_| Error::invalid("after", "a serial number in hex"))?;
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
}

/// A place so far into a search that finds very many would be compared row by row.
const MOST_SKIPPED: usize = 10_000;

/// The page; `not_indexed` is for the caller to fill.
pub(super) fn page(tx: &Connection, at: Timestamp, query: &CertificatesQuery) -> Result<CertificatesPage> {
    let back = query.before.is_some();
    if back && query.after.is_some() {
        return Err(Error::invalid("before", "a page comes after a certificate or before one, not both"));
    }
    let mark = query.after.as_deref().or(query.before.as_deref()).map(|serial| cursor(tx, serial)).transpose()?;
    let limit = query.limit.clamp(1, 500) as usize;
    let (by, ascends) = query.sort.parts();
    let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
    let mut ask = Ask { tx, at, filter: &query.filter, by, up: ascends != back, mark, skip, limit };
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
        if self.by != By::Number && total <= SPARSE / 4 {
            return Ok(Numbers::of(self.sorted(self.all_of_filter()?)?, total, true));
        }
        let (turned, more) = self.turn_to_the_nearer_end(usize::try_from(total).unwrap_or(usize::MAX));
        let list = match self.by {
            By::Number => self.by_number(total, groups.total())?,
            By::Name => self.by_name(None)?,
            By::End => self.by_end(None)?,
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

    fn by_number(&self, total: u64, all: u64) -> Result<Vec<i64>> {
        let one = match self.filter.statuses.as_slice() {
            [one] => Some(*one),
            [] if self.filter.ending(self.at).is_some() => Some(Status::Active),
            _ => None,
        };
        // Each status has an index that holds little beside it; where most have it, the one that holds all that is compared.
        let from = match one {
            Some(Status::Held) => "INDEXED BY certificate_held",
            Some(Status::Revoked) => "INDEXED BY certificate_finally_revoked",
            Some(Status::Superseded) => "INDEXED BY certificate_superseded",
            Some(Status::Expired) => "INDEXED BY certificate_ending",
            _ if total.saturating_mul(DENSE) >= all => LISTED,
            _ if self.filter.kind == Kinds::Authority => "INDEXED BY certificate_of_ours",
            _ => "INDEXED BY certificate_ending",
        };
        let mut conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        if one == Some(Status::Superseded) {
            conditions.and("c.superseded_at IS NOT NULL", []);
        }
        let (compare, direction) = self.directions();
        if let Some(mark) = &self.mark {
            conditions.and(&format!("c.number {compare} ?"), [mark.number.into()]);
        }
        let sql =
            format!("SELECT c.number FROM certificate c {from} WHERE {} ORDER BY c.number {direction}{}", conditions.text(), self.part());
        self.numbers(&sql, &conditions.values)
    }

    /// How what comes next compares, and the order.
    fn directions(&self) -> (&'static str, &'static str) {
        if self.up { (">", "ASC") } else { ("<", "DESC") }
    }

    /// The part of an order that is read where nothing is compared row by row.
    fn part(&self) -> String {
        format!(" LIMIT {} OFFSET {}", self.limit + 1, self.skip)
    }

    fn numbers(&self, sql: &str, values: &[Value]) -> Result<Vec<i64>> {
        let mut statement = self.tx.prepare_cached(sql)?;
        let found = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// All that the filter passes, which is little.
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
            By::Name => self.by_name(None)?,
            By::End => self.by_end(None)?,
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

    fn keep(&self, number: i64, search: &Search, by_digits: &[i64]) -> Result<Option<i64>> {
        Ok((by_digits.contains(&number) || self.says(number, search)?).then_some(number))
    }

    /// The certificate's text holds what is searched for.
    fn says(&self, number: i64, search: &Search) -> Result<bool> {
        let mut statement = self.tx.prepare_cached(&format!("SELECT {SEARCHED} FROM {JOINED} WHERE c.number = ?1"))?;
        let mut rows = statement.query([number])?;
        match rows.next()? {
            Some(row) => Ok(search.matches(&lines_of(row, 0)?.join("\n"))),
            None => Ok(false),
        }
    }

    fn searched(&self, search: &Search) -> Result<Numbers> {
        let by_digits = search.digits.as_deref().map(|digits| self.by_digits(digits)).transpose()?.unwrap_or_default();
        let expression = search.expression();
        let candidates = match &expression {
            Some(expression) => self.numbers(
                &format!(
                    "SELECT rowid FROM certificate_search WHERE certificate_search MATCH ? ORDER BY rowid DESC LIMIT {}",
                    COLLECTED + 1
                ),
                &[expression.clone().into()],
            )?,
            None => self.beginnings(search, COLLECTED + 1)?,
        };
        if candidates.len() <= COLLECTED {
            let mut found = by_digits.clone();
            for number in candidates {
                if !found.contains(&number) && (search.is_exact() || self.says(number, search)?) {
                    found.push(number);
                }
            }
            return self.collected(&found);
        }
        // What the filter passes may be little even where the search finds much.
        let groups = Groups::read(self.tx, self.at)?;
        let passes = count::total(self.tx, self.at, &groups, self.filter)?;
        if passes <= COLLECTED as u64 {
            let all = self.all_of_filter()?;
            let found: Vec<i64> =
                all.into_iter().filter_map(|number| self.keep(number, search, &by_digits).transpose()).collect::<Result<_>>()?;
            return self.collected(&found);
        }
        if self.skip > MOST_SKIPPED {
            return Err(Error::invalid("skip", "a search that finds very many is read page by page"));
        }
        let counted = match &expression {
            Some(expression) => self
                .tx
                .prepare_cached(&format!(
                    "SELECT count(*) FROM (SELECT 1 FROM certificate_search WHERE certificate_search MATCH ?1 LIMIT {COUNTED})"
                ))?
                .query_row([expression], |row| row.get::<_, i64>(0))?,
            None => COUNTED,
        };
        let about = u64::try_from(counted).unwrap_or(0).min(passes);
        let seek = Seek { search, by_digits: &by_digits };
        let mut numbers = match (self.by, &expression) {
            (By::Number, Some(expression)) => self.by_number_of(&seek, expression)?,
            (By::Number, None) => self.by_number_beginnings(&seek)?,
            (By::Name, _) => self.by_name(Some(&seek))?,
            (By::End, _) => self.by_end(Some(&seek))?,
        };
        numbers.drain(..self.skip.min(numbers.len()));
        Ok(Numbers::of(numbers, about, false))
    }

    /// Serial numbers and fingerprints that begin so.
    fn by_digits(&self, digits: &str) -> Result<Vec<i64>> {
        let mut found = Vec::new();
        let serial = digits.trim_start_matches('0');
        // A first octet below 16 is printed with its zero, which nobody has to type.
        for prefix in [digits.to_owned(), serial.to_owned(), format!("0{serial}")] {
            if let Some((from, until)) = range(&prefix)
                && prefix.len() <= 40
            {
                found.extend(self.numbers(
                    &format!("SELECT number FROM certificate WHERE serial >= ? AND serial < ? LIMIT {COLLECTED}"),
                    &[from.into(), until.into()],
                )?);
            }
        }
        if let Some((from, until)) = range(digits.get(..16).unwrap_or(digits)) {
            let heads = self.numbers(
                &format!("SELECT number FROM certificate_fingerprint WHERE head >= ? AND head < ? LIMIT {COLLECTED}"),
                &[from.into(), until.into()],
            )?;
            for number in heads {
                if digits.len() <= 16 || self.fingerprint_begins(number, digits)? {
                    found.push(number);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn fingerprint_begins(&self, number: i64, digits: &str) -> Result<bool> {
        let der: Vec<u8> =
            self.tx.prepare_cached("SELECT der FROM certificate_der WHERE number = ?1")?.query_row([number], |row| row.get(0))?;
        let begins = |octets: &[u8]| crate::issue::hex(octets).to_ascii_uppercase().starts_with(digits);
        Ok(begins(&openssl::sha::sha256(&der)) || begins(&openssl::sha::sha1(&der)))
    }

    /// Certificates of which a name or an address begins with the first word.
    fn beginnings(&self, search: &Search, limit: usize) -> Result<Vec<i64>> {
        let mut found = Vec::new();
        for kind in ['n', 'a'] {
            let word = search.words.first().map_or("", String::as_str);
            found.extend(self.numbers(
                &format!("SELECT number FROM certificate_name WHERE key >= ? AND key < ? LIMIT {limit}"),
                &[format!("{kind}{word}").into(), format!("{kind}{word}\u{10ffff}").into()],
            )?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
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
        keys.sort_unstable();
        if !self.up {
            keys.reverse();
        }
        if let Some(mark) = mark {
            keys.retain(|key| if self.up { *key > mark } else { *key < mark });
        }
        keys.into_iter().skip(self.skip).take(self.limit + 1).map(|(_, number)| number).collect()
    }

    fn keyed<T: rusqlite::types::FromSql>(&self, numbers: &[i64], column: &str, of: impl Fn(T) -> T) -> Result<Vec<(T, i64)>> {
        let mut statement = self.tx.prepare_cached(&format!("SELECT {column} FROM certificate WHERE number = ?1"))?;
        numbers.iter().map(|number| Ok((of(statement.query_row([number], |row| row.get(0))?), *number))).collect()
    }

    /// Walks the index by notAfter.
    fn by_end(&self, seek: Option<&Seek<'_>>) -> Result<Vec<i64>> {
        let (compare, direction) = self.directions();
        let mut conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        if let Some(mark) = &self.mark {
            // Both: the first lets the index be entered at the place, the second is exact.
            conditions.and(&format!("c.not_after {compare}= ?"), [mark.not_after.into()]);
            conditions.and(&format!("(c.not_after {compare} ? OR c.number {compare} ?)"), [mark.not_after.into(), mark.number.into()]);
        }
        let sql = format!(
            "SELECT c.number FROM certificate c INDEXED BY certificate_ending WHERE {} ORDER BY c.not_after {direction}, c.number {direction}",
            conditions.text()
        );
        self.walk(&sql, &conditions.values, seek)
    }

    /// Walks the names.
    fn by_name(&self, seek: Option<&Seek<'_>>) -> Result<Vec<i64>> {
        let (compare, direction) = self.directions();
        let mut conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        if let Some(mark) = &self.mark {
            conditions.and(&format!("(n.key, n.number) {compare} (?, ?)"), [mark.key.clone().into(), mark.number.into()]);
        }
        conditions.and("n.key >= 'n' AND n.key < 'o'", []);
        // A department and a subscriber stand in the table alone.
        let listed = if self.filter.department.is_none() && self.filter.subscriber.is_none() { LISTED } else { "" };
        let sql = format!(
            "SELECT c.number FROM certificate_name n CROSS JOIN certificate c {listed} ON c.number = n.number WHERE {} \
             ORDER BY n.key {direction}, n.number {direction}",
            conditions.text()
        );
        self.walk(&sql, &conditions.values, seek)
    }

    /// Walks the index of trigrams by number.
    fn by_number_of(&self, seek: &Seek<'_>, expression: &str) -> Result<Vec<i64>> {
        let (compare, direction) = self.directions();
        let mut conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        conditions.and("f.certificate_search MATCH ?", [expression.to_owned().into()]);
        if let Some(mark) = &self.mark {
            conditions.and(&format!("f.rowid {compare} ?"), [mark.number.into()]);
        }
        let sql = format!(
            "SELECT c.number FROM certificate_search f CROSS JOIN certificate c ON c.number = f.rowid WHERE {} ORDER BY f.rowid {direction}",
            conditions.text()
        );
        let mut numbers = self.walk(&sql, &conditions.values, Some(seek))?;
        // Those are a few at most: all of them, whatever is left out.
        let by_digits = Ask { skip: 0, limit: self.skip + self.limit, mark: self.mark.clone(), ..*self }.collected(seek.by_digits)?;
        numbers.extend(by_digits.list);
        numbers.sort_unstable();
        numbers.dedup();
        if !self.up {
            numbers.reverse();
        }
        numbers.truncate(self.skip + self.limit + 1);
        Ok(numbers)
    }

    /// Many names begin so: by number.
    fn by_number_beginnings(&self, seek: &Seek<'_>) -> Result<Vec<i64>> {
        let (compare, direction) = self.directions();
        let mut conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        if let Some(mark) = &self.mark {
            conditions.and(&format!("c.number {compare} ?"), [mark.number.into()]);
        }
        let sql = format!("SELECT c.number FROM certificate c NOT INDEXED WHERE {} ORDER BY c.number {direction}", conditions.text());
        self.walk(&sql, &conditions.values, Some(seek))
    }

    /// Without a comparison the part that is asked for; with one all up to its end, because only comparing tells what counts.
    fn walk(&self, sql: &str, values: &[Value], seek: Option<&Seek<'_>>) -> Result<Vec<i64>> {
        let Some(seek) = seek else { return self.numbers(&format!("{sql}{}", self.part()), values) };
        let until = self.skip + self.limit;
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut numbers = Vec::with_capacity(self.limit + 1);
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            if seek.finds(self, number)? {
                numbers.push(number);
                if numbers.len() > until {
                    break;
                }
            }
        }
        Ok(numbers)
    }
}

/// What a walk compares with.
struct Seek<'a> {
    search: &'a Search,
    by_digits: &'a [i64],
}

impl Seek<'_> {
    fn finds(&self, ask: &Ask<'_>, number: i64) -> Result<bool> {
        Ok(ask.keep(number, self.search, self.by_digits)?.is_some())
    }
}

/// Octet strings that begin with these hex digits: from the first until before the second.
fn range(digits: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    if digits.is_empty() {
        return None;
    }
    let octets = |filler: char| -> Option<Vec<u8>> {
        let mut text = digits.to_owned();
        if text.len() % 2 == 1 {
            text.push(filler);
        }
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
    };
    let (from, mut until) = (octets('0')?, octets('F')?);
    // The next one after all that begin with `until`.
    while let Some(last) = until.pop() {
        if last < 0xff {
            until.push(last + 1);
            return Some((from, until));
        }
    }
    Some((from, vec![0xff; 41]))
}
