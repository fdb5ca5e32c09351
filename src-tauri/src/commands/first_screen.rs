//! The first screen.

use crate::{
    dto::{first_screen::FirstScreen, today::UnderWay},
    error::CommandError,
    state::App,
};
use tauri::State;

/// All that the window shows first, in one message.
#[tauri::command]
#[specta::specta]
pub async fn first_screen(app: State<'_, App>) -> Result<FirstScreen, CommandError> {
    app.with(|app, authority| Ok(app.first_screen(authority))).await
}

/// What is under way when the officer looks at Today.
#[tauri::command]
#[specta::specta]
pub async fn under_way(app: State<'_, App>) -> Result<UnderWay, CommandError> {
    app.with(UnderWay::of).await
}
