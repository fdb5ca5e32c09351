//! Certificates.

use crate::{
    dto::{
        certificate::{Certificate, CertificateQuery},
        invitation::SavedFile,
        unknown,
    },
    error::CommandError,
    files,
    state::App,
};
use protocol::x509::{CertificateView, SerialNumber};
use tauri::{AppHandle, State};

/// A page, newest first.
#[tauri::command]
#[specta::specta]
pub async fn certificates(app: State<'_, App>, query: CertificateQuery) -> Result<Vec<Certificate>, CommandError> {
    app.operator(move |op| Ok(op.certificates(&query.try_into()?)?.into_iter().map(Into::into).collect())).await
}

/// One.
#[tauri::command]
#[specta::specta]
pub async fn certificate(app: State<'_, App>, serial: String) -> Result<Certificate, CommandError> {
    app.operator(move |op| Ok(op.certificate(&parse(&serial)?)?.into())).await
}

/// Saves one with its chain as PEM; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn export_certificate(handle: AppHandle, app: State<'_, App>, serial: String) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let (leaf, chain) = op.export_certificate(&parse(&serial)?)?;
        let pem: Result<String, CommandError> = std::iter::once(&leaf).chain(&chain).map(|der| pem(der)).collect();
        let Some(path) = files::ask_where_to_save(&handle, &format!("{serial}.pem"), "PEM", "pem") else { return Ok(None) };
        Ok(Some(SavedFile { path: files::write(&path, pem?.as_bytes())? }))
    })
    .await
}

fn pem(der: &[u8]) -> Result<String, CommandError> {
    CertificateView::from_der(der).map(|view| view.to_pem()).map_err(|e| CommandError::internal(&e))
}

fn parse(serial: &str) -> Result<SerialNumber, CommandError> {
    SerialNumber::parse(serial).map_err(|_| unknown())
}
