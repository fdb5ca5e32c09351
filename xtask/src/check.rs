//! Everything that can be said about the code without running it, and the two tests that guard its structure.

use crate::{
    command::{Done, program, run},
    packages::{self, For},
    ui,
};

/// `cargo xtask check`.
pub(crate) fn check() -> Done {
    packages::install(&For::Run)?;
    ui::build()?;
    lint()?;
    run(&mut program("cargo", ["test", "--workspace", "--quiet", "--test", "layering", "--test", "bindings"]))
}

/// Formatting, lints and documentation of both languages.
pub(crate) fn lint() -> Done {
    run(&mut program("cargo", ["fmt", "--all", "--check"]))?;
    ui::npm(&["run", "--silent", "check"])?;
    ui::npm(&["run", "--silent", "lint"])?;
    run(&mut program("cargo", ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))?;
    let mut docs = program("cargo", ["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"]);
    run(docs.env("RUSTDOCFLAGS", "-D warnings"))
}
