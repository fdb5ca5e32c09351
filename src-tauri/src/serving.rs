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

#[cfg(test)]
mod tests {
    use super::*;
    use ra::{Dependency, Error};
    use std::io;

    #[test]
    fn why_the_server_does_not_run_is_said_by_what_can_be_done_about_it() {
        let at = SocketAddr::from(([127, 0, 0, 1], 8443));
        let table = [
            (ServeError::InUse(at), Code::PortInUse, "127.0.0.1:8443"),
            (ServeError::NotAllowed(at), Code::PortNotAllowed, "127.0.0.1:8443"),
            (ServeError::NoSuchAddress(at), Code::Address, "127.0.0.1:8443"),
            (ServeError::Tls("no chain".to_owned()), Code::Tls, "no chain"),
            (ServeError::Authority(Error::Unavailable(Dependency::Keyring("it is locked".to_owned()))), Code::Keyring, "it is locked"),
            (ServeError::Listen { address: at, source: io::Error::other("the cause") }, Code::Internal, ""),
            (ServeError::Start(io::Error::other("the cause")), Code::Internal, ""),
        ];
        for (error, code, message) in table {
            let said = error.to_string();
            let shown = CommandError::from(error);
            assert_eq!((shown.code, shown.message.as_str()), (code, message), "{said}");
            assert_eq!(shown.incident.is_some(), code == Code::Internal, "{said}: only ours has a number to look for");
        }
        let refused = address("pki.example.edu:8443").map(drop).map_err(|error| (error.code, error.message));
        assert_eq!(refused, Err((Code::Address, "pki.example.edu:8443".to_owned())), "names are not listened on");
    }
}
