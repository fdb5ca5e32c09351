//! For tests: an RA that takes the place of an earlier one.

use super::{keys, plan};
use crate::{
    Authority,
    certificate::{self, Kind, NewCertificate},
};
use protocol::key::{KeyAlgorithm, PrivateKey};

/// Makes an RA with a key of its own, issued by the issuing CA in use; the one before is retired.
pub(crate) fn succeed_ra(authority: &Authority) {
    let inner = &authority.0;
    let (unit, issuing) = (inner.founding().unwrap().id, inner.issuing_ca().unwrap());
    let key = PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
    let plan = plan::Plan {
        kind: Kind::Ra,
        subject: plan::subject("Example University", "Physics", "SCEP RA").unwrap(),
        san: Vec::new(),
        public_key: key.public().unwrap(),
        urls: plan::StatusUrls::default(),
        constraints: None,
        numbers: inner.network().unwrap().numbers,
    };
    let (at, issuer) = (inner.clock.now(), issuing.certificate.subject_key_identifier.clone());
    let reserved = inner.store.write(move |tx| Ok((plan.reserve(tx, at, issuer.as_deref())?, plan)));
    let (serial, plan) = reserved.unwrap();
    let view = plan.sign(at, serial, issuing.as_ref(), Some(&issuing.certificate)).unwrap();
    let sealed = keys::seal(inner, Kind::Ra, unit, &key).unwrap();
    let stored = inner.store.write(move |tx| {
        let new = NewCertificate {
            kind: Kind::Ra,
            profile: Kind::Ra.as_str(),
            profile_version: 0,
            pilot: false,
            view: &view,
            subscriber: None,
            enrollment: None,
            issued_at: at,
        };
        let number = certificate::insert(tx, &new)?;
        keys::insert(tx, at, &sealed, Some(number))?;
        keys::retire(tx, at, Kind::Ra, sealed.id)
    });
    stored.unwrap();
}
