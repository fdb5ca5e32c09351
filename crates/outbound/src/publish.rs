//! Putting CRLs and CA certificates where they stay up: a folder, or a server that takes HTTP PUT (RFC 9110 9.3.4, WebDAV RFC 4918 9.7).

use protocol::Timestamp;
use ra::{
    Operator,
    id::OutboxId,
    monitor::{MonitorState, PublishedCrl},
    publication::{Failed, Failure, Publication},
};
use reqwest::{StatusCode, blocking::Client, redirect::Policy};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{Read, Write},
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// For a whole exchange, however slow the other side is: shorter than the outbox's lease.
const PATIENCE: Duration = Duration::from_secs(30);
/// For the connection alone.
const CONNECT: Duration = Duration::from_secs(10);
/// Largest CRL that is fetched to be looked at.
const LARGEST: u64 = 256 * 1024 * 1024;
/// Rows taken at once: less than the lease even when each needs all our patience.
const AT_ONCE: u32 = 3;

/// Why nothing could be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The authority refused.
    #[error(transparent)]
    Authority(#[from] ra::Error),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not start: {0}")]
    Client(String),
    /// A thread could not be started.
    #[error("no thread could be started: {0}")]
    Thread(String),
}

/// Sends what is due and looks at what is published. Keeps its connections; one for a process.
pub struct Courier {
    client: Client,
    /// What it knows of each published CRL by its address; `None` until it looks for the first time.
    known: Mutex<Option<HashMap<String, Known>>>,
}

/// What a courier knows of a published CRL.
#[derive(Default)]
struct Known {
    /// When somebody, in whatever process, looked at it last.
    checked_at: Option<Timestamp>,
    /// What the courier last said of it, while that is so: its state, and whether it had ended.
    told: Option<(MonitorState, bool)>,
}

impl Courier {
    /// A courier that trusts the roots that this computer trusts (docs/adr/0003-dependencies.md), and nobody's redirects.
    pub fn new() -> Result<Self, PublishError> {
        Self::with_patience(PATIENCE)
    }

    fn with_patience(patience: Duration) -> Result<Self, PublishError> {
        let mut roots = rustls::RootCertStore::empty();
        // What cannot be read is left out: a system with one broken root file still has the others.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::trusting(roots, patience)
    }

    fn trusting(roots: rustls::RootCertStore, patience: Duration) -> Result<Self, PublishError> {
        let failed = |error: &dyn std::fmt::Display| PublishError::Client(error.to_string());
        let tls = rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .connect_timeout(CONNECT.min(patience))
            .timeout(patience)
            .user_agent("Signet")
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Courier { client, known: Mutex::default() })
    }

    /// Sends everything that is due, once; how many files arrived and how many did not. What did not is tried again later.
    pub fn drain(&self, operator: &Operator) -> Result<(u32, u32), PublishError> {
        let (mut sent, mut failed) = (0, 0);
        // A server that does not answer is given up until next time: others must not wait for it file by file.
        let mut silent = HashSet::new();
        loop {
            let due = operator.lease_publications(AT_ONCE)?;
            if due.is_empty() {
                return Ok((sent, failed));
            }
            for publication in due {
                let started = Instant::now();
                let outcome =
                    if silent.contains(&publication.address) { Err(Failed::new(Failure::Silent, "")) } else { self.publish(&publication) };
                if outcome.as_ref().is_err_and(|failed| failed.why == Failure::Silent) {
                    silent.insert(publication.address.clone());
                }
                let took = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
                match &outcome {
                    Ok(_) => sent += 1,
                    Err(why) => {
                        failed += 1;
                        tracing::warn!(address = publication.address, file = publication.file, %why, "a file could not be published");
                    }
                }
                operator.publication_ended(&publication, outcome.as_deref(), took)?;
            }
        }
    }

    fn publish(&self, publication: &Publication) -> Result<String, Failed> {
        let credentials = publication.credentials.as_ref().map(|(user, password)| (user.as_str(), password.as_str()));
        match &publication.content {
            Some(content) => self.put(&publication.address, credentials, &publication.file, content),
            None => self.remove(&publication.address, credentials, &publication.file),
        }
    }

    /// Puts one file below an address; what the other side said.
    pub fn put(&self, address: &str, credentials: Option<(&str, &str)>, file: &str, content: &[u8]) -> Result<String, Failed> {
        if !is_url(address) {
            return write(Path::new(address), file, content).map(|()| "written".to_owned());
        }
        let mut request = self.client.put(format!("{address}/{file}")).header("content-type", media_type(file)).body(content.to_vec());
        if let Some((user, password)) = credentials {
            request = request.basic_auth(user, Some(password));
        }
        let answer = request.send().map_err(|error| reason(&error))?;
        // 201 made, 200 and 204 replaced (RFC 9110 9.3.4); 202 promises nothing.
        match answer.status() {
            status @ (StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT) => Ok(said(status)),
            status => Err(Failed::new(refusal(status), said(status))),
        }
    }

    /// Takes one file away below an address, whether it is there or not; what the other side said.
    fn remove(&self, address: &str, credentials: Option<(&str, &str)>, file: &str) -> Result<String, Failed> {
        if !is_url(address) {
            let path = Path::new(address).join(file);
            return match std::fs::remove_file(&path) {
                Ok(()) => Ok("removed".to_owned()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok("removed".to_owned()),
                Err(error) => Err(Failed::new(Failure::NotRemovable, format!("{}: {error}", path.display()))),
            };
        }
        let mut request = self.client.delete(format!("{address}/{file}"));
        if let Some((user, password)) = credentials {
            request = request.basic_auth(user, Some(password));
        }
        let answer = request.send().map_err(|error| reason(&error))?;
        // RFC 9110 9.3.5; 404 and 410: it is gone already. 202 promises nothing.
        match answer.status() {
            status @ (StatusCode::OK | StatusCode::NO_CONTENT | StatusCode::NOT_FOUND | StatusCode::GONE) => {
                Ok(format!("removed ({})", said(status)))
            }
            status @ (StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) => Err(Failed::new(Failure::NoDelete, said(status))),
            status => Err(Failed::new(refusal(status), said(status))),
        }
    }

    /// Fetches a file as a relying party does, without credentials.
    pub fn fetch(&self, address: &str) -> Result<Vec<u8>, Failed> {
        let mut content = Vec::new();
        let read = if is_url(address) {
            let answer = self.client.get(address).send().map_err(|error| reason(&error))?;
            if answer.status() != StatusCode::OK {
                return Err(Failed::new(absence(answer.status()), said(answer.status())));
            }
            answer.take(LARGEST + 1).read_to_end(&mut content)
        } else {
            File::open(address).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut content))
        };
        match read {
            Ok(_) if content.len() as u64 > LARGEST => Err(Failed::new(Failure::Oversized, "")),
            Ok(_) => Ok(content),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failed::new(Failure::Missing, error.to_string())),
            Err(error) => Err(Failed::new(Failure::Unreadable, error.to_string())),
        }
    }

    /// Looks at every published CRL whose time has come. Of those that somebody has to look after the log tells once, and again only
    /// when something else is the matter with them, they have ended since, or they were well meanwhile; gives those that it told.
    /// Whatever process looked: each tells in its own log, but not what was seen before it began.
    pub fn monitor(&self, operator: &Operator) -> Result<Vec<PublishedCrl>, PublishError> {
        let before = operator.published_crls()?.into_iter();
        let seen = |crl: PublishedCrl| (crl.address, Known { checked_at: crl.checked_at, told: None });
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| before.map(seen).collect());
        for crl in operator.published_crls_due()? {
            let found = self.fetch(&crl.address);
            operator.published_crl_found(&crl, found.as_deref())?;
        }
        let mut list = operator.published_crls()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        known.retain(|address, _| list.iter().any(|crl| crl.address == *address));
        list.retain(|crl| {
            let known = known.entry(crl.address.clone()).or_default();
            if std::mem::replace(&mut known.checked_at, crl.checked_at) == crl.checked_at {
                return false;
            }
            let ended = crl.next_update.zip(crl.checked_at).is_some_and(|(end, now)| end <= now);
            let now = crl.warns().then_some((crl.state, ended));
            std::mem::replace(&mut known.told, now) != now && now.is_some()
        });
        for crl in &list {
            tracing::warn!(address = crl.address, state = ?crl.state, why = crl.told(), "a published CRL is not as it should be");
        }
        Ok(list)
    }
}

