//! The list as people save it: its columns and cells.

use super::{Columns, MAX_LIST, MOST, RowError};
use crate::{
    Error, Result,
    csv::{self, Record},
};

/// Headings, what they mean, and the rows.
pub(super) struct List {
    pub(super) headings: Vec<String>,
    pub(super) columns: Columns,
    pub(super) rows: Vec<Record>,
}

pub(super) fn read(octets: &[u8], columns: Option<Columns>) -> Result<List> {
    if octets.len() > MAX_LIST {
        return Err(Error::invalid("list", format!("it is larger than {} MiB; divide it", MAX_LIST / 1024 / 1024)));
    }
    // What is not UTF-8 becomes U+FFFD, so that the row can be named.
    let text = String::from_utf8_lossy(octets);
    let mut records = csv::read(&text).map_err(|reason| Error::invalid("list", reason))?;
    if records.is_empty() {
        return Err(Error::invalid("list", "it is empty"));
    }
    let headings = records.remove(0).fields;
    if records.len() > MOST {
        return Err(Error::invalid("list", format!("it has {} rows, at most {MOST} are worked off at once; divide it", records.len())));
    }
    let find = |names: &[&str]| headings.iter().position(|heading| names.contains(&heading.trim().to_lowercase().as_str()));
    let columns = match columns {
        Some(columns) => columns,
        None => Columns {
            mail: find(&["mail", "email", "e-mail", "address", "courriel", "adresse"])
                .ok_or_else(|| Error::invalid("list", "its first line must name the columns: mail, and perhaps name and csr"))?,
            name: find(&["name", "nom"]),
            csr: find(&["csr", "request", "pkcs10"]),
        },
    };
    let named = [Some(columns.mail), columns.name, columns.csr];
    if named.into_iter().flatten().any(|column| column >= headings.len()) {
        return Err(Error::invalid("columns", format!("the list has {} columns", headings.len())));
    }
    Ok(List { headings, columns, rows: records })
}

/// A cell that may be used, or what is wrong with it.
pub(super) fn cell<'a>(record: &'a Record, column: usize, field: &'static str) -> std::result::Result<&'a str, RowError> {
    let text = record.fields.get(column).map_or("", String::as_str);
    let wrong = |reason: String| {
        Err(RowError { line: record.line, mail: super::plan::shown(text), code: "validation".to_owned(), field: field.to_owned(), reason })
    };
    if text.contains('\u{fffd}') {
        return wrong("it is not UTF-8; save the list as CSV in UTF-8".to_owned());
    }
    if let Some(first @ ('=' | '+' | '-' | '@')) = text.chars().next()
        && field != "csr"
    {
        return wrong(format!("it begins with {first}: a spreadsheet would take it for a formula; write the value itself"));
    }
    Ok(text)
}
