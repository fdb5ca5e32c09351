//! CMS and SCEP messages: recordings of real clients, round trips, and `openssl cms` as a foreign judge in both directions.
#![allow(clippy::unwrap_used)]

mod foreign_judge;
mod identity;
mod quirks;
mod recordings;
mod round_trip;
