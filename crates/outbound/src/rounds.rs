//! The rounds of whoever has a folder open for long (the window, `signetctl serve`): status information is made in time, what waits
//! is sent, what is published is looked at, what ran out is ended, and new certificates get into the search index.

use crate::{Courier, PublishError};
use ra::{Authority, Denied, Error, Operator, ledger::Actor};
use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

/// How soon a revocation, of whatever process, is in a CRL that leaves.
const EVERY: Duration = Duration::from_secs(1);
/// Rounds between two looks at what ran out, and at what is published: one minute.
const SELDOM: u32 = 60;

/// How long a thread may take to end: what goes on longer waits for somebody else's server.
const PATIENCE: Duration = Duration::from_secs(2);

/// Threads that make the rounds until this value is dropped. Dropping waits for what is just written, so that the folder is left
/// closed; what a courier was sending is sent by whoever comes next.
pub struct Rounds {
    _threads: [Repeated; 2],
}

/// A thread that does something every second until this value is dropped.
struct Repeated {
    until_dropped: Option<Sender<()>>,
    ended: Receiver<()>,
}

impl Drop for Repeated {
    fn drop(&mut self) {
        drop(self.until_dropped.take());
        // Nothing is ever sent: it is the other end's going that is waited for.
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}

impl Rounds {
    /// Starts them, acting as Signet itself. A folder without a department is left alone until it has one. Any number of processes
    /// may make them on one folder: work is leased, and what one has done the others find done.
    pub fn start(authority: &Authority) -> Result<Self, PublishError> {
        let courier = Courier::new()?;
        let sender = authority.operator(Actor::Signet);
        let (keeper, authority) = (sender.clone(), authority.clone());
        let mut seen = 0;
        // Two threads: what other people's servers take must not hold up what our own must say.
        Ok(Rounds {
            _threads: [
                every_second("signet-rounds", move |round| {
                    keep(&keeper, round);
                    index_when_idle(&authority, &keeper, &mut seen);
                })?,
                every_second("signet-courier", move |round| send(&courier, &sender, round))?,
            ],
        })
    }
}

fn every_second(name: &str, mut work: impl FnMut(u32) + Send + 'static) -> Result<Repeated, PublishError> {
    let (until_dropped, asked_to_end): (_, Receiver<()>) = mpsc::channel();
    let (ending, ended) = mpsc::channel();
    let rounds = move || {
        for round in (0..SELDOM).cycle() {
            work(round);
            if !matches!(asked_to_end.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
                break;
            }
        }
        // The folder is let go of first.
        drop(work);
        drop(ending);
    };
    thread::Builder::new().name(name.to_owned()).spawn(rounds).map_err(|error| PublishError::Thread(error.to_string()))?;
    Ok(Repeated { until_dropped: Some(until_dropped), ended })
}

fn keep(house: &Operator, round: u32) {
    // First: the ledger's head that a crash left unsigned is signed before the next CRL is a row of the ledger.
    if round == 0 {
        warn(house.tidy(), "what ran out could not be ended; trying again in a minute");
    }
    warn(house.keep_status(), "the status information is not up to date; trying again");
}

/// New certificates get into the search index when nobody has written since the last round: it costs those who issue nothing, and
/// whoever searches finds it done.
fn index_when_idle(authority: &Authority, house: &Operator, seen: &mut u64) {
    let mut step = || -> ra::Result<()> {
        let version = authority.version()?;
        if version == *seen {
            while house.index_new_certificates()? {}
        }
        *seen = version;
        Ok(())
    };
    warn(step(), "new certificates are not in the search index yet; trying again");
}

fn send(courier: &Courier, house: &Operator, round: u32) {
    warn(courier.drain(house).map(|_| ()), "nothing could be published; trying again");
    if round == 0 {
        warn(courier.monitor(house).map(|_| ()), "the published CRLs could not be looked at; trying again");
    }
}

fn warn<E: std::fmt::Display + NotYet>(done: Result<(), E>, what: &'static str) {
    if let Err(error) = done
        && !error.is_not_yet()
    {
        tracing::warn!(%error, "{what}");
    }
}

/// There is no department to look after yet.
trait NotYet {
    fn is_not_yet(&self) -> bool;
}

impl NotYet for Error {
    fn is_not_yet(&self) -> bool {
        matches!(self, Error::Denied(Denied::NotSetUp))
    }
}

impl NotYet for PublishError {
    fn is_not_yet(&self) -> bool {
        matches!(self, PublishError::Authority(error) if error.is_not_yet())
    }
}

#[cfg(test)]
mod tests {
    use super::Rounds;
    use protocol::{
        crl::{CrlView, Reason},
        x509::SerialNumber,
    };
    use ra::{
        issuance::Form,
        mailbox::Method,
        profile::ProfileName,
        subscriber::{NewSubscriber, SubscriberKind},
        testing,
    };
    use std::{
        path::Path,
        time::{Duration, Instant},
    };

    /// Waits for other threads, asking again as long as a busy machine may need.
    fn becomes(what: &str, holds: impl Fn() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
            std::thread::yield_now();
        }
    }

    fn number(file: &Path) -> u64 {
        std::fs::read(file).ok().and_then(|der| CrlView::from_der(&der).ok().and_then(|crl| crl.number)).unwrap_or(0)
    }

    #[test]
    fn a_folder_without_a_department_waits_and_one_with_it_is_looked_after() {
        let (authority, _clock, folder) = testing::authority();
        let _rounds = Rounds::start(&authority).unwrap();
        let officer = testing::department(&authority);
        let public = folder.path().join("public");
        std::fs::create_dir(&public).unwrap();
        officer.add_publication_target(public.to_str().unwrap(), None).unwrap();
        becomes("what is published arrives by itself", || number(&public.join("issuing.crl")) > 0 && public.join("root.crt").exists());
        let before = number(&public.join("issuing.crl"));
        officer
            .add_subscriber(NewSubscriber { name: "Alice".into(), mail: "alice@example.edu".into(), kind: SubscriberKind::Person })
            .unwrap();
        officer.validate_mailbox("alice@example.edu", Method::InPerson, "staff card").unwrap();
        let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
        let serial = SerialNumber::parse(&made.issued.certificate.serial).unwrap();
        officer.revoke(&serial, Reason::Superseded).unwrap();
        becomes("a revocation leaves by itself", || number(&public.join("issuing.crl")) > before);
        // Another process looks at once; this one did so before there was a department, and will again in a minute.
        let _others = Rounds::start(&authority).unwrap();
        becomes("it is looked at as a relying party does", || {
            officer.published_crls().unwrap().iter().any(|crl| crl.address.ends_with("public/issuing.crl") && crl.checked_at.is_some())
        });
    }
}
