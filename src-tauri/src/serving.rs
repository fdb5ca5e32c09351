//! Starting and stopping the server that phones reach. Nothing listens until the officer says so (invariant 11).

use crate::{
    error::{Code, CommandError},
    state::lock,
};
use enroll::{LogEntry, RequestLog, ServeError, ServeOptions, Server};
use protocol::Timestamp;
use ra::{Enroller, ports::Clock};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

/// The server, when it runs, and the log that outlives it.
pub struct Serving {
    clock: Arc<dyn Clock>,
    log: RequestLog,
    running: Mutex<Option<Running>>,
}

struct Running {
    server: Server,
    since: Timestamp,
}

/// Where a running server listens.
#[derive(Debug, Clone, Copy)]
pub struct Listening {
    /// HTTPS.
    pub https: SocketAddr,
    /// HTTP.
    pub http: SocketAddr,
    /// Since.
    pub since: Timestamp,
}

impl Serving {
    /// Off.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Serving { clock, log: RequestLog::default(), running: Mutex::default() }
    }

    /// Opens both listeners; a server that runs already stays as it is.
    pub fn start(&self, enroller: Enroller, https: &str, http: &str) -> Result<(), CommandError> {
        let mut running = lock(&self.running);
        if running.is_none() {
            let (https, http) = (address(https)?, address(http)?);
            let options = ServeOptions { https, http, log: self.log.clone(), clock: self.clock.clone() };
            *running = Some(Running { server: Server::start(enroller, options)?, since: self.clock.now() });
        }
        Ok(())
    }

    /// Closes both listeners; running requests may end.
    pub fn stop(&self) {
        if let Some(running) = lock(&self.running).take() {
            running.server.stop();
        }
    }

    /// Puts a changed TLS identity to use now.
    pub fn reload(&self) {
        if let Some(running) = lock(&self.running).as_ref() {
            running.server.reload();
        }
    }

    /// Where it listens, when it does.
    pub fn listening(&self) -> Option<Listening> {
        let running = lock(&self.running);
        running.as_ref().map(|r| Listening { https: r.server.https_addr(), http: r.server.http_addr(), since: r.since })
    }

    /// The last requests, newest first.
    pub fn log(&self, limit: usize) -> Vec<LogEntry> {
        let mut entries = self.log.entries();
        entries.reverse();
        entries.truncate(limit);
        entries
    }
}

fn address(text: &str) -> Result<SocketAddr, CommandError> {
    text.parse().map_err(|_| CommandError::new(Code::Address, text))
}

impl From<ServeError> for CommandError {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::InUse(at) => CommandError::new(Code::PortInUse, at.to_string()),
            ServeError::NotAllowed(at) => CommandError::new(Code::PortNotAllowed, at.to_string()),
            ServeError::NoSuchAddress(at) => CommandError::new(Code::Address, at.to_string()),
            ServeError::Tls(what) => CommandError::new(Code::Tls, what),
            ServeError::Authority(refused) => refused.into(),
            ServeError::Listen { .. } | ServeError::Start(_) => CommandError::internal(&error),
        }
    }
}
