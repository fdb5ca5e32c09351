//! `signetctl settings`.

use crate::{
    cli::{Place, Settings as Command},
    output::{Output, table},
    refusal::Refusal,
    secret,
    session::Session,
};
use protocol::Timestamp;
use ra::{
    Operator,
    profile::Scope,
    settings::{Level, SettingChange, SettingView},
};
use serde::Serialize;
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
        Command::Set { key, value: Some(value), more, place, .. } if !more.is_empty() => {
            set_together(session, output, [key, value].into_iter().chain(more).collect(), &place)
        }
        Command::Set { key, value, none, place, .. } => set(session, output, &key, value, none, &place),
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
    let scope = scope_of(&operator, key, place)?;
    let before = operator.settings_for(Scope::Organization)?.status_url;
    if none {
        operator.change_setting(scope, key, SettingChange::Without)?;
        let changed = Changed { still_named: StillNamed::since(&operator, before), setting: read(&operator, scope, key)? };
        return output.value(&changed, |changed| changed.told(format!("{key} is left out")));
    }
    let value = match (SECRETS.contains(&key), value) {
        (true, Some(given)) => {
            drop(Zeroizing::new(given));
            return Err(secret_as_argument(key));
        }
        (true, None) => secret::read(key, None)?,
        (false, Some(given)) => Zeroizing::new(given),
        (false, None) => Zeroizing::new(secret::read_value(key)?),
    };
    let made = operator.change_setting_showing(scope, key, change(&value))?;
    let now = read(&operator, scope, key)?;
    if let Some(made) = made {
        let mut shown = serde_json::to_value(&now).map_err(ra::Error::fault)?;
        shown["removal_password"] = made.reveal().into();
        return output.value(&shown, |_| {
            format!("{key} = {}\nPassword to remove the configuration profile from a phone, shown this once: {}", now.value, made.reveal())
        });
    }
    let changed = Changed { still_named: StillNamed::since(&operator, before), setting: now };
    output.value(&changed, |changed| changed.told(said(&changed.setting)))
}

/// A setting as it stands after a change.
#[derive(Serialize)]
struct Changed {
    #[serde(flatten)]
    setting: SettingView,
    #[serde(skip_serializing_if = "Option::is_none")]
    still_named: Option<StillNamed>,
}

impl Changed {
    /// What was done in words, and what follows from it.
    fn told(&self, done: String) -> String {
        std::iter::once(done).chain(self.still_named.as_ref().map(StillNamed::words)).collect::<Vec<_>>().join("\n")
    }
}

/// Where relying parties go on looking for the status of certificates from before, after the address of new ones has changed.
#[derive(Serialize)]
pub(super) struct StillNamed {
    /// The address of before.
    address: String,
    /// When the last certificate ends that names it.
    until: Timestamp,
}

impl StillNamed {
    /// `None`: the address is that of `before`, or no certificate names that one. What was changed is changed: where it cannot be looked
    /// for, nothing is said.
    pub(super) fn since(operator: &Operator, before: Option<String>) -> Option<Self> {
        let now = operator.settings_for(Scope::Organization).ok()?.status_url;
        let address = before.filter(|before| now.as_ref() != Some(before))?;
        let until = operator.named_until(&address).ok()??;
        Some(StillNamed { address, until })
    }

    pub(super) fn words(&self) -> String {
        let StillNamed { address, until } = self;
        format!(
            "Certificates from before say that their status is found at {address}, the last of them until {until}. \
             That address must go on answering as long."
        )
    }
}

fn said(now: &SettingView) -> String {
    let line = format!("{} = {}", now.key, now.value);
    match &now.waiting {
        Some(asked) => format!("{line}\n{} counts once another officer sets it too: it lets one officer do more alone.", asked.value),
        None => line,
    }
}

/// `KEY VALUE KEY VALUE ...`: all of them in one step, or none.
fn set_together(session: &Session, output: &Output, words: Vec<String>, place: &Place) -> Result<(), Refusal> {
    let operator = session.operator_at(place.department.as_deref())?;
    let (mut changes, mut words) = (Vec::new(), words.into_iter());
    while let Some(key) = words.next() {
        if SECRETS.contains(&key.as_str()) {
            words.for_each(|word| drop(Zeroizing::new(word)));
            return Err(secret_as_argument(&key));
        }
        let Some(value) = words.next() else {
            return Err(Refusal::new(
                "validation",
                format!("{key} has no value."),
                "Write a value after each name; an empty one in quotes, \"\", inherits again.",
            ));
        };
        changes.push((key, change(&value)));
    }
    let scopes = changes.iter().map(|(key, _)| scope_of(&operator, key, place)).collect::<Result<Vec<_>, _>>()?;
    let scope = scopes.first().copied().unwrap_or_else(|| place.scope());
    if scopes.iter().any(|other| *other != scope) {
        return Err(Refusal::new(
            "validation",
            "Some of them are set for the organization and some for a department.",
            "Set them by two commands, or all for the organization with --organization.",
        ));
    }
    let keys: Vec<String> = changes.iter().map(|(key, _)| key.clone()).collect();
    let before = operator.settings_for(Scope::Organization)?.status_url;
    let made = operator.change_settings_showing(scope, changes)?;
    let named = StillNamed::since(&operator, before);
    let views = keys.iter().map(|key| read(&operator, scope, key)).collect::<Result<Vec<_>, _>>()?;
    let mut shown: Map<String, Value> = views.iter().map(|view| (view.key.to_owned(), Value::from(view.value.as_str()))).collect();
    if let Some(made) = &made {
        shown.insert("removal_password".to_owned(), made.reveal().into());
    }
    if let Some(named) = &named {
        shown.insert("still_named".to_owned(), serde_json::to_value(named).map_err(ra::Error::fault)?);
    }
    output.value(&shown, |_| {
        let made =
            made.map(|made| format!("Password to remove the configuration profile from a phone, shown this once: {}", made.reveal()));
        views.iter().map(said).chain(made).chain(named.as_ref().map(StillNamed::words)).collect::<Vec<_>>().join("\n")
    })
}

/// Where nothing is said a setting goes where it belongs; a department that is named must be able to have it.
fn scope_of(operator: &Operator, key: &str, place: &Place) -> Result<Scope, Refusal> {
    let named = place.organization || place.department.is_some();
    Ok(match operator.setting_level(key)? {
        Level::Organization if !named => Scope::Organization,
        _ => place.scope(),
    })
}

fn change(value: &str) -> SettingChange {
    if value.trim().is_empty() { SettingChange::Inherit } else { SettingChange::To(value.to_owned()) }
}

fn secret_as_argument(key: &str) -> Refusal {
    Refusal::new(
        "secretAsArgument",
        format!("{key} is a secret, and everybody on this computer can read a command line."),
        "Leave the value out: it is asked for, or read from standard input.",
    )
}
