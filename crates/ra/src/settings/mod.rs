//! Typed settings with their defaults (docs/guide/11-settings.md). A department inherits what it does not set itself from its organization.

mod change;
mod cps;
mod definition;
mod numbers;
mod passcode;
mod second;
#[cfg(test)]
mod tests;

pub use change::{SettingChange, SettingView, SettingsBefore};
pub use cps::Cps;
pub use definition::{Bounds, Level};
pub use numbers::Numbers;
pub use second::SettingRequest;

use crate::{
    Error, Noun, Result,
    authority::Inner,
    host::{Host, Origin},
    id::UnitId,
    ledger::{self, Actor},
    profile::{ProfileName, Scope},
    store::Topic,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use definition::{REMOVAL_PASSWORD, definition, words};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use std::{collections::HashMap, net::SocketAddr, sync::Arc};
use zeroize::Zeroizing;

/// Days that a validation of a mailbox counts.
pub(crate) const VALID_DAYS: &str = "mailbox.valid_days";
/// Least length of a phone's passcode.
const PASSCODE: &str = "passcode.min_length";

/// How people sign in on the portal (`portal.sign_in`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignIn {
    /// Code of the invitation.
    Code,
    /// Local password (set after a first sign-in with a code).
    Password,
    /// Code and password.
    Both,
    /// Directory (later).
    Directory,
    /// HTTP Basic with mail address and local password.
    Basic,
}

/// `removal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Removal {
    /// The owner may remove the configuration profile.
    Removable,
    /// With a password (supervised phones only).
    Password,
    /// Not at all (supervised phones only).
    Locked,
}

/// All settings as they count for a department (or for the organization itself), parsed. Every `Option` that is `None` means: it is
/// not had there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// `https` listen address, `serve.https`.
    pub https: String,
    /// `http` listen address, `serve.http`.
    pub http: String,
    /// `https://host:port` of the portal, `serve.public_url`.
    pub public_url: Option<String>,
    /// `status.url`: where CRL, OCSP and CA certificates are found, http; by default the host of the public URL with the port of `serve.http`.
    pub status_url: Option<String>,
    /// Certificates are written with a CDP (`status.in_certificates`: yes, no, or auto: when the status URL is a name that lasts).
    pub status_in_certificates: bool,
    /// Certificates name the OCSP responder: it is stated that it always answers (`status.ocsp_in_certificates`, default: no). What the
    /// organization states counts for Signet's own certificates; a department's people have what the department states.
    pub ocsp_in_certificates: bool,
    /// Delta CRLs are made and published (`crl.delta`, default: no).
    pub delta_crl: bool,
    /// `serve.device_ca`: PEM file of further device CAs.
    pub device_ca: Option<String>,
    /// Sign-in.
    pub sign_in: SignIn,
    /// `wifi.ssid`.
    pub wifi_ssid: Option<String>,
    /// `wifi.server_names`.
    pub wifi_server_names: Vec<String>,
    /// `vpn.server`.
    pub vpn_server: Option<String>,
    /// `vpn.remote_id`.
    pub vpn_remote_id: Option<String>,
    /// `passcode.min_length`; 0: no passcode policy. Where nobody has set it: 6 when the bundle gives phones a key that signs in its
    /// holder's name, by what the profiles say, otherwise 0.
    pub passcode_min_length: u8,
    /// `device.min_os`, e.g. "15.0".
    pub min_os: Option<String>,
    /// `removal`.
    pub removal: Removal,
    /// `removal.password`: sealed; only whether it is set.
    pub removal_password_set: bool,
    /// `scep.legacy`: single DES and MD5.
    pub scep_legacy: bool,
    /// `scep.ca_in_answer`: the CA's certificate behind the issued one in answers by SCEP.
    pub scep_ca_in_answer: bool,
    /// `scep.manual_approval`: requests by `scep challenge` wait for the officer.
    pub scep_manual_approval: bool,
    /// `invitation.hours`: hours an invitation lives.
    pub invitation_hours: u32,
    /// `mailbox.valid_days`: days that a validation of a mailbox counts; 0: without end.
    pub mailbox_valid_days: u32,
    /// `portal.contact`: the portal's help line (telephone or mail), shown to people.
    pub contact: Option<String>,
    /// `bundle`: certificate profiles that an enrollment gives, by SCEP; always with `authentication` (default: signing, authentication).
    pub bundle: Vec<crate::profile::ProfileName>,
    /// `authentication.with_address`: the authentication certificate states the mail address (default: yes).
    pub authentication_with_address: bool,
    /// `cps.version`, `cps.url`, `cps.oid`, `cps.since`: the registered CPS.
    pub cps: Cps,
    /// `sign_in.*`, `enrollment.*`, `scep.challenge_days`, `validity.*`, `crl.every_hours` and its like: counts and times.
    pub numbers: Numbers,
}

