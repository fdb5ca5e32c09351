//! What a renewal or a replacement will do, told beforehand by the checks of the act itself.

use super::cycle::{self, Order};
use crate::{
    Error, Noun, Operator, Result,
    certificate::{self, Uses, san_text},
    id::SubscriberId,
    issue,
    life::{self, Affected, Breaks, Consequences, Old},
    profile::{self, ProfileName},
};
use protocol::{
    Timestamp,
    key::PublicKey,
    x509::{CertificateView, ExtendedKeyUsage, SerialNumber},
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Where the key of a replacement comes from.
#[derive(Debug, Clone, Copy)]
pub enum NewKey<'a> {
    /// From this request (PKCS#10 in DER, PEM or bare base64).
    Request(&'a [u8]),
    /// It is made here.
    MadeHere,
    /// As the certificate profile asks; a request has not been brought yet, so nothing is said about it.
    ByProfile,
}

/// Which key the new certificate will have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SuccessorKey {
    /// That of the old one (RFC 3647 4.6).
    Same,
    /// A new one, made here.
    MadeHere,
    /// A new one, made by its holder.
    Requested,
}

/// What a certificate in the place of another one will be, and what becomes of that one. It is told, not promised: times count from the
/// moment of the act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Succession {
    /// Whose it will be.
    pub subscriber: SubscriberId,
    /// Name of the person.
    pub name: String,
    /// Subject that it will state, RFC 4514.
    pub subject: String,
    /// Alternative names that it will state.
    pub san: Vec<String>,
    /// By which certificate profile ...
    pub profile: ProfileName,
    /// ... and which version of it.
    pub profile_version: u64,
    /// A pilot issues it.
    pub pilot: bool,
    /// It would count from then ...
    pub not_before: Timestamp,
    /// ... until then, inclusive.
    pub not_after: Timestamp,
    /// Its key.
    pub key: SuccessorKey,
    /// What was encrypted to the old key opens with the old key only: its holder keeps both.
    pub old_key_reads: bool,
    /// The old one came by an enrollment: a phone has its key, and fetches no other certificate by itself.
    pub on_phone: bool,
    /// What it will be good for, seen from what would stop with it. Not in the JSON, whose members are fixed.
    #[serde(skip)]
    pub serves: Vec<Breaks>,
    /// The certificate whose place it takes; unless it is revoked, it stays valid until it ends.
    pub old: Affected,
    /// What changes of the certificates that there are, what stops, and how soon a revocation is due.
    pub consequences: Consequences,
}

impl Operator {
    /// What [`Operator::renew`] would do. Changes nothing; refuses what it would refuse.
    pub fn renewal_consequences(&self, serial: &SerialNumber) -> Result<Succession> {
        let (order, view) = self.with_its_key(serial)?;
        self.foretell(&order, &view, Some(&view.public_key), SuccessorKey::Same)
    }

    /// The same of several that would be renewed one after the other, each looked at when its turn comes: what one before it replaces is
    /// refused, as it would be by then. What would be refused replaces nothing.
    pub fn renewals_consequences<'a>(&'a self, serials: &'a [SerialNumber]) -> impl Iterator<Item = Result<Succession>> + 'a {
        let mut replaced = BTreeSet::new();
        serials.iter().map(move |serial| {
            if replaced.contains(&serial.to_string()) {
                return Err(life::place_taken());
            }
            let told = self.renewal_consequences(serial)?;
            let superseded = told.consequences.affected.iter().filter(|one| one.after == "superseded");
            replaced.extend(superseded.map(|one| one.serial.clone()));
            Ok(told)
        })
    }

    /// What [`Operator::replace`] or [`Operator::replace_generated`] would do. Changes nothing and makes no key; refuses what they would
    /// refuse.
    pub fn replacement_consequences(&self, serial: &SerialNumber, key: NewKey<'_>, old: Old) -> Result<Succession> {
        match key {
            NewKey::Request(csr) => {
                let (order, view, key) = self.with_key_of(serial, csr, old)?;
                self.foretell(&order, &view, Some(&key), SuccessorKey::Requested)
            }
            NewKey::MadeHere => {
                let (order, view) = self.with_key_made_here(serial, old)?;
                self.foretell(&order, &view, None, SuccessorKey::MadeHere)
            }
            NewKey::ByProfile => {
                let (order, view) = self.in_place_of(serial, old, false)?;
                let key = if order.profile.made_here() { SuccessorKey::MadeHere } else { SuccessorKey::Requested };
                self.foretell(&order, &view, None, key)
            }
        }
    }

    fn foretell(&self, order: &Order, view: &CertificateView, key: Option<&PublicKey>, origin: SuccessorKey) -> Result<Succession> {
        let Some(replaced) = &order.replaces else { return Err(Error::NotFound(Noun::Certificate)) };
        let (ca, rules, person) = (self.inner.issuing_ca()?, life::Rules::of(self)?, self.subscriber(order.subscriber)?);
        let profile = &order.profile;
        // As it would be certified: an elliptic key of one that signs decrypts nothing.
        let rsa = key.map_or(!profile.key.is_elliptic(), PublicKey::is_rsa);
        let serves = life::breaks(Uses::of(&CertificateView {
            key_usage: Some(profile.key_usage_of(rsa)),
            extended_key_usage: profile.extended_key_usage.clone(),
            san: order.san.clone(),
            ..view.clone()
        }));
        self.inner.store.read(|c| {
            let at = issue::time(c, &*self.inner.clock)?;
            cycle::admit(c, at, order, key)?;
            let also = if profile.made_here() { certificate::current(c, person.id, profile.name.as_str())? } else { Vec::new() };
            let (old, consequences) = life::will_replace(c, at, &rules, replaced, (person.id, &serves), &also)?;
            let validity = issue::validity(&ca.certificate, at, (profile.days, profile.backdated_minutes));
            Ok(Succession {
                subscriber: person.id,
                name: person.name.clone(),
                subject: order.subject.to_string(),
                san: order.san.iter().map(san_text).collect(),
                profile: profile.name,
                profile_version: profile.version,
                pilot: profile.pilot,
                not_before: validity.not_before,
                not_after: validity.not_after,
                key: origin,
                old_key_reads: origin != SuccessorKey::Same && decrypted(view),
                on_phone: replaced.enrollment.is_some(),
                serves,
                old,
                consequences,
            })
        })
    }
}

/// The key of this certificate opens mail or documents that were encrypted to it.
fn decrypted(view: &CertificateView) -> bool {
    let purposes = view.extended_key_usage.iter().map(ExtendedKeyUsage::oid);
    view.key_usage.is_some_and(|usage| profile::decrypts(usage, purposes))
}
