//! The department's settings.

use super::{ledger::named, time};
use ra::{ledger::Actor, profile::Source, settings as core};
use serde::{Deserialize, Serialize};
use specta::Type;

/// How people sign in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum SignIn {
    /// Code of the invitation.
    Code,
    /// Local password.
    Password,
    /// Both.
    Both,
    /// Directory (later).
    Directory,
    /// HTTP Basic.
    Basic,
}

/// Whether the configuration profile may be removed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Removal {
    /// By its owner.
    Removable,
    /// With a password; supervised phones only.
    Password,
    /// Not at all; supervised phones only.
    Locked,
}

/// All settings.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// HTTPS listen address.
    pub https: String,
    /// HTTP listen address.
    pub http: String,
    /// Portal's URL.
    pub public_url: Option<String>,
    /// Where CRLs are found.
    pub status_url: Option<String>,
    /// Certificates name it.
    pub status_in_certificates: bool,
    /// Further device CAs.
    pub device_ca: Option<String>,
    /// Sign-in.
    pub sign_in: SignIn,
    /// Wi-Fi.
    pub wifi_ssid: Option<String>,
    /// Names of the RADIUS servers.
    pub wifi_server_names: Vec<String>,
    /// VPN server.
    pub vpn_server: Option<String>,
    /// Its identity.
    pub vpn_remote_id: Option<String>,
    /// 0: no passcode policy.
    pub passcode_min_length: u8,
    /// Minimum iOS.
    pub min_os: Option<String>,
    /// Removal.
    pub removal: Removal,
    /// A removal password is set.
    pub removal_password_set: bool,
    /// Legacy SCEP algorithms.
    pub scep_legacy: bool,
    /// Officer approves SCEP requests.
    pub scep_manual_approval: bool,
    /// The CA's certificate behind the issued one in answers by SCEP.
    pub scep_ca_in_answer: bool,
    /// Hours an invitation lives.
    pub invitation_hours: u32,
    /// Help line.
    pub contact: Option<String>,
    /// Certificate profiles that an enrollment gives.
    pub bundle: Vec<String>,
    /// The authentication certificate states the mail address.
    pub authentication_with_address: bool,
}

/// Where a setting may be set.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum SettingLevel {
    /// For the organization alone.
    Organization,
    /// For the organization, and otherwise for each department.
    Department,
}

/// Whose value counts.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum SettingSource {
    /// The department's own.
    Department,
    /// The organization's.
    Organization,
    /// Nobody has set it.
    Builtin,
}

/// From where to where a number goes, both included.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingBounds {
    /// The least.
    pub least: u32,
    /// The most.
    pub most: u32,
}

/// One setting as it stands for the organization or a department.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingView {
    /// Its fixed name.
    pub key: String,
    /// Where it may be set.
    pub level: SettingLevel,
    /// What counts, as text.
    pub value: String,
    /// Whose value it is.
    pub source: SettingSource,
    /// What would count if it were not set here.
    pub inherited: String,
    /// What counts where nobody has set it.
    pub default: String,
    /// From where to where it goes, where it is a plain number.
    pub bounds: Option<SettingBounds>,
    /// A department may do without, whatever the organization has.
    pub optional: bool,
    /// What an officer asked for and another one has to set, too.
    pub waiting: Option<SettingAsked>,
}

/// A value that counts once another officer sets it, too.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingAsked {
    /// The value, as text.
    pub value: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: String,
    /// This officer asked, so another one decides.
    pub own: bool,
}

/// All settings of the organization or a department.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsOf {
    /// As they count.
    pub settings: Settings,
    /// Each with whose value it is.
    pub views: Vec<SettingView>,
    /// The password that was made for `removal`: shown this once.
    pub removal_password: Option<String>,
}

/// What becomes of a setting.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum SettingFate {
    /// The value.
    Set,
    /// Nothing, whatever the organization has.
    Without,
    /// Back to what is inherited.
    Inherit,
}

