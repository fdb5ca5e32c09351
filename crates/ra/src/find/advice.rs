//! What is advised about a certificate for mail: the S/MIME baseline, which is about public CAs and stops nothing here.

use protocol::x509::{CertificateView, baseline::BaselineRule};

/// A requirement of the baseline that a certificate does not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Advice {
    /// Which, for those who say it in their own words.
    pub rule: BaselineRule,
    /// Where it stands.
    pub clause: &'static str,
    /// What is so, in a sentence.
    pub text: &'static str,
}

/// All that is advised; empty: nothing that is looked at is missing; `None`: it is not for mail.
pub(super) fn of(view: &CertificateView) -> Option<Vec<Advice>> {
    let advice = |rule: BaselineRule| Advice { rule, clause: rule.clause(), text: rule.text() };
    view.baseline().map(|rules| rules.into_iter().map(advice).collect())
}
