//! What transactionIDs stand for (RFC 8894 3.2.1.1, docs/conformance.md Q15, Q29): an authenticated request, its key and its
//! outcome.

use crate::{
    Result, certificate,
    challenge::{self, State},
};
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::{Connection, OptionalExtension, params};

/// What a transaction led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// The challenge with this number.
    Challenge(i64),
    /// A renewal, for which this serial was reserved.
    Renewal(SerialNumber),
}

/// A remembered transaction.
#[derive(Debug)]
pub(super) struct Transaction {
    /// SHA-256 of the signer's key.
    pub(super) key: [u8; 32],
    /// SHA-256 of the CSR.
    pub(super) request: [u8; 32],
    pub(super) cause: Cause,
}

/// Where it stands now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// This certificate, DER.
    Issued(Vec<u8>),
    /// Waits for the officer.
    Pending,
    /// Said no to, ended, or its certificate is revoked by now.
    Refused,
    /// Begun, and neither answered nor refused.
    Unfinished,
}

/// The transaction with this ID.
pub(super) fn find(tx: &Connection, id: &[u8]) -> Result<Option<Transaction>> {
    let mut statement = tx.prepare_cached("SELECT key, request, challenge, serial FROM scep_transaction WHERE transaction_id = ?1")?;
    let row = statement
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?, row.get::<_, Option<Vec<u8>>>(3)?)))
        .optional()?;
    let Some((key, request, challenge, serial)) = row else { return Ok(None) };
    let cause = match (challenge, serial) {
        (Some(challenge), _) => Cause::Challenge(challenge),
        (None, serial) => Cause::Renewal(SerialNumber::from_octets(&serial.unwrap_or_default())?),
    };
    Ok(Some(Transaction { key, request, cause }))
}

/// Remembers it, or what its key asks for now; false when the ID is another key's.
pub(super) fn remember(tx: &Connection, at: Timestamp, id: &[u8], key: &[u8; 32], request: &[u8; 32], cause: &Cause) -> Result<bool> {
    let (challenge, serial) = match cause {
        Cause::Challenge(id) => (Some(*id), None),
        Cause::Renewal(serial) => (None, Some(serial.octets())),
    };
    let changed = tx
        .prepare_cached(
            "INSERT INTO scep_transaction (transaction_id, key, request, challenge, serial, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (transaction_id) DO UPDATE SET request = excluded.request, challenge = excluded.challenge,
             serial = excluded.serial, at = excluded.at WHERE key = excluded.key",
        )?
        .execute(params![id, key, request, challenge, serial, at.0])?;
    Ok(changed == 1)
}

/// What became of `cause`.
pub(super) fn standing(tx: &Connection, cause: &Cause) -> Result<Standing> {
    let serial = match cause {
        Cause::Renewal(serial) => serial.clone(),
        Cause::Challenge(id) => match challenge::by_id(tx, *id)? {
            None => return Ok(Standing::Refused),
            Some(challenge) => match (challenge.state, challenge.serial) {
                (State::Spent, Some(serial)) => serial,
                (State::Pending, _) => return Ok(Standing::Pending),
                (State::Open | State::Claimed, _) => return Ok(Standing::Unfinished),
                (State::Refused | State::Cancelled | State::Spent, _) => return Ok(Standing::Refused),
            },
        },
    };
    issued(tx, &serial)
}

/// The stored certificate with this serial.
pub(super) fn issued(tx: &Connection, serial: &SerialNumber) -> Result<Standing> {
    Ok(match certificate::known(tx, serial)? {
        Some(known) if known.revoked => Standing::Refused,
        Some(known) => Standing::Issued(known.der),
        None => Standing::Unfinished,
    })
}
