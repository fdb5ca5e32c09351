//! SCEP challenges: single-use, expiring, stored hashed, bound to subject, SANs, key type and device (invariant 7).

mod offer;

pub use offer::ScepChallenge;

use crate::{
    Denied, Error, Result,
    id::{DeviceId, EnrollmentId, SubscriberId, UnitId},
    ledger::Actor,
    policy::Policy,
    profile::ProfileName,
    secret::Token,
};
use protocol::{
    Timestamp,
    x509::{DistinguishedName, SerialNumber, SubjectAltName},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What the certificate will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The transport identity of phase 2.
    Transport,
    /// An identity of the final configuration profile, or by `scep challenge`.
    Certificate(ProfileName),
}

impl Purpose {
    /// As it stands in the store.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Purpose::Transport => "transport",
            Purpose::Certificate(profile) => profile.as_str(),
        }
    }
    /// As it stands in the store.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "transport" => Some(Purpose::Transport),
            other => ProfileName::parse(other).map(Purpose::Certificate),
        }
    }
}

/// A challenge to be made: what may be certified with it.
pub(crate) struct NewChallenge {
    pub(crate) purpose: Purpose,
    pub(crate) subject: DistinguishedName,
    pub(crate) san: Vec<SubjectAltName>,
    pub(crate) subscriber: Option<SubscriberId>,
    pub(crate) enrollment: Option<EnrollmentId>,
    pub(crate) device: Option<DeviceId>,
    pub(crate) expires_at: Timestamp,
    /// The officer must approve each request (PENDING).
    pub(crate) manual_approval: bool,
    /// Who made it: under four eyes somebody else approves.
    pub(crate) made_by: Option<Actor>,
}

/// Makes one in the caller's transaction; the secret exists only in the result.
pub(crate) fn create(tx: &Connection, at: Timestamp, policy: &Policy, new: &NewChallenge) -> Result<Token> {
    if !policy.by_scep(new.purpose) {
        return Err(Error::Denied(Denied::EncryptionByScep));
    }
    if let Purpose::Certificate(name) = new.purpose {
        policy.profile(name).require_offered()?;
    }
    let secret = Token::random()?;
    tx.prepare_cached(
        "INSERT INTO challenge (hash, purpose, subject, san, subscriber, enrollment, device, created_at, expires_at, manual_approval, state, made_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'open', ?11)",
    )?
    .execute(params![
        secret.hash(),
        new.purpose.as_str(),
        serde_json::to_string(&new.subject).map_err(Error::fault)?,
        serde_json::to_string(&new.san).map_err(Error::fault)?,
        new.subscriber,
        new.enrollment,
        new.device,
        at.0,
        new.expires_at.0,
        new.manual_approval,
        new.made_by.as_ref().map(serde_json::to_string).transpose().map_err(Error::fault)?,
    ])?;
    Ok(secret)
}

