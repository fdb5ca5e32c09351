//! SCEP requests that wait for the officer.

use super::time;
use ra::scep as core;
use serde::Serialize;
use specta::Type;

/// A request that waits.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PendingRequest {
    /// Id.
    pub id: String,
    /// Subject to be certified, RFC 4514.
    pub subject: String,
    /// Department of whom it is for; none: they are no longer here.
    pub department: Option<String>,
    /// Certificate profile.
    pub profile: String,
    /// SHA-256 of the public key (SubjectPublicKeyInfo), hex.
    pub key: String,
    /// Since when it waits.
    pub since: String,
}

impl From<core::PendingRequest> for PendingRequest {
    fn from(request: core::PendingRequest) -> Self {
        PendingRequest {
            id: request.id.to_string(),
            subject: request.subject,
            department: request.department,
            profile: request.profile,
            key: request.key,
            since: time(request.since),
        }
    }
}
