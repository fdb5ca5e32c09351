//! Batches: a list of people, one certificate each and profile; planned without changing anything, then worked off in steps that
//! may be interrupted at any instant.

mod list;
mod plan;
mod rows;
mod step;

pub use list::{BatchList, Guess};
pub use rows::BatchRow;
pub(crate) use step::clear_all_ended;

use crate::{
    Conflict, Error, Noun, Operator, Result,
    id::{BatchId, SubscriberId},
    issuance::{DeliveryFolder, PasswordLine},
    ledger,
    profile::ProfileName,
    secret::FilePassword,
};
use protocol::{Timestamp, pkcs12::Form, x509::CertificateView};
use rusqlite::Connection;
use serde_json::json;
use std::path::Path;
use zeroize::Zeroizing;

/// Most people in one list.
pub const MOST: usize = 100_000;
/// Longest list, octets.
pub const MAX_LIST: usize = 64 * 1024 * 1024;

/// Which column of the list holds what, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Columns {
    /// Mail address: says who it is.
    pub mail: usize,
    /// Name; where it is given it must be the person's.
    pub name: Option<usize>,
    /// Request (PKCS#10 in PEM or base64), for a profile whose keys their holders make.
    pub csr: Option<usize>,
}

/// What the officer chose.
#[derive(Debug, Clone)]
pub struct Choices {
    /// What the batch is called: the file's name.
    pub name: String,
    /// Profiles of the bundle, issued in one act.
    pub profiles: Vec<ProfileName>,
    /// Form of the PKCS#12 files.
    pub form: Form,
    /// Whoever has an active certificate that encrypts gets a new one in its place; otherwise the row is left as it is.
    pub supersede: bool,
    /// `None`: the first line names the columns.
    pub columns: Option<Columns>,
}

/// Why a row gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RowError {
    /// Line of the file, from 1.
    pub line: usize,
    /// As it stands there.
    pub mail: String,
    /// Stable word: as of any refusal.
    pub code: String,
    /// Stable word: what exactly is wrong with the row, or the same as `code`.
    pub problem: String,
    /// What the problem is about: the other name, the other line.
    pub detail: String,
    /// Column.
    pub field: String,
    /// What to correct.
    pub reason: String,
}

/// One certificate to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Line of the file.
    pub line: usize,
    /// For whom.
    pub subscriber: SubscriberId,
    /// By which address.
    pub mail: String,
    /// Of which profile.
    pub profile: ProfileName,
    /// The request, DER; `None`: the key is made here.
    pub csr: Option<Vec<u8>>,
}

/// What a list would do: nothing has been changed.
#[derive(Debug, Clone)]
pub struct BatchPlan {
    /// Headings of the list, for mapping columns.
    pub headings: Vec<String>,
    /// What was taken for what.
    pub columns: Columns,
    /// Rows of the list.
    pub rows: usize,
    /// What will be made.
    pub items: Vec<Planned>,
    /// Rows (by line, with the profile) that have what they ask for already.
    pub there: Vec<(usize, ProfileName)>,
    /// Rows that give nothing, and why.
    pub errors: Vec<RowError>,
    /// Profiles of the bundle whose keys the people's devices make: invite them.
    pub by_device: Vec<ProfileName>,
    choices: Choices,
    digest: [u8; 32],
}

impl BatchPlan {
    /// Some keys are made here, so that there will be files with passwords; else every certificate is for a request.
    #[must_use]
    pub fn makes_keys(&self) -> bool {
        self.items.iter().any(|item| item.csr.is_none())
    }
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BatchState {
    /// Steps are left.
    Running,
    /// Steps are left, but the officer stopped it; it can go on.
    Stopped,
    /// Every item was delivered or refused.
    Done,
    /// The officer ended it; what was delivered stays.
    Cancelled,
}

/// How far a batch is.
#[derive(Debug, Clone, serde::Serialize)]
pub struct BatchProgress {
    /// Id.
    pub id: BatchId,
    /// Its name.
    pub name: String,
    /// State.
    pub state: BatchState,
    /// All items.
    pub total: u64,
    /// Issued and handed on.
    pub delivered: u64,
    /// Refused: see [`Operator::batch_refusals`].
    pub refused: u64,
    /// Where the window puts its files; a command that is given the list again says so itself.
    pub folder: Option<String>,
    /// Where the window puts the list of their passwords; there where there is a folder.
    pub passwords: Option<String>,
    /// Some keys are made here: only then there is such a list.
    pub makes_keys: bool,
    /// Begun at.
    pub created_at: Timestamp,
    /// Ended at.
    pub ended_at: Option<Timestamp>,
}

/// A certificate of a batch, to be handed on. A key in it exists nowhere else.
pub struct Delivery {
    /// Line of the list.
    pub line: usize,
    /// Whose, by which address.
    pub mail: String,
    /// Profile.
    pub profile: ProfileName,
    /// The certificate.
    pub certificate: CertificateView,
    /// PKCS#12 and its password, where the key was made here.
    pub identity: Option<(Zeroizing<Vec<u8>>, FilePassword)>,
}

impl Operator {
    /// Reads a list (CSV in UTF-8, with commas or semicolons) of people of the officer's department and says what it would do, row by
    /// row. Changes nothing.
    pub fn plan_batch(&self, csv: &[u8], choices: &Choices) -> Result<BatchPlan> {
        self.plan_list(&BatchList::read(csv)?, choices)
    }

