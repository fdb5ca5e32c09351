//! `signetctl policy plan`.

use crate::{output::Output, refusal::Refusal};
use ra::{
    Operator,
    policy::{KeyPlan, Language, PlanPart},
};
use serde::Serialize;
use std::path::Path;

/// A version with how it stands.
#[derive(Serialize)]
struct Shown {
    number: u64,
    /// It is the last one and says what is so now.
    current: bool,
    /// What is otherwise now than in the last version.
    changed: Vec<PlanPart>,
    text: String,
    /// All of them, newest first.
    versions: Vec<KeyPlan>,
}

/// Which version in which language, and where it is saved with its signature.
pub(super) struct Asked<'a> {
    pub(super) number: Option<u64>,
    pub(super) language: Language,
    pub(super) signed: Option<&'a Path>,
}

pub(super) fn show(operator: &Operator, output: &Output, asked: &Asked<'_>) -> Result<(), Refusal> {
    let (document, status) = (operator.key_plan_document(asked.number, asked.language)?, operator.key_plan()?);
    if let Some(path) = asked.signed {
        std::fs::write(path, &document.signed).map_err(|error| {
            let message = format!("{} could not be written: {error}.", path.display());
            Refusal::new("file", message, "The plan itself is kept: name a file that you may write.")
        })?;
    }
    let last = status.plan.is_some_and(|plan| plan.number == document.number);
    let shown = Shown {
        number: document.number,
        current: last && status.current,
        changed: status.changed,
        text: document.text,
        versions: operator.key_plans()?,
    };
    output.value(&shown, |shown| {
        let stands = match (shown.current, last) {
            (true, _) => "It is up to date.".to_owned(),
            (false, true) => format!("OUT OF DATE: {}. Make a new version with `signetctl policy plan --make`.", changed(&shown.changed)),
            (false, false) => "There is a later version.".to_owned(),
        };
        format!("{}\n{stands}", shown.text)
    })
}

fn changed(parts: &[PlanPart]) -> String {
    let word = |part: &PlanPart| match part {
        PlanPart::Names => "names or mail domains",
        PlanPart::Escrow => "the escrow decision",
        PlanPart::Profiles => "the certificate profiles",
        PlanPart::Custodians => "the custodians",
        PlanPart::Threshold => "how many custodians are needed",
        PlanPart::Rotation => "the rotation",
        PlanPart::Drills => "the drills",
        PlanPart::Succession => "the succession",
        PlanPart::Loss => "what is done after a loss",
    };
    if parts.is_empty() {
        return "its answers were taken back".to_owned();
    }
    format!("changed since: {}", parts.iter().map(word).collect::<Vec<_>>().join(", "))
}
