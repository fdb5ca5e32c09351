//! Batches: the list on show, what it would do, how far one is.

use super::{count, issue::Pkcs12Form, time, unknown};
use crate::{
    batches::{Batches, ShownList},
    error::CommandError,
};
use ra::{id::BatchId, issuance::batch as core, profile::ProfileName};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Rows that are shown of a list before anything is made.
const SAMPLE: usize = 3;
/// Errors and rows that cross at once.
pub const AT_ONCE: usize = 200;

/// Which column holds what, from 0.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BatchColumns {
    /// Mail address; `None`: nobody knows yet.
    pub mail: Option<u32>,
    /// Name.
    pub name: Option<u32>,
    /// Request.
    pub csr: Option<u32>,
}

/// A list that was chosen or pasted.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListFacts {
    /// The file's name.
    pub name: String,
    /// Headings; empty ones where it has none.
    pub headings: Vec<String>,
    /// What they seem to be.
    pub columns: BatchColumns,
    /// Rows.
    pub rows: u32,
    /// The first of them.
    pub sample: Vec<Vec<String>>,
}

/// What the officer chose.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BatchOrder {
    /// Certificate profiles of the bundle.
    pub profiles: Vec<String>,
    /// Who can open the files.
    pub form: Pkcs12Form,
    /// Whoever has one that encrypts gets a new one in its place.
    pub supersede: bool,
    /// Columns.
    pub columns: BatchColumns,
    /// Of which department the people are, where there are several.
    #[specta(optional)]
    pub department: Option<String>,
}

/// A row that gives nothing, as it stands.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WrongRow {
    /// Line of the list.
    pub line: u32,
    /// Its cells.
    pub cells: Vec<String>,
    /// Which column is meant: mail, name or csr.
    pub field: String,
    /// Stable word.
    pub problem: String,
    /// The other name, the other line.
    pub detail: String,
    /// In words, English: where the window has none of its own.
    pub reason: String,
}

/// What the list would do. Nothing has been changed.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BatchPlan {
    /// Rows.
    pub rows: u32,
    /// Certificates that would be made.
    pub to_issue: u32,
    /// Certificates that are there already.
    pub there: u32,
    /// Rows that give nothing.
    pub wrong: u32,
    /// The first of them.
    pub errors: Vec<WrongRow>,
    /// Profiles whose keys the people's devices make.
    pub by_device: Vec<String>,
    /// Some keys are made here: their files have passwords.
    pub makes_keys: bool,
}

/// A bundle, and what a batch can do of it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleChoice {
    /// Its name.
    pub name: String,
    /// All its profiles that are offered, and those that are to be mended: a batch of these is refused and says so.
    pub profiles: Vec<String>,
    /// Those whose keys are made here.
    pub made_here: Vec<String>,
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BatchState {
    /// Steps are left.
    Running,
    /// The officer, or an error, stopped it.
    Stopped,
    /// Every row was issued or refused.
    Done,
    /// Ended before its end.
    Cancelled,
}

/// How far a batch is.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// Id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// State.
    pub state: BatchState,
    /// All certificates.
    pub total: u32,
    /// Issued and written.
    pub delivered: u32,
    /// Refused.
    pub refused: u32,
    /// Where the files are; `None`: a command began it.
    pub folder: Option<String>,
    /// Where the list of their passwords is.
    pub passwords: Option<String>,
    /// Some keys are made here: only then there is such a list.
    pub makes_keys: bool,
    /// Begun.
    pub created_at: String,
    /// Ended.
    pub ended_at: Option<String>,
    /// Why it stopped by itself.
    pub fault: Option<CommandError>,
}

/// One certificate of a batch.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BatchRow {
    /// Its place, from 1.
    pub number: u32,
    /// Line of the list.
    pub line: u32,
    /// Whose.
    pub subscriber: String,
    /// Name.
    pub name: String,
    /// Address.
    pub mail: String,
    /// Certificate profile.
    pub profile: String,
    /// waiting, reserved, issued, delivered or refused.
    pub state: String,
    /// Serial number.
    pub serial: Option<String>,
    /// Stable word of the refusal.
    pub code: Option<String>,
    /// Why, English.
    pub reason: Option<String>,
}

/// Which rows.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BatchRowsQuery {
    /// After this place.
    pub after: u32,
    /// At most.
    pub limit: u32,
    /// Only those that were refused.
    pub refused: bool,
}

/// A password of a batch. No `Debug`.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BatchPassword {
    /// Whose.
    pub mail: String,
    /// File in the folder.
    pub file: String,
    /// Opens it.
    pub password: String,
}

