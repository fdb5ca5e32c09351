//! What can be typed about settings.

use super::*;

#[derive(Subcommand)]
pub(crate) enum Settings {
    /// Show one setting, or all. With several departments and none named: those of the organization.
    Get {
        /// Its name.
        key: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Change one, or several that belong together: all or none. An empty value takes it back to what is inherited. What is the same for
    /// all departments is set for the organization.
    Set {
        /// Its name.
        key: String,
        /// Its value; left out, it is asked for or read from standard input. A secret is never taken from here.
        #[arg(conflicts_with = "none")]
        value: Option<String>,
        /// Further names, each followed by its value.
        #[arg(conflicts_with = "none")]
        more: Vec<String>,
        /// The department does without, whatever the organization has (such as: no Wi-Fi).
        #[arg(long)]
        none: bool,
        #[command(flatten)]
        place: Place,
    },
}
