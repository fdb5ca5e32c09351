//! Counts and times that an officer may set. The bounds of each keep what the standards ask and leave no door open by a slip: what
//! guards a secret can be made weaker only so far, and nothing can be made to last longer than relying parties accept.

use super::definition::{Definition, number_of_department, number_of_organization};
use crate::Result;
use protocol::Timestamp;

/// Their names, defaults and bounds; the text in docs/guide/11-settings.md says why.
pub(super) const NUMBERS: &[Definition] = &[
    number_of_department("sign_in.code_tries", "5", 1, 10),
    number_of_department("sign_in.password_tries", "5", 1, 10),
    // Failures are forgotten after an hour.
    number_of_department("sign_in.password_minutes", "15", 10, 60),
    // Before it is known whose link it is: behind address translation a campus is one address.
    number_of_organization("sign_in.address_failures", "50", 10, 100),
    number_of_organization("sign_in.address_minutes", "10", 5, 60),
    // At least as long as the Profile Service profile may be fetched again.
    number_of_department("enrollment.session_minutes", "30", 10, 120),
    number_of_department("enrollment.challenge_minutes", "60", 10, 240),
    // Above the two weeks before the end in which Settings on the phone offers the update.
    number_of_department("enrollment.profile_days", "365", 30, 825),
    number_of_department("scep.challenge_days", "7", 1, 30),
    number_of_organization("validity.root_years", "20", 10, 30),
    // Nothing renews these: when one ends, so does what it is for.
    number_of_organization("validity.issuing_years", "10", 5, 20),
    number_of_organization("validity.ra_years", "10", 5, 20),
    number_of_organization("validity.profile_signer_years", "10", 5, 20),
    // It cannot be revoked (nocheck), so it lives shortly; its answers live a day.
    number_of_organization("validity.ocsp_days", "30", 7, 90),
    // Phones and browsers refuse more than 398 days; ours is renewed 30 days before its end.
    number_of_organization("validity.tls_days", "397", 60, 397),
    // A phone's updates end with it.
    number_of_organization("validity.transport_days", "730", 90, 1095),
    number_of_organization("validity.pilot_days", "90", 7, 90),
    number_of_organization("validity.backdated_minutes", "10", 1, 60),
    // The ledger's day closes with a CRL. S/MIME Baseline Requirements 4.9.7: nextUpdate at most ten days after thisUpdate, which lies up to
    // an hour back. Two CRLs may fail before the last one ends, and a delta CRL, which lives three days, ends no later than the complete one.
    number_of_organization("crl.every_hours", "24", 1, 24),
    number_of_organization("crl.next_update_hours", "192", 72, 239),
    // Somebody is told 60 days before its end that the root's key has to be brought.
    number_of_organization("crl.root_next_update_days", "400", 90, 400),
];

/// What these are about is made at the set-up already: they can be given there.
pub(super) const AT_SET_UP: &str = "validity.";

/// As they count for a department, or for the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Numbers {
    /// `sign_in.code_tries`: wrong codes that end a link.
    pub code_tries: u32,
    /// `sign_in.password_tries`: wrong passwords of one person until everybody waits who gives that name.
    pub password_tries: u32,
    /// `sign_in.password_minutes`: in which they count together.
    pub password_minutes: u32,
    /// `sign_in.address_failures`: failed sign-ins of one network address until it waits.
    pub address_failures: u32,
    /// `sign_in.address_minutes`: in which they count together.
    pub address_minutes: u32,
    /// `enrollment.session_minutes`: a sign-in lives so long, and the OTA challenge that is made with it.
    pub session_minutes: u32,
    /// `enrollment.challenge_minutes`: a SCEP challenge of a phone lives so long.
    pub challenge_minutes: u32,
    /// `enrollment.profile_days`: a configuration profile lives at most so long.
    pub profile_days: u32,
    /// `scep.challenge_days`: a challenge of `scep challenge` lives so long.
    pub offered_challenge_days: u32,
    /// `validity.root_years`.
    pub root_years: u32,
    /// `validity.issuing_years`.
    pub issuing_years: u32,
    /// `validity.ra_years`.
    pub ra_years: u32,
    /// `validity.profile_signer_years`.
    pub profile_signer_years: u32,
    /// `validity.ocsp_days`: of the issuing CA's responder; the root's lives as long as the root's CRL.
    pub ocsp_days: u32,
    /// `validity.tls_days`: of the portal's certificate by our own CA.
    pub tls_days: u32,
    /// `validity.transport_days`.
    pub transport_days: u32,
    /// `validity.pilot_days`: what a pilot issues lives at most so long.
    pub pilot_days: u32,
    /// `validity.backdated_minutes`: notBefore of certificates and thisUpdate of CRLs lie so far back, for phones and servers whose clock
    /// is slow.
    pub backdated_minutes: u32,
    /// `crl.every_hours`: a CRL is made anew after this time, also when nothing changed.
    pub crl_every_hours: u32,
    /// `crl.next_update_hours`: nextUpdate of the issuing CA's lies so far ahead.
    pub crl_next_update_hours: u32,
    /// `crl.root_next_update_days`: nextUpdate of the root's lies so far ahead.
    pub crl_root_next_update_days: u32,
}

