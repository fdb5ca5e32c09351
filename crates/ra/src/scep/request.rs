//! PKCSReq and RenewalReq: who may have what. Step 1 of the issuance cycle, one transaction.

use super::{
    cycle::{Asked, Claim},
    operation::Answer,
    refusal::{About, of_known, of_stranger},
    renewal,
    transaction::{self, Cause, Standing},
};
use crate::{
    Error, Result,
    authority::Inner,
    certificate,
    certificate::Known,
    certification::Identities,
    challenge::{self, Challenge, Purpose, State},
    id::{SubscriberId, UnitId},
    issue::{self, Intent},
    ledger::Actor,
    mailbox::{self, Unvalidated},
    policy::{Policies, Policy, Terms},
    revoke,
    secret::Token,
};
use protocol::{
    Timestamp,
    csr::CertificationRequest,
    key::PublicKey,
    scep::{FailInfo, TransactionId},
    x509::{CertificateView, DistinguishedName, SerialNumber, SubjectAltName},
};
use rusqlite::Connection;
use std::{borrow::Cow, sync::Arc};

/// A request that is well-formed and whose key may be certified.
pub(super) struct Request {
    pub(super) transaction_id: Vec<u8>,
    /// SHA-256 of the key that signed the message.
    pub(super) signer_key: [u8; 32],
    signer_der: Vec<u8>,
    /// Of a signer that somebody else issued: perhaps one of our certificates.
    signer_serial: Option<SerialNumber>,
    pub(super) csr: CertificationRequest,
    /// SHA-256 of the key to be certified.
    pub(super) csr_key: [u8; 32],
    /// SHA-256 of the CSR.
    pub(super) csr_hash: [u8; 32],
}

impl Request {
    pub(super) fn new(signer: &CertificateView, transaction_id: &TransactionId, csr: CertificationRequest) -> Self {
        Request {
            transaction_id: transaction_id.0.clone(),
            signer_key: signer.public_key.fingerprint(),
            signer_der: signer.der.clone(),
            signer_serial: (signer.issuer_der != signer.subject_der).then(|| signer.serial.clone()),
            csr_key: csr.public_key.fingerprint(),
            csr_hash: protocol::digest::sha256(&csr.der),
            csr,
        }
    }
    /// For the transaction row.
    pub(super) fn asked(&self) -> Asked {
        Asked { transaction_id: self.transaction_id.clone(), key: self.signer_key, request: self.csr_hash }
    }
    /// What the client wanted to be, for the record.
    pub(super) fn names(&self) -> String {
        let mut text = self.csr.subject.to_string();
        for name in &self.csr.san {
            text.push_str(&format!(" {name:?}"));
        }
        text.chars().take(500).collect()
    }
}

/// What decides beside the records: read before the transaction.
pub(super) struct Ground<'a> {
    pub(super) ca: &'a CertificateView,
    pub(super) policies: &'a Policies,
}

impl Ground<'_> {
    /// What counts for a subscriber of this department; `None` for one that is no longer here.
    pub(super) fn policy(&self, department: Option<UnitId>) -> Option<&Policy> {
        self.policies.of(department?).ok().map(AsRef::as_ref)
    }
}

/// What step 1 came to.
pub(super) enum Decision {
    /// No certificate is to be made.
    Answer(Answer),
    /// A serial is reserved, the challenge is claimed: steps 2 to 4.
    Certify(Box<Claim>),
}

/// Step 1, in its transaction.
pub(super) async fn decide(inner: &Inner, policies: &Arc<Policies>, identities: &Identities, request: Request) -> Result<Decision> {
    let (ca, policies, clock) = (identities.issuing.clone(), policies.clone(), inner.clock.clone());
    let decided = inner.store.hand_in(move |tx| {
        let at = issue::time(tx, &*clock)?;
        decide_within(tx, at, &Ground { ca: &ca.certificate, policies: &policies }, &request)
    });
    decided.await
}

fn decide_within(tx: &Connection, at: Timestamp, ground: &Ground<'_>, request: &Request) -> Result<Decision> {
    let mut begun = None;
    if let Some(known) = transaction::find(tx, &request.transaction_id)? {
        if known.key != request.signer_key {
            return Ok(of_stranger(FailInfo::BadRequest, "the transactionID belongs to another key"));
        }
        if known.request == request.csr_hash {
            match again(tx, &known.cause)? {
                Some(decision) => return Ok(decision),
                None => begun = Some(known.cause),
            }
        }
    }
    match signer_of_ours(tx, request)? {
        Some(old) => renewal::decide(tx, at, ground, request, &old, begun),
        None => by_challenge(tx, at, ground, request, None),
    }
}

