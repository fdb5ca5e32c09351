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
    run(&mut program("ui/node_modules/.bin/tauri", ["build", "--bundles", "deb,rpm"]))
}
