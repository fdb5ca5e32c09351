//! `signetctl policy`.

use crate::{
    cli::Policy as Command,
    output::{Output, table},
    refusal::Refusal,
    session::Session,
};
use ra::{
    Error, Operator,
    policy::{Bundle, EscrowDecision, EscrowStatus, Gate, GateState, GateView, PolicyView, Stage},
    profile::{Finding, Level, ProfileDraft, ProfileName, ProfileView, Scope},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, io::Read, path::Path};

/// Longest file that is read.
const LONGEST: u64 = 1024 * 1024;

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Show { profile: None } => output.value(&operator.policy()?, whole),
        Command::Show { profile: Some(name) } => output.value(&operator.profile(name)?, one),
        Command::Set { profile, fields, file, organization } => {
            let draft = match file {
                Some(file) => read(&file)?,
                None => changed(&operator.profile(profile)?.definition, &fields)?,
            };
            operator.save_profile(scope(organization), profile, draft)?;
            output.value(&operator.profile(profile)?, one)
        }
        Command::Inherit { profile, organization } => {
            operator.inherit_profile(scope(organization), profile)?;
            output.value(&operator.profile(profile)?, one)
        }
        Command::History { profile } => {
            let versions = operator.profile_versions(profile)?;
            output.value(&versions, |versions| versions.iter().map(one).collect::<Vec<_>>().join("\n"))
        }
        Command::Bundle { name, profiles, remove, organization } => {
            if remove {
                operator.remove_bundle(scope(organization), &name)?;
            } else {
                operator.save_bundle(scope(organization), &Bundle { name, profiles })?;
            }
            output.value(&operator.bundles()?, |bundles| {
                let rows: Vec<_> = bundles.iter().map(|view| vec![view.bundle.name.clone(), names(&view.bundle.profiles)]).collect();
                table(&["BUNDLE", "PROFILES"], &rows).trim_end().to_owned()
            })
        }
        Command::Escrow { file } => {
            if let Some(file) = file {
                operator.decide_escrow(read::<EscrowDecision>(&file)?)?;
            }
            output.value(&operator.escrow_status()?, escrow)
        }
        Command::Gates => gates(&operator, output),
        Command::Gate { gate, answers, overridden_by, reason, reopen } => {
            match (overridden_by, reopen) {
                (Some(name), _) => operator.override_gate(gate, &name, &reason.unwrap_or_default())?,
                (None, true) => operator.reopen_gate(gate)?,
                (None, false) => operator.complete_gate(gate, answered(gate, &answers)?)?,
            }
            gates(&operator, output)
        }
        Command::Production => {
            operator.start_production()?;
            output.value(&json!({ "stage": Stage::Production }), |_| {
                "The department is in production: certificates count from now on.".to_owned()
            })
        }
        Command::Pilot { reason } => {
            operator.return_to_pilot(&reason)?;
            output.value(&json!({ "stage": Stage::Pilot }), |_| "The department is a pilot; what was issued stays what it is.".to_owned())
        }
    }
}

fn scope(organization: bool) -> Scope {
    if organization { Scope::Organization } else { Scope::Department }
}

/// A JSON file of ours; `-` is standard input.
fn read<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, Refusal> {
    let unreadable = |why: &dyn std::fmt::Display| {
        Refusal::new("file", format!("{} cannot be read: {why}.", file.display()), "Check the name and that you may read it.")
    };
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().lock().take(LONGEST).read_to_string(&mut text),
        _ => std::fs::File::open(file).and_then(|open| open.take(LONGEST).read_to_string(&mut text)),
    };
    read.map_err(|error| unreadable(&error))?;
    serde_json::from_str(&text).map_err(|error| Error::invalid("file", error.to_string()).into())
}

/// The definition with some fields set anew.
fn changed(draft: &ProfileDraft, fields: &[String]) -> Result<ProfileDraft, Refusal> {
    let mut object = serde_json::to_value(draft).map_err(Error::fault)?;
    for field in fields {
        let (key, text) =
            field.split_once('=').ok_or_else(|| Error::invalid("field", format!("{field:?} is not FIELD=VALUE, such as days=365")))?;
        let (key, text) = (key.trim().replace('-', "_"), text.trim());
        let value = value(&key, text)?;
        if let Some(object) = object.as_object_mut() {
            object.insert(key, value);
        }
    }
    serde_json::from_value(object).map_err(|error| Error::invalid("field", error.to_string()).into())
}

