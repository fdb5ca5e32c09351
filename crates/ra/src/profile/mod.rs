//! Certificate profiles (RFC 5280 sense): usages, key rules, validity. What the department has saved counts; the built-in ones
//! are where everybody starts.

mod draft;
mod remark;
mod review;
mod stored;
#[cfg(test)]
mod tests;

pub(crate) use draft::decrypts;
pub use draft::{Approval, Escrow, Exception, PolicyInformation, ProfileDraft, Usage};
pub use remark::Remark;
pub use review::{Finding, Level};
pub(crate) use review::{is_oid, is_text, is_uri};
pub use stored::{ProfileView, Scope, Source};
pub(crate) use stored::{definition, saved};

use crate::{Denied, Error, Result, settings::Cps};
use protocol::{
    key::{KeyAlgorithm, PublicKey},
    x509::{ExtendedKeyUsage, KeyUsage},
};

/// Purpose of the transport identity and of nothing else, so that no relying party takes it for a person's certificate:
/// 2.25 followed by the integer of the UUID 450fa1fd-11ad-4e63-962c-7238ce474f7a (ITU-T X.667 clause 7; docs/conformance.md).
pub const TRANSPORT_PURPOSE: &str = "2.25.91797901680179281187996985016445259642";

/// Policy of a pilot's certificates, in place of the profile's own, so that nobody takes them for production's. It stands under the number that
/// RFC 5612 keeps for examples, so that no relying party can have given it a meaning. Its arcs are small on purpose: SCEP clients written in Go
/// refuse certificates with a policy arc above 31 bits ("invalid certificate policies"), and some linters cannot read the arc 2.999.
pub const PILOT_POLICY: &str = "1.3.6.1.4.1.32473.20726.90";

/// `documentEncryption` of Microsoft, the purpose that document encryption programs look for; RFC 9336 covers signing only.
pub(crate) const DOCUMENT_ENCRYPTION: &str = "1.3.6.1.4.1.311.80.1";

/// The certificate profiles; what each name promises is checked whenever one is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileName {
    /// S/MIME signing.
    Signing,
    /// S/MIME encryption (made here, never by SCEP).
    Encryption,
    /// Client authentication for VPN and Wi-Fi.
    Authentication,
    /// Document encryption.
    Document,
    /// Functional mailbox.
    Functional,
}

/// A certificate profile as it is issued by: what was saved, with the rules of a pilot applied. Of one that is not checked, or that a rule
/// refuses which came after it was saved, nothing is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateProfile {
    /// Its name.
    pub name: ProfileName,
    /// Version that was saved; 0: the built-in one.
    pub version: u64,
    /// Issued by a pilot: at most the days of `validity.pilot_days`, under [`PILOT_POLICY`].
    pub pilot: bool,
    /// May be issued at all.
    pub offered: bool,
    /// Key that is made here or asked of a phone; the weakest RSA key that is accepted from elsewhere.
    pub key: KeyAlgorithm,
    /// keyUsage for RSA keys; see [`CertificateProfile::key_usage_for`].
    pub key_usage: KeyUsage,
    /// extendedKeyUsage.
    pub extended_key_usage: Vec<ExtendedKeyUsage>,
    /// Days of validity.
    pub days: u32,
    /// notBefore lies so many minutes back (`validity.backdated_minutes`; 0 where nothing is issued by it yet).
    pub backdated_minutes: u32,
    /// Renewal begins so many days before the end.
    pub renewal_days: u32,
    /// certificatePolicies.
    pub policies: Vec<PolicyInformation>,
    /// Version of the department's CPS that is in force, where one is registered.
    pub cps: Option<String>,
    /// The certificate states mail addresses (then each mailbox must be validated).
    pub with_address: bool,
    /// All validated addresses of the person, not only the one that was asked for.
    pub every_address: bool,
    /// Who approves.
    pub approval: Approval,
    /// Whether the key is escrowed where the department's policy says so.
    pub escrow: Escrow,
    /// States where its CRL is (as far as the department has a lasting address).
    pub crl_address: bool,
    /// May be asked for by SCEP (key made on the device).
    pub by_scep: bool,
    /// What a rule refuses that came after it was saved to be offered: until it is mended nothing is issued by it.
    pub(crate) wrong: Option<Finding>,
}

