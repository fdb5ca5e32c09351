//! Another certificate in the place of one: with its key, or with a new one.

use crate::{
    dto::{
        self, count,
        issue::{IssuedCertificate, IssuedFile, Pkcs12Form},
        renewal::{Renewed, Replaced},
        succession::{RenewalForetold, Succession},
        unknown,
    },
    error::CommandError,
    files,
    key_place::KeyPlace,
    state::App,
};
use protocol::x509::SerialNumber;
use ra::issuance::NewKey;
use tauri::{AppHandle, State};

/// What renewing each would do, one after the other, or why it would be refused. Changes nothing.
#[tauri::command]
#[specta::specta]
pub async fn renewal_consequences(app: State<'_, App>, serials: Vec<String>) -> Result<Vec<RenewalForetold>, CommandError> {
    app.operator(move |op| {
        let numbers = dto::serials(&serials)?;
        let told = op.renewals_consequences(&numbers).map(|told| Ok::<_, CommandError>(told?.into()));
        Ok(told.zip(serials).map(|(told, serial)| RenewalForetold::of(told, serial)).collect())
    })
    .await
}

/// What replacing one would do: with this request (PEM or base64), or whatever is brought for it. Changes nothing and makes no key.
#[tauri::command]
#[specta::specta]
pub async fn replacement_consequences(
    app: State<'_, App>,
    serial: String,
    request: Option<String>,
    old: Replaced,
) -> Result<Succession, CommandError> {
    app.operator(move |op| {
        let key = request.as_deref().map_or(NewKey::ByProfile, |request| NewKey::Request(request.as_bytes()));
        Ok(op.replacement_consequences(&parse(&serial)?, key, old.into())?.into())
    })
    .await
}

/// Renews each with its own key; one that cannot be renewed says why and stops no other.
#[tauri::command]
#[specta::specta]
pub async fn renew_certificates(app: State<'_, App>, serials: Vec<String>) -> Result<Vec<Renewed>, CommandError> {
    app.operator(move |op| {
        let renew = |serial: &str| Ok::<_, CommandError>(op.renew(&parse(serial)?)?.certificate.into());
        Ok(serials.into_iter().map(|serial| Renewed::of(renew(&serial), serial)).collect())
    })
    .await
}

/// Replaces by a certificate for the key of a request (PEM or base64).
#[tauri::command]
#[specta::specta]
pub async fn replace_from_request(
    app: State<'_, App>,
    serial: String,
    request: String,
    old: Replaced,
) -> Result<IssuedCertificate, CommandError> {
    app.operator(move |op| {
        let issued = op.replace(&parse(&serial)?, request.as_bytes(), old.into())?;
        Ok(IssuedCertificate { certificate: issued.certificate.into(), superseded: count(issued.superseded.len() as u64) })
    })
    .await
}

/// Replaces a certificate that encrypts by one for a key made here, saved as PKCS#12; `None` when no file was chosen.
#[tauri::command]
#[specta::specta]
pub async fn replace_with_key(
    handle: AppHandle,
    app: State<'_, App>,
    serial: String,
    form: Pkcs12Form,
    old: Replaced,
) -> Result<Option<IssuedFile>, CommandError> {
    app.operator(move |op| {
        let number = parse(&serial)?;
        let Some(path) = files::ask_where_to_save(&handle, &format!("{serial}.p12"), "PKCS#12", "p12") else { return Ok(None) };
        let place = KeyPlace::open(path)?;
        place.keep(&op, op.replace_generated(&number, form.into(), old.into())?).map(Some)
    })
    .await
}

fn parse(serial: &str) -> Result<SerialNumber, CommandError> {
    SerialNumber::parse(serial).map_err(|_| unknown())
}
