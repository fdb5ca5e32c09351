//! The server.

use crate::{
    dto::server::{LogLine, ServerStatus},
    error::CommandError,
    state::App,
};
use tauri::State;

/// Lines of the log on the screen.
const LOG_LINES: usize = 200;

/// Whether it listens, where, and who can reach it.
#[tauri::command]
#[specta::specta]
pub async fn server_status(app: State<'_, App>) -> Result<ServerStatus, CommandError> {
    app.with(ServerStatus::of).await
}

/// Opens both listeners.
#[tauri::command]
#[specta::specta]
pub async fn start_server(app: State<'_, App>) -> Result<ServerStatus, CommandError> {
    app.with(|app, authority| {
        let settings = app.as_operator(authority).settings()?;
        app.serving().start(authority.enroller(), &settings.https, &settings.http)?;
        ServerStatus::of(app, authority)
    })
    .await
}

/// Closes them.
#[tauri::command]
#[specta::specta]
pub async fn stop_server(app: State<'_, App>) -> Result<ServerStatus, CommandError> {
    app.with(|app, authority| {
        app.serving().stop();
        ServerStatus::of(app, authority)
    })
    .await
}

/// The last requests, newest first.
#[tauri::command]
#[specta::specta]
pub async fn request_log(app: State<'_, App>) -> Result<Vec<LogLine>, CommandError> {
    app.with(|app, _| Ok(app.serving().log(LOG_LINES).into_iter().map(Into::into).collect())).await
}
