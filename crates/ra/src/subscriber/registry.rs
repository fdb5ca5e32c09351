//! The register of subject DNs: each belongs to one subscriber for ever, also after deletion (invariant 4). One who moves to another
//! department gets a further one and keeps the earlier.

use crate::{Error, Result, department::Department, id::SubscriberId};
use protocol::{
    Timestamp,
    x509::{AttributeType, DistinguishedName},
};
use rusqlite::{Connection, OptionalExtension, params};

/// More people of one name than any department has.
const MAX_HOMONYMS: u32 = 10_000;

/// Gives `name` a DN that nobody else ever had: O, OU, CN, and for the second and later ones of that name a serialNumber. Who had one
/// in this department before gets it again.
pub(super) fn register(
    tx: &Connection,
    at: Timestamp,
    subscriber: SubscriberId,
    department: &Department,
    name: &str,
) -> Result<DistinguishedName> {
    let mut insert =
        tx.prepare_cached("INSERT INTO subject_name (name, subscriber, registered_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING")?;
    let mut owner = tx.prepare_cached("SELECT subscriber FROM subject_name WHERE name = ?1")?;
    for homonym in 1..=MAX_HOMONYMS {
        let mut attributes = vec![
            (AttributeType::Organization, department.certified_organization.clone()),
            (AttributeType::OrganizationalUnit, department.certified_name.clone()),
            (AttributeType::CommonName, name.to_owned()),
        ];
        if homonym > 1 {
            attributes.push((AttributeType::SerialNumber, homonym.to_string()));
        }
        let subject = DistinguishedName::new(attributes).map_err(|e| Error::invalid("name", e.to_string()))?;
        let key = key(&subject)?;
        if insert.execute(params![key, subscriber, at.0])? == 1
            || owner.query_row([&key], |row| row.get::<_, SubscriberId>(0)).optional()? == Some(subscriber)
        {
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
