//! The wizard.

use crate::{
    dto::{
        invitation::SavedFile,
        setup::{Department, Interface, Session, SetupDraft},
    },
    error::CommandError,
    files,
    state::App,
};
use tauri::{AppHandle, State};

/// Who is at work, and whether there is a department.
#[tauri::command]
#[specta::specta]
pub async fn session(app: State<'_, App>) -> Result<Session, CommandError> {
    app.with(Session::of).await
}

/// What the wizard has so far.
#[tauri::command]
#[specta::specta]
pub async fn setup_draft(app: State<'_, App>) -> Result<SetupDraft, CommandError> {
    app.operator(|op| Ok(op.setup_draft()?.into())).await
}

/// Saves it.
#[tauri::command]
#[specta::specta]
pub async fn save_setup_draft(app: State<'_, App>, draft: SetupDraft) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.save_setup_draft(&draft.into())?)).await
}

/// Addresses of this computer.
#[tauri::command]
#[specta::specta]
pub async fn interfaces(app: State<'_, App>) -> Result<Vec<Interface>, CommandError> {
    app.with(|_, _| Interface::all().map_err(|e| CommandError::internal(&e))).await
}

/// Makes the department, its CA and its first settings.
#[tauri::command]
#[specta::specta]
pub async fn create_department(app: State<'_, App>, draft: SetupDraft) -> Result<Department, CommandError> {
    let (new, first, left) = ((&draft).into(), draft.settings(), draft.left().into());
    app.operator(move |op| Ok(op.create_department_in_wizard(new, &first, &left)?.into())).await
}

/// The wizard is over.
#[tauri::command]
#[specta::specta]
pub async fn end_setup(app: State<'_, App>) -> Result<(), CommandError> {
    app.operator(|op| Ok(op.end_set_up()?)).await
}

/// Moves the root's key to a file that the officer chooses; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn move_root_key(handle: AppHandle, app: State<'_, App>, passphrase: String) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let Some(path) = files::ask_where_to_save(&handle, "signet-root-key.pem", "PEM", "pem") else { return Ok(None) };
        op.move_root_key(&path, &passphrase)?;
        Ok(Some(SavedFile { path: path.display().to_string() }))
    })
    .await
}

/// Imports the portal's TLS certificate from a file that the officer chooses; false when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn import_tls(handle: AppHandle, app: State<'_, App>, password: Option<String>) -> Result<bool, CommandError> {
    app.with(move |app, authority| {
        let Some(path) = files::ask_what_to_open(&handle, "PKCS#12, PEM", &["p12", "pfx", "pem"])? else { return Ok(false) };
        app.as_operator(authority).import_tls(&files::read(&path)?, password.as_deref())?;
        app.serving().reload();
        Ok(true)
    })
    .await
}
