//! The life of certificates from the command line: renewed, held, reinstated, revoked, shared, and what a leaver loses.
#![allow(clippy::unwrap_used)]

mod acts;
mod leaver;
mod lost;
mod pair;
mod replacement;
mod shown;
#[path = "../support/mod.rs"]
mod support;

use openssl::{hash::MessageDigest, pkey::PKey, rsa::Rsa, x509::X509ReqBuilder};
use ra::{
    Authority, OpenOptions, Operator,
    ledger::Actor,
    ports::{Clock, SystemClock},
    profile::ProfileName,
    vault::KeyringChoice,
};
use serde_json::Value;
use std::sync::Arc;
use support::Place;

/// A request that states nothing but a new key.
fn csr() -> Vec<u8> {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    request.build().to_der().unwrap()
}

/// The same folder as another process opens it.
fn opened(place: &Place, clock: Arc<dyn Clock>) -> Operator {
    let keyring = Some(KeyringChoice::PassphraseFile(place.path("passphrase")));
    let authority = Authority::open(OpenOptions { folder: place.path("data"), keyring, clock }).unwrap();
    authority.operator(Actor::Officer("rosa".into()))
}

/// Certificates of Alice.
fn issued(place: &Place, count: usize) -> Vec<String> {
    let operator = opened(place, Arc::new(SystemClock));
    (0..count).map(|_| operator.issue_from_csr("alice@example.edu", ProfileName::Signing, &csr()).unwrap().certificate.serial).collect()
}

fn database(place: &Place) -> rusqlite::Connection {
    rusqlite::Connection::open(place.path("data/signet.db")).unwrap()
}

fn status(place: &Place, serial: &str) -> Value {
    place.json(&["certificate", "show", serial])["status"].clone()
}