fn is_url(address: &str) -> bool {
    address.starts_with("http://") || address.starts_with("https://")
}

fn media_type(file: &str) -> &'static str {
    if file.ends_with(".crl") { "application/pkix-crl" } else { "application/pkix-cert" }
}

fn said(status: StatusCode) -> String {
    format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()).trim_end().to_owned()
}

/// What the status of an answer to PUT or DELETE means.
fn refusal(status: StatusCode) -> Failure {
    match status.as_u16() {
        401 | 403 => Failure::Credentials,
        404 | 409 => Failure::NoFolder,
        405 | 501 => Failure::NoPut,
        413 => Failure::TooLarge,
        507 => Failure::Full,
        300..=399 => Failure::Moved,
        500..=599 => Failure::ServerFault,
        _ => Failure::Refused,
    }
}

/// What the status of an answer to GET means.
fn absence(status: StatusCode) -> Failure {
    match status.as_u16() {
        401 | 403 => Failure::NotPublic,
        404 | 410 => Failure::Missing,
        300..=399 => Failure::Moved,
        500..=599 => Failure::ServerFault,
        _ => Failure::Refused,
    }
}

/// What kept a file out of a folder.
fn unwritten(error: &std::io::Error) -> Failure {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    if matches!(error.kind(), StorageFull | QuotaExceeded) { Failure::DiskFull } else { Failure::NotWritable }
}

/// Why there was no answer, with the innermost reason: without the address, which may stand in a log beside it.
fn reason(error: &reqwest::Error) -> Failed {
    if error.is_timeout() {
        return Failed::new(Failure::Silent, "");
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    Failed::new(if error.is_connect() { Failure::Unreachable } else { Failure::Interrupted }, innermost.to_string())
}

/// Whole or not at all, also after a power cut: a web server that reads meanwhile finds the old file or the new one. Others may write into
/// the folder: the new file's name cannot be guessed, and nothing that is there already is followed or overwritten.
fn write(folder: &Path, file: &str, content: &[u8]) -> Result<(), Failed> {
    write_with(folder, file, |new| new.write_all(content))
}

/// The same for what `fill` writes.
fn write_with(folder: &Path, file: &str, fill: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<(), Failed> {
    let beside = folder.join(format!(".{file}.{}.new", OutboxId::fresh()));
    let failed = |error: std::io::Error| Failed::new(unwritten(&error), format!("{}: {error}", folder.join(file).display()));
    let mut new = File::options().create_new(true).write(true).open(&beside).map_err(failed)?;
    let written = fill(&mut new).and_then(|()| new.sync_all());
    drop(new);
    let written = written.and_then(|()| std::fs::rename(&beside, folder.join(file)));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&beside);
        return Err(failed(error));
    }
    // The outbox's word is that the file is there; whoever may only write into the folder has to trust its owner with that.
    match ra::disk::sync_folder(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::PermissionDenied => Err(failed(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
