//! `com.apple.mobiledevice.passwordpolicy`.

use super::{PayloadIdentity, PlistWriter};

/// A passcode policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasscodePayload {
    /// Common part.
    pub identity: PayloadIdentity,
    /// `minLength`, 0 to 16.
    pub min_length: u8,
    /// `allowSimple`: 1111 and 1234 are allowed.
    pub allow_simple: bool,
    /// `requireAlphanumeric`.
    pub require_alphanumeric: bool,
    /// `maxInactivity`: minutes until the phone locks, 0 to 15.
    pub max_inactivity: Option<u8>,
    /// `maxFailedAttempts`, 2 to 11: then the phone erases itself.
    pub max_failed_attempts: Option<u8>,
}

impl PasscodePayload {
    pub(super) fn write(&self, w: &mut PlistWriter) {
        self.identity.write("com.apple.mobiledevice.passwordpolicy", w);
        // Without it a phone that has no passcode stays as it is.
        w.key("forcePIN").boolean(true);
        w.key("allowSimple").boolean(self.allow_simple);
        w.key("requireAlphanumeric").boolean(self.require_alphanumeric);
        if self.min_length > 16 {
            w.refuse("minLength", "at most 16");
        }
        w.key("minLength").integer(self.min_length.into());
        if let Some(minutes) = self.max_inactivity {
            if minutes > 15 {
                w.refuse("maxInactivity", "at most 15 minutes");
            }
            w.key("maxInactivity").integer(minutes.into());
        }
        if let Some(attempts) = self.max_failed_attempts {
            if !(2..=11).contains(&attempts) {
                w.refuse("maxFailedAttempts", "2 to 11");
            }
            w.key("maxFailedAttempts").integer(attempts.into());
        }
    }
}
