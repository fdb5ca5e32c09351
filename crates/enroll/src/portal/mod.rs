//! The portal: server-rendered pages for people, without scripts, in English and French.

mod browser;
mod icons;
pub(crate) mod language;
pub(crate) mod pages;
#[cfg(test)]
mod samples;
mod session;
mod sign_in;
pub(crate) mod texts;
pub(crate) mod trust;
pub(crate) mod view;
pub(crate) mod visit;