impl BundleChoice {
    /// Every bundle, as the policy in force where the officer stands has its profiles.
    pub fn all(operator: &ra::Operator) -> Result<Vec<Self>, CommandError> {
        let mut choices = Vec::new();
        for view in operator.bundles()? {
            let mut choice = BundleChoice { name: view.bundle.name, profiles: Vec::new(), made_here: Vec::new() };
            for name in view.bundle.profiles {
                let profile = operator.profile_in_force(name)?;
                if !(profile.offered || profile.to_be_mended()) {
                    continue;
                }
                let word = name.as_str().to_owned();
                choice.made_here.extend(profile.made_here().then(|| word.clone()));
                choice.profiles.push(word);
            }
            choices.push(choice);
        }
        Ok(choices)
    }
}

impl ListFacts {
    /// Of the list on show.
    pub fn of(shown: &ShownList) -> Self {
        let guess = shown.list.guess();
        let column = |at: Option<usize>| at.map(|at| count(at as u64));
        ListFacts {
            name: shown.name.clone(),
            headings: shown.list.headings().to_vec(),
            columns: BatchColumns { mail: column(guess.mail), name: column(guess.name), csr: column(guess.csr) },
            rows: count(shown.list.len() as u64),
            sample: shown.list.rows().iter().take(SAMPLE).map(|row| row.fields.clone()).collect(),
        }
    }
}

impl BatchOrder {
    /// As the authority takes it.
    pub fn choices(&self, name: &str) -> Result<core::Choices, CommandError> {
        let at = |column: Option<u32>| column.map(|at| at as usize);
        let profiles = self.profiles.iter().map(|name| ProfileName::parse(name).ok_or_else(unknown)).collect::<Result<_, _>>()?;
        let BatchColumns { mail, name: of_name, csr } = self.columns;
        Ok(core::Choices {
            name: name.to_owned(),
            profiles,
            form: self.form.into(),
            supersede: self.supersede,
            columns: at(mail).map(|mail| core::Columns { mail, name: at(of_name), csr: at(csr) }),
        })
    }
}

impl BatchPlan {
    /// With the cells of the rows that are wrong.
    pub fn of(plan: &core::BatchPlan, list: &core::BatchList) -> Self {
        let wrong = |error: &core::RowError| WrongRow {
            line: count(error.line as u64),
            cells: list.row(error.line).map(|row| row.fields.clone()).unwrap_or_default(),
            field: error.field.clone(),
            problem: error.problem.clone(),
            detail: error.detail.clone(),
            reason: error.reason.clone(),
        };
        BatchPlan {
            rows: count(plan.rows as u64),
            to_issue: count(plan.items.len() as u64),
            there: count(plan.there.len() as u64),
            wrong: count(plan.errors.len() as u64),
            errors: plan.errors.iter().take(AT_ONCE).map(wrong).collect(),
            by_device: plan.by_device.iter().map(|profile| profile.as_str().to_owned()).collect(),
            makes_keys: plan.makes_keys(),
        }
    }
}

impl Batch {
    /// With what this window knows of it.
    pub fn of(progress: core::BatchProgress, batches: &Batches) -> Self {
        Batch {
            fault: batches.fault(progress.id),
            id: progress.id.to_string(),
            name: progress.name,
            state: progress.state.into(),
            total: count(progress.total),
            delivered: count(progress.delivered),
            refused: count(progress.refused),
            folder: progress.folder,
            passwords: progress.passwords,
            makes_keys: progress.makes_keys,
            created_at: time(progress.created_at),
            ended_at: progress.ended_at.map(time),
        }
    }
}

impl From<core::BatchState> for BatchState {
    fn from(state: core::BatchState) -> Self {
        match state {
            core::BatchState::Running => BatchState::Running,
            core::BatchState::Stopped => BatchState::Stopped,
            core::BatchState::Done => BatchState::Done,
            core::BatchState::Cancelled => BatchState::Cancelled,
        }
    }
}

impl From<core::BatchRow> for BatchRow {
    fn from(row: core::BatchRow) -> Self {
        BatchRow {
            number: u32::try_from(row.number).unwrap_or(u32::MAX),
            line: count(row.line as u64),
            subscriber: row.subscriber.to_string(),
            name: row.name,
            mail: row.mail,
            profile: row.profile.as_str().to_owned(),
            state: row.state,
            serial: row.serial,
            code: row.code,
            reason: row.reason,
        }
    }
}

impl From<ra::issuance::PasswordLine> for BatchPassword {
    fn from(line: ra::issuance::PasswordLine) -> Self {
        BatchPassword { mail: line.mail, file: line.file, password: line.password.to_string() }
    }
}

/// An id from the window.
pub fn id(text: &str) -> Result<BatchId, CommandError> {
    BatchId::parse(text).ok_or_else(unknown)
}

#[cfg(test)]
mod tests;
