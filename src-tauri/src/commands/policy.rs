//! What the department certifies by.

use crate::{error::CommandError, state::App};
use tauri::State;

/// Every department is a pilot: certificates are short-lived and say so.
#[tauri::command]
#[specta::specta]
pub async fn is_pilot(app: State<'_, App>) -> Result<bool, CommandError> {
    app.operator(|op| Ok(op.departments()?.iter().all(|department| department.pilot))).await
}
