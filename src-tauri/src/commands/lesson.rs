//! The log of lessons.

use crate::{
    dto::{
        department::at,
        invitation::SavedFile,
        key_plan::PaperLanguage,
        lesson::{Lesson, NewLesson},
    },
    error::CommandError,
    files,
    state::App,
};
use tauri::{AppHandle, State};

/// The log, what happened last first.
#[tauri::command]
#[specta::specta]
pub async fn lessons(app: State<'_, App>, department: Option<String>) -> Result<Vec<Lesson>, CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.lessons()?.into_iter().map(Into::into).collect())).await
}

/// Adds an entry; it stays.
#[tauri::command]
#[specta::specta]
pub async fn add_lesson(app: State<'_, App>, department: Option<String>, lesson: NewLesson) -> Result<Lesson, CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.add_lesson(lesson.into())?.into())).await
}

/// The log without what tells whom it is about, to be read before it is given away.
#[tauri::command]
#[specta::specta]
pub async fn redacted_lessons(app: State<'_, App>, department: Option<String>, language: PaperLanguage) -> Result<String, CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.redacted_lessons_text(language.into())?)).await
}

/// Saves it; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn save_redacted_lessons(
    handle: AppHandle,
    app: State<'_, App>,
    department: Option<String>,
    language: PaperLanguage,
) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let text = at(op, department.as_deref())?.redacted_lessons_text(language.into())?;
        files::save(&handle, "lessons.txt", "Text", "txt", |file| files::put(file, text.as_bytes()))
    })
    .await
}
