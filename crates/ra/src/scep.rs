//! SCEP (RFC 8894): rules. Bytes are `protocol::scep`.

use crate::{Enroller, Operator, Result, id::RequestId};
use protocol::Timestamp;

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
