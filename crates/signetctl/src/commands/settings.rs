//! `signetctl settings`.

use crate::{
    cli::{Place, Settings as Command},
    output::{Output, table},
    refusal::Refusal,
    secret,
    session::Session,
};
use ra::{
    Operator,
    profile::Scope,
    settings::{Level, SettingChange, SettingView},
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// Settings whose values are secrets: never taken from the command line, never shown.
const SECRETS: [&str; 1] = ["removal.password"];

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Get { key, place } => {
            let operator = session.operator_at(place.department.as_deref())?;
            // Before the set-up, and with several departments of which none was named, the organization's.
            let scope = match operator.department() {
                Ok(_) => place.scope(),
                Err(_) => Scope::Organization,
            };
            match key {
                Some(key) => output.value(&read(&operator, scope, &key)?, |setting| setting.value.clone()),
                None => all(&operator, output, scope),
            }
        }
        Command::Set { key, value, none, place } => set(session, output, &key, value, none, &place),
    }
}

/// A setting before the set-up has its default.
fn read(operator: &Operator, scope: Scope, key: &str) -> Result<SettingView, Refusal> {
    Ok(operator.setting_view(scope, key)?)
}

fn all(operator: &Operator, output: &Output, scope: Scope) -> Result<(), Refusal> {
    let values: Vec<_> = operator.setting_views(scope)?.into_iter().map(|view| (view.key, view.value)).collect();
    let object: Map<String, Value> = values.iter().map(|(key, value)| ((*key).to_owned(), Value::from(value.as_str()))).collect();
    output.value(&object, |_| {
        let rows: Vec<_> = values.iter().map(|(key, value)| vec![(*key).to_owned(), value.clone()]).collect();
        table(&[], &rows).trim_end().to_owned()
    })
}

fn set(session: &Session, output: &Output, key: &str, value: Option<String>, none: bool, place: &Place) -> Result<(), Refusal> {
    let operator = session.operator_at(place.department.as_deref())?;
    // Where nothing is said it goes where it belongs; a department that is named must be able to have it.
    let named = place.organization || place.department.is_some();
    let scope = match operator.setting_level(key)? {
        Level::Organization if !named => Scope::Organization,
        _ => place.scope(),
    };
    if none {
        operator.change_setting(scope, key, SettingChange::Without)?;
        return output.value(&read(&operator, scope, key)?, |_| format!("{key} is left out"));
    }
    let value = match (SECRETS.contains(&key), value) {
        (true, Some(given)) => {
            drop(Zeroizing::new(given));
            return Err(Refusal::new(
                "secretAsArgument",
                format!("{key} is a secret, and everybody on this computer can read a command line."),
                "Leave the value out: it is asked for, or read from standard input.",
            ));
        }
        (true, None) => secret::read(key, None)?,
        (false, Some(given)) => Zeroizing::new(given),
        (false, None) => Zeroizing::new(secret::read_value(key)?),
    };
    let change = if value.trim().is_empty() { SettingChange::Inherit } else { SettingChange::To(value.to_string()) };
    let made = operator.change_setting_showing(scope, key, change)?;
    let now = read(&operator, scope, key)?;
    if let Some(made) = made {
        let mut shown = serde_json::to_value(&now).map_err(ra::Error::fault)?;
        shown["removal_password"] = made.reveal().into();
        return output.value(&shown, |_| {
            format!("{key} = {}\nPassword to remove the configuration profile from a phone, shown this once: {}", now.value, made.reveal())
        });
    }
    output.value(&now, |now| match &now.waiting {
        Some(asked) => {
            format!("{key} = {}\n{} counts once another officer sets it too: it lets one officer do more alone.", now.value, asked.value)
        }
        None => format!("{key} = {}", now.value),
    })
}
