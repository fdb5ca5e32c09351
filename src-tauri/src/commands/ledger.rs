//! The ledger.

use crate::{
    dto::ledger::{LedgerRow, Verification},
    error::CommandError,
    state::App,
};
use tauri::State;

/// Rows of a page.
const PAGE: u32 = 200;

/// Newest rows first, before a row number.
#[tauri::command]
#[specta::specta]
pub async fn ledger(app: State<'_, App>, before: Option<u32>) -> Result<Vec<LedgerRow>, CommandError> {
    app.with(move |_, authority| Ok(authority.auditor().ledger(before.map(u64::from), PAGE)?.into_iter().map(Into::into).collect())).await
}

/// Walks the whole chain.
#[tauri::command]
#[specta::specta]
pub async fn verify_ledger(app: State<'_, App>) -> Result<Verification, CommandError> {
    app.with(|app, authority| {
        let found = authority.auditor().verify_ledger()?;
        app.note_ledger(&found);
        Ok(found.into())
    })
    .await
}
