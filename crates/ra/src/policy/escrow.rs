//! Escrow: the interview, its recommendation with reasons, and the decision, kept with advisers, date and why.

use super::gate;
use crate::{Error, Operator, Result, id::UnitId, ledger, ledger::Actor, profile::is_text};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// The five answers: what the department's certificates are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answers {
    /// Signing alone.
    pub signing_only: bool,
    /// Client authentication alone.
    pub authentication_only: bool,
    /// Encryption in real time: TLS, SCEP, SAML.
    pub real_time: bool,
    /// Mail that must stay readable for sure: archive, subpoena.
    pub future_access: bool,
    /// Documents and media that are kept encrypted for long.
    pub long_lived: bool,
}

/// What the interview comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recommendation {
    /// Probably no escrow.
    NoEscrow,
    /// Consider escrow.
    ConsiderEscrow,
}

/// One reason, by the answer that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Reason {
    /// Name of the answer, a stable word.
    pub code: &'static str,
    /// What it speaks for.
    pub speaks_for: Recommendation,
    /// Why.
    pub text: &'static str,
}

/// A recommendation with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EscrowAdvice {
    /// What is recommended.
    pub recommendation: Recommendation,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
}

impl Answers {
    /// What is recommended, and why. Refused when the answers contradict each other.
    pub fn advice(self) -> Result<EscrowAdvice> {
        use Recommendation::{ConsiderEscrow, NoEscrow};
        let lasting = self.future_access || self.long_lived;
        if self.signing_only && (self.authentication_only || self.real_time || lasting) {
            return Err(Error::invalid("signing_only", "signing alone leaves nothing to encrypt: take back this answer or the others"));
        }
        if self.authentication_only && (self.real_time || lasting) {
            return Err(Error::invalid(
                "authentication_only",
                "signing in alone leaves nothing to encrypt: take back this answer or the others",
            ));
        }
        let reason = |given: bool, code, speaks_for, text| given.then_some(Reason { code, speaks_for, text });
        let mut reasons: Vec<_> = [
            reason(self.signing_only, "signing_only", NoEscrow, "A lost signing key is replaced by a new one; old signatures stay valid."),
            reason(self.authentication_only, "authentication_only", NoEscrow, "A lost key for signing in is replaced by a new one."),
            reason(
                self.real_time,
                "real_time",
                NoEscrow,
                "What TLS, SCEP or SAML encrypt is read at once; nothing is kept that a lost key would close.",
            ),
            reason(
                self.future_access,
                "future_access",
                ConsiderEscrow,
                "Encrypted mail in an archive can be read only with the key of its time.",
            ),
            reason(self.long_lived, "long_lived", ConsiderEscrow, "Documents and media that stay encrypted are lost with the key."),
        ]
        .into_iter()
        .flatten()
        .collect();
        if reasons.is_empty() {
            reasons.push(Reason { code: "none", speaks_for: NoEscrow, text: "Nothing was named that would need it." });
        }
        let recommendation = if lasting { ConsiderEscrow } else { NoEscrow };
        reasons.sort_by_key(|reason| reason.speaks_for != recommendation);
        Ok(EscrowAdvice { recommendation, reasons })
    }
}

/// What an adviser answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdviserRole {
    /// Technical.
    Technical,
    /// Legal.
    Legal,
}

/// Somebody who was asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Adviser {
    /// Name.
    pub name: String,
    /// What they answer for.
    pub role: AdviserRole,
    /// When, as a date: 2026-11-21.
    pub on: String,
    /// What they said.
    pub opinion: String,
}

/// A decision, as it is made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EscrowDecision {
    /// Answers of the interview.
    pub answers: Answers,
    /// Keys of profiles whose escrow is "by policy" are escrowed from now on.
    pub enabled: bool,
    /// Who decided.
    pub decided_by: String,
    /// Why.
    pub reason: String,
    /// Who was asked; to enable escrow, one technical and one legal adviser at least.
    #[serde(default)]
    pub advisers: Vec<Adviser>,
}

/// Escrow of one department.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DepartmentEscrow {
    /// The department.
    pub id: UnitId,
    /// Its name.
    pub department: String,
    /// Whether, since when and why.
    #[serde(flatten)]
    pub escrow: EscrowStatus,
}

/// A decision that was made.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// Who recorded it.
    pub actor: Actor,
    /// What the interview recommended.
    pub recommendation: Recommendation,
    /// The decision.
    #[serde(flatten)]
    pub decision: EscrowDecision,
}

/// Escrow at a glance.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct EscrowStatus {
    /// On or off.
    pub enabled: bool,
    /// Since when: the last decision that changed it, else since the department is there.
    pub since: Option<Timestamp>,
    /// Why: the decision's reason; `None`: nobody has decided, and off is the rule for new departments.
    pub why: Option<String>,
    /// The last decision.
    pub decision: Option<Decided>,
}

const COLUMNS: &str = "at, actor, decision FROM escrow_decision WHERE unit = ? ORDER BY number DESC";

fn decided(row: &rusqlite::Row<'_>) -> rusqlite::Result<Result<Decided>> {
    let (at, actor, decision): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok((|| {
        let decision: EscrowDecision = serde_json::from_str(&decision).map_err(Error::fault)?;
        Ok(Decided {
            at: Timestamp(at),
            actor: serde_json::from_str(&actor).map_err(Error::fault)?,
            recommendation: decision.answers.advice()?.recommendation,
            decision,
        })
    })())
}

