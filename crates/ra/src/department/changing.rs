//! What of the organization and its departments can be changed afterwards, by whose rules.

use super::{Department, further::department, read, set_up::name};
use crate::{Denied, Error, Operator, Result, id::UnitId, ledger, mailbox::Address};

impl Operator {
    /// The mail domains that a department of this folder may have: those that its issuing CA may certify (RFC 5280 4.2.1.10). A host
    /// stands for itself, one with a leading dot for all below it.
    pub fn permitted_mail_domains(&self) -> Result<Vec<String>> {
        self.inner.certifiable_mail_domains()
    }

    /// Gives a department other mail domains, for the addresses that are added from now on. Refused for a domain that the issuing CA may
    /// not certify (its name constraints are part of its certificate and stay), and while an address of the department's people would be
    /// in none of them: their validations go on counting, so the address must go on belonging to somebody's department. Certificates
    /// stay as they are.
    pub fn change_mail_domains(&self, id: UnitId, typed: &[String]) -> Result<Department> {
        let mail_domains = self.permitted_domains(typed)?;
        let domains = serde_json::to_string(&mail_domains).map_err(Error::fault)?;
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let units = read::units(tx)?.ok_or(Error::Denied(Denied::NotSetUp))?;
            let before = units.of(id)?;
            if before.mail_domains == mail_domains {
                return department(tx, id);
            }
            if before.mail_domains.iter().any(|domain| !mail_domains.contains(domain)) {
                none_is_left_out(tx, before, &mail_domains)?;
            }
            tx.prepare_cached("UPDATE unit SET mail_domains = ?2 WHERE id = ?1")?.execute((id, domains))?;
            let facts = serde_json::json!({ "from": before.mail_domains, "to": mail_domains });
            ledger::append(tx, clock.now(), &actor, "department.mail_domains", &id.to_string(), &facts)?;
            department(tx, id)
        })
    }

    /// Renames the organization for people who read it: on the portal, on phones, in lists. What certificates say (O) stays, in those of
    /// people as in those of the CA: a subject DN belongs to one person for ever, and the CA's own name cannot be changed.
    pub fn rename_organization(&self, new: &str) -> Result<()> {
        let name = name("organization", new)?;
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let units = read::units(tx)?.ok_or(Error::Denied(Denied::NotSetUp))?;
            let before = &units.founding().organization;
            if *before == name {
                return Ok(());
            }
            tx.prepare_cached("UPDATE unit SET name = ?2 WHERE id = ?1")?.execute((units.organization, &name))?;
            let facts = serde_json::json!({ "from": before, "to": name });
            ledger::append(tx, clock.now(), &actor, "organization.renamed", &units.organization.to_string(), &facts)
        })
    }
}

/// Every address of the department's people is in one of the domains.
fn none_is_left_out(tx: &rusqlite::Connection, department: &Department, domains: &[String]) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "SELECT m.address FROM mailbox m JOIN subscriber s ON s.id = m.subscriber WHERE s.department = ? ORDER BY m.address_key",
    )?;
    let mut rows = statement.query([department.id])?;
    let (mut first, mut count) = (None, 0_u64);
    while let Some(row) = rows.next()? {
        let address: String = row.get(0)?;
        if Address::of_department(&address, domains).is_err() {
            first.get_or_insert(address);
            count += 1;
        }
    }
    let Some(first) = first else { return Ok(()) };
    Err(Error::invalid(
        "mail_domains",
        format!(
            "{count} addresses of {} would be in none of them, such as {first}: move those people to another department first, or keep their domain",
            department.department
        ),
    ))
}
