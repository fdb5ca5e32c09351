//! What of the web view the window does without (Linux, WebKitGTK).

use tauri::{Runtime, WebviewWindow};
use webkit2gtk::glib;
use webkit2gtk::{CacheModel, HardwareAccelerationPolicy, SettingsExt, WebContextExt, WebViewExt};

/// Read by GTK, and by the web view: twice before it takes its settings (below), and once for the device that it would render on.
const WITHOUT_GRAPHICS: [(&str, &str); 4] = [
    ("GDK_GL", "disable"),
    ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    ("WEBKIT_WEB_RENDER_DEVICE_FILE", "/dev/null"),
];

/// Keeps Mesa, and LLVM with it, out of this process, which paints nothing by them: asking them takes a tenth of a second and 25 MiB.
/// What the environment says already stands. Call it first: there must be no other thread yet.
pub fn spare_graphics() -> Result<(), glib::BoolError> {
    WITHOUT_GRAPHICS.iter().try_for_each(|(name, value)| glib::setenv(name, value, false))
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
