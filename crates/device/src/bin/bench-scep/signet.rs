//! Signet as `signetctl` shows it: set up, filled, served.

use crate::{
    Outcome,
    process::{Cores, Server, drain, run},
    requests::Wish,
};
use std::{
    io::Read,
    path::{Path, PathBuf},
    process::ChildStdout,
};

/// The person for whom everything is issued.
const MAIL: &str = "alice@example.edu";

/// A department in its folder.
pub(crate) struct Department {
    pub(crate) folder: PathBuf,
    data: PathBuf,
    signetctl: PathBuf,
}

/// Where its server listens on plain HTTP.
pub(crate) struct Listening {
    pub(crate) http: String,
}

/// What a phone is given.
pub(crate) struct Invitation {
    pub(crate) url: String,
    pub(crate) code: String,
}

impl Department {
    /// Sets up a department with RSA-2048 keys throughout, with Alice in it, and `stored` certificates.
    pub(crate) fn new(signetctl: &Path, folder: &Path, stored: u64) -> Outcome<Self> {
        let own = folder.to_path_buf();
        std::fs::create_dir_all(&own).map_err(|e| format!("{}: {e}", own.display()))?;
        let passphrase = own.join("passphrase");
        std::fs::write(&passphrase, "a passphrase for a bench\n").map_err(|e| format!("{}: {e}", passphrase.display()))?;
        let department = Department { data: own.join("data"), folder: own, signetctl: signetctl.to_owned() };
        let passphrase = passphrase.to_string_lossy().into_owned();
        department.command(&[
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
            "rsa2048",
            "--keyring",
            "passphrase-file",
            &passphrase,
        ])?;
        department.command(&["subscriber", "add", "--name", "Alice Example", "--mail", MAIL])?;
        department.command(&["subscriber", "validate", MAIL, "--method", "in-person", "--evidence", "bench"])?;
        if stored > 0 {
            println!("storing {stored} certificates");
            department.command(&["fill", &stored.to_string()])?;
        }
        Ok(department)
    }

    /// Runs a command of signetctl.
    pub(crate) fn command(&self, arguments: &[&str]) -> Outcome<Vec<u8>> {
        let data = self.data.to_string_lossy();
        let all: Vec<&str> = ["--data", &*data, "--json"].iter().copied().chain(arguments.iter().copied()).collect();
        run(&self.signetctl, &all, &self.folder)
    }

    /// Starts serving on free ports.
    pub(crate) fn serve(&self, cores: Cores, more: &[&str]) -> Outcome<(Server, Listening)> {
        let mut arguments: Vec<String> =
            ["--data", &*self.data.to_string_lossy(), "--json", "serve", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"]
                .map(str::to_owned)
                .to_vec();
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        let (server, out) = Server::start(&self.signetctl, &arguments, &self.folder, cores)?;
        Ok((server, listening(out)?))
    }

    /// `count` challenges for Alice's signing certificate.
    pub(crate) fn wishes(&self, count: usize) -> Outcome<Vec<Wish>> {
        let lines = self.command(&["scep", "challenge", MAIL, "--profile", "signing", "--count", &count.to_string()])?;
        let lines = String::from_utf8(lines).map_err(|_| "challenges are not text")?;
        lines.lines().map(wish).collect()
    }

    /// An invitation for one more phone of Alice.
    pub(crate) fn invite(&self) -> Outcome<Invitation> {
        let shown: serde_json::Value = serde_json::from_slice(&self.command(&["invite", MAIL])?).map_err(|e| format!("invite: {e}"))?;
        let text = |name: &str| shown.get(name).and_then(|v| v.as_str()).map(str::to_owned).ok_or(format!("invite: no {name}"));
        Ok(Invitation { url: text("url")?, code: text("code")? })
    }

    /// How many enrollments are configured.
    pub(crate) fn configured(&self) -> Outcome<usize> {
        let list: serde_json::Value =
            serde_json::from_slice(&self.command(&["enrollment", "list"])?).map_err(|e| format!("enrollment list: {e}"))?;
        let state = |row: &&serde_json::Value| row.get("state").and_then(|s| s.as_str()) == Some("configured");
        Ok(list.as_array().ok_or("enrollment list is no list")?.iter().filter(state).count())
    }

    /// Serials of the newest `limit` certificates.
    pub(crate) fn serials(&self, limit: usize) -> Outcome<Vec<String>> {
        let list = self.command(&["certificate", "list", "--limit", &limit.to_string()])?;
        let list: serde_json::Value = serde_json::from_slice(&list).map_err(|e| format!("certificate list: {e}"))?;
        let serial = |row: &serde_json::Value| row.get("serial").and_then(|s| s.as_str()).map(str::to_owned);
        list.as_array().ok_or("certificate list is no list")?.iter().map(|row| serial(row).ok_or("no serial".to_owned())).collect()
    }
}

fn wish(line: &str) -> Outcome<Wish> {
    let value: serde_json::Value = serde_json::from_str(line).map_err(|e| format!("scep challenge: {e}"))?;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let attribute = |rdn: &serde_json::Value| Some((text(rdn.pointer("/0/0")?)?, text(rdn.pointer("/0/1")?)?));
    let subject = value.get("subject").and_then(|s| s.as_array()).map(|rdns| rdns.iter().map(attribute).collect::<Option<Vec<_>>>());
    Ok(Wish {
        challenge: value.get("challenge").and_then(text).ok_or("scep challenge: no challenge")?,
        subject: subject.flatten().ok_or("scep challenge: no subject")?,
        mail: value.pointer("/san/rfc822Name").and_then(text),
    })
}

/// The addresses that `serve --json` prints when it listens.
fn listening(mut out: ChildStdout) -> Outcome<Listening> {
    let mut text = Vec::new();
    let mut octet = [0];
    loop {
        if !matches!(out.read(&mut octet), Ok(1)) {
            return Err(format!("signetctl serve ended: {}", String::from_utf8_lossy(&text)));
        }
        text.extend(octet);
        if octet == *b"}"
            && let Ok(value) = serde_json::from_slice::<serde_json::Value>(&text)
        {
            let address = |name: &str| value.get(name).and_then(|a| a.as_str()).map(str::to_owned).ok_or(format!("serve: no {name}"));
            drain(out);
            return Ok(Listening { http: address("http")? });
        }
    }
}
