//! Shared by the whole-system tests: a small department in a folder of its own, worked by the terminal program as a person would.
#![allow(dead_code, reason = "each test program uses a part of it")]

use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Whom the tests enroll.
pub(crate) const ALICE: &str = "alice@example.edu";
/// Longest wait for something that happens in the background.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A department with one person whose mailbox is validated, and perhaps a server that serves it.
pub(crate) struct Department {
    folder: TempDir,
    server: Option<Server>,
}

/// A running `signetctl serve`; ended when dropped.
struct Server {
    process: Child,
    addresses: Value,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Department {
    /// Sets one up: Example University, Physics, example.edu, with an RSA-2048 CA and Alice, reached at `host`.
    pub(crate) fn new(host: &str) -> Self {
        Department::new_with(host, &[])
    }

    /// The same with further options of `init`.
    pub(crate) fn new_with(host: &str, options: &[&str]) -> Self {
        let department = Department { folder: tempfile::tempdir().unwrap(), server: None };
        let passphrase = department.scratch("passphrase");
        fs::write(&passphrase, "correct horse battery staple\n").unwrap();
        private(&passphrase);
        let names = ["--organization", "Example University", "--department", "Physics", "--mail-domain", "example.edu", "--host", host];
        let keys = ["--ca-key", "rsa2048", "--keyring", "passphrase-file", passphrase.to_str().unwrap()];
        department.run(&[&["init"], &names[..], &keys, options].concat());
        department.run(&["subscriber", "add", "--name", "Alice Example", "--mail", ALICE]);
        department.run(&["subscriber", "validate", ALICE, "--method", "in-person", "--evidence", "seen in the office"]);
        department
    }

    /// One that is reached at the loopback address, served on free ports.
    pub(crate) fn served() -> Self {
        Department::served_as("127.0.0.1")
    }

    /// The same, but its addresses say `host`, which need not lead here.
    pub(crate) fn served_as(host: &str) -> Self {
        let mut department = Department::new(host);
        department.serve();
        department
    }

    /// Starts `signetctl serve` on free ports and waits until it listens.
    pub(crate) fn serve(&mut self) {
        self.serve_with(&[]);
    }

    /// The same with further options.
    pub(crate) fn serve_with(&mut self, options: &[&str]) {
        let mut command = self.command(&[&["serve", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0"], options].concat());
        let log = fs::File::create(self.scratch("serve.log")).unwrap();
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let log = || fs::read_to_string(self.scratch("serve.log")).unwrap_or_default();
        let addresses = serde_json::from_str(&line).unwrap_or_else(|e| panic!("serve said {line:?} ({e}): {}", log()));
        self.server = Some(Server { process, addresses });
    }

    /// The server is killed (SIGKILL), whatever it is doing, and started anew on other ports.
    pub(crate) fn crash(&mut self) {
        self.server = None; // dropping it kills it
        self.serve();
    }

    /// Port of the HTTPS listener.
    pub(crate) fn https_port(&self) -> u16 {
        let address = self.server.as_ref().unwrap().addresses["https"].as_str().unwrap();
        address.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Address of the plain HTTP listener, `127.0.0.1:PORT`.
    pub(crate) fn http(&self) -> &str {
        self.server.as_ref().unwrap().addresses["http"].as_str().unwrap()
    }

    /// A file of the test's own.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of these files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("--json").args(arguments);
        command
    }

    fn program(&self) -> Command {
        let mut command = Command::new(signetctl());
        command.arg("--data").arg(self.folder.path().join("data"));
        command
    }

    /// Runs `signetctl ARGUMENTS`, whatever comes of it.
    pub(crate) fn try_run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs `signetctl ARGUMENTS`, which must succeed; gives what it wrote.
    pub(crate) fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.try_run(arguments);
        let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "signetctl {arguments:?}: {}", said());
        output.stdout
    }

    /// The same, read as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let bytes = self.run(arguments);
        serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("signetctl {arguments:?}: {e}: {}", String::from_utf8_lossy(&bytes)))
    }

