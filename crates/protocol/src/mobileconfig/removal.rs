//! `com.apple.profileRemovalPassword` (honoured on supervised phones only).

use super::{PayloadIdentity, PlistWriter};
use zeroize::Zeroizing;

/// The password that removing the profile asks for. No `Debug`.
#[derive(Clone)]
pub struct RemovalPasswordPayload {
    /// Common part.
    pub identity: PayloadIdentity,
    /// `RemovalPassword`.
    pub password: Zeroizing<String>,
}

impl RemovalPasswordPayload {
    pub(super) fn write(&self, w: &mut PlistWriter) {
        self.identity.write("com.apple.profileRemovalPassword", w);
        if self.password.is_empty() {
            w.refuse("RemovalPassword", "it is empty");
        }
        w.entry("RemovalPassword", &self.password);
    }
}
