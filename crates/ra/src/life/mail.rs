//! Which of a person's certificates a correspondent takes: to check a signature, and to encrypt to.

use crate::{
    Operator, Result,
    certificate::{self, Uses},
    id::SubscriberId,
};
use protocol::x509::{CertificateView, SerialNumber};

/// The newest active ones that we issued; the same twice, where one key does both.
pub(super) struct MailPair {
    pub(super) signing: Option<CertificateView>,
    pub(super) encryption: Option<CertificateView>,
}

impl Operator {
    pub(super) fn mail_pair(&self, person: SubscriberId) -> Result<MailPair> {
        let all = self.certificates(&certificate::CertificateQuery { subscriber: Some(person), ..Default::default() })?;
        let mut pair = MailPair { signing: None, encryption: None };
        for row in all.iter().filter(|row| row.status == "active") {
            let serial = SerialNumber::parse(&row.serial)?;
            // What another CA issued is no certificate of ours to speak for.
            let Some(known) = self.inner.store.read(|c| certificate::known(c, &serial))? else { continue };
            let view = CertificateView::from_der(&known.der)?;
            let uses = Uses::of(&view);
            if pair.encryption.is_none() && uses.has(Uses::READS_MAIL) {
                pair.encryption = Some(view.clone());
            }
            if pair.signing.is_none() && uses.has(Uses::SIGNS_MAIL) {
                pair.signing = Some(view);
            }
        }
        Ok(pair)
    }
}
