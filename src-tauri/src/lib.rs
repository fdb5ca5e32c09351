//! The desktop shell: opens the folder, the window and, when the officer says so, the server. No rule, no SQL and no crypto lives here.

pub mod batches;
pub mod commands;
pub mod dto;
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
use state::App;
use std::time::Duration;
use tauri::Manager;
use tracing_subscriber::{EnvFilter, prelude::*};

/// A page that has not shown its window by then will not.
const SHOWN_AT_LATEST: Duration = Duration::from_secs(5);

/// Opens the window and returns when it is closed.
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
    let commands = bindings();
    let handler = commands.invoke_handler();
    let state = app.clone();
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
        .invoke_handler(handler)
        .setup(move |tauri| {
            commands.mount_events(tauri);
            #[cfg(target_os = "linux")]
            if let Some(window) = tauri.get_webview_window("main") {
                web_view::spare(&window)?;
            }
            show_late(tauri.handle().clone())?;
            watch::spawn(tauri.handle().clone(), state.clone())?;
            tauri.manage(upkeep::Upkeep::begin(state)?);
            Ok(())
        })
        .run(tauri::generate_context!());
    app.serving().stop();
    if let Err(error) = built {
        tracing::error!(%error, "the window could not be opened");
        eprintln!("Signet could not open its window: {error}. On Linux it needs a display and webkit2gtk 4.1.");
        std::process::exit(1);
    }
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

/// To standard error, warnings and up unless `RUST_LOG` says otherwise. Secrets have no `Debug`, and arguments are never logged.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,signet_app=info"));
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(true))
        .try_init();
}
