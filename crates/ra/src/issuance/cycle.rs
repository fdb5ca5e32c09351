//! Steps 1 to 4 of docs/issuance-cycle.md for what the officer orders.

use super::Issued;
use crate::{
    Conflict, Error, Noun, Operator, Result,
    authority::Inner,
    certificate,
    certification::StatusUrls,
    id::{EnrollmentId, SubscriberId},
    issue::{self, Intent, Reservation, Signed},
    ledger::Actor,
    life, mailbox,
    policy::{Policy, Terms},
    profile::{CertificateProfile, ProfileName},
    subscriber::{self, Subscriber},
};
use protocol::{
    Timestamp,
    key::PublicKey,
    x509::{CertificateView, DistinguishedName, SerialNumber, SubjectAltName},
};
use rusqlite::Connection;
use std::sync::Arc;

/// One certificate that is to be made, all from our records.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) subscriber: SubscriberId,
    /// The address that was typed: its mailbox must be validated, whether the certificate states it or not.
    pub(super) mail: String,
    /// As it was when it was ordered.
    pub(super) profile: Arc<CertificateProfile>,
    pub(super) subject: DistinguishedName,
    pub(super) san: Vec<SubjectAltName>,
    pub(super) supersede: bool,
    /// Addresses that its department has stated.
    urls: StatusUrls,
    /// The certificate whose place it takes.
    pub(super) replaces: Option<Replaced>,
}

/// A certificate that a new one replaces, in the transaction that stores the new one.
#[derive(Clone)]
pub(crate) struct Replaced {
    pub(crate) serial: SerialNumber,
    pub(crate) old: life::Old,
    /// The new one has its key (renewal, RFC 3647 4.6).
    pub(crate) same_key: bool,
    /// By which it came: its key is on that device, and so is what is certified for the key again.
    pub(crate) enrollment: Option<EnrollmentId>,
}

impl Order {
    pub(super) fn new(policy: &Policy, person: &Subscriber, mail: &str, profile: ProfileName, supersede: bool) -> Result<Self> {
        let profile = policy.profile(profile).clone();
        profile.require_offered()?;
        let addresses = super::addresses(person, mail, &profile)?;
        Ok(Order {
            subscriber: person.id,
            mail: mail.trim().to_owned(),
            profile,
            subject: person.subject.clone(),
            san: addresses.into_iter().map(SubjectAltName::Rfc822Name).collect(),
            supersede,
            urls: policy.urls().clone(),
            replaces: None,
        })
    }

    fn intent(self, public_key: PublicKey) -> Intent {
        let enrollment = self.replaces.as_ref().filter(|replaced| replaced.same_key).and_then(|replaced| replaced.enrollment);
        Intent {
            terms: Terms::Profile(self.profile),
            subject: self.subject,
            san: self.san,
            subscriber: Some(self.subscriber),
            enrollment,
            public_key,
            urls: self.urls,
        }
    }
}

/// What our records say about it at this moment: the person is here, the validations of the mailboxes count, no second one to encrypt.
pub(super) fn check(tx: &Connection, at: Timestamp, order: &Order) -> Result<()> {
    let (_, subject) = subscriber::certified_as(tx, order.subscriber)?.ok_or(Error::NotFound(Noun::Subscriber))?;
    if subject != order.subject {
        return Err(Error::invalid("mail", "the person was moved to another department meanwhile: try again"));
    }
    let stated = order.san.iter().filter_map(|name| match name {
        SubjectAltName::Rfc822Name(address) => Some(address.as_str()),
        _ => None,
    });
    for address in std::iter::once(order.mail.as_str()).chain(stated) {
        mailbox::standing_of(tx, at, order.subscriber, address)??;
    }
    if let Some(replaced) = &order.replaces {
        life::may_be_replaced(tx, at, replaced)?;
    }
    if !order.supersede && order.profile.made_here() && certificate::has_active(tx, at, order.subscriber, order.profile.name.as_str())? {
        return Err(Error::Conflict(Conflict::ActiveEncryption));
    }
    Ok(())
}