/// The same request again gets the same answer (docs/conformance.md Q29); `None` when there is none yet.
fn again(tx: &Connection, cause: &Cause) -> Result<Option<Decision>> {
    Ok(match transaction::standing(tx, cause)? {
        Standing::Issued(der) => Some(Decision::Answer(Answer::stored(&der)?)),
        Standing::Pending => Some(Decision::Answer(Answer::Pending)),
        Standing::Refused => Some(of_stranger(FailInfo::BadRequest, "the transaction was refused or its certificate is revoked")),
        Standing::Unfinished => None,
    })
}

/// The certificate that signed, when we issued it: the very octets, whatever CA of ours did.
fn signer_of_ours(tx: &Connection, request: &Request) -> Result<Option<Known>> {
    let Some(serial) = &request.signer_serial else { return Ok(None) };
    Ok(certificate::known(tx, serial)?.filter(|known| known.der == request.signer_der))
}

/// By challenge (invariant 7). `old` is the signer's certificate when it is one of ours; otherwise the key that signs must be the key
/// to be certified (RFC 8894 2.3).
pub(super) fn by_challenge(
    tx: &Connection,
    at: Timestamp,
    ground: &Ground<'_>,
    request: &Request,
    old: Option<&Known>,
) -> Result<Decision> {
    let Some(secret) = &request.csr.challenge_password else {
        return Ok(of_stranger(FailInfo::BadRequest, "neither a challenge nor a certificate of ours"));
    };
    let Some(challenge) = challenge::find(tx, &Token::received(secret))? else {
        return Ok(of_stranger(FailInfo::BadRequest, "unknown challenge"));
    };
    let about = About { subscriber: challenge.subscriber, enrollment: challenge.enrollment };
    let refuse = |reason: &str| of_known(tx, at, about, FailInfo::BadRequest, reason, None);
    let Some(policy) = ground.policy(challenge.department) else { return refuse(NO_LONGER_HERE) };
    if let Some(reason) = refusal_by_policy(policy, challenge.purpose, &request.csr.public_key) {
        return refuse(&reason);
    }
    if old.is_none() && request.signer_key != request.csr_key {
        return refuse("the message is signed by a key other than the one to be certified");
    }
    if challenge.claimed_by.is_some_and(|key| key != request.csr_key) {
        return refuse("the challenge was used with another key");
    }
    if let Some(asked) = deviation(&request.csr, &challenge.subject, &challenge.san) {
        return of_known(tx, at, about, FailInfo::BadRequest, asked, Some(request.names()));
    }
    let cause = Cause::Challenge(challenge.id);
    let expired = challenge.expires_at < at;
    match challenge.state {
        State::Refused => refuse("the officer refused the request"),
        State::Cancelled => refuse("the challenge was cancelled"),
        State::Pending => match again_by(tx, at, request, &cause)? {
            Some(decision) => Ok(decision),
            None => refuse("the transactionID belongs to another key"),
        },
        State::Open | State::Claimed | State::Spent if expired => refuse("the challenge has expired"),
        State::Spent => match again_by(tx, at, request, &cause)? {
            Some(decision) => Ok(decision),
            None => refuse("the certificate of this challenge is gone"),
        },
        State::Open | State::Claimed => {
            let refused = match refusal_by_records(tx, at, challenge.subscriber, &challenge.san)? {
                // By SCEP comes what its holder has made, and nothing else.
                None => certificate::refusal_of_key(tx, &request.csr_key, false)?.map(str::to_owned),
                Some(why) => Some(why.reason()),
            };
            match refused {
                Some(reason) => refuse(&reason),
                None if is_blocked(tx, &challenge)? => refuse(BLOCKED),
                None if challenge.manual_approval => wait(tx, at, request, &challenge),
                None => claim(tx, at, ground, policy, request, challenge),
            }
        }
    }
}

/// A lost phone whose certificates are held or revoked must not get new ones by what its profile still holds.
fn is_blocked(tx: &Connection, challenge: &Challenge) -> Result<bool> {
    match (challenge.purpose, challenge.enrollment) {
        (Purpose::Certificate(_), Some(enrollment)) => revoke::blocks_phone(tx, enrollment),
        (Purpose::Transport, _) | (Purpose::Certificate(_), None) => Ok(false),
    }
}

/// A further transactionID for what the same key has asked before.
fn again_by(tx: &Connection, at: Timestamp, request: &Request, cause: &Cause) -> Result<Option<Decision>> {
    if !transaction::remember(tx, at, &request.transaction_id, &request.signer_key, &request.csr_hash, cause)? {
        return Ok(None);
    }
    again(tx, cause)
}