/// The department's decisions, newest first. They are not inherited: each department is asked.
fn history(c: &Connection, department: UnitId) -> Result<Vec<Decided>> {
    let sql = format!("SELECT {COLUMNS}");
    let mut statement = c.prepare_cached(&sql)?;
    statement.query_map([department], decided)?.collect::<rusqlite::Result<Result<Vec<_>>>>()?
}

/// Off until somebody decided otherwise.
pub(super) fn enabled(c: &Connection, department: UnitId) -> Result<bool> {
    let mut statement = c.prepare_cached("SELECT enabled FROM escrow_decision WHERE unit = ? ORDER BY number DESC LIMIT 1")?;
    Ok(statement.query_row([department], |row| row.get(0)).optional()?.unwrap_or(false))
}

pub(super) fn status(c: &Connection, department: UnitId) -> Result<EscrowStatus> {
    let history = history(c, department)?;
    let enabled = history.first().is_some_and(|last| last.decision.enabled);
    // Back to the decision that changed it; a "no" that is the first one changed nothing but was the first word on it.
    let since = history.iter().take_while(|decided| decided.decision.enabled == enabled).last().map(|decided| decided.at);
    let created = || -> Result<Timestamp> {
        let mut statement = c.prepare_cached("SELECT created_at FROM unit WHERE id = ?")?;
        Ok(Timestamp(statement.query_row([department], |row| row.get(0))?))
    };
    Ok(EscrowStatus {
        enabled,
        since: Some(match since {
            Some(at) => at,
            None => created()?,
        }),
        why: history.first().map(|last| last.decision.reason.clone()),
        decision: history.into_iter().next(),
    })
}

/// Whether somebody has decided at all.
pub(super) fn is_decided(c: &Connection, department: UnitId) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM escrow_decision WHERE unit = ?")?.exists([department])?)
}

fn check(decision: &EscrowDecision) -> Result<EscrowAdvice> {
    let advice = decision.answers.advice()?;
    if !is_text(&decision.decided_by, 100) {
        return Err(Error::invalid("decided_by", "name who decided, in at most 100 characters"));
    }
    if !is_text(&decision.reason, 2000) {
        return Err(Error::invalid("reason", "say why, in at most 2000 characters"));
    }
    if decision.advisers.len() > 20 {
        return Err(Error::invalid("advisers", "name at most 20 advisers"));
    }
    for adviser in &decision.advisers {
        if !is_text(&adviser.name, 100) || !is_text(&adviser.opinion, 4000) {
            return Err(Error::invalid("advisers", "give each adviser's name and what they said"));
        }
        if !is_date(&adviser.on) {
            return Err(Error::invalid("advisers", "write the date as 2026-11-21"));
        }
    }
    let asked = |role| decision.advisers.iter().any(|adviser| adviser.role == role);
    if decision.enabled && !(asked(AdviserRole::Technical) && asked(AdviserRole::Legal)) {
        return Err(Error::invalid(
            "advisers",
            "before escrow is switched on, ask a technical and a legal adviser and record what they said",
        ));
    }
    Ok(advice)
}

/// A date as 2026-11-21.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && Timestamp::parse(&format!("{text}T00:00:00Z")).is_some()
}

impl Operator {
    /// Whether keys of the officer's department are escrowed, since when and why.
    pub fn escrow_status(&self) -> Result<EscrowStatus> {
        let department = self.here()?.id;
        self.inner.store.read(|c| status(c, department))
    }
    /// The same of every department, at a glance.
    pub fn escrow_overview(&self) -> Result<Vec<DepartmentEscrow>> {
        let units = self.inner.units()?;
        self.inner.store.read(|c| {
            let of = |department: &std::sync::Arc<crate::department::Department>| {
                let (id, name) = (department.id, department.department.clone());
                Ok(DepartmentEscrow { id, department: name, escrow: status(c, id)? })
            };
            units.all().map(of).collect()
        })
    }
    /// All decisions of the officer's department, newest first.
    pub fn escrow_decisions(&self) -> Result<Vec<Decided>> {
        let department = self.here()?.id;
        self.inner.store.read(|c| history(c, department))
    }
    /// Records a decision for the officer's department; it counts from now on, for keys made from now on. In production escrow is
    /// switched on only where the plan for its keys was written, or its gate overridden.
    pub fn decide_escrow(&self, decision: EscrowDecision) -> Result<EscrowStatus> {
        let advice = check(&decision)?;
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.here()?.id);
        self.inner.store.write(move |tx| {
            let (at, before) = (clock.now(), enabled(tx, unit)?);
            let text = serde_json::to_string(&decision).map_err(Error::fault)?;
            let by = serde_json::to_string(&actor).map_err(Error::fault)?;
            tx.prepare_cached("INSERT INTO escrow_decision (unit, at, actor, enabled, decision) VALUES (?, ?, ?, ?, ?)")?
                .execute(params![unit, at.0, by, decision.enabled, text])?;
            if decision.enabled && !before {
                gate::refuse_escrow(tx, unit)?;
            }
            let mut facts = serde_json::json!(decision);
            if let Some(facts) = facts.as_object_mut() {
                facts.insert("recommendation".to_owned(), serde_json::json!(advice.recommendation));
            }
            ledger::append(tx, at, &actor, "escrow.decided", &unit.to_string(), &facts)?;
            status(tx, unit)
        })
    }
}
