//! What the running window holds: the opened folder, the server, the invitations that are still on show.

use crate::{batches::Batches, dto::first_screen::FirstScreen, early::Early, error::CommandError, serving::Serving};
use ra::{
    Authority, OpenOptions, Operator,
    id::EnrollmentId,
    invitation::Invitation,
    ledger::{Actor, Verification},
    ports::{Clock, SystemClock},
    vault::KeyringChoice,
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
    time::Duration,
};

/// For so long after the start nothing is done that nobody waits for: on two cores it would take the time in which the first rows
/// are read and painted.
pub const AFTER_START: Duration = Duration::from_secs(2);

/// The one state of the window. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    keyring: Option<KeyringChoice>,
    clock: Arc<dyn Clock>,
    officer: String,
    authority: Mutex<Option<Opened>>,
    serving: Serving,
    batches: Batches,
    shown: Mutex<HashMap<EnrollmentId, Arc<Invitation>>>,
    ledger_broken_at: Mutex<Option<u64>>,
    first: Early<Seen, FirstScreen>,
}

/// What the first screen is read of, but for the server and the batches of this window, which are begun from it.
#[derive(PartialEq)]
struct Seen {
    version: u64,
    ledger_broken_at: Option<u64>,
}

/// The opened folder.
struct Opened {
    authority: Authority,
    /// Its version before anything was read for the window.
    version: u64,
}

/// What the window opens.
pub struct Opening {
    /// The data folder.
    pub folder: PathBuf,
    /// Where the key-encryption key is; `None`: as the folder remembers.
    pub keyring: Option<KeyringChoice>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Account name of the officer.
    pub officer: String,
}

impl App {
    /// From the environment: `SIGNET_DATA` names the folder, `SIGNET_PASSPHRASE_FILE` replaces the system's keyring.
    pub fn from_environment() -> Self {
        let folder = std::env::var_os("SIGNET_DATA").map(PathBuf::from).or_else(Authority::default_folder);
        let keyring = std::env::var_os("SIGNET_PASSPHRASE_FILE").map(|file| KeyringChoice::PassphraseFile(file.into()));
        let folder = folder.unwrap_or_else(|| PathBuf::from("signet-data"));
        App::new(Opening { folder, keyring, clock: Arc::new(SystemClock), officer: ra::account::name() })
    }

    /// Nothing is opened before it is needed.
    pub fn new(opening: Opening) -> Self {
        let Opening { folder, keyring, clock, officer } = opening;
        App(Arc::new(Inner {
            folder,
            keyring,
            officer,
            authority: Mutex::default(),
            serving: Serving::new(clock.clone()),
            batches: Batches::default(),
            shown: Mutex::default(),
            ledger_broken_at: Mutex::default(),
            first: Early::default(),
            clock,
        }))
    }

    /// Batches.
    pub fn batches(&self) -> &Batches {
        &self.0.batches
    }

    /// Account name of the officer.
    pub fn officer(&self) -> &str {
        &self.0.officer
    }

    /// The server.
    pub fn serving(&self) -> &Serving {
        &self.0.serving
    }

    /// The first row of the ledger that did not fit when it was last verified.
    pub fn ledger_broken_at(&self) -> Option<u64> {
        *lock(&self.0.ledger_broken_at)
    }

    /// Keeps what a verification found; true when that is news.
    pub fn note_ledger(&self, found: &Verification) -> bool {
        let mut kept = lock(&self.0.ledger_broken_at);
        std::mem::replace(&mut *kept, found.broken_at) != found.broken_at
    }

    /// The opened folder; opened on first use, tried again after a failure.
    pub fn authority(&self) -> Result<Authority, CommandError> {
        let mut opened = lock(&self.0.authority);
        if let Some(opened) = opened.as_ref() {
            return Ok(opened.authority.clone());
        }
        let options = OpenOptions { folder: self.0.folder.clone(), keyring: self.0.keyring.clone(), clock: self.0.clock.clone() };
        let authority = Authority::open(options)?;
        let version = authority.version()?;
        *opened = Some(Opened { authority: authority.clone(), version });
        Ok(authority)
    }

