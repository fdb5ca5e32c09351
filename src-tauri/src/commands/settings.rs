//! Settings.

use crate::{
    dto::settings::{Setting, Settings},
    error::CommandError,
    state::App,
};
use tauri::State;

/// All of them.
#[tauri::command]
#[specta::specta]
pub async fn settings(app: State<'_, App>) -> Result<Settings, CommandError> {
    app.operator(|op| Ok(op.settings()?.into())).await
}

/// Sets one; all of them afterwards.
#[tauri::command]
#[specta::specta]
pub async fn set_setting(app: State<'_, App>, setting: Setting) -> Result<Settings, CommandError> {
    app.operator(move |op| {
        op.set_setting(&setting.key, &setting.value)?;
        Ok(op.settings()?.into())
    })
    .await
}
