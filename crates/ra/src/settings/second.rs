//! The settings that say when an act needs a second officer (`revoke.four_eyes_above`, `revoke.four_eyes_hours`): making them weaker
//! needs a second officer itself, who sets the same value. Until then they stay as they are. Making them stricter needs nobody.

use super::definition::definition;
use crate::{Denied, Error, Result, ledger, ledger::Actor, life::account};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A value that one officer asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SettingRequest {
    /// The value, as text.
    pub value: String,
    /// Who asked. Another officer makes it count by setting the same value.
    pub asked_by: Actor,
    /// When.
    pub asked_at: Timestamp,
}

/// What a change needs.
pub(super) enum Decided {
    /// It counts at once.
    Alone,
    /// It counts: this one asked for it, and now another one did.
    Together(Actor),
    /// It waits for another officer.
    Waiting,
}

fn number(key: &str, value: Option<&str>) -> Option<u32> {
    value.or_else(|| definition(key).map(|definition| definition.default))?.parse().ok()
}

/// Does it let one officer do more alone?
fn weakens(key: &str, before: Option<&str>, after: Option<&str>) -> bool {
    let (before, after) = (number(key, before), number(key, after));
    match key {
        "revoke.four_eyes_above" => after > before,
        // What was done in fewer hours counts together.
        "revoke.four_eyes_hours" => after < before,
        _ => false,
    }
}

/// Decides about a change in its transaction, and records who asked for what.
pub(super) fn decide(tx: &Connection, at: Timestamp, actor: &Actor, key: &str, from: Option<&str>, to: Option<&str>) -> Result<Decided> {
    let asked = one(tx, key)?;
    let drop = || tx.prepare_cached("DELETE FROM setting_request WHERE key = ?")?.execute([key]);
    if !weakens(key, from, to) {
        if asked.is_some() {
            drop()?;
            ledger::append(tx, at, actor, "setting.request_withdrawn", key, &serde_json::json!({}))?;
        }
        return Ok(Decided::Alone);
    }
    let who = account(actor).ok_or(Error::Denied(Denied::SecondOfficer))?;
    match asked {
        Some((value, by)) if value.as_deref() == to && account(&by).as_deref() == Some(&*who) => return Ok(Decided::Waiting),
        Some((value, by)) if value.as_deref() == to => {
            drop()?;
            return Ok(Decided::Together(by));
        }
        _ => {}
    }
    tx.prepare_cached(
        "INSERT INTO setting_request (key, value, asked_by, asked_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE \
         SET value = excluded.value, asked_by = excluded.asked_by, asked_at = excluded.asked_at",
    )?
    .execute(params![key, to, serde_json::to_string(actor).map_err(Error::fault)?, at.0])?;
    ledger::append(tx, at, actor, "setting.requested", key, &serde_json::json!({ "from": from, "to": to }))?;
    Ok(Decided::Waiting)
}

fn one(c: &Connection, key: &str) -> Result<Option<(Option<String>, Actor)>> {
    let mut statement = c.prepare_cached("SELECT value, asked_by FROM setting_request WHERE key = ?")?;
    let found: Option<(Option<String>, String)> = statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.map(|(value, by)| Ok((value, serde_json::from_str(&by).map_err(Error::fault)?))).transpose()
}

/// All that wait, by key.
pub(super) fn waiting(c: &Connection) -> Result<Vec<(String, SettingRequest)>> {
    let mut statement = c.prepare_cached("SELECT key, value, asked_by, asked_at FROM setting_request ORDER BY key")?;
    let mut rows = statement.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

fn read(row: &Row<'_>) -> Result<(String, SettingRequest)> {
    let (key, value): (String, Option<String>) = (row.get(0)?, row.get(1)?);
    let value = value.unwrap_or_else(|| definition(&key).map_or(String::new(), |definition| definition.default.to_owned()));
    let asked_by = serde_json::from_str(row.get_ref(2)?.as_str().map_err(Error::fault)?).map_err(Error::fault)?;
    Ok((key, SettingRequest { value, asked_by, asked_at: Timestamp(row.get(3)?) }))
}
