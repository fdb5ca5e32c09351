//! What the tests of the commands share: a place to work in, and a server.
#![allow(dead_code, clippy::unwrap_used)]

use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Sets up a department in a [`Place`], with keys that are made quickly.
pub(crate) const INIT: &[&str] = &[
    "init",
    "--organization",
    "Example University",
    "--department",
    "Physics",
    "--mail-domain",
    "example.edu",
    "--host",
    "localhost",
    "--ca-key",
    "p256",
    "--keyring",
    "passphrase-file",
    "passphrase",
];

/// A temporary place with a passphrase file and a data folder.
pub(crate) struct Place {
    directory: tempfile::TempDir,
}

/// What a command did.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// The one JSON value on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {:?}; {}", self.stdout, self.stderr))
    }
    pub(crate) fn error_code(&self) -> String {
        let value = self.json();
        for part in ["code", "message", "next"] {
            assert!(value["error"][part].as_str().is_some_and(|text| !text.is_empty()), "{value}");
        }
        value["error"]["code"].as_str().unwrap().to_owned()
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("passphrase"), "correct horse battery staple\n").unwrap();
        Place { directory }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signetctl"));
        command.current_dir(self.directory.path()).args(["--data", "data"]).args(arguments).stdin(Stdio::null());
        command.env_remove("SIGNET_DATA").env_remove("SIGNET_PASSPHRASE_FILE").env_remove("SIGNET_LOG").env("SIGNET_TEST_ACCOUNT", "rosa");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        done(self.command(arguments).output().unwrap())
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Done {
        let mut child = self.command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        done(child.wait_with_output().unwrap())
    }

    /// A command that must succeed, as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let done = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(done.code, 0, "{arguments:?}: {} {}", done.stdout, done.stderr);
        done.json()
    }

    /// A department with Alice.
    pub(crate) fn with_department() -> Self {
        let place = Self::new();
        let department = place.json(&[INIT, &["--status-url", "http://pki.example.edu"]].concat());
        assert_eq!(department["department"], "Physics");
        place.json(&["subscriber", "add", "--name", "Alice Example", "--mail", "alice@example.edu"]);
        place
    }

    /// The same with Alice's mailbox validated and an address for phones.
    pub(crate) fn ready() -> Self {
        let place = Self::with_department();
        place.json(&["subscriber", "validate", "alice@example.edu", "--method", "in-person", "--evidence", "staff card 4711"]);
        place.json(&["settings", "set", "serve.public_url", "https://localhost:8443"]);
        place
    }
}

pub(crate) fn done(output: std::process::Output) -> Done {
    Done {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A server that is ended with its test.
#[cfg(unix)]
pub(crate) struct Served {
    child: Child,
    pub(crate) listening: Value,
}

#[cfg(unix)]
impl Served {
    pub(crate) fn start(place: &Place, more: &[&str]) -> Self {
        let arguments = [&["serve", "--json", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0"][..], more].concat();
        let mut child = place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        match serde_json::from_str(&line) {
            Ok(listening) => Served { child, listening },
            Err(error) => {
                let _ = child.kill();
                let mut said = String::new();
                child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("{error} in {line:?}: {said}");
            }
        }
    }

    pub(crate) fn address(&self, door: &str) -> SocketAddr {
        self.listening[door].as_str().unwrap().parse().unwrap()
    }

    /// Ends it; what it logged.
    pub(crate) fn log(mut self) -> String {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }

    /// Asks it to end as a service manager does.
    pub(crate) fn terminate(mut self) -> i32 {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

#[cfg(unix)]
impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
pub(crate) fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
