//! The gates between pilot and production: activation form, checklist, a life-cycle plan for each profile. Each is passed by writing
//! down what was done, or overridden by name and reason.

use super::{KeyPlanStatus, PlanPart, Stage, escrow, key_plan, key_plan::Stated, lesson, stage};
use crate::{
    Denied, Error, Operator, Result,
    id::UnitId,
    ledger,
    ledger::Actor,
    profile::{self, ProfileName, is_text},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// One gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// The executive contact's form.
    Activation,
    /// The team with the administrators who are responsible.
    Team,
    /// Use cases for signing, encryption and authentication.
    UseCases,
    /// Escrow was decided.
    Escrow,
    /// The plan for decryption keys, generated, signed and up to date; not needed without escrow.
    KeyPlan,
    /// The guide was read: docs/guide, which the window has within it and leads to from this gate.
    Guide,
    /// What the pilot taught: the log of lessons has an entry.
    Lessons,
    /// The life-cycle plan of a profile; not needed for one that is not offered.
    LifeCycle(ProfileName),
}

impl Gate {
    /// All of them, in the order of the screens.
    pub fn all() -> impl Iterator<Item = Gate> {
        let first = [Gate::Activation, Gate::Team, Gate::UseCases, Gate::Escrow, Gate::KeyPlan, Gate::Guide, Gate::Lessons];
        first.into_iter().chain(ProfileName::ALL.map(Gate::LifeCycle))
    }
    /// Its name, as `life-cycle.signing`.
    pub fn name(self) -> String {
        match self {
            Gate::Activation => "activation".to_owned(),
            Gate::Team => "team".to_owned(),
            Gate::UseCases => "use-cases".to_owned(),
            Gate::Escrow => "escrow".to_owned(),
            Gate::KeyPlan => "key-plan".to_owned(),
            Gate::Guide => "guide".to_owned(),
            Gate::Lessons => "lessons".to_owned(),
            Gate::LifeCycle(profile) => format!("life-cycle.{}", profile.as_str()),
        }
    }
    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Gate::all().find(|gate| gate.name() == text)
    }
    /// What is to be written down; all of it. Nothing for a gate that a decision elsewhere passes.
    pub fn questions(self) -> &'static [&'static str] {
        match self {
            Gate::Activation => &["executive", "signed-on", "document"],
            Gate::Team => &["members", "administrator", "notes"],
            Gate::UseCases => &["signing", "encryption", "authentication"],
            Gate::Escrow | Gate::Lessons => &[],
            Gate::KeyPlan => &Stated::QUESTIONS,
            Gate::Guide => &["read-by"],
            Gate::LifeCycle(_) => &["enrollment", "expiry", "revocation", "loss", "responsible"],
        }
    }
}

impl serde::Serialize for Gate {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(&self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Gate {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Gate::parse(&name).ok_or_else(|| serde::de::Error::custom("there is no such gate"))
    }
}

/// How a gate stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum GateState {
    /// Closed.
    Open,
    /// It need not be passed here.
    NotNeeded,
    /// Passed by what was done elsewhere: the escrow decision, the first lesson.
    Decided,
    /// What was to be written down is there.
    Done {
        /// When.
        at: Timestamp,
        /// By whom.
        actor: Actor,
        /// Question and answer.
        answers: BTreeMap<String, String>,
    },
    /// Closed again: what was made of the answers no longer says what is so.
    OutOfDate {
        /// When the answers were written down.
        at: Timestamp,
        /// By whom.
        actor: Actor,
        /// Question and answer.
        answers: BTreeMap<String, String>,
        /// What is otherwise since; nothing where no plan was generated yet.
        changed: Vec<PlanPart>,
    },
    /// Somebody answers for passing it without.
    Overridden {
        /// When.
        at: Timestamp,
        /// Who recorded it.
        actor: Actor,
        /// Who answers for it.
        name: String,
        /// Why.
        reason: String,
    },
}

/// A gate as the screens show it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GateView {
    /// Which.
    pub gate: Gate,
    /// What is to be written down.
    pub questions: &'static [&'static str],
    /// How it stands.
    #[serde(flatten)]
    pub state: GateState,
}

impl GateView {
    /// It does not stand in the way.
    pub fn is_passed(&self) -> bool {
        !matches!(self.state, GateState::Open | GateState::OutOfDate { .. })
    }
}

