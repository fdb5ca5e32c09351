//! Complete CRLs (RFC 5280 section 5), without issuingDistributionPoint: one CRL for all that the CA issued.

use crate::{
    Error, Timestamp,
    x509::{Authority, SerialNumber},
};

/// CRLReason (RFC 5280 5.3.1). 7 is unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// (0)
    Unspecified,
    /// (1)
    KeyCompromise,
    /// (2)
    CaCompromise,
    /// (3)
    AffiliationChanged,
    /// (4)
    Superseded,
    /// (5)
    CessationOfOperation,
    /// (6)
    CertificateHold,
    // 7 is unused
    /// (8)
    RemoveFromCrl,
    /// (9)
    PrivilegeWithdrawn,
    /// (10)
    AaCompromise,
}

/// One revoked certificate.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Serial.
    pub serial: SerialNumber,
    /// revocationDate.
    pub revoked_at: Timestamp,
    /// reasonCode; unspecified is left out (RFC 5280 5.3.1).
    pub reason: Reason,
    /// invalidityDate.
    pub invalid_since: Option<Timestamp>,
}

/// Numbers and times of a CRL.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// cRLNumber.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
}

/// Builds and signs a CRL, DER; memory stays linear and small (the entries are streamed into one buffer).
pub fn sign_crl(header: Header, entries: impl Iterator<Item = Entry>, authority: &dyn Authority) -> Result<Vec<u8>, Error> {
    let _ = (header, entries, authority);
    todo!()
}
