//! Keys made here: they encrypt only, leave in a PKCS#12 and are kept nowhere.

use super::{
    IssuedIdentity,
    cycle::{self, Order},
};
use crate::{
    Operator, Result,
    authority::Inner,
    certification::Authorities,
    profile::{CertificateProfile, ProfileName},
    secret::FilePassword,
};
use protocol::{
    key::PrivateKey,
    pkcs12::{self, Form},
    x509::CertificateView,
};
use zeroize::Zeroizing;

/// A new key as the profile asks. CPU bound: outside transactions.
pub(super) fn make_key(inner: &Inner, profile: &CertificateProfile) -> Result<PrivateKey> {
    (inner.make_key)(profile.key)
}

/// All four steps for a key made here.
pub(super) fn issue(operator: &Operator, order: Order, key: &PrivateKey, form: Form) -> Result<IssuedIdentity> {
    let (authorities, profile) = (operator.inner.authorities()?, order.profile.name);
    let sealed = |view: &CertificateView| seal(&authorities, key, view, profile, form);
    let (issued, (pkcs12, password)) = cycle::one(operator, order, key.public()?, sealed)?;
    Ok(IssuedIdentity { issued, pkcs12, password })
}

/// Key, certificate and chain behind a new password.
pub(super) fn seal(
    authorities: &Authorities,
    key: &PrivateKey,
    certificate: &CertificateView,
    profile: ProfileName,
    form: Form,
) -> Result<(Zeroizing<Vec<u8>>, FilePassword)> {
    let password = FilePassword::random()?;
    let name = format!("{} ({})", certificate.subject.common_name().unwrap_or("Signet"), profile.as_str());
    let chain = [authorities.issuing.as_ref(), authorities.root.as_ref()];
    let sealed = pkcs12::seal(key, certificate, &chain, &name, password.reveal(), form)?;
    Ok((sealed, password))
}
