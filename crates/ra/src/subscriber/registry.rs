//! The register of subject DNs: each belongs to one subscriber for ever, also after deletion (invariant 4).

use crate::{Error, Result, id::SubscriberId};
use protocol::{
    Timestamp,
    x509::{AttributeType, DistinguishedName},
};
use rusqlite::{Connection, params};

/// More people of one name than any department has.
const MAX_HOMONYMS: u32 = 10_000;

/// Gives `name` a DN that nobody ever had: O, OU, CN, and for the second and later ones of that name a serialNumber.
pub(super) fn register(
    tx: &Connection,
    at: Timestamp,
    subscriber: SubscriberId,
    organization: &str,
    department: &str,
    name: &str,
) -> Result<DistinguishedName> {
    let mut insert =
        tx.prepare_cached("INSERT INTO subject_name (name, subscriber, registered_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING")?;
    for homonym in 1..=MAX_HOMONYMS {
        let mut attributes = vec![
            (AttributeType::Organization, organization.to_owned()),
            (AttributeType::OrganizationalUnit, department.to_owned()),
            (AttributeType::CommonName, name.to_owned()),
        ];
        if homonym > 1 {
            attributes.push((AttributeType::SerialNumber, homonym.to_string()));
        }
        let subject = DistinguishedName::new(attributes).map_err(|e| Error::invalid("name", e.to_string()))?;
        if insert.execute(params![key(&subject)?, subscriber, at.0])? == 1 {
            return Ok(subject);
        }
    }
    Err(Error::Conflict(crate::Conflict::NameTaken))
}

/// What makes two DNs the same (RFC 5280 7.1): neither case nor blanks nor order.
fn key(subject: &DistinguishedName) -> Result<String> {
    let folded: Vec<_> = subject.comparable().into_iter().map(|(kind, value)| (kind, value.to_lowercase())).collect();
    serde_json::to_string(&folded).map_err(Error::fault)
}
