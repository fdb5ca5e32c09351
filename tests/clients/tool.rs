//! Foreign programs: found, run, and asked what they have to say.

use crate::support::PATIENCE;
use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// Whether these programs are there. In CI a missing one fails the test; elsewhere it is reported and the test is skipped.
pub(crate) fn have(programs: &[&str]) -> bool {
    let missing: Vec<_> = programs.iter().filter(|program| !exists(program)).collect();
    if missing.is_empty() {
        return true;
    }
    skip(&format!("not installed: {missing:?}"));
    false
}

/// Says why a test cannot be done here; fails in CI.
pub(crate) fn skip(reason: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{reason}");
    eprintln!("SKIPPED: {reason}");
}

fn exists(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).exists();
    }
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// What a program said, on both channels, and whether it was content.
pub(crate) struct Said {
    pub(crate) ok: bool,
    pub(crate) stdout: Vec<u8>,
    pub(crate) text: String,
}

impl Said {
    /// It must have been content.
    pub(crate) fn content(self) -> Self {
        assert!(self.ok, "{}", self.text);
        self
    }

    /// It must not have been.
    pub(crate) fn refused(self) -> Self {
        assert!(!self.ok, "{}", self.text);
        self
    }

    /// It must have said this.
    pub(crate) fn saying(self, words: &str) -> Self {
        assert!(self.text.contains(words), "{words:?} in {}", self.text);
        self
    }
}

/// Runs a program in a folder.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> Said {
    said(Command::new(program).args(arguments).current_dir(folder))
}

/// Runs a prepared command.
pub(crate) fn said(command: &mut Command) -> Said {
    said_from(command, Stdio::null())
}

/// The same with something to read.
pub(crate) fn said_from(command: &mut Command, input: Stdio) -> Said {
    let output = command.stdin(input).output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    of_output(&format!("{command:?}"), output)
}

fn of_output(command: &str, output: Output) -> Said {
    let text = format!("{command}\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Said { ok: output.status.success(), stdout: output.stdout, text }
}

/// A program that waits for something that others do; ended when dropped.
pub(crate) struct Waiting {
    command: String,
    process: Option<Child>,
}

impl Waiting {
    /// Starts a prepared command.
    pub(crate) fn start(command: &mut Command) -> Self {
        let process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let command = format!("{command:?}");
        let process = process.unwrap_or_else(|e| panic!("{command}: {e}"));
        Waiting { command, process: Some(process) }
    }

    /// What it said, once it has ended by itself. One that has not within [`PATIENCE`] is ended, and was not content.
    pub(crate) fn finish(mut self) -> Said {
        let mut process = self.process.take().unwrap();
        let begun = Instant::now();
        while process.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = process.kill(); // of one that has ended nothing is left to kill
        of_output(&self.command, process.wait_with_output().unwrap())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
