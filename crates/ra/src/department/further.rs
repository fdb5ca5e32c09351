//! Further departments under the CA of the folder: added, renamed.

use super::{Department, read, set_up::name};
use crate::{Conflict, Denied, Error, Operator, Result, host::dns_name, id::UnitId, ledger};
use unicode_normalization::UnicodeNormalization;

/// A department to add.
#[derive(Debug, Clone)]
pub struct FurtherDepartment {
    /// Its name; stands in its people's certificates (OU) for ever.
    pub name: String,
    /// Mail domains of its people, at least one, each within what the issuing CA may certify.
    pub mail_domains: Vec<String>,
}

/// As names are compared.
pub(super) fn key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().nfc().collect()
}

impl Operator {
    /// Adds a department under the same CA. It begins as a pilot with escrow off and inherits everything from the organization.
    /// Refused for a name that another one has or had, and for a mail domain that the issuing CA may not certify.
    pub fn add_department(&self, new: FurtherDepartment) -> Result<Department> {
        let name = name("name", &new.name)?;
        let mail_domains = self.permitted_domains(&new.mail_domains)?;
        let domains = serde_json::to_string(&mail_domains).map_err(Error::fault)?;
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let (at, units) = (clock.now(), read::units(tx)?.ok_or(Error::Denied(Denied::NotSetUp))?);
            must_be_free(&units, &name, None)?;
            let id = UnitId::fresh();
            tx.prepare_cached(
                "INSERT INTO unit (id, parent, kind, name, certified_name, mail_domains, training, created_at) \
                 VALUES (?1, ?2, 'department', ?3, ?3, ?4, ?5, ?6)",
            )?
            .execute((id, units.organization, &name, domains, units.founding().training, at.0))?;
            let facts = serde_json::json!({ "name": name, "mail_domains": mail_domains });
            ledger::append(tx, at, &actor, "department.added", &id.to_string(), &facts)?;
            department(tx, id)
        })
    }

    /// Renames a department for people who read it; what its certificates say (OU) stays.
    pub fn rename_department(&self, id: UnitId, new: &str) -> Result<Department> {
        let name = name("name", new)?;
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let units = read::units(tx)?.ok_or(Error::Denied(Denied::NotSetUp))?;
            let before = units.of(id)?;
            if before.department == name {
                return department(tx, id);
            }
            must_be_free(&units, &name, Some(id))?;
            tx.prepare_cached("UPDATE unit SET name = ?2 WHERE id = ?1")?.execute((id, &name))?;
            let facts = serde_json::json!({ "from": before.department, "to": name });
            ledger::append(tx, clock.now(), &actor, "department.renamed", &id.to_string(), &facts)?;
            department(tx, id)
        })
    }

    /// The domains in their one form; each must lie within the name constraints of the issuing CA (RFC 5280 4.2.1.10).
    pub(super) fn permitted_domains(&self, typed: &[String]) -> Result<Vec<String>> {
        let permitted = self.inner.certifiable_mail_domains()?;
        let mut domains = Vec::new();
        for typed in typed {
            let domain = dns_name(typed.trim().trim_start_matches('@')).map_err(|reason| Error::invalid("mail_domains", reason))?;
            // A constraint is one host, or with a leading dot all hosts below it.
            if !permitted.iter().any(|p| if p.starts_with('.') { domain.ends_with(p.as_str()) } else { domain == *p }) {
                return Err(Error::invalid(
                    "mail_domains",
                    format!(
                        "the CA of this folder was made for {} and may not certify {domain}: choose among those, or set up another folder for {domain}",
                        permitted.join(", ")
                    ),
                ));
            }
            if !domains.contains(&domain) {
                domains.push(domain);
            }
        }
        if domains.is_empty() || domains.len() > 50 {
            return Err(Error::invalid("mail_domains", "give the domain of the mail addresses, such as example.edu"));
        }
        Ok(domains)
    }
}

pub(super) fn department(tx: &rusqlite::Connection, id: UnitId) -> Result<Department> {
    let units = read::units(tx)?.ok_or(Error::Denied(Denied::NotSetUp))?;
    Ok(units.of(id)?.as_ref().clone())
}

/// Nobody else has the name, and nobody else's certificates say it.
fn must_be_free(units: &super::Units, name: &str, own: Option<UnitId>) -> Result<()> {
    let wanted = key(name);
    let taken = units
        .all()
        .filter(|other| Some(other.id) != own)
        .any(|other| key(&other.department) == wanted || key(&other.certified_name) == wanted);
    if taken { Err(Error::Conflict(Conflict::DepartmentTaken)) } else { Ok(()) }
}
