//! Signet, the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    signet_app::run();
}
