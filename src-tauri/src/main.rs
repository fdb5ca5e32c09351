//! Signet, the window.
fn main() {
    signet_app::run();
}
