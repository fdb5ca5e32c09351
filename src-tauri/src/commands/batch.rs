//! Issuing to many: the list, what it would do, starting, stopping, going on.

use crate::{
    batches::ShownList,
    dto::{
        batch::{Batch, BatchOrder, BatchPassword, BatchPlan, BatchRow, BatchRowsQuery, BundleChoice, ListFacts, id},
        department::at,
    },
    error::CommandError,
    files,
    state::App,
};
use ra::{
    Authority, Operator,
    id::BatchId,
    issuance::{
        DeliveryFolder,
        batch::{BatchList, BatchPlan as Plan, BatchProgress, MAX_LIST},
    },
};
use std::path::{Path, PathBuf};
use tauri::{AppHandle, State};

/// Bundles that can be issued to many, with what a batch can do of each.
#[tauri::command]
#[specta::specta]
pub async fn bundle_choices(app: State<'_, App>, department: Option<String>) -> Result<Vec<BundleChoice>, CommandError> {
    app.operator(move |op| BundleChoice::all(&at(op, department.as_deref())?)).await
}

/// Reads a list from a file that the officer chooses; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn open_batch_list(handle: AppHandle, app: State<'_, App>) -> Result<Option<ListFacts>, CommandError> {
    app.with(move |app, _| {
        let Some(path) = files::ask_what_to_open(&handle, "CSV", &["csv", "tsv", "txt"])? else { return Ok(None) };
        let name = path.file_name().map_or_else(|| "list".to_owned(), |name| name.to_string_lossy().chars().take(200).collect());
        show(app, name, &files::read_up_to(&path, MAX_LIST as u64)?).map(Some)
    })
    .await
}

/// Reads a list that was pasted.
#[tauri::command]
#[specta::specta]
pub async fn paste_batch_list(app: State<'_, App>, name: String, text: String) -> Result<ListFacts, CommandError> {
    app.with(move |app, _| show(app, name, text.as_bytes())).await
}

fn show(app: &App, name: String, octets: &[u8]) -> Result<ListFacts, CommandError> {
    let shown = ShownList { name, list: BatchList::read(octets)? };
    let facts = ListFacts::of(&shown);
    app.batches().show(shown);
    Ok(facts)
}

/// Corrects a cell of the list on show, or leaves the row out.
#[tauri::command]
#[specta::specta]
pub async fn correct_batch_list(app: State<'_, App>, line: u32, column: u32, text: Option<String>) -> Result<(), CommandError> {
    app.with(move |app, _| app.batches().shown(|shown| shown.correct(line as usize, column as usize, text.as_deref()))).await
}

/// What the list on show would do. Changes nothing.
#[tauri::command]
#[specta::specta]
pub async fn plan_batch(app: State<'_, App>, order: BatchOrder) -> Result<BatchPlan, CommandError> {
    app.with(move |app, authority| {
        let (_, shown, plan) = planned(app, authority, &order)?;
        Ok(BatchPlan::of(&plan, &shown.list))
    })
    .await
}

/// The officer where the people of the list are, the list on show, and what it would do.
fn planned(app: &App, authority: &Authority, order: &BatchOrder) -> Result<(Operator, ShownList, Plan), CommandError> {
    let shown = app.batches().shown(|shown| Ok(shown.clone()))?;
    let operator = at(app.as_operator(authority), order.department.as_deref())?;
    let plan = operator.plan_list(&shown.list, &order.choices(&shown.name)?)?;
    Ok((operator, shown, plan))
}

/// Starts it; the officer chooses a folder for the files, and another place for their passwords where there will be some. `None` when
/// cancelled: nothing is done.
#[tauri::command]
#[specta::specta]
pub async fn start_batch(handle: AppHandle, app: State<'_, App>, order: BatchOrder) -> Result<Option<Batch>, CommandError> {
    app.with(move |app, authority| {
        let (operator, _, plan) = planned(app, authority, &order)?;
        let Some((folder, passwords)) = ask_for_place(&handle, plan.makes_keys())? else { return Ok(None) };
        started(app, &operator, operator.start_batch_into(&plan, &folder, &passwords)?).map(Some)
    })
    .await
}

/// The list on show has become this batch.
fn started(app: &App, operator: &Operator, id: BatchId) -> Result<Batch, CommandError> {
    app.batches().put_away();
    app.batches().forget(id);
    Ok(Batch::of(operator.batch(id)?, app.batches()))
}

