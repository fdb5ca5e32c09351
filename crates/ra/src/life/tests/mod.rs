//! The life of certificates after their issue, on a whole department.

mod four_eyes;
mod holds;
mod keys;
mod leavers;
mod pairs;
mod renewal;
mod sharing;
mod succession;

use super::{Act, Affected, Breaks, Old, Outcome, PastHold, Target, Tick, Verb};
use crate::{
    Authority, Conflict, Denied, Error, Noun, Operator,
    certificate::issued,
    id::{ActId, DeviceId, EnrollmentId, SubscriberId},
    invitation::Channel,
    issuance::Form,
    ledger::Actor,
    mailbox::Method,
    ports::FixedClock,
    profile::{Escrow, ProfileDraft, ProfileName, Scope, Usage},
    subscriber::{NewSubscriber, Subscriber, SubscriberKind},
    testing,
};
use openssl::{hash::MessageDigest, x509::X509ReqBuilder};
use protocol::{
    Timestamp, cms,
    crl::Reason,
    key::{KeyAlgorithm, PrivateKey},
    pkcs12,
    x509::{CertificateView, KeyUsage, SerialNumber},
};
use std::collections::BTreeSet;
use tempfile::TempDir;

struct House {
    authority: Authority,
    clock: FixedClock,
    rosa: Operator,
    _folder: TempDir,
}

fn house() -> House {
    let (authority, clock, folder) = testing::authority();
    let rosa = testing::department(&authority);
    rosa.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    House { authority, clock, rosa, _folder: folder }
}

impl House {
    fn now(&self) -> Timestamp {
        self.authority.0.clock.now()
    }
    fn person(&self, name: &str, mail: &str) -> Subscriber {
        self.rosa.add_subscriber(NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person }).unwrap();
        self.rosa.validate_mailbox(mail, Method::InPerson, "staff card").unwrap()
    }
    fn signing(&self, mail: &str) -> (SerialNumber, PrivateKey) {
        let key = key();
        (self.again(mail, &key), key)
    }
    /// One more certificate for a key.
    fn again(&self, mail: &str, key: &PrivateKey) -> SerialNumber {
        let made = self.rosa.issue_from_csr(mail, ProfileName::Signing, &csr(key)).unwrap();
        SerialNumber::parse(&made.certificate.serial).unwrap()
    }
    fn renewed(&self, serial: &SerialNumber) -> SerialNumber {
        SerialNumber::parse(&self.rosa.renew(serial).unwrap().certificate.serial).unwrap()
    }
    /// A phone of this person, as if the certificate had come to it.
    fn phone(&self, person: &Subscriber, serial: &SerialNumber) -> DeviceId {
        let enrollment: EnrollmentId = self.rosa.invite(&person.mailboxes[0].address, Channel::Show).unwrap().enrollment;
        let (device, owner, serial) = (DeviceId::fresh(), person.id, serial.clone());
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO device (id, subscriber, udid, device_name, foreign_device_ca, first_seen, last_seen) VALUES (?, ?, 'u', 'Alice''s iPhone', 0, 1, 1)",
                (device, owner),
            )?;
            tx.execute("UPDATE enrollment SET device = ? WHERE id = ?", (device, enrollment))?;
            tx.execute("UPDATE certificate SET enrollment = ? WHERE serial = ?", (enrollment, serial.octets()))?;
            Ok(())
        });
        device
    }
    /// As an earlier Signet may have left it.
    fn write(&self, work: impl FnOnce(&rusqlite::Connection) -> crate::Result<()> + Send + 'static) {
        self.authority.0.store.write(work).unwrap();
    }
    fn many(&self, count: usize) -> Vec<SerialNumber> {
        (0..count).map(|i| issued(&self.authority, &format!("Person {i}"))).collect()
    }
    fn status(&self, serial: &SerialNumber) -> String {
        self.rosa.certificate(serial).unwrap().status
    }
    /// What a relying party reads in the CRL: the reason, when the certificate is listed.
    fn listed(&self, serial: &SerialNumber) -> bool {
        let crl = openssl::x509::X509Crl::from_der(&self.authority.enroller().crl("issuing").unwrap()).unwrap();
        let wanted = openssl::bn::BigNum::from_slice(serial.octets()).unwrap();
        crl.get_revoked().is_some_and(|list| list.iter().any(|entry| entry.serial_number().to_bn().unwrap() == wanted))
    }
    fn events(&self, count: u32) -> Vec<String> {
        self.authority.auditor().ledger(None, count).unwrap().into_iter().map(|row| row.event).collect()
    }
    fn rows(&self) -> u64 {
        self.authority.auditor().verify_ledger().unwrap().rows
    }
}

fn key() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap()
}

/// A request that states nothing but its key.
fn csr(key: &PrivateKey) -> Vec<u8> {
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(key.as_openssl()).unwrap();
    request.sign(key.as_openssl(), MessageDigest::sha256()).unwrap();
    request.build().to_der().unwrap()
}

fn done(outcome: crate::Result<Outcome>) -> super::Consequences {
    match outcome.unwrap() {
        Outcome::Done(consequences) => consequences,
        Outcome::Waiting(request) => panic!("it waits: {request:?}"),
    }
}

fn certificates(serials: &[SerialNumber], verb: Verb) -> Act {
    Act { target: Target::Certificates(serials.to_vec()), verb }
}

/// The serials of a list.
fn serials(list: &[Affected]) -> BTreeSet<String> {
    list.iter().map(|one| one.serial.clone()).collect()
}

fn texts(list: &[&SerialNumber]) -> BTreeSet<String> {
    list.iter().map(ToString::to_string).collect()
}
