//! Who may give which reason for a revocation (RFC 5280 5.3.1), and within which time it is to be done.

use protocol::crl::Reason;

/// Hours within which a certificate is revoked once the reason is known (S/MIME BR 4.9.1.1, which binds public CAs): a day where others
/// may have the key, or where the holder asks for it and says no more; five days for the rest. `None`: no revocation, or of no certificate
/// of a person. Whatever the reason in the CRL, it is a day where the holder asks, never asked for the certificate, or where somebody else
/// may have the mailbox: a CRLReason does not say that.
#[must_use]
pub fn deadline_hours(reason: Reason) -> Option<u32> {
    match reason {
        Reason::KeyCompromise | Reason::Unspecified => Some(24),
        Reason::AffiliationChanged | Reason::Superseded | Reason::CessationOfOperation | Reason::PrivilegeWithdrawn => Some(5 * 24),
        Reason::CertificateHold | Reason::CaCompromise | Reason::RemoveFromCrl | Reason::AaCompromise => None,
    }
}

/// An officer, of a person's certificate; nobody else revokes: nothing on the network can, and holders ask an officer. Not what only a CA
/// says of itself (cACompromise), an attribute authority (aACompromise) or a delta CRL (removeFromCRL).
#[must_use]
pub fn officer_may_give(reason: Reason) -> bool {
    match reason {
        Reason::Unspecified
        | Reason::KeyCompromise
        | Reason::AffiliationChanged
        | Reason::Superseded
        | Reason::CessationOfOperation
        | Reason::CertificateHold
        | Reason::PrivilegeWithdrawn => true,
        Reason::CaCompromise | Reason::RemoveFromCrl | Reason::AaCompromise => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_endangers_others_is_done_within_a_day_and_the_rest_within_five() {
        for (reason, hours) in [
            (Reason::Unspecified, Some(24)),
            (Reason::KeyCompromise, Some(24)),
            (Reason::AffiliationChanged, Some(120)),
            (Reason::Superseded, Some(120)),
            (Reason::CessationOfOperation, Some(120)),
            (Reason::PrivilegeWithdrawn, Some(120)),
            (Reason::CertificateHold, None),
        ] {
            assert_eq!(deadline_hours(reason), hours, "{reason:?}");
            assert!(officer_may_give(reason), "{reason:?}");
        }
        for reason in [Reason::CaCompromise, Reason::RemoveFromCrl, Reason::AaCompromise] {
            assert_eq!(deadline_hours(reason), None, "{reason:?} is of no certificate of a person");
        }
    }

    #[test]
    fn each_reason_is_for_those_who_can_know_it() {
        for (reason, officer) in [
            (Reason::Unspecified, true),
            (Reason::KeyCompromise, true),
            (Reason::CaCompromise, false),
            (Reason::AffiliationChanged, true),
            (Reason::Superseded, true),
            (Reason::CessationOfOperation, true),
            (Reason::CertificateHold, true),
            (Reason::RemoveFromCrl, false),
            (Reason::PrivilegeWithdrawn, true),
            (Reason::AaCompromise, false),
        ] {
            assert_eq!(officer_may_give(reason), officer, "{reason:?}");
        }
    }
}