impl CertificateProfile {
    /// keyUsage for this key: RSA keys encipher keys, elliptic ones agree on them (RFC 8410 and RFC 5480 section 3; S/MIME BR 7.1.2.3 e).
    pub fn key_usage_for(&self, key: &PublicKey) -> KeyUsage {
        self.key_usage_of(key.is_rsa())
    }
    /// The same before there is a key: of an RSA key or of an elliptic one.
    pub(crate) fn key_usage_of(&self, rsa: bool) -> KeyUsage {
        if rsa {
            return self.key_usage;
        }
        let signature = self.key_usage.0 & KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::CONTENT_COMMITMENT).0;
        if self.signs() { KeyUsage(signature) } else { KeyUsage::KEY_AGREEMENT }
    }
    /// A rule that came after it was saved to be offered refuses it: it is not [`CertificateProfile::offered`] until it is mended in Policies.
    pub fn to_be_mended(&self) -> bool {
        self.wrong.is_some()
    }
    /// Refuses where a rule that came after it was saved refuses it: it was meant to be issued by, and is left out of nothing without a
    /// word. What is wrong stands in Policies, beside the field.
    ///
    /// # Errors
    /// `profile` where it is [to be mended](CertificateProfile::to_be_mended).
    pub fn require_sound(&self) -> Result<()> {
        if !self.to_be_mended() {
            return Ok(());
        }
        let name = self.name.as_str();
        Err(Error::invalid("profile", format!("nothing is issued by the certificate profile {name} until it is mended in Policies")))
    }
    /// Refuses, with the reason, where nothing is issued by it.
    pub(crate) fn require_offered(&self) -> Result<()> {
        self.require_sound()?;
        if self.offered { Ok(()) } else { Err(Error::Denied(Denied::NotOffered)) }
    }
    /// This key is at least as strong as the profile asks.
    pub fn accepts(&self, key: &PublicKey) -> bool {
        let least = |algorithm| match algorithm {
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::P256 => (2048, 256),
            KeyAlgorithm::Rsa3072 => (3072, 256),
            // 3072 bits of RSA are about as strong as P-256, 7680 as P-384 (SP 800-57 part 1 table 2).
            KeyAlgorithm::Rsa4096 => (4096, 384),
            KeyAlgorithm::P384 => (3072, 384),
        };
        let (rsa, elliptic) = least(self.key);
        key.bits() >= if key.is_rsa() { rsa } else { elliptic }
    }
    /// Its key signs or signs in.
    pub fn signs(&self) -> bool {
        self.key_usage.has(KeyUsage::DIGITAL_SIGNATURE) || self.key_usage.has(KeyUsage::CONTENT_COMMITMENT)
    }
    /// Its key opens what was encrypted to it, and is lost with what it opens: mail or documents (not a TLS session).
    pub fn decrypts(&self) -> bool {
        decrypts(self.key_usage, self.extended_key_usage.iter().map(ExtendedKeyUsage::oid))
    }
    /// Mail is signed with it, whatever it is called. Mail programs look for an address beside it.
    pub fn signs_mail(&self) -> bool {
        self.signs() && self.extended_key_usage.contains(&ExtendedKeyUsage::EmailProtection)
    }
    /// It lets its holder in, to VPN, Wi-Fi and web, whatever it is called.
    pub fn signs_in(&self) -> bool {
        self.signs() && self.extended_key_usage.contains(&ExtendedKeyUsage::ClientAuth)
    }
    /// Its key is made by Signet (invariants 1 and 2): one that only decrypts, or one of both kinds that the policy escrows.
    pub fn made_here(&self) -> bool {
        self.decrypts() && (!self.signs() || self.escrow == Escrow::ByPolicy)
    }
    /// Key Usage of Apple's SCEP payload (`com.apple.security.scep`): 1 signing, 4 encryption, 5 both.
    pub fn apple_key_usage(&self) -> u8 {
        u8::from(self.key_usage.has(KeyUsage::DIGITAL_SIGNATURE)) + 4 * u8::from(self.key_usage.has(KeyUsage::KEY_ENCIPHERMENT))
    }
    /// The same under the department's CPS: a policy without an address of its own states that of the CPS, and where there is no policy
    /// that of the CPS is stated.
    pub(crate) fn under(mut self, cps: &Cps) -> Self {
        self.cps.clone_from(&cps.version);
        if self.policies.is_empty() {
            self.policies.extend(cps.oid.clone().map(|oid| PolicyInformation { oid, cps: None }));
        }
        for policy in self.policies.iter_mut().filter(|policy| policy.cps.is_none()) {
            policy.cps.clone_from(&cps.url);
        }
        self
    }
    /// The same, begun so many minutes before it is issued.
    pub(crate) fn backdated(mut self, minutes: u32) -> Self {
        self.backdated_minutes = minutes;
        self
    }
    /// The same under the rules of a pilot, whose certificates live at most so many days.
    pub(crate) fn piloted(mut self, days: u32) -> Self {
        self.pilot = true;
        self.days = self.days.min(days);
        self.renewal_days = self.renewal_days.min(self.days / 2).max(1);
        self.policies = vec![PolicyInformation { oid: PILOT_POLICY.to_owned(), cps: None }];
        self
    }
}

impl ProfileName {
    /// All of them, in the order of the screens.
    pub const ALL: [ProfileName; 5] =
        [ProfileName::Signing, ProfileName::Encryption, ProfileName::Authentication, ProfileName::Document, ProfileName::Functional];

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }
    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            ProfileName::Signing => "signing",
            ProfileName::Encryption => "encryption",
            ProfileName::Authentication => "authentication",
            ProfileName::Document => "document",
            ProfileName::Functional => "functional",
        }
    }
}
