//! Who may give which reason for a revocation (RFC 5280 5.3.1).

use protocol::crl::Reason;

/// An officer. Not what only a CA says of itself (cACompromise), an attribute authority (aACompromise) or a delta CRL (removeFromCRL).
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

/// The subscriber, of an own certificate: as an officer, but that a privilege was withdrawn is not theirs to say.
#[must_use]
pub fn subscriber_may_give(reason: Reason) -> bool {
    officer_may_give(reason) && reason != Reason::PrivilegeWithdrawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_for_those_who_can_know_it() {
        for (reason, officer, subscriber) in [
            (Reason::Unspecified, true, true),
            (Reason::KeyCompromise, true, true),
            (Reason::CaCompromise, false, false),
            (Reason::AffiliationChanged, true, true),
            (Reason::Superseded, true, true),
            (Reason::CessationOfOperation, true, true),
            (Reason::CertificateHold, true, true),
            (Reason::RemoveFromCrl, false, false),
            (Reason::PrivilegeWithdrawn, true, false),
            (Reason::AaCompromise, false, false),
        ] {
            assert_eq!((officer_may_give(reason), subscriber_may_give(reason)), (officer, subscriber), "{reason:?}");
        }
    }
}
