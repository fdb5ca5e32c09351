//! One opened folder for one command.

use crate::refusal::Refusal;
use ra::{
    Authority, Denied, Error, OpenOptions, Operator,
    ledger::Actor,
    ports::{Clock, SystemClock},
    vault::KeyringChoice,
};
use std::{path::PathBuf, sync::Arc};

/// Where this command works, and as whom.
pub(crate) struct Session {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
}

impl Session {
    /// Nothing is opened yet.
    pub(crate) fn new(data: Option<PathBuf>) -> Result<Self, Refusal> {
        let folder = data.or_else(|| std::env::var_os("SIGNET_DATA").map(PathBuf::from)).or_else(Authority::default_folder);
        let folder = folder.ok_or_else(|| Refusal::new("folder", "This account has no folder for data.", "Name one with --data DIR."))?;
        Ok(Session { folder, clock: Arc::new(SystemClock) })
    }

    /// The computer's clock.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Opens the folder, and makes it where it is missing: for `init` alone.
    pub(crate) fn create(&self, keyring: Option<KeyringChoice>) -> Result<Authority, Refusal> {
        let keyring = keyring.or_else(|| std::env::var_os("SIGNET_PASSPHRASE_FILE").map(|file| KeyringChoice::PassphraseFile(file.into())));
        Ok(Authority::open(OpenOptions { folder: self.folder.clone(), keyring, clock: self.clock() })?)
    }

    /// Opens a folder that is there: a misspelled `--data` must not make a new one.
    pub(crate) fn authority(&self) -> Result<Authority, Refusal> {
        if !self.folder.is_dir() {
            let message = format!("{} does not exist.", self.folder.display());
            return Err(Refusal { message, ..Refusal::from(Error::Denied(Denied::NotSetUp)) });
        }
        self.create(None)
    }

    /// What an officer may do, as this command.
    pub(crate) fn operator(&self) -> Result<Operator, Refusal> {
        Ok(self.authority()?.operator(actor()))
    }

    /// The same at the department that was named; none named: where there is one alone, that one.
    pub(crate) fn operator_at(&self, department: Option<&str>) -> Result<Operator, Refusal> {
        operator_of(&self.authority()?, department)
    }
}

/// The same of a folder that is open.
pub(crate) fn operator_of(authority: &Authority, department: Option<&str>) -> Result<Operator, Refusal> {
    let operator = authority.operator(actor());
    match department {
        Some(name) => Ok(operator.at_department_named(name)?),
        None => Ok(operator),
    }
}

/// A command by the name of the operating system's account.
pub(crate) fn actor() -> Actor {
    Actor::Command(ra::account::name())
}
