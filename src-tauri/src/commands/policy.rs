//! What the department certifies by.

use crate::{error::CommandError, state::App};
use ra::policy::Stage;
use tauri::State;

/// The department is a pilot: its certificates are short-lived and say so.
#[tauri::command]
#[specta::specta]
pub async fn is_pilot(app: State<'_, App>) -> Result<bool, CommandError> {
    app.operator(|op| Ok(op.policy()?.stage == Stage::Pilot)).await
}
