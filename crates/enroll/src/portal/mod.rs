//! The portal: server-rendered pages for people, without scripts, in English and French.

pub(crate) mod browser;
#[cfg(test)]
mod essentials;
mod icons;
pub(crate) mod language;
pub(crate) mod pages;
#[cfg(any(test, feature = "samples"))]
pub(crate) mod samples;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod texts;
pub(crate) mod trust;
pub(crate) mod view;
pub(crate) mod visit;
