//! What many match, put in order by what the indexes know, where walking the order would meet them late.

use super::{
    Ask, By, Conditions, Cursor, key,
    matches::{NAME, beginning},
    orders::Seek,
};
use crate::{Result, find::text::Search};
use rusqlite::{params, params_from_iter};

/// A set of certificates by number. Numbers have no gaps: a bit for each.
struct Members(Vec<u64>);

impl Members {
    fn of(numbers: &[i64]) -> Self {
        let mut members = Members(Vec::new());
        for (word, bit) in numbers.iter().filter_map(|number| Members::place(*number)) {
            if members.0.len() <= word {
                members.0.resize(word + 1, 0);
            }
            if let Some(word) = members.0.get_mut(word) {
                *word |= bit;
            }
        }
        members
    }

    fn place(number: i64) -> Option<(usize, u64)> {
        let number = usize::try_from(number).ok()?;
        Some((number / 64, 1 << (number % 64)))
    }

    fn holds(&self, number: i64) -> bool {
        Members::place(number).is_some_and(|(word, bit)| self.0.get(word).is_some_and(|word| word & bit != 0))
    }

    /// Takes one out; whether it was there.
    fn take(&mut self, number: i64) -> bool {
        let held = self.holds(number);
        if let Some((word, bit)) = Members::place(number)
            && let Some(word) = self.0.get_mut(word)
        {
            *word &= !bit;
        }
        held
    }
}

impl Ask<'_> {
    /// Those of `numbers` that match and that the filter passes, in the order of reading, as far as the page reaches.
    pub(super) fn of_members(&self, mut numbers: Vec<i64>, seek: &Seek<'_>) -> Result<Vec<i64>> {
        numbers.extend(seek.by_digits);
        numbers.sort_unstable();
        numbers.dedup();
        match self.by {
            By::Number => {
                let placed = numbers.into_iter().map(|number| ((), number)).collect();
                self.first_of(self.beyond_mark(placed, |mark| ((), mark.number)), seek)
            }
            By::End if numbers.len() <= self.bounds.placed => {
                let placed = self.keyed::<i64>(&numbers, "not_after", |end| end)?;
                self.first_of(self.beyond_mark(placed, |mark| (mark.not_after, mark.number)), seek)
            }
            By::End => {
                let conditions = self.end_beyond_mark(Conditions::none());
                self.first_of_order(&self.ends(&conditions), &conditions, &Members::of(&numbers), seek)
            }
            By::Name => {
                let mut members = Members::of(&numbers);
                let mut placed = self.names_that_begin(seek.search, &mut members)?;
                numbers.retain(|number| members.holds(*number));
                if numbers.len() > self.bounds.placed {
                    numbers.extend(placed.into_iter().map(|(_, number)| number));
                    let conditions = self.name_beyond_mark(Conditions::none());
                    return self.first_of_order(&self.names("", &conditions), &conditions, &Members::of(&numbers), seek);
                }
                placed.extend(self.keyed::<String>(&numbers, "subject", |subject| key(&subject))?);
                self.first_of(self.beyond_mark(placed, |mark| (mark.key.clone(), mark.number)), seek)
            }
        }
    }

    /// Members of which the name begins with a word of the search, with their keys: read from the index as they stand there, far
    /// faster than one by one. They are taken out of `members`.
    fn names_that_begin(&self, search: &Search, members: &mut Members) -> Result<Vec<(String, i64)>> {
        let mut select = self.tx.prepare_cached("SELECT key, number FROM certificate_name WHERE key >= ?1 AND key < ?2")?;
        let mut placed = Vec::new();
        for word in &search.words {
            let (from, until) = beginning(NAME, word);
            let mut rows = select.query(params![from, until])?;
            while let Some(row) = rows.next()? {
                let number = row.get(1)?;
                if members.take(number) {
                    placed.push((row.get(0)?, number));
                }
            }
        }
        Ok(placed)
    }

    /// In the order of reading, from the cursor on.
    fn beyond_mark<T: Ord>(&self, mut placed: Vec<(T, i64)>, mark: impl Fn(&Cursor) -> (T, i64)) -> Vec<(T, i64)> {
        placed.sort_unstable();
        if !self.up {
            placed.reverse();
        }
        if let Some(mark) = self.mark.as_ref().map(mark) {
            placed.retain(|one| if self.up { *one > mark } else { *one < mark });
        }
        placed
    }

    fn first_of<T>(&self, placed: Vec<(T, i64)>, seek: &Seek<'_>) -> Result<Vec<i64>> {
        self.first(placed.into_iter().map(|(_, number)| Ok(number)), seek)
    }

    /// Reads the whole order, which is in an index, and looks only at members.
    fn first_of_order(&self, sql: &str, conditions: &Conditions, members: &Members, seek: &Seek<'_>) -> Result<Vec<i64>> {
        let mut statement = self.tx.prepare_cached(sql)?;
        let order = statement.query_map(params_from_iter(&conditions.values), |row| row.get(0))?;
        self.first(order.map(|number| Ok(number?)).filter(|number| number.as_ref().map_or(true, |number| members.holds(*number))), seek)
    }

    /// Of an order the first that match and that the filter passes, one more than the page.
    fn first(&self, order: impl Iterator<Item = Result<i64>>, seek: &Seek<'_>) -> Result<Vec<i64>> {
        let mut passes = self.filter_of_one()?;
        let mut numbers = Vec::with_capacity(self.limit + 1);
        for number in order {
            let number = number?;
            if passes(number)? && seek.finds(self, number)? {
                numbers.push(number);
                if numbers.len() > self.skip + self.limit {
                    break;
                }
            }
        }
        Ok(numbers)
    }

    /// Whether the filter passes a certificate.
    fn filter_of_one(&self) -> Result<impl FnMut(i64) -> Result<bool>> {
        let conditions = Conditions::new(self.filter, self.at, &self.filter.statuses);
        let sql = format!("SELECT 1 FROM certificate c NOT INDEXED WHERE {} AND c.number = ?", conditions.text());
        let mut statement = self.tx.prepare_cached(&sql)?;
        Ok(move |number: i64| {
            let values = conditions.values.iter().cloned().chain([number.into()]);
            Ok(statement.exists(params_from_iter(values))?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_given_until_it_is_taken() {
        let mut members = Members::of(&[1, 63, 64, 1_000]);
        assert!([1, 63, 64, 1_000].iter().all(|number| members.holds(*number)));
        assert!([-1, 0, 2, 65, 999, 1_001, i64::MAX].iter().all(|number| !members.holds(*number)));
        assert!(members.take(64) && !members.take(64) && !members.take(5_000) && members.holds(63));
    }
}
