//! What the S/MIME baseline advises about a certificate.

use super::policy_profile::mirrored;
use protocol::x509::baseline;
use ra::find as core;
use serde::{Deserialize, Serialize};
use specta::Type;

mirrored! {
    /// A requirement of the S/MIME baseline; the window has words for each that a certificate does not keep.
    BaselineRule = baseline::BaselineRule {
        /// A serial number with room for 64 random bits.
        Serial,
        /// Longest validity.
        Validity,
        /// Kind and size of the key.
        KeySize,
        /// Public exponent of an RSA key.
        Exponent,
        /// A policy.
        Policy,
        /// One policy of the baseline at most.
        PolicyCount,
        /// No claim to keep the baseline.
        PolicyClaim,
        /// The CPS by http or https.
        CpsAddress,
        /// The CRL by http.
        CrlAddress,
        /// The issuer's certificate by http.
        IssuerAddress,
        /// keyUsage that fits.
        KeyUsage,
        /// emailProtection.
        MailPurpose,
        /// No purpose that is forbidden beside mail.
        ForbiddenPurpose,
        /// Nothing beside mail, where the strict generation is claimed.
        OtherPurpose,
        /// The issuer's key alone in authorityKeyIdentifier.
        AuthorityKey,
        /// A mail address.
        Address,
        /// The subject's addresses among the alternative names.
        AddressRepeated,
        /// Nothing but address and number in a mailbox-validated subject.
        MailboxSubject,
        /// The organization with its identifier.
        Organization,
        /// A person's name or pseudonym.
        PersonName,
        /// No organization in an individual-validated subject.
        IndividualSubject,
    }
}

/// A requirement that a certificate does not keep.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateAdvice {
    /// Which.
    pub rule: BaselineRule,
    /// Where it stands.
    pub clause: String,
}

impl From<core::Advice> for CertificateAdvice {
    fn from(advice: core::Advice) -> Self {
        CertificateAdvice { rule: advice.rule.into(), clause: advice.clause.to_owned() }
    }
}
