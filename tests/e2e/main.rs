//! The whole system in one process over real sockets and TLS: an officer invites, a simulated iPhone enrolls; and everything
//! that may go wrong on the way. The phone is `device`, which shares no code with the server's protocols.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod departments;
mod enrolling;
mod house;
mod impostors;
mod portal;
mod repeats;
mod scep;
mod status;

#[path = "../../crates/protocol/tests/schema/mod.rs"]
mod schema;
