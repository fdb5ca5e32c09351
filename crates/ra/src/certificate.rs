//! Certificates: the records.

use crate::{Operator, Result};
use protocol::{Timestamp, crl::Reason, x509::SerialNumber};

/// As the interfaces show it (design.md section 7).
#[derive(Debug, Clone, serde::Serialize)]
pub struct Certificate {
    /// Upper-case hex.
    pub serial: String,
    /// pending active held revoked expired superseded.
    pub status: String,
    /// signing, encryption, authentication, document, functional; for our own: root, issuing, ra, ...
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
    /// Delegated OCSP responder; from its issue on.
    #[allow(dead_code)]
    Ocsp,
}

/// A row to be stored after signing.
pub(crate) struct NewCertificate<'a> {
    pub(crate) kind: Kind,
    pub(crate) profile: &'a str,
    pub(crate) view: &'a protocol::x509::CertificateView,
    pub(crate) subscriber: Option<crate::id::SubscriberId>,
    pub(crate) enrollment: Option<crate::id::EnrollmentId>,
    pub(crate) issued_at: Timestamp,
}

/// Stores a signed certificate in the caller's transaction.
pub(crate) fn insert(tx: &rusqlite::Connection, new: &NewCertificate<'_>) -> Result<()> {
    let _ = (tx, new);
    todo!()
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
/// Looks one up by serial.
pub(crate) fn known(tx: &rusqlite::Connection, serial: &SerialNumber) -> Result<Option<Known>> {
    let _ = (tx, serial);
    todo!()
}

/// How many certificates of a subscriber are active at `at`.
pub(crate) fn active_count(tx: &rusqlite::Connection, at: Timestamp, subscriber: crate::id::SubscriberId) -> Result<u32> {
    let _ = (tx, at, subscriber);
    todo!()
}
/// How many active certificates of subscribers end before `end`.
pub(crate) fn ending_before(tx: &rusqlite::Connection, at: Timestamp, end: Timestamp) -> Result<u32> {
    let _ = (tx, at, end);
    todo!()
}
/// All certificates of an enrollment (transport ones too), oldest first.
pub(crate) fn of_enrollment(tx: &rusqlite::Connection, at: Timestamp, enrollment: crate::id::EnrollmentId) -> Result<Vec<Certificate>> {
    let _ = (tx, at, enrollment);
    todo!()
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
        let _ = query;
        todo!()
    }
    /// One by serial.
    pub fn certificate(&self, serial: &SerialNumber) -> Result<Certificate> {
        let _ = serial;
        todo!()
    }
    /// Its DER and its chain (issuing, root).
    pub fn export_certificate(&self, serial: &SerialNumber) -> Result<(Vec<u8>, Vec<Vec<u8>>)> {
        let _ = serial;
        todo!()
    }
    /// Revokes; the next CRL says so at once.
    pub fn revoke(&self, serial: &SerialNumber, reason: Reason) -> Result<Certificate> {
        let _ = (serial, reason);
        todo!()
    }
}