pub(super) fn all(c: &Connection, unit: UnitId) -> Result<Vec<GateView>> {
    let mut recorded = BTreeMap::new();
    let mut statement = c.prepare_cached("SELECT name, at, actor, overridden, answers FROM gate WHERE unit = ?")?;
    let mut rows = statement.query([unit])?;
    while let Some(row) = rows.next()? {
        let text = |at: usize| -> Result<&str> { row.get_ref(at)?.as_str().map_err(Error::fault) };
        let (at, actor) = (Timestamp(row.get(1)?), serde_json::from_str(text(2)?).map_err(Error::fault)?);
        let mut answers: BTreeMap<String, String> = serde_json::from_str(text(4)?).map_err(Error::fault)?;
        let state = if row.get(3)? {
            let mut take = |key: &str| answers.remove(key).unwrap_or_default();
            GateState::Overridden { at, actor, name: take("name"), reason: take("reason") }
        } else {
            GateState::Done { at, actor, answers }
        };
        recorded.insert(row.get::<_, String>(0)?, state);
    }
    let (decided, escrow) = (escrow::is_decided(c, unit)?, escrow::enabled(c, unit)?);
    Gate::all()
        .map(|gate| {
            let by_itself = match gate {
                Gate::Escrow if decided => Some(GateState::Decided),
                Gate::Lessons if lesson::is_begun(c, unit)? => Some(GateState::Decided),
                Gate::KeyPlan if decided && !escrow => Some(GateState::NotNeeded),
                Gate::LifeCycle(name) if !profile::definition(c, unit, name)?.offered => Some(GateState::NotNeeded),
                _ => None,
            };
            let state = match (recorded.remove(&gate.name()), by_itself) {
                // The plan is as good as what it was made from; where none is needed, nobody asks.
                (Some(GateState::Done { at, actor, answers }), by_itself) if gate == Gate::KeyPlan => {
                    match (key_plan::status(c, unit, Some(&answers))?, by_itself) {
                        (KeyPlanStatus { current: true, .. }, _) => GateState::Done { at, actor, answers },
                        (_, Some(not_needed)) => not_needed,
                        (KeyPlanStatus { changed, .. }, None) => GateState::OutOfDate { at, actor, answers, changed },
                    }
                }
                (recorded, by_itself) => recorded.or(by_itself).unwrap_or(GateState::Open),
            };
            Ok(GateView { gate, questions: gate.questions(), state })
        })
        .collect()
}

/// Departments in production that offer a profile.
pub(crate) fn offering(c: &Connection, name: ProfileName) -> Result<Vec<UnitId>> {
    let mut statement = c.prepare_cached("SELECT id FROM unit WHERE kind = 'department' AND production_at IS NOT NULL ORDER BY id")?;
    let mut units = Vec::new();
    for unit in statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<UnitId>>>()? {
        if profile::definition(c, unit, name)?.offered {
            units.push(unit);
        }
    }
    Ok(units)
}

/// Nothing is offered in production around its gate: refused when a department that offers the profile now, and is not among `before`,
/// has not passed it. In the transaction that changed the profile.
pub(crate) fn refuse_offering(tx: &Connection, name: ProfileName, before: &[UnitId]) -> Result<()> {
    for unit in offering(tx, name)?.into_iter().filter(|unit| !before.contains(unit)) {
        let gate = Gate::LifeCycle(name);
        if !all(tx, unit)?.iter().any(|view| view.gate == gate && view.is_passed()) {
            return Err(closed(tx, unit, gate)?);
        }
    }
    Ok(())
}

/// Nor is escrow decided for before anybody has written the plan for its keys. What was written is out of date by the decision itself,
/// and is made anew after it.
pub(super) fn refuse_escrow(tx: &Connection, unit: UnitId) -> Result<()> {
    let open = |view: &GateView| view.gate == Gate::KeyPlan && view.state == GateState::Open;
    let refused = stage(tx, unit)?.0 == Stage::Production && all(tx, unit)?.iter().any(open);
    if refused { Err(closed(tx, unit, Gate::KeyPlan)?) } else { Ok(()) }
}

fn closed(c: &Connection, unit: UnitId, gate: Gate) -> Result<Error> {
    let department: String = c.prepare_cached("SELECT name FROM unit WHERE id = ?")?.query_row([unit], |row| row.get(0))?;
    let gate = gate.name();
    Ok(Error::invalid("gate", format!("{department} is in production and its gate {gate} is closed: complete or override it first")))
}

/// What was written down at a gate; `None`: nothing, or it was overridden.
pub(super) fn answers(c: &Connection, unit: UnitId, gate: Gate) -> Result<Option<BTreeMap<String, String>>> {
    let mut statement = c.prepare_cached("SELECT answers FROM gate WHERE unit = ? AND name = ? AND overridden = 0")?;
    let text: Option<String> = statement.query_row(params![unit, gate.name()], |row| row.get(0)).optional()?;
    text.map(|text| serde_json::from_str(&text).map_err(Error::fault)).transpose()
}

/// Passes a gate, in the caller's transaction.
pub(super) fn put(
    tx: &Connection,
    at: Timestamp,
    actor: &Actor,
    unit: UnitId,
    gate: Gate,
    overridden: bool,
    answers: &BTreeMap<String, String>,
) -> Result<()> {
    let (by, text) = (serde_json::to_string(actor).map_err(Error::fault)?, serde_json::to_string(answers).map_err(Error::fault)?);
    tx.prepare_cached("INSERT OR REPLACE INTO gate (unit, name, at, actor, overridden, answers) VALUES (?, ?, ?, ?, ?, ?)")?
        .execute(params![unit, gate.name(), at.0, by, overridden, text])?;
    let event = if overridden { "gate.overridden" } else { "gate.completed" };
    ledger::append(tx, at, actor, event, &gate.name(), &serde_json::json!({ "department": unit, "answers": answers }))
}

