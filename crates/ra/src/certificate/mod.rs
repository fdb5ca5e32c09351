//! Certificates: the records.

mod foreign;
mod key;
mod read_anew;
mod record;
mod reservation;
mod supersede;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::{issued, signed};
mod uses;

use crate::{Error, Operator, Result};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};

pub(crate) use foreign::{OTHER, der_of, insert_foreign};
pub(crate) use key::{of_same_key, refusal_of_key};
pub(crate) use read_anew::read_anew;
pub(crate) use record::{
    COLUMNS, active_count, active_of, authorities, insert, known, listed, of_enrollment, one, reason_code, reason_of, san_text,
    usable_count,
};
pub(crate) use reservation::{GIVEN_UP_AFTER, abandon, abandon_left_behind, fresh_serial, reserve, reserved};
pub(crate) use supersede::{count_again, current, has_active, has_its_place, mark, supersede};
pub(crate) use uses::Uses;

/// As the interfaces show it; its JSON is what scripts rely on.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Certificate {
    /// Upper-case hex.
    pub serial: String,
    /// active held revoked expired superseded (what waits for an officer is a request, and no certificate).
    pub status: String,
    /// signing, encryption, authentication, document, functional, or other where another CA issued it and none of these comes near; for
    /// our own: root, issuing, ra, ...
    pub profile: String,
    /// RFC 4514 text.
    pub subject: String,
    /// Subject alternative names as `type:value`.
    pub san: Vec<String>,
    /// Subscriber id.
    pub subscriber: Option<crate::id::SubscriberId>,
    /// First second.
    pub not_before: Timestamp,
    /// Last second.
    pub not_after: Timestamp,
    /// Enrollment it came by.
    pub enrollment: Option<crate::id::EnrollmentId>,
    /// subscriber or transport (or `authority` for our own).
    pub kind: String,
    /// Mail is encrypted to it, whatever its profile is called. Not in the JSON, whose members are fixed.
    #[serde(skip)]
    pub reads_mail: bool,
    /// What it is good for, seen from what would stop with it. Not in the JSON, either.
    #[serde(skip)]
    pub serves: Vec<crate::life::Breaks>,
    /// Signet made its key. Not in the JSON, either.
    #[serde(skip)]
    pub made_here: bool,
    /// We issued it; of what another CA certified nobody here knows who made the key. Not in the JSON, either.
    #[serde(skip)]
    pub ours: bool,
    /// Revoked or on hold since. Not in the JSON, either.
    #[serde(skip)]
    pub revoked_at: Option<Timestamp>,
}

/// Kind of certificate in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Subscriber,
    Transport,
    Root,
    Issuing,
    Ra,
    ProfileSigner,
    Tls,
    /// Delegated OCSP responder.
    Ocsp,
}

impl Kind {
    /// As it stands in the store.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Subscriber => "subscriber",
            Kind::Transport => "transport",
            Kind::Root => "root",
            Kind::Issuing => "issuing",
            Kind::Ra => "ra",
            Kind::ProfileSigner => "profile_signer",
            Kind::Tls => "tls",
            Kind::Ocsp => "ocsp",
        }
    }
    fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "subscriber" => Kind::Subscriber,
            "transport" => Kind::Transport,
            "root" => Kind::Root,
            "issuing" => Kind::Issuing,
            "ra" => Kind::Ra,
            "profile_signer" => Kind::ProfileSigner,
            "tls" => Kind::Tls,
            "ocsp" => Kind::Ocsp,
            other => return Err(Error::fault(format!("certificate of kind {other}"))),
        })
    }
}

/// A row to be stored after signing.
pub(crate) struct NewCertificate<'a> {
    pub(crate) kind: Kind,
    pub(crate) profile: &'a str,
    /// Version of the profile; 0: built in, or none.
    pub(crate) profile_version: u64,
    /// Issued by a pilot.
    pub(crate) pilot: bool,
    pub(crate) view: &'a protocol::x509::CertificateView,
    pub(crate) subscriber: Option<crate::id::SubscriberId>,
    pub(crate) enrollment: Option<crate::id::EnrollmentId>,
    pub(crate) issued_at: Timestamp,
}

/// What SCEP and OTA need to know of one of our certificates.
pub(crate) struct Known {
    pub(crate) kind: Kind,
    pub(crate) profile: String,
    pub(crate) der: Vec<u8>,
    pub(crate) subscriber: Option<crate::id::SubscriberId>,
    pub(crate) enrollment: Option<crate::id::EnrollmentId>,
    pub(crate) revoked: bool,
    pub(crate) held: bool,
    pub(crate) not_after: Timestamp,
}
/// Which certificates to list.
#[derive(Debug, Clone, Default)]
pub struct CertificateQuery {
    /// Also our own CA, RA, TLS ... and transport certificates.
    pub all: bool,
    /// At most this many.
    pub limit: u32,
    /// After this serial (keyset).
    pub after: Option<String>,
    /// Of one subscriber.
    pub subscriber: Option<crate::id::SubscriberId>,
}

impl Operator {
    /// Newest first.
    pub fn certificates(&self, query: &CertificateQuery) -> Result<Vec<Certificate>> {
        let at = self.inner.clock.now();
        self.inner.store.read(|c| record::list(c, at, query))
    }
    /// One by serial.
    pub fn certificate(&self, serial: &SerialNumber) -> Result<Certificate> {
        let at = self.inner.clock.now();
        self.inner.store.read(|c| record::one(c, at, serial))
    }
    /// Its DER and its chain (issuing, root).
    pub fn export_certificate(&self, serial: &SerialNumber) -> Result<(Vec<u8>, Vec<Vec<u8>>)> {
        self.inner.store.read(|c| record::with_chain(c, serial))
    }
    /// Revokes; the next CRL says so at once. A key that was compromised takes all its certificates along. Refused
    /// (`Denied::SecondOfficer`) when the officer would have changed more certificates alone than one may: [`Operator::carry_out`] then
    /// asks a second one.
    pub fn revoke(&self, serial: &SerialNumber, reason: Reason) -> Result<Certificate> {
        let rules = crate::life::Rules::of(self)?;
        let (at, actor, wanted) = (self.inner.clock.now(), self.actor.clone(), serial.clone());
        self.inner.store.write(move |tx| {
            let others = if reason == Reason::KeyCompromise { of_same_key(tx, at, &wanted)? } else { Vec::new() };
            let all: Vec<_> = std::iter::once(&wanted).chain(&others).cloned().collect();
            if reason != Reason::CertificateHold {
                crate::life::may_revoke_alone(tx, at, &rules, &all)?;
            }
            crate::revoke::by_officer(tx, at, &actor, &wanted, reason)?;
            others.iter().try_for_each(|other| crate::revoke::revoke(tx, at, &actor, other, reason))?;
            crate::life::note_alone(tx, at, &actor, &all)?;
            record::one(tx, at, &wanted)
        })
    }
}