    /// The same for a list that is read already, and perhaps corrected.
    pub fn plan_list(&self, list: &BatchList, choices: &Choices) -> Result<BatchPlan> {
        plan::plan(self, list, choices)
    }

    /// Records the batch. The same list with the same choices again is the same batch while it runs; when it is done, those who got
    /// their certificate from it are "there" in the next plan. So nothing is issued twice.
    pub fn start_batch(&self, plan: &BatchPlan) -> Result<BatchId> {
        self.begin_batch(plan, None)
    }

    /// The same, and where the files and the list of their passwords go: whoever works it off after a crash finds it there. A list that
    /// would lie in that folder is refused.
    pub fn start_batch_into(&self, plan: &BatchPlan, folder: &Path, passwords: &Path) -> Result<BatchId> {
        self.begin_batch(plan, Some(Place::new(folder, passwords)?))
    }

    fn begin_batch(&self, plan: &BatchPlan, place: Option<Place>) -> Result<BatchId> {
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        let (digest, choices, items) = (plan.digest, plan.choices.clone(), plan.items.clone());
        if let Some(place) = &place
            && let Some(same) = self.inner.store.read(|c| rows::running(c, &digest))?
        {
            self.bring_passwords(same, place)?;
        }
        self.inner.store.write(move |tx| {
            if let Some(same) = rows::running(tx, &digest)? {
                rows::go_on(tx, same, place.as_ref())?;
                return Ok(same);
            }
            if items.is_empty() {
                return Err(Error::invalid("list", "no row of the list gives a certificate; look at what is said about each row"));
            }
            let (id, at) = (BatchId::fresh(), clock.now());
            rows::insert(tx, at, id, &digest, &choices, &items)?;
            rows::go_on(tx, id, place.as_ref())?;
            let facts = json!({
                "name": choices.name, "count": items.len(), "sha256": crate::issue::hex(&digest),
                "profiles": choices.profiles.iter().map(|profile| profile.as_str()).collect::<Vec<_>>(),
            });
            ledger::append(tx, at, &actor, "batch.started", &id.to_string(), &facts)?;
            Ok(id)
        })
    }

    /// Stops it for a while: what is being signed is finished and handed on, nothing more is begun until
    /// [`Operator::resume_batch`].
    pub fn stop_batch(&self, id: BatchId) -> Result<BatchProgress> {
        self.change_batch(id, "batch.stopped", move |tx, at| rows::stop(tx, at, id))
    }

    /// Lets it go on; `place`: the folder for its files and the list of their passwords from now on, as for
    /// [`Operator::start_batch_into`]. The passwords of what was handed on before are written into that list, too.
    pub fn resume_batch(&self, id: BatchId, place: Option<(&Path, &Path)>) -> Result<BatchProgress> {
        let place = place.map(|(folder, passwords)| Place::new(folder, passwords)).transpose()?;
        if let Some(place) = &place {
            self.bring_passwords(id, place)?;
        }
        self.change_batch(id, "batch.resumed", move |tx, _| rows::go_on(tx, id, place.as_ref()))
    }

    /// One list has the passwords of all that a batch handed on: where it gets another one, those that the old one has are written into
    /// that. The old one stays beside its files; where it is gone, with the stick that both were on, so are the files.
    fn bring_passwords(&self, id: BatchId, place: &Place) -> Result<()> {
        let progress = self.batch(id)?;
        let old = progress.passwords.filter(|old| *old != place.passwords && Path::new(old).is_file());
        if !progress.state.is_open() || old.is_none() {
            return Ok(());
        }
        let lines = self.batch_passwords(id)?;
        DeliveryFolder::open_for(progress.makes_keys, Path::new(&place.folder), Path::new(&place.passwords))?.take_over(&lines)
    }

