//! What is public, as files for correspondents; and the test of a person's pair.

use crate::{
    dto::{
        invitation::SavedFile,
        share::{CertificateShare, PersonShare, SelfTest},
        unknown,
    },
    error::CommandError,
    files,
    state::App,
};
use protocol::x509::SerialNumber;
use ra::id::SubscriberId;
use tauri::{AppHandle, State};

/// Saves a certificate for a correspondent; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn share_certificate(
    handle: AppHandle,
    app: State<'_, App>,
    serial: String,
    format: CertificateShare,
) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let (number, (kind, extension)) = (SerialNumber::parse(&serial).map_err(|_| unknown())?, format.file());
        let octets = format.made(&op, &number)?;
        files::save(&handle, &format!("{serial}.{extension}"), kind, extension, |file| files::put(file, &octets))
    })
    .await
}

/// Saves a person's public side for a correspondent; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn share_person(
    handle: AppHandle,
    app: State<'_, App>,
    id: String,
    format: PersonShare,
) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let (person, (kind, extension)) = (parse(&id)?, format.file());
        let text = format.made(&op, person)?;
        files::save(&handle, &format!("certificates.{extension}"), kind, extension, |file| files::put(file, text.as_bytes()))
    })
    .await
}

/// Tries a person's active certificates as a correspondent would. Keys that are with their holder leave their side untried.
#[tauri::command]
#[specta::specta]
pub async fn self_test(app: State<'_, App>, id: String) -> Result<SelfTest, CommandError> {
    app.operator(move |op| Ok(op.self_test(parse(&id)?, &[])?.into())).await
}

/// The same with a PKCS#12 file that its holder lends and the officer chooses; `None` when cancelled. Nothing of it is kept.
#[tauri::command]
#[specta::specta]
pub async fn self_test_with_file(
    handle: AppHandle,
    app: State<'_, App>,
    id: String,
    password: String,
) -> Result<Option<SelfTest>, CommandError> {
    app.operator(move |op| {
        let Some(path) = files::ask_what_to_open(&handle, "PKCS#12", &["p12", "pfx"])? else { return Ok(None) };
        Ok(Some(op.self_test_with_file(parse(&id)?, &files::read(&path)?, &password)?.into()))
    })
    .await
}

fn parse(id: &str) -> Result<SubscriberId, CommandError> {
    SubscriberId::parse(id).ok_or_else(unknown)
}
