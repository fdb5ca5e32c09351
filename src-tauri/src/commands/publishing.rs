//! Publishing: targets, what is found there, publishing now, CA certificates as files.

use crate::{
    dto::{
        invitation::SavedFile,
        publishing::{Attempt, NewTarget, Publishing, StatusBrief, id},
        time,
    },
    error::CommandError,
    files,
    state::App,
};
use tauri::{AppHandle, State};

/// Targets, monitor, CRLs and responders.
#[tauri::command]
#[specta::specta]
pub async fn publishing(app: State<'_, App>) -> Result<Publishing, CommandError> {
    app.operator(|op| Publishing::of(&op)).await
}

/// What the foot and Today say of it.
#[tauri::command]
#[specta::specta]
pub async fn status_brief(app: State<'_, App>) -> Result<StatusBrief, CommandError> {
    app.operator(|op| StatusBrief::of(&op)).await
}

/// Until when certificates say that their status is found at an address of before; `None`: none that lives does.
#[tauri::command]
#[specta::specta]
pub async fn named_until(app: State<'_, App>, address: String) -> Result<Option<String>, CommandError> {
    app.operator(move |op| Ok(op.named_until(&address)?.map(time))).await
}

/// Tries a place: puts the root's certificate there. Nothing of the place is kept.
#[tauri::command]
#[specta::specta]
pub async fn test_target(app: State<'_, App>, target: NewTarget) -> Result<Attempt, CommandError> {
    app.operator(move |op| target.test(&op)).await
}

/// Adds a place; everything is sent there at once.
#[tauri::command]
#[specta::specta]
pub async fn add_target(app: State<'_, App>, target: NewTarget) -> Result<Publishing, CommandError> {
    app.operator(move |op| {
        op.add_publication_target(&target.address, target.credentials())?;
        Publishing::of(&op)
    })
    .await
}

/// Stops publishing there; what is there stays.
#[tauri::command]
#[specta::specta]
pub async fn remove_target(app: State<'_, App>, target: String) -> Result<Publishing, CommandError> {
    app.operator(move |op| {
        op.remove_publication_target(id(&target)?)?;
        Publishing::of(&op)
    })
    .await
}

/// Sends everything once more, at once, to one place or to all.
#[tauri::command]
#[specta::specta]
pub async fn publish_now(app: State<'_, App>, target: Option<String>) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.publish_again(target.as_deref().map(id).transpose()?)?)).await
}

/// Asks for a folder to publish to; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn choose_target_folder(handle: AppHandle, app: State<'_, App>) -> Result<Option<SavedFile>, CommandError> {
    app.with(move |_, _| Ok(files::ask_for_folder(&handle, "public").map(|path| SavedFile { path: path.display().to_string() }))).await
}

/// Saves `root.crt`, `issuing.crt`, `root.crl`, `issuing.crl` or `issuing.p7c`; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn save_published_file(handle: AppHandle, app: State<'_, App>, file: String) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let content = op.public_file(&file)?;
        let extension = file.rsplit('.').next().unwrap_or_default();
        let Some(path) = files::ask_where_to_save(&handle, &file, &extension.to_uppercase(), extension) else { return Ok(None) };
        Ok(Some(SavedFile { path: files::write(&path, &content)? }))
    })
    .await
}

/// Signs a new CRL of the root with the key in a file that the officer chooses; false when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn sign_root_crl(handle: AppHandle, app: State<'_, App>, passphrase: String) -> Result<bool, CommandError> {
    app.operator(move |op| {
        let Some(path) = files::ask_what_to_open(&handle, "PEM", &["pem", "key"])? else { return Ok(false) };
        op.sign_root_crl(Some((&path, &passphrase)))?;
        Ok(true)
    })
    .await
}
