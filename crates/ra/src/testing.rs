//! What tests of this and other crates share: an opened folder with a clock that stands still.

use crate::{
    Authority, OpenOptions, Operator, Result,
    department::NewDepartment,
    ledger::Actor,
    mailbox::Method,
    ports::FixedClock,
    profile::{Escrow, ProfileDraft, ProfileName, Scope},
    subscriber::{NewSubscriber, Subscriber, SubscriberKind},
    vault::{Cost, KeyringChoice},
};
use protocol::key::{KeyAlgorithm, PrivateKey};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tempfile::TempDir;

/// 21 November 2026, 10:00 UTC.
pub const START: i64 = 1_795_255_200;

/// An empty folder behind a passphrase file, opened; its clock stands at [`START`].
pub fn authority() -> (Authority, FixedClock, TempDir) {
    let folder = TempDir::new().expect("a temporary folder");
    let clock = FixedClock::at(START);
    let authority = open(&folder, &clock);
    // The real parameters are tested with the vault; here they would only cost time.
    authority.0.vault.create_with(true, Cost { memory: 8, passes: 1, lanes: 1 }).expect("a key-encryption key");
    (authority, clock, folder)
}

/// Opens the folder of [`authority`] once more, as another process would.
pub fn open(folder: &TempDir, clock: &FixedClock) -> Authority {
    let passphrase = folder.path().join("passphrase");
    if !passphrase.exists() {
        std::fs::write(&passphrase, "correct horse battery staple\n").expect("a passphrase file");
    }
    let options = OpenOptions {
        folder: folder.path().join("data"),
        keyring: Some(KeyringChoice::PassphraseFile(passphrase)),
        clock: Arc::new(clock.clone()),
    };
    Authority::open_with(options, ready_key).expect("an opened folder")
}

/// RSA keys are made once a test program and shared by its departments, which use each size for one purpose only.
fn ready_key(algorithm: KeyAlgorithm) -> Result<PrivateKey> {
    static READY: Mutex<Vec<(KeyAlgorithm, PrivateKey)>> = Mutex::new(Vec::new());
    if algorithm.is_elliptic() {
        return Ok(PrivateKey::generate(algorithm)?);
    }
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, key)) = ready.iter().find(|(of, _)| *of == algorithm) {
        return Ok(key.clone());
    }
    let key = PrivateKey::generate(algorithm)?;
    ready.push((algorithm, key.clone()));
    Ok(key)
}

/// The officer of the tests.
pub fn officer(authority: &Authority) -> Operator {
    authority.operator(Actor::Officer("rosa".into()))
}

/// What a small department is set up with (Example University, Physics, example.edu, pki.example.edu); its CA is made fast.
pub fn new_department() -> NewDepartment {
    NewDepartment {
        organization: "Example University".into(),
        department: "Physics".into(),
        mail_domains: vec!["example.edu".into()],
        hosts: vec!["pki.example.edu".into()],
        ca_key: KeyAlgorithm::P256,
        status_url: Some("http://pki.example.edu:8080".into()),
        training: false,
    }
}

/// The department of [`new_department`]; returns its officer.
pub fn department(authority: &Authority) -> Operator {
    let operator = officer(authority);
    operator.create_department(new_department()).expect("a department");
    operator
}

/// Adds somebody whose mailbox is validated.
pub fn person(officer: &Operator, name: &str, mail: &str) -> Subscriber {
    let new = NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person };
    officer.add_subscriber(new).expect("a person");
    officer.validate_mailbox(mail, Method::Records, "staff register").expect("a validated mailbox")
}

/// Good answers to the questions of the plan for decryption keys: three custodians, two of whom are needed together.
pub fn key_plan_answers() -> BTreeMap<String, String> {
    [
        ("custodians", "Prof. Laurent, dean: safe of the dean\nDr. Kim, registrar: archive\nMe Dubois, notary: bank"),
        ("threshold", "2"),
        ("rotation", "60"),
        ("first-drill", "2027-01-15"),
        ("drills", "6"),
        ("succession", "Who leaves hands the envelope over before the last day."),
        ("loss", "The officer is told the same day; new shares are made within a week."),
    ]
    .map(|(question, answer)| (question.to_owned(), answer.to_owned()))
    .into()
}

/// Takes a department into production, every gate overridden, for tests of what production certificates say.
pub fn into_production(officer: &Operator) {
    for gate in crate::policy::Gate::all() {
        officer.override_gate(gate, "Rosa Ruiz", "a department made for tests").expect("an overridden gate");
    }
    officer.start_production().expect("a department in production");
}

/// Puts a profile into the officer's department as an earlier Signet saved it, before a rule came that refuses it.
pub fn saved_earlier(authority: &Authority, officer: &Operator, name: ProfileName, draft: &ProfileDraft) {
    let unit = officer.unit(Scope::Department).expect("a department");
    let actor = serde_json::to_string(&Actor::Officer("rosa".into())).expect("an actor");
    let definition = serde_json::to_string(draft).expect("a definition");
    let (signs, decrypts, escrow) = (draft.signs(), draft.decrypts(), draft.escrow == Escrow::ByPolicy);
    let exception = draft.exception.as_ref().map(|exception| exception.reason.clone());
    let insert = "INSERT INTO profile (unit, name, at, actor, definition, signs, decrypts, escrow, exception)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    authority
        .0
        .store
        .write(move |tx| {
            let values = rusqlite::params![unit, name.as_str(), START, actor, definition, signs, decrypts, escrow, exception];
            Ok(tx.execute(insert, values)?)
        })
        .expect("a saved profile");
}
