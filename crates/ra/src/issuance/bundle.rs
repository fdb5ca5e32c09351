//! A bundle for one person at the desk: all of its profiles in one act, as far as their keys can be had here.

use super::{Issued, IssuedIdentity, cycle, cycle::Order, generated, request};
use crate::{Error, Operator, Result, profile::ProfileName};
use protocol::pkcs12::Form;

/// What a bundle gave.
pub struct BundleIssued {
    /// For the key of the request.
    pub requested: Vec<Issued>,
    /// With keys made here; they exist only in this value.
    pub made: Vec<(ProfileName, IssuedIdentity)>,
    /// Profiles whose keys their holder makes, when there was no request: they are left for an invitation.
    pub left: Vec<ProfileName>,
    /// Profiles that gave nothing although others had been issued already, and why.
    pub refused: Vec<(ProfileName, Error)>,
}

impl BundleIssued {
    /// The first refusal is one of the whole bundle. Once something is issued it is one of its own profile alone: keys that are made
    /// must be handed on.
    fn refuse(&mut self, profile: ProfileName, error: Error) -> Result<()> {
        if self.made.is_empty() && self.requested.is_empty() {
            return Err(error);
        }
        self.refused.push((profile, error));
        Ok(())
    }
}

impl Operator {
    /// Issues a bundle to the person with this address. Profiles that encrypt get keys made here; the others are issued for the
    /// key of `csr`, or left. Everything is checked before the first certificate is signed, so that a bundle is refused whole; what is
    /// refused all the same after others were issued is said beside them. Profiles that the policy does not offer are no part of it; one
    /// that a later rule refuses was meant to be, and refuses it.
    pub fn issue_bundle(&self, mail: &str, bundle: &str, csr: Option<&[u8]>, form: Form, supersede: bool) -> Result<BundleIssued> {
        let person = self.subscriber_by_mail(mail)?;
        let policy = self.inner.policy_of(person.department_id)?;
        let csr = csr.map(request::read).transpose()?;
        let mut issued = BundleIssued { requested: Vec::new(), made: Vec::new(), left: Vec::new(), refused: Vec::new() };
        let (mut asked, mut ours) = (Vec::new(), Vec::new());
        let profiles = self.bundle(bundle)?.profiles;
        profiles.iter().try_for_each(|profile| policy.profile(*profile).require_sound())?;
        for profile in profiles.into_iter().filter(|profile| policy.profile(*profile).offered) {
            if policy.profile(profile).made_here() {
                ours.push((profile, Order::new(&policy, &person, mail, profile, supersede)?));
            } else if csr.is_some() {
                asked.push(Order::new(&policy, &person, mail, profile, false)?);
            } else {
                issued.left.push(profile);
            }
        }
        if asked.is_empty() && ours.is_empty() {
            return Err(Error::invalid("csr", "the keys of this bundle are made by their holder; give a request, or invite the person"));
        }
        if let Some(csr) = &csr {
            for order in &asked {
                request::check_names(csr, &order.subject, &order.san)?;
                if !order.profile.accepts(&csr.public_key) {
                    return Err(Error::invalid(
                        "csr",
                        "the key is weaker than a certificate profile of the bundle asks: make a longer one",
                    ));
                }
                self.inner.store.read(|tx| cycle::check_key(tx, order, &csr.public_key))?;
            }
        }
        let at = self.inner.clock.now();
        for order in asked.iter().chain(ours.iter().map(|(_, order)| order)) {
            let order = order.clone();
            self.inner.store.read(move |tx| cycle::check(tx, at, &order))?;
        }
        // Keys first: what can fail without a trace fails before anything is signed.
        let keys =
            ours.iter().map(|(profile, _)| generated::make_key(&self.inner, policy.profile(*profile))).collect::<Result<Vec<_>>>()?;
        for ((profile, order), key) in ours.into_iter().zip(keys) {
            match generated::issue(self, order, &key, form) {
                Ok(identity) => issued.made.push((profile, identity)),
                Err(error) => issued.refuse(profile, error)?,
            }
        }
        if let Some(csr) = csr {
            for order in asked {
                let profile = order.profile.name;
                match cycle::one(self, order, csr.public_key.clone(), |_| Ok(())) {
                    Ok((one, ())) => issued.requested.push(one),
                    Err(error) => issued.refuse(profile, error)?,
                }
            }
        }
        Ok(issued)
    }
}