    fn change_batch(
        &self,
        id: BatchId,
        event: &'static str,
        change: impl FnOnce(&Connection, Timestamp) -> Result<()> + Send + 'static,
    ) -> Result<BatchProgress> {
        let (clock, actor) = (self.inner.clock.clone(), self.actor.clone());
        self.inner.store.write(move |tx| {
            if !rows::progress(tx, id)?.state.is_open() {
                return Err(Error::Conflict(Conflict::BatchEnded));
            }
            let at = clock.now();
            change(tx, at)?;
            let progress = rows::progress(tx, id)?;
            let facts = json!({ "delivered": progress.delivered, "of": progress.total });
            ledger::append(tx, at, &actor, event, &id.to_string(), &facts)?;
            Ok(progress)
        })
    }

    /// Its rows in the order of the list, those after `after` (a [`BatchRow::number`]), at most `limit`; only the refused ones where
    /// that is asked.
    pub fn batch_rows(&self, id: BatchId, after: i64, limit: u32, refused: bool) -> Result<Vec<BatchRow>> {
        self.inner.store.read(|c| rows::list(c, id, after, limit, refused))
    }

    /// Works off the next part (one or two seconds) and hands each certificate to `deliver` after it is stored; call it until the
    /// state is no longer running. Keys are made on all cores. A step first puts right what a crash left: a key that was not
    /// handed on is lost, its certificate is revoked and made again. An error of `deliver` ends the step and counts as such a loss.
    pub fn step_batch(&self, id: BatchId, deliver: &mut dyn FnMut(Delivery) -> Result<()>) -> Result<BatchProgress> {
        step::step(self, id, deliver)
    }

    /// How far it is.
    pub fn batch(&self, id: BatchId) -> Result<BatchProgress> {
        self.inner.store.read(|c| rows::progress(c, id))
    }

    /// All batches, newest first.
    pub fn batches(&self) -> Result<Vec<BatchProgress>> {
        self.inner.store.read(rows::all)
    }

    /// Those that steps are left of, also where somebody stopped them, newest first.
    pub fn open_batches(&self) -> Result<Vec<BatchProgress>> {
        self.inner.store.read(rows::open)
    }

    /// The passwords of its files, out of their list: nothing else has them. Those of a certificate that was made again are left out.
    pub fn batch_passwords(&self, id: BatchId) -> Result<Vec<PasswordLine>> {
        let (progress, mut serials) = self.inner.store.read(|c| Ok((rows::progress(c, id)?, rows::serials(c, id)?)))?;
        let list = progress
            .passwords
            .ok_or_else(|| Error::invalid("passwords", "a command began this batch: look into the file that it named for the passwords"))?;
        let mut lines = DeliveryFolder::read_passwords(Path::new(&list))?;
        lines.retain(|line| serials.remove(&line.serial));
        Ok(lines)
    }

    /// Those that steps are left of and that nobody stopped, oldest first.
    pub fn running_batches(&self) -> Result<Vec<BatchProgress>> {
        self.inner.store.read(rows::at_work)
    }

    /// What was refused while it ran, in the order of the list.
    pub fn batch_refusals(&self, id: BatchId) -> Result<Vec<RowError>> {
        self.inner.store.read(|c| rows::refusals(c, id))
    }

    /// Ends it between two steps: what is delivered stays, nothing more is begun. What an interruption left half done is cleared away
    /// in the same transaction: certificates whose keys were lost are revoked. While another program is at work on a batch that is left
    /// to it, and to [`Operator::tidy`].
    pub fn cancel_batch(&self, id: BatchId) -> Result<BatchProgress> {
        let lock = step::lock(&self.inner)?;
        let nobody_at_work = lock.is_some();
        let ended = self.change_batch(id, "batch.cancelled", move |tx, at| {
            rows::end(tx, at, id, BatchState::Cancelled)?;
            if nobody_at_work { step::clear(tx, at, id) } else { Ok(()) }
        });
        drop(lock);
        ended
    }
}

/// Where the files of a batch go, and the list of their passwords.
struct Place {
    folder: String,
    passwords: String,
}

impl Place {
    fn new(folder: &Path, passwords: &Path) -> Result<Self> {
        let passwords = DeliveryFolder::passwords(folder, Some(passwords))?;
        let text = |field, path: &Path| path.to_str().map(str::to_owned).ok_or_else(|| Error::invalid(field, "its path must be UTF-8"));
        Ok(Place { folder: text("folder", folder)?, passwords: text("passwords", &passwords)? })
    }
}

/// It is not here.
fn unknown() -> Error {
    Error::NotFound(Noun::Batch)
}