    /// What it says to a person instead.
    pub(crate) fn words(&self, arguments: &[&str]) -> String {
        let output = self.program().args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "signetctl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Changes a setting.
    pub(crate) fn set(&self, key: &str, value: &str) {
        self.run(&["settings", "set", key, value]);
    }

    /// A challenge for Alice.
    pub(crate) fn challenge(&self, profile: &str) -> Challenge {
        Challenge(self.json(&["scep", "challenge", ALICE, "--profile", profile]))
    }

    /// Rows of `certificate list`, newest first.
    pub(crate) fn certificates(&self, all: bool) -> Vec<Value> {
        let arguments: &[&str] = if all { &["certificate", "list", "--all"] } else { &["certificate", "list"] };
        self.json(arguments).as_array().unwrap().clone()
    }

    /// Serial number of our own certificate for this purpose (root, issuing, ra, tls, profile_signer).
    pub(crate) fn own_serial(&self, profile: &str) -> String {
        let all = self.certificates(true);
        let found = all.iter().find(|c| c["kind"] == "authority" && c["profile"] == profile);
        found.unwrap_or_else(|| panic!("no {profile} certificate in {all:?}"))["serial"].as_str().unwrap().to_owned()
    }

    /// Writes a certificate as PEM into a file and gives its path.
    pub(crate) fn export(&self, serial: &str, file: &str) -> PathBuf {
        let path = self.scratch(file);
        fs::write(&path, self.run(&["certificate", "export", serial, "--format", "pem"])).unwrap();
        path
    }

    /// Approves the one request that waits, as soon as it does.
    pub(crate) fn approve_the_next_request(&self) {
        let waiting =
            eventually("a request that waits for approval", || self.json(&["scep", "pending"]).as_array().unwrap().first().cloned());
        self.run(&["scep", "approve", waiting["id"].as_str().unwrap()]);
    }
}

/// One line of `scep challenge`.
pub(crate) struct Challenge(Value);

impl Challenge {
    /// The secret.
    pub(crate) fn secret(&self) -> &str {
        self.0["challenge"].as_str().unwrap()
    }

    /// Where to enroll.
    pub(crate) fn url(&self) -> &str {
        self.0["url"].as_str().unwrap()
    }

    /// The subject, most significant RDN first.
    pub(crate) fn subject(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.0["subject"].as_array().unwrap().iter().map(|rdn| (text(&rdn[0][0]), text(&rdn[0][1]))).collect()
    }

    /// One attribute of the subject.
    pub(crate) fn attribute(&self, name: &str) -> String {
        self.subject().into_iter().find(|(key, _)| key == name).unwrap_or_else(|| panic!("no {name} in {}", self.0)).1
    }

    /// `O=Example University, OU=Physics, CN=Alice Example`
    pub(crate) fn dn(&self) -> String {
        self.subject().iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
    }
}

/// Asks again and again until there is an answer.
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A request of an old client: HTTP/1.0, no Host, no Content-Type. Gives status and body.
pub(crate) fn plain_http(address: &str, head: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{head} HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&answer)));
    let status = String::from_utf8_lossy(&answer[..end]).split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_off(end + 4))
}

/// The terminal program, which `cargo test --workspace` builds into the folder above the test programs.
fn signetctl() -> PathBuf {
    static BUILD: Mutex<()> = Mutex::new(());
    let exe = std::env::current_exe().unwrap();
    let program = exe.parent().and_then(Path::parent).unwrap().join(format!("signetctl{}", std::env::consts::EXE_SUFFIX));
    // Somebody who runs this test alone may not have built it.
    let _one_at_a_time = BUILD.lock();
    if !program.exists() {
        let built = Command::new(env!("CARGO")).args(["build", "--quiet", "--package", "signetctl"]).status().unwrap();
        assert!(built.success() && program.exists(), "cargo build --package signetctl");
    }
    program
}

#[cfg(unix)]
fn private(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &Path) {}