/// Where a challenge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody has used it.
    Open,
    /// A key has it; its certificate is not stored yet.
    Claimed,
    /// Its request waits for the officer.
    Pending,
    /// Its certificate is stored.
    Spent,
    /// The officer said no.
    Refused,
    /// Ended with its enrollment or subscriber.
    Cancelled,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Claimed => "claimed",
            State::Pending => "pending",
            State::Spent => "spent",
            State::Refused => "refused",
            State::Cancelled => "cancelled",
        }
    }
    fn parse(text: &str) -> Option<Self> {
        [State::Open, State::Claimed, State::Pending, State::Spent, State::Refused, State::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A challenge as it stands in the store.
#[derive(Debug)]
pub(crate) struct Challenge {
    pub(crate) id: i64,
    pub(crate) purpose: Purpose,
    pub(crate) subject: DistinguishedName,
    pub(crate) san: Vec<SubjectAltName>,
    pub(crate) subscriber: Option<SubscriberId>,
    /// Where the subscriber belongs now; `None`: they are no longer here.
    pub(crate) department: Option<UnitId>,
    pub(crate) enrollment: Option<EnrollmentId>,
    pub(crate) expires_at: Timestamp,
    pub(crate) manual_approval: bool,
    pub(crate) state: State,
    /// SHA-256 of the SubjectPublicKeyInfo of the only key that may use it.
    pub(crate) claimed_by: Option<[u8; 32]>,
    /// Reserved for it, or of its certificate.
    pub(crate) serial: Option<SerialNumber>,
    /// Who made it, where an officer did.
    pub(crate) made_by: Option<Actor>,
}

const BY_HASH: &str =
    "SELECT id, purpose, subject, san, subscriber, enrollment, expires_at, manual_approval, state, claimed_by, serial, made_by,
        (SELECT department FROM subscriber WHERE subscriber.id = challenge.subscriber)
    FROM challenge WHERE hash = ?1";
const BY_ID: &str =
    "SELECT id, purpose, subject, san, subscriber, enrollment, expires_at, manual_approval, state, claimed_by, serial, made_by,
        (SELECT department FROM subscriber WHERE subscriber.id = challenge.subscriber)
    FROM challenge WHERE id = ?1";

fn read(row: &Row<'_>) -> rusqlite::Result<Result<Challenge>> {
    let (purpose, state): (rusqlite::types::ValueRef<'_>, rusqlite::types::ValueRef<'_>) = (row.get_ref(1)?, row.get_ref(8)?);
    let (subject, san) = (row.get_ref(2)?, row.get_ref(3)?);
    let serial: Option<Vec<u8>> = row.get(10)?;
    let made_by: Option<String> = row.get(11)?;
    let damaged = |what: &str| Error::fault(format!("stored challenge: {what}"));
    let challenge = (|| {
        Ok(Challenge {
            id: row.get(0)?,
            purpose: purpose.as_str().ok().and_then(Purpose::parse).ok_or_else(|| damaged("purpose"))?,
            subject: serde_json::from_str(subject.as_str().map_err(Error::fault)?).map_err(Error::fault)?,
            san: serde_json::from_str(san.as_str().map_err(Error::fault)?).map_err(Error::fault)?,
            subscriber: row.get(4)?,
            department: row.get(12)?,
            enrollment: row.get(5)?,
            expires_at: Timestamp(row.get(6)?),
            manual_approval: row.get(7)?,
            state: state.as_str().ok().and_then(State::parse).ok_or_else(|| damaged("state"))?,
            claimed_by: row.get(9)?,
            serial: serial.map(|octets| SerialNumber::from_octets(&octets)).transpose()?,
            made_by: made_by.map(|text| serde_json::from_str(&text)).transpose().map_err(Error::fault)?,
        })
    })();
    Ok(challenge)
}

/// The challenge with this secret, by its SHA-256.
pub(crate) fn find(tx: &Connection, secret: &Token) -> Result<Option<Challenge>> {
    let mut statement = tx.prepare_cached(BY_HASH)?;
    statement.query_row([secret.hash()], read).optional()?.transpose()
}

/// The challenge with this number.
pub(crate) fn by_id(tx: &Connection, id: i64) -> Result<Option<Challenge>> {
    let mut statement = tx.prepare_cached(BY_ID)?;
    statement.query_row([id], read).optional()?.transpose()
}

/// `key` takes it (or still has it), `serial` is reserved for it.
pub(crate) fn claim(tx: &Connection, id: i64, key: &[u8; 32], serial: &SerialNumber) -> Result<()> {
    let changed = tx
        .prepare_cached(
            "UPDATE challenge SET state = 'claimed', claimed_by = ?2, serial = ?3 WHERE id = ?1 AND state IN ('open', 'claimed')",
        )?
        .execute(params![id, key, serial.octets()])?;
    one(changed, "claimed")
}

/// `key` takes it and waits for the officer.
pub(crate) fn wait(tx: &Connection, id: i64, key: &[u8; 32]) -> Result<()> {
    let changed = tx
        .prepare_cached("UPDATE challenge SET state = 'pending', claimed_by = ?2 WHERE id = ?1 AND state = 'open'")?
        .execute(params![id, key])?;
    one(changed, "set to wait")
}

/// `serial` is reserved for a request that the officer approves.
pub(crate) fn approve(tx: &Connection, id: i64, serial: &SerialNumber) -> Result<()> {
    let changed =
        tx.prepare_cached("UPDATE challenge SET serial = ?2 WHERE id = ?1 AND state = 'pending'")?.execute(params![id, serial.octets()])?;
    one(changed, "approved")
}

/// The certificate is stored; false when the challenge ended meanwhile or its serial is another one by now.
pub(crate) fn spend(tx: &Connection, id: i64, serial: &SerialNumber) -> Result<bool> {
    let changed = tx
        .prepare_cached("UPDATE challenge SET state = 'spent' WHERE id = ?1 AND state IN ('claimed', 'pending') AND serial = ?2")?
        .execute(params![id, serial.octets()])?;
    Ok(changed == 1)
}

/// The officer said no.
pub(crate) fn refuse(tx: &Connection, id: i64) -> Result<()> {
    let changed = tx.prepare_cached("UPDATE challenge SET state = 'refused' WHERE id = ?1 AND state = 'pending'")?.execute(params![id])?;
    one(changed, "refused")
}

fn one(changed: usize, what: &str) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(Error::fault(format!("a challenge could not be {what}"))) }
}

