//! Typed settings of a department with their defaults (design.md section 7).

mod definition;
#[cfg(test)]
mod tests;

use crate::{
    Denied, Error, Noun, Operator, Result,
    authority::Inner,
    host::{Host, Origin},
    id::UnitId,
    ledger,
    profile::ProfileName,
    store::Topic,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use definition::{DEFINITIONS, REMOVAL_PASSWORD, definition, words};
use rusqlite::{Connection, OptionalExtension};
use std::{collections::HashMap, net::SocketAddr, sync::Arc};
use zeroize::Zeroizing;

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

/// All settings, parsed. Every `Option` that is `None` means: the department does not have it.
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
    /// Certificates name the OCSP responder: the department states that it always answers (`status.ocsp_in_certificates`, default: no).
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
    /// `passcode.min_length`; 0: no passcode policy.
    pub passcode_min_length: u8,
    /// `device.min_os`, e.g. "15.0".
    pub min_os: Option<String>,
    /// `removal`.
    pub removal: Removal,
    /// `removal.password`: sealed; only whether it is set.
    pub removal_password_set: bool,
    /// `scep.legacy`: single DES and MD5.
    pub scep_legacy: bool,
    /// `scep.manual_approval`: requests by `scep challenge` wait for the officer.
    pub scep_manual_approval: bool,
    /// `invitation.hours`: hours an invitation lives.
    pub invitation_hours: u32,
    /// `portal.contact`: the portal's help line (telephone or mail), shown to people.
    pub contact: Option<String>,
    /// `bundle`: certificate profiles that an enrollment gives, by SCEP; always with `authentication` (default: signing, authentication).
    pub bundle: Vec<crate::profile::ProfileName>,
    /// `authentication.with_address`: the authentication certificate states the mail address (default: yes).
    pub authentication_with_address: bool,
}

impl Settings {
    /// A department's settings on its first day.
    pub(crate) fn starting(status_url: Option<&str>) -> Result<Self> {
        Self::read(&status_url.map(|url| ("status.url".to_owned(), url.to_owned())).into_iter().collect())
    }
    /// From the values that are stored; what is missing has its default.
    fn read(stored: &HashMap<String, String>) -> Result<Self> {
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
        let bundle = words(value("bundle")?).map(ProfileName::parse).collect::<Option<_>>().ok_or_else(|| fault("bundle"))?;
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
            passcode_min_length: value("passcode.min_length")?.parse().map_err(|_| fault("passcode.min_length"))?,
            min_os: some("device.min_os")?,
            removal: definition::removal(value("removal")?).ok_or_else(|| fault("removal"))?,
            removal_password_set: stored.contains_key(REMOVAL_PASSWORD),
            scep_legacy: yes("scep.legacy")?,
            scep_manual_approval: yes("scep.manual_approval")?,
            invitation_hours: value("invitation.hours")?.parse().map_err(|_| fault("invitation.hours"))?,
            contact: some("portal.contact")?,
            bundle,
            authentication_with_address: yes("authentication.with_address")?,
        })
    }
}

/// Plain HTTP, host of the public URL, port of the plain listener (design: CRLs and CA certificates are never behind our own TLS).
fn derived_status_url(public_url: Option<&str>, http: &str) -> Option<String> {
    let host: Host = Origin::parse(public_url?, "https", false).ok()?.host;
    let port = http.parse::<SocketAddr>().ok()?.port();
    (port != 0).then(|| Origin { scheme: "http", host, port, path: String::new() }.to_string())
}

/// What is stored for the department: its own values over those of its organization.
fn stored(c: &Connection) -> Result<HashMap<String, String>> {
    let mut statement = c.prepare_cached(
        "SELECT key, value FROM setting JOIN unit ON unit.id = setting.unit ORDER BY kind = 'department'", // the department's come last and win
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The one department of this folder.
fn department_id(c: &Connection) -> Result<UnitId> {
    let found = c.prepare_cached("SELECT id FROM unit WHERE kind = 'department'")?.query_row([], |row| row.get(0)).optional()?;
    found.ok_or(Error::Denied(Denied::NotSetUp))
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

/// Reads what was typed for the setting `key`; `None`: back to the default.
pub(crate) fn check(key: &str, typed: &str) -> Result<Option<String>> {
    let definition = definition(key).ok_or(Error::NotFound(Noun::Setting))?;
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    (definition.check)(typed).map(Some).map_err(|reason| Error::invalid(definition.key, reason))
}

fn removal_context(unit: UnitId) -> String {
    format!("setting {REMOVAL_PASSWORD} of {unit}")
}

impl Inner {
    /// The settings, cached until the data changes.
    pub(crate) fn settings(&self) -> Result<Arc<Settings>> {
        self.settings_at(self.store.generation(Topic::Unit)?)
    }
    /// The same, when the generation is known already.
    pub(crate) fn settings_at(&self, generation: u64) -> Result<Arc<Settings>> {
        self.cache.settings.get(generation, || self.store.read(|c| Settings::read(&stored(c)?)))
    }
    /// The removal password for supervised phones, opened.
    pub(crate) fn removal_password(&self) -> Result<Option<Zeroizing<String>>> {
        let (unit, sealed) = self.store.read(|c| Ok((department_id(c)?, stored(c)?.remove(REMOVAL_PASSWORD))))?;
        let Some(sealed) = sealed else { return Ok(None) };
        let sealed = STANDARD.decode(sealed).map_err(Error::fault)?;
        let plain = self.vault.open(&removal_context(unit), &sealed)?;
        Ok(Some(Zeroizing::new(std::str::from_utf8(&plain).map_err(Error::fault)?.to_owned())))
    }
}

impl Operator {
    /// All settings (before the set-up: their defaults).
    pub fn settings(&self) -> Result<Settings> {
        Ok(self.inner.settings()?.as_ref().clone())
    }
    /// One setting by its fixed name, as text. A secret is never shown: `set`, or nothing.
    pub fn setting(&self, key: &str) -> Result<String> {
        let stored = self.inner.store.read(stored)?;
        if key == REMOVAL_PASSWORD {
            return Ok(if stored.contains_key(key) { "set" } else { "" }.to_owned());
        }
        let definition = definition(key).ok_or(Error::NotFound(Noun::Setting))?;
        match (stored.get(key), key) {
            (Some(value), _) => Ok(value.clone()),
            (None, "status.url") => Ok(self.inner.settings()?.status_url.clone().unwrap_or_default()),
            (None, _) => Ok(definition.default.to_owned()),
        }
    }
    /// Names of all settings, in the order of the documentation.
    pub fn setting_names() -> Vec<&'static str> {
        DEFINITIONS.iter().map(|d| d.key).chain([REMOVAL_PASSWORD]).collect()
    }
    /// Sets one by its fixed name; parsed and refused with the reason; empty text takes it back to the default.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        let unit = self.inner.store.read(department_id)?;
        let secret = key == REMOVAL_PASSWORD;
        let value = if secret { self.sealed_removal_password(unit, value)? } else { check(key, value)? };
        let (at, actor, key) = (self.inner.clock.now(), self.actor.clone(), key.to_owned());
        self.inner.store.write(move |tx| {
            let before = stored(tx)?.remove(&key);
            if before == value {
                return Ok(());
            }
            store(tx, unit, &key, value.as_deref())?;
            let details =
                if secret { serde_json::json!({ "set": value.is_some() }) } else { serde_json::json!({ "from": before, "to": value }) };
            ledger::append(tx, at, &actor, "setting.changed", &key, &details)
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
