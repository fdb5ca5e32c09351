//! Finding certificates: the list, its counts, its export, and one in full.

use crate::{
    dto::{
        detail::CertificateDetail,
        find::{CertificateCounts, CertificateFind, CertificateKinds, CertificatesFound, ListFormat},
        invitation::SavedFile,
        unknown,
    },
    error::CommandError,
    files,
    state::App,
};
use protocol::x509::SerialNumber;
use std::io::Write;
use tauri::{AppHandle, State};

/// Certificates by search, filter and order, a page at a time.
#[tauri::command]
#[specta::specta]
pub async fn find_certificates(app: State<'_, App>, find: CertificateFind) -> Result<CertificatesFound, CommandError> {
    app.operator(move |op| Ok(op.find_certificates(&find.into())?.into())).await
}

/// How many there are, for the filters.
#[tauri::command]
#[specta::specta]
pub async fn certificate_counts(app: State<'_, App>, kind: CertificateKinds) -> Result<CertificateCounts, CommandError> {
    app.operator(move |op| Ok(op.certificate_counts(kind.into())?.into())).await
}

/// Everything about one certificate.
#[tauri::command]
#[specta::specta]
pub async fn certificate_detail(app: State<'_, App>, serial: String) -> Result<CertificateDetail, CommandError> {
    app.operator(move |op| Ok(op.certificate_detail(&SerialNumber::parse(&serial).map_err(|_| unknown())?)?.into())).await
}

/// Saves all certificates of a list, in its order; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn export_certificates(
    handle: AppHandle,
    app: State<'_, App>,
    find: CertificateFind,
    format: ListFormat,
) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let (kind, extension) = format.file();
        let Some(path) = files::ask_where_to_save(&handle, &format!("certificates.{extension}"), kind, extension) else {
            return Ok(None);
        };
        let mut file = files::create(&path)?;
        op.export_certificates(&find.into(), format.into(), &mut file)?;
        file.flush().map_err(|error| files::failed(&path, &error))?;
        Ok(Some(SavedFile { path: path.display().to_string() }))
    })
    .await
}
