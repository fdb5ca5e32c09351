//! The plan for decryption keys: generated from what the settings say and from what the department stated, numbered, signed by
//! the profile signer, and out of date as soon as anything of it is changed.

mod facts;
mod stated;
#[cfg(test)]
mod tests;
mod text;

pub use facts::{EscrowFacts, KeyPlanFacts, PlanPart, ProfileFacts};
pub use stated::{Custodian, Stated};

use super::{
    Language,
    escrow::is_date,
    gate::{self, Gate},
};
use crate::{
    Dependency, Error, Noun, Operator, Result,
    id::UnitId,
    issue::hex,
    ledger::{self, Actor},
};
use protocol::{Timestamp, cms};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// A version is drawn up again when something was changed meanwhile; so many times.
const TRIES: u32 = 5;

/// A version of a department's plan.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct KeyPlan {
    /// Number, from 1.
    pub number: u64,
    /// When it was made.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// SHA-256 of the facts, hex.
    pub hash: String,
    /// What it was generated from.
    pub facts: KeyPlanFacts,
}

/// A plan to read, to print and to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPlanDocument {
    /// Which version.
    pub number: u64,
    /// The text.
    pub text: String,
    /// CMS SignedData, DER, with the text inside; `openssl cms -verify` checks it against the root.
    pub signed: Vec<u8>,
}

/// How a department's plan stands.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct KeyPlanStatus {
    /// The last version; `None`: none was made.
    pub plan: Option<KeyPlan>,
    /// It says what is so now.
    pub current: bool,
    /// What is otherwise now.
    pub changed: Vec<PlanPart>,
}

const COLUMNS: &str = "number, at, actor, facts, hash FROM key_plan WHERE unit = ?1";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Result<KeyPlan>> {
    let (number, at, actor, facts, hash): (i64, i64, String, String, [u8; 32]) =
        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
    Ok((|| {
        Ok(KeyPlan {
            number: u64::try_from(number).map_err(Error::fault)?,
            at: Timestamp(at),
            actor: serde_json::from_str(&actor).map_err(Error::fault)?,
            hash: hex(&hash),
            facts: serde_json::from_str(&facts).map_err(Error::fault)?,
        })
    })())
}

fn last(c: &Connection, unit: UnitId) -> Result<Option<KeyPlan>> {
    let sql = format!("SELECT {COLUMNS} ORDER BY number DESC LIMIT 1");
    c.prepare_cached(&sql)?.query_row([unit], read).optional()?.transpose()
}

/// How the last version stands to what is so now, with these answers of the gate; without any (the gate is open) nothing is current.
pub(super) fn status(c: &Connection, unit: UnitId, answers: Option<&BTreeMap<String, String>>) -> Result<KeyPlanStatus> {
    let plan = last(c, unit)?;
    // What was written down before plans were generated may be no answer to what is asked now.
    let stated = answers.and_then(|answers| Stated::read(answers).ok());
    let (Some(made), Some(stated)) = (&plan, stated) else { return Ok(KeyPlanStatus { plan, current: false, changed: Vec::new() }) };
    let now = KeyPlanFacts::read(c, unit, stated)?;
    Ok(KeyPlanStatus { current: now == made.facts, changed: now.changed(&made.facts), plan })
}

/// A version with its texts, signed and not stored yet.
struct Drawn {
    plan: KeyPlan,
    /// Facts as they are hashed.
    text: String,
    hash: [u8; 32],
    english: KeyPlanDocument,
    french: KeyPlanDocument,
}

impl Operator {
    /// How the plan of the officer's department stands.
    pub fn key_plan(&self) -> Result<KeyPlanStatus> {
        let unit = self.here()?.id;
        self.inner.store.read(|c| status(c, unit, gate::answers(c, unit, Gate::KeyPlan)?.as_ref()))
    }

    /// All versions, newest first.
    pub fn key_plans(&self) -> Result<Vec<KeyPlan>> {
        let unit = self.here()?.id;
        self.inner.store.read(|c| {
            let sql = format!("SELECT {COLUMNS} ORDER BY number DESC");
            c.prepare_cached(&sql)?.query_map([unit], read)?.collect::<rusqlite::Result<Result<Vec<_>>>>()?
        })
    }

