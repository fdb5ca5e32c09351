//! The units of a folder: one organization with its CA, and the departments that share it.

mod changing;
mod further;
mod read;
mod set_up;
#[cfg(test)]
mod tests;

pub use further::FurtherDepartment;
pub(crate) use read::Units;
pub use set_up::{NewDepartment, SetupDraft};

use crate::{Denied, Error, Noun, Operator, Result, authority::Inner, id::UnitId, profile::Scope, store::Topic};
use protocol::Timestamp;
use std::sync::Arc;

/// A department as the screens show it. Organization, hosts, TLS and root key are the same for all departments of a folder.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Department {
    /// Id.
    pub id: UnitId,
    /// Organization, as people read it.
    pub organization: String,
    /// Its name in certificates (O): the first one that it had.
    pub certified_organization: String,
    /// Department, as people read it.
    pub department: String,
    /// Its name in certificates (OU): the first one that it had.
    pub certified_name: String,
    /// Mail domains.
    pub mail_domains: Vec<String>,
    /// Hosts.
    pub hosts: Vec<String>,
    /// Training department.
    pub training: bool,
    /// A pilot: certificates say so and live only shortly (`validity.pilot_days`).
    pub pilot: bool,
    /// When it was set up.
    pub created_at: Timestamp,
    /// The portal's TLS certificate was imported (else: by the issuing CA, private root).
    pub public_tls: bool,
    /// The root's key is in this folder (else it was moved to removable media).
    pub root_key_here: bool,
}

impl Inner {
    /// The units, cached until the data changes; `Denied::NotSetUp` before the set-up.
    pub(crate) fn units(&self) -> Result<Arc<Units>> {
        let generation = self.store.generation(Topic::Unit)?.saturating_add(self.store.generation(Topic::Identity)?);
        self.cache.units.get(generation, || self.store.read(read::units)?.ok_or(Error::Denied(Denied::NotSetUp)))
    }
    /// The department that the folder was set up with: its name stands in the certificates of our own.
    pub(crate) fn founding(&self) -> Result<Arc<Department>> {
        Ok(self.units()?.founding().clone())
    }
    /// One of them.
    pub(crate) fn department_of(&self, id: UnitId) -> Result<Arc<Department>> {
        self.units()?.of(id).cloned()
    }
}

impl Operator {
    /// All departments, the one that the folder was set up with first; `Denied::NotSetUp` before.
    pub fn departments(&self) -> Result<Vec<Department>> {
        Ok(self.inner.units()?.all().map(|department| department.as_ref().clone()).collect())
    }
    /// The same officer at this department: whatever asks for "the department" means it.
    pub fn at_department(&self, id: UnitId) -> Result<Operator> {
        self.inner.department_of(id)?;
        Ok(Operator { department: Some(id), ..self.clone() })
    }
    /// The same officer at the department of this name; capitals and blanks do not matter.
    pub fn at_department_named(&self, name: &str) -> Result<Operator> {
        let wanted = further::key(name);
        let units = self.inner.units()?;
        let found = units.all().find(|department| further::key(&department.department) == wanted);
        let found = found.or_else(|| units.all().find(|department| further::key(&department.certified_name) == wanted));
        self.at_department(found.ok_or(Error::NotFound(Noun::Unit))?.id)
    }
    /// The department that this officer is at, otherwise the only one; `Denied::WhichDepartment` where there are several,
    /// `Denied::NotSetUp` where there is none.
    pub fn department(&self) -> Result<Department> {
        Ok(self.here()?.as_ref().clone())
    }

    pub(crate) fn here(&self) -> Result<Arc<Department>> {
        let units = self.inner.units()?;
        match self.department {
            Some(id) => units.of(id).cloned(),
            None => units.only().cloned(),
        }
    }
    /// The unit of a scope.
    pub(crate) fn unit(&self, scope: Scope) -> Result<UnitId> {
        match scope {
            Scope::Organization => Ok(self.inner.units()?.organization),
            Scope::Department => Ok(self.here()?.id),
        }
    }
}