    /// Opens the folder on a thread of its own, and reads there what the window shows first, while the window is being made. A folder that
    /// cannot be opened is told to the first command that needs it, which tries again.
    pub fn open_early(&self) {
        let (app, reading) = (self.clone(), self.0.first.begin());
        let early = move || {
            if let Some(read) = app.read_early() {
                // Nobody waits for it where the window was closed meanwhile.
                let _ = reading.send(read);
            }
        };
        if let Err(error) = std::thread::Builder::new().name("signet-open".into()).spawn(early) {
            tracing::warn!(%error, "the folder is opened when the window asks for it");
        }
    }

    fn read_early(&self) -> Option<(Seen, FirstScreen)> {
        let authority = self.authority().ok()?;
        // Before it is read: what changes meanwhile is found.
        let seen = self.seen(&authority)?;
        let screen = FirstScreen::of(self, &authority);
        // What failed now may not when somebody asks: it is read anew then.
        screen.is_whole().then_some((seen, screen))
    }

    /// What the window shows first. The first time it is what was read early, unless anything was written since.
    pub fn first_screen(&self, authority: &Authority) -> FirstScreen {
        self.0.first.take(|| self.seen(authority)).unwrap_or_else(|| FirstScreen::of(self, authority))
    }

    fn seen(&self, authority: &Authority) -> Option<Seen> {
        Some(Seen { version: authority.version().ok()?, ledger_broken_at: self.ledger_broken_at() })
    }

    /// The version of the data when the folder was opened: whatever the window has on show is as new or newer. `None` before that.
    pub fn version_at_opening(&self) -> Option<u64> {
        lock(&self.0.authority).as_ref().map(|opened| opened.version)
    }

    /// The program is about to end: long work stops after the part that is under way. A folder that is not open stays closed.
    pub fn wind_down(&self) {
        if let Some(opened) = self.opened_now().as_deref().and_then(Option::as_ref) {
            opened.authority.wind_down();
        }
    }

    /// The end of the program: the ledger's head is signed, and the folder let go of, whoever still has it.
    pub fn close(&self) {
        self.0.first.put_away();
        let opened = self.opened_now().and_then(|mut opened| opened.take());
        if let Some(opened) = opened {
            opened.authority.close();
        }
    }

    /// Nothing while the folder is being opened: whoever closes the window does not wait for that.
    fn opened_now(&self) -> Option<MutexGuard<'_, Option<Opened>>> {
        match self.0.authority.try_lock() {
            Ok(opened) => Some(opened),
            Err(TryLockError::Poisoned(opened)) => Some(opened.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Runs `work` as the officer on a thread where it may block. The one way from a command to the authority: arguments are never
    /// logged, the error is mapped and gets its incident number here.
    pub async fn operator<T: Send + 'static>(
        &self,
        work: impl FnOnce(Operator) -> Result<T, CommandError> + Send + 'static,
    ) -> Result<T, CommandError> {
        let app = self.clone();
        blocking(move || work(app.authority()?.operator(app.actor()))).await
    }

    /// The same with the whole state, for the few commands that also touch the server or the shown invitations.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App, &Authority) -> Result<T, CommandError> + Send + 'static,
    ) -> Result<T, CommandError> {
        let app = self.clone();
        blocking(move || work(&app, &app.authority()?)).await
    }

    /// The officer in the ledger.
    pub fn actor(&self) -> Actor {
        Actor::Officer(self.0.officer.clone())
    }

    /// The officer's handle.
    pub fn as_operator(&self, authority: &Authority) -> Operator {
        authority.operator(self.actor())
    }

    /// Keeps an invitation while this window runs, so that its QR code can be shown again, saved and printed.
    pub fn keep(&self, invitation: Invitation) -> Arc<Invitation> {
        let invitation = Arc::new(invitation);
        lock(&self.0.shown).insert(invitation.enrollment, invitation.clone());
        invitation
    }

