//! Why a device was sent away: a step of the timeline, never a word to the device.

use super::OtaAnswer;
use crate::{
    Result,
    authority::Inner,
    enrollment::{self, StepKind},
    id::EnrollmentId,
};
use protocol::x509::CertificateView;
use rusqlite::params;
use serde_json::json;

/// A refusal in the making.
pub(super) struct Refusal {
    kind: StepKind,
    facts: serde_json::Value,
}

impl Refusal {
    /// In phase 2, or before it is clear which phase it is.
    pub(super) fn device(reason: impl Into<String>) -> Self {
        Refusal { kind: StepKind::DeviceRefused, facts: json!({ "reason": reason.into() }) }
    }

    /// Signed by nobody we know: issuer and key, so that an officer sees when Apple moves to another device CA.
    pub(super) fn stranger(signer: &CertificateView) -> Self {
        let key: String = signer.public_key.fingerprint().iter().map(|octet| format!("{octet:02X}")).collect();
        let issuer = enrollment::bounded(&signer.issuer.to_string());
        tracing::warn!(%issuer, %key, "an over-the-air message signed by an unknown CA");
        Refusal { kind: StepKind::DeviceRefused, facts: json!({ "reason": "signed by an unknown CA", "issuer": issuer, "key": key }) }
    }

    /// In phase 3.
    pub(super) fn profile(reason: impl Into<String>) -> Self {
        Refusal { kind: StepKind::ProfileRefused, facts: json!({ "reason": reason.into() }) }
    }
}

/// Records it and answers 403. A device that is sent away has used up what it downloaded: nothing of it waits to be installed. It shows by
/// `challenge` (the hash of what it gave back) that it has the download; who has the link alone, and signs whatever, ends nobody's.
pub(super) fn refuse(inner: &Inner, enrollment: EnrollmentId, refusal: Refusal, challenge: Option<[u8; 32]>) -> Result<OtaAnswer> {
    let at = inner.clock.now();
    inner.store.write(move |tx| {
        if let Some(challenge) = challenge
            && refusal.kind == StepKind::DeviceRefused
        {
            // The newest download, whether its challenge still counts or has run out. A link that is renewed ends the sessions of the one
            // before.
            tx.prepare_cached(
                "UPDATE enrollment SET download_ends_at = NULL WHERE id = ?1
                   AND EXISTS (SELECT 1 FROM session WHERE challenge = ?2 AND dead = 0
                     AND id = (SELECT max(id) FROM session WHERE enrollment = ?1 AND first_sent_at IS NOT NULL))",
            )?
            .execute(params![enrollment, challenge])?;
        }
        enrollment::record(tx, at, enrollment, refusal.kind, refusal.facts)
    })?;
    Ok(OtaAnswer::Forbidden)
}
