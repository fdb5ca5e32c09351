//! Requests made beforehand: one key and one challenge each.

use crate::Outcome;
use device::{
    csr::{AltName, CsrContent, build},
    scep::{Algorithms, CaCertificates, MessageType, Prepared, Recipients, prepare, transaction_id},
    self_signed,
};
use openssl::{
    pkey::{PKey, Private},
    rsa::Rsa,
};
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

/// A key as a device made it.
pub(crate) type Key = PKey<Private>;

/// What one enrollment asks for.
pub(crate) struct Wish {
    pub(crate) challenge: String,
    pub(crate) subject: Vec<(String, String)>,
    pub(crate) mail: Option<String>,
}

/// `count` distinct RSA-2048 keys; made once and kept in `file`, for making them takes longer than everything else.
pub(crate) fn keys(count: usize, file: &Path) -> Outcome<Vec<Key>> {
    let mut keys = kept(file);
    let missing = count.saturating_sub(keys.len());
    if missing > 0 {
        println!("making {missing} RSA-2048 keys (kept in {})", file.display());
        let made = on_all_cores(&vec![(); missing], |()| Rsa::generate(2048).and_then(PKey::from_rsa).map_err(|e| e.to_string()))?;
        keys.extend(made);
        let mut bytes = Vec::new();
        for key in &keys {
            let der = key.private_key_to_der().map_err(|e| e.to_string())?;
            bytes.extend((der.len() as u32).to_be_bytes());
            bytes.extend(der);
        }
        std::fs::File::create(file).and_then(|mut f| f.write_all(&bytes)).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    keys.truncate(count);
    Ok(keys)
}

fn kept(file: &Path) -> Vec<Key> {
    let bytes = std::fs::read(file).unwrap_or_default();
    let mut rest = bytes.as_slice();
    let mut keys = Vec::new();
    let mut length = [0; 4];
    while rest.read_exact(&mut length).is_ok() {
        let length = u32::from_be_bytes(length) as usize;
        let Some((der, after)) = rest.split_at_checked(length) else { break };
        keys.extend(PKey::private_key_from_der(der).ok());
        rest = after;
    }
    keys
}

/// PKCSReqs as an iPhone with AES-128 and SHA-256 makes them.
pub(crate) fn make(keys: &[Key], wishes: &[Wish], ra: &Recipients) -> Outcome<Vec<Prepared>> {
    let now = now();
    let pairs: Vec<(&Key, &Wish)> = keys.iter().zip(wishes).collect();
    on_all_cores(&pairs, |(key, wish)| {
        let algorithms = Algorithms::default();
        let content = CsrContent {
            subject: wish.subject.clone(),
            san: wish.mail.iter().cloned().map(AltName::Mail).collect(),
            challenge: Some(wish.challenge.clone()),
            key_usage: (true, false),
        };
        let made = (|| {
            let signer = self_signed((*key).clone(), now)?;
            let csr = build(&content, key, algorithms.digest)?;
            prepare(MessageType::PkcsReq, &csr, &transaction_id(&signer)?, &signer, &ra.recipient, algorithms, now)
        })();
        made.map_err(|e| e.to_string())
    })
}

/// GetCACert.
pub(crate) fn recipients(address: &str, path: &str) -> Outcome<Recipients> {
    let (kind, body) = get(address, &format!("{path}?operation=GetCACert"))?;
    CaCertificates::parse(kind.as_deref(), &body).and_then(|ca| ca.select(None)).map_err(|e| e.to_string())
}

/// A GET on a connection of its own: Content-Type and body of a 200.
pub(crate) fn get(address: &str, target: &str) -> Outcome<(Option<String>, Vec<u8>)> {
    let failed = |e: std::io::Error| format!("http://{address}{target}: {e}");
    let mut stream = TcpStream::connect(address).map_err(failed)?;
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").map_err(failed)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(failed)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("not HTTP")?;
    let (head, body) = answer.split_at(end + 4);
    let head = String::from_utf8_lossy(head).into_owned();
    if head.split(' ').nth(1) != Some("200") {
        return Err(format!("http://{address}{target}: {}", head.lines().next().unwrap_or_default()));
    }
    let kind = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-type").then(|| value.trim().to_owned())
    });
    Ok((kind, body.to_vec()))
}

/// Maps in the order given, on all cores.
pub(crate) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Outcome<R> + Sync) -> Outcome<Vec<R>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            items.chunks(share).map(|part| scope.spawn(move || part.iter().map(work).collect::<Outcome<Vec<R>>>())).collect();
        let mut all = Vec::with_capacity(items.len());
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a thread panicked")??);
        }
        Ok(all)
    })
}

/// Seconds since 1970.
#[allow(clippy::disallowed_methods)] // a program of its own, without the authority's clock
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
