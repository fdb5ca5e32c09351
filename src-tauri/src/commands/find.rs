//! Finding certificates: the list, its counts, its export, and one in full.

use crate::{
    dto::{
        columns::{CertificateColumn, PeopleColumn},
        detail::CertificateDetail,
        find::{CertificateCounts, CertificateFind, CertificateKinds, CertificatesFound, ListFormat, MatchingCertificates},
        invitation::SavedFile,
        people_find::{PeopleFind, PeopleFormat, PeopleFound, people},
        serials, unknown,
    },
    error::CommandError,
    files,
    state::App,
};
use protocol::x509::SerialNumber;
use std::io::Write;
use tauri::{AppHandle, State};

/// Most certificates of one act on all that match.
const MOST_AT_ONCE: usize = 10_000;

/// Certificates by search, filter and order, a page at a time.
#[tauri::command]
#[specta::specta]
pub async fn find_certificates(app: State<'_, App>, find: CertificateFind) -> Result<CertificatesFound, CommandError> {
    app.operator(move |op| Ok(op.find_certificates(&find.try_into()?)?.into())).await
}

/// All certificates of a list, for an act on all that match; as many as one act takes.
#[tauri::command]
#[specta::specta]
pub async fn matching_certificates(app: State<'_, App>, find: CertificateFind) -> Result<MatchingCertificates, CommandError> {
    app.operator(move |op| {
        let (rows, more) = op.matching_certificates(&find.try_into()?, MOST_AT_ONCE)?;
        Ok(MatchingCertificates { rows: rows.into_iter().map(Into::into).collect(), more })
    })
    .await
}

/// People by search, filter and order, a page at a time.
#[tauri::command]
#[specta::specta]
pub async fn find_people(app: State<'_, App>, find: PeopleFind) -> Result<PeopleFound, CommandError> {
    app.operator(move |op| Ok(op.find_people(&find.try_into()?)?.into())).await
}

/// Saves all people of a list, in its order, or those of it that were chosen, by their ids; tables with these columns. `None` when
/// cancelled.
#[tauri::command]
#[specta::specta]
pub async fn export_people(
    handle: AppHandle,
    app: State<'_, App>,
    find: PeopleFind,
    chosen: Option<Vec<String>>,
    columns: Vec<PeopleColumn>,
    format: PeopleFormat,
) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let (query, columns) = (find.try_into()?, columns.into_iter().map(Into::into).collect::<Vec<_>>());
        let chosen = chosen.map(|ids| people(&ids)).transpose()?;
        let save = |file: &mut dyn Write| Ok(op.export_people(&query, chosen.as_deref(), &columns, format.into(), file)?);
        files::save_list(&handle, "people", format.file(), save)
    })
    .await
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
    app.operator(move |op| {
        let detail: CertificateDetail = op.certificate_detail(&SerialNumber::parse(&serial).map_err(|_| unknown())?)?.into();
        Ok(detail.sent_to(op.publication_targets()?))
    })
    .await
}

/// Saves all certificates of a list, in its order, or those of it that were chosen, by their serial numbers; tables with these columns.
/// `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn export_certificates(
    handle: AppHandle,
    app: State<'_, App>,
    find: CertificateFind,
    chosen: Option<Vec<String>>,
    columns: Vec<CertificateColumn>,
    format: ListFormat,
) -> Result<Option<SavedFile>, CommandError> {
    app.operator(move |op| {
        let (query, columns) = (find.try_into()?, columns.into_iter().map(Into::into).collect::<Vec<_>>());
        let chosen = chosen.map(|named| serials(&named)).transpose()?;
        let save = |file: &mut dyn Write| Ok(op.export_certificates(&query, chosen.as_deref(), &columns, format.into(), file)?);
        files::save_list(&handle, "certificates", format.file(), save)
    })
    .await
}
