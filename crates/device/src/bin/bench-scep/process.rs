//! Servers as processes: started on one core, watched through /proc, ended hard.

use crate::{Outcome, SERVER_CORE};
use std::{
    io::Read,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// Clock ticks a second of /proc/PID/stat; 100 on every Linux that there is.
const TICKS: f64 = 100.0;

/// Where a server may run.
#[derive(Clone, Copy)]
pub(crate) enum Cores {
    /// On the server's core alone, as all that is compared with another server.
    One,
    /// Wherever there is time, as a laptop's does.
    All,
}

/// A running server. Killed when dropped.
pub(crate) struct Server {
    child: Child,
}

impl Server {
    /// Starts `program`; its standard output can be taken once.
    pub(crate) fn start(program: &Path, arguments: &[String], folder: &Path, cores: Cores) -> Outcome<(Self, ChildStdout)> {
        let mut command = match cores {
            Cores::One => {
                let mut bound = Command::new("taskset");
                bound.args(["-c", SERVER_CORE]).arg(program);
                bound
            }
            Cores::All => Command::new(program),
        };
        command.args(arguments).current_dir(folder);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("cannot start {}: {e}", program.display()))?;
        let out = child.stdout.take().ok_or("no standard output")?;
        Ok((Server { child }, out))
    }

    /// As a power cut would, as far as a process can feel it.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Seconds of CPU so far, in user space and in the kernel.
    pub(crate) fn cpu(&self) -> Outcome<f64> {
        let stat = self.read("stat")?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).ok_or("a strange /proc/PID/stat");
        // utime and stime are the 14th and 15th field; two stand before the closing bracket.
        Ok((ticks(11)? + ticks(12)?) / TICKS)
    }

    /// Largest resident set so far, or since [`Server::forget_peak`], MiB.
    pub(crate) fn peak_memory(&self) -> Outcome<f64> {
        self.mebibytes("status", "VmHWM:")
    }

    /// The peak counts from now on: opening a passphrase file takes 64 MiB for a moment, by design.
    pub(crate) fn forget_peak(&self) -> Outcome<()> {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").map_err(|e| format!("/proc: {e}"))
    }

    /// Memory in use now, what is shared with other processes divided among them, MiB.
    pub(crate) fn memory(&self) -> Outcome<f64> {
        self.mebibytes("smaps_rollup", "Pss:")
    }

    fn mebibytes(&self, file: &str, name: &str) -> Outcome<f64> {
        let text = self.read(file)?;
        let line = text.lines().find_map(|l| l.strip_prefix(name)).ok_or_else(|| format!("no {name} in /proc/PID/{file}"))?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| format!("a strange {name}"))?;
        Ok(kib / 1024.0)
    }

    fn read(&self, file: &str) -> Outcome<String> {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).map_err(|e| format!("/proc: {e}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program to its end; its standard output.
pub(crate) fn run(program: &Path, arguments: &[&str], folder: &Path) -> Outcome<Vec<u8>> {
    let shown = || format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.map_err(|e| format!("cannot start `{}`: {e}", shown()))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("`{}`: {}{}", shown(), String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout)))
    }
}

/// A program of this name is on the path.
pub(crate) fn installed(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// Reads away what a server prints, so that it never waits for us.
pub(crate) fn drain(mut out: impl Read + Send + 'static) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while matches!(out.read(&mut buffer), Ok(n) if n > 0) {}
    });
}