fn claim(
    tx: &Connection,
    at: Timestamp,
    ground: &Ground<'_>,
    policy: &Policy,
    request: &Request,
    challenge: Challenge,
) -> Result<Decision> {
    let intent = Intent {
        terms: policy.terms(challenge.purpose),
        subject: challenge.subject,
        san: challenge.san,
        subscriber: challenge.subscriber,
        enrollment: challenge.enrollment,
        public_key: request.csr.public_key.clone(),
        urls: policy.urls().clone(),
    };
    let begun = match &challenge.serial {
        Some(serial) => issue::resume(tx, at, serial, &intent)?,
        None => None,
    };
    let reservation = match begun {
        Some(reservation) => reservation,
        None => {
            let reservation = issue::reserve(tx, at, ground.ca, &intent)?;
            challenge::claim(tx, challenge.id, &request.csr_key, &reservation.serial)?;
            reservation
        }
    };
    let actor = actor(&intent);
    Ok(Decision::Certify(Box::new(Claim {
        intent,
        reservation,
        cause: Cause::Challenge(challenge.id),
        renews: None,
        asked: Some(request.asked()),
        actor,
    })))
}

/// Whom the ledger names for what a device asked.
pub(super) fn actor(intent: &Intent) -> Actor {
    match (intent.enrollment, intent.subscriber) {
        (Some(enrollment), _) => Actor::Device(enrollment),
        (None, Some(subscriber)) => Actor::Subscriber(subscriber),
        (None, None) => Actor::Signet,
    }
}

/// The officer decides: PENDING (RFC 8894 3.3.2.3).
fn wait(tx: &Connection, at: Timestamp, request: &Request, challenge: &Challenge) -> Result<Decision> {
    let cause = Cause::Challenge(challenge.id);
    if !transaction::remember(tx, at, &request.transaction_id, &request.signer_key, &request.csr_hash, &cause)? {
        return Ok(of_stranger(FailInfo::BadRequest, "the transactionID belongs to another key"));
    }
    challenge::wait(tx, challenge.id, &request.csr_key)?;
    super::approval::ask(tx, at, challenge, request.csr.public_key.spki())?;
    Ok(Decision::Answer(Answer::Pending))
}

/// Why the policy forbids this purpose for a key made elsewhere.
pub(super) fn refusal_by_policy(policy: &Policy, purpose: Purpose, key: &PublicKey) -> Option<Cow<'static, str>> {
    let terms = policy.terms(purpose);
    // First: of one that is to be mended nothing else is sure.
    if let Terms::Profile(profile) = &terms
        && let Err(Error::Invalid { reason, .. }) = profile.require_sound()
    {
        return Some(reason.into());
    }
    if !policy.by_scep(purpose) {
        return Some("keys that decrypt are never enrolled by SCEP".into());
    }
    if !policy.offers(purpose) {
        return Some("the certificate profile is not offered".into());
    }
    match terms {
        Terms::Profile(profile) if !profile.accepts(key) => Some("the key is weaker than its certificate profile asks".into()),
        Terms::Profile(_) | Terms::Transport(_) => None,
    }
}

/// Why nothing more is certified for a phone that is lost, or may be.
pub(super) const BLOCKED: &str = "a certificate of this phone was revoked or is on hold";
/// Why nothing is certified for somebody who was deleted.
pub(super) const NO_LONGER_HERE: &str = "the person is no longer here";

/// Why our records forbid to certify these names for this person now (invariant 5), whatever was promised before. That the person is
/// here was seen when their department was read.
pub(super) fn refusal_by_records(
    tx: &Connection,
    at: Timestamp,
    subscriber: Option<SubscriberId>,
    san: &[SubjectAltName],
) -> Result<Option<Unvalidated>> {
    let Some(id) = subscriber else { return Ok(None) };
    for name in san {
        if let SubjectAltName::Rfc822Name(address) = name
            && let Err(why) = mailbox::standing_of(tx, at, id, address)?
        {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

/// Invariant 6: whatever identity the CSR states must be one that we certify; what it leaves out we fill in.
pub(crate) fn deviation(csr: &CertificationRequest, subject: &DistinguishedName, san: &[SubjectAltName]) -> Option<&'static str> {
    if csr.asks_for_ca {
        return Some("the request asks for a CA certificate");
    }
    if csr.multi_valued_rdn {
        return Some("the request asks for another subject");
    }
    if csr.subject != *subject {
        let mut ours = subject.comparable();
        for stated in csr.subject.comparable() {
            let Some(found) = ours.iter().position(|attribute| *attribute == stated) else {
                return Some("the request asks for another subject");
            };
            // Twice stated must be twice certified.
            ours.swap_remove(found);
        }
    }
    let stated_by_us =
        |name: &SubjectAltName| !matches!(name, SubjectAltName::Unknown(_)) && san.iter().any(|s| s.comparable() == name.comparable());
    (!csr.san.iter().all(stated_by_us)).then_some("the request asks for another subject alternative name")
}
