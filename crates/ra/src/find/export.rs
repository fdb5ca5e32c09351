//! Lists written whole, read while they are written.

use super::{CertificatesQuery, PeopleQuery, PeopleSort, csv};
use crate::{
    Dependency, Error, Operator, Result,
    certificate::Certificate,
    id::SubscriberId,
    subscriber::{Subscriber, name::fold, read},
};
use protocol::x509::{CertificateView, SerialNumber};
use std::{collections::BTreeSet, io::Write};

/// Rows read at once.
const PAGE: u32 = 500;
/// Most certificates of one PKCS#7: it cannot be written before its length is known.
const MAX_P7B: usize = 10_000;

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

/// All rows of a list, a page at a time.
fn each_certificate(operator: &Operator, query: &CertificatesQuery, mut row: impl FnMut(&Certificate) -> Result<()>) -> Result<u64> {
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

pub(super) fn certificates(operator: &Operator, query: &CertificatesQuery, format: CertificateFormat, to: &mut dyn Write) -> Result<u64> {
    let der = |row: &Certificate| Ok::<_, Error>(operator.export_certificate(&SerialNumber::parse(&row.serial)?)?.0);
    let count = match format {
        CertificateFormat::Csv => {
            line(to, &["serial", "status", "profile", "subject", "names", "not_before", "not_after", "kind"].map(str::to_owned))?;
            each_certificate(operator, query, |row| {
                let (from, until) = (row.not_before.to_string(), row.not_after.to_string());
                let names = row.san.join(" ");
                line(
                    to,
                    &[
                        row.serial.clone(),
                        row.status.clone(),
                        row.profile.clone(),
                        row.subject.clone(),
                        names,
                        from,
                        until,
                        row.kind.clone(),
                    ],
                )
            })?
        }
        CertificateFormat::Json => array(to, |write| each_certificate(operator, query, |row| write(serde_json::to_vec(row))))?,
        CertificateFormat::Pem => {
            each_certificate(operator, query, |row| written(to.write_all(CertificateView::from_der(&der(row)?)?.to_pem().as_bytes())))?
        }
        CertificateFormat::P7b => {
            let mut views = Vec::new();
            let count = each_certificate(operator, query, |row| {
                if views.len() >= MAX_P7B {
                    return Err(Error::invalid("format", "PKCS#7 holds at most 10,000 certificates; choose PEM or narrow the list"));
                }
                views.push(CertificateView::from_der(&der(row)?)?);
                Ok(())
            })?;
            written(to.write_all(&protocol::cms::certs_only(&views.iter().collect::<Vec<_>>())?))?;
            count
        }
    };
    written(to.flush())?;
    Ok(count)
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
    chosen: &[SubscriberId],
    format: PeopleFormat,
    to: &mut dyn Write,
) -> Result<u64> {
    let count = match format {
        PeopleFormat::Csv => {
            line(to, &["name", "mail", "kind", "subject", "validated", "active_certificates", "devices", "added"].map(str::to_owned))?;
            each_person(operator, query, chosen, |person| {
                let mails: Vec<_> = person.mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect();
                let validated = person.mailboxes.iter().all(|mailbox| mailbox.validated);
                let kind = serde_json::to_value(person.kind).map_err(Error::fault)?;
                line(
                    to,
                    &[
                        person.name.clone(),
                        mails.join(" "),
                        kind.as_str().unwrap_or_default().to_owned(),
                        person.subject.to_string(),
                        validated.to_string(),
                        person.active_certificates.to_string(),
                        person.devices.len().to_string(),
                        person.created_at.to_string(),
                    ],
                )
            })?
        }
        PeopleFormat::Json => array(to, |write| each_person(operator, query, chosen, |person| write(serde_json::to_vec(person))))?,
    };
    written(to.flush())?;
    Ok(count)
}

/// All rows of a list, a page at a time, or those that were chosen.
fn each_person(
    operator: &Operator,
    query: &PeopleQuery,
    chosen: &[SubscriberId],
    mut row: impl FnMut(&Subscriber) -> Result<()>,
) -> Result<u64> {
    if !chosen.is_empty() {
        let people = these(operator, chosen, query.sort)?;
        people.iter().try_for_each(row)?;
        return Ok(people.len() as u64);
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

/// Those that were chosen, each once, in the order of the list.
fn these(operator: &Operator, chosen: &[SubscriberId], sort: PeopleSort) -> Result<Vec<Subscriber>> {
    let (at, ids) = (operator.inner.clock.now(), chosen.iter().copied().collect::<BTreeSet<_>>());
    // Ids are ordered by time.
    let mut people = operator.inner.store.read(|tx| ids.into_iter().map(|id| read(tx, at, id)).collect::<Result<Vec<_>>>())?;
    if matches!(sort, PeopleSort::Name | PeopleSort::NameLast) {
        people.sort_by_cached_key(|person| (fold(&person.name), person.id));
    }
    if matches!(sort, PeopleSort::NameLast | PeopleSort::Newest) {
        people.reverse();
    }
    Ok(people)
}
