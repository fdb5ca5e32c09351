//! Signet as `signetctl` shows it, and the load.

use crate::{Outcome, openssl, peer::octets, run};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Connections at once.
const CONNECTIONS: usize = 8;

/// A folder of its own; removed when dropped.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("bench-status-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A department in a folder.
pub(crate) struct Department {
    folder: PathBuf,
    signetctl: PathBuf,
}

/// A running `signetctl serve`; ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) http: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Department {
    pub(crate) fn new(folder: &Path, key: &str) -> Outcome<Self> {
        let own = std::env::current_exe().map_err(|e| format!("where am I? {e}"))?;
        let department = Department { folder: folder.to_owned(), signetctl: own.with_file_name("signetctl") };
        std::fs::write(folder.join("passphrase"), "a passphrase for a bench\n").map_err(|e| e.to_string())?;
        let names =
            ["--organization", "Example University", "--department", "Physics", "--mail-domain", "example.edu", "--host", "localhost"];
        department.command(&[&["init"], &names[..], &["--ca-key", key, "--keyring", "passphrase-file", "passphrase"]].concat())?;
        department.command(&["crl", "publish", "--to", "."])?;
        run(&openssl(), &["x509", "-inform", "DER", "-in", "issuing.crt", "-out", "issuing.pem"], folder)?;
        Ok(department)
    }

    /// A command of signetctl, not started.
    pub(crate) fn prepared(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.signetctl);
        command.args(["--data", "data", "--json"]).args(arguments).current_dir(&self.folder);
        command
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Outcome<Vec<u8>> {
        run(&self.signetctl, &[&["--data", "data", "--json"], arguments].concat(), &self.folder)
    }

    /// Serials of the newest certificates.
    pub(crate) fn serials(&self, limit: usize) -> Outcome<Vec<String>> {
        let list = self.command(&["certificate", "list", "--limit", &limit.to_string()])?;
        let list: serde_json::Value = serde_json::from_slice(&list).map_err(|e| format!("certificate list: {e}"))?;
        let rows = list.as_array().ok_or("certificate list is no list")?;
        Ok(rows.iter().filter_map(|row| row.get("serial")?.as_str().map(str::to_owned)).collect())
    }

    /// A request without a nonce for each.
    pub(crate) fn ocsp_requests(&self, serials: &[String]) -> Outcome<Vec<Vec<u8>>> {
        ocsp_requests(&self.folder, "issuing.pem", serials)
    }

    pub(crate) fn serve(&self) -> Outcome<Server> {
        let mut child = self
            .prepared(&["serve", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("signetctl serve: {e}"))?;
        let mut line = String::new();
        let out = child.stdout.take().ok_or("no standard output")?;
        BufReader::new(out).read_line(&mut line).map_err(|e| e.to_string())?;
        let value: serde_json::Value = serde_json::from_str(&line).map_err(|e| format!("serve said {line}: {e}"))?;
        let http = value.get("http").and_then(|v| v.as_str()).ok_or("serve: no http")?.to_owned();
        Ok(Server { child, http })
    }
}

/// Requests as `openssl ocsp` writes them: it writes the first one, and the others differ in the octets of the serial number alone.
pub(crate) fn ocsp_requests(folder: &Path, issuer: &str, serials: &[String]) -> Outcome<Vec<Vec<u8>>> {
    let Some(first) = serials.first() else { return Ok(Vec::new()) };
    let serial = format!("0x{first}");
    run(&openssl(), &["ocsp", "-issuer", issuer, "-serial", &serial, "-no_nonce", "-reqout", "request.der"], folder)?;
    let template = std::fs::read(folder.join("request.der")).map_err(|e| e.to_string())?;
    let wanted = octets(first)?;
    let place = template.windows(wanted.len()).position(|window| window == wanted).ok_or("the request does not hold its serial number")?;
    serials
        .iter()
        .map(|serial| {
            let own = octets(serial)?;
            let mut request = template.clone();
            match request.get_mut(place..place + wanted.len()) {
                Some(part) if own.len() == part.len() => part.copy_from_slice(&own),
                _ => return Err(format!("the serial number {serial} has another length")),
            }
            Ok(request)
        })
        .collect()
}

/// What a run gave.
pub(crate) struct Run {
    pub(crate) rate: f64,
    pub(crate) errors: usize,
}

/// Sends `count` requests, going round the bodies, over several connections at once.
pub(crate) fn load(address: &str, path: &str, bodies: &[Vec<u8>], count: usize, keep: bool) -> Outcome<Run> {
    if bodies.is_empty() {
        return Err("nothing to ask".to_owned());
    }
    let close = if keep { "" } else { "Connection: close\r\n" };
    let version = if keep { "1.1" } else { "1.0" };
    let requests: Vec<Vec<u8>> = bodies
        .iter()
        .map(|body| {
            let head = format!(
                "POST {path} HTTP/{version}\r\nHost: {address}\r\nContent-Type: application/ocsp-request\r\n{close}Content-Length: {}\r\n\r\n",
                body.len()
            );
            [head.as_bytes(), body].concat()
        })
        .collect();
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS.min(count) {
            scope.spawn(|| {
                let mut stream = None;
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return;
                    }
                    let Some(request) = requests.get(at % requests.len()) else { return };
                    // A successful response begins with its status 0 after one or two lengths.
                    let good = exchange(address, &mut stream, request).is_ok_and(|body| body.windows(3).take(6).any(|w| w == [0x0a, 1, 0]));
                    if !good {
                        failed.fetch_add(1, Ordering::Relaxed);
                        stream = None;
                    }
                    if !keep {
                        stream = None;
                    }
                }
            });
        }
    });
    Ok(Run { rate: count as f64 / start.elapsed().as_secs_f64(), errors: failed.into_inner() })
}

/// Asks again and again until the answer is as wanted; a minute at most.
pub(crate) fn until(address: &str, head: &str, body: &[u8], wanted: impl Fn(&[u8]) -> bool) -> Outcome<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let head = format!("{head} HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
    while Instant::now() < deadline {
        let answer = exchange(address, &mut None, &[head.as_bytes(), body].concat()).map_err(|e| e.to_string())?;
        if wanted(&answer) {
            return Ok(());
        }
    }
    Err(format!("{head}: not within a minute"))
}

fn exchange(address: &str, stream: &mut Option<BufReader<TcpStream>>, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let open = match stream {
        Some(open) => open,
        None => {
            let fresh = TcpStream::connect(address)?;
            fresh.set_nodelay(true)?;
            fresh.set_read_timeout(Some(Duration::from_secs(30)))?;
            stream.insert(BufReader::new(fresh))
        }
    };
    open.get_mut().write_all(request)?;
    let (mut length, mut line) = (None, String::new());
    loop {
        line.clear();
        if open.read_line(&mut line)? == 0 {
            return Err(std::io::Error::other("not HTTP"));
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length, 0);
            open.read_exact(&mut body)?;
        }
        None => {
            open.read_to_end(&mut body)?;
        }
    }
    Ok(body)
}
