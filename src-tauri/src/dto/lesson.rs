//! What a department learned.

use super::{count, ledger::named, time};
use ra::policy as core;
use serde::{Deserialize, Serialize};
use specta::Type;

/// An entry of the log.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Lesson {
    /// Number in the folder.
    pub number: u32,
    /// Day on which it happened, as 2026-11-21.
    pub day: String,
    /// When it was written down.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What happened.
    pub happened: String,
    /// What was learned.
    pub learned: String,
}

/// An entry to add.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewLesson {
    /// Day on which it happened, as 2026-11-21.
    pub day: String,
    /// What happened.
    pub happened: String,
    /// What was learned.
    pub learned: String,
}

impl From<core::Lesson> for Lesson {
    fn from(lesson: core::Lesson) -> Self {
        let core::Lesson { number, day, at, actor, happened, learned } = lesson;
        Lesson { number: count(number), day, at: time(at), by: named(actor).1, happened, learned }
    }
}

impl From<NewLesson> for core::NewLesson {
    fn from(new: NewLesson) -> Self {
        let NewLesson { day, happened, learned } = new;
        core::NewLesson { day, happened, learned }
    }
}