/// What is known of the key: one that was compromised, is on hold, or was made by somebody else than it must be is not certified.
pub(super) fn check_key(tx: &Connection, order: &Order, key: &PublicKey) -> Result<()> {
    let Some(reason) = certificate::refusal_of_key(tx, &key.fingerprint(), order.profile.made_here())? else { return Ok(()) };
    Err(match &order.replaces {
        Some(replaced) if replaced.same_key => Error::invalid("serial", format!("{reason}; replace the certificate by one with a new key")),
        _ => Error::invalid("csr", format!("{reason}; make a new key and a request with it")),
    })
}

/// All that must hold before step 1 records anything. `key` is `None` where there is none yet: it is made here, or a request will
/// bring it.
pub(super) fn admit(tx: &Connection, at: Timestamp, order: &Order, key: Option<&PublicKey>) -> Result<()> {
    check(tx, at, order)?;
    let Some(key) = key else { return Ok(()) };
    if !order.profile.accepts(key) {
        return Err(Error::invalid("csr", "the key is weaker than its certificate profile asks: make a longer one"));
    }
    check_key(tx, order, key)
}

/// What step 1 left.
pub(super) struct Claim {
    pub(super) intent: Intent,
    pub(super) reservation: Reservation,
    order: Order,
}

/// Step 1, in the caller's transaction.
pub(super) fn reserve(tx: &Connection, at: Timestamp, ca: &CertificateView, order: Order, public_key: PublicKey) -> Result<Claim> {
    admit(tx, at, &order, Some(&public_key))?;
    let intent = order.clone().intent(public_key);
    let reservation = issue::reserve(tx, at, ca, &intent)?;
    Ok(Claim { intent, reservation, order })
}

/// Step 4, in the caller's transaction; serials of those that were superseded.
pub(super) fn store(tx: &Connection, at: Timestamp, actor: &Actor, claim: &Claim, signed: &Signed) -> Result<Vec<SerialNumber>> {
    // Again: another officer may have been faster, the mailbox or the person may be gone, the key compromised.
    check(tx, at, &claim.order)?;
    check_key(tx, &claim.order, &claim.intent.public_key)?;
    let mut superseded = issue::store(tx, at, actor, &claim.intent, signed)?;
    if let Some(replaced) = &claim.order.replaces {
        superseded.extend(life::replaced(tx, at, actor, replaced, &signed.view.serial)?);
    }
    Ok(superseded)
}

/// What was reserved, and perhaps signed, will not be stored.
pub(super) fn abandon(inner: &Inner, serial: SerialNumber, why: &'static str) -> Result<()> {
    let clock = inner.clock.clone();
    inner.store.write(move |tx| certificate::abandon(tx, issue::time(tx, &*clock)?, &serial, why))
}

/// All four steps for one order. `seal` makes what is handed on with the certificate, before that is stored: one whose key could not
/// be sealed never counts.
pub(super) fn one<T>(
    operator: &Operator,
    order: Order,
    public_key: PublicKey,
    seal: impl FnOnce(&CertificateView) -> Result<T>,
) -> Result<(Issued, T)> {
    let inner = &operator.inner;
    let ca = inner.issuing_ca()?;
    let (clock, issuer) = (inner.clock.clone(), ca.clone());
    // 1. reserve
    let claim = inner.store.write(move |tx| reserve(tx, issue::time(tx, &*clock)?, &issuer.certificate, order, public_key))?;
    let serial = claim.reservation.serial.clone();
    // 2. sign; 3. re-parse and lint
    let made = issue::certify(&ca, &claim.intent, &claim.reservation).and_then(|signed| Ok((seal(&signed.view)?, signed)));
    let (sealed, signed) = match made {
        Ok(made) => made,
        Err(error) => {
            abandon(inner, serial, "signing, linting or sealing failed")?;
            return Err(error);
        }
    };
    // 4. store
    let (clock, actor) = (inner.clock.clone(), operator.actor.clone());
    let stored = inner.store.write(move |tx| {
        let at = issue::time(tx, &*clock)?;
        let superseded = store(tx, at, &actor, &claim, &signed)?;
        Ok((certificate::one(tx, at, &signed.view.serial)?, superseded))
    });
    let (certificate, superseded) = match stored {
        Ok(stored) => stored,
        Err(error) => {
            abandon(inner, serial, "what it rests on changed meanwhile")?;
            return Err(error);
        }
    };
    Ok((Issued { certificate, superseded: superseded.iter().map(ToString::to_string).collect() }, sealed))
}
