//! SCEP (RFC 8894): rules. Bytes are `protocol::scep`.
//!
//! `operation` answers one pkiMessage; `request` decides who may have what (by challenge, or in `renewal` by an earlier certificate);
//! `transaction` remembers what was asked; `query` answers CertPoll, GetCert and GetCRL; `approval` is the officer's part.

mod approval;
mod cycle;
mod long_crl;
mod operation;
mod query;
mod refusal;
mod renewal;
mod request;
mod transaction;

#[cfg(test)]
mod tests;

pub use approval::PendingRequest;
pub use long_crl::{LongCertRep, LongCrl};
pub(crate) use request::deviation;

use crate::{Enroller, Error, Result, settings::Settings, store::Topic};
use protocol::cms;

/// `/scep/{ALIAS}` is the address of the department's SCEP endpoint.
pub const ALIAS: &str = "signet";

/// The answer to a PKIOperation.
pub enum PkiAnswer {
    /// 200 `application/x-pki-message`.
    CertRep(Vec<u8>),
    /// The same to GetCRL, where the list is long: still to be made, on a thread for it.
    LongCrl(Box<LongCrl>),
    /// 400: nothing that can be answered.
    Malformed,
}

/// The SCEP URL that devices get, on plain HTTP: SCEP protects its own messages (RFC 8894 section 7), and many clients cannot do HTTPS.
pub(crate) fn url(settings: &Settings) -> Result<String> {
    let base = settings.status_url.as_deref().ok_or_else(|| {
        Error::invalid("status.url", "the address of the plain HTTP server is not known: start serving once, or set status.url")
    })?;
    Ok(format!("{}/scep/{ALIAS}", base.trim_end_matches('/')))
}

impl Enroller {
    /// GetCACaps: LF-separated, no blank line at the end.
    pub fn scep_capabilities(&self) -> Result<String> {
        Ok(capabilities(&*self.inner.network()?))
    }
    /// GetCACert: RA, issuing CA, root, certs-only in this order.
    pub fn scep_ca_certificates(&self) -> Result<Vec<u8>> {
        let inner = &self.inner;
        let generation = inner.store.generation(Topic::Identity)?;
        let made = inner.cache.scep_certificates.get(generation, || {
            let ra = inner.current_ra()?;
            let (ca, root) = (inner.issuing_ca()?, inner.root_certificate()?);
            Ok(cms::certs_only(&[&ra.certificate, &ca.certificate, &root])?)
        })?;
        Ok(made.to_vec())
    }
    /// PKIOperation. Between its commits it computes for a fraction of a millisecond and needs no thread of its own; while it waits for
    /// a commit others are answered.
    pub async fn pki_operation(&self, message: &[u8]) -> Result<PkiAnswer> {
        operation::answer(&self.inner, message).await
    }
}

impl crate::authority::Inner {
    /// The RA that signs our answers.
    fn current_ra(&self) -> Result<std::sync::Arc<crate::certification::Identity>> {
        self.scep_ra()?.into_iter().next().ok_or(Error::Denied(crate::Denied::NotSetUp))
    }
}

/// Words in an order that shows the best first; bare LF between them and nothing after the last: strongSwan 5.9.8 takes an empty line
/// for every capability, and without SHA-384 it cannot use AES (it mistakes indices for masks). SHA-1 is spoken of only to old clients:
/// a list without another SHA word ends an iPhone's enrollment.
fn capabilities(settings: &Settings) -> String {
    let mut words = vec!["POSTPKIOperation", "AES", "DES3", "SHA-256", "SHA-384", "SHA-512", "Renewal", "SCEPStandard"];
    if settings.scep_legacy {
        words.push("SHA-1");
    }
    words.join("\n")
}
