//! certmonger: GET with long base64, AES-256, renewal by PKCSReq signed with the old certificate, polling by repeating it.

use crate::{
    support::{Challenge, Department, eventually},
    tool::{Said, have, said},
};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

const NEEDED: &[&str] = &["getcert", "dbus-daemon", "/usr/lib/certmonger/certmonger-session", "/usr/lib/certmonger/scep-submit", "openssl"];

/// A session bus of its own, with certmonger's session daemon, which the bus starts; both end when dropped.
struct Session {
    bus: Child,
    address: String,
    home: PathBuf,
}

impl Session {
    fn start(department: &Department) -> Self {
        let home = department.scratch("home");
        fs::create_dir_all(home.join(".config/certmonger")).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--print-address=1"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut bus = in_home(&mut command, &home).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Session { bus, address: address.trim().to_owned(), home }
    }

    fn getcert(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new("getcert");
        let (verb, rest) = arguments.split_first().unwrap();
        command.args([verb, "-s"]).args(rest).env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        said(in_home(&mut command, &self.home))
    }

    /// Adds our CA by its SCEP URL and waits until certmonger has fetched its certificates.
    fn add_ca(&self, department: &Department, challenge: &Challenge) {
        let root = department.export(&department.own_serial("root"), "root.pem");
        self.getcert(&["add-scep-ca", "-c", "signet", "-u", challenge.url(), "-N", root.to_str().unwrap()]).content();
        eventually("the certificates of the CA", || {
            let listed = self.getcert(&["list-cas", "-v", "-c", "signet"]);
            listed.text.contains("CA certificate thumbprint").then_some(())
        });
    }

    fn request(&self, challenge: &Challenge) {
        let subject: Vec<String> = challenge.subject().iter().rev().map(|(key, value)| format!("{key}={value}")).collect();
        let (key, certificate) = (self.home.join("key.pem"), self.home.join("cert.pem"));
        let files = ["-k", key.to_str().unwrap(), "-f", certificate.to_str().unwrap()];
        let names = ["-N", &subject.join(","), "-E", "alice@example.edu", "-L", challenge.secret()];
        self.getcert(&[&["request", "-c", "signet", "-I", "alice", "-G", "rsa", "-g", "2048"][..], &files, &names].concat()).content();
    }

    /// Waits until certmonger says that the request is in this state.
    fn wait_for(&self, state: &str) {
        let mut last = String::new();
        let reached = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            eventually(state, || {
                last = self.getcert(&["list", "-i", "alice"]).text;
                last.contains(&format!("status: {state}")).then_some(())
            });
        }));
        assert!(reached.is_ok(), "{last}");
    }

    fn serial(&self) -> String {
        self.serial_now().expect("a certificate in cert.pem")
    }

    /// None while the file does not hold a certificate.
    fn serial_now(&self) -> Option<String> {
        let certificate = self.home.join("cert.pem");
        let listed = Command::new("openssl").args(["x509", "-noout", "-serial", "-in"]).arg(certificate).output().unwrap();
        let text = String::from_utf8(listed.stdout).unwrap();
        listed.status.success().then(|| text.trim().trim_start_matches("serial=").to_owned())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}

fn in_home<'a>(command: &'a mut Command, home: &PathBuf) -> &'a mut Command {
    command.env("HOME", home).env("XDG_CONFIG_HOME", home.join(".config")).env("XDG_RUNTIME_DIR", home).env("LC_ALL", "C.UTF-8")
}

#[test]
fn certmonger_enrolls_and_rekeys() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    let challenge = department.challenge("authentication");
    let session = Session::start(&department);
    session.add_ca(&department, &challenge);
    session.request(&challenge);
    session.wait_for("MONITORING");
    let first = session.serial();
    assert_eq!(department.certificates(false)[0]["serial"].as_str(), Some(first.as_str()));

    session.getcert(&["rekey", "-i", "alice", "-g", "2048"]).content();
    // certmonger writes the file anew, and for a moment there is nothing in it.
    eventually("a certificate for the new key", || session.serial_now().filter(|serial| *serial != first).map(drop));
    session.wait_for("MONITORING");
    let listed = department.certificates(false);
    assert_eq!((listed.len(), listed[0]["serial"].as_str()), (2, Some(session.serial().as_str())));
}

#[test]
fn certmonger_polls_until_the_officer_approves() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    department.set("scep.manual_approval", "yes");
    let challenge = department.challenge("authentication");
    let session = Session::start(&department);
    session.add_ca(&department, &challenge);
    session.request(&challenge);
    session.wait_for("CA_WORKING");
    assert!(department.certificates(false).is_empty());
    department.approve_the_next_request();
    // it would poll by itself in some hours
    session.getcert(&["refresh", "-i", "alice"]);
    session.wait_for("MONITORING");
    assert_eq!(department.certificates(false)[0]["serial"].as_str(), Some(session.serial().as_str()));
}
