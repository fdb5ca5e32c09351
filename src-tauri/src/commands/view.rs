//! Saved views of the lists.

use crate::{
    dto::{
        unknown,
        view::{CertificateListView, NewCertificateView, NewPeopleView, PeopleListView},
    },
    error::CommandError,
    state::App,
};
use ra::{find::ViewOf, id::ViewId};
use tauri::State;

/// Those of the certificates, by name, each with its count of now.
#[tauri::command]
#[specta::specta]
pub async fn certificate_views(app: State<'_, App>) -> Result<Vec<CertificateListView>, CommandError> {
    app.operator(|op| op.saved_views(ViewOf::Certificates)?.into_iter().map(|view| CertificateListView::counted(&op, view)).collect()).await
}

/// Those of the people.
#[tauri::command]
#[specta::specta]
pub async fn people_views(app: State<'_, App>) -> Result<Vec<PeopleListView>, CommandError> {
    app.operator(|op| op.saved_views(ViewOf::People)?.into_iter().map(|view| PeopleListView::counted(&op, view)).collect()).await
}

/// Saves a view of the certificates; one of the same name is replaced.
#[tauri::command]
#[specta::specta]
pub async fn save_certificate_view(app: State<'_, App>, view: NewCertificateView) -> Result<CertificateListView, CommandError> {
    app.operator(move |op| CertificateListView::counted(&op, op.save_view(view.try_into()?)?)).await
}

/// Saves a view of the people; one of the same name is replaced.
#[tauri::command]
#[specta::specta]
pub async fn save_people_view(app: State<'_, App>, view: NewPeopleView) -> Result<PeopleListView, CommandError> {
    app.operator(move |op| PeopleListView::counted(&op, op.save_view(view.try_into()?)?)).await
}

/// Gives a view another name.
#[tauri::command]
#[specta::specta]
pub async fn rename_view(app: State<'_, App>, id: String, name: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.rename_view(parse(&id)?, &name).map(drop)?)).await
}

/// Deletes a view.
#[tauri::command]
#[specta::specta]
pub async fn delete_view(app: State<'_, App>, id: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.delete_view(parse(&id)?)?)).await
}

fn parse(id: &str) -> Result<ViewId, CommandError> {
    ViewId::parse(id).ok_or_else(unknown)
}
