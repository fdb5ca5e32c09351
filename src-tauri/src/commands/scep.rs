//! SCEP requests that wait for the officer.

use crate::{
    dto::{scep::PendingRequest, unknown},
    error::CommandError,
    state::App,
};
use ra::id::RequestId;
use tauri::State;

/// Requests that wait, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn pending_requests(app: State<'_, App>) -> Result<Vec<PendingRequest>, CommandError> {
    app.operator(|op| Ok(op.pending_requests()?.into_iter().map(Into::into).collect())).await
}

/// Issues the certificate; the client gets it when it asks next.
#[tauri::command]
#[specta::specta]
pub async fn approve_request(app: State<'_, App>, id: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.approve_request(parse(&id)?)?)).await
}

/// Refuses it; the client is told so when it asks next.
#[tauri::command]
#[specta::specta]
pub async fn refuse_request(app: State<'_, App>, id: String, why: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.refuse_request(parse(&id)?, &why)?)).await
}

fn parse(id: &str) -> Result<RequestId, CommandError> {
    RequestId::parse(id).ok_or_else(unknown)
}
