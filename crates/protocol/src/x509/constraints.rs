//! Name constraints as a CA certificate states them (RFC 5280 4.2.1.10), read back.

use super::view::{CertificateView, Fields, NAME_CONSTRAINTS};
use crate::{
    Error,
    tlv::{self, Reader},
};

/// rfc822Name in a GeneralName.
const RFC822_NAME: u8 = 0x81;
const PERMITTED: u8 = 0xa0;

impl CertificateView {
    /// The mail domains that a CA may certify, in lower case, as stated: a host permits mailboxes on that host, a leading dot those on
    /// hosts below it. `None`: any. Constraints of one mailbox alone are left out.
    pub fn permitted_mail_domains(&self) -> Result<Option<Vec<String>>, Error> {
        const WHAT: &str = "nameConstraints";
        let fields = Fields::read(&self.der)?;
        let extensions = fields.extensions()?;
        let Some(constraints) = extensions.iter().find(|extension| extension.oid == NAME_CONSTRAINTS) else { return Ok(None) };
        let Some(permitted) = Reader::single(constraints.value, tlv::SEQUENCE, WHAT)?.inside(WHAT).optional(PERMITTED)? else {
            return Ok(None);
        };
        let (mut subtrees, mut domains, mut constrained) = (permitted.inside(WHAT), Vec::new(), false);
        while !subtrees.is_empty() {
            let Some(base) = subtrees.expect(tlv::SEQUENCE)?.inside(WHAT).next()? else { return Err(subtrees.malformed()) };
            if base.tag == RFC822_NAME {
                constrained = true;
                let domain = std::str::from_utf8(base.content).map_err(|_| subtrees.malformed())?.to_ascii_lowercase();
                if !domain.contains('@') {
                    domains.push(domain);
                }
            }
        }
        Ok(constrained.then_some(domains))
    }
}
