//! Over-the-air phases 2 and 3 (apple-ota.md section 1).

use crate::{Enroller, Result, secret::Token};

/// What to answer to a device's POST.
pub enum OtaAnswer {
    /// 200 `application/x-apple-aspen-config`.
    Profile(Vec<u8>),
    /// 301 to a page, on purpose: ends the flow and leads the person back to Safari (iOS too old, identity expired).
    Page {
        /// Absolute URL.
        url: String,
    },
    /// 400: not a message we can read.
    Malformed,
    /// 403: read, and not allowed. Logged with the reason.
    Forbidden,
    /// 404: no such link.
    Unknown,
}

impl Enroller {
    /// A POST to `/ota/{token}`: phase 2, phase 3 or an update, told apart by who issued the signer.
    pub fn ota(&self, token: &Token, body: &[u8]) -> Result<OtaAnswer> {
        let _ = (token, body);
        todo!()
    }
}