/// All batches, newest first.
#[tauri::command]
#[specta::specta]
pub async fn batches(app: State<'_, App>) -> Result<Vec<Batch>, CommandError> {
    app.with(|app, authority| {
        let all = app.as_operator(authority).batches()?;
        Ok(all.into_iter().map(|batch| Batch::of(batch, app.batches())).collect())
    })
    .await
}

/// One.
#[tauri::command]
#[specta::specta]
pub async fn batch(app: State<'_, App>, batch: String) -> Result<Batch, CommandError> {
    app.with(move |app, authority| Ok(Batch::of(app.as_operator(authority).batch(id(&batch)?)?, app.batches()))).await
}

/// Its rows.
#[tauri::command]
#[specta::specta]
pub async fn batch_rows(app: State<'_, App>, batch: String, query: BatchRowsQuery) -> Result<Vec<BatchRow>, CommandError> {
    app.operator(move |op| {
        let rows = op.batch_rows(id(&batch)?, i64::from(query.after), query.limit, query.refused)?;
        Ok(rows.into_iter().map(Into::into).collect())
    })
    .await
}

/// Stops it for a while: what is being made is finished.
#[tauri::command]
#[specta::specta]
pub async fn stop_batch(app: State<'_, App>, batch: String) -> Result<Batch, CommandError> {
    app.with(move |app, authority| Ok(Batch::of(app.as_operator(authority).stop_batch(id(&batch)?)?, app.batches()))).await
}

/// Lets it go on. One that a command began, or with `elsewhere`, asks where files and passwords go; `None` when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn resume_batch(handle: AppHandle, app: State<'_, App>, batch: String, elsewhere: bool) -> Result<Option<Batch>, CommandError> {
    app.with(move |app, authority| {
        let (operator, id) = (app.as_operator(authority), id(&batch)?);
        let Some(place) = ask_if(elsewhere, &operator.batch(id)?, &handle)? else { return Ok(None) };
        app.batches().forget(id);
        Ok(Some(Batch::of(operator.resume_batch(id, place.as_ref().map(paths))?, app.batches())))
    })
    .await
}

/// Folder and list of passwords that the officer chooses, if they are to be asked for or not known yet; nothing when cancelled.
fn ask_if(elsewhere: bool, batch: &BatchProgress, handle: &AppHandle) -> Result<Option<Option<Place>>, CommandError> {
    if elsewhere || batch.folder.is_none() { Ok(ask_for_place(handle, batch.makes_keys)?.map(Some)) } else { Ok(Some(None)) }
}

/// A folder, and a list of passwords.
type Place = (PathBuf, PathBuf);

fn paths((folder, passwords): &Place) -> (&Path, &Path) {
    (folder.as_path(), passwords.as_path())
}

/// A folder for the files, then a place for their passwords where there will be some: proposed beside the folder, for in it they would be
/// handed on with the files. Refused where it cannot be written: nothing is begun, and another place can be chosen.
fn ask_for_place(handle: &AppHandle, passwords: bool) -> Result<Option<Place>, CommandError> {
    let Some(folder) = files::ask_for_folder(handle, "certificates") else { return Ok(None) };
    let proposed = DeliveryFolder::passwords(&folder, None).unwrap_or_else(|_| PathBuf::from("passwords.csv"));
    let list = if passwords { files::ask_where_to_save_at(handle, &proposed, "CSV", "csv") } else { Some(proposed) };
    let Some(list) = list else { return Ok(None) };
    DeliveryFolder::open_for(passwords, &folder, &list)?;
    Ok(Some((folder, list)))
}

/// Ends it: what is issued stays, nothing more is begun.
#[tauri::command]
#[specta::specta]
pub async fn end_batch(app: State<'_, App>, batch: String) -> Result<Batch, CommandError> {
    app.with(move |app, authority| Ok(Batch::of(app.as_operator(authority).cancel_batch(id(&batch)?)?, app.batches()))).await
}

/// The passwords of its files, out of their list, to be handed on; nothing else has them.
#[tauri::command]
#[specta::specta]
pub async fn batch_passwords(app: State<'_, App>, batch: String) -> Result<Vec<BatchPassword>, CommandError> {
    app.operator(move |op| Ok(op.batch_passwords(id(&batch)?)?.into_iter().map(Into::into).collect())).await
}
