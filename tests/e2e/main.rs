//! The whole system over real sockets and TLS: an officer invites, a simulated iPhone enrolls; and everything that may go wrong on the
//! way. The phone is `device`, which shares no code with the server's protocols. Most of it is in one process ([`house`]); where
//! processes matter, `signetctl serve` and the officer's commands are others ([`outside`]).
#![allow(clippy::unwrap_used)]

mod bad_input;
mod departments;
mod enrolling;
mod house;
mod impostors;
mod killed;
mod outside;
mod pictures;
mod portal;
mod repeats;
mod scep;
mod status;
mod watched;

#[path = "../../crates/protocol/tests/schema/mod.rs"]
mod schema;
#[path = "../support/mod.rs"]
mod support;
