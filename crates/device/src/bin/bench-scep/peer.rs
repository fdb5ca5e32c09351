//! The yardstick: micromdm's scepserver, Debian package `scep`, with an RSA-2048 CA.

use crate::{
    Outcome,
    process::{Cores, Server, drain, installed, run},
    requests::Wish,
};
use std::{
    collections::HashSet,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

/// pkiStatus 0 as it stands among the signed attributes: OID 2.16.840.1.113733.1.9.3, SET, PrintableString "0".
const SUCCESS: [u8; 17] = [0x06, 0x0a, 0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x03, 0x31, 0x03, 0x13, 0x01, 0x30];

/// A fresh depot and its running server.
pub(crate) struct Peer {
    pub(crate) server: Server,
    pub(crate) address: String,
    depot: PathBuf,
}

/// It can be measured here.
pub(crate) fn is_there() -> bool {
    installed("scepserver")
}

impl Peer {
    /// Its depot is slower the more is in it: each run has a new one.
    pub(crate) fn start(folder: &Path) -> Outcome<Self> {
        let depot = folder.join("depot");
        let _ = std::fs::remove_dir_all(&depot);
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let path = depot.to_string_lossy().into_owned();
        run(Path::new("scepserver"), &["ca", "-init", "-keySize", "2048", "-depot", &path], folder)?;
        // It takes no port 0.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| format!("no free port: {e}"))?.port();
        let arguments = ["-depot", &path, "-port", &port.to_string(), "-challenge", "secret", "-allowrenew", "0"].map(str::to_owned);
        let (server, out) = Server::start(Path::new("scepserver"), &arguments, folder, Cores::One)?;
        drain(out);
        let address = format!("127.0.0.1:{port}");
        for _ in 0..500 {
            if TcpStream::connect(&address).is_ok() {
                return Ok(Peer { server, address, depot });
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err("scepserver does not listen".to_owned())
    }

    /// What requests to it ask for.
    pub(crate) fn wishes(count: usize) -> Vec<Wish> {
        let subject = |n| vec![("O".to_owned(), "Example University".to_owned()), ("CN".to_owned(), format!("Alice Example {n}"))];
        (0..count)
            .map(|n| Wish { challenge: "secret".to_owned(), subject: subject(n), mail: Some("alice@example.edu".to_owned()) })
            .collect()
    }

    /// An answer says SUCCESS. Its content is encrypted with single DES: taken on trust.
    pub(crate) fn is_success(body: &[u8]) -> bool {
        body.windows(SUCCESS.len()).any(|octets| octets == SUCCESS)
    }

    /// Distinct serials in its index.
    pub(crate) fn distinct_serials(&self) -> usize {
        let index = std::fs::read_to_string(self.depot.join("index.txt")).unwrap_or_default();
        index.lines().filter_map(|line| line.split('\t').nth(3)).collect::<HashSet<_>>().len()
    }
}
