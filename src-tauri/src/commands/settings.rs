//! Settings.

use crate::{
    dto::{
        department::{at, scope},
        settings::{SettingChange, SettingTyped, SettingView, Settings, SettingsOf},
    },
    error::CommandError,
    state::App,
};
use ra::Operator;
use tauri::State;

/// All of them as they count where nobody chose a department.
#[tauri::command]
#[specta::specta]
pub async fn settings(app: State<'_, App>) -> Result<Settings, CommandError> {
    app.operator(|op| Ok(op.settings()?.into())).await
}

/// All of a department, or of the organization, each with whose value it is.
#[tauri::command]
#[specta::specta]
pub async fn settings_of(app: State<'_, App>, department: Option<String>) -> Result<SettingsOf, CommandError> {
    let officer = app.officer().to_owned();
    app.operator(move |op| all(&op, department.as_deref(), &officer)).await
}

/// Changes one; all of them afterwards.
#[tauri::command]
#[specta::specta]
pub async fn change_setting(app: State<'_, App>, change: SettingChange) -> Result<SettingsOf, CommandError> {
    let officer = app.officer().to_owned();
    app.operator(move |op| {
        let department = change.department.as_deref();
        let made = at(op.clone(), department)?.change_setting_showing(scope(department), &change.key, change.change())?;
        Ok(SettingsOf { removal_password: made.map(|made| made.reveal().to_owned()), ..all(&op, department, &officer)? })
    })
    .await
}

/// Changes several that belong together, all or none; all of them afterwards.
#[tauri::command]
#[specta::specta]
pub async fn change_settings(
    app: State<'_, App>,
    department: Option<String>,
    typed: Vec<SettingTyped>,
) -> Result<SettingsOf, CommandError> {
    let (officer, changes) = (app.officer().to_owned(), typed.into_iter().map(SettingTyped::change).collect());
    app.operator(move |op| {
        let department = department.as_deref();
        let made = at(op.clone(), department)?.change_settings_showing(scope(department), changes)?;
        Ok(SettingsOf { removal_password: made.map(|made| made.reveal().to_owned()), ..all(&op, department, &officer)? })
    })
    .await
}

fn all(op: &Operator, department: Option<&str>, officer: &str) -> Result<SettingsOf, CommandError> {
    let (op, scope) = (at(op.clone(), department)?, scope(department));
    let views = op.setting_views(scope)?.into_iter().map(|view| SettingView::seen_by(view, officer)).collect();
    Ok(SettingsOf { settings: op.settings_for(scope)?.into(), views, removal_password: None })
}
