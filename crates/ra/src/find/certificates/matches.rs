//! What a search finds: names, addresses, devices by their text; serial numbers and fingerprints by how they begin.

use super::{Ask, By, COUNTED, Numbers, orders::Seek};
use crate::{
    Error, Result,
    find::{
        count::{self, Groups},
        index::{JOINED, SEARCHED, lines_of},
        text::Search,
    },
};
use rusqlite::Connection;

/// A place so far into a search that finds very many would be compared row by row.
const MOST_SKIPPED: usize = 10_000;
/// More that begin with the same four digits are not told apart by them.
const BY_DIGITS: usize = 1_000;

impl Ask<'_> {
    pub(super) fn keep(&self, number: i64, search: &Search, by_digits: &[i64]) -> Result<Option<i64>> {
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

    pub(super) fn searched(&self, search: &Search) -> Result<Numbers> {
        let by_digits = search.digits.as_deref().map(|digits| self.by_digits(digits)).transpose()?.unwrap_or_default();
        let expression = search.expression();
        let few = self.bounds.collected;
        let candidates = self.candidates(search, expression.as_deref(), few + 1)?;
        if candidates.len() <= few {
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
        if passes <= few as u64 {
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
        let walked = match (self.by, &expression) {
            (By::Number, Some(expression)) => Some(self.by_number_of(&seek, expression)?),
            (By::Number, None) => self.by_number_beginnings(&seek)?,
            (By::Name, _) => self.by_name_where(&seek)?,
            (By::End, _) => self.by_end_where(&seek)?,
        };
        let mut numbers = match walked {
            Some(numbers) => numbers,
            None => self.of_members(self.candidates(search, expression.as_deref(), usize::MAX)?, &seek)?,
        };
        numbers.drain(..self.skip.min(numbers.len()));
        Ok(Numbers::of(numbers, about, false))
    }

    /// Serial numbers and fingerprints that begin so.
    pub(super) fn by_digits(&self, digits: &str) -> Result<Vec<i64>> {
        by_digits(self.tx, digits)
    }

    /// Certificates that the indexes offer for this search, at most `limit`, newest first: all that match are among them, but those
    /// found by digits.
    fn candidates(&self, search: &Search, expression: Option<&str>, limit: usize) -> Result<Vec<i64>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        if let Some(expression) = expression {
            let sql = format!("SELECT rowid FROM certificate_search WHERE certificate_search MATCH ? ORDER BY rowid DESC LIMIT {limit}");
            return self.numbers(&sql, &[expression.to_owned().into()]);
        }
        let word = search.words.first().map_or("", String::as_str);
        let mut found = Vec::new();
        for kind in [NAME, ADDRESS] {
            let (from, until) = beginning(kind, word);
            let sql = format!("SELECT number FROM certificate_name WHERE key >= ? AND key < ? LIMIT {limit}");
            found.extend(self.numbers(&sql, &[from.into(), until.into()])?);
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.dedup();
        Ok(found)
    }
}

/// Certificates of which the serial number or a fingerprint begins with these hex digits, in upper case; up to a bound.
pub(in crate::find) fn by_digits(tx: &Connection, digits: &str) -> Result<Vec<i64>> {
    let mut found = Vec::new();
    let serial = digits.trim_start_matches('0');
    let mut serials = tx.prepare_cached(&format!("SELECT number FROM certificate WHERE serial >= ?1 AND serial < ?2 LIMIT {BY_DIGITS}"))?;
    // A first octet below 16 is printed with its zero, which nobody has to type.
    for prefix in [digits.to_owned(), serial.to_owned(), format!("0{serial}")] {
        if let Some(range) = range(&prefix)
            && prefix.len() <= 40
        {
            for number in serials.query_map(range, |row| row.get(0))? {
                found.push(number?);
            }
        }
    }
    if let Some(range) = range(digits.get(..16).unwrap_or(digits)) {
        let mut heads =
            tx.prepare_cached(&format!("SELECT number FROM certificate_fingerprint WHERE head >= ?1 AND head < ?2 LIMIT {BY_DIGITS}"))?;
        for number in heads.query_map(range, |row| row.get(0))? {
            let number = number?;
            if digits.len() <= 16 || fingerprint_begins(tx, number, digits)? {
                found.push(number);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn fingerprint_begins(tx: &Connection, number: i64, digits: &str) -> Result<bool> {
    let der: Vec<u8> = tx.prepare_cached("SELECT der FROM certificate_der WHERE number = ?1")?.query_row([number], |row| row.get(0))?;
    let begins = |octets: &[u8]| crate::issue::hex(octets).to_ascii_uppercase().starts_with(digits);
    Ok(begins(&openssl::sha::sha256(&der)) || begins(&openssl::sha::sha1(&der)))
}

/// What keys of names and of addresses begin with.
pub(super) const NAME: char = 'n';
const ADDRESS: char = 'a';

/// Keys of this kind that begin so: from the first until before the second.
pub(super) fn beginning(kind: char, word: &str) -> (String, String) {
    (format!("{kind}{word}"), format!("{kind}{word}\u{10ffff}"))
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
