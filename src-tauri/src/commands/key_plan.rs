//! The plan for decryption keys.

use crate::{
    dto::{
        department::at,
        invitation::SavedFile,
        key_plan::{KeyPlanStatus, KeyPlanVersion, PaperLanguage},
    },
    error::CommandError,
    files,
    state::App,
};
use tauri::{AppHandle, State};

/// How the plan stands, with its text.
#[tauri::command]
#[specta::specta]
pub async fn key_plan(app: State<'_, App>, department: Option<String>, language: PaperLanguage) -> Result<KeyPlanStatus, CommandError> {
    app.operator(move |op| KeyPlanStatus::read(&at(op, department.as_deref())?, language)).await
}

/// Makes and signs a version of what is set now.
#[tauri::command]
#[specta::specta]
pub async fn make_key_plan(app: State<'_, App>, department: Option<String>) -> Result<KeyPlanVersion, CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.make_key_plan()?.into())).await
}

/// Saves a version with its signature (CMS); `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn save_key_plan(
    handle: AppHandle,
    app: State<'_, App>,
    department: Option<String>,
    number: u32,
    language: PaperLanguage,
) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let document = at(op, department.as_deref())?.key_plan_document(Some(number.into()), language.into())?;
        files::save(&handle, &format!("key-plan-{number}.p7m"), "CMS", "p7m", |file| files::put(file, &document.signed))
    })
    .await
}
