//! What every request shares: the authority's narrow handle, the log, the counters.

use crate::{limit::Failures, log::RequestLog};
use axum::body::Bytes;
use protocol::Timestamp;
use ra::{Enroller, ports::Clock, scep::PkiAnswer};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// Requests that are worked on at once; more wait.
const AT_ONCE: usize = 256;
/// How long a remembered [`Facts`] is good.
const FACTS_AGE: Duration = Duration::from_secs(2);

/// By which listener a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Https,
    Http,
}

/// What is needed of the department for every HTTPS request.
pub(crate) struct Facts {
    /// Lower case, without port and brackets.
    pub(crate) hosts: Vec<String>,
    pub(crate) private_root: bool,
}

pub(crate) struct Shared {
    enroller: Enroller,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) log: RequestLog,
    pub(crate) failures: Failures,
    pub(crate) at_once: Semaphore,
    facts: Mutex<Option<(Instant, Arc<Facts>)>>,
}

/// State of a router. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) shared: Arc<Shared>,
    pub(crate) door: Door,
}

impl App {
    /// For both listeners: they count and log together.
    pub(crate) fn pair(enroller: Enroller, clock: Arc<dyn Clock>, log: RequestLog) -> (Self, Self) {
        let shared = Arc::new(Shared {
            enroller,
            clock,
            log,
            failures: Failures::default(),
            at_once: Semaphore::new(AT_ONCE),
            facts: Mutex::new(None),
        });
        (App { shared: shared.clone(), door: Door::Https }, App { shared, door: Door::Http })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Runs a blocking call of the authority on a thread for it.
    pub(crate) async fn ask<T: Send + 'static>(&self, question: impl FnOnce(&Enroller) -> ra::Result<T> + Send + 'static) -> ra::Result<T> {
        let enroller = self.shared.enroller.clone();
        match tokio::task::spawn_blocking(move || question(&enroller)).await {
            Ok(answer) => answer,
            // A panic in there was reported by the panic hook; to the peer it is our fault like any other.
            Err(error) => Err(ra::Error::fault(error)),
        }
    }

    /// PKIOperation, in a task of its own: what has begun goes on when the client hangs up, so that no serial number is reserved for
    /// nothing.
    pub(crate) async fn pki_operation(&self, message: Bytes) -> ra::Result<PkiAnswer> {
        let enroller = self.shared.enroller.clone();
        match tokio::spawn(async move { enroller.pki_operation(&message).await }).await {
            Ok(answer) => answer,
            Err(error) => Err(ra::Error::fault(error)),
        }
    }

    /// An OCSP answer that is ready in memory: a look-up of microseconds, for which no thread is worth waking.
    pub(crate) fn ready_ocsp(&self, name: &str, request: &[u8]) -> Option<Vec<u8>> {
        self.shared.enroller.ocsp_ready(name, request)
    }

    /// The hosts that HTTPS requests may name, at most two seconds old.
    pub(crate) async fn facts(&self) -> ra::Result<Arc<Facts>> {
        if let Some((at, facts)) = self.shared.facts.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
            && at.elapsed() < FACTS_AGE
        {
            return Ok(facts.clone());
        }
        let department = self.ask(|e| e.public_department()).await?;
        let facts = Arc::new(Facts {
            hosts: department.hosts.iter().map(|h| crate::guard::bare_host(h)).collect(),
            private_root: department.private_root,
        });
        *self.shared.facts.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), facts.clone()));
        Ok(facts)
    }
}
