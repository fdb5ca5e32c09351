//! Lists written whole, read while they are written.

use super::{
    CertificateColumn, CertificatesQuery, PeopleQuery, PeopleSort, PersonColumn,
    columns::{of_certificate, of_person},
    csv,
    people::looks_at_certificates,
    profiles,
};
use crate::{
    Dependency, Error, Operator, Result,
    certificate::{Certificate, active_of},
    id::SubscriberId,
    subscriber::{Subscriber, name::fold, read},
};
use protocol::x509::{CertificateView, SerialNumber};
use serde_json::Value;
use std::{collections::BTreeSet, io::Write};

/// Rows read at once.
const PAGE: u32 = 500;
/// Most certificates of one PKCS#7: it cannot be written before its length is known.
pub(super) const MAX_P7B: usize = 10_000;

/// How certificates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CertificateFormat {
    /// Comma-separated values, safe for spreadsheets.
    Csv,
    /// A JSON array.
    Json,
    /// PEM, one after another.
    Pem,
    /// PKCS#7 (CMS certs-only), DER.
    P7b,
}

/// How people are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeopleFormat {
    /// Comma-separated values, safe for spreadsheets.
    Csv,
    /// A JSON array.
    Json,
    /// Their active certificates: PEM, one after another.
    Pem,
    /// Their active certificates: PKCS#7 (CMS certs-only), DER.
    P7b,
}

/// Writing failed: the disk is full, or the reader has gone.
pub(super) fn written(result: std::io::Result<()>) -> Result<()> {
    result.map_err(|error| Error::Unavailable(Dependency::Folder(format!("the list could not be written: {error}"))))
}

/// One CSV line.
pub(super) fn line(to: &mut dyn Write, cells: &[String]) -> Result<()> {
    let cells: Vec<String> = cells.iter().map(|cell| csv::cell(cell)).collect();
    written(write!(to, "{}\r\n", cells.join(",")))
}

