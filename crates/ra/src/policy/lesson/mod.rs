//! What a department learned: a log that only grows, and its export without names, for others to learn from.

mod known;
mod redact;
#[cfg(test)]
mod tests;

use super::{Language, escrow::is_date};
use crate::{Error, Operator, Result, day::has_come, id::UnitId, ledger, ledger::Actor, profile::is_text};
use protocol::Timestamp;
use redact::Redaction;
use rusqlite::{Connection, params};

/// Longest text of an entry, in characters.
const LONGEST: usize = 4000;

/// An entry to add.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct NewLesson {
    /// Day on which it happened, as 2026-11-21; one that has come, at least somewhere on earth.
    pub day: String,
    /// What happened.
    pub happened: String,
    /// What was learned from it.
    pub learned: String,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Lesson {
    /// Number in the folder.
    pub number: u64,
    /// Day on which it happened.
    pub day: String,
    /// When it was written down.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// What happened.
    pub happened: String,
    /// What was learned.
    pub learned: String,
}

/// An entry without what tells whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RedactedLesson {
    /// Day on which it happened.
    pub day: String,
    /// What happened.
    pub happened: String,
    /// What was learned.
    pub learned: String,
}

/// The log is there.
pub(super) fn is_begun(c: &Connection, unit: UnitId) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM lesson WHERE unit = ?")?.exists([unit])?)
}

fn all(c: &Connection, unit: UnitId) -> Result<Vec<Lesson>> {
    let mut statement =
        c.prepare_cached("SELECT number, day, at, actor, happened, learned FROM lesson WHERE unit = ? ORDER BY day DESC, number DESC")?;
    let mut rows = statement.query([unit])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(Lesson {
            number: u64::try_from(row.get::<_, i64>(0)?).map_err(Error::fault)?,
            day: row.get(1)?,
            at: Timestamp(row.get(2)?),
            actor: serde_json::from_str(row.get_ref(3)?.as_str().map_err(Error::fault)?).map_err(Error::fault)?,
            happened: row.get(4)?,
            learned: row.get(5)?,
        });
    }
    Ok(list)
}

impl Operator {
    /// Adds an entry to the log of the officer's department; it can be neither changed nor removed. The first one passes the gate.
    pub fn add_lesson(&self, new: NewLesson) -> Result<Lesson> {
        let (clock, actor, unit) = (self.inner.clock.clone(), self.actor.clone(), self.here()?.id);
        for (field, text) in [("happened", &new.happened), ("learned", &new.learned)] {
            if !is_text(text, LONGEST) {
                return Err(Error::invalid(field, "write it in at most 4000 characters"));
            }
        }
        let day = new.day.trim().to_owned();
        if !is_date(&day) || !has_come(&day, clock.now()) {
            return Err(Error::invalid("day", "write the day on which it happened as 2026-11-21, not one to come"));
        }
        let (happened, learned) = (new.happened.trim().to_owned(), new.learned.trim().to_owned());
        self.inner.store.write(move |tx| {
            let at = clock.now();
            let by = serde_json::to_string(&actor).map_err(Error::fault)?;
            tx.prepare_cached("INSERT INTO lesson (unit, day, at, actor, happened, learned) VALUES (?, ?, ?, ?, ?, ?)")?
                .execute(params![unit, day, at.0, by, happened, learned])?;
            let number = u64::try_from(tx.last_insert_rowid()).map_err(Error::fault)?;
            let facts = serde_json::json!({ "number": number, "day": day, "happened": happened, "learned": learned });
            ledger::append(tx, at, &actor, "lesson.added", &unit.to_string(), &facts)?;
            Ok(Lesson { number, day, at, actor, happened, learned })
        })
    }

    /// The log of the officer's department, what happened last first.
    pub fn lessons(&self) -> Result<Vec<Lesson>> {
        let unit = self.here()?.id;
        self.inner.store.read(|c| all(c, unit))
    }

    /// The log to be given away: every name, address, serial number, host, device and telephone number that the store knows, and what
    /// looks like one, is replaced by a neutral word. Whoever gives it away reads it first: what nobody has typed anywhere else cannot be
    /// known.
    pub fn redacted_lessons(&self, language: Language) -> Result<Vec<RedactedLesson>> {
        let unit = self.here()?.id;
        self.inner.store.read(|c| {
            let lessons = all(c, unit)?;
            let mut redaction = Redaction::new(lessons.iter().flat_map(|one| [one.happened.clone(), one.learned.clone()]));
            known::look(c, &mut redaction)?;
            let mut texts = redaction.texts(language).into_iter();
            let redacted = |one: Lesson| {
                let (happened, learned) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
                RedactedLesson { day: one.day, happened, learned }
            };
            Ok(lessons.into_iter().map(redacted).collect())
        })
    }

    /// The same as a text to send.
    pub fn redacted_lessons_text(&self, language: Language) -> Result<String> {
        let (title, happened, learned) = match language {
            Language::English => ("Lessons learned with client certificates", "What happened", "What was learned"),
            Language::French => ("Leçons tirées des certificats clients", "Ce qui s’est passé", "Ce qui en a été tiré"),
        };
        let mut text = format!("{title}\n");
        for one in self.redacted_lessons(language)? {
            text += &format!("\n{}\n\n{happened}\n{}\n\n{learned}\n{}\n", one.day, one.happened, one.learned);
        }
        Ok(text)
    }
}