impl Numbers {
    /// From what `number` finds under each name.
    pub(super) fn read(number: impl Fn(&str) -> Result<u32>) -> Result<Self> {
        Ok(Numbers {
            code_tries: number("sign_in.code_tries")?,
            password_tries: number("sign_in.password_tries")?,
            password_minutes: number("sign_in.password_minutes")?,
            address_failures: number("sign_in.address_failures")?,
            address_minutes: number("sign_in.address_minutes")?,
            session_minutes: number("enrollment.session_minutes")?,
            challenge_minutes: number("enrollment.challenge_minutes")?,
            profile_days: number("enrollment.profile_days")?,
            offered_challenge_days: number("scep.challenge_days")?,
            root_years: number("validity.root_years")?,
            issuing_years: number("validity.issuing_years")?,
            ra_years: number("validity.ra_years")?,
            profile_signer_years: number("validity.profile_signer_years")?,
            ocsp_days: number("validity.ocsp_days")?,
            tls_days: number("validity.tls_days")?,
            transport_days: number("validity.transport_days")?,
            pilot_days: number("validity.pilot_days")?,
            backdated_minutes: number("validity.backdated_minutes")?,
            crl_every_hours: number("crl.every_hours")?,
            crl_next_update_hours: number("crl.next_update_hours")?,
            crl_root_next_update_days: number("crl.root_next_update_days")?,
        })
    }
    /// Seconds in which wrong passwords count together.
    pub(crate) fn password_window(&self) -> i64 {
        i64::from(self.password_minutes) * Timestamp::MINUTE
    }
    /// Seconds that a sign-in lives.
    pub(crate) fn session(&self) -> i64 {
        i64::from(self.session_minutes) * Timestamp::MINUTE
    }
    /// Seconds that a phone's SCEP challenge lives.
    pub(crate) fn challenge(&self) -> i64 {
        i64::from(self.challenge_minutes) * Timestamp::MINUTE
    }
    /// Seconds that a challenge of `scep challenge` lives.
    pub(crate) fn offered_challenge(&self) -> i64 {
        i64::from(self.offered_challenge_days) * Timestamp::DAY
    }
    /// Seconds that certificates and CRLs are backdated.
    pub(crate) fn backdated(&self) -> i64 {
        i64::from(self.backdated_minutes) * Timestamp::MINUTE
    }
    /// Seconds until a CRL is made anew.
    pub(crate) fn crl_every(&self) -> i64 {
        i64::from(self.crl_every_hours) * Timestamp::HOUR
    }
    /// Seconds until nextUpdate of the root's CRL, or of the issuing CA's.
    pub(crate) fn crl_next_update(&self, is_root: bool) -> i64 {
        if is_root {
            i64::from(self.crl_root_next_update_days) * Timestamp::DAY
        } else {
            i64::from(self.crl_next_update_hours) * Timestamp::HOUR
        }
    }
}

#[cfg(test)]
mod tests;
