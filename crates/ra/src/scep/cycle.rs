//! Steps 2 to 4 of docs/issuance-cycle.md for what step 1 has claimed.

use super::{
    operation::Answer,
    renewal, request,
    transaction::{self, Cause, Standing},
};
use crate::{
    Result,
    authority::Inner,
    certificate,
    certification::Identities,
    challenge::{self, Purpose},
    enrollment::{self, StepKind},
    issue::{self, Intent, Reservation, Signed},
    ledger::Actor,
    revoke,
};
use protocol::{
    Timestamp,
    scep::FailInfo,
    x509::{CertificateView, SerialNumber},
};
use rusqlite::Connection;
use serde_json::json;

/// The transaction in which it was asked for.
pub(super) struct Asked {
    pub(super) transaction_id: Vec<u8>,
    pub(super) key: [u8; 32],
    pub(super) request: [u8; 32],
}

/// What step 1 left: an intent with its reservation, and what is spent for it.
pub(super) struct Claim {
    pub(super) intent: Intent,
    pub(super) reservation: Reservation,
    pub(super) cause: Cause,
    /// The certificate on whose word it is, of a renewal without a challenge.
    pub(super) renews: Option<SerialNumber>,
    /// `None` when the officer carries it out.
    pub(super) asked: Option<Asked>,
    pub(super) actor: Actor,
}

/// Signs, lints and stores.
pub(super) async fn certify(inner: &Inner, identities: &Identities, claim: Claim) -> Result<Answer> {
    #[cfg(test)]
    super::tests::crash_after(1)?;
    // 2. sign; 3. re-parse and lint
    let signed = match issue::certify(&identities.issuing, &claim.intent, &claim.reservation) {
        Ok(signed) => signed,
        Err(error) => {
            abandon(inner, claim.reservation.serial)?;
            return Err(error);
        }
    };
    #[cfg(test)]
    super::tests::crash_after(3)?;
    // 4. store
    let clock = inner.clock.clone();
    let answer = inner.store.hand_in(move |tx| store(tx, issue::time(tx, &*clock)?, &claim, &signed)).await?;
    #[cfg(test)]
    super::tests::crash_after(4)?;
    Ok(answer)
}

/// What was reserved, and perhaps signed, will not be stored.
fn abandon(inner: &Inner, serial: SerialNumber) -> Result<()> {
    let clock = inner.clock.clone();
    inner.store.write(move |tx| certificate::abandon(tx, issue::time(tx, &*clock)?, &serial, "signing or linting failed"))
}

fn store(tx: &Connection, at: Timestamp, claim: &Claim, signed: &Signed) -> Result<Answer> {
    let view = &signed.view;
    // Somebody may have said meanwhile that others have the key, or the phone.
    let blocked = match (claim.intent.enrollment, claim.intent.purpose()) {
        (Some(enrollment), Purpose::Certificate(_)) => revoke::blocks_phone(tx, enrollment)?.then_some(request::BLOCKED),
        (_, Purpose::Transport) | (None, _) => None,
    };
    let refused = match blocked {
        None => claim.intent.refusal_of_key(tx)?,
        blocked => blocked,
    };
    if let Some(why) = refused {
        certificate::abandon(tx, at, &view.serial, why)?;
        return Ok(Answer::Failure(FailInfo::BadRequest));
    }
    let remembered = match &claim.asked {
        Some(asked) => transaction::remember(tx, at, &asked.transaction_id, &asked.key, &asked.request, &claim.cause)?,
        None => true,
    };
    // What step 1 saw of the person, the addresses and the old certificate may have ended since, in whatever process (invariant 5).
    let ended = match &claim.renews {
        Some(old) => renewal::refusal_by_now(tx, at, old, &claim.intent)?,
        None => request::refusal_by_records(tx, at, claim.intent.subscriber, &claim.intent.san)?.map(|why| why.reason().into()),
    };
    let spent = match &claim.cause {
        // For a certificate that will not be stored nothing is spent: the same key may ask again.
        Cause::Challenge(id) => remembered && ended.is_none() && challenge::spend(tx, *id, &view.serial)?,
        Cause::Renewal(_) => false,
    };
    // The same request was faster on another thread or in another process; whose challenge was spent here was not.
    if remembered
        && !spent
        && let Standing::Issued(der) = transaction::issued(tx, &view.serial)?
    {
        return Answer::stored(&der);
    }
    let may_be_stored = ended.is_none() && (spent || remembered && matches!(claim.cause, Cause::Renewal(_)));
    if !may_be_stored {
        let why = match ended {
            Some(why) => why,
            None if remembered => "its challenge ended meanwhile".into(),
            None => "its transactionID belongs to another key".into(),
        };
        certificate::abandon(tx, at, &view.serial, &why)?;
        return Ok(Answer::Failure(FailInfo::BadRequest));
    }
    issue::store(tx, at, &claim.actor, &claim.intent, signed)?;
    tell(tx, at, claim, view)?;
    Ok(Answer::Certificate(view.clone()))
}

/// What else changes in the transaction that stores the certificate.
fn tell(tx: &Connection, at: Timestamp, claim: &Claim, view: &CertificateView) -> Result<()> {
    if let (Cause::Challenge(id), None) = (&claim.cause, &claim.asked) {
        super::approval::done(tx, *id)?;
    }
    let Some(enrollment) = claim.intent.enrollment else { return Ok(()) };
    match &claim.cause {
        Cause::Challenge(_) => enrollment::certificate_issued(tx, at, enrollment, claim.intent.purpose(), &view.serial),
        Cause::Renewal(_) => {
            let facts = json!({ "serial": view.serial.to_string(), "profile": claim.intent.purpose().as_str(), "renewal": true });
            enrollment::record(tx, at, enrollment, StepKind::IdentityIssued, facts)
        }
    }
}