/// Ends what an enrollment has not used: call it in the transaction that ends the enrollment.
pub(crate) fn cancel_for_enrollment(tx: &Connection, enrollment: EnrollmentId) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM scep_pending WHERE challenge IN (SELECT id FROM challenge WHERE enrollment = ?1 AND state = 'pending')",
    )?
    .execute([enrollment])?;
    tx.prepare_cached("UPDATE challenge SET state = 'cancelled' WHERE enrollment = ?1 AND state IN ('open', 'claimed', 'pending')")?
        .execute([enrollment])?;
    Ok(())
}

/// How many challenges [`cancel_for_device`] ends.
pub(crate) fn unused_of_device(c: &Connection, device: DeviceId) -> Result<u32> {
    let mut statement = c.prepare_cached(
        "SELECT count(*) FROM enrollment e JOIN challenge c ON c.enrollment = e.id
         WHERE e.device = ?1 AND c.state IN ('open', 'claimed', 'pending')",
    )?;
    Ok(statement.query_row([device], |row| row.get(0))?)
}

/// Ends what a device has not used: call it in the transaction that holds or revokes the device's certificates, for who has found the
/// phone has its challenges, too.
pub(crate) fn cancel_for_device(tx: &Connection, device: DeviceId) -> Result<()> {
    let enrollments: Vec<EnrollmentId> = tx
        .prepare_cached("SELECT id FROM enrollment WHERE device = ?1")?
        .query_map([device], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    enrollments.into_iter().try_for_each(|enrollment| cancel_for_enrollment(tx, enrollment))
}

/// Ends what was promised to a subscriber and not issued: call it in the transaction that moves the subscriber to another department.
/// Transport identities state no department.
pub(crate) fn cancel_certificates_of(tx: &Connection, subscriber: SubscriberId) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM scep_pending WHERE challenge IN (SELECT id FROM challenge WHERE subscriber = ?1 AND purpose <> 'transport'
            AND state IN ('open', 'claimed', 'pending'))",
    )?
    .execute([subscriber])?;
    tx.prepare_cached(
        "UPDATE challenge SET state = 'cancelled' WHERE subscriber = ?1 AND purpose <> 'transport' AND state BETWEEN 'claimed' AND 'pending'",
    )?
    .execute([subscriber])?;
    Ok(())
}

/// Ends what was made for a subscriber and not used: call it in the transaction that deletes the subscriber.
pub(crate) fn cancel_for_subscriber(tx: &Connection, subscriber: SubscriberId) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM scep_pending WHERE challenge IN (SELECT id FROM challenge WHERE subscriber = ?1 AND state BETWEEN 'claimed' AND 'pending')",
    )?
    .execute([subscriber])?;
    tx.prepare_cached("UPDATE challenge SET state = 'cancelled' WHERE subscriber = ?1 AND state BETWEEN 'claimed' AND 'pending'")?
        .execute([subscriber])?;
    Ok(())
}
