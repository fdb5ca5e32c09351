//! Certificates issued by the officer: from a person's request, or with a key made here that only encrypts (invariants 1 and 2).
//! One at a time, or a list of people as a batch. The same issuance cycle as everywhere (docs/issuance-cycle.md).

pub mod batch;
mod bundle;
mod cycle;
mod folder;
mod generated;
pub mod import;
mod lost;
mod renewal;
mod request;
mod succession;
#[cfg(test)]
mod tests;

use crate::{
    Denied, Error, Operator, Result,
    certificate::Certificate,
    profile::{CertificateProfile, ProfileName},
    secret::FilePassword,
    subscriber::Subscriber,
};
use cycle::Order;
pub(crate) use cycle::Replaced;
use zeroize::Zeroizing;

pub use bundle::BundleIssued;
pub use folder::{DeliveryFolder, PasswordLine};
pub use lost::LostKey;
pub use protocol::pkcs12::Form;
pub use succession::{NewKey, Succession, SuccessorKey};

/// What was issued from a request.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// Serials of those that it superseded in the same transaction.
    pub superseded: Vec<String>,
}

/// A key made here with its certificate. It exists only in this value: what is dropped without being handed on is lost, so give what
/// cannot be handed on to [`Operator::key_was_lost`].
#[non_exhaustive] // none is made but by issuing
pub struct IssuedIdentity {
    /// The certificate and what it superseded.
    pub issued: Issued,
    /// PKCS#12 with key, certificate and chain.
    pub pkcs12: Zeroizing<Vec<u8>>,
    /// Its password: show it once.
    pub password: FilePassword,
}

impl Operator {
    /// Issues from a request (PKCS#10 in DER, PEM or bare base64) of the person with this address. The key must be the requester's
    /// (proof of possession), strong and not known to be bad; whatever identity the request states must be one that we certify
    /// (invariant 6); the mailbox must be validated (invariant 5). Profiles that encrypt are refused: their keys are made here.
    pub fn issue_from_csr(&self, mail: &str, profile: ProfileName, csr: &[u8]) -> Result<Issued> {
        let person = self.subscriber_by_mail(mail)?;
        let policy = self.inner.policy_of(person.department_id)?;
        if policy.profile(profile).made_here() {
            return Err(Error::Denied(Denied::EncryptionByScep));
        }
        let csr = request::read(csr)?;
        let order = Order::new(&policy, &person, mail, profile, false)?;
        request::check_names(&csr, &order.subject, &order.san)?;
        cycle::one(self, order, csr.public_key, |_| Ok(())).map(|(issued, ())| issued)
    }

    /// Makes a key and issues its certificate; profiles that encrypt only. A person has one active certificate of each such profile
    /// (invariant 3): with `supersede` the new one takes its place in the same transaction, without it a second one is refused.
    /// Key and password leave in the result and are nowhere else.
    pub fn issue_generated(&self, mail: &str, profile: ProfileName, form: Form, supersede: bool) -> Result<IssuedIdentity> {
        let person = self.subscriber_by_mail(mail)?;
        let policy = self.inner.policy_of(person.department_id)?;
        if !policy.profile(profile).made_here() {
            return Err(Error::Denied(Denied::SigningKeyHere));
        }
        let order = Order::new(&policy, &person, mail, profile, supersede)?;
        // Before the work of making a key.
        self.inner.store.read({
            let (order, at) = (order.clone(), self.inner.clock.now());
            move |tx| cycle::check(tx, at, &order)
        })?;
        let key = generated::make_key(&self.inner, policy.profile(profile))?;
        generated::issue(self, order, &key, form)
    }
}

/// Its certificates state more addresses of a person than the one that was typed.
fn states_all(profile: &CertificateProfile) -> bool {
    // A person has one key to decrypt with (invariant 3): mail to every address must find it.
    profile.with_address && (profile.every_address || profile.made_here())
}

/// The addresses of a person whose validation counts and that a certificate of this profile states, the one that was typed first.
fn addresses(person: &Subscriber, mail: &str, profile: &CertificateProfile) -> Result<Vec<String>> {
    let typed = mail.trim();
    let asked = person
        .mailboxes
        .iter()
        .find(|mailbox| mailbox.address.eq_ignore_ascii_case(typed))
        .ok_or_else(|| Error::Denied(Denied::MailboxNotValidated { mailbox: typed.to_owned() }))?;
    let address = asked.standing()?;
    if !profile.with_address {
        return Ok(Vec::new());
    }
    let mut list = vec![address];
    if states_all(profile) {
        let others = person.mailboxes.iter().filter(|mailbox| mailbox.id != asked.id && mailbox.validated);
        list.extend(others.map(|mailbox| mailbox.address.clone()));
    }
    Ok(list)
}
