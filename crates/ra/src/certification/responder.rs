//! Delegated OCSP responders (RFC 6960 4.2.2.2): a key of its own for each CA, kept open, its certificate renewed in time.

use super::{Identity, keys, plan, plan::Plan};
use crate::{
    Denied, Dependency, Error, Result,
    authority::Inner,
    certificate::{self, Kind, NewCertificate},
    id::KeyId,
    issue,
    ledger::Actor,
};
use protocol::{Timestamp, key::KeyAlgorithm, ocsp::Issuer, x509::CertificateView};
use rusqlite::Connection;
use std::sync::Arc;

/// A responder with its key open.
pub(crate) struct Responder {
    pub(crate) identity: Identity,
    /// The CA it speaks for.
    pub(crate) issuer: Issuer,
    /// The CA's subjectKeyIdentifier: what our records call the issuer.
    pub(crate) issuer_id: Vec<u8>,
    /// When a third of its certificate's life is left.
    pub(crate) renew_at: Timestamp,
}

impl Responder {
    /// It has begun (it had not where it was made while the clock was ahead), and more than a third of its life is left.
    pub(crate) fn is_good(&self, now: Timestamp) -> bool {
        self.identity.certificate.validity.not_before <= now && now < self.renew_at
    }
}

impl Inner {
    /// The responder of `root` or of `issuing`: the one in the store, or a new one when there is none or it ends soon.
    /// `Unavailable(Key("root"))` when the root's key is elsewhere and its last responder has run out.
    pub(crate) fn load_responder(&self, is_root: bool) -> Result<Responder> {
        let authorities = self.authorities()?;
        let ca: &Arc<CertificateView> = if is_root { &authorities.root } else { &authorities.issuing };
        let found = self.stored_responder(ca)?;
        let now = self.clock.now();
        match found {
            Some((_, responder)) if responder.is_good(now) => Ok(responder),
            found => match self.renew_responder_here(is_root, ca, found.as_ref().map(|(id, _)| *id)) {
                Ok(()) => self.stored_responder(ca)?.map(|(_, responder)| responder).ok_or_else(|| Error::fault("a responder vanished")),
                // The root's key is in its drawer, or the clock is behind and nothing is issued: the certificate is used to its end.
                Err(error @ (Error::Unavailable(Dependency::Key(_)) | Error::Denied(Denied::ClockBehind))) => found
                    .map(|(_, responder)| responder)
                    .filter(|responder| now < responder.identity.certificate.validity.not_after)
                    .ok_or(error),
                Err(error) => Err(error),
            },
        }
    }

    fn stored_responder(&self, ca: &CertificateView) -> Result<Option<(KeyId, Responder)>> {
        let row = self.store.read(|c| current(c, ca.subject_key_identifier.as_deref()))?;
        row.map(|(row, certificate)| {
            let validity = certificate.validity;
            let renew_at = validity.not_after.plus(-(validity.not_after.0 - validity.not_before.0) / 3);
            let issuer_id = ca.subject_key_identifier.clone().ok_or_else(|| Error::fault("a CA without subjectKeyIdentifier"))?;
            let identity = Identity::new(certificate, row.open(self, Kind::Ocsp)?, Vec::new())?;
            Ok((row.id, Responder { identity, issuer: Issuer::new(ca)?, issuer_id, renew_at }))
        })
        .transpose()
    }

    fn renew_responder_here(&self, is_root: bool, ca: &CertificateView, replaced: Option<KeyId>) -> Result<()> {
        if is_root {
            self.renew_responder(true, ca, replaced, &self.root_identity()?)
        } else {
            self.renew_responder(false, ca, replaced, self.issuing_ca()?.as_ref())
        }
    }

    /// A new responder of the root, while its key is at hand.
    pub(crate) fn renew_root_responder(&self, root: &Identity) -> Result<()> {
        let replaced = self.stored_responder(&root.certificate)?.map(|(id, _)| id);
        self.renew_responder(true, &root.certificate, replaced, root)
    }

    fn renew_responder(&self, is_root: bool, ca: &CertificateView, replaced: Option<KeyId>, authority: &Identity) -> Result<()> {
        let department = self.founding()?;
        // Answers to nonces are signed one by one: P-256 makes that cheap, whatever the CA's own key is.
        let key = (self.make_key)(KeyAlgorithm::P256)?;
        let role = if is_root { "Root OCSP Responder" } else { "OCSP Responder" };
        let plan = Plan {
            kind: Kind::Ocsp,
            subject: plan::subject(&department.certified_organization, &department.certified_name, role)?,
            san: Vec::new(),
            public_key: key.public()?,
            // nocheck: nobody asks whether it is revoked, so it names no CRL (RFC 6960 4.2.2.2.1).
            urls: plan::StatusUrls::default(),
            constraints: None,
            numbers: self.network()?.numbers,
        };
        let identifier = ca.subject_key_identifier.clone();
        let (clock, issuer) = (self.clock.clone(), identifier.clone());
        let (plan, at, serial) = self.store.write(move |tx| {
            let at = issue::time(tx, clock.as_ref())?;
            let serial = plan.reserve(tx, at, issuer.as_deref())?;
            Ok((plan, at, serial))
        })?;
        let made = plan
            .sign(at, serial.clone(), authority, Some(ca))
            .and_then(|view| Ok((view, keys::seal(self, Kind::Ocsp, department.id, &key)?)));
        let (view, sealed) = match made {
            Ok(made) => made,
            Err(error) => {
                let why = error.to_string();
                self.store.write(move |tx| certificate::abandon(tx, at, &serial, &why))?;
                return Err(error);
            }
        };
        self.store.write(move |tx| {
            if current(tx, identifier.as_deref())?.map(|(row, _)| row.id) != replaced {
                return certificate::abandon(tx, at, &view.serial, "another process renewed the responder");
            }
            if let Some(replaced) = replaced {
                keys::replace(tx, at, replaced)?;
            }
            let new = NewCertificate {
                kind: Kind::Ocsp,
                profile: "ocsp",
                view: &view,
                subscriber: None,
                enrollment: None,
                issued_at: at,
                profile_version: 0,
                pilot: false,
            };
            let number = certificate::insert(tx, &new)?;
            keys::insert(tx, at, &sealed, Some(number))?;
            super::record_issued(tx, at, &Actor::Signet, Kind::Ocsp, &view)
        })
    }
}

/// The responder's key in use under this CA.
fn current(c: &Connection, issuer: Option<&[u8]>) -> Result<Option<(keys::Row, CertificateView)>> {
    for row in keys::rows(c, Kind::Ocsp)?.into_iter().filter(|row| !row.retired) {
        let certificate = row.certificate()?;
        if certificate.authority_key_identifier.as_deref() == issuer {
            return Ok(Some((row, certificate)));
        }
    }
    Ok(None)
}
