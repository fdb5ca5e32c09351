//! Settings as officers read and change them: for the organization, or for one department.

use super::{
    PASSCODE, Settings, Stored, check, cps,
    definition::{self, Bounds, Level, REMOVAL_PASSWORD, definition, level},
    passcode, removal_context,
    second::{self, Decided, SettingRequest},
    store,
};
use crate::{
    Denied, Error, Noun, Operator, Result,
    id::UnitId,
    ledger::{self, Actor},
    monitor,
    profile::{ProfileName, Scope, Source},
    secret::FilePassword,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use protocol::Timestamp;
use rusqlite::Connection;
use std::collections::HashMap;

/// One setting as it stands for the organization or for a department.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SettingView {
    /// Its fixed name.
    pub key: &'static str,
    /// Where it may be set.
    pub level: Level,
    /// What counts, as text; a secret is never shown: `set`, or nothing.
    pub value: String,
    /// Whose value it is.
    pub source: Source,
    /// What would count if it were not set here.
    pub inherited: String,
    /// What counts where nobody has set it.
    pub default: String,
    /// From where to where it goes, where it is a plain number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// A department may do without, whatever the organization has.
    pub optional: bool,
    /// What an officer asked for and does not count until another officer sets the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<SettingRequest>,
}

/// What was stored before a change: to put back, and for nothing else. No `Debug`: a secret may be among it, sealed.
pub struct SettingsBefore {
    scope: Scope,
    unit: UnitId,
    values: Vec<(String, Option<String>)>,
}

/// What becomes of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingChange {
    /// This value, as text.
    To(String),
    /// Nothing, whatever the organization has (such as: this department has no Wi-Fi). Only for what may be missing at all.
    Without,
    /// Back to what is inherited.
    Inherit,
}

