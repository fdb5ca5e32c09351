//! SCEP (RFC 8894): rules. Bytes are `protocol::scep`.

use crate::{Enroller, Operator, Result, id::RequestId};
use protocol::Timestamp;

/// `/scep/{ALIAS}` is the address of the department's SCEP endpoint.
pub const ALIAS: &str = "signet";

/// The SCEP URL that devices get, on plain HTTP: SCEP protects its own messages (RFC 8894 section 7), and many clients cannot do HTTPS.
pub(crate) fn url(settings: &crate::settings::Settings) -> Result<String> {
    let base = settings.status_url.as_deref().ok_or_else(|| {
        crate::Error::invalid("status.url", "the address of the plain HTTP server is not known: start serving once, or set status.url")
    })?;
    Ok(format!("{}/scep/{ALIAS}", base.trim_end_matches('/')))
}

/// The answer to a PKIOperation.
pub enum PkiAnswer {
    /// 200 `application/x-pki-message`.
    CertRep(Vec<u8>),
    /// 400: nothing that can be answered.
    Malformed,
}

/// A request that waits for the officer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PendingRequest {
    /// Id.
    pub id: RequestId,
    /// Subject to be certified.
    pub subject: String,
    /// Profile.
    pub profile: String,
    /// Key fingerprint, hex.
    pub key: String,
    /// Since.
    pub since: Timestamp,
}

impl Enroller {
    /// GetCACaps: LF-separated, no blank line at the end.
    pub fn scep_capabilities(&self) -> Result<String> {
        todo!()
    }
    /// GetCACert: RA, issuing CA, root, certs-only in this order.
    pub fn scep_ca_certificates(&self) -> Result<Vec<u8>> {
        todo!()
    }
    /// PKIOperation.
    pub fn pki_operation(&self, message: &[u8]) -> Result<PkiAnswer> {
        let _ = message;
        todo!()
    }
}

impl Operator {
    /// Requests that wait for approval.
    pub fn pending_requests(&self) -> Result<Vec<PendingRequest>> {
        todo!()
    }
    /// Approves: the certificate is issued at once and given at the next poll.
    pub fn approve_request(&self, id: RequestId) -> Result<()> {
        let _ = id;
        todo!()
    }
    /// Refuses.
    pub fn refuse_request(&self, id: RequestId, reason: &str) -> Result<()> {
        let _ = (id, reason);
        todo!()
    }
}
