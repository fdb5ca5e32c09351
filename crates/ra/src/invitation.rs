//! Invitations: link + code + expiry + channel.

use crate::{
    Operator, Result,
    id::EnrollmentId,
    secret::{Code, Token},
};
use protocol::Timestamp;

/// How the invitation reaches the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Shown on the officer's screen.
    Show,
    /// By mail (later).
    Mail,
    /// By SMS (later).
    Sms,
    /// Printed.
    Letter,
}

/// An invitation at the one moment when its secrets can be shown.
pub struct Invitation {
    /// The enrollment it starts.
    pub enrollment: EnrollmentId,
    /// Link token.
    pub token: Token,
    /// `{public_url}/e/{token}`.
    pub url: String,
    /// The code, apart from the link.
    pub code: Code,
    /// Both end then.
    pub expires_at: Timestamp,
    /// With a private TLS root: `http://HOST:PORT/trust`.
    pub trust_url: Option<String>,
}

impl Operator {
    /// Invites the subscriber with this address. Refused without a validated mailbox, unless no certificate of the bundle states an address.
    pub fn invite(&self, mail: &str, channel: Channel) -> Result<Invitation> {
        let _ = (mail, channel);
        todo!()
    }
    /// New token and code for the same enrollment; the old ones are dead.
    pub fn resend(&self, enrollment: EnrollmentId) -> Result<Invitation> {
        let _ = enrollment;
        todo!()
    }
    /// Ends an enrollment; certificates already issued stay.
    pub fn cancel_enrollment(&self, enrollment: EnrollmentId) -> Result<()> {
        let _ = enrollment;
        todo!()
    }
}