/// A cell as CSV has it.
pub(super) fn in_csv(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A choice of none is a mistake: nobody means everything by it.
fn refuse_none<T>(chosen: Option<&[T]>) -> Result<()> {
    match chosen {
        Some([]) => Err(Error::invalid("chosen", "nothing is chosen; choose at least one, or export the whole list")),
        _ => Ok(()),
    }
}

/// All rows of a list, a page at a time, or those that were chosen.
fn each_certificate(
    operator: &Operator,
    query: &CertificatesQuery,
    chosen: Option<&[SerialNumber]>,
    mut row: impl FnMut(&Certificate) -> Result<()>,
) -> Result<u64> {
    if let Some(chosen) = chosen {
        let at = operator.inner.clock.now();
        let rows = operator.inner.store.read(|tx| super::certificates::chosen(tx, at, chosen, query.sort))?;
        rows.iter().try_for_each(row)?;
        return Ok(rows.len() as u64);
    }
    let (mut query, mut count) = (CertificatesQuery { limit: PAGE, after: None, before: None, skip: 0, ..query.clone() }, 0);
    if query.filter.search.is_some() || query.sort.by_name() {
        // An export is whole: what is new is put into the index first.
        while operator.index_new_certificates()? {}
    }
    loop {
        let page = operator.find_certificates(&query)?;
        for certificate in &page.rows {
            row(certificate)?;
            count += 1;
        }
        query.after = page.rows.last().map(|last| last.serial.clone());
        if !page.more || query.after.is_none() {
            return Ok(count);
        }
    }
}

/// The first `most` rows of a list; whether there are more.
pub(super) fn at_most(operator: &Operator, query: &CertificatesQuery, most: usize) -> Result<(Vec<Certificate>, bool)> {
    let mut query = CertificatesQuery { limit: PAGE, after: None, before: None, skip: 0, ..query.clone() };
    let mut list: Vec<Certificate> = Vec::new();
    loop {
        let page = operator.find_certificates(&query)?;
        list.extend(page.rows);
        let more = page.more || list.len() > most;
        query.after = list.last().map(|last| last.serial.clone());
        if !page.more || list.len() >= most {
            list.truncate(most);
            return Ok((list, more));
        }
    }
}

pub(super) fn certificates(
    operator: &Operator,
    query: &CertificatesQuery,
    chosen: Option<&[SerialNumber]>,
    columns: &[CertificateColumn],
    format: CertificateFormat,
    to: &mut dyn Write,
) -> Result<u64> {
    refuse_none(chosen)?;
    // Before the first octet is written.
    operator.inner.store.read(|tx| profiles::check(tx, &query.filter.profiles))?;
    let at = operator.inner.clock.now();
    let der = |row: &Certificate| Ok::<_, Error>(operator.export_certificate(&SerialNumber::parse(&row.serial)?)?.0);
    let count = match format {
        CertificateFormat::Csv => {
            let columns = if columns.is_empty() { CertificateColumn::USUAL } else { columns };
            line(to, &columns.iter().map(|column| column.word().to_owned()).collect::<Vec<_>>())?;
            each_certificate(operator, query, chosen, |row| {
                line(to, &of_certificate(operator, at, columns, row)?.iter().map(in_csv).collect::<Vec<_>>())
            })?
        }
        CertificateFormat::Json => array(to, |write| {
            each_certificate(operator, query, chosen, |row| match columns {
                [] => write(serde_json::to_vec(row)),
                columns => {
                    let words = columns.iter().map(|column| column.word());
                    write(serde_json::to_vec(&object(words, of_certificate(operator, at, columns, row)?)))
                }
            })
        })?,
        CertificateFormat::Pem => each_certificate(operator, query, chosen, |row| pem(to, &der(row)?))?,
        CertificateFormat::P7b => {
            let (octets, count) = p7b(MAX_P7B, |add| each_certificate(operator, query, chosen, |row| add(&der(row)?)))?;
            written(to.write_all(&octets))?;
            count
        }
    };
    written(to.flush())?;
    Ok(count)
}

fn pem(to: &mut dyn Write, der: &[u8]) -> Result<()> {
    written(to.write_all(CertificateView::from_der(der)?.to_pem().as_bytes()))
}

/// PKCS#7 of what `each` adds, at most `most`, and what `each` says.
pub(super) fn p7b(most: usize, each: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64>) -> Result<(Vec<u8>, u64)> {
    let mut views = Vec::new();
    let count = each(&mut |der| {
        if views.len() >= most {
            return Err(Error::invalid("format", "PKCS#7 holds at most 10,000 certificates; choose PEM or narrow the list"));
        }
        views.push(CertificateView::from_der(der)?);
        Ok(())
    })?;
    Ok((protocol::cms::certs_only(&views.iter().collect::<Vec<_>>())?, count))
}

/// A row in JSON: its cells under the words of their columns.
fn object<'a>(words: impl Iterator<Item = &'a str>, cells: Vec<Value>) -> Value {
    words.map(str::to_owned).zip(cells).collect::<serde_json::Map<_, _>>().into()
}

/// A JSON array of what `each` writes.
fn array(to: &mut dyn Write, each: impl FnOnce(&mut dyn FnMut(serde_json::Result<Vec<u8>>) -> Result<()>) -> Result<u64>) -> Result<u64> {
    let mut first = true;
    written(to.write_all(b"["))?;
    let count = each(&mut |row| {
        let row = row.map_err(Error::fault)?;
        written(to.write_all(if std::mem::take(&mut first) { b"\n" } else { b",\n" }).and_then(|()| to.write_all(&row)))
    })?;
    written(to.write_all(b"]\n"))?;
    Ok(count)
}

