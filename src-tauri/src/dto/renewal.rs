//! Another certificate in the place of one.

use super::{certificate::Certificate, certificate::RevocationReason};
use crate::error::CommandError;
use ra::life::Old;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What became of one that was to be renewed.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Renewed {
    /// Serial of the old one.
    pub serial: String,
    /// The new one.
    pub certificate: Option<Certificate>,
    /// Why there is none.
    pub refused: Option<CommandError>,
}

/// What becomes of the one that is replaced: revoked for a reason, or left to its end.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Replaced {
    /// `None`: it is superseded and stays valid until it ends.
    pub revoked: Option<RevocationReason>,
}

impl Renewed {
    /// What came of renewing the certificate with this serial number.
    pub fn of(result: Result<Certificate, CommandError>, serial: String) -> Self {
        match result {
            Ok(certificate) => Renewed { serial, certificate: Some(certificate), refused: None },
            Err(refused) => Renewed { serial, certificate: None, refused: Some(refused) },
        }
    }
}

impl From<Replaced> for Old {
    fn from(replaced: Replaced) -> Self {
        replaced.revoked.map_or(Old::Stays, |reason| Old::Revoked(reason.into()))
    }
}
