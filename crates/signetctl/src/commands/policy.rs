//! `signetctl policy`.

use super::{key_plan, lesson};
use crate::{
    cli::Policy as Command,
    output::{Output, table},
    refusal::Refusal,
    session::Session,
};
use ra::{
    Error, Operator,
    policy::{Bundle, BundleView, EscrowDecision, EscrowStatus, Gate, GateState, GateView, NewLesson, PolicyView, Stage},
    profile::{Finding, Level, ProfileDraft, ProfileName, ProfileView, Scope},
    settings::Cps,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, io::Read, path::Path};

/// Longest file that is read.
const LONGEST: u64 = 1024 * 1024;

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let at = |department: &Option<String>| session.operator_at(department.as_deref());
    match command {
        Command::Show { profile: None, place } => {
            let operator = at(&place.department)?;
            match place.scope() {
                Scope::Department => output.value(&operator.policy()?, whole),
                Scope::Organization => {
                    let shared = Shared {
                        cps: operator.settings_for(Scope::Organization)?.cps,
                        profiles: operator.profiles(Scope::Organization)?,
                        bundles: operator.bundles_for(Scope::Organization)?,
                    };
                    output.value(&shared, |shared| {
                        let (profiles, bundles) = (profile_table(&shared.profiles), bundle_table(&shared.bundles));
                        format!("{}\n\n{profiles}\n{bundles}", cps(&shared.cps)).trim_end().to_owned()
                    })
                }
            }
        }
        Command::Show { profile: Some(name), place } => output.value(&at(&place.department)?.profile_for(place.scope(), name)?, one),
        Command::Set { profile, fields, file, place } => {
            let (operator, scope) = (at(&place.department)?, place.scope());
            let draft = match file {
                Some(file) => read(&file)?,
                None => changed(&operator.profile_for(scope, profile)?.definition, &fields)?,
            };
            operator.save_profile(scope, profile, draft)?;
            output.value(&operator.profile_for(scope, profile)?, one)
        }
        Command::Inherit { profile, place } => {
            let (operator, scope) = (at(&place.department)?, place.scope());
            operator.inherit_profile(scope, profile)?;
            output.value(&operator.profile_for(scope, profile)?, one)
        }
        Command::History { profile, place } => {
            let versions = at(&place.department)?.profile_versions_for(place.scope(), profile)?;
            output.value(&versions, |versions| versions.iter().map(one).collect::<Vec<_>>().join("\n"))
        }
        Command::Bundle { name, profiles, rename, remove, place } => {
            let (operator, scope) = (at(&place.department)?, place.scope());
            match rename {
                _ if remove => operator.remove_bundle(scope, &name)?,
                Some(new) => {
                    let kept = if profiles.is_empty() { operator.bundle_for(scope, &name)?.profiles } else { profiles };
                    operator.rename_bundle(scope, &name, &Bundle { name: new, profiles: kept })?;
                }
                None => operator.save_bundle(scope, &Bundle { name, profiles })?,
            }
            output.value(&operator.bundles_for(scope)?, |bundles| bundle_table(bundles).trim_end().to_owned())
        }
        Command::Escrow { file, at: place } => {
            let operator = at(&place.department)?;
            if let Some(file) = file {
                operator.decide_escrow(read::<EscrowDecision>(&file)?)?;
            }
            output.value(&operator.escrow_status()?, escrow)
        }
        Command::Gates { at: place } => gates(&at(&place.department)?, output),
        Command::Gate { gate, answers, overridden_by, reason, reopen, at: place } => {
            let operator = at(&place.department)?;
            match (overridden_by, reopen) {
                (Some(name), _) => operator.override_gate(gate, &name, &reason.unwrap_or_default())?,
                (None, true) => operator.reopen_gate(gate)?,
                (None, false) => operator.complete_gate(gate, answered(gate, &answers)?)?,
            }
            gates(&operator, output)
        }
        Command::Plan { make, number, language, signed, at: place } => {
            let operator = at(&place.department)?;
            if make {
                operator.make_key_plan()?;
            }
            key_plan::show(&operator, output, &key_plan::Asked { number, language, signed: signed.as_deref() })
        }
        Command::Lesson { on, happened, learned, at: place } => {
            lesson::add(&at(&place.department)?, output, NewLesson { day: on, happened, learned })
        }
        Command::Lessons { redacted: false, at: place, .. } => lesson::list(&at(&place.department)?, output),
        Command::Lessons { redacted: true, language, at: place } => lesson::redacted(&at(&place.department)?, output, language),
        Command::Production { at: place } => {
            at(&place.department)?.start_production()?;
            output.value(&json!({ "stage": Stage::Production }), |_| {
                "The department is in production: certificates count from now on.".to_owned()
            })
        }
        Command::Pilot { reason, at: place } => {
            at(&place.department)?.return_to_pilot(&reason)?;
            output.value(&json!({ "stage": Stage::Pilot }), |_| "The department is a pilot; what was issued stays what it is.".to_owned())
        }
    }
}