pub(super) fn people(
    operator: &Operator,
    query: &PeopleQuery,
    chosen: Option<&[SubscriberId]>,
    columns: &[PersonColumn],
    format: PeopleFormat,
    to: &mut dyn Write,
) -> Result<u64> {
    refuse_none(chosen)?;
    let count = match format {
        PeopleFormat::Csv => {
            let columns = if columns.is_empty() { PersonColumn::USUAL } else { columns };
            line(to, &columns.iter().map(|column| column.word().to_owned()).collect::<Vec<_>>())?;
            each_person(operator, query, chosen, |person| line(to, &of_person(columns, person)?.iter().map(in_csv).collect::<Vec<_>>()))?
        }
        PeopleFormat::Json => array(to, |write| {
            each_person(operator, query, chosen, |person| match columns {
                [] => write(serde_json::to_vec(person)),
                columns => write(serde_json::to_vec(&object(columns.iter().map(|column| column.word()), of_person(columns, person)?))),
            })
        })?,
        PeopleFormat::Pem => some(each_active(operator, query, chosen, |der| pem(to, der))?)?,
        PeopleFormat::P7b => {
            let (octets, count) = p7b(MAX_P7B, |add| some(each_active(operator, query, chosen, add)?))?;
            written(to.write_all(&octets))?;
            count
        }
    };
    written(to.flush())?;
    Ok(count)
}

/// A file of no certificates would look like one of theirs.
fn some(count: u64) -> Result<u64> {
    match count {
        0 => Err(Error::invalid("format", "none of these people has a valid certificate; choose others, or a table")),
        count => Ok(count),
    }
}

/// The active certificates of all people of a list, in its order, or of those that were chosen; how many certificates.
fn each_active(
    operator: &Operator,
    query: &PeopleQuery,
    chosen: Option<&[SubscriberId]>,
    mut certificate: impl FnMut(&[u8]) -> Result<()>,
) -> Result<u64> {
    let (at, mut count) = (operator.inner.clock.now(), 0);
    each_person(operator, query, chosen, |person| {
        let active = operator.inner.store.read(|tx| active_of(tx, at, person.id))?;
        count += active.len() as u64;
        active.iter().try_for_each(|der| certificate(der))
    })?;
    Ok(count)
}

/// All rows of a list, a page at a time, or those that were chosen.
fn each_person(
    operator: &Operator,
    query: &PeopleQuery,
    chosen: Option<&[SubscriberId]>,
    mut row: impl FnMut(&Subscriber) -> Result<()>,
) -> Result<u64> {
    if let Some(chosen) = chosen {
        let people = these(operator, chosen, query.sort)?;
        people.iter().try_for_each(row)?;
        return Ok(people.len() as u64);
    }
    if looks_at_certificates(query.filter.search.as_deref()) {
        // An export is whole: what is new is put into the index first.
        while operator.index_new_certificates()? {}
    }
    let (mut query, mut count) = (PeopleQuery { limit: PAGE, after: None, before: None, skip: 0, ..query.clone() }, 0);
    loop {
        let page = operator.find_people(&query)?;
        for person in &page.rows {
            row(person)?;
            count += 1;
        }
        query.after = page.rows.last().map(|last| last.id);
        if !page.more || query.after.is_none() {
            return Ok(count);
        }
    }
}

/// Whoever was deleted is nobody.
fn there(found: Result<Subscriber>) -> Option<Result<Subscriber>> {
    match found {
        Err(Error::NotFound(_)) => None,
        other => Some(other),
    }
}

/// Those that were chosen, each once, in the order of the list; refused where some are gone, for whoever takes the list counts on all of them.
fn these(operator: &Operator, chosen: &[SubscriberId], sort: PeopleSort) -> Result<Vec<Subscriber>> {
    let (at, ids) = (operator.inner.clock.now(), chosen.iter().copied().collect::<BTreeSet<_>>());
    // Ids are ordered by time.
    let mut people = operator.inner.store.read(|tx| ids.iter().filter_map(|id| there(read(tx, at, *id))).collect::<Result<Vec<_>>>())?;
    if people.len() < ids.len() {
        let (gone, all) = (ids.len() - people.len(), ids.len());
        return Err(Error::invalid("chosen", format!("no longer in the register: {gone} of the {all} chosen; choose again")));
    }
    if matches!(sort, PeopleSort::Name | PeopleSort::NameLast) {
        people.sort_by_cached_key(|person| (fold(&person.name), person.id));
    }
    if matches!(sort, PeopleSort::NameLast | PeopleSort::Newest) {
        people.reverse();
    }
    Ok(people)
}
