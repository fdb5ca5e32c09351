//! OpenSSL's CA and responder on the same serial numbers.

use crate::{Outcome, openssl, run, signet::ocsp_requests};
use std::{
    fmt::Write as _,
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// `openssl ca` in a folder.
pub(crate) struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// A CA with an index of these serials, all revoked or all valid.
    pub(crate) fn new(folder: &Path, key: &str, serials: &[String], revoked: bool) -> Outcome<Self> {
        std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
        let kind = if key == "p256" { vec!["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] } else { vec!["-newkey", key] };
        let rest = ["-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/O=Example University/CN=Peer CA", "-days", "30"];
        run(&openssl(), &[&["req", "-x509"], kind.as_slice(), &rest].concat(), folder)?;
        let mut index = String::with_capacity(serials.len() * 90);
        for serial in serials {
            let (state, at) = if revoked { ("R", "261121100000Z,superseded") } else { ("V", "") };
            let _ = writeln!(index, "{state}\t361121100000Z\t{at}\t{serial}\tunknown\t/O=Example University/CN=Filler");
        }
        let configuration = "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ncertificate=ca.pem\nprivate_key=ca.key\ncrl_extensions=x\n[x]\nauthorityKeyIdentifier=keyid:always\n";
        for (name, content) in
            [("index.txt", index.as_str()), ("index.txt.attr", "unique_subject = no\n"), ("crlnumber", "01\n"), ("ca.cnf", configuration)]
        {
            std::fs::write(folder.join(name), content).map_err(|e| format!("{name}: {e}"))?;
        }
        Ok(Authority { folder: folder.to_owned() })
    }

    /// Makes the CRL.
    pub(crate) fn gencrl(&self) -> Command {
        let mut command = Command::new(openssl());
        command.args(["ca", "-gencrl", "-config", "ca.cnf", "-crldays", "8", "-out", "crl.pem"]).current_dir(&self.folder);
        command
    }

    /// A request without a nonce for each.
    pub(crate) fn ocsp_requests(&self, serials: &[String]) -> Outcome<Vec<Vec<u8>>> {
        ocsp_requests(&self.folder, "ca.pem", serials)
    }

    /// Its responder, listening.
    pub(crate) fn responder(&self) -> Outcome<Responder> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(|e| e.to_string())?.port();
        let said = self.folder.join("responder.log");
        let log = || File::options().create(true).append(true).open(&said).map_err(|e| format!("{}: {e}", said.display()));
        let child = Command::new(openssl())
            .args(["ocsp", "-port", &port.to_string(), "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key"])
            .args(["-ndays", "1", "-ignore_err"])
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log()?)
            .stderr(log()?)
            .spawn()
            .map_err(|e| format!("openssl ocsp: {e}"))?;
        let responder = Responder { child, address: format!("127.0.0.1:{port}") };
        let deadline = Instant::now() + Duration::from_secs(60);
        // Not tried by connecting: OpenSSL 3.0's responder never comes back from a connection that closes without a request.
        while !std::fs::read_to_string(&said).unwrap_or_default().contains("waiting for OCSP client connections") {
            if Instant::now() > deadline {
                return Err("openssl ocsp does not listen".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(responder)
    }
}

/// A running `openssl ocsp`; ended when dropped.
pub(crate) struct Responder {
    child: Child,
    pub(crate) address: String,
}

impl Drop for Responder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serials of a CRL's entries in hex: whatever stands as SEQUENCE { INTEGER of 16 octets, UTCTime ... }.
pub(crate) fn serials(crl: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = crl.get(at..) {
        match rest {
            [0x30, _, 0x02, 0x10, tail @ ..] if tail.get(16) == Some(&0x17) => {
                let octets = tail.get(..16).unwrap_or_default();
                found.push(octets.iter().map(|octet| format!("{octet:02X}")).collect());
                at += 20;
            }
            [] => break,
            _ => at += 1,
        }
    }
    found
}

/// Octets of a serial in hex.
pub(crate) fn octets(serial: &str) -> Outcome<Vec<u8>> {
    let pair = |at: usize| serial.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or("a strange serial".to_owned());
    (0..serial.len()).step_by(2).map(pair).collect()
}