    /// A version's text with its signature; without a number the last one's.
    pub fn key_plan_document(&self, number: Option<u64>, language: Language) -> Result<KeyPlanDocument> {
        let unit = self.here()?.id;
        let number = number.map(|number| i64::try_from(number).map_err(|_| Error::NotFound(Noun::Plan))).transpose()?;
        let columns = match language {
            Language::English => "english, english_signed",
            Language::French => "french, french_signed",
        };
        self.inner.store.read(|c| {
            let sql =
                format!("SELECT number, {columns} FROM key_plan WHERE unit = ?1 AND number = coalesce(?2, number) ORDER BY number DESC");
            let mut statement = c.prepare_cached(&sql)?;
            let found =
                statement.query_row(params![unit, number], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))).optional()?;
            let (number, text, signed) = found.ok_or(Error::NotFound(Noun::Plan))?;
            Ok(KeyPlanDocument { number: u64::try_from(number).map_err(Error::fault)?, text, signed })
        })
    }

    /// Makes and signs a version from what is so now, with the answers that were written down. What is current already stays.
    pub fn make_key_plan(&self) -> Result<KeyPlan> {
        let unit = self.here()?.id;
        let answers = self.inner.store.read(|c| gate::answers(c, unit, Gate::KeyPlan))?;
        self.write_key_plan(answers.ok_or_else(|| Error::invalid("gate", "answer the questions of the gate key-plan first"))?)
    }

    /// Writes the gate's answers down and makes a version of them, in one transaction.
    pub(super) fn write_key_plan(&self, answers: BTreeMap<String, String>) -> Result<KeyPlan> {
        let (unit, stated) = (self.here()?.id, Stated::read(&answers)?);
        for _ in 0..TRIES {
            let (facts, last) = self.inner.store.read(|c| Ok((KeyPlanFacts::read(c, unit, stated.clone())?, last(c, unit)?)))?;
            // Signing opens a key, which may ask a person: outside of the transaction that stores what was signed.
            let drawn = match last {
                Some(last) if last.facts == facts => None,
                last => Some(self.draw(last.map_or(1, |last| last.number + 1), facts.clone())?),
            };
            let (clock, actor, answers) = (self.inner.clock.clone(), self.actor.clone(), answers.clone());
            let written = self.inner.store.write(move |tx| {
                let now = self::last(tx, unit)?;
                let number = now.as_ref().map_or(0, |last| last.number);
                let meanwhile = KeyPlanFacts::read(tx, unit, facts.stated.clone())? != facts
                    || match &drawn {
                        Some(drawn) => drawn.plan.number != number + 1,
                        None => now.as_ref().is_none_or(|last| last.facts != facts),
                    };
                if meanwhile {
                    return Ok(None);
                }
                let at = clock.now();
                if gate::answers(tx, unit, Gate::KeyPlan)?.as_ref() != Some(&answers) {
                    gate::put(tx, at, &actor, unit, Gate::KeyPlan, false, &answers)?;
                }
                match drawn {
                    Some(drawn) => drawn.store(tx, at, unit).map(Some),
                    None => Ok(now),
                }
            })?;
            if let Some(plan) = written {
                return Ok(plan);
            }
        }
        Err(Error::Unavailable(Dependency::DatabaseBusy))
    }

    fn draw(&self, number: u64, facts: KeyPlanFacts) -> Result<Drawn> {
        let signer = self.inner.profile_signer()?;
        let (at, (text, hash)) = (self.inner.clock.now(), facts.hashed()?);
        let plan = KeyPlan { number, at, actor: self.actor.clone(), hash: hex(&hash), facts };
        let subject = signer.certificate.subject.to_string();
        let head = text::Head { number, at, actor: &plan.actor, hash: &plan.hash, signer: &subject };
        let document = |language| {
            let text = text::plan(language, &head, &plan.facts);
            let signed = cms::sign(text.as_bytes(), &signer.signing(), cms::Digest::Sha256, Some(at), Vec::new(), true)?;
            Ok::<_, Error>(KeyPlanDocument { number, text, signed })
        };
        let (english, french) = (document(Language::English)?, document(Language::French)?);
        Ok(Drawn { plan, text, hash, english, french })
    }
}

impl Drawn {
    fn store(self, tx: &Connection, at: Timestamp, unit: UnitId) -> Result<KeyPlan> {
        let number = i64::try_from(self.plan.number).map_err(Error::fault)?;
        let actor = serde_json::to_string(&self.plan.actor).map_err(Error::fault)?;
        tx.prepare_cached(
            "INSERT INTO key_plan (unit, number, at, actor, facts, hash, english, french, english_signed, french_signed)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            unit,
            number,
            self.plan.at.0,
            actor,
            self.text,
            self.hash,
            self.english.text,
            self.french.text,
            self.english.signed,
            self.french.signed
        ])?;
        let facts = serde_json::json!({ "number": self.plan.number, "sha256": self.plan.hash });
        ledger::append(tx, at, &self.plan.actor, "plan.signed", &unit.to_string(), &facts)?;
        Ok(self.plan)
    }
}
