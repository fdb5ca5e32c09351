//! What there is to say about each CA: its current CRL, its OCSP responder, its certificate as a file.

use crate::{Dependency, Error, Operator, Result, host::Origin};
use protocol::{Timestamp, cms::certs_only};
use rusqlite::OptionalExtension;

/// When the last living certificate ends that names one of two addresses: from the end on, so that the first one that is met is it.
pub(super) const NAMED: &str = "SELECT c.not_after \
     FROM certificate AS c INDEXED BY certificate_ending CROSS JOIN certificate_der AS d ON d.number = c.number \
     WHERE c.not_after >= ?1 AND (instr(d.der, ?2) > 0 OR instr(d.der, ?3) > 0) ORDER BY c.not_after DESC LIMIT 1";

/// The same of one address and of subscribers' certificates alone.
const LIST_NAMED: &str = "SELECT c.not_after \
     FROM certificate AS c INDEXED BY certificate_ending CROSS JOIN certificate_der AS d ON d.number = c.number \
     WHERE c.not_after >= ?1 AND c.kind = 'subscriber' AND instr(d.der, ?2) > 0 ORDER BY c.not_after DESC LIMIT 1";

/// The status information of one CA.
#[derive(Debug, Clone, serde::Serialize)]
pub struct StatusFacts {
    /// `root` or `issuing`.
    pub name: &'static str,
    /// cRLNumber of the current CRL.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// When it was made, which is later (clocks of relying parties may be slow).
    pub made_at: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// When the next one is made, if nothing changes before.
    pub renew_at: Timestamp,
    /// Octets.
    pub size: u64,
    /// Last second of the OCSP responder's certificate; `None`: there is no responder (any more).
    pub responder_until: Option<Timestamp>,
    /// The CA's key is here.
    pub key_here: bool,
    /// SHA-256 of the CA's certificate, hex upper-case.
    pub sha256: String,
}

impl Operator {
    /// Issuing CA and root; CRLs and responders that are due are made first.
    pub fn status_facts(&self) -> Result<Vec<StatusFacts>> {
        let certificates = self.ca_certificates()?;
        let root_key_here = self.inner.root_key_is_here()?;
        let mut list = Vec::new();
        for name in ["issuing", "root"] {
            let sha256 = certificates.iter().find(|ca| ca.name == name).map(|ca| ca.sha256.clone()).unwrap_or_default();
            // First: a CRL that is due gives the ledger the right time, where the clock was ahead, and a responder is certified at no other.
            let crl = self.inner.crl_facts(name)?;
            let responder_until = match self.inner.load_responder(name == "root") {
                Ok(responder) => Some(responder.identity.certificate.validity.not_after),
                Err(Error::Unavailable(Dependency::Key(_))) => None,
                Err(error) => return Err(error),
            };
            let key_here = name == "issuing" || root_key_here;
            list.push(StatusFacts { name, responder_until, key_here, sha256, ..crl });
        }
        Ok(list)
    }

    /// Is `status.url` a name that will still be right in some years? Without one: no.
    pub fn status_url_lasts(&self) -> Result<bool> {
        let url = self.settings()?.status_url;
        Ok(url.as_deref().and_then(|url| Origin::parse(url, "http", true).ok()).is_some_and(|url| url.host.lasts()))
    }

    /// Until when certificates say that their CRL or responder is found below this `status.url`, the present one or one of before, which
    /// has to answer as long; `None`: none that lives does. The certificates say it, and not the settings, which may have been other ones
    /// when they were issued. All that live are read where none names it.
    pub fn named_until(&self, status_url: &str) -> Result<Option<Timestamp>> {
        let [crl, ocsp] = ["crl", "ocsp"].map(|below| format!("{status_url}/{below}/").into_bytes());
        let at = self.inner.clock.now();
        self.inner.store.read(|c| {
            let until = c.prepare_cached(NAMED)?.query_row((at.0, crl, ocsp), |row| row.get(0)).optional()?;
            Ok(until.map(Timestamp))
        })
    }

    /// Until when a subscriber's certificate says that its CRL is found at this very address. One that was superseded or revoked counts as
    /// well: whoever meets it looks there. Those of the authority itself, which name it for ten years, are left out: a warning for so long
    /// is one that nobody reads.
    pub(crate) fn list_named_until(&self, address: &str) -> Result<Option<Timestamp>> {
        let (at, address) = (self.inner.clock.now(), address.as_bytes());
        self.inner.store.read(|c| {
            let until = c.prepare_cached(LIST_NAMED)?.query_row((at.0, address), |row| row.get(0)).optional()?;
            Ok(until.map(Timestamp))
        })
    }

    /// A file that anybody may have: one that is published, or `issuing.p7c` (issuing CA and root, RFC 5280 4.2.2.1).
    pub fn public_file(&self, file: &str) -> Result<Vec<u8>> {
        match file {
            "issuing.p7c" => {
                let authorities = self.inner.authorities()?;
                Ok(certs_only(&[&authorities.issuing, &authorities.root])?)
            }
            file => self.published_file(file),
        }
    }
}
