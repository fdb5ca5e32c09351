//! The rounds of whoever has a folder open for long (the window, `signetctl serve`): status information is made in time, what waits
//! is sent, what is published is looked at, what ran out is ended, and new certificates get into the search index.

use crate::{Courier, PublishError};
use ra::{Authority, Denied, Error, Operator, ledger::Actor};
use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

/// How soon a revocation, of whatever process, is in a CRL that leaves.
const EVERY: Duration = Duration::from_secs(1);
/// Between two looks at what ran out, and at what is published.
const SELDOM: Duration = Duration::from_secs(60);
/// Between two batches for the search index while more are missing: whoever issues in that time is noticed, and goes first.
const BREATH: Duration = Duration::from_millis(10);

/// How long a thread may take to end: what goes on longer waits for somebody else's server.
const PATIENCE: Duration = Duration::from_secs(2);

/// Threads that make the rounds until this value is dropped. Dropping waits for what is just written, so that the folder is left
/// closed; what a courier was sending is sent by whoever comes next.
pub struct Rounds {
    _threads: [Repeated; 2],
}

/// A thread that does something again and again until this value is dropped.
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
                repeat("signet-rounds", move |seldom| {
                    keep(&keeper, seldom);
                    index_when_idle(&mut seen, || authority.version(), || keeper.index_new_certificates())
                })?,
                repeat("signet-courier", move |seldom| {
                    send(&courier, &sender, seldom);
                    EVERY
                })?,
            ],
        })
    }
}

/// `work` is told whether what is done seldom is due, and says how long to wait before it is called again.
fn repeat(name: &str, mut work: impl FnMut(bool) -> Duration + Send + 'static) -> Result<Repeated, PublishError> {
    let (until_dropped, asked_to_end): (_, Receiver<()>) = mpsc::channel();
    let (ending, ended) = mpsc::channel();
    let rounds = move || {
        let mut last: Option<Instant> = None;
        loop {
            let seldom = last.is_none_or(|last| last.elapsed() >= SELDOM);
            if seldom {
                last = Some(Instant::now());
            }
            let pause = work(seldom);
            if !matches!(asked_to_end.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
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

fn keep(house: &Operator, seldom: bool) {
    // First: the ledger's head that a crash left unsigned is signed before the next CRL is a row of the ledger.
    if seldom {
        warn(house.tidy(), "what ran out could not be ended; trying again in a minute");
    }
    warn(house.keep_status(), "the status information is not up to date; trying again");
}

/// New certificates get into the search index when nobody has written since the last round: it costs those who issue nothing, and
/// whoever searches finds it done. One batch at a time, and how soon the next: after an update the whole index may be missing, and
/// the CRLs, which the same thread makes, must not wait for all of it.
fn index_when_idle(seen: &mut u64, version: impl Fn() -> ra::Result<u64>, batch: impl FnOnce() -> ra::Result<bool>) -> Duration {
    let mut more = false;
    let step = || -> ra::Result<()> {
        let before = version()?;
        more = before == *seen && batch()?;
        // What we wrote ourselves is nobody else's.
        *seen = if more { version()? } else { before };
        Ok(())
    };
    warn(step(), "new certificates are not in the search index yet; trying again");
    if more { BREATH } else { EVERY }
}

fn send(courier: &Courier, house: &Operator, seldom: bool) {
    warn(courier.drain(house).map(|_| ()), "nothing could be published; trying again");
    if seldom {
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
    use super::{BREATH, EVERY, Rounds, index_when_idle, repeat};
    use protocol::{
        crl::{CrlView, Reason},
        x509::SerialNumber,
    };
    use ra::{
        issuance::Form,
        life::Target,
        mailbox::Method,
        profile::ProfileName,
        subscriber::{NewSubscriber, SubscriberKind},
        testing,
    };
    use std::{
        cell::Cell,
        path::Path,
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
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
    fn an_index_that_is_missing_is_filled_a_batch_at_a_time_in_quick_turns_unless_somebody_writes() {
        let (version, left, mut seen) = (Cell::new(7_u64), Cell::new(4_u32), 0);
        let mut turn = || {
            let batch = || {
                version.set(version.get() + 4);
                left.set(left.get() - 1);
                Ok(left.get() > 0)
            };
            (index_when_idle(&mut seen, || Ok(version.get()), batch), left.get())
        };
        assert_eq!(turn(), (EVERY, 4), "somebody wrote since the last round");
        assert_eq!(turn(), (BREATH, 3));
        assert_eq!(turn(), (BREATH, 2), "its own writing does not count");
        version.set(version.get() + 1);
        assert_eq!(turn(), (EVERY, 2), "whoever issues goes first");
        assert_eq!(turn(), (BREATH, 1));
        assert_eq!(turn(), (EVERY, 0), "nothing is missing any more");
    }

    #[test]
    fn quick_turns_come_at_once_do_the_seldom_things_once_and_end_when_they_are_asked_to() {
        let (turns, seldom) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let counted = (turns.clone(), seldom.clone());
        let begun = Instant::now();
        let repeated = repeat("signet-test", move |is_seldom| {
            counted.0.fetch_add(1, Ordering::SeqCst);
            counted.1.fetch_add(u32::from(is_seldom), Ordering::SeqCst);
            Duration::ZERO
        })
        .unwrap();
        becomes("it goes round", || turns.load(Ordering::SeqCst) > 200);
        assert_eq!(seldom.load(Ordering::SeqCst), 1, "after {:?}", begun.elapsed());
        drop(repeated);
        let ended = turns.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(turns.load(Ordering::SeqCst), ended);
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

    #[test]
    fn what_is_perhaps_lost_is_revoked_by_itself_when_its_days_are_over() {
        let (authority, clock, _folder) = testing::authority();
        let officer = testing::department(&authority);
        testing::person(&officer, "Alice Example", "alice@example.edu");
        let made = officer.issue_generated("alice@example.edu", ProfileName::Encryption, Form::Modern, false).unwrap();
        let serial = SerialNumber::parse(&made.issued.certificate.serial).unwrap();
        officer.maybe_lost(Target::Certificates(vec![serial.clone()])).unwrap();
        let is_revoked = || officer.certificate(&serial).unwrap().status == "revoked";
        clock.advance(3 * 86_400);
        assert!(!is_revoked(), "nobody has looked yet");
        let _rounds = Rounds::start(&authority).unwrap();
        becomes("the days are over", is_revoked);
    }
}
