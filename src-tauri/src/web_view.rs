//! What of the web view the window does without (Linux, WebKitGTK).

use tauri::{Runtime, WebviewWindow};
use webkit2gtk::glib;
use webkit2gtk::{CacheModel, HardwareAccelerationPolicy, SettingsExt, WebContextExt, WebViewExt};

/// Keeps Mesa, and LLVM with it, out of this process: GTK and the web view each load and ask them at the start although nothing is
/// painted by them (below), which takes a tenth of a second and more. What the environment says already stands. Call it first:
/// there must be no other thread yet.
pub fn spare_graphics() -> Result<(), glib::BoolError> {
    for (name, value) in [("GDK_GL", "disable"), ("WEBKIT_DISABLE_COMPOSITING_MODE", "1")] {
        glib::setenv(name, value, false)?;
    }
    Ok(())
}

/// Pages of ours are lists and forms of one document: painting them needs no graphics card, keeping earlier pages has no use. Where
/// a card is missing or its driver is a bad one, compositing by it costs some hundred megabytes, or leaves the window blank
/// (docs/adr/0009).
pub fn spare<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    window.with_webview(|view| {
        let view = view.inner();
        if let Some(settings) = WebViewExt::settings(&view) {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
            settings.set_enable_webgl(false);
            settings.set_enable_webaudio(false);
            settings.set_enable_media(false);
            settings.set_enable_page_cache(false);
        }
        if let Some(context) = view.context() {
            context.set_cache_model(CacheModel::DocumentViewer);
        }
    })
}