impl Operator {
    /// All gates of the officer's department and how they stand.
    pub fn gates(&self) -> Result<Vec<GateView>> {
        let unit = self.here()?.id;
        self.inner.store.read(|c| all(c, unit))
    }
    /// Writes down what a gate asks for: every question with its answer. Of those of the plan for decryption keys a version is made and
    /// signed.
    pub fn complete_gate(&self, gate: Gate, answers: BTreeMap<String, String>) -> Result<()> {
        let questions = gate.questions();
        if questions.is_empty() {
            let by = if gate == Gate::Lessons { "the first entry in the log of lessons" } else { "the escrow decision" };
            return Err(Error::invalid("gate", format!("this gate is passed by {by}")));
        }
        if let Some(missing) = questions.iter().find(|question| !answers.get(**question).is_some_and(|answer| is_text(answer, 8000))) {
            return Err(Error::invalid("answers", format!("write something for {missing}, in at most 8000 characters")));
        }
        if let Some(other) = answers.keys().find(|key| !questions.contains(&key.as_str())) {
            return Err(Error::invalid("answers", format!("{:?} is not asked here", crate::host::shortened(other))));
        }
        if gate == Gate::KeyPlan {
            return self.write_key_plan(answers).map(drop);
        }
        self.put_gate(gate, false, answers)
    }
    /// Passes a gate without what it asks for; `name` answers for it.
    pub fn override_gate(&self, gate: Gate, name: &str, reason: &str) -> Result<()> {
        if !is_text(name, 100) {
            return Err(Error::invalid("name", "name who answers for it, in at most 100 characters"));
        }
        if !is_text(reason, 2000) {
            return Err(Error::invalid("reason", "say why, in at most 2000 characters"));
        }
        let answers = [("name", name), ("reason", reason)].map(|(key, text)| (key.to_owned(), text.trim().to_owned()));
        self.put_gate(gate, true, answers.into())
    }
    /// Takes back what was written down or overridden. A department in production stays there.
    pub fn reopen_gate(&self, gate: Gate) -> Result<()> {
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.here()?.id);
        self.inner.store.write(move |tx| {
            let removed = tx.prepare_cached("DELETE FROM gate WHERE unit = ? AND name = ?")?.execute(params![unit, gate.name()])?;
            if removed == 0 {
                return Ok(());
            }
            ledger::append(tx, clock.now(), &actor, "gate.reopened", &gate.name(), &serde_json::json!({ "department": unit }))
        })
    }

    fn put_gate(&self, gate: Gate, overridden: bool, answers: BTreeMap<String, String>) -> Result<()> {
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.here()?.id);
        self.inner.store.write(move |tx| put(tx, clock.now(), &actor, unit, gate, overridden, &answers))
    }

    /// Switches to production: refused while a gate is closed, and for a training department, which is never for real people.
    /// Certificates of the pilot stay what they are.
    pub fn start_production(&self) -> Result<()> {
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.here()?.id);
        self.inner.store.write(move |tx| {
            let at = clock.now();
            if stage(tx, unit)?.0 == Stage::Production {
                return Ok(());
            }
            if tx.prepare_cached("SELECT training FROM unit WHERE id = ?")?.query_row([unit], |row| row.get(0))? {
                return Err(Error::invalid("training", "a training department stays a pilot: set up another folder for real people"));
            }
            let gates = all(tx, unit)?;
            if !gates.iter().all(GateView::is_passed) {
                return Err(Error::Denied(Denied::GatesClosed));
            }
            let overridden: Vec<_> = gates.iter().filter(|g| matches!(g.state, GateState::Overridden { .. })).map(|g| g.gate).collect();
            tx.prepare_cached("UPDATE unit SET production_at = ? WHERE id = ?")?.execute(params![at.0, unit])?;
            ledger::append(tx, at, &actor, "department.production", &unit.to_string(), &serde_json::json!({ "overridden": overridden }))
        })
    }
    /// Back to being a pilot; what was issued stays what it is.
    pub fn return_to_pilot(&self, reason: &str) -> Result<()> {
        let reason = reason.trim().to_owned();
        if !is_text(&reason, 2000) {
            return Err(Error::invalid("reason", "say why, in at most 2000 characters"));
        }
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.here()?.id);
        self.inner.store.write(move |tx| {
            let at = clock.now();
            if stage(tx, unit)?.0 == Stage::Pilot {
                return Ok(());
            }
            tx.prepare_cached("UPDATE unit SET production_at = NULL WHERE id = ?")?.execute([unit])?;
            ledger::append(tx, at, &actor, "department.pilot", &unit.to_string(), &serde_json::json!({ "reason": reason }))
        })
    }
}
