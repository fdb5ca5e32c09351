//! Departments, and who belongs to which.

use crate::{
    dto::{
        department::{DepartmentDomains, DepartmentName, DepartmentRow, EscrowGlance, FurtherDepartment, Move, unit},
        people::Subscriber,
        unknown,
    },
    error::CommandError,
    state::App,
};
use ra::id::SubscriberId;
use tauri::State;

/// All departments, the first one first.
#[tauri::command]
#[specta::specta]
pub async fn departments(app: State<'_, App>) -> Result<Vec<DepartmentRow>, CommandError> {
    app.operator(|op| Ok(op.departments()?.into_iter().map(Into::into).collect())).await
}

/// Escrow of all departments: whether, since when and why.
#[tauri::command]
#[specta::specta]
pub async fn escrow_glance(app: State<'_, App>) -> Result<Vec<EscrowGlance>, CommandError> {
    app.operator(|op| Ok(op.escrow_overview()?.into_iter().map(Into::into).collect())).await
}

/// Adds one under the same CA.
#[tauri::command]
#[specta::specta]
pub async fn add_department(app: State<'_, App>, department: FurtherDepartment) -> Result<DepartmentRow, CommandError> {
    app.operator(move |op| Ok(op.add_department(department.into())?.into())).await
}

/// Renames one; certificates go on stating its first name.
#[tauri::command]
#[specta::specta]
pub async fn rename_department(app: State<'_, App>, renamed: DepartmentName) -> Result<DepartmentRow, CommandError> {
    app.operator(move |op| Ok(op.rename_department(unit(&renamed.department)?, &renamed.name)?.into())).await
}

/// The mail domains that the CA of the folder may certify.
#[tauri::command]
#[specta::specta]
pub async fn permitted_mail_domains(app: State<'_, App>) -> Result<Vec<String>, CommandError> {
    app.operator(|op| Ok(op.permitted_mail_domains()?)).await
}

/// Gives a department other mail domains.
#[tauri::command]
#[specta::specta]
pub async fn change_mail_domains(app: State<'_, App>, changed: DepartmentDomains) -> Result<DepartmentRow, CommandError> {
    app.operator(move |op| Ok(op.change_mail_domains(unit(&changed.department)?, &changed.mail_domains)?.into())).await
}

/// Renames the organization; certificates go on stating its first name.
#[tauri::command]
#[specta::specta]
pub async fn rename_organization(app: State<'_, App>, name: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.rename_organization(&name)?)).await
}

/// Moves a person to another department, for future certificates.
#[tauri::command]
#[specta::specta]
pub async fn move_subscriber(app: State<'_, App>, moved: Move) -> Result<Subscriber, CommandError> {
    let person = SubscriberId::parse(&moved.subscriber).ok_or_else(unknown)?;
    app.operator(move |op| Ok(op.move_subscriber(person, unit(&moved.department)?)?.into())).await
}
