//! Tells the window when the data changed, also when another process changed it.

use crate::state::{AFTER_START, App};
use ra::{Authority, ledger::Verification};
use serde::{Deserialize, Serialize};
use std::{
    sync::mpsc::{Receiver, Sender},
    time::{Duration, Instant},
};
use tauri::{AppHandle, Runtime};
use tauri_specta::Event;

/// How often the folder is asked.
const EVERY: Duration = Duration::from_millis(500);

/// The data changed: load again what is on show.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, specta::Type, Event)]
pub struct Changed {
    /// Rises with every change; only its being different matters.
    pub version: u32,
}

/// Watches until the program ends.
pub fn spawn<R: Runtime>(handle: AppHandle<R>, app: App) -> std::io::Result<()> {
    std::thread::Builder::new().name("signet-watch".into()).spawn(move || watch(&handle, &app)).map(|_| ())
}

fn watch<R: Runtime>(handle: &AppHandle<R>, app: &App) {
    let begun = Instant::now();
    let mut last = None;
    let mut ledger = None;
    let (mut opened, mut failed) = (false, false);
    loop {
        std::thread::sleep(EVERY);
        let Ok(authority) = app.authority() else {
            failed = true;
            continue;
        };
        if !opened {
            opened = true;
            // Whatever the window has on show was read after the opening; only a window that shows a failure is to load again.
            last = if failed { None } else { app.version_at_opening() };
        }
        if ledger.is_none() && begun.elapsed() >= AFTER_START {
            ledger = Some(verify(app, &authority));
        }
        if ledger.as_ref().is_some_and(|whole| whole.try_recv().is_ok()) {
            last = None; // tell the window, although nothing was written
        }
        match authority.version() {
            Ok(version) if last != Some(version) => {
                last = Some(version);
                let version = u32::try_from(version & u64::from(u32::MAX)).unwrap_or_default();
                if let Err(error) = (Changed { version }).emit(handle) {
                    tracing::warn!(%error, "the window was not told of a change");
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the folder's version could not be read"),
        }
    }
}

/// Verifies the ledger: from its last signed head at once, the whole chain on a thread of its own. Each message says that the
/// verdict changed.
fn verify(app: &App, authority: &Authority) -> Receiver<()> {
    let (news, whole) = std::sync::mpsc::channel();
    let (app, auditor) = (app.clone(), authority.auditor());
    judge(&app, auditor.verify_recent_ledger(), &news);
    let thread = std::thread::Builder::new().name("signet-ledger".into());
    if let Err(error) = thread.spawn(move || judge(&app, auditor.verify_ledger(), &news)) {
        tracing::error!(%error, "the whole ledger is not verified");
    }
    whole
}

fn judge(app: &App, found: Result<Verification, ra::Error>, news: &Sender<()>) {
    match found {
        Ok(found) => {
            if let Some(row) = found.broken_at {
                tracing::error!(row, "the ledger is broken: an entry does not fit the one before it");
            }
            if let Some(since) = found.unsigned_since {
                tracing::error!(%since, "rows of the ledger are not covered by a signature: they may have been written anew");
            }
            if app.note_ledger(&found) {
                let _ = news.send(());
            }
        }
        Err(error) => tracing::error!(%error, "the ledger could not be verified"),
    }
}
