//! Departments of the folder.

use super::{time, unknown};
use crate::error::CommandError;
use ra::{Operator, department as core, id::UnitId, policy::DepartmentEscrow, profile::Scope};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A department.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentRow {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its organization.
    pub organization: String,
    /// The organization's name in certificates (O).
    pub certified_organization: String,
    /// Its name in certificates (OU).
    pub certified_name: String,
    /// Mail domains of its people.
    pub mail_domains: Vec<String>,
    /// A pilot.
    pub pilot: bool,
    /// Training department.
    pub training: bool,
    /// Set up at.
    pub created_at: String,
}

/// A department to add.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FurtherDepartment {
    /// Name.
    pub name: String,
    /// Mail domains of its people.
    pub mail_domains: Vec<String>,
}

/// Another name for a department.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentName {
    /// Which.
    pub department: String,
    /// The name from now on.
    pub name: String,
}

/// Other mail domains for a department.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentDomains {
    /// Which.
    pub department: String,
    /// All of them from now on.
    pub mail_domains: Vec<String>,
}

/// A person who moves.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// Who.
    pub subscriber: String,
    /// Where to.
    pub department: String,
}

/// Reads an id.
pub fn unit(id: &str) -> Result<UnitId, CommandError> {
    UnitId::parse(id).ok_or_else(unknown)
}

/// The officer at the department that was chosen; none chosen: where there is one alone, that one.
pub fn at(op: Operator, department: Option<&str>) -> Result<Operator, CommandError> {
    match department {
        Some(id) => Ok(op.at_department(unit(id)?)?),
        None => Ok(op),
    }
}

/// The department that was chosen, or the organization.
pub fn scope(department: Option<&str>) -> Scope {
    if department.is_some() { Scope::Department } else { Scope::Organization }
}

/// Escrow of one department, at a glance.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscrowGlance {
    /// The department.
    pub department: String,
    /// On or off.
    pub enabled: bool,
    /// Since when.
    pub since: Option<String>,
    /// Why; none: nobody has decided.
    pub why: Option<String>,
}

impl From<DepartmentEscrow> for EscrowGlance {
    fn from(of: DepartmentEscrow) -> Self {
        EscrowGlance { department: of.id.to_string(), enabled: of.escrow.enabled, since: of.escrow.since.map(time), why: of.escrow.why }
    }
}

impl From<core::Department> for DepartmentRow {
    fn from(d: core::Department) -> Self {
        DepartmentRow {
            id: d.id.to_string(),
            name: d.department,
            organization: d.organization,
            certified_organization: d.certified_organization,
            certified_name: d.certified_name,
            mail_domains: d.mail_domains,
            pilot: d.pilot,
            training: d.training,
            created_at: time(d.created_at),
        }
    }
}

impl From<FurtherDepartment> for core::FurtherDepartment {
    fn from(new: FurtherDepartment) -> Self {
        core::FurtherDepartment { name: new.name, mail_domains: new.mail_domains }
    }
}
