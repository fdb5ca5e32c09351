//! Typed settings of a department with their defaults (design.md section 7).

use crate::{Operator, Result};

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
    /// `status.url`: where CRL, OCSP and CA certificates are found, http.
    pub status_url: Option<String>,
    /// Certificates are written with a CDP.
    pub status_in_certificates: bool,
    /// PEM file of further device CAs.
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
    /// Hours an invitation lives.
    pub invitation_hours: u32,
    /// The portal's help line (telephone or mail), shown to people.
    pub contact: Option<String>,
    /// `bundle`: certificate profiles that an enrollment gives, by SCEP; always with `authentication` (default: signing, authentication).
    pub bundle: Vec<crate::profile::ProfileName>,
    /// `authentication.with_address`: the authentication certificate states the mail address (default: yes).
    pub authentication_with_address: bool,
}

impl crate::authority::Inner {
    /// The settings, cached until the data changes.
    pub(crate) fn settings(&self) -> Result<std::sync::Arc<Settings>> {
        todo!()
    }
    /// The removal password for supervised phones, opened.
    pub(crate) fn removal_password(&self) -> Result<Option<zeroize::Zeroizing<String>>> {
        todo!()
    }
}

impl Operator {
    /// All settings.
    pub fn settings(&self) -> Result<Settings> {
        todo!()
    }
    /// One setting by its fixed name, as text.
    pub fn setting(&self, key: &str) -> Result<String> {
        let _ = key;
        todo!()
    }
    /// Sets one by its fixed name; parsed and refused with the reason; empty text takes it back to the default.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        let _ = (key, value);
        todo!()
    }
}
