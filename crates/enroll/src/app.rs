//! What every request shares: the authority's narrow handle, the log, the counters.

use crate::{
    body::{self, Refused},
    guard,
    limit::Failures,
    log::RequestLog,
    share::Shares,
};
use axum::{
    body::{Body, Bytes},
    http::request::Parts,
};
use protocol::Timestamp;
use ra::{Dependency, Enroller, ports::Clock, scep::PkiAnswer};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Questions to the authority at once; more wait. One address may have half as many bodies on their way.
const AT_ONCE: usize = 256;
/// A question that finds no free place within this time is not asked.
const PLACE_TIMEOUT: Duration = Duration::from_secs(10);
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
    /// Taken for the authority's work alone: what a peer still has to send, or to read, costs nobody else a place.
    at_once: Arc<Semaphore>,
    bodies: Arc<Shares>,
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
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            bodies: Shares::of(AT_ONCE),
            facts: Mutex::new(None),
        });
        (App { shared: shared.clone(), door: Door::Https }, App { shared, door: Door::Http })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// A place among those who ask the authority. It goes into the work itself, which goes on when the client hangs up.
    async fn place(&self) -> ra::Result<OwnedSemaphorePermit> {
        match tokio::time::timeout(PLACE_TIMEOUT, self.shared.at_once.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(ra::Error::Unavailable(Dependency::Busy)),
        }
    }

    /// The body of a request, unless its sender has as many on their way as one address may.
    pub(crate) async fn receive(&self, head: &Parts, body: Body) -> Result<Bytes, Refused> {
        let _share = match guard::peer(&head.extensions) {
            Some(peer) => Some(self.shared.bodies.take(peer).ok_or(Refused::TooMany)?),
            None => None,
        };
        body::receive(&head.headers, body).await
    }

    /// Runs a blocking call of the authority on a thread for it.
    pub(crate) async fn ask<T: Send + 'static>(&self, question: impl FnOnce(&Enroller) -> ra::Result<T> + Send + 'static) -> ra::Result<T> {
        let (enroller, place) = (self.shared.enroller.clone(), self.place().await?);
        let asked = move || {
            let answer = question(&enroller);
            drop(place);
            answer
        };
        match tokio::task::spawn_blocking(asked).await {
            Ok(answer) => answer,
            // A panic in there was reported by the panic hook; to the peer it is our fault like any other.
            Err(error) => Err(ra::Error::fault(error)),
        }
    }

    /// PKIOperation, in a task of its own: what has begun goes on when the client hangs up, so that no serial number is reserved for
    /// nothing.
    pub(crate) async fn pki_operation(&self, message: Bytes) -> ra::Result<PkiAnswer> {
        let (enroller, place) = (self.shared.enroller.clone(), self.place().await?);
        let asked = async move {
            let answer = enroller.pki_operation(&message).await;
            drop(place);
            answer
        };
        match tokio::spawn(asked).await {
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
