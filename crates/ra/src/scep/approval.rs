//! Manual approval: requests that wait for the officer.

use super::{
    cycle::{self, Claim},
    operation::Answer,
    request::{NO_LONGER_HERE, refusal_by_policy, refusal_by_records},
    transaction::Cause,
};
use crate::{
    Conflict, Denied, Error, Noun, Operator, Result,
    challenge::{self, Challenge, Purpose, State},
    enrollment::{self, StepKind},
    id::RequestId,
    issue::{self, Intent},
    ledger,
    life::account,
    policy::{Policy, Terms},
    profile::Approval,
    wait,
};
use protocol::{Timestamp, key::PublicKey};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

/// A request that waits for the officer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PendingRequest {
    /// Id.
    pub id: RequestId,
    /// Subject to be certified.
    pub subject: String,
    /// Department of whom it is for, as people read it; `None`: they are no longer here.
    pub department: Option<String>,
    /// Profile.
    pub profile: String,
    /// SHA-256 of its public key (SubjectPublicKeyInfo), hex.
    pub key: String,
    /// Since.
    pub since: Timestamp,
}

/// A request begins to wait.
pub(super) fn ask(tx: &Connection, at: Timestamp, challenge: &Challenge, spki: &[u8]) -> Result<()> {
    tx.prepare_cached("INSERT INTO scep_pending (id, challenge, spki, since) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        RequestId::fresh(),
        challenge.id,
        spki,
        at.0
    ])?;
    Ok(())
}

/// It need not wait any longer.
pub(super) fn done(tx: &Connection, challenge: i64) -> Result<()> {
    tx.prepare_cached("DELETE FROM scep_pending WHERE challenge = ?1")?.execute([challenge])?;
    Ok(())
}

/// The challenge and the key of a waiting request.
fn waiting(tx: &Connection, id: RequestId) -> Result<(Challenge, PublicKey)> {
    let (challenge, spki): (i64, Vec<u8>) = tx
        .prepare_cached("SELECT challenge, spki FROM scep_pending WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(Error::NotFound(Noun::Request))?;
    let challenge = challenge::by_id(tx, challenge)?.filter(|c| c.state == State::Pending).ok_or(Error::NotFound(Noun::Request))?;
    Ok((challenge, PublicKey::from_spki(&spki)?))
}

/// The profile asks for a second officer.
fn four_eyes(policy: &Policy, purpose: Purpose) -> bool {
    matches!(policy.terms(purpose), Terms::Profile(profile) if profile.approval == Approval::FourEyes)
}

impl Operator {
    /// Requests that wait for approval.
    pub fn pending_requests(&self) -> Result<Vec<PendingRequest>> {
        let units = self.inner.units()?;
        self.inner.store.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT id, challenge, since FROM scep_pending ORDER BY id")?;
            let rows: Vec<(RequestId, i64, i64)> =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<rusqlite::Result<_>>()?;
            let mut requests = Vec::with_capacity(rows.len());
            for (id, challenge, since) in rows {
                if let Some(challenge) = challenge::by_id(tx, challenge)? {
                    requests.push(PendingRequest {
                        id,
                        subject: challenge.subject.to_string(),
                        department: challenge.department.and_then(|id| units.of(id).ok()).map(|unit| unit.department.clone()),
                        profile: challenge.purpose.as_str().to_owned(),
                        key: issue::hex(&challenge.claimed_by.unwrap_or_default()),
                        since: Timestamp(since),
                    });
                }
            }
            Ok(requests)
        })
    }
    /// Approves: the certificate is issued at once and given at the next poll.
    pub fn approve_request(&self, id: RequestId) -> Result<()> {
        let (_, policies, identities) = self.inner.at_one_moment()?;
        let (ca, clock, actor) = (identities.issuing.clone(), self.inner.clock.clone(), self.actor.clone());
        // 1. reserve
        let claim = self.inner.store.write(move |tx| {
            let at = issue::time(tx, &*clock)?;
            let (challenge, public_key) = waiting(tx, id)?;
            let Some(department) = challenge.department else { return Err(Error::invalid("request", NO_LONGER_HERE)) };
            let policy = policies.of(department)?;
            if let Some(why) = refusal_by_records(tx, at, challenge.subscriber, &challenge.san)? {
                return Err(why.into());
            }
            if let Some(reason) = refusal_by_policy(policy, challenge.purpose, &public_key) {
                return Err(Error::invalid("request", reason));
            }
            if four_eyes(policy, challenge.purpose) && challenge.made_by.as_ref().is_none_or(|maker| account(maker) == account(&actor)) {
                return Err(Error::Denied(Denied::SecondOfficer));
            }
            let intent = Intent {
                terms: policy.terms(challenge.purpose),
                subject: challenge.subject,
                san: challenge.san,
                subscriber: challenge.subscriber,
                enrollment: challenge.enrollment,
                public_key,
                urls: policy.urls().clone(),
            };
            if let Some(reason) = intent.refusal_of_key(tx)? {
                return Err(Error::invalid("request", reason));
            }
            let begun = match &challenge.serial {
                Some(serial) => issue::resume(tx, at, serial, &intent)?,
                None => None,
            };
            let reservation = match begun {
                Some(reservation) => reservation,
                None => {
                    let reservation = issue::reserve(tx, at, &ca.certificate, &intent)?;
                    challenge::approve(tx, challenge.id, &reservation.serial)?;
                    let facts = json!({ "serial": reservation.serial.to_string(), "profile": intent.purpose().as_str() });
                    ledger::append(tx, at, &actor, "request.approved", &id.to_string(), &facts)?;
                    reservation
                }
            };
            Ok(Claim { intent, reservation, cause: Cause::Challenge(challenge.id), renews: None, asked: None, actor })
        })?;
        match wait::on_thread(cycle::certify(&self.inner, &identities, claim))? {
            Answer::Certificate(_) => Ok(()),
            Answer::Crl(_) | Answer::Pending | Answer::Failure(_) => Err(Error::Conflict(Conflict::EnrollmentEnded)),
        }
    }
    /// Refuses.
    pub fn refuse_request(&self, id: RequestId, reason: &str) -> Result<()> {
        let reason = reason.trim().to_owned();
        if !(1..=500).contains(&reason.chars().count()) {
            return Err(Error::invalid("reason", "say why in 1 to 500 characters"));
        }
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let at = clock.now();
            let (challenge, _) = waiting(tx, id)?;
            done(tx, challenge.id)?;
            challenge::refuse(tx, challenge.id)?;
            // What an interrupted approval has reserved will not be used.
            if let Some(serial) = &challenge.serial {
                crate::certificate::abandon(tx, at, serial, "the request was refused")?;
            }
            let facts = json!({ "reason": reason, "profile": challenge.purpose.as_str() });
            ledger::append(tx, at, &actor, "request.refused", &id.to_string(), &facts)?;
            match challenge.enrollment {
                Some(enrollment) => enrollment::record(tx, at, enrollment, StepKind::ScepRefused, facts),
                None => Ok(()),
            }
        })
    }
}
