//! Phases 2 and 3 with phones of the tests' own device CA.

mod departments;
mod keys;
mod phase2;
mod phase3;
pub(crate) mod phone;
mod refusals;
mod times;
mod transport;
