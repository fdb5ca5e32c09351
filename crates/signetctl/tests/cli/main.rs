//! The commands as a script uses them: real processes on a real folder.
#![allow(clippy::unwrap_used)]

mod certificate;
mod invitation;
mod output;
mod people;
mod refusal;
mod server;
mod settings;
mod setup;
#[path = "../support/mod.rs"]
mod support;
