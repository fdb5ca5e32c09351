//! Devices as they described themselves in phase 2: self-asserted text, bounded, without controls.

use super::Device;
use crate::{
    Result,
    id::{DeviceId, EnrollmentId, SubscriberId},
    subscriber::name::fold_number,
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashSet;

/// Longest attribute kept, characters.
const MAX_CHARACTERS: usize = 128;
/// The same of what a browser says it is: Safari alone needs 135.
const MAX_BROWSER: usize = 256;
/// Lines by which a person is found and that no device of theirs says any more.
const EARLIER: usize = 20;

/// What phase 2 said.
pub(crate) struct NewDevice {
    pub(crate) udid: String,
    pub(crate) serial: Option<String>,
    pub(crate) product: Option<String>,
    pub(crate) os_version: Option<String>,
    pub(crate) build: Option<String>,
    pub(crate) imei: Option<String>,
    pub(crate) meid: Option<String>,
    pub(crate) device_name: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) foreign_device_ca: bool,
}

/// Text of a device as it is kept and shown: no controls, no direction marks, not endless.
pub(crate) fn bounded(text: &str) -> String {
    shown(text, MAX_CHARACTERS)
}

/// What a browser says it is (User-Agent), in the same way.
pub(crate) fn browser(text: &str) -> String {
    shown(text, MAX_BROWSER)
}

fn shown(text: &str, most: usize) -> String {
    text.chars()
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        })
        .take(most)
        .collect()
}

/// The person's device with this UDID, made or brought up to date. A device that once came with a foreign device CA stays marked.
pub(crate) fn seen(tx: &Connection, at: Timestamp, subscriber: SubscriberId, new: &NewDevice) -> Result<DeviceId> {
    let id = tx
        .prepare_cached(
            "INSERT INTO device (id, subscriber, udid, serial, product, os_version, build, imei, meid, device_name, language,
                                 foreign_device_ca, first_seen, last_seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)
             ON CONFLICT (subscriber, udid) DO UPDATE SET
                serial = excluded.serial, product = excluded.product, os_version = excluded.os_version, build = excluded.build,
                imei = excluded.imei, meid = excluded.meid, device_name = excluded.device_name, language = excluded.language,
                foreign_device_ca = max(foreign_device_ca, excluded.foreign_device_ca), last_seen = excluded.last_seen
             RETURNING id",
        )?
        .query_row(
            params![
                DeviceId::fresh(),
                subscriber,
                new.udid,
                new.serial,
                new.product,
                new.os_version,
                new.build,
                new.imei,
                new.meid,
                new.device_name,
                new.language,
                new.foreign_device_ca,
                at.0
            ],
            |row| row.get(0),
        )?;
    let says = [new.device_name.as_deref(), new.serial.as_deref(), Some(new.udid.as_str()), new.imei.as_deref(), new.product.as_deref()];
    found_by(tx, subscriber, &says)?;
    Ok(id)
}

/// The person is found by what their device says of itself. What it said before stays, up to a bound: a phone may be asked for by its
/// earlier name, and whoever says ever new ones makes nothing grow (invariant 12).
pub(crate) fn found_by(tx: &Connection, subscriber: SubscriberId, says: &[Option<&str>]) -> Result<()> {
    let known: String = tx.prepare_cached("SELECT search FROM subscriber WHERE id = ?1")?.query_row([subscriber], |row| row.get(0))?;
    let mut lines: Vec<String> = known.split('\n').map(str::to_owned).collect();
    let before = lines.len();
    for line in folded(says) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.len() == before {
        return Ok(());
    }
    if lines.len() > EARLIER {
        forget_oldest(&mut lines, &lasting(tx, subscriber)?);
    }
    tx.prepare_cached("UPDATE subscriber SET search = ?2 WHERE id = ?1")?.execute(params![subscriber, lines.join("\n")])?;
    Ok(())
}

fn folded(says: &[Option<&str>]) -> Vec<String> {
    says.iter().flatten().map(|text| fold_number(text)).filter(|line| !line.is_empty()).collect()
}

/// Of the lines that are not among the `lasting` ones only the newest [`EARLIER`] stay; the first is the name, and stays.
fn forget_oldest(lines: &mut Vec<String>, lasting: &HashSet<String>) {
    let stays = |number: usize, line: &String| number == 0 || lasting.contains(line);
    let earlier = lines.iter().enumerate().filter(|(number, line)| !stays(*number, line)).count();
    let (mut too_many, mut number) = (earlier.saturating_sub(EARLIER), 0);
    lines.retain(|line| {
        let forgotten = too_many > 0 && !stays(number, line);
        too_many -= usize::from(forgotten);
        number += 1;
        !forgotten
    });
}

/// Lines of what is there now: the person's addresses, and what each device said last.
fn lasting(tx: &Connection, subscriber: SubscriberId) -> Result<HashSet<String>> {
    let mut addresses = tx.prepare_cached("SELECT address_key FROM mailbox WHERE subscriber = ?1")?;
    let mut lines = addresses.query_map([subscriber], |row| row.get(0))?.collect::<rusqlite::Result<HashSet<String>>>()?;
    let mut devices = tx.prepare_cached("SELECT device_name, serial, udid, imei, product FROM device WHERE subscriber = ?1")?;
    let mut rows = devices.query([subscriber])?;
    while let Some(row) = rows.next()? {
        for column in 0..5_usize {
            lines.extend(folded(&[row.get::<_, Option<String>>(column)?.as_deref()]));
        }
    }
    Ok(lines)
}

/// Columns that [`from_row`] reads, of the table `d`.
pub(super) const COLUMNS: &str =
    "d.id, d.product, d.serial, d.udid, coalesce(d.os_version, d.build), d.imei, d.language, d.first_seen, d.foreign_device_ca";

/// A device from [`COLUMNS`] that begin at `first`; `None` where a left join found none.
pub(super) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Device>> {
    let Some(id) = row.get::<_, Option<DeviceId>>(first)? else { return Ok(None) };
    Ok(Some(Device {
        id,
        product: row.get(first + 1)?,
        serial: row.get(first + 2)?,
        udid: row.get(first + 3)?,
        os_version: row.get(first + 4)?,
        imei: row.get(first + 5)?,
        language: row.get(first + 6)?,
        first_seen: Timestamp(row.get(first + 7)?),
        foreign_device_ca: row.get(first + 8)?,
    }))
}

/// A person's devices, newest first.
pub(crate) fn devices_of(tx: &Connection, subscriber: SubscriberId) -> Result<Vec<Device>> {
    let mut statement =
        tx.prepare_cached(&format!("SELECT {COLUMNS} FROM device d WHERE d.subscriber = ?1 ORDER BY d.last_seen DESC, d.id DESC"))?;
    let rows = statement.query_map([subscriber], |row| from_row(row, 0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().flatten().collect())
}

/// LANGUAGE of an enrollment's device.
pub(crate) fn language(tx: &Connection, enrollment: EnrollmentId) -> Result<Option<String>> {
    let found: Option<Option<String>> = tx
        .prepare_cached("SELECT d.language FROM enrollment e JOIN device d ON d.id = e.device WHERE e.id = ?1")?
        .query_row([enrollment], |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_device_is_shown_without_what_could_deceive() {
        assert_eq!(bounded("iPhone\0 of \u{202e}Alice\r\n"), "iPhone of Alice");
        assert_eq!((bounded(&"x".repeat(10_000)).len(), browser(&"x".repeat(10_000)).len()), (128, 256));
    }
}
