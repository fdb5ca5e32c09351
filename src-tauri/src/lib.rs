//! The desktop shell: opens the folder, the window and, when the officer says so, the server. No rule, no SQL and no crypto lives here.

pub mod batches;
pub mod commands;
pub mod dto;
pub mod early;
pub mod error;
pub mod files;
pub mod key_place;
pub mod serving;
pub mod state;
pub mod upkeep;
pub mod watch;
#[cfg(target_os = "linux")]
pub mod web_view;

pub use commands::{bindings, names::NAMES};
use state::{App, lock};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tauri::{Manager, RunEvent};
use tracing_subscriber::{EnvFilter, prelude::*};
use upkeep::Upkeep;

/// A page that has not shown its window by then will not.
const SHOWN_AT_LATEST: Duration = Duration::from_secs(5);

/// Opens the window. When it is closed, what is under way is brought to its end, and the process ends.
pub fn run() {
    #[cfg(target_os = "linux")]
    let spared = web_view::spare_graphics();
    start_log();
    #[cfg(target_os = "linux")]
    if let Err(error) = spared {
        tracing::warn!(%error, "the window starts more slowly than it could");
    }
    // Two providers are never linked; a second call is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let app = App::from_environment();
    app.open_early();
    let (state, upkeep) = (app.clone(), Arc::<Mutex<Option<Upkeep>>>::default());
    let begun = upkeep.clone();
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|handle, _, _| {
            if let Some(window) = handle.get_webview_window("main") {
                let _ = window.show();
                let _ = window.unminimize();
                let _ = window.set_focus();
            }
        }))
        .plugin(tauri_plugin_dialog::init())
        .manage(state.clone())
        .invoke_handler(commands::handler())
        .setup(move |tauri| {
            commands::mount_events(tauri);
            #[cfg(target_os = "linux")]
            if let Some(window) = tauri.get_webview_window("main") {
                web_view::spare(&window)?;
            }
            show_late(tauri.handle().clone())?;
            watch::spawn(tauri.handle().clone(), state.clone())?;
            *lock(&begun) = Some(Upkeep::begin(state)?);
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        // It does not return: the process ends in there.
        Ok(built) => built.run(move |_, event| {
            if matches!(event, RunEvent::Exit) {
                end(&app, &upkeep);
            }
        }),
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            eprintln!("Signet could not open its window: {error}. On Linux it needs a display and webkit2gtk 4.1.");
            std::process::exit(1);
        }
    }
}

/// The window is closed. Phones get the answers that they wait for, a batch hands on what it has stored, the ledger's head is signed;
/// all of it within a few seconds, whatever is under way.
fn end(app: &App, upkeep: &Mutex<Option<Upkeep>>) {
    let mut upkeep = lock(upkeep).take();
    // Asked before the server ends, so that both end at the same time.
    if let Some(upkeep) = &mut upkeep {
        upkeep.ask_to_end();
    }
    app.serving().stop();
    drop(upkeep);
    app.close();
}

/// The page shows the window once it is complete. Should it fail to, a window that can be closed is better than none.
fn show_late(handle: tauri::AppHandle) -> std::io::Result<()> {
    let late = move || {
        std::thread::sleep(SHOWN_AT_LATEST);
        match handle.get_webview_window("main") {
            Some(window) if !window.is_visible().unwrap_or(true) => {
                tracing::warn!("the page did not show the window");
                let _ = window.show();
            }
            _ => {}
        }
    };
    std::thread::Builder::new().name("signet-show".into()).spawn(late).map(drop)
}

/// To standard error. Secrets have no `Debug`, and arguments are never logged.
fn start_log() {
    let _ = tracing_subscriber::registry()
        .with(log_filter(|name| std::env::var(name).ok()))
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(true))
        .try_init();
}

/// Warnings and up, unless `SIGNET_LOG`, as for signetctl, or `RUST_LOG` says otherwise.
fn log_filter(variable: impl Fn(&str) -> Option<String>) -> EnvFilter {
    let said = ["SIGNET_LOG", "RUST_LOG"].into_iter().filter_map(variable).filter(|text| !text.trim().is_empty());
    said.map(EnvFilter::try_new).find_map(Result::ok).unwrap_or_else(|| EnvFilter::new("warn,signet_app=info"))
}

#[cfg(test)]
mod tests {
    use super::log_filter;

    #[test]
    fn the_log_obeys_our_own_variable_first() {
        let filter = |signet: &str, rust: &str| {
            let (signet, rust) = (signet.to_owned(), rust.to_owned());
            log_filter(move |name| Some(if name == "SIGNET_LOG" { signet.clone() } else { rust.clone() })).to_string()
        };
        assert_eq!(filter("debug", "error"), "debug");
        assert_eq!(filter("", "error"), "error");
        assert_eq!(filter("=nonsense=", "error"), "error");
        let usual = filter("", "");
        assert!(usual.contains("warn") && usual.contains("signet_app=info"), "{usual}");
    }
}
