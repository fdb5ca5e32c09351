//! Walking what many match in the order of an index.

use super::{Ask, Conditions, DENSE};
use crate::{
    Result,
    find::{Kinds, Status, text::Search},
};
use rusqlite::{params_from_iter, types::Value};

/// By number, with everything that a filter compares but subscriber and department: a place in the middle is counted without the table.
const LISTED: &str = "INDEXED BY certificate_listed";

impl Ask<'_> {
    pub(super) fn by_number(&self, total: u64, all: u64) -> Result<Vec<i64>> {
        let one = match self.filter.statuses.as_slice() {
            [one] => Some(*one),
            [] if self.filter.ending(self.at).is_some() => Some(Status::Active),
            _ => None,
        };
        // What ends, or has ended, in a time stands together in its index, and nowhere near the newest by number.
        if total <= all / 2 && (one == Some(Status::Expired) || self.filter.ending(self.at).is_some()) {
            return self.sorted(self.all_of_filter()?);
        }
        // Each status has an index that holds little beside it; where most have it, the one that holds all that is compared.
        let from = match one {
            Some(Status::Held) => "INDEXED BY certificate_held",
            Some(Status::Revoked) => "INDEXED BY certificate_finally_revoked",
            Some(Status::Superseded) => "INDEXED BY certificate_superseded",
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
    pub(super) fn directions(&self) -> (&'static str, &'static str) {
        if self.up { (">", "ASC") } else { ("<", "DESC") }
    }

    /// The part of an order that is read where nothing is compared row by row.
    pub(super) fn part(&self) -> String {
        format!(" LIMIT {} OFFSET {}", self.limit + 1, self.skip)
    }

    /// The index by notAfter.
    pub(super) fn by_end(&self) -> Result<Vec<i64>> {
        let conditions = self.end_beyond_mark(Conditions::new(self.filter, self.at, &self.filter.statuses));
        self.numbers(&format!("{}{}", self.ends(&conditions), self.part()), &conditions.values)
    }

    /// Walks it.
    pub(super) fn by_end_where(&self, seek: &Seek<'_>) -> Result<Option<Vec<i64>>> {
        let conditions = self.end_beyond_mark(Conditions::new(self.filter, self.at, &self.filter.statuses));
        self.walk(&self.ends(&conditions), &conditions.values, seek, self.bounds.in_vain)
    }

    pub(super) fn ends(&self, conditions: &Conditions) -> String {
        let (_, direction) = self.directions();
        format!(
            "SELECT c.number FROM certificate c INDEXED BY certificate_ending WHERE {} ORDER BY c.not_after {direction}, c.number {direction}",
            conditions.text()
        )
    }

    pub(super) fn end_beyond_mark(&self, mut conditions: Conditions) -> Conditions {
        let (compare, _) = self.directions();
        if let Some(mark) = &self.mark {
            // Both: the first lets the index be entered at the place, the second is exact.
            conditions.and(&format!("c.not_after {compare}= ?"), [mark.not_after.into()]);
            conditions.and(&format!("(c.not_after {compare} ? OR c.number {compare} ?)"), [mark.not_after.into(), mark.number.into()]);
        }
        conditions
    }

    /// The names.
    pub(super) fn by_name(&self) -> Result<Vec<i64>> {
        if self.skip > self.bounds.looked_up && self.filter.department.is_none() && self.filter.subscriber.is_none() {
            return self.by_name_from_afar();
        }
        let conditions = self.name_beyond_mark(Conditions::new(self.filter, self.at, &self.filter.statuses));
        self.numbers(&format!("{}{}", self.names(self.joined(), &conditions), self.part()), &conditions.values)
    }

    /// A place far from where the names begin: what passes is read first, in the order in which it stands, so that no name on the
    /// way is looked up by itself.
    fn by_name_from_afar(&self) -> Result<Vec<i64>> {
        let passing = self.passing()?;
        let beyond = self.name_beyond_mark(Conditions::none());
        let mut statement = self.tx.prepare_cached(&self.names("", &beyond))?;
        let mut rows = statement.query(params_from_iter(&beyond.values))?;
        let mut numbers = Vec::with_capacity(self.limit + 1);
        let mut skip = self.skip;
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            if !passing.has(number) {
                continue;
            }
            if skip > 0 {
                skip -= 1;
                continue;
            }
            numbers.push(number);
            if numbers.len() > self.limit {
                break;
            }
        }
        Ok(numbers)
    }

    /// All that the filter passes.
    fn passing(&self) -> Result<Marked> {
        let conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        let sql = format!("SELECT c.number FROM certificate c {LISTED} WHERE {}", conditions.text());
        let mut statement = self.tx.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(&conditions.values))?;
        let mut marked = Marked::default();
        while let Some(row) = rows.next()? {
            marked.mark(row.get(0)?);
        }
        Ok(marked)
    }

    /// Walks them.
    pub(super) fn by_name_where(&self, seek: &Seek<'_>) -> Result<Option<Vec<i64>>> {
        let conditions = self.name_beyond_mark(Conditions::new(self.filter, self.at, &self.filter.statuses));
        self.walk(&self.names(self.joined(), &conditions), &conditions.values, seek, self.bounds.in_vain)
    }

    /// What a filter compares with, beside the names; a department and a subscriber stand in the table alone.
    fn joined(&self) -> &'static str {
        if self.filter.department.is_none() && self.filter.subscriber.is_none() {
            "CROSS JOIN certificate c INDEXED BY certificate_listed ON c.number = n.number"
        } else {
            "CROSS JOIN certificate c ON c.number = n.number"
        }
    }

    pub(super) fn names(&self, joined: &str, conditions: &Conditions) -> String {
        let (_, direction) = self.directions();
        format!(
            "SELECT n.number FROM certificate_name n {joined} WHERE {} ORDER BY n.key {direction}, n.number {direction}",
            conditions.text()
        )
    }

    pub(super) fn name_beyond_mark(&self, mut conditions: Conditions) -> Conditions {
        let (compare, _) = self.directions();
        if let Some(mark) = &self.mark {
            conditions.and(&format!("(n.key, n.number) {compare} (?, ?)"), [mark.key.clone().into(), mark.number.into()]);
        }
        // Keys of names.
        conditions.and("n.key >= 'n' AND n.key < 'o'", []);
        conditions
    }

    /// Walks the index of trigrams by number.
    pub(super) fn by_number_of(&self, seek: &Seek<'_>, expression: &str) -> Result<Vec<i64>> {
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
        let mut numbers = self.walk(&sql, &conditions.values, seek, usize::MAX)?.unwrap_or_default();
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
    pub(super) fn by_number_beginnings(&self, seek: &Seek<'_>) -> Result<Option<Vec<i64>>> {
        let (compare, direction) = self.directions();
        let mut conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        if let Some(mark) = &self.mark {
            conditions.and(&format!("c.number {compare} ?"), [mark.number.into()]);
        }
        let sql = format!("SELECT c.number FROM certificate c NOT INDEXED WHERE {} ORDER BY c.number {direction}", conditions.text());
        self.walk(&sql, &conditions.values, seek, self.bounds.in_vain)
    }

    /// All up to the end of the page, because only comparing tells what counts. `None`: so many were compared in vain.
    fn walk(&self, sql: &str, values: &[Value], seek: &Seek<'_>, most: usize) -> Result<Option<Vec<i64>>> {
        let until = self.skip + self.limit;
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut numbers = Vec::with_capacity(self.limit + 1);
        let mut in_vain = 0;
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            if seek.finds(self, number)? {
                numbers.push(number);
                if numbers.len() > until {
                    break;
                }
            } else {
                in_vain += 1;
                if in_vain > most {
                    return Ok(None);
                }
            }
        }
        Ok(Some(numbers))
    }
}

/// Numbers of certificates, one bit each: they are given out from 1 on without gaps, so that a million take 125 KB.
#[derive(Default)]
struct Marked(Vec<u64>);

impl Marked {
    fn place(number: i64) -> Option<(usize, u64)> {
        let number = usize::try_from(number).ok()?;
        Some((number / 64, 1 << (number % 64)))
    }

    fn mark(&mut self, number: i64) {
        let Some((word, bit)) = Self::place(number) else { return };
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn has(&self, number: i64) -> bool {
        Self::place(number).is_some_and(|(word, bit)| self.0.get(word).is_some_and(|word| word & bit != 0))
    }
}

/// What a walk compares with.
pub(super) struct Seek<'a> {
    pub(super) search: &'a Search,
    pub(super) by_digits: &'a [i64],
}

impl Seek<'_> {
    pub(super) fn finds(&self, ask: &Ask<'_>, number: i64) -> Result<bool> {
        Ok(ask.keep(number, self.search, self.by_digits)?.is_some())
    }
}
