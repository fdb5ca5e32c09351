//! The report of what officers did.

use super::{ReportFilter, Sink, time};
use crate::{Error, Result, ledger};
use rusqlite::{Connection, params};
use serde_json::json;

/// Who a recorded actor is, in words.
pub(super) fn by(actor: &str) -> Result<String> {
    Ok(match serde_json::from_str::<ledger::Actor>(actor).map_err(Error::fault)? {
        ledger::Actor::Officer(name) => format!("officer {name}"),
        ledger::Actor::Command(name) => format!("command {name}"),
        other => serde_json::to_string(&other).map_err(Error::fault)?,
    })
}

/// What officers and commands did; what devices and Signet itself did is left out.
pub(super) fn actions(tx: &Connection, filter: &ReportFilter, sink: &mut Sink<'_>) -> Result<()> {
    let (since, until) = filter.span();
    let mut statement = tx.prepare_cached(
        "SELECT actor, event, count(*), min(at), max(at) FROM ledger WHERE at >= ?1 AND at < ?2
         AND (actor LIKE '{\"Officer\"%' OR actor LIKE '{\"Command\"%') GROUP BY actor, event ORDER BY actor, event",
    )?;
    let mut rows = statement.query(params![since, until])?;
    while let Some(row) = rows.next()? {
        let actor = by(row.get_ref(0)?.as_str().map_err(Error::fault)?)?;
        let (event, count): (String, i64) = (row.get(1)?, row.get(2)?);
        if !sink(vec![json!(actor), json!(event), json!(count), time(row.get(3)?), time(row.get(4)?)])? {
            break;
        }
    }
    Ok(())
}
