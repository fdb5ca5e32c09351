//! What crosses to the window: plain values, parsed by `TryFrom` on the way in. Times are RFC 3339, ids and serials text.

pub mod advice;
pub mod batch;
pub mod certificate;
pub mod columns;
pub mod department;
pub mod detail;
pub mod enrollment;
pub mod find;
pub mod first_screen;
pub mod invitation;
pub mod issue;
pub mod key_plan;
pub mod ledger;
pub mod lesson;
pub mod life;
pub mod people;
pub mod people_find;
pub mod policy;
pub mod policy_escrow;
pub mod policy_profile;
pub mod publishing;
pub mod renewal;
pub mod report;
pub mod scep;
pub mod server;
pub mod settings;
pub mod setup;
pub mod share;
pub mod succession;
pub mod today;
pub mod view;

use crate::error::{Code, CommandError};
use protocol::{Timestamp, x509::SerialNumber};
use ra::id::UnitId;

/// A time as the window reads it.
pub fn time(at: Timestamp) -> String {
    at.to_string()
}

/// The word that stands for a value in JSON.
pub(crate) fn word(value: impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

/// The refusal for an id that is none: nothing has it.
pub(crate) fn unknown() -> CommandError {
    CommandError::new(Code::NotFound, "")
}

/// Certificates by their serial numbers; what is none is refused, never left out.
pub(crate) fn serials(texts: &[String]) -> Result<Vec<SerialNumber>, CommandError> {
    texts.iter().map(|text| SerialNumber::parse(text).map_err(|_| unknown())).collect()
}

/// The department that narrows something; what is no id is refused, never left out.
pub(crate) fn unit(id: Option<String>) -> Result<Option<UnitId>, CommandError> {
    id.as_deref().map(department::unit).transpose()
}

/// A count that JavaScript holds exactly.
pub(crate) fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
