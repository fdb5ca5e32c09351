//! SCEP challenges: single-use, expiring, stored hashed, bound to subject, SANs, key type and device (invariant 7).

use crate::{
    Operator, Result,
    id::{DeviceId, EnrollmentId, SubscriberId},
    profile::ProfileName,
    secret::Token,
};
use protocol::{
    Timestamp,
    x509::{DistinguishedName, SubjectAltName},
};

/// What the certificate will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The transport identity of phase 2.
    Transport,
    /// An identity of the final configuration profile, or by `scep challenge`.
    Certificate(ProfileName),
}

/// A challenge to be made: what may be certified with it.
pub(crate) struct NewChallenge {
    pub(crate) purpose: Purpose,
    pub(crate) subject: DistinguishedName,
    pub(crate) san: Vec<SubjectAltName>,
    pub(crate) subscriber: Option<SubscriberId>,
    pub(crate) enrollment: Option<EnrollmentId>,
    pub(crate) device: Option<DeviceId>,
    pub(crate) expires_at: Timestamp,
    /// The officer must approve each request (PENDING).
    pub(crate) manual_approval: bool,
}

/// Makes one in the caller's transaction; the secret exists only in the result.
pub(crate) fn create(tx: &rusqlite::Connection, at: Timestamp, new: &NewChallenge) -> Result<Token> {
    let _ = (tx, at, new);
    todo!()
}

/// A challenge for other SCEP clients, as `scep challenge` prints it.
#[derive(serde::Serialize)]
pub struct ScepChallenge {
    /// The secret, shown once.
    pub challenge: String,
    /// Subject in the form of Apple's SCEP payload.
    pub subject: Vec<Vec<[String; 2]>>,
    /// SANs: `{"rfc822Name": "..."}`.
    pub san: serde_json::Value,
    /// Key Usage of Apple's payload: 1, 4 or 5.
    pub usage: u8,
    /// SCEP URL (plain HTTP).
    pub url: String,
    /// Ends (7 days).
    pub expires_at: Timestamp,
}

impl Operator {
    /// Makes `count` challenges for a person and a certificate profile (never `encryption`), in one transaction.
    pub fn scep_challenges(&self, mail: &str, profile: ProfileName, count: u32) -> Result<Vec<ScepChallenge>> {
        let _ = (mail, profile, count);
        todo!()
    }
}
