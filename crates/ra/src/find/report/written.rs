//! A report as a file: comma-separated values or JSON.

use super::{ReportFilter, ReportFormat, ReportHead, ReportName, head, rows};
use crate::{
    Error, Operator, Result,
    find::export::{in_csv, line, written},
};
use std::io::Write;

/// Written while it is read; how many rows.
pub(in crate::find) fn export(
    operator: &Operator,
    name: ReportName,
    filter: &ReportFilter,
    format: ReportFormat,
    to: &mut dyn Write,
) -> Result<u64> {
    let at = operator.inner.clock.now();
    operator.inner.store.read(|tx| {
        let head = head(operator, tx, at, name, filter)?;
        let mut count = 0;
        match format {
            ReportFormat::Csv => {
                let filter = serde_json::to_string(&head.filter).map_err(Error::fault)?;
                let title = serde_json::to_value(name).map_err(Error::fault)?;
                for (what, value) in [
                    ("report", title.as_str().unwrap_or_default()),
                    ("department", &head.department),
                    ("at", &head.at.to_string()),
                    ("filter", &filter),
                    ("ledger", &format!("{} {}", head.ledger_number, head.ledger_hash)),
                ] {
                    line(to, &[format!("# {what}"), value.to_owned()])?;
                }
                line(to, &head.columns)?;
                rows(tx, at, name, filter_of(&head), &mut |row| {
                    count += 1;
                    line(to, &row.iter().map(in_csv).collect::<Vec<_>>())?;
                    Ok(true)
                })?;
            }
            ReportFormat::Json => {
                let open = serde_json::to_string(&head).map_err(Error::fault)?;
                written(write!(to, "{},\"rows\":[", open.trim_end_matches('}')))?;
                rows(tx, at, name, filter_of(&head), &mut |row| {
                    let text = serde_json::to_string(&row).map_err(Error::fault)?;
                    written(write!(to, "{}\n{text}", if count == 0 { "" } else { "," }))?;
                    count += 1;
                    Ok(true)
                })?;
                written(to.write_all(b"]}\n"))?;
            }
        }
        written(to.flush())?;
        Ok(count)
    })
}

fn filter_of(head: &ReportHead) -> &ReportFilter {
    &head.filter
}
