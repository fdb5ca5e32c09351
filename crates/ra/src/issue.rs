//! The issuance cycle, steps 1 to 4 of docs/issuance-cycle.md: reserve, sign, lint, store.
//!
//! Nothing is signed that was not recorded before, and nothing leaves that was not stored before. Steps 1 and 4 are one transaction
//! each, written by the caller around [`reserve`] and [`store`], so that what authorises the certificate is claimed and spent in them.

use crate::{
    Denied, Error, Result,
    certificate::{self, Kind, NewCertificate},
    certification::{Identity, StatusUrls},
    challenge::Purpose,
    id::{EnrollmentId, SubscriberId},
    ledger::{self, Actor},
    policy::Terms,
    ports::Clock,
    profile::TRANSPORT_PURPOSE,
};
use protocol::{
    Timestamp,
    key::PublicKey,
    x509::{
        CertificateSpec, CertificateView, DistinguishedName, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName, Validity,
        baseline::BaselineRule,
    },
};
use rusqlite::Connection;
use serde_json::json;
use std::sync::Arc;

/// A clock corrected by so little is not "behind": the last ledger row's time is used.
const CLOCK_SLACK: i64 = 5;

/// What is to be certified: all from our records, but for the key.
#[derive(Clone)]
pub(crate) struct Intent {
    pub(crate) terms: Terms,
    pub(crate) subject: DistinguishedName,
    pub(crate) san: Vec<SubjectAltName>,
    pub(crate) subscriber: Option<SubscriberId>,
    pub(crate) enrollment: Option<EnrollmentId>,
    pub(crate) public_key: PublicKey,
    /// Of the issuing CA, as the settings have them.
    pub(crate) urls: StatusUrls,
}

impl Intent {
    pub(crate) fn purpose(&self) -> Purpose {
        self.terms.purpose()
    }
    /// Signet makes its key; otherwise Signet never had it.
    fn made_here(&self) -> bool {
        matches!(&self.terms, Terms::Profile(profile) if profile.made_here())
    }
    /// Why its key is not certified for this (again); asked where it is recorded and where it is stored.
    pub(crate) fn refusal_of_key(&self, tx: &Connection) -> Result<Option<&'static str>> {
        certificate::refusal_of_key(tx, &self.public_key.fingerprint(), self.made_here())
    }
}

/// A serial number that belongs to one intent, since `at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reservation {
    pub(crate) serial: SerialNumber,
    pub(crate) at: Timestamp,
}

/// The time to issue at, read inside the transaction so that rows follow each other in time; refuses a clock that is behind the ledger.
pub(crate) fn time(tx: &Connection, clock: &dyn Clock) -> Result<Timestamp> {
    let now = clock.now();
    match ledger::last_at(tx)? {
        Some(last) if now.plus(CLOCK_SLACK) < last => Err(Error::Denied(Denied::ClockBehind)),
        Some(last) => Ok(now.max(last)),
        None => Ok(now),
    }
}

/// Step 1: reserves a serial and records the intent.
pub(crate) fn reserve(tx: &Connection, at: Timestamp, issuer: &CertificateView, intent: &Intent) -> Result<Reservation> {
    let serial = certificate::fresh_serial()?;
    certificate::reserve(tx, at, &serial, issuer.subject_key_identifier.as_deref(), &recorded(intent))?;
    Ok(Reservation { serial, at })
}

/// certificatePolicies: each OID with its CPS pointer.
fn policies(terms: &Terms) -> Vec<(String, Option<String>)> {
    match terms {
        Terms::Transport(_) => Vec::new(),
        Terms::Profile(profile) => profile.policies.iter().map(|policy| (policy.oid.clone(), policy.cps.clone())).collect(),
    }
}

/// What is recorded of an intent: all of it that goes into the certificate.
fn recorded(intent: &Intent) -> serde_json::Value {
    let ((version, pilot), (days, backdated)) = (intent.terms.version(), intent.terms.lasts());
    json!({
        "profile": intent.purpose().as_str(),
        "version": version,
        "pilot": pilot,
        "days": days,
        "backdated": backdated,
        "policies": policies(&intent.terms),
        "subject": intent.subject.to_string(),
        "san": intent.san.iter().map(certificate::san_text).collect::<Vec<_>>(),
        "key": hex(&intent.public_key.fingerprint()),
        "addresses": [&intent.urls.crl, &intent.urls.issuer, &intent.urls.ocsp],
    })
}

/// Step 1 again, after an answer or a process was lost: the living reservation of `serial`. One that is too old is abandoned, and the
/// caller reserves anew; so is one for anything else than `intent` (another version of the profile, other names), for two things under
/// one serial may never be signed.
pub(crate) fn resume(tx: &Connection, at: Timestamp, serial: &SerialNumber, intent: &Intent) -> Result<Option<Reservation>> {
    let Some((reserved_at, then)) = certificate::reserved(tx, serial)? else { return Ok(None) };
    if reserved_at.plus(certificate::GIVEN_UP_AFTER) < at {
        certificate::abandon(tx, at, serial, "the request was repeated too late")?;
        return Ok(None);
    }
    let now = recorded(intent);
    // What an earlier Signet did not record is not compared.
    let differs = |part: &str| then.get(part).is_some_and(|then| now.get(part) != Some(then));
    let parts = ["version", "pilot", "days", "backdated", "policies", "profile", "subject", "san", "key", "addresses"];
    let changed = match parts.into_iter().find(|part| differs(part)) {
        None => return Ok(Some(Reservation { serial: serial.clone(), at: reserved_at })),
        Some("version" | "pilot" | "days" | "backdated" | "policies") => "the policy changed before the request was repeated",
        Some("addresses") => "the addresses of CRL, CA or OCSP changed before the request was repeated",
        Some(_) => "something else is to be certified now",
    };
    certificate::abandon(tx, at, serial, changed)?;
    Ok(None)
}

