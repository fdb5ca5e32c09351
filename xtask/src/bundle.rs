//! Installers.

use crate::{
    command::{Done, program, run},
    packages::{self, For},
    ui,
};

/// `cargo xtask bundle`: .deb and .rpm below target/release/bundle.
pub(crate) fn bundle() -> Done {
    packages::install(&For::Run)?;
    ui::packages()?;
    // Only here is Tauri's command line needed; as a dependency of the UI it would be fetched by everybody.
    let arguments = ["exec", "--yes", "--package", "@tauri-apps/cli@2.12.5", "--", "tauri", "build", "--bundles", "deb,rpm"];
    run(&mut program("npm", arguments))
}
