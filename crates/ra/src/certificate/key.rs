//! What is known about a key, from the certificates that have it.

use super::record::reason_code;
use crate::Result;
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};
use rusqlite::{Connection, params};

const COMPROMISED: &str = "the key was compromised";
const HELD: &str = "a certificate with this key is on hold";
const MADE_HERE: &str = "Signet made this key, and keys that sign are made by their holder";
const HOLDERS: &str = "the holder made this key, and keys that decrypt are made by Signet";

const COMPROMISE: i64 = reason_code(Reason::KeyCompromise);
const HOLD: i64 = reason_code(Reason::CertificateHold);

/// Why a key is not certified (again): it was compromised, one of its certificates is on hold, or it was made by somebody else than
/// `made_here` says, so that it would be kept by whom it must not be (invariants 1 and 2). `None`: nothing is known against it.
///
/// Who made the key of a certificate follows from the version of the profile that it was issued by, which is never changed.
pub(crate) fn refusal_of_key(tx: &Connection, key: &[u8; 32], made_here: bool) -> Result<Option<&'static str>> {
    let mut statement = tx.prepare_cached(
        "SELECT c.reason, c.kind = 'subscriber' AND c.issuer IS NOT NULL,
                coalesce(p.decrypts AND (NOT p.signs OR p.escrow), c.profile IN ('encryption', 'document'))
         FROM certificate c LEFT JOIN profile p ON p.version = c.profile_version WHERE c.key_fingerprint = ?1",
    )?;
    let mut rows = statement.query([key])?;
    let (mut held, mut made_elsewhere) = (false, false);
    while let Some(row) = rows.next()? {
        let (reason, issued_to_somebody, signets): (Option<i64>, bool, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match reason {
            Some(COMPROMISE) => return Ok(Some(COMPROMISED)),
            Some(HOLD) => held = true,
            _ => {}
        }
        made_elsewhere |= issued_to_somebody && signets != made_here;
    }
    Ok(match (held, made_elsewhere) {
        (true, _) => Some(HELD),
        (false, true) => Some(if made_here { HOLDERS } else { MADE_HERE }),
        (false, false) => None,
    })
}

/// The other certificates with the key of this one that have neither ended nor been revoked for good, whoever's they are.
pub(crate) fn of_same_key(tx: &Connection, at: Timestamp, serial: &SerialNumber) -> Result<Vec<SerialNumber>> {
    let mut statement = tx.prepare_cached(
        "SELECT o.serial FROM certificate c JOIN certificate o ON o.key_fingerprint = c.key_fingerprint
         WHERE c.serial = ?1 AND o.number <> c.number AND o.kind IN ('subscriber', 'transport') AND o.issuer IS NOT NULL
           AND o.not_after >= ?2 AND (o.reason IS NULL OR o.reason = 6) ORDER BY o.number",
    )?;
    let rows = statement.query_map(params![serial.octets(), at.0], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|octets| Ok(SerialNumber::from_octets(&octets?)?)).collect()
}
