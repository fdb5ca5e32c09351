//! The load: POSTs on connections that stay open, timed one by one. Runs as a process of its own on the other core.

use crate::{LOAD_CORE, Outcome};
use std::{
    io::{BufReader, BufWriter, Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// One answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) latency: Duration,
    pub(crate) body: Vec<u8>,
}

/// What a run took.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// In the order of the requests; a request whose connection broke has status 0.
    pub(crate) answers: Vec<Answer>,
}

/// Sends all bodies to `address` over `connections` connections, from the load's core.
pub(crate) fn send(address: &str, path: &str, bodies: &[Vec<u8>], connections: usize, folder: &Path) -> Outcome<Run> {
    let (input, output) = (folder.join("load.in"), folder.join("load.out"));
    write_all(&input, bodies.iter().map(|body| (0, 0, body.as_slice()))).map_err(|e| format!("{}: {e}", input.display()))?;
    let own = std::env::current_exe().map_err(|e| format!("where am I? {e}"))?;
    let status = Command::new("taskset")
        .args(["-c", LOAD_CORE])
        .arg(own)
        .args(["load", address, path, &connections.to_string()])
        .args([&input, &output])
        .status()
        .map_err(|e| format!("cannot start the load: {e}"))?;
    if !status.success() {
        return Err("the load failed".to_owned());
    }
    let records = read_all(&output).map_err(|e| format!("{}: {e}", output.display()))?;
    let [(_, micros, _), answers @ ..] = records.as_slice() else { return Err("the load said nothing".to_owned()) };
    let answer = |(status, micros, body): &(u16, u64, Vec<u8>)| Answer {
        status: *status,
        latency: Duration::from_micros(*micros),
        body: body.clone(),
    };
    Ok(Run { seconds: *micros as f64 / 1e6, answers: answers.iter().map(answer).collect() })
}

/// `load ADDRESS PATH CONNECTIONS IN OUT`
pub(crate) fn child(arguments: &[String]) -> Outcome<()> {
    let [address, path, connections, input, output] = arguments else { return Err("load: five arguments".to_owned()) };
    let connections: usize = connections.parse().map_err(|_| "load: how many connections?")?;
    let requests = read_all(Path::new(input)).map_err(|e| format!("{input}: {e}"))?;
    // Whole requests beforehand: nothing is made while the clock runs.
    let requests: Vec<Vec<u8>> = requests.into_iter().map(|(_, _, body)| request(address, path, &body)).collect();
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    let answers: Vec<Vec<(usize, Answer)>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(|| connection(address, &requests, &next))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
    });
    let took = start.elapsed();
    let mut ordered: Vec<Option<Answer>> = requests.iter().map(|_| None).collect();
    for (at, answer) in answers.into_iter().flatten() {
        if let Some(place) = ordered.get_mut(at) {
            *place = Some(answer);
        }
    }
    let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let records = ordered.iter().map(|answer| match answer {
        Some(answer) => (answer.status, micros(answer.latency), answer.body.as_slice()),
        None => (0, 0, &[][..]),
    });
    let head = std::iter::once((0, micros(took), &[][..]));
    write_all(Path::new(output), head.chain(records)).map_err(|e| format!("{output}: {e}"))
}

fn request(address: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path}?operation=PKIOperation HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-pki-message\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// One connection: takes the next request until there is none; opens itself again when the server closed it.
fn connection(address: &str, requests: &[Vec<u8>], next: &AtomicUsize) -> Vec<(usize, Answer)> {
    let mut answers = Vec::new();
    let mut stream: Option<BufReader<TcpStream>> = None;
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests.get(at) else { return answers };
        let start = Instant::now();
        let exchanged = exchange(address, &mut stream, request);
        let latency = start.elapsed();
        match exchanged {
            Ok((status, body)) => answers.push((at, Answer { status, latency, body })),
            Err(_) => {
                stream = None;
                answers.push((at, Answer { status: 0, latency, body: Vec::new() }));
            }
        }
    }
}

fn exchange(address: &str, stream: &mut Option<BufReader<TcpStream>>, request: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
    let open = match stream {
        Some(open) => open,
        None => {
            let fresh = TcpStream::connect(address)?;
            fresh.set_nodelay(true)?;
            fresh.set_read_timeout(Some(Duration::from_secs(60)))?;
            stream.insert(BufReader::new(fresh))
        }
    };
    open.get_mut().write_all(request)?;
    let broken = || std::io::Error::other("not HTTP");
    let (mut status, mut length, mut chunked, mut close) = (0, None, false, false);
    let mut line = String::new();
    loop {
        line.clear();
        if std::io::BufRead::read_line(open, &mut line)? == 0 {
            return Err(broken());
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        match text.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse::<usize>().ok(),
            Some((name, value)) if name.eq_ignore_ascii_case("transfer-encoding") => chunked = value.trim().eq_ignore_ascii_case("chunked"),
            Some((name, value)) if name.eq_ignore_ascii_case("connection") => close = value.trim().eq_ignore_ascii_case("close"),
            _ if status == 0 => status = text.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(broken)?,
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        // As Go's server sends what it was not told the length of.
        loop {
            line.clear();
            std::io::BufRead::read_line(open, &mut line)?;
            let size = usize::from_str_radix(line.trim_end(), 16).map_err(|_| broken())?;
            let mut chunk = vec![0; size + 2];
            open.read_exact(&mut chunk)?;
            body.extend_from_slice(chunk.get(..size).unwrap_or_default());
            if size == 0 {
                break;
            }
        }
    } else {
        body.resize(length.ok_or_else(broken)?, 0);
        open.read_exact(&mut body)?;
    }
    if close {
        *stream = None;
    }
    Ok((status, body))
}

/// Records of status, microseconds and octets.
fn write_all<'a>(path: &Path, records: impl Iterator<Item = (u16, u64, &'a [u8])>) -> std::io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    for (status, micros, body) in records {
        file.write_all(&status.to_be_bytes())?;
        file.write_all(&micros.to_be_bytes())?;
        file.write_all(&(body.len() as u64).to_be_bytes())?;
        file.write_all(body)?;
    }
    file.flush()
}

fn read_all(path: &Path) -> std::io::Result<Vec<(u16, u64, Vec<u8>)>> {
    let bytes = std::fs::read(path)?;
    let mut rest = bytes.as_slice();
    let mut records = Vec::new();
    while !rest.is_empty() {
        let (mut status, mut micros, mut length) = ([0; 2], [0; 8], [0; 8]);
        rest.read_exact(&mut status)?;
        rest.read_exact(&mut micros)?;
        rest.read_exact(&mut length)?;
        let mut body = vec![0; usize::try_from(u64::from_be_bytes(length)).map_err(std::io::Error::other)?];
        rest.read_exact(&mut body)?;
        records.push((u16::from_be_bytes(status), u64::from_be_bytes(micros), body));
    }
    Ok(records)
}
