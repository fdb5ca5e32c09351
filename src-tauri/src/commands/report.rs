//! Seeing: charts and reports.

use crate::{
    dto::{
        invitation::SavedFile,
        report::{Overview, Report, ReportFilter, ReportFormat, ReportName},
    },
    error::CommandError,
    files,
    state::App,
};
use tauri::{AppHandle, State};

/// Calendar, inventory and coverage.
#[tauri::command]
#[specta::specta]
pub async fn overview(app: State<'_, App>) -> Result<Overview, CommandError> {
    app.operator(|op| Overview::of(&op)).await
}

/// The first rows of a report.
#[tauri::command]
#[specta::specta]
pub async fn report(app: State<'_, App>, name: ReportName, filter: ReportFilter) -> Result<Report, CommandError> {
    app.operator(move |op| Report::of(&op, name, filter)).await
}

/// Saves the whole report; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn save_report(
    handle: AppHandle,
    app: State<'_, App>,
    name: ReportName,
    filter: ReportFilter,
    format: ReportFormat,
) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let (filter, (kind, extension)) = (filter.try_into()?, format.file());
        let file = format!("{}.{extension}", name.file());
        files::save(&handle, &file, kind, extension, |to| Ok(op.export_report(name.into(), &filter, format.into(), to)?))
    })
    .await
}
