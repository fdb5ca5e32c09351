//! Certificates issued by the officer.

use super::{certificate::Certificate, unknown};
use crate::error::CommandError;
use protocol::pkcs12::Form;
use ra::profile::ProfileName;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Who can open a PKCS#12.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Pkcs12Form {
    /// Everything, also what is old.
    Legacy,
    /// What is new.
    Modern,
}

/// For whom, and what.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IssueOrder {
    /// Address of the person.
    pub mail: String,
    /// Certificate profile.
    pub profile: String,
}

/// What may be issued here by the policy in force.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IssueChoice {
    /// Certificate profile.
    pub profile: String,
    /// Its key is made here; else it takes a request.
    pub made_here: bool,
    /// Days it will be valid.
    pub days: u32,
}

/// A bundle that may be issued here.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeskBundle {
    /// Name.
    pub name: String,
    /// Its profiles, as far as they are offered or to be mended.
    pub profiles: Vec<IssueChoice>,
}

/// A bundle for a person.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleOrder {
    /// Address of the person.
    pub mail: String,
    /// Name of the bundle.
    pub bundle: String,
    /// Request (PEM or base64) for the profiles whose keys their holder makes; without one those are left for an invitation.
    pub request: Option<String>,
    /// The certificates of the same kind that the person has are superseded.
    pub supersede: bool,
}

/// A PKCS#12 with its password. Has no `Debug`: it holds a password.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyFile {
    /// Certificate profile.
    pub profile: String,
    /// Where it is.
    pub path: String,
    /// Its password: shown once, kept nowhere.
    pub password: String,
}

/// What a bundle gave. Has no `Debug`: it holds passwords.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IssuedBundle {
    /// All certificates.
    pub certificates: Vec<Certificate>,
    /// Keys made here.
    pub files: Vec<KeyFile>,
    /// Profiles left for an invitation.
    pub left: Vec<String>,
    /// Profiles that gave nothing of use although others did.
    pub refused: Vec<RefusedProfile>,
}

/// A profile of a bundle that was not issued, or whose key was lost and whose certificate was therefore revoked.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RefusedProfile {
    /// Certificate profile.
    pub profile: String,
    /// Why.
    pub refused: CommandError,
}

/// What was issued from a request.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IssuedCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// How many it superseded.
    pub superseded: u32,
}

/// What was issued with a key made here. Has no `Debug`: it holds a password.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IssuedFile {
    /// The certificate.
    pub certificate: Certificate,
    /// How many it superseded.
    pub superseded: u32,
    /// Where the PKCS#12 is.
    pub path: String,
    /// Its password: shown once, kept nowhere.
    pub password: String,
}

impl IssueOrder {
    /// The certificate profile.
    pub fn profile(&self) -> Result<ProfileName, CommandError> {
        ProfileName::parse(&self.profile).ok_or_else(unknown)
    }
}

impl From<Pkcs12Form> for Form {
    fn from(form: Pkcs12Form) -> Self {
        match form {
            Pkcs12Form::Legacy => Form::Legacy,
            Pkcs12Form::Modern => Form::Modern,
        }
    }
}