/// What the organization has for all its departments.
#[derive(serde::Serialize)]
struct Shared {
    cps: Cps,
    profiles: Vec<ProfileView>,
    bundles: Vec<BundleView>,
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
            GateState::OutOfDate { at, .. } => format!("out of date, written {at}"),
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

fn cps(registered: &Cps) -> String {
    if !registered.is_registered() {
        return "No CPS is registered (signetctl settings set cps.version, cps.url, cps.oid, cps.since).".to_owned();
    }
    let Cps { version, url, oid, since } = registered;
    let part = |what: &str, value: &Option<String>| value.as_ref().map(|value| format!("{what}{value}"));
    let parts = [part("version ", version), part("since ", since), part("policy ", oid), part("", url)];
    format!("CPS: {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
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
        Stage::Pilot => "PILOT: certificates carry the pilot policy and live only shortly.",
        Stage::Production => "In production.",
    };
    let (profiles, gates) = (profile_table(&policy.profiles), gate_table(&policy.gates));
    format!("{stage}\n{}\n{}\n\n{profiles}\n{gates}", escrow(&policy.escrow), cps(&policy.cps))
}

fn profile_table(profiles: &[ProfileView]) -> String {
    let row = |view: &ProfileView| {
        let definition = &view.definition;
        let wrong = view.findings.iter().any(|finding| finding.level == Level::Error);
        let offered = match (definition.offered, wrong) {
            (false, _) => "not offered",
            // A rule came after it was saved: nothing is issued by it.
            (true, true) => "to be mended",
            (true, false) => "",
        };
        vec![view.name.as_str().to_owned(), view.version.to_string(), format!("{} days", definition.days), offered.to_owned()]
    };
    table(&["PROFILE", "VERSION", "VALID", ""], &profiles.iter().map(row).collect::<Vec<_>>())
}

fn bundle_table(bundles: &[BundleView]) -> String {
    let rows: Vec<_> = bundles.iter().map(|view| vec![view.bundle.name.clone(), names(&view.bundle.profiles)]).collect();
    table(&["BUNDLE", "PROFILES"], &rows)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]
    use super::*;
    use ra::{profile::Usage, testing};

    #[test]
    fn a_profile_by_which_nothing_is_issued_says_so_in_the_list() {
        let (authority, _clock, _folder) = testing::authority();
        let officer = testing::department(&authority);
        let said = |name: &str| {
            let table = profile_table(&officer.policy().unwrap().profiles);
            let line = table.lines().find(|line| line.starts_with(name)).unwrap();
            line.split(" days").nth(1).unwrap().trim().to_owned()
        };
        assert_eq!((said("signing").as_str(), said("document").as_str()), ("", ""));
        let earlier = |offered| {
            let draft = ProfileDraft { offered, usage: vec![Usage::ContentCommitment], ..ProfileDraft::builtin(ProfileName::Signing) };
            testing::saved_earlier(&authority, &officer, ProfileName::Signing, &draft);
        };
        earlier(true);
        assert_eq!((said("signing").as_str(), said("document").as_str()), ("to be mended", ""));
        earlier(false);
        assert_eq!(said("signing"), "not offered");
    }
}
