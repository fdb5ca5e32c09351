//! Tells the window when the data changed, also when another process changed it.

use crate::state::App;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tauri::{AppHandle, Runtime};
use tauri_specta::Event;

/// How often the folder is asked.
const EVERY: Duration = Duration::from_millis(500);
/// Ticks between two rounds of tidying (one minute).
const TIDY_EVERY: u32 = 120;

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
    let mut last = None;
    for tick in 0_u32.. {
        std::thread::sleep(EVERY);
        let Ok(authority) = app.authority() else { continue };
        if tick % TIDY_EVERY == 1
            && authority.is_set_up().unwrap_or(false)
            && let Err(error) = app.as_operator(&authority).tidy()
        {
            tracing::warn!(%error, "tidying failed; it is tried again in a minute");
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
