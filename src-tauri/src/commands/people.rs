//! The first screen and the people.

use crate::{
    dto::{
        self,
        department::at,
        people::{LookAlike, NewMailbox, NewSubscriber, NewValidation, Subscriber, SubscriberPage, SubscriberQuery},
        today::Today,
    },
    error::CommandError,
    state::App,
};
use ra::id::SubscriberId;
use tauri::State;

/// What waits, what moves, what ends soon.
#[tauri::command]
#[specta::specta]
pub async fn today(app: State<'_, App>) -> Result<Today, CommandError> {
    app.operator(|op| Ok(op.today()?.into())).await
}

/// A page of people.
#[tauri::command]
#[specta::specta]
pub async fn subscribers(app: State<'_, App>, query: SubscriberQuery) -> Result<SubscriberPage, CommandError> {
    app.operator(move |op| Ok(op.subscribers(&query.try_into()?)?.into())).await
}

/// One person.
#[tauri::command]
#[specta::specta]
pub async fn subscriber(app: State<'_, App>, id: String) -> Result<Subscriber, CommandError> {
    app.operator(move |op| Ok(op.subscriber(parse(&id)?)?.into())).await
}

/// Others whose names look like this person's but are spelled with other letters.
#[tauri::command]
#[specta::specta]
pub async fn look_alikes(app: State<'_, App>, id: String) -> Result<Vec<LookAlike>, CommandError> {
    app.operator(move |op| Ok(op.look_alikes(parse(&id)?)?.into_iter().map(Into::into).collect())).await
}

/// Adds one.
#[tauri::command]
#[specta::specta]
pub async fn add_subscriber(app: State<'_, App>, person: NewSubscriber) -> Result<Subscriber, CommandError> {
    app.operator(move |op| Ok(at(op, person.department.as_deref())?.add_subscriber(person.into())?.into())).await
}

/// Adds an address to one.
#[tauri::command]
#[specta::specta]
pub async fn add_mailbox(app: State<'_, App>, mailbox: NewMailbox) -> Result<Subscriber, CommandError> {
    app.operator(move |op| Ok(op.add_mailbox(parse(&mailbox.subscriber)?, &mailbox.mail)?.into())).await
}

/// Deletes one; the name stays reserved.
#[tauri::command]
#[specta::specta]
pub async fn delete_subscriber(app: State<'_, App>, id: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(op.delete_subscriber(parse(&id)?)?)).await
}

/// Records that a mailbox was validated.
#[tauri::command]
#[specta::specta]
pub async fn validate_mailbox(app: State<'_, App>, validation: NewValidation) -> Result<Subscriber, CommandError> {
    app.operator(move |op| Ok(op.validate_mailbox(&validation.mail, validation.method.into(), &validation.evidence)?.into())).await
}

fn parse(id: &str) -> Result<SubscriberId, CommandError> {
    SubscriberId::parse(id).ok_or_else(dto::unknown)
}
