//! Starting programs, shown as they would be typed.

use std::{ffi::OsStr, fmt::Arguments, io::Write, path::PathBuf, process::Command};

/// What went wrong, in words.
pub(crate) type Done = Result<(), String>;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(PathBuf::from).unwrap_or(own)
}

/// A program to be started in the root.
pub(crate) fn program<S: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).args(arguments);
    command
}

/// Says it, and goes on where nobody reads it any more (`| head`).
pub(crate) fn say(to: &mut impl Write, line: Arguments<'_>) {
    let _ = writeln!(to, "{line}");
}

/// Runs it and demands success.
pub(crate) fn run(command: &mut Command) -> Done {
    let shown = shown(command);
    say(&mut std::io::stdout(), format_args!("$ {shown}"));
    let status = command.status().map_err(|e| format!("cannot start `{shown}`: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` ended with {status}")) }
}

/// Is this program on the path?
pub(crate) fn exists(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// The command as it would be typed.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