    /// An invitation that this window made and that has not run out.
    pub fn shown(&self, enrollment: EnrollmentId) -> Option<Arc<Invitation>> {
        let mut shown = lock(&self.0.shown);
        let now = self.0.clock.now();
        shown.retain(|_, invitation| invitation.expires_at > now);
        shown.get(&enrollment).cloned()
    }

    /// Wipes an invitation that is of no more use.
    pub fn forget(&self, enrollment: EnrollmentId) {
        lock(&self.0.shown).remove(&enrollment);
    }
}

/// Runs blocking work off the window's threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, CommandError> + Send + 'static) -> Result<T, CommandError> {
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(result) => result,
        Err(stopped) => Err(CommandError::internal(&stopped)),
    }
}

/// A lock that a panic elsewhere does not poison: every value behind one is replaced whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]
    use super::*;
    use ra::{department::NewDepartment, testing};
    use std::path::Path;

    /// The shell's state on a fresh folder, as at the start of the program.
    pub(crate) fn app(folder: &Path) -> App {
        let passphrase = folder.join("passphrase");
        std::fs::write(&passphrase, "correct horse battery staple\n").unwrap();
        App::new(Opening {
            folder: folder.join("data"),
            keyring: Some(KeyringChoice::PassphraseFile(passphrase)),
            clock: Arc::new(SystemClock),
            officer: "rosa".to_owned(),
        })
    }

    /// A department without an address of CRLs that the monitor would try to reach.
    pub(crate) fn department(app: &App) -> Operator {
        let officer = app.as_operator(&app.authority().unwrap());
        officer.create_department(NewDepartment { status_url: None, training: true, ..testing::new_department() }).unwrap();
        officer
    }

    #[test]
    fn what_was_read_early_is_shown_once_and_only_while_it_is_true() {
        let folder = tempfile::tempdir().unwrap();
        let officer = department(&app(folder.path()));
        let app = app(folder.path());
        app.open_early();
        let authority = app.authority().unwrap();
        let kept = || app.0.first.take(|| app.seen(&authority));
        assert_eq!(kept().unwrap().today.unwrap().people, 0, "asked for while the folder is opened, it is waited for");
        assert!(kept().is_none(), "and given once");
        let read_early = || app.0.first.begin().send(app.read_early().unwrap()).unwrap();
        read_early();
        testing::person(&officer, "Alice Example", "alice@example.edu");
        assert_eq!(app.first_screen(&authority).today.unwrap().people, 1, "another process has written since");
        read_early();
        app.note_ledger(&Verification { broken_at: Some(7), ..authority.auditor().verify_ledger().unwrap() });
        assert_eq!(app.first_screen(&authority).session.unwrap().ledger_broken_at, Some(7));
        read_early();
        app.close();
        assert!(kept().is_none(), "a folder that was closed shows nothing");
    }

    #[test]
    fn what_was_read_early_is_kept_only_where_nothing_of_it_failed() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        assert!(app.read_early().is_some(), "before there is a department nothing has failed");
        department(&app);
        assert!(app.read_early().is_some());
        let database = rusqlite::Connection::open(folder.path().join("data/signet.db")).unwrap();
        database.execute_batch("DROP TABLE batch_item; DROP TABLE batch").unwrap();
        assert!(app.read_early().is_none(), "the batches cannot be read");
        app.open_early();
        let authority = app.authority().unwrap();
        assert!(app.0.first.take(|| app.seen(&authority)).is_none(), "nobody is shown that as if it were so still");
    }

    #[test]
    fn the_window_closes_while_the_folder_is_still_being_opened() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        // Whoever opens the folder has it, perhaps for as long as a person needs to unlock the keyring.
        let opening = lock(&app.0.authority);
        let (closing, (done, told)) = (app.clone(), std::sync::mpsc::channel());
        std::thread::spawn(move || {
            closing.wind_down();
            closing.close();
            done.send(())
        });
        assert!(told.recv_timeout(Duration::from_secs(60)).is_ok(), "it waits for the keyring");
        drop(opening);
        // A folder that is open is let go of.
        assert!(app.authority().is_ok());
        assert!(app.version_at_opening().is_some());
        app.wind_down();
        app.close();
        assert!(app.version_at_opening().is_none());
    }
}
