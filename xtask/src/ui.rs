//! The window's front end: npm packages and the built files that the Rust build embeds.

use crate::command::{Done, exists, program, root, run};
use std::time::SystemTime;

/// Builds `ui/dist`, installing the npm packages first where the lock file is newer than they are.
pub(crate) fn build() -> Done {
    packages()?;
    npm(&["run", "--silent", "build"])
}

/// `npm ci`, only when needed.
pub(crate) fn packages() -> Done {
    if !exists("npm") {
        return Err("Node.js with npm is missing. Install Node 20.19, or 22.13 or newer (https://nodejs.org), then start again".to_owned());
    }
    let lock = modified("ui/package-lock.json");
    let installed = modified("ui/node_modules/.package-lock.json");
    if installed.is_some() && installed >= lock { Ok(()) } else { npm(&["ci", "--no-audit", "--no-fund"]) }
}

/// An npm command in `ui`.
pub(crate) fn npm(arguments: &[&str]) -> Done {
    run(program("npm", arguments).current_dir(root().join("ui")))
}

fn modified(path: &str) -> Option<SystemTime> {
    root().join(path).metadata().and_then(|data| data.modified()).ok()
}
