//! Enrollments.

use crate::{
    dto::{
        enrollment::{EnrollmentDetail, EnrollmentPage, EnrollmentQuery, Stage, stages},
        unknown,
    },
    error::CommandError,
    state::App,
};
use ra::id::EnrollmentId;
use tauri::State;

/// A page, newest first.
#[tauri::command]
#[specta::specta]
pub async fn enrollments(app: State<'_, App>, query: EnrollmentQuery) -> Result<EnrollmentPage, CommandError> {
    app.operator(move |op| Ok(op.enrollments(&query.try_into()?)?.into())).await
}

/// One with its steps.
#[tauri::command]
#[specta::specta]
pub async fn enrollment(app: State<'_, App>, id: String) -> Result<EnrollmentDetail, CommandError> {
    app.with(move |app, authority| {
        let id = EnrollmentId::parse(&id).ok_or_else(unknown)?;
        Ok(EnrollmentDetail::from_core(app.as_operator(authority).enrollment(id)?, app.shown(id).is_some()))
    })
    .await
}

/// How many reached each state and stand there.
#[tauri::command]
#[specta::specta]
pub async fn funnel(app: State<'_, App>) -> Result<Vec<Stage>, CommandError> {
    app.operator(|op| Ok(stages(op.funnel()?))).await
}

/// Ends one; certificates already issued stay.
#[tauri::command]
#[specta::specta]
pub async fn cancel_enrollment(app: State<'_, App>, id: String) -> Result<(), CommandError> {
    app.with(move |app, authority| {
        let id = EnrollmentId::parse(&id).ok_or_else(unknown)?;
        app.as_operator(authority).cancel_enrollment(id)?;
        app.forget(id);
        Ok(())
    })
    .await
}
