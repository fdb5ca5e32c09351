//! gpgsm (GnuPG) imports the PKCS#12 for old readers and decrypts; dirmngr fetches our CRL from the address in the certificate.

use crate::{
    desk::{export_cas, from_request, generated, openssl},
    support::{ALICE, Department},
    tool::{Said, have, said_from},
};
use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    process::{Command, Stdio},
};
use tempfile::TempDir;

const NEEDED: &[&str] = &["openssl", "gpgsm", "gpg-agent", "dirmngr", "gpgconf"];
/// GnuPG 2.2 knows no name constraints and refuses our issuing CA for being constrained critically. As docs/conformance.md tells its
/// users, it is told not to mind.
const EXTENSION: &str = "ignore-cert-extension 2.5.29.30\n";
const MESSAGE: &str = "Dear Alice, the exam is on Tuesday.\n";

/// A home of GnuPG; its daemons end when it is dropped.
struct Home(TempDir);

impl Home {
    /// One that trusts the root and asks nobody anything.
    fn new(department: &Department) -> Self {
        // A folder of its own with a short name: the agent's sockets lie in it.
        let home = Home(tempfile::tempdir().unwrap());
        let said = openssl(department, "x509 -in root.pem -noout -fingerprint -sha1").content().text;
        let fingerprint = said.split("Fingerprint=").nth(1).unwrap().trim().to_owned();
        let keys = home.path("private-keys-v1.d");
        fs::DirBuilder::new().mode(0o700).create(keys).unwrap();
        fs::write(home.path("trustlist.txt"), format!("{fingerprint} S relax\n")).unwrap();
        fs::write(home.path("gpg-agent.conf"), "allow-loopback-pinentry\n").unwrap();
        fs::write(home.path("gpgsm.conf"), format!("batch\npinentry-mode loopback\n{EXTENSION}")).unwrap();
        // The name in our certificates leads nowhere: its web server is reached as a proxy.
        fs::write(home.path("dirmngr.conf"), format!("http-proxy http://{}\n{EXTENSION}", department.http())).unwrap();
        for ca in ["root.pem", "issuing.pem"] {
            home.gpgsm(department, None, &["--import", ca]).content();
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs it with a password from this file, if it needs one.
    fn gpgsm(&self, department: &Department, password: Option<&str>, arguments: &[&str]) -> Said {
        let mut command = Command::new("gpgsm");
        command.current_dir(department.folder()).env("GNUPGHOME", self.0.path()).env("LC_ALL", "C.UTF-8");
        let from = password.map(|file| fs::File::open(department.scratch(file)).unwrap());
        let how: &[&str] = if from.is_some() { &["--passphrase-fd", "0"] } else { &[] };
        said_from(command.args(how).args(arguments), from.map_or_else(Stdio::null, Stdio::from))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let kill = Command::new("gpgconf").args(["--kill", "all"]).env("GNUPGHOME", self.0.path()).stdin(Stdio::null()).status();
        drop(kill);
    }
}

/// A department whose certificates say where their CRL is.
fn department() -> Department {
    let mut department = Department::new_with("pki.example.edu", &["--status-url", "http://pki.example.edu"]);
    department.serve();
    export_cas(&department);
    department
}

#[test]
fn gpgsm_imports_the_pkcs12_for_old_readers_and_decrypts() {
    if !have(NEEDED) {
        return;
    }
    let department = department();
    let home = Home::new(&department);
    generated(&department, ALICE, "encryption", "legacy", "alice");
    home.gpgsm(&department, Some("alice.password"), &["--import", "alice.p12"]).content().saying("secret keys imported: 1");
    fs::write(department.scratch("message"), MESSAGE).unwrap();
    openssl(&department, "cms -encrypt -binary -aes256 -in message -outform DER -out sealed alice.pem").content();
    let decrypt = |output: &str, input: &str| {
        home.gpgsm(&department, Some("alice.password"), &["--output", output, "--decrypt", input]).content();
        assert_eq!(fs::read_to_string(department.scratch(output)).unwrap(), MESSAGE);
    };
    decrypt("read", "sealed");
    // gpgsm finds the certificate fit to encrypt to, by its own chain of trust
    home.gpgsm(&department, None, &["--output", "sealed.gpgsm", "--recipient", ALICE, "--encrypt", "message"]).content();
    decrypt("read.gpgsm", "sealed.gpgsm");
    // and no other password opens the file
    fs::write(department.scratch("wrong.password"), "wrong\n").unwrap();
    home.gpgsm(&department, Some("wrong.password"), &["--import", "alice.p12"]).refused();
}

#[test]
fn gpgsm_verifies_a_signature_until_dirmngr_fetches_the_revocation() {
    if !have(NEEDED) {
        return;
    }
    let department = department();
    let serial = from_request(&department, ALICE, "signing", "alice");
    fs::write(department.scratch("message"), MESSAGE).unwrap();
    let sign = "cms -sign -binary -nodetach -md sha256 -in message -signer alice.pem -inkey alice.key -certfile issuing.pem";
    openssl(&department, &format!("{sign} -outform DER -out signed")).content();
    let verify = || {
        // A home for each, because dirmngr keeps a CRL until it ends.
        Home::new(&department).gpgsm(&department, None, &["--verify", "signed"])
    };
    verify().content().saying("Good signature from \"/CN=Alice Example/");
    department.run(&["certificate", "revoke", &serial, "--reason", "keyCompromise"]);
    verify().refused().saying("certificate has been revoked");
}
