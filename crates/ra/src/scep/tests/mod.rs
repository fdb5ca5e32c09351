//! SCEP from the outside: messages in, CertReps out.

mod approve;
mod client;
mod crash;
mod departments;
mod enroll;
mod identifiers;
mod names;
mod oracle;
mod policy;
mod query;
mod recipients;
mod renew;

use super::PkiAnswer;
use crate::{
    Authority, Enroller, Error, Operator, Result,
    id::EnrollmentId,
    mailbox::Method,
    ports::FixedClock,
    profile::ProfileName,
    subscriber::{NewSubscriber, Subscriber, SubscriberKind},
    testing,
};
use client::{Csr, Message, rfc822};
use protocol::{
    scep::{FailInfo, ReceivedCertRep},
    x509::CertificateView,
};
use std::cell::{Cell, RefCell};
use tempfile::TempDir;

thread_local! {
    static CRASH: Cell<Option<u8>> = const { Cell::new(None) };
    static MEANWHILE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// Where the cycle stands: fails there when the test asked this thread to, as if the program were killed. Between what was signed and
/// its storing another process may do something.
pub(super) fn crash_after(step: u8) -> Result<()> {
    if step == 3
        && let Some(deed) = MEANWHILE.take()
    {
        deed();
    }
    match CRASH.get() {
        Some(at) if at == step => Err(Error::fault(format!("killed after step {step}"))),
        _ => Ok(()),
    }
}

/// A department with Alice, whose mailbox is validated.
struct Fixture {
    authority: Authority,
    clock: FixedClock,
    folder: TempDir,
    operator: Operator,
    enroller: Enroller,
    alice: Subscriber,
    ra: CertificateView,
}

const ALICE: &str = "alice@example.edu";

impl Fixture {
    fn new() -> Self {
        let (authority, clock, folder) = testing::authority();
        let operator = testing::department(&authority);
        operator.add_subscriber(NewSubscriber { name: "Alice Example".into(), mail: ALICE.into(), kind: SubscriberKind::Person }).unwrap();
        let alice = operator.validate_mailbox(ALICE, Method::InPerson, "seen with her badge").unwrap();
        let enroller = authority.enroller();
        let ra = enroller.inner.current_ra().unwrap().certificate.clone();
        Fixture { authority, clock, folder, operator, enroller, alice, ra }
    }
    fn challenge(&self, profile: ProfileName) -> String {
        self.operator.scep_challenges(ALICE, profile, 1).unwrap().remove(0).challenge
    }
    /// What Alice's device states: her subject and address.
    fn csr(&self) -> Csr {
        Csr::naming(&self.alice.subject).san(&[rfc822(ALICE)])
    }
    fn send(&self, message: &Message) -> ReceivedCertRep {
        self.try_send(message).unwrap()
    }
    fn try_send(&self, message: &Message) -> Result<ReceivedCertRep> {
        match crate::wait::on_thread(self.enroller.pki_operation(&message.bytes(&self.ra)))? {
            PkiAnswer::CertRep(bytes) => Ok(message.read(&bytes, &self.ra)),
            PkiAnswer::LongCrl(answer) => Ok(message.read(answer.encode()?.as_ref(), &self.ra)),
            PkiAnswer::Malformed => panic!("the message was not read"),
        }
    }
    /// Enrolls key `number` with a fresh challenge for `profile`.
    fn enroll(&self, number: usize, profile: ProfileName) -> CertificateView {
        let message = Message::of(&client::key(number), &self.csr().challenge(&self.challenge(profile)));
        certificate(self.send(&message))
    }
    fn count(&self, sql: &str) -> i64 {
        self.authority.0.store.read(|tx| Ok(tx.query_row(sql, [], |row| row.get(0))?)).unwrap()
    }
    fn issued(&self) -> i64 {
        self.count("SELECT count(*) FROM certificate WHERE kind IN ('subscriber', 'transport')")
    }
    /// A challenge that belongs to an enrollment.
    fn challenge_in(&self, enrollment: EnrollmentId) -> String {
        let secret = self.challenge(ProfileName::Signing);
        self.authority
            .0
            .store
            .write(move |tx| {
                tx.execute("UPDATE challenge SET enrollment = ?1 WHERE id = (SELECT max(id) FROM challenge)", [enrollment])?;
                Ok(())
            })
            .unwrap();
        secret
    }
}

fn certificate(answer: ReceivedCertRep) -> CertificateView {
    assert_eq!((answer.status, answer.fail_info), (0, None), "SUCCESS was expected");
    let [certificate] = <[CertificateView; 1]>::try_from(answer.certificates).ok().expect("exactly the issued certificate");
    certificate
}

#[track_caller]
fn refused(answer: &ReceivedCertRep, reason: FailInfo) {
    assert_eq!((answer.status, answer.fail_info), (2, Some(reason)));
}
