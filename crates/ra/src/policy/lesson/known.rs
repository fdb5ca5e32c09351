//! What the store knows of people and machines, for a redaction.

use super::redact::{Hex, Kind, Redaction};
use crate::{Error, Result, ledger::Actor, policy::escrow::EscrowDecision};
use protocol::x509::{AttributeType, SerialNumber};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Settings whose values name hosts, networks or accounts.
const NAMING: [&str; 10] = [
    "serve.https",
    "serve.http",
    "serve.public_url",
    "status.url",
    "mail.server",
    "mail.from",
    "mail.user",
    "wifi.server_names",
    "vpn.server",
    "vpn.remote_id",
];
/// Answers of gates that begin with somebody's name, one a line.
const NAMED: [&str; 7] = ["executive", "members", "administrator", "read-by", "responsible", "custodians", "name"];
/// Accounts that are words of every day here.
const COMMON: [&str; 4] = ["root", "admin", "administrator", "officer"];

/// Looks for everything.
pub(super) fn look(c: &Connection, redaction: &mut Redaction) -> Result<()> {
    people(c, redaction)?;
    units(c, redaction)?;
    machines(c, redaction)?;
    officers(c, redaction)?;
    papers(c, redaction)?;
    for (digits, hex) in redaction.serials() {
        serial(c, redaction, &digits, hex)?;
    }
    Ok(())
}

/// Each text of a column.
fn each(c: &Connection, sql: &str, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let mut statement = c.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(row.get_ref(0)?.as_str().map_err(Error::fault)?)?;
    }
    Ok(())
}

/// Those who are there and those who ever were: a subject DN is kept for ever.
fn people(c: &Connection, redaction: &mut Redaction) -> Result<()> {
    each(c, "SELECT name FROM subscriber", |name| {
        redaction.know_person(name);
        Ok(())
    })?;
    each(c, "SELECT name FROM subject_name", |name| {
        let attributes: Vec<(AttributeType, String)> = serde_json::from_str(name).unwrap_or_default();
        for (kind, value) in &attributes {
            if *kind == AttributeType::CommonName {
                redaction.know_person(value);
            }
        }
        Ok(())
    })?;
    each(c, "SELECT m.address FROM mailbox m", |address| {
        redaction.know(Kind::Address, address);
        Ok(())
    })?;
    // The part before the @ of a person is often their name; of an office it is a word.
    let sql = "SELECT m.address FROM mailbox m JOIN subscriber s ON s.id = m.subscriber WHERE s.kind = 'person'";
    each(c, sql, |address| {
        redaction.know_person(address.split('@').next().unwrap_or_default());
        Ok(())
    })
}

fn units(c: &Connection, redaction: &mut Redaction) -> Result<()> {
    for sql in ["SELECT name FROM unit", "SELECT certified_name FROM unit WHERE certified_name IS NOT NULL"] {
        each(c, sql, |name| {
            redaction.know(Kind::Unit, name);
            Ok(())
        })?;
    }
    each(c, "SELECT mail_domains FROM unit UNION ALL SELECT hosts FROM unit", |list| {
        let hosts: Vec<String> = serde_json::from_str(list).map_err(Error::fault)?;
        hosts.iter().for_each(|host| redaction.know(Kind::Host, host));
        Ok(())
    })
}

fn machines(c: &Connection, redaction: &mut Redaction) -> Result<()> {
    let mut statement = c.prepare_cached("SELECT key, value FROM setting")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (key, value): (String, String) = (row.get(0)?, row.get(1)?);
        match key.as_str() {
            "portal.contact" => {
                redaction.know_phones(&value);
                redaction.know_person(&value);
            }
            "wifi.ssid" => redaction.know(Kind::Host, &value),
            _ if NAMING.contains(&key.as_str()) => value.split([',', ' ']).for_each(|one| redaction.know(Kind::Host, bare(one))),
            _ => {}
        }
    }
    each(c, "SELECT address FROM publication_target", |address| {
        redaction.know(Kind::Host, bare(address));
        Ok(())
    })?;
    each(c, "SELECT device_name FROM device WHERE device_name IS NOT NULL", |name| {
        redaction.know(Kind::Device, name);
        Ok(())
    })?;
    for column in ["udid", "serial", "imei", "meid"] {
        each(c, &format!("SELECT {column} FROM device WHERE length({column}) > 3"), |number| {
            redaction.know(Kind::Serial, number);
            Ok(())
        })?;
    }
    Ok(())
}

/// The host of a URL; a folder or a listener's address as it is.
fn bare(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    if address.len() == rest.len() { rest } else { rest.split('/').next().unwrap_or_default() }
}

/// Accounts that stand in the ledger.
fn officers(c: &Connection, redaction: &mut Redaction) -> Result<()> {
    let sql = "SELECT DISTINCT actor FROM ledger WHERE actor LIKE '{\"Officer\"%' OR actor LIKE '{\"Command\"%'";
    each(c, sql, |actor| {
        if let Actor::Officer(name) | Actor::Command(name) = serde_json::from_str(actor).map_err(Error::fault)?
            && !COMMON.contains(&name.to_lowercase().as_str())
        {
            redaction.know_person(&name);
            redaction.know(Kind::Person, &name);
        }
        Ok(())
    })
}

/// Names and numbers that were written on forms: advisers, custodians, the team.
fn papers(c: &Connection, redaction: &mut Redaction) -> Result<()> {
    each(c, "SELECT decision FROM escrow_decision", |decision| {
        let Ok(decision) = serde_json::from_str::<EscrowDecision>(decision) else { return Ok(()) };
        redaction.know_person(first(&decision.decided_by));
        decision.advisers.iter().for_each(|adviser| redaction.know_person(first(&adviser.name)));
        Ok(())
    })?;
    each(c, "SELECT answers FROM gate", |answers| {
        let answers: BTreeMap<String, String> = serde_json::from_str(answers).map_err(Error::fault)?;
        for (_, answer) in answers.iter().filter(|(question, _)| NAMED.contains(&question.as_str())) {
            redaction.know_phones(answer);
            answer.lines().for_each(|line| redaction.know_person(first(line)));
        }
        Ok(())
    })
}

/// The name at the beginning of a line, before the office and the rest.
fn first(line: &str) -> &str {
    line.split([',', ';', ':', '(']).next().unwrap_or_default().trim()
}

/// Digits that begin a serial number of ours.
fn serial(c: &Connection, redaction: &mut Redaction, digits: &str, hex: Hex) -> Result<()> {
    // Short numbers are words of every day, unless a whole serial number is so short.
    let whole = SerialNumber::parse(digits).ok().map(|serial| serial.octets().to_vec());
    let mut exact = c.prepare_cached("SELECT 1 FROM certificate WHERE serial = ?")?;
    if digits.len() >= 4
        && let Some(whole) = whole
        && exact.exists([whole])?
    {
        redaction.is_serial(hex);
        return Ok(());
    }
    if digits.len() < 6 {
        return Ok(());
    }
    let even = digits.get(..digits.len() / 2 * 2).unwrap_or_default();
    let low: Vec<u8> = (0..even.len()).step_by(2).filter_map(|at| u8::from_str_radix(even.get(at..at + 2)?, 16).ok()).collect();
    let mut high = low.clone();
    high.extend([0xff; 20]);
    if c.prepare_cached("SELECT 1 FROM certificate WHERE serial >= ? AND serial <= ?")?.exists((low, high))? {
        redaction.is_serial(hex);
    }
    Ok(())
}
