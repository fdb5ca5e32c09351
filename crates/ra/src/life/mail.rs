//! Which of a person's certificates a correspondent takes: to check a signature, and to encrypt to.

use crate::{Operator, Result, certificate, id::SubscriberId};
use protocol::x509::{CertificateView, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName};

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
            if !is_for_mail(&view) {
                continue;
            }
            if pair.encryption.is_none() && is_for(&view, [KeyUsage::KEY_ENCIPHERMENT, KeyUsage::KEY_AGREEMENT]) {
                pair.encryption = Some(view.clone());
            }
            if pair.signing.is_none() && is_for(&view, [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::CONTENT_COMMITMENT]) {
                pair.signing = Some(view);
            }
        }
        Ok(pair)
    }
}

/// Mail programs take it (RFC 8550 4.4.4): keys for signing in and for documents have the same bits, and other purposes.
fn is_for_mail(view: &CertificateView) -> bool {
    view.extended_key_usage.contains(&ExtendedKeyUsage::EmailProtection)
        && view.san.iter().any(|name| matches!(name, SubjectAltName::Rfc822Name(_)))
}

fn is_for(view: &CertificateView, usages: [KeyUsage; 2]) -> bool {
    view.key_usage.is_some_and(|has| usages.into_iter().any(|usage| has.has(usage)))
}
