//! Steps and the states they lead to; a state never goes back.

use super::{State, StepKind, word};
use crate::{
    Error, Noun, Result,
    challenge::{self, Purpose},
    id::{EnrollmentId, SubscriberId},
    ledger::{self, Actor},
    sign_in::LinkEnd,
};
use protocol::{Timestamp, x509::SerialNumber};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

/// Steps of a kind that a stranger can cause are kept up to this number in an enrollment.
const MAX_NOISE: i64 = 200;
/// Longest facts of one step, octets of JSON.
const MAX_FACTS: usize = 8 * 1024;

/// How an enrollment ends before it is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Declined,
    Expired,
    Failed,
    Cancelled,
}

/// Appends a step in the caller's transaction and moves the state forward where the kind implies it.
pub(crate) fn record(tx: &Connection, at: Timestamp, enrollment: EnrollmentId, kind: StepKind, facts: serde_json::Value) -> Result<()> {
    let name = word(kind)?;
    if is_noise(kind) {
        let kept: i64 = tx
            .prepare_cached("SELECT count(*) FROM step WHERE enrollment = ?1 AND kind = ?2")?
            .query_row(params![enrollment, name], |row| row.get(0))?;
        if kept >= MAX_NOISE {
            return Ok(());
        }
    }
    let mut facts = facts.to_string();
    if facts.len() > MAX_FACTS {
        facts = json!({ "left_out": "the facts were too long" }).to_string();
    }
    let recorded = tx
        .prepare_cached("INSERT INTO step (enrollment, at, kind, facts) SELECT id, ?2, ?3, ?4 FROM enrollment WHERE id = ?1")?
        .execute(params![enrollment, at.0, name, facts])?;
    if recorded == 0 {
        // What a stranger still sends for somebody who was deleted is no fault of ours.
        return if is_noise(kind) { Ok(()) } else { Err(Error::NotFound(Noun::Enrollment)) };
    }
    if kind != StepKind::PageViewed {
        tx.prepare_cached("UPDATE enrollment SET updated_at = ?2 WHERE id = ?1")?.execute(params![enrollment, at.0])?;
    }
    match kind {
        StepKind::Opened => forward(tx, enrollment, State::Opened),
        StepKind::SignedIn => forward(tx, enrollment, State::Authenticated),
        StepKind::DeviceIdentified => forward(tx, enrollment, State::Identified),
        StepKind::TransportIssued => forward(tx, enrollment, State::Issued),
        StepKind::ProfileSent => {
            tx.prepare_cached("UPDATE enrollment SET profile_sent = 1, download_ends_at = NULL WHERE id = ?1")?.execute([enrollment])?;
            forward(tx, enrollment, State::Issued)
        }
        StepKind::Configured => {
            tx.prepare_cached("UPDATE enrollment SET configured_at = coalesce(configured_at, ?2) WHERE id = ?1")?
                .execute(params![enrollment, at.0])?;
            forward(tx, enrollment, State::Configured)
        }
        StepKind::Declined => stop(tx, enrollment, State::Declined),
        StepKind::Expired => stop(tx, enrollment, State::Expired),
        StepKind::Failed => stop(tx, enrollment, State::Failed),
        StepKind::Cancelled => stop(tx, enrollment, State::Cancelled),
        StepKind::Invited
        | StepKind::Resent
        | StepKind::PageViewed
        | StepKind::SignInFailed
        | StepKind::PasswordSet
        | StepKind::ProfileServiceSent
        | StepKind::DeviceRefused
        | StepKind::OsTooOld
        | StepKind::TransportOffered
        | StepKind::ScepRefused
        | StepKind::ProfileRequested
        | StepKind::ProfileRefused
        | StepKind::IdentityIssued
        | StepKind::Updated
        | StepKind::Repeated => Ok(()),
    }
}

fn is_noise(kind: StepKind) -> bool {
    matches!(
        kind,
        StepKind::PageViewed
            | StepKind::SignInFailed
            | StepKind::ProfileServiceSent
            | StepKind::DeviceRefused
            | StepKind::OsTooOld
            | StepKind::ScepRefused
            | StepKind::ProfileRefused
            | StepKind::Repeated
    )
}

/// Only from a state before it; an ended enrollment stays ended.
fn forward(tx: &Connection, enrollment: EnrollmentId, state: State) -> Result<()> {
    let rank = state.rank().ok_or_else(|| Error::fault("a state without a rank"))?;
    tx.prepare_cached(
        "UPDATE enrollment SET reached = ?3, state = CASE WHEN state IN ('declined', 'expired', 'failed', 'cancelled') THEN state ELSE ?2 END
         WHERE id = ?1 AND reached < ?3",
    )?
    .execute(params![enrollment, state.as_str(), rank])?;
    Ok(())
}

