//! Batches in the window: the list on show before anything is made, and working off what was started.

use crate::{error::CommandError, state::lock};
use ra::{
    Conflict, Error, Operator,
    id::BatchId,
    issuance::{
        DeliveryFolder,
        batch::{BatchList, BatchProgress},
    },
};
use std::{collections::HashMap, path::Path, sync::Mutex};

/// A list that was chosen or pasted, as corrected so far.
#[derive(Debug, Clone)]
pub struct ShownList {
    /// The file's name, or what the window calls a pasted one.
    pub name: String,
    /// Its rows.
    pub list: BatchList,
}

impl ShownList {
    /// Corrects a cell; without text the row is left out.
    pub fn correct(&mut self, line: usize, column: usize, text: Option<&str>) -> Result<(), CommandError> {
        match text {
            Some(text) => self.list.correct(line, column, text)?,
            None => self.list.leave_out(line),
        }
        Ok(())
    }
}

/// The list on show, and why a batch stopped by itself.
#[derive(Default)]
pub struct Batches {
    shown: Mutex<Option<ShownList>>,
    faults: Mutex<HashMap<BatchId, CommandError>>,
}

impl Batches {
    /// Puts a list on show in the place of the one before.
    pub fn show(&self, list: ShownList) {
        *lock(&self.shown) = Some(list);
    }

    /// Takes it away.
    pub fn put_away(&self) {
        *lock(&self.shown) = None;
    }

    /// Looks at the list on show, or changes it.
    pub fn shown<T>(&self, with: impl FnOnce(&mut ShownList) -> Result<T, CommandError>) -> Result<T, CommandError> {
        with(lock(&self.shown).as_mut().ok_or_else(crate::dto::unknown)?)
    }

    /// Why a batch stopped by itself since this window was opened.
    pub fn fault(&self, id: BatchId) -> Option<CommandError> {
        lock(&self.faults).get(&id).cloned()
    }

    /// It is tried again.
    pub fn forget(&self, id: BatchId) {
        lock(&self.faults).remove(&id);
    }

    /// One step of each batch that runs and whose place is known.
    pub fn work_off(&self, operator: &Operator) {
        let running = match operator.running_batches() {
            Ok(running) => running,
            Err(error) => return tracing::warn!(%error, "batches could not be read; trying again"),
        };
        for batch in running {
            if let (Some(folder), Some(passwords)) = (&batch.folder, &batch.passwords) {
                self.step(operator, &batch, Path::new(folder), Path::new(passwords));
            }
        }
    }

    fn step(&self, operator: &Operator, batch: &BatchProgress, folder: &Path, passwords: &Path) {
        let result = DeliveryFolder::open_for(batch.makes_keys, folder, passwords)
            .and_then(|mut folder| operator.step_batch(batch.id, &mut |delivery| folder.deliver(delivery)));
        match result {
            // Another program is at work on a batch, or ended this one: it is looked at again soon.
            Ok(_) | Err(Error::Conflict(Conflict::BatchUnderWay | Conflict::BatchEnded)) => {}
            Err(error) => {
                tracing::error!(%error, batch = %batch.id, "a batch stopped");
                // Known before the window learns of the change.
                lock(&self.faults).insert(batch.id, error.into());
                if let Err(error) = operator.stop_batch(batch.id) {
                    tracing::error!(%error, batch = %batch.id, "a batch could not be stopped");
                }
            }
        }
    }
}
