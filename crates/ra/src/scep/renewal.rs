//! Renewal and re-key: a request signed by the holder's current certificate (RFC 8894 2.3, docs/conformance.md Q28).

use super::{
    cycle::Claim,
    refusal::{About, of_known},
    request::{self, Decision, Ground, NO_LONGER_HERE, Request, by_challenge, deviation, refusal_by_policy, refusal_by_records},
    transaction::{self, Cause},
};
use crate::{
    Result,
    certificate::{self, Kind, Known},
    challenge::{self, Challenge, Purpose, State},
    issue::{self, Intent},
    profile::ProfileName,
    secret::Token,
    subscriber,
};
use protocol::{
    Timestamp,
    scep::FailInfo,
    x509::{CertificateView, SerialNumber},
};
use rusqlite::Connection;
use std::borrow::Cow;

/// Decides by the signer's certificate `old`: the new one has its profile, subject and names. The old one stays valid. `begun` is what
/// an earlier copy of the same request has begun.
pub(super) fn decide(
    tx: &Connection,
    at: Timestamp,
    ground: &Ground<'_>,
    request: &Request,
    old: &Known,
    begun: Option<Cause>,
) -> Result<Decision> {
    let about = About { subscriber: old.subscriber, enrollment: old.enrollment };
    let refuse = |reason: &str| of_known(tx, at, about, FailInfo::BadRequest, reason, None);
    if old.kind != Kind::Subscriber {
        return refuse("a transport certificate is never renewed");
    }
    if old.revoked || old.held {
        return refuse("the certificate that signed is revoked or held");
    }
    let Some(profile) = ProfileName::parse(&old.profile) else {
        return refuse("the certificate that signed has no profile of ours");
    };
    // Waived, but what is there must be right (OmniTrustILM#1904); certmonger repeats the spent challenge of its first request.
    if let Some(secret) = &request.csr.challenge_password {
        match challenge::find(tx, &Token::received(secret))?.filter(|challenge| fits(challenge, old, profile)) {
            None => return refuse("wrong challenge in a renewal"),
            Some(challenge) if challenge.state == State::Spent => {}
            Some(_) => return by_challenge(tx, at, ground, request, Some(old)),
        }
    }
    if old.not_after < at {
        return refuse("the certificate that signed has expired");
    }
    let Some(subscriber) = old.subscriber else { return refuse("the certificate that signed belongs to nobody") };
    // Today's records: who has moved to another department has another subject and follows its policy.
    let Some((department, subject)) = subscriber::certified_as(tx, subscriber)? else { return refuse(NO_LONGER_HERE) };
    let Some(policy) = ground.policy(Some(department)) else { return refuse(NO_LONGER_HERE) };
    if let Some(reason) = refusal_by_policy(policy, Purpose::Certificate(profile), &request.csr.public_key) {
        return refuse(&reason);
    }
    let certificate = CertificateView::from_der(&old.der)?;
    if let Some(reason) = deviation(&request.csr, &subject, &certificate.san) {
        let moved = certificate.subject != subject && deviation(&request.csr, &certificate.subject, &certificate.san).is_none();
        let reason = if moved { "the person has moved to another department: enroll anew" } else { reason };
        return of_known(tx, at, about, FailInfo::BadRequest, reason, Some(request.names()));
    }
    if let Some(why) = refusal_by_records(tx, at, old.subscriber, &certificate.san)? {
        return refuse(&why.reason());
    }
    // The key that signed, too: whoever has it speaks in the holder's name.
    for key in [&request.signer_key, &request.csr_key] {
        if let Some(reason) = certificate::refusal_of_key(tx, key, false)? {
            return refuse(reason);
        }
    }
    let intent = Intent {
        terms: policy.terms(Purpose::Certificate(profile)),
        subject,
        san: certificate.san,
        subscriber: old.subscriber,
        enrollment: old.enrollment,
        public_key: request.csr.public_key.clone(),
        urls: policy.urls().clone(),
    };
    let resumed = match &begun {
        Some(Cause::Renewal(serial)) => issue::resume(tx, at, serial, &intent)?,
        Some(Cause::Challenge(_)) | None => None,
    };
    let reservation = match resumed {
        Some(reservation) => reservation,
        None => issue::reserve(tx, at, ground.ca, &intent)?,
    };
    let cause = Cause::Renewal(reservation.serial.clone());
    // Remembered at once: it is what a copy of this request finds, as a challenge is for enrollments.
    if !transaction::remember(tx, at, &request.transaction_id, &request.signer_key, &request.csr_hash, &cause)? {
        return refuse("the transactionID belongs to another key");
    }
    let actor = request::actor(&intent);
    let renews = Some(certificate.serial);
    Ok(Decision::Certify(Box::new(Claim { intent, reservation, cause, renews, asked: Some(request.asked()), actor })))
}

/// Why what [`decide`] saw no longer holds when the new certificate is to be stored: the old one has ended, or its person has left or
/// is certified under another name.
pub(super) fn refusal_by_now(tx: &Connection, at: Timestamp, old: &SerialNumber, intent: &Intent) -> Result<Option<Cow<'static, str>>> {
    if certificate::known(tx, old)?.is_none_or(|old| old.revoked || old.held) {
        return Ok(Some("the certificate that signed was revoked or held meanwhile".into()));
    }
    let Some(subscriber) = intent.subscriber else { return Ok(Some(NO_LONGER_HERE.into())) };
    match subscriber::certified_as(tx, subscriber)? {
        Some((_, subject)) if subject == intent.subject => {
            Ok(refusal_by_records(tx, at, intent.subscriber, &intent.san)?.map(|why| why.reason().into()))
        }
        Some(_) => Ok(Some("the person has moved to another department meanwhile".into())),
        None => Ok(Some(NO_LONGER_HERE.into())),
    }
}

/// The challenge is one for the same person and profile.
fn fits(challenge: &Challenge, old: &Known, profile: ProfileName) -> bool {
    challenge.subscriber.is_some()
        && challenge.subscriber == old.subscriber
        && challenge.purpose == Purpose::Certificate(profile)
        && matches!(challenge.state, State::Open | State::Claimed | State::Spent)
}