fn stop(tx: &Connection, enrollment: EnrollmentId, state: State) -> Result<()> {
    tx.prepare_cached(
        "UPDATE enrollment SET state = ?2, download_ends_at = NULL
         WHERE id = ?1 AND state NOT IN ('configured', 'declined', 'expired', 'failed', 'cancelled')",
    )?
    .execute(params![enrollment, state.as_str()])?;
    Ok(())
}

/// Ends an enrollment that is under way: step, state, its links, its OTA and SCEP challenges, ledger.
pub(crate) fn end(
    tx: &Connection,
    at: Timestamp,
    actor: &Actor,
    enrollment: EnrollmentId,
    ending: Ending,
    facts: serde_json::Value,
) -> Result<()> {
    let (kind, link_end, event) = match ending {
        Ending::Declined => (StepKind::Declined, LinkEnd::Declined, "enrollment.declined"),
        Ending::Expired => (StepKind::Expired, LinkEnd::Expired, "enrollment.expired"),
        Ending::Failed => (StepKind::Failed, LinkEnd::TooManyTries, "enrollment.failed"),
        Ending::Cancelled => (StepKind::Cancelled, LinkEnd::Cancelled, "enrollment.cancelled"),
    };
    record(tx, at, enrollment, kind, facts)?;
    crate::invitation::end_links(tx, at, enrollment, link_end)?;
    challenge::cancel_for_enrollment(tx, enrollment)?;
    tx.prepare_cached("UPDATE session SET dead = 1 WHERE enrollment = ?1")?.execute([enrollment])?;
    ledger::append(tx, at, actor, event, &enrollment.to_string(), &json!({}))
}

/// The issuance code says, in the transaction that stores it, that a certificate of `enrollment` was issued: the transport identity
/// moves it to `issued`; when all identities of the final profile are there, it is `configured` and its link is used.
pub(crate) fn certificate_issued(
    tx: &Connection,
    at: Timestamp,
    enrollment: EnrollmentId,
    purpose: Purpose,
    serial: &SerialNumber,
) -> Result<()> {
    let facts = |profile: &str| json!({ "serial": serial.to_string(), "profile": profile });
    let profile = match purpose {
        Purpose::Transport => {
            tx.prepare_cached(
                "INSERT INTO transport_certificate (serial, enrollment, issued_at) VALUES (?1, ?2, ?3) ON CONFLICT (serial) DO NOTHING",
            )?
            .execute(params![serial.octets(), enrollment, at.0])?;
            // Only this certificate goes on with the phase 2 that it came of: the newest, for a new one ends the challenge of the one before.
            tx.prepare_cached(
                "UPDATE session SET transport = ?2 WHERE transport IS NULL AND id = (
                    SELECT s.id FROM session s JOIN ota_answer a ON a.session = s.id
                    WHERE s.enrollment = ?1 AND a.phase = 2 ORDER BY a.id DESC LIMIT 1)",
            )?
            .execute(params![enrollment, serial.octets()])?;
            return record(tx, at, enrollment, StepKind::TransportIssued, facts("transport"));
        }
        Purpose::Certificate(profile) => profile.as_str(),
    };
    record(tx, at, enrollment, StepKind::IdentityIssued, facts(profile))?;
    // The newest profile that still waits for this identity.
    let answer: Option<i64> = tx
        .prepare_cached(
            "SELECT i.answer FROM session s JOIN ota_answer a ON a.session = s.id JOIN profile_identity i ON i.answer = a.id
             WHERE s.enrollment = ?1 AND i.profile = ?2 AND i.serial IS NULL ORDER BY i.answer DESC LIMIT 1",
        )?
        .query_row(params![enrollment, profile], |row| row.get(0))
        .optional()?;
    let Some(answer) = answer else { return Ok(()) };
    tx.prepare_cached("UPDATE profile_identity SET serial = ?3 WHERE answer = ?1 AND profile = ?2")?.execute(params![
        answer,
        profile,
        serial.octets()
    ])?;
    let waits: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM profile_identity WHERE answer = ?1 AND serial IS NULL)")?
        .query_row([answer], |row| row.get(0))?;
    if waits { Ok(()) } else { configured(tx, at, enrollment) }
}

/// Single completion: the first time all identities are there. Later profiles of the same phone are updates.
fn configured(tx: &Connection, at: Timestamp, enrollment: EnrollmentId) -> Result<()> {
    let (subscriber, before): (SubscriberId, Option<i64>) = tx
        .prepare_cached("SELECT subscriber, configured_at FROM enrollment WHERE id = ?1")?
        .query_row([enrollment], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(Error::NotFound(Noun::Enrollment))?;
    if before.is_some() {
        return Ok(());
    }
    record(tx, at, enrollment, StepKind::Configured, json!({}))?;
    crate::invitation::end_links(tx, at, enrollment, LinkEnd::Used)?;
    tx.prepare_cached("UPDATE session SET dead = 1 WHERE enrollment = ?1")?.execute([enrollment])?;
    let details = json!({ "subscriber": subscriber });
    ledger::append(tx, at, &Actor::Device(enrollment), "enrollment.configured", &enrollment.to_string(), &details)
}
