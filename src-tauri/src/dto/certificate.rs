//! Certificates.

use super::{life::Breaks, time, unknown};
use crate::error::CommandError;
use ra::{certificate as core, id::SubscriberId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A certificate.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// Upper-case hex.
    pub serial: String,
    /// active held revoked expired superseded.
    pub status: String,
    /// Certificate profile.
    pub profile: String,
    /// Subject, RFC 4514.
    pub subject: String,
    /// `type:value`.
    pub san: Vec<String>,
    /// Subscriber.
    pub subscriber: Option<String>,
    /// First second.
    pub not_before: String,
    /// Last second.
    pub not_after: String,
    /// Enrollment.
    pub enrollment: Option<String>,
    /// subscriber, transport or authority.
    pub kind: String,
    /// Mail is encrypted to it.
    pub reads_mail: bool,
    /// What it is good for, seen from what would stop with it.
    pub serves: Vec<Breaks>,
    /// Signet made its key.
    pub made_here: bool,
    /// We issued it: of what was imported nobody here knows who made the key, and that CA alone can revoke it.
    pub ours: bool,
    /// Revoked or on hold since.
    pub revoked_at: Option<String>,
}

/// Which to list.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateQuery {
    /// Also our own and transport certificates.
    pub all: bool,
    /// At most.
    pub limit: u32,
    /// After this serial.
    pub after: Option<String>,
    /// Of one person.
    pub subscriber: Option<String>,
}

/// Why a certificate is revoked (RFC 5280 5.3.1): the reasons an officer may give.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RevocationReason {
    /// Nothing is said.
    Unspecified,
    /// The key may be in other hands.
    KeyCompromise,
    /// Name or membership changed.
    AffiliationChanged,
    /// Replaced by another certificate.
    Superseded,
    /// The person has left.
    CessationOfOperation,
    /// The right to have it was taken back.
    PrivilegeWithdrawn,
}

impl From<RevocationReason> for protocol::crl::Reason {
    fn from(reason: RevocationReason) -> Self {
        match reason {
            RevocationReason::Unspecified => Self::Unspecified,
            RevocationReason::KeyCompromise => Self::KeyCompromise,
            RevocationReason::AffiliationChanged => Self::AffiliationChanged,
            RevocationReason::Superseded => Self::Superseded,
            RevocationReason::CessationOfOperation => Self::CessationOfOperation,
            RevocationReason::PrivilegeWithdrawn => Self::PrivilegeWithdrawn,
        }
    }
}

impl TryFrom<CertificateQuery> for core::CertificateQuery {
    type Error = CommandError;
    fn try_from(query: CertificateQuery) -> Result<Self, CommandError> {
        Ok(core::CertificateQuery {
            all: query.all,
            limit: query.limit.clamp(1, 500),
            after: query.after,
            subscriber: query.subscriber.map(|id| SubscriberId::parse(&id).ok_or_else(unknown)).transpose()?,
        })
    }
}

impl From<core::Certificate> for Certificate {
    fn from(c: core::Certificate) -> Self {
        Certificate {
            serial: c.serial,
            status: c.status,
            profile: c.profile,
            subject: c.subject,
            san: c.san,
            subscriber: c.subscriber.map(|id| id.to_string()),
            not_before: time(c.not_before),
            not_after: time(c.not_after),
            enrollment: c.enrollment.map(|id| id.to_string()),
            reads_mail: c.reads_mail,
            serves: c.serves.into_iter().map(Into::into).collect(),
            made_here: c.made_here,
            // Transport certificates and our own are never imported.
            ours: c.ours || c.kind != "subscriber",
            kind: c.kind,
            revoked_at: c.revoked_at.map(time),
        }
    }
}