impl Operator {
    /// All settings as they count at the officer's department; where there are several and none was chosen, those of the organization;
    /// before the set-up their defaults.
    pub fn settings(&self) -> Result<Settings> {
        let each = self.inner.settings()?;
        let settings = match self.settings_unit()? {
            Some(department) => each.of(department)?,
            None => each.organization(),
        };
        Ok(settings.as_ref().clone())
    }
    /// All settings as they count for the organization or the officer's department.
    pub fn settings_for(&self, scope: Scope) -> Result<Settings> {
        let each = self.inner.settings()?;
        Ok(match scope {
            Scope::Organization => each.organization().as_ref().clone(),
            Scope::Department => each.of(self.here()?.id)?.as_ref().clone(),
        })
    }
    /// One setting by its fixed name, as text, as [`Operator::settings`] has it. A secret is never shown: `set`, or nothing.
    pub fn setting(&self, key: &str) -> Result<String> {
        let department = self.settings_unit()?;
        Ok(self.view_of(&self.inner.store.read(Stored::read)?, department, key)?.value)
    }
    /// Names of all settings, in the order of the documentation.
    pub fn setting_names() -> Vec<&'static str> {
        definition::all().map(|d| d.key).chain([REMOVAL_PASSWORD]).collect()
    }
    /// Where a setting may be set.
    pub fn setting_level(&self, key: &str) -> Result<Level> {
        level(key).ok_or(Error::NotFound(Noun::Setting))
    }
    /// One setting with whose value it is and what it would inherit.
    pub fn setting_view(&self, scope: Scope, key: &str) -> Result<SettingView> {
        let department = self.department_of(scope)?;
        self.view_of(&self.inner.store.read(Stored::read)?, department, key)
    }
    /// All of them, in the order of the documentation.
    pub fn setting_views(&self, scope: Scope) -> Result<Vec<SettingView>> {
        let (department, stored) = (self.department_of(scope)?, self.inner.store.read(Stored::read)?);
        Self::setting_names().into_iter().map(|key| self.view_of(&stored, department, key)).collect()
    }
    /// Sets one by its fixed name where it belongs: for the organization when it is the same for all departments, otherwise for the
    /// officer's department. Parsed and refused with the reason; empty text takes it back to what is inherited.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        let scope = match self.setting_level(key)? {
            Level::Organization => Scope::Organization,
            Level::Department => Scope::Department,
        };
        let change = if value.trim().is_empty() { SettingChange::Inherit } else { SettingChange::To(value.to_owned()) };
        self.change_setting(scope, key, change)
    }
    /// As [`Operator::change_setting`]; when it makes `removal` a `password` and there is none, not even an inherited one, that is made
    /// too, for the caller to show this once.
    pub fn change_setting_showing(&self, scope: Scope, key: &str, change: SettingChange) -> Result<Option<FilePassword>> {
        self.change_settings_showing(scope, vec![(key.to_owned(), change)])
    }
    /// Several, as [`Operator::change_settings`], with the password that [`Operator::change_setting_showing`] makes.
    pub fn change_settings_showing(&self, scope: Scope, changes: Vec<(String, SettingChange)>) -> Result<Option<FilePassword>> {
        let removal = changes.iter().any(|(key, _)| key == "removal");
        self.change_settings(scope, changes)?;
        let without = |key: &str, value: &str| Ok::<_, Error>(self.setting_view(scope, key)?.value == value);
        if !removal || !without("removal", "password")? || !without(REMOVAL_PASSWORD, "")? {
            return Ok(None);
        }
        let made = FilePassword::random()?;
        self.change_setting(scope, REMOVAL_PASSWORD, SettingChange::To(made.reveal().to_owned()))?;
        Ok(Some(made))
    }
    /// Changes one for the organization or for the officer's department; `Denied::OrganizationOnly` for a department where the setting is
    /// the same for all. What would let one officer do more alone waits until another one sets the same value: the view says so.
    pub fn change_setting(&self, scope: Scope, key: &str, change: SettingChange) -> Result<()> {
        self.change_settings(scope, vec![(key.to_owned(), change)])
    }
    /// Changes several that belong together, as [`Operator::change_setting`] does one: all of them or, where one is refused, none, each
    /// with its row in the ledger. Nobody, in no process, sees some of them changed and others not yet.
    pub fn change_settings(&self, scope: Scope, changes: Vec<(String, SettingChange)>) -> Result<()> {
        self.change_settings_for_now(scope, changes).map(drop)
    }
    /// The same; gives what [`Operator::put_settings_back`] takes.
    pub fn change_settings_for_now(&self, scope: Scope, changes: Vec<(String, SettingChange)>) -> Result<SettingsBefore> {
        for (key, _) in &changes {
            if scope == Scope::Department && self.setting_level(key)? == Level::Organization {
                return Err(Error::Denied(Denied::OrganizationOnly));
            }
        }
        let (unit, clock, actor) = (self.unit(scope)?, self.inner.clock.clone(), self.actor.clone());
        let checked = |(key, change): (String, SettingChange)| self.checked(scope, unit, &key, change).map(|value| (key, value));
        let values: Vec<(String, Option<String>)> = changes.into_iter().map(checked).collect::<Result<_>>()?;
        self.inner.store.write(move |tx| {
            let at = clock.now();
            let mut stored = Stored::read(tx)?;
            let own = stored.departments.remove(&unit).unwrap_or(stored.organization);
            let before = values.iter().map(|(key, _)| (key.clone(), own.get(key).cloned())).collect();
            values.iter().try_for_each(|(key, value)| put(tx, at, &actor, (scope, unit), key, value.as_deref()))?;
            Ok(SettingsBefore { scope, unit, values: before })
        })
    }
    /// Puts back what was stored, each with its row in the ledger. It is not judged again: it was good when it was set, and a file that
    /// it names may be gone since.
    pub fn put_settings_back(&self, before: SettingsBefore) -> Result<()> {
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let (at, of) = (clock.now(), (before.scope, before.unit));
            before.values.iter().try_for_each(|(key, value)| put(tx, at, &actor, of, key, value.as_deref()))
        })
    }

    /// What is stored for a change: a value that was checked, or nothing.
    fn checked(&self, scope: Scope, unit: UnitId, key: &str, change: SettingChange) -> Result<Option<String>> {
        Ok(match change {
            SettingChange::Inherit => None,
            SettingChange::To(typed) if key == REMOVAL_PASSWORD => self.sealed_removal_password(unit, &typed)?,
            SettingChange::To(typed) => cps::in_force(key, check(key, &typed)?, self.inner.clock.now())?,
            SettingChange::Without => match definition(key) {
                Some(definition) if definition.default.is_empty() => (scope == Scope::Department).then(String::new),
                Some(definition) => {
                    return Err(Error::invalid(definition.key, "this setting always has a value: give one, or let it be inherited"));
                }
                None => return Err(Error::invalid(REMOVAL_PASSWORD, "set removal to removable instead")),
            },
        })
    }

    /// The department whose settings are meant; `None`: the organization's.
    fn settings_unit(&self) -> Result<Option<UnitId>> {
        match self.here() {
            Ok(department) => Ok(Some(department.id)),
            Err(Error::Denied(Denied::WhichDepartment | Denied::NotSetUp)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn department_of(&self, scope: Scope) -> Result<Option<UnitId>> {
        match scope {
            Scope::Organization => Ok(None),
            Scope::Department => Ok(Some(self.here()?.id)),
        }
    }

    fn view_of(&self, stored: &Stored, department: Option<UnitId>, key: &str) -> Result<SettingView> {
        let none = HashMap::new();
        let own = department.map(|unit| stored.departments.get(&unit).unwrap_or(&none));
        let (mine, theirs) = (own.and_then(|own| own.get(key)), stored.organization.get(key));
        let source = match (mine, theirs) {
            (Some(_), _) => Source::Department,
            (None, Some(_)) => Source::Organization,
            (None, None) => Source::Builtin,
        };
        if key == REMOVAL_PASSWORD {
            let shown = |value: Option<&String>| if value.is_some() { "set" } else { "" }.to_owned();
            let inherited = if own.is_some() { shown(theirs) } else { String::new() };
            return Ok(SettingView {
                key: REMOVAL_PASSWORD,
                level: Level::Department,
                value: shown(mine.or(theirs)),
                source,
                inherited,
                default: String::new(),
                bounds: None,
                optional: false,
                waiting: None,
            });
        }
        let definition = definition(key).ok_or(Error::NotFound(Noun::Setting))?;
        let default = match key {
            "status.url" => Settings::read(&without(&stored.organization, key), |_| Ok(true))?.status_url.unwrap_or_default(),
            // By the bundle and the profiles of where it is looked at.
            PASSCODE => {
                let all = own.map_or_else(|| stored.organization.clone(), |own| stored.in_force(own));
                let unit = department.or(stored.organization_id);
                let asks = |bundle: &[ProfileName]| self.inner.store.read(|c| passcode::is_asked_for(c, unit, bundle));
                Settings::read(&without(&all, key), asks)?.passcode_min_length.to_string()
            }
            _ => definition.default.to_owned(),
        };
        let value = mine.or(theirs).cloned().unwrap_or_else(|| default.clone());
        let inherited = own.and(theirs).cloned().unwrap_or_else(|| default.clone());
        let optional = definition.level == Level::Department && definition.default.is_empty();
        let waiting = stored.waiting.get(key).cloned();
        Ok(SettingView {
            key: definition.key,
            level: definition.level,
            value,
            source,
            inherited,
            default,
            bounds: definition.bounds(),
            optional,
            waiting,
        })
    }

    fn sealed_removal_password(&self, unit: UnitId, password: &str) -> Result<Option<String>> {
        if password.is_empty() {
            return Ok(None);
        }
        if password.chars().count() > 128 || password.chars().any(char::is_control) {
            return Err(Error::invalid(REMOVAL_PASSWORD, "at most 128 characters, without control characters"));
        }
        Ok(Some(STANDARD.encode(self.inner.vault.seal(&removal_context(unit), password.as_bytes())?)))
    }
}

/// `status.url` and, where nobody has set that, what it is made of.
const STATUS_ADDRESS: [&str; 3] = ["status.url", "serve.public_url", "serve.http"];

/// Stores one in the caller's transaction, where it differs from what is there, with its row in the ledger.
fn put(tx: &Connection, at: Timestamp, actor: &Actor, (scope, unit): (Scope, UnitId), key: &str, value: Option<&str>) -> Result<()> {
    let mut stored = Stored::read(tx)?;
    let own = stored.departments.get_mut(&unit).unwrap_or(&mut stored.organization);
    let before = own.remove(key);
    let decided = second::decide(tx, at, actor, key, before.as_deref(), value)?;
    if before.as_deref() == value || matches!(decided, Decided::Waiting) {
        return Ok(());
    }
    store(tx, unit, key, value)?;
    if STATUS_ADDRESS.contains(&key) {
        monitor::look_anew(tx)?;
    }
    let mut details = if key == REMOVAL_PASSWORD {
        serde_json::json!({ "for": scope, "unit": unit, "set": value.is_some() })
    } else {
        serde_json::json!({ "for": scope, "unit": unit, "from": before, "to": value })
    };
    if let Decided::Together(by) = decided {
        details["asked_by"] = serde_json::json!(by);
    }
    ledger::append(tx, at, actor, "setting.changed", key, &details)
}

/// Settings without one of them.
fn without(stored: &HashMap<String, String>, key: &str) -> HashMap<String, String> {
    let mut left = stored.clone();
    left.remove(key);
    left
}
