//! Everything that CI runs.

use crate::{
    check,
    command::{Done, program, run},
    packages::{self, For},
    ui,
};

/// `cargo xtask test`.
pub(crate) fn test() -> Done {
    packages::install(&For::Test)?;
    ui::build()?;
    check::lint()?;
    ui::npm(&["run", "--silent", "test"])?;
    // One command shape for the whole workspace: another would compile nearly everything twice (feature unification).
    run(&mut program("cargo", ["test", "--workspace", "--no-fail-fast"]))
}
