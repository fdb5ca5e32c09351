//! The list as people save it: its columns and cells, which the officer may correct before anything is made.

use super::{Columns, MAX_LIST, MOST, RowError};
use crate::{
    Error, Result,
    csv::{self, Record},
    mailbox::Address,
};

/// Longest cell that an officer types, characters: a request in base64 fits.
const LONGEST_CELL: usize = 20_000;
/// Rows that are looked at when columns are guessed by what stands in them.
const LOOKED_AT: usize = 50;

/// What a list's columns seem to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// Mail address.
    pub mail: Option<usize>,
    /// Name.
    pub name: Option<usize>,
    /// Request.
    pub csr: Option<usize>,
}

/// Headings and rows of a list of people (CSV in UTF-8 with commas, semicolons or tabs).
#[derive(Debug, Clone)]
pub struct BatchList {
    headings: Vec<String>,
    rows: Vec<Record>,
    guess: Guess,
}

impl BatchList {
    /// Reads it. Where the first line names no column but has an address in it, it is the first row and the headings are empty.
    pub fn read(octets: &[u8]) -> Result<Self> {
        if octets.len() > MAX_LIST {
            return Err(Error::invalid("list", format!("the list is larger than {} MiB; divide it", MAX_LIST / 1024 / 1024)));
        }
        // What is not UTF-8 becomes U+FFFD, so that the row can be named.
        let text = String::from_utf8_lossy(octets);
        let mut records = csv::read(&text).map_err(|reason| Error::invalid("list", reason))?;
        let Some(first) = records.first() else { return Err(Error::invalid("list", "the list is empty")) };
        let headings = match named(&first.fields).mail.is_none() && first.fields.iter().any(|cell| is_address(cell)) {
            true => vec![String::new(); first.fields.len()],
            false => records.remove(0).fields,
        };
        if records.len() > MOST {
            return Err(Error::invalid("list", format!("the list has {} rows, at most {MOST} are done at once; divide it", records.len())));
        }
        let guess = guess(&headings, &records);
        Ok(BatchList { headings, rows: records, guess })
    }

    /// Headings; empty ones where the list has none.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// What the columns seem to be: by their headings, otherwise by what stands in them.
    pub fn guess(&self) -> Guess {
        self.guess
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No row at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows, each with its line and cells.
    pub fn rows(&self) -> &[Record] {
        &self.rows
    }

    /// The row that begins on a line.
    pub fn row(&self, line: usize) -> Option<&Record> {
        self.at(line).and_then(|at| self.rows.get(at))
    }

    /// Corrects a cell.
    pub fn correct(&mut self, line: usize, column: usize, text: &str) -> Result<()> {
        if column >= self.headings.len() || text.chars().count() > LONGEST_CELL {
            return Err(Error::invalid("list", format!("write at most {LONGEST_CELL} characters into a column of the list")));
        }
        let at = self.at(line).ok_or_else(|| Error::invalid("list", format!("it has no line {line} any more")))?;
        if let Some(row) = self.rows.get_mut(at) {
            row.fields.resize(row.fields.len().max(column + 1), String::new());
            if let Some(cell) = row.fields.get_mut(column) {
                text.trim().clone_into(cell);
            }
        }
        Ok(())
    }

    /// Leaves a row out.
    pub fn leave_out(&mut self, line: usize) {
        if let Some(at) = self.at(line) {
            self.rows.remove(at);
        }
    }

    fn at(&self, line: usize) -> Option<usize> {
        self.rows.binary_search_by_key(&line, |row| row.line).ok()
    }

    /// The officer's columns, or those that the first line names: what is only guessed, nobody has confirmed.
    pub(super) fn columns(&self, chosen: Option<Columns>) -> Result<Columns> {
        let by_heading = named(&self.headings);
        let columns = match (chosen, by_heading.mail) {
            (Some(columns), _) => columns,
            (None, Some(mail)) => Columns { mail, name: by_heading.name, csr: by_heading.csr },
            (None, None) => {
                return Err(Error::invalid("list", "the first line must name the columns: mail, and perhaps name and csr"));
            }
        };
        let named = [Some(columns.mail), columns.name, columns.csr];
        if named.into_iter().flatten().any(|column| column >= self.headings.len()) {
            return Err(Error::invalid("columns", format!("the list has {} columns", self.headings.len())));
        }
        Ok(columns)
    }
}

fn named(headings: &[String]) -> Guess {
    let find = |names: &[&str]| headings.iter().position(|heading| names.contains(&heading.trim().to_lowercase().as_str()));
    Guess {
        mail: find(&[
            "mail",
            "email",
            "e-mail",
            "address",
            "mail address",
            "e-mail address",
            "courriel",
            "adresse",
            "adresse électronique",
        ]),
        name: find(&["name", "full name", "display name", "nom", "nom complet"]),
        csr: find(&["csr", "request", "pkcs10"]),
    }
}

fn guess(headings: &[String], rows: &[Record]) -> Guess {
    let known = named(headings);
    let most = |fits: &dyn Fn(&str) -> bool| {
        let count = |column: usize| rows.iter().take(LOOKED_AT).filter(|row| row.fields.get(column).is_some_and(|cell| fits(cell))).count();
        // The first of those that have most of it.
        (0..headings.len()).rev().map(|column| (count(column), column)).max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0)
    };
    let mail = known.mail.or_else(|| most(&is_address).map(|(_, column)| column));
    // Of a list without headings only what looks like a name beside an address.
    let name = known.name.or_else(|| {
        let bare = headings.iter().all(String::is_empty);
        bare.then(|| most(&|cell| cell.contains(' ') && !cell.contains('@') && cell.len() < 200)).flatten().map(|(_, column)| column)
    });
    Guess { mail, name: name.filter(|name| Some(*name) != mail), csr: known.csr }
}

fn is_address(cell: &str) -> bool {
    Address::parse(cell).is_ok()
}

/// A cell that may be used, or what is wrong with it.
pub(super) fn cell<'a>(record: &'a Record, column: usize, field: &'static str) -> std::result::Result<&'a str, Box<RowError>> {
    let text = record.fields.get(column).map_or("", String::as_str);
    let wrong = |problem: &str, reason: String| {
        Err(Box::new(RowError {
            line: record.line,
            mail: super::plan::shown(text),
            code: "validation".to_owned(),
            problem: problem.to_owned(),
            detail: String::new(),
            field: field.to_owned(),
            reason,
        }))
    };
    if text.contains('\u{fffd}') {
        return wrong("notUtf8", "it is not UTF-8; save the list as CSV in UTF-8".to_owned());
    }
    if let Some(first @ ('=' | '+' | '-' | '@')) = text.chars().next()
        && field != "csr"
    {
        return wrong("formula", format!("it begins with {first}: a spreadsheet would take it for a formula; write the value itself"));
    }
    Ok(text)
}