/// A certificate that was signed and is as meant; step 4 stores it.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) view: Arc<CertificateView>,
    /// What the S/MIME baseline advises about it, for the ledger.
    advice: Vec<BaselineRule>,
}

/// Steps 2 and 3, outside of any transaction: signs, reads back what was signed and lints it against what was meant.
pub(crate) fn certify(ca: &Identity, intent: &Intent, reservation: &Reservation) -> Result<Signed> {
    let spec = specify(ca, intent, reservation);
    // 2. sign
    let der = ca.sign_certificate(&spec)?;
    // 3. re-parse and lint
    let view = CertificateView::from_der_knowing(&der, Some(&intent.public_key))?;
    let faults = view.lint(&spec, &ca.certificate);
    if !faults.is_empty() {
        return Err(Error::fault(format!("certificate {} is not as meant: {}", reservation.serial, faults.join("; "))));
    }
    // Here and not while others wait for the store.
    let advice = view.baseline().unwrap_or_default();
    Ok(Signed { view: Arc::new(view), advice })
}

/// From when until when a certificate counts that is reserved at `at`: for so many days, begun so many minutes before.
pub(crate) fn validity(ca: &CertificateView, at: Timestamp, (days, backdated_minutes): (u32, u32)) -> Validity {
    let not_before = at.plus(-i64::from(backdated_minutes) * Timestamp::MINUTE).max(ca.validity.not_before);
    // Both ends are inclusive (RFC 5280 4.1.2.5), and nothing outlives its CA.
    let not_after = not_before.plus(i64::from(days) * Timestamp::DAY - 1).min(ca.validity.not_after);
    Validity { not_before, not_after }
}

fn specify(ca: &Identity, intent: &Intent, reservation: &Reservation) -> CertificateSpec {
    let urls = &intent.urls;
    let (key_usage, extended_key_usage, crl_urls) = match &intent.terms {
        Terms::Transport(_) => (
            KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT),
            vec![ExtendedKeyUsage::Other(TRANSPORT_PURPOSE.to_owned())],
            urls.crl.clone(),
        ),
        Terms::Profile(profile) => (
            profile.key_usage_for(&intent.public_key),
            profile.extended_key_usage.clone(),
            if profile.crl_address { urls.crl.clone() } else { Vec::new() },
        ),
    };
    CertificateSpec {
        serial: reservation.serial.clone(),
        subject: intent.subject.clone(),
        san: intent.san.clone(),
        validity: validity(&ca.certificate, reservation.at, intent.terms.lasts()),
        public_key: intent.public_key.clone(),
        key_usage,
        extended_key_usage,
        ca: None,
        name_constraints: None,
        policies: policies(&intent.terms),
        crl_urls,
        ca_issuer_urls: urls.issuer.clone(),
        ocsp_urls: urls.ocsp.clone(),
        ocsp_nocheck: false,
    }
}

/// Step 4, the part that every issuance shares: the reservation ends (a fault when it is gone), certificate and ledger row are stored.
/// Serials of those that it supersedes.
pub(crate) fn store(tx: &Connection, at: Timestamp, actor: &Actor, intent: &Intent, signed: &Signed) -> Result<Vec<SerialNumber>> {
    let view = &signed.view;
    let (version, pilot) = intent.terms.version();
    let kind = match intent.purpose() {
        Purpose::Transport => Kind::Transport,
        Purpose::Certificate(_) => Kind::Subscriber,
    };
    // At most one to encrypt with (invariant 3): the earlier one ends in the transaction that stores the later one.
    let superseded = match (&intent.terms, intent.subscriber) {
        (Terms::Profile(profile), Some(subscriber)) if profile.made_here() => {
            certificate::supersede(tx, at, actor, subscriber, profile.name.as_str(), &view.serial)?
        }
        _ => Vec::new(),
    };
    certificate::insert(
        tx,
        &NewCertificate {
            kind,
            profile: intent.purpose().as_str(),
            profile_version: version,
            pilot,
            view,
            subscriber: intent.subscriber,
            enrollment: intent.enrollment,
            issued_at: at,
        },
    )?;
    let mut facts = json!({
        "profile": intent.purpose().as_str(),
        "version": version,
        "pilot": pilot,
        "subject": intent.subject.to_string(),
        "not_after": view.validity.not_after,
        "key": hex(&view.public_key.fingerprint()),
        "sha256": hex(&view.sha256()),
        "key_origin": if intent.made_here() { "signet" } else { "holder" },
    });
    if let Terms::Profile(profile) = &intent.terms
        && let Some(cps) = &profile.cps
    {
        facts["cps"] = json!(cps);
    }
    // Advice stops nothing; what was advised stays on record.
    if !signed.advice.is_empty() {
        facts["advice"] = json!(signed.advice);
    }
    ledger::append(tx, at, actor, "certificate.issued", &view.serial.to_string(), &facts)?;
    Ok(superseded)
}

/// Lower-case hex.
pub(crate) fn hex(octets: &[u8]) -> String {
    use std::fmt::Write;
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}
