//! What an answer will hold, decided and stored in one transaction; from it the bytes can be made as often as needed.

use crate::{
    Error, Result,
    authority::Inner,
    challenge::{self, NewChallenge, Purpose},
    id::{DeviceId, EnrollmentId, SubscriberId},
    policy::Policy,
};
use protocol::{
    Timestamp,
    x509::{DistinguishedName, SubjectAltName},
};
use rusqlite::Connection;
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

/// One answer. No `Debug`: it holds challenges.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Plan {
    /// Top-level PayloadUUID, new in every answer.
    pub(super) uuid: Uuid,
    /// When it was decided: signing time, and start of the ten minutes.
    pub(super) at: Timestamp,
    /// Identities that the device is to enroll.
    pub(super) identities: Vec<Planned>,
}

/// One identity with its challenge.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Planned {
    /// `transport` or a certificate profile.
    pub(super) purpose: String,
    pub(super) uuid: Uuid,
    pub(super) challenge: String,
    pub(super) subject: DistinguishedName,
    pub(super) san: Vec<SubjectAltName>,
}

impl Drop for Planned {
    fn drop(&mut self) {
        self.challenge.zeroize();
    }
}

/// For whom.
pub(super) struct Recipient {
    pub(super) subscriber: SubscriberId,
    pub(super) enrollment: EnrollmentId,
    pub(super) device: DeviceId,
    /// Seconds that the department's challenges live (`enrollment.challenge_minutes`).
    pub(super) challenges_live: i64,
}

impl Plan {
    /// Makes the challenges in the caller's transaction.
    pub(super) fn new(
        tx: &Connection,
        at: Timestamp,
        policy: &Policy,
        to: &Recipient,
        identities: Vec<(Purpose, DistinguishedName, Vec<SubjectAltName>)>,
    ) -> Result<Self> {
        let mut planned = Vec::with_capacity(identities.len());
        for (purpose, subject, san) in identities {
            let new = NewChallenge {
                purpose,
                subject,
                san,
                subscriber: Some(to.subscriber),
                enrollment: Some(to.enrollment),
                device: Some(to.device),
                expires_at: at.plus(to.challenges_live),
                manual_approval: false,
                made_by: None,
            };
            let challenge = challenge::create(tx, at, policy, &new)?.reveal().to_owned();
            planned.push(Planned {
                purpose: purpose.as_str().to_owned(),
                uuid: Uuid::new_v4(),
                challenge,
                subject: new.subject,
                san: new.san,
            });
        }
        Ok(Plan { uuid: Uuid::new_v4(), at, identities: planned })
    }

    pub(super) fn seal(&self, inner: &Inner, context: &str) -> Result<Vec<u8>> {
        inner.vault.seal(context, &Zeroizing::new(serde_json::to_vec(self).map_err(Error::fault)?))
    }

    pub(super) fn open(inner: &Inner, context: &str, sealed: &[u8]) -> Result<Self> {
        serde_json::from_slice(&inner.vault.open(context, sealed)?).map_err(Error::fault)
    }
}
