//! Another certificate in the place of one: with its key (renewal, RFC 3647 4.6) or with a new one (re-key, 4.7).

use super::{Issued, IssuedIdentity, cycle, cycle::Order, generated, request, states_all};
use crate::{Denied, Error, Noun, Operator, Result, certificate, life, life::Old, profile::ProfileName};
use protocol::{
    key::PublicKey,
    pkcs12::Form,
    x509::{CertificateView, SerialNumber, SubjectAltName},
};

impl Operator {
    /// Renews: the same key, person and certificate profile, a new validity; the old certificate is superseded. Refused for what is
    /// revoked, held or has ended, and for a key that was compromised anywhere.
    pub fn renew(&self, serial: &SerialNumber) -> Result<Issued> {
        let (order, view) = self.with_its_key(serial)?;
        cycle::one(self, order, view.public_key, |_| Ok(())).map(|(issued, ())| issued)
    }

    /// Replaces by a certificate for the key of this request, of the same person and certificate profile.
    pub fn replace(&self, serial: &SerialNumber, csr: &[u8], old: Old) -> Result<Issued> {
        let (order, _, key) = self.with_key_of(serial, csr, old)?;
        cycle::one(self, order, key, |_| Ok(())).map(|(issued, ())| issued)
    }

    /// Replaces a certificate that encrypts by one for a key made here. Key and password leave in the result and are nowhere else.
    pub fn replace_generated(&self, serial: &SerialNumber, form: Form, old: Old) -> Result<IssuedIdentity> {
        let (order, _) = self.with_key_made_here(serial, old)?;
        // Before the work of making a key.
        self.inner.store.read({
            let (order, at) = (order.clone(), self.inner.clock.now());
            move |tx| cycle::check(tx, at, &order)
        })?;
        let key = generated::make_key(&self.inner, &order.profile)?;
        generated::issue(self, order, &key, form)
    }

    /// The order for a renewal, and the certificate that it renews.
    pub(super) fn with_its_key(&self, serial: &SerialNumber) -> Result<(Order, CertificateView)> {
        let (order, view) = self.in_place_of(serial, Old::Stays, true)?;
        // What was strong enough once may not be so now.
        view.public_key.check_strength().map_err(|error| Error::invalid("serial", format!("its key is not certified again: {error}")))?;
        Ok((order, view))
    }

    /// The order for a replacement with the key of this request, the certificate that it replaces, and that key.
    pub(super) fn with_key_of(&self, serial: &SerialNumber, csr: &[u8], old: Old) -> Result<(Order, CertificateView, PublicKey)> {
        let csr = request::read(csr)?;
        let (order, view) = self.in_place_of(serial, old, false)?;
        if order.profile.made_here() {
            return Err(Error::Denied(Denied::EncryptionByScep));
        }
        if csr.public_key == view.public_key {
            return Err(Error::invalid("csr", "this is the key of the certificate itself; make a new key and a request with it"));
        }
        request::check_names(&csr, &order.subject, &order.san)?;
        Ok((order, view, csr.public_key))
    }

    /// The order for a replacement with a key that is made here, and the certificate that it replaces.
    pub(super) fn with_key_made_here(&self, serial: &SerialNumber, old: Old) -> Result<(Order, CertificateView)> {
        let (order, view) = self.in_place_of(serial, old, false)?;
        if !order.profile.made_here() {
            return Err(Error::Denied(Denied::SigningKeyHere));
        }
        Ok((order, view))
    }

    /// The order for a certificate in the place of `serial`, perhaps with its key: by today's records and policy.
    pub(super) fn in_place_of(&self, serial: &SerialNumber, old: Old, same_key: bool) -> Result<(Order, CertificateView)> {
        let known = self.inner.store.read(|c| certificate::known(c, serial))?.ok_or(Error::NotFound(Noun::Certificate))?;
        let (profile, subscriber) = match (known.kind, ProfileName::parse(&known.profile), known.subscriber) {
            (certificate::Kind::Subscriber, Some(profile), Some(subscriber)) => (profile, subscriber),
            _ => return Err(Error::invalid("serial", "only the certificate of a person can be renewed or replaced")),
        };
        let view = CertificateView::from_der(&known.der)?;
        let person = self.subscriber(subscriber)?;
        let policy = self.inner.policy_of(person.department_id)?;
        let replaced = cycle::Replaced { serial: serial.clone(), old, same_key, enrollment: known.enrollment };
        // Before anybody validates a mailbox for what cannot be replaced anyway.
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| life::may_be_replaced(tx, at, &replaced))?;
        // The addresses that it states, while they are still the person's.
        let stated = view.san.iter().filter_map(|name| match name {
            SubjectAltName::Rfc822Name(address) => person.mailboxes.iter().find(|mailbox| mailbox.address.eq_ignore_ascii_case(address)),
            _ => None,
        });
        let stated: Vec<_> = stated.collect();
        let today = policy.profile(profile);
        let first = stated.first().copied().filter(|mailbox| today.with_address || mailbox.validated);
        let mailbox = first.or(person.mailboxes.iter().find(|mailbox| mailbox.validated)).or(person.mailboxes.first());
        let Some(mailbox) = mailbox else { return Err(Error::Denied(Denied::MailboxNotValidated { mailbox: String::new() })) };
        let mail = mailbox.standing()?;
        // Where all are stated, one whose validation has ended is not left out without a word: what is written to it could no longer be
        // read.
        for mailbox in stated.iter().filter(|mailbox| states_all(today) && mailbox.validated_at.is_some()) {
            mailbox.standing()?;
        }
        let mut order = Order::new(&policy, &person, &mail, profile, true)?;
        order.replaces = Some(replaced);
        Ok((order, view))
    }
}