/// One change, by the setting's fixed name.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingChange {
    /// Department; none: the organization.
    pub department: Option<String>,
    /// Name.
    pub key: String,
    /// What becomes of it.
    pub fate: SettingFate,
    /// Value as text.
    pub value: String,
}

/// A value that was typed for a setting, beside others that belong to it.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingTyped {
    /// Name.
    pub key: String,
    /// Value as text; empty: back to what is inherited.
    pub value: String,
}

impl SettingTyped {
    /// As the authority takes it.
    pub fn change(self) -> (String, core::SettingChange) {
        (self.key, typed(&self.value))
    }
}

fn typed(value: &str) -> core::SettingChange {
    if value.trim().is_empty() { core::SettingChange::Inherit } else { core::SettingChange::To(value.to_owned()) }
}

impl SettingChange {
    /// As the authority takes it.
    pub fn change(&self) -> core::SettingChange {
        match self.fate {
            SettingFate::Set => typed(&self.value),
            SettingFate::Without => core::SettingChange::Without,
            SettingFate::Inherit => core::SettingChange::Inherit,
        }
    }
}

impl SettingView {
    /// As the officer with this account sees it.
    pub fn seen_by(v: core::SettingView, officer: &str) -> Self {
        SettingView {
            waiting: v.waiting.map(|asked| SettingAsked::seen_by(asked, officer)),
            key: v.key.to_owned(),
            level: match v.level {
                core::Level::Organization => SettingLevel::Organization,
                core::Level::Department => SettingLevel::Department,
            },
            value: v.value,
            source: match v.source {
                Source::Department => SettingSource::Department,
                Source::Organization => SettingSource::Organization,
                Source::Builtin => SettingSource::Builtin,
            },
            inherited: v.inherited,
            default: v.default,
            bounds: v.bounds.map(|core::Bounds { least, most }| SettingBounds { least, most }),
            optional: v.optional,
        }
    }
}

impl SettingAsked {
    fn seen_by(asked: core::SettingRequest, officer: &str) -> Self {
        // The same account in the window and at a terminal is one officer.
        let own = matches!(&asked.asked_by, Actor::Officer(name) | Actor::Command(name) if name.eq_ignore_ascii_case(officer));
        SettingAsked { value: asked.value, asked_by: named(asked.asked_by).1, asked_at: time(asked.asked_at), own }
    }
}

impl From<core::Settings> for Settings {
    fn from(s: core::Settings) -> Self {
        Settings {
            https: s.https,
            http: s.http,
            public_url: s.public_url,
            status_url: s.status_url,
            status_in_certificates: s.status_in_certificates,
            device_ca: s.device_ca,
            sign_in: match s.sign_in {
                core::SignIn::Code => SignIn::Code,
                core::SignIn::Password => SignIn::Password,
                core::SignIn::Both => SignIn::Both,
                core::SignIn::Directory => SignIn::Directory,
                core::SignIn::Basic => SignIn::Basic,
            },
            wifi_ssid: s.wifi_ssid,
            wifi_server_names: s.wifi_server_names,
            vpn_server: s.vpn_server,
            vpn_remote_id: s.vpn_remote_id,
            passcode_min_length: s.passcode_min_length,
            min_os: s.min_os,
            removal: match s.removal {
                core::Removal::Removable => Removal::Removable,
                core::Removal::Password => Removal::Password,
                core::Removal::Locked => Removal::Locked,
            },
            removal_password_set: s.removal_password_set,
            scep_legacy: s.scep_legacy,
            scep_manual_approval: s.scep_manual_approval,
            scep_ca_in_answer: s.scep_ca_in_answer,
            invitation_hours: s.invitation_hours,
            contact: s.contact,
            bundle: s.bundle.into_iter().map(|name| name.as_str().to_owned()).collect(),
            authentication_with_address: s.authentication_with_address,
        }
    }
}