/// What was typed for a field, in the form of the file.
fn value(key: &str, text: &str) -> Result<Value, Refusal> {
    let list = || text.split(',').map(str::trim).filter(|part| !part.is_empty());
    Ok(match key {
        "offered" | "with_address" | "every_address" | "crl_address" => match text {
            "yes" | "true" => true.into(),
            "no" | "false" => false.into(),
            _ => return Err(Error::invalid("field", format!("{key} is yes or no")).into()),
        },
        "days" | "renewal_days" => text.parse::<u32>().map_err(|_| Error::invalid("field", format!("{key} is a number of days")))?.into(),
        "usage" | "purposes" => list().collect::<Vec<_>>().into(),
        "policies" => list()
            .map(|policy| match policy.split_once(char::is_whitespace) {
                Some((oid, cps)) => json!({ "oid": oid, "cps": cps.trim() }),
                None => json!({ "oid": policy }),
            })
            .collect::<Vec<_>>()
            .into(),
        "exception" => match text.split_once(':') {
            _ if text.is_empty() => Value::Null,
            Some((name, reason)) => json!({ "name": name.trim(), "reason": reason.trim() }),
            None => return Err(Error::invalid("field", "exception is NAME: REASON").into()),
        },
        _ => text.into(),
    })
}

/// Answers to a gate's questions as they were typed.
fn answered(gate: Gate, answers: &[String]) -> Result<BTreeMap<String, String>, Refusal> {
    let pair = |answer: &String| {
        let (question, text) = answer.split_once('=')?;
        Some((question.trim().to_owned(), text.trim().to_owned()))
    };
    let read: Option<BTreeMap<_, _>> = answers.iter().map(pair).collect();
    read.ok_or_else(|| Error::invalid("answer", format!("write QUESTION=TEXT for each of {}", gate.questions().join(", "))).into())
}

fn gates(operator: &Operator, output: &Output) -> Result<(), Refusal> {
    output.value(&operator.gates()?, |gates| gate_table(gates))
}

fn gate_table(gates: &[GateView]) -> String {
    let row = |view: &GateView| {
        let state = match &view.state {
            GateState::Open => "open".to_owned(),
            GateState::NotNeeded => "not needed".to_owned(),
            GateState::Decided => "decided".to_owned(),
            GateState::Done { at, .. } => format!("done {at}"),
            GateState::Overridden { name, reason, .. } => format!("overridden by {name}: {reason}"),
        };
        vec![view.gate.name(), state, view.questions.join(" ")]
    };
    table(&["GATE", "STATE", "QUESTIONS"], &gates.iter().map(row).collect::<Vec<_>>()).trim_end().to_owned()
}

fn names(profiles: &[ProfileName]) -> String {
    profiles.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" ")
}

fn escrow(status: &EscrowStatus) -> String {
    let since = status.since.map_or_else(String::new, |at| format!(" since {at}"));
    let why = status.why.as_deref().unwrap_or("nobody has decided yet, and off is the rule for new departments");
    format!("Escrow is {}{since}: {why}.", if status.enabled { "on" } else { "off" })
}

fn one(view: &ProfileView) -> String {
    let definition = serde_json::to_value(&view.definition).unwrap_or_default();
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut rows = vec![vec!["profile".to_owned(), format!("{} (version {})", view.name.as_str(), view.version)]];
    rows.extend(definition.as_object().into_iter().flatten().map(|(key, value)| vec![key.clone(), text(value)]));
    let advice = |finding: &Finding| {
        let level = if finding.level == Level::Error { "error" } else { "advice" };
        format!("{level}: {}: {} ({})\n", finding.field, finding.text, finding.rule)
    };
    let findings: String = view.findings.iter().map(advice).collect();
    format!("{}{}", table(&[], &rows), findings).trim_end().to_owned()
}

fn whole(policy: &PolicyView) -> String {
    let stage = match policy.stage {
        Stage::Pilot => "PILOT: certificates carry the pilot policy and live at most 90 days.",
        Stage::Production => "In production.",
    };
    let row = |view: &ProfileView| {
        let definition = &view.definition;
        let offered = if definition.offered { "" } else { "not offered" };
        vec![view.name.as_str().to_owned(), view.version.to_string(), format!("{} days", definition.days), offered.to_owned()]
    };
    let profiles = table(&["PROFILE", "VERSION", "VALID", ""], &policy.profiles.iter().map(row).collect::<Vec<_>>());
    format!("{stage}\n{}\n\n{profiles}\n{}", escrow(&policy.escrow), gate_table(&policy.gates))
}
