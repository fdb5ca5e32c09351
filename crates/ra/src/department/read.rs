//! Units as they are kept in memory.

use super::Department;
use crate::{Denied, Error, Noun, Result, id::UnitId};
use protocol::Timestamp;
use rusqlite::Connection;
use std::sync::Arc;

/// The organization and its departments.
pub(crate) struct Units {
    /// The organization.
    pub(crate) organization: UnitId,
    founding: Arc<Department>,
    /// In the order of their making.
    further: Vec<Arc<Department>>,
}

impl Units {
    /// The department that the folder was set up with.
    pub(crate) fn founding(&self) -> &Arc<Department> {
        &self.founding
    }
    /// All, the founding one first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Department>> {
        std::iter::once(&self.founding).chain(&self.further)
    }
    /// One by its id.
    pub(crate) fn of(&self, id: UnitId) -> Result<&Arc<Department>> {
        self.all().find(|department| department.id == id).ok_or(Error::NotFound(Noun::Unit))
    }
    /// The only one.
    pub(crate) fn only(&self) -> Result<&Arc<Department>> {
        if self.further.is_empty() { Ok(&self.founding) } else { Err(Error::Denied(Denied::WhichDepartment)) }
    }
}

/// What the store has; `None` before the set-up.
pub(super) fn units(c: &Connection) -> Result<Option<Units>> {
    let mut statement = c.prepare_cached(
        "SELECT d.id, o.name, d.name, d.mail_domains, o.hosts, d.training, d.created_at, d.production_at IS NULL, \
         EXISTS (SELECT 1 FROM sealed_key WHERE purpose = 'tls' AND retired_at IS NULL AND certificate IS NULL), \
         EXISTS (SELECT 1 FROM sealed_key WHERE purpose = 'root' AND retired_at IS NULL AND sealed IS NOT NULL), \
         coalesce(d.certified_name, d.name), o.id, coalesce(o.certified_name, o.name) \
         FROM unit AS d JOIN unit AS o ON o.id = d.parent WHERE d.kind = 'department' ORDER BY d.id", // ids follow time
    )?;
    let mut rows = statement.query([])?;
    let (mut organization, mut departments) = (None, Vec::new());
    while let Some(row) = rows.next()? {
        let list = |column: usize| -> Result<Vec<String>> {
            serde_json::from_str(row.get_ref(column)?.as_str().map_err(Error::fault)?).map_err(Error::fault)
        };
        organization = Some(row.get(11)?);
        departments.push(Arc::new(Department {
            id: row.get(0)?,
            organization: row.get(1)?,
            certified_organization: row.get(12)?,
            department: row.get(2)?,
            certified_name: row.get(10)?,
            mail_domains: list(3)?,
            hosts: list(4)?,
            training: row.get(5)?,
            created_at: Timestamp(row.get(6)?),
            pilot: row.get(7)?,
            public_tls: row.get(8)?,
            root_key_here: row.get(9)?,
        }));
    }
    let mut departments = departments.into_iter();
    let (Some(organization), Some(founding)) = (organization, departments.next()) else { return Ok(None) };
    Ok(Some(Units { organization, founding, further: departments.collect() }))
}
