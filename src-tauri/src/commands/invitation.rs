//! Invitations. Their secrets stay in the program's memory while they are on show, and nowhere else.

use crate::{
    dto::{
        enrollment::LinkChannel,
        invitation::{Invitation, QrFormat, SavedFile},
        unknown,
    },
    error::CommandError,
    files,
    state::App,
};
use ra::id::EnrollmentId;
use tauri::{AppHandle, State};

/// Invites the person with this address.
#[tauri::command]
#[specta::specta]
pub async fn invite(app: State<'_, App>, mail: String, channel: LinkChannel) -> Result<Invitation, CommandError> {
    app.with(move |app, authority| Invitation::show(&app.keep(app.as_operator(authority).invite(&mail, channel.into())?))).await
}

/// A new link and code; the old ones are dead.
#[tauri::command]
#[specta::specta]
pub async fn resend_invitation(app: State<'_, App>, enrollment: String) -> Result<Invitation, CommandError> {
    app.with(move |app, authority| Invitation::show(&app.keep(app.as_operator(authority).resend(parse(&enrollment)?)?))).await
}

/// An invitation that this window made and still holds.
#[tauri::command]
#[specta::specta]
pub async fn shown_invitation(app: State<'_, App>, enrollment: String) -> Result<Option<Invitation>, CommandError> {
    app.with(move |app, _| app.shown(parse(&enrollment)?).map(|held| Invitation::show(&held)).transpose()).await
}

/// Saves the QR code of an invitation on show; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn save_qr(
    handle: AppHandle,
    app: State<'_, App>,
    enrollment: String,
    format: QrFormat,
) -> Result<Option<SavedFile>, CommandError> {
    app.with(move |app, _| {
        let invitation = app.shown(parse(&enrollment)?).ok_or_else(unknown)?;
        let (name, kind, extension) = format.file();
        let Some(path) = files::ask_where_to_save(&handle, name, kind, extension) else { return Ok(None) };
        Ok(Some(SavedFile { path: files::write_private(&path, &format.draw(&invitation.url)?)? }))
    })
    .await
}

fn parse(id: &str) -> Result<EnrollmentId, CommandError> {
    EnrollmentId::parse(id).ok_or_else(unknown)
}