impl Settings {
    /// How the profile can really be removed: a password that nobody has set stops nobody, and no text may say so.
    #[must_use]
    pub fn effective_removal(&self) -> Removal {
        match self.removal {
            Removal::Password if !self.removal_password_set => Removal::Removable,
            removal => removal,
        }
    }
    /// The status address is a public-looking name, on which certificates can rely for years; not an address, and no name that only
    /// this network knows (`.local`). Without one there is nothing to rely on.
    #[must_use]
    pub fn status_url_lasts(&self) -> bool {
        self.status_url.as_deref().and_then(|url| Origin::parse(url, "http", true).ok()).is_some_and(|url| url.host.lasts())
    }
    /// The settings by which the first certificates are made: of the checked values that are `given` only those that are about them.
    pub(crate) fn starting(status_url: Option<&str>, given: &[(&'static str, Option<String>)]) -> Result<Self> {
        let numbers = given.iter().filter(|(key, _)| key.starts_with(numbers::AT_SET_UP));
        let numbers = numbers.filter_map(|(key, value)| Some(((*key).to_owned(), value.clone()?)));
        let stored: HashMap<String, String> =
            status_url.map(|url| ("status.url".to_owned(), url.to_owned())).into_iter().chain(numbers).collect();
        // No phone is asked for anything by them.
        Self::read(&stored, |_| Ok(true))
    }
    /// From the values that are stored; what is missing has its default. `asks` says whether phones that get this bundle are asked for a
    /// passcode where nobody has set one.
    fn read(stored: &HashMap<String, String>, asks: impl FnOnce(&[ProfileName]) -> Result<bool>) -> Result<Self> {
        let value = |key: &str| -> Result<&str> {
            let definition = definition(key).ok_or(Error::NotFound(Noun::Setting))?;
            Ok(stored.get(key).map_or(definition.default, String::as_str))
        };
        let some = |key: &str| value(key).map(|text| (!text.is_empty()).then(|| text.to_owned()));
        let yes = |key: &str| value(key).map(|text| text == "yes");
        // Only checked values are ever stored.
        let fault = |key: &str| Error::fault(format!("the stored value of {key} cannot be read"));
        let (http, public_url) = (value("serve.http")?.to_owned(), some("serve.public_url")?);
        let status_url = some("status.url")?.or_else(|| derived_status_url(public_url.as_deref(), &http));
        let status_in_certificates = match value("status.in_certificates")? {
            "auto" => status_url.as_deref().and_then(|url| Origin::parse(url, "http", true).ok()).is_some_and(|url| url.host.lasts()),
            text => text == "yes" && status_url.is_some(),
        };
        let bundle: Vec<_> = words(value("bundle")?).map(ProfileName::parse).collect::<Option<_>>().ok_or_else(|| fault("bundle"))?;
        // What signs in somebody's name lies behind a passcode unless the department says otherwise.
        let passcode = if stored.contains_key(PASSCODE) || asks(&bundle)? { value(PASSCODE)? } else { "0" };
        Ok(Settings {
            https: value("serve.https")?.to_owned(),
            http,
            public_url,
            status_url,
            status_in_certificates,
            ocsp_in_certificates: yes("status.ocsp_in_certificates")?,
            delta_crl: yes("crl.delta")?,
            device_ca: some("serve.device_ca")?,
            sign_in: definition::sign_in(value("portal.sign_in")?).ok_or_else(|| fault("portal.sign_in"))?,
            wifi_ssid: some("wifi.ssid")?,
            wifi_server_names: words(value("wifi.server_names")?).map(str::to_owned).collect(),
            vpn_server: some("vpn.server")?,
            vpn_remote_id: some("vpn.remote_id")?,
            passcode_min_length: passcode.parse().map_err(|_| fault(PASSCODE))?,
            min_os: some("device.min_os")?,
            removal: definition::removal(value("removal")?).ok_or_else(|| fault("removal"))?,
            removal_password_set: stored.contains_key(REMOVAL_PASSWORD),
            scep_legacy: yes("scep.legacy")?,
            scep_ca_in_answer: yes("scep.ca_in_answer")?,
            scep_manual_approval: yes("scep.manual_approval")?,
            invitation_hours: value("invitation.hours")?.parse().map_err(|_| fault("invitation.hours"))?,
            mailbox_valid_days: value(VALID_DAYS)?.parse().map_err(|_| fault(VALID_DAYS))?,
            contact: some("portal.contact")?,
            bundle,
            authentication_with_address: yes("authentication.with_address")?,
            cps: Cps { version: some("cps.version")?, url: some("cps.url")?, oid: some("cps.oid")?, since: some("cps.since")? },
            numbers: Numbers::read(|key| value(key)?.parse().map_err(|_| fault(key)))?,
        })
    }
}

/// Plain HTTP, host of the public URL, port of the plain listener (design: CRLs and CA certificates are never behind our own TLS).
fn derived_status_url(public_url: Option<&str>, http: &str) -> Option<String> {
    let host: Host = Origin::parse(public_url?, "https", false).ok()?.host;
    let port = http.parse::<SocketAddr>().ok()?.port();
    (port != 0).then(|| Origin { scheme: "http", host, port, path: String::new() }.to_string())
}

/// What is stored, by unit.
#[derive(Default)]
struct Stored {
    organization: HashMap<String, String>,
    organization_id: Option<UnitId>,
    departments: HashMap<UnitId, HashMap<String, String>>,
    /// Values of the organization that wait for a second officer.
    waiting: HashMap<String, SettingRequest>,
}

impl Stored {
    fn read(c: &Connection) -> Result<Self> {
        let mut stored = Stored { waiting: second::waiting(c)?.into_iter().collect(), ..Stored::default() };
        let mut statement =
            c.prepare_cached("SELECT u.id, u.kind = 'organization', key, value FROM unit AS u LEFT JOIN setting ON setting.unit = u.id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (unit, organization, key): (UnitId, bool, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let of = if organization {
                stored.organization_id = Some(unit);
                &mut stored.organization
            } else {
                stored.departments.entry(unit).or_default()
            };
            if let Some(key) = key {
                of.insert(key, row.get(3)?);
            }
        }
        Ok(stored)
    }
    /// What counts in a department: its own over those of its organization.
    fn in_force(&self, department: &HashMap<String, String>) -> HashMap<String, String> {
        let mut all = self.organization.clone();
        all.extend(department.iter().map(|(key, value)| (key.clone(), value.clone())));
        all
    }
}

/// The settings of every unit, kept in memory until one changes.
pub(crate) struct EachSettings {
    organization: Arc<Settings>,
    departments: HashMap<UnitId, Arc<Settings>>,
}

impl EachSettings {
    pub(crate) fn read(c: &Connection) -> Result<Self> {
        let stored = Stored::read(c)?;
        let read = |unit: Option<UnitId>, values: &HashMap<String, String>| -> Result<Arc<Settings>> {
            Ok(Arc::new(Settings::read(values, |bundle| passcode::is_asked_for(c, unit, bundle))?))
        };
        let of = |(unit, own): (&UnitId, &HashMap<String, String>)| Ok((*unit, read(Some(*unit), &stored.in_force(own))?));
        Ok(EachSettings {
            organization: read(stored.organization_id, &stored.organization)?,
            departments: stored.departments.iter().map(of).collect::<Result<_>>()?,
        })
    }
    /// What is the same for all: the network, this computer. Before the set-up: the defaults.
    pub(crate) fn organization(&self) -> &Arc<Settings> {
        &self.organization
    }
    /// A department's.
    pub(crate) fn of(&self, department: UnitId) -> Result<&Arc<Settings>> {
        self.departments.get(&department).ok_or(Error::NotFound(Noun::Unit))
    }
}

/// What the organization has for the setting `key`, read in the caller's transaction: what was changed a moment ago counts.
pub(crate) fn organization_value(tx: &Connection, key: &str) -> Result<String> {
    let definition = definition(key).ok_or(Error::NotFound(Noun::Setting))?;
    let stored = tx
        .prepare_cached("SELECT s.value FROM unit AS u JOIN setting AS s ON s.unit = u.id WHERE u.kind = 'organization' AND s.key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    Ok(stored.unwrap_or_else(|| definition.default.to_owned()))
}

/// Sets or (with `None`) takes back a checked value in the caller's transaction.
pub(crate) fn store(tx: &Connection, unit: UnitId, key: &str, value: Option<&str>) -> Result<()> {
    match value {
        Some(value) => tx
            .prepare_cached(
                "INSERT INTO setting (unit, key, value) VALUES (?, ?, ?) ON CONFLICT (unit, key) DO UPDATE SET value = excluded.value",
            )?
            .execute((unit, key, value))?,
        None => tx.prepare_cached("DELETE FROM setting WHERE unit = ? AND key = ?")?.execute((unit, key))?,
    };
    Ok(())
}

/// Stores a setting of the folder's first day where it belongs, with its row in the ledger.
pub(crate) fn store_first(tx: &Connection, at: Timestamp, actor: &Actor, units: (UnitId, UnitId), key: &str, value: &str) -> Result<()> {
    let (organization, department) = units;
    let (scope, unit) = match definition(key).ok_or(Error::NotFound(Noun::Setting))?.level {
        Level::Organization => (Scope::Organization, organization),
        Level::Department => (Scope::Department, department),
    };
    store(tx, unit, key, Some(value))?;
    ledger::append(tx, at, actor, "setting.changed", key, &serde_json::json!({ "for": scope, "unit": unit, "from": null, "to": value }))
}

/// Reads what was typed for the setting `key`; `None`: back to what is inherited.
pub(crate) fn check(key: &str, typed: &str) -> Result<Option<String>> {
    let definition = definition(key).ok_or(Error::NotFound(Noun::Setting))?;
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    definition.read(typed).map(Some).map_err(|reason| Error::invalid(definition.key, reason))
}

/// A setting that is given with the set-up, read: its fixed name and its value. Only what the first certificates are made by is taken;
/// everything else has its own command, with its own checks.
pub(crate) fn check_first(key: &str, typed: &str) -> Result<(&'static str, Option<String>)> {
    let definition = definition(key).ok_or(Error::NotFound(Noun::Setting))?;
    if !key.starts_with(numbers::AT_SET_UP) {
        return Err(Error::invalid(definition.key, "at the set-up only validity.* can be given; set this one afterwards"));
    }
    Ok((definition.key, check(key, typed)?))
}

fn removal_context(unit: UnitId) -> String {
    format!("setting {REMOVAL_PASSWORD} of {unit}")
}

impl Inner {
    /// The settings of all units, cached until the data changes.
    pub(crate) fn settings(&self) -> Result<Arc<EachSettings>> {
        self.settings_at(self.store.generation(Topic::Unit)?)
    }
    /// The same, when the generation is known already.
    pub(crate) fn settings_at(&self, generation: u64) -> Result<Arc<EachSettings>> {
        self.cache.settings.get(generation, || self.store.read(EachSettings::read))
    }
    /// What is the same for the whole network.
    pub(crate) fn network(&self) -> Result<Arc<Settings>> {
        Ok(self.settings()?.organization().clone())
    }
    /// What counts in a department.
    pub(crate) fn settings_of(&self, department: UnitId) -> Result<Arc<Settings>> {
        self.settings()?.of(department).cloned()
    }
    /// The removal password for a department's supervised phones, opened: its own, otherwise its organization's.
    pub(crate) fn removal_password(&self, department: UnitId) -> Result<Option<Zeroizing<String>>> {
        let stored = self.store.read(Stored::read)?;
        let own = stored.departments.get(&department).and_then(|own| own.get(REMOVAL_PASSWORD));
        let found = match own {
            Some(sealed) => Some((department, sealed)),
            None => stored.organization_id.zip(stored.organization.get(REMOVAL_PASSWORD)),
        };
        let Some((unit, sealed)) = found else { return Ok(None) };
        let sealed = STANDARD.decode(sealed).map_err(Error::fault)?;
        let plain = self.vault.open(&removal_context(unit), &sealed)?;
        Ok(Some(Zeroizing::new(std::str::from_utf8(&plain).map_err(Error::fault)?.to_owned())))
    }
}
