//! The life of certificates after they were issued: hold, reinstate, revoke, each with its consequences beforehand.

use crate::{
    dto::{
        life::{CertificateAct, Consequences, Departure, PastHold, WaitingAct},
        unknown,
    },
    error::CommandError,
    state::App,
};
use ra::{
    id::{ActId, SubscriberId},
    life::Outcome,
};
use tauri::State;

/// What an act would do, to whom, and what breaks. Changes nothing.
#[tauri::command]
#[specta::specta]
pub async fn act_consequences(app: State<'_, App>, act: CertificateAct) -> Result<Consequences, CommandError> {
    app.operator(move |op| Ok(op.consequences(&act.try_into()?)?.into())).await
}

/// Does it and says what it did; `None`: it waits for a second officer.
#[tauri::command]
#[specta::specta]
pub async fn carry_out_act(app: State<'_, App>, act: CertificateAct, why: String) -> Result<Option<Consequences>, CommandError> {
    app.operator(move |op| {
        Ok(match op.carry_out(&act.try_into()?, &why)? {
            Outcome::Done(done) => Some(done.into()),
            Outcome::Waiting(_) => None,
        })
    })
    .await
}

/// Acts that wait for a second officer, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn waiting_acts(app: State<'_, App>) -> Result<Vec<WaitingAct>, CommandError> {
    let officer = app.officer().to_owned();
    app.operator(move |op| Ok(op.waiting_acts()?.into_iter().map(|act| WaitingAct::seen_by(act, &officer)).collect())).await
}

/// What it would do if it were approved now. Changes nothing.
#[tauri::command]
#[specta::specta]
pub async fn waiting_act_consequences(app: State<'_, App>, id: String) -> Result<Consequences, CommandError> {
    app.operator(move |op| Ok(op.waiting_act_consequences(parse(&id)?)?.into())).await
}

/// Approves and carries out what another officer asked for.
#[tauri::command]
#[specta::specta]
pub async fn approve_act(app: State<'_, App>, id: String) -> Result<Consequences, CommandError> {
    app.operator(move |op| Ok(op.approve_act(parse(&id)?)?.into())).await
}

/// Refuses it.
#[tauri::command]
#[specta::specta]
pub async fn refuse_act(app: State<'_, App>, id: String, why: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.refuse_act(parse(&id)?, &why)?)).await
}

/// How a person left; `None`: nobody said so.
#[tauri::command]
#[specta::specta]
pub async fn departure(app: State<'_, App>, id: String) -> Result<Option<Departure>, CommandError> {
    app.operator(move |op| Ok(op.departure(SubscriberId::parse(&id).ok_or_else(unknown)?)?.map(Into::into))).await
}

/// The holds of a person's certificates that were taken back, certificate by certificate, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn past_holds(app: State<'_, App>, id: String) -> Result<Vec<PastHold>, CommandError> {
    let person = SubscriberId::parse(&id).ok_or_else(unknown)?;
    app.operator(move |op| Ok(op.past_holds(person)?.into_iter().map(Into::into).collect())).await
}

fn parse(id: &str) -> Result<ActId, CommandError> {
    ActId::parse(id).ok_or_else(unknown)
}
