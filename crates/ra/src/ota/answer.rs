//! Answers that can be repeated: the plan is stored in the deciding transaction, the bytes after they were made; of two that
//! make them at the same time the first one's count. A crash in between costs nothing: the repeat makes them from the plan.

use super::plan::Plan;
use crate::{
    Error, Result,
    authority::Inner,
    enrollment::{self, StepKind},
    id::EnrollmentId,
    ledger::{self, Actor},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use std::sync::Arc;

/// A repeat within this time gets the same bytes.
pub(super) const REPEATS: i64 = 10 * Timestamp::MINUTE;

/// Which phase an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Two,
    Three,
}

impl Phase {
    fn number(self) -> u8 {
        match self {
            Phase::Two => 2,
            Phase::Three => 3,
        }
    }
}

/// A stored answer.
pub(super) struct Answer {
    pub(super) id: i64,
    session: i64,
    phase: Phase,
    pub(super) created_at: Timestamp,
    plan: Vec<u8>,
    bytes: Option<Vec<u8>>,
}

impl Answer {
    fn context(session: i64, phase: Phase, created_at: Timestamp) -> String {
        format!("ota answer {session} {} {}", phase.number(), created_at.0)
    }

    /// Stores what the answer will hold.
    pub(super) fn insert(inner: &Inner, tx: &Connection, session: i64, phase: Phase, plan: &Plan) -> Result<Answer> {
        let sealed = plan.seal(inner, &Self::context(session, phase, plan.at))?;
        tx.prepare_cached("INSERT INTO ota_answer (session, phase, created_at, plan) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            session,
            phase.number(),
            plan.at.0,
            sealed
        ])?;
        Ok(Answer { id: tx.last_insert_rowid(), session, phase, created_at: plan.at, plan: sealed, bytes: None })
    }

    /// The newest answer of a session's phase.
    pub(super) fn newest(tx: &Connection, session: i64, phase: Phase) -> Result<Option<Answer>> {
        Ok(tx
            .prepare_cached(
                "SELECT id, created_at, plan, bytes FROM ota_answer WHERE session = ?1 AND phase = ?2 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![session, phase.number()], |row| {
                Ok(Answer { id: row.get(0)?, session, phase, created_at: Timestamp(row.get(1)?), plan: row.get(2)?, bytes: row.get(3)? })
            })
            .optional()?)
    }

    /// The bytes: those stored, or made by `make` from the plan and then stored.
    pub(super) fn bytes(
        self,
        inner: &Arc<Inner>,
        enrollment: EnrollmentId,
        make: impl FnOnce(&Plan) -> Result<Vec<u8>>,
    ) -> Result<Vec<u8>> {
        let context = Self::context(self.session, self.phase, self.created_at);
        if let Some(sealed) = &self.bytes {
            return Ok(inner.vault.open(&context, sealed)?.to_vec());
        }
        let plan = Plan::open(inner, &context, &self.plan)?;
        let made = make(&plan)?;
        let sealed = inner.vault.seal(&context, &made)?;
        let (at, id, phase) = (inner.clock.now(), self.id, self.phase);
        let size = made.len();
        let earlier: Option<Vec<u8>> = inner.store.write(move |tx| {
            let mine =
                tx.prepare_cached("UPDATE ota_answer SET bytes = ?2 WHERE id = ?1 AND bytes IS NULL")?.execute(params![id, sealed])?;
            if mine == 0 {
                let stored =
                    tx.prepare_cached("SELECT bytes FROM ota_answer WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()?;
                return stored.flatten().ok_or_else(|| Error::fault("an answer went away while it was made")).map(Some);
            }
            match phase {
                Phase::Two => enrollment::record(tx, at, enrollment, StepKind::TransportOffered, json!({ "octets": size }))?,
                Phase::Three => {
                    enrollment::record(tx, at, enrollment, StepKind::ProfileSent, json!({ "octets": size }))?;
                    ledger::append(tx, at, &Actor::Device(enrollment), "profile.sent", &enrollment.to_string(), &json!({}))?;
                }
            }
            Ok(None)
        })?;
        match earlier {
            None => Ok(made),
            Some(sealed) => Ok(inner.vault.open(&context, &sealed)?.to_vec()),
        }
    }
}
