//! The first keys and certificates of a department: root, issuing CA, RA, profile signer, TLS.

use super::{
    Identity, keys, plan,
    plan::{Plan, StatusUrls},
};
use crate::{
    Error, Result,
    authority::Inner,
    certificate::{self, Kind, NewCertificate},
    host::Host,
    id::UnitId,
    ledger::Actor,
    settings::Settings,
};
use protocol::{
    Timestamp,
    key::{KeyAlgorithm, PrivateKey, PublicKey},
    x509::{Authority, CertificateView, SerialNumber},
};
use rusqlite::Connection;

/// For whom.
pub(crate) struct Founding<'a> {
    pub(crate) unit: UnitId,
    pub(crate) organization: &'a str,
    pub(crate) department: &'a str,
    pub(crate) mail_domains: &'a [String],
    pub(crate) hosts: &'a [Host],
    pub(crate) ca_key: KeyAlgorithm,
    /// The settings that the department will start with.
    pub(crate) settings: &'a Settings,
}

/// Signed and linted; [`Founded::store`] puts all of it into the store at once.
pub(crate) struct Founded(Vec<(Kind, CertificateView, keys::Sealed)>);

/// A key that signs before it has a certificate.
struct Bare<'a>(&'a PrivateKey, &'a PublicKey);

impl Authority for Bare<'_> {
    fn certificate(&self) -> Option<&[u8]> {
        None
    }
    fn public_key(&self) -> &PublicKey {
        self.1
    }
    fn sign(&self, tbs: &[u8]) -> std::result::Result<Vec<u8>, protocol::Error> {
        self.0.sign(tbs)
    }
}

/// Makes the keys on all cores, records what is to be certified, signs and lints. Nothing is in use yet.
pub(crate) fn establish(inner: &Inner, founding: &Founding<'_>) -> Result<Founded> {
    let kinds = [Kind::Root, Kind::Issuing, Kind::Ra, Kind::ProfileSigner, Kind::Tls];
    let keys = make_keys(inner, kinds.map(|kind| (kind, algorithm(kind, founding.ca_key))))?;
    let plans = kinds.iter().zip(&keys).map(|(kind, key)| plan(founding, *kind, key)).collect::<Result<Vec<_>>>()?;
    let identifiers = plans.iter().take(2).map(|p| p.public_key.key_identifier()).collect::<std::result::Result<Vec<_>, _>>()?;
    let [root_id, issuing_id] = identifiers.as_slice() else { return Err(Error::fault("two CAs")) };
    let issuer = |kind| match kind {
        Kind::Root => None,
        Kind::Issuing => Some(root_id.clone()),
        _ => Some(issuing_id.clone()),
    };

    // 1. reserve
    let issuers: Vec<_> = kinds.iter().map(|kind| issuer(*kind)).collect();
    let at = inner.clock.now();
    let (plans, serials) = inner.store.write(move |tx| {
        let serials =
            plans.iter().zip(&issuers).map(|(plan, issuer)| plan.reserve(tx, at, issuer.as_deref())).collect::<Result<Vec<_>>>()?;
        Ok((plans, serials))
    })?;
    #[cfg(test)]
    super::crash_after(1)?;
    // 2. sign and 3. lint
    let signed = sign(inner, founding.unit, at, plans, keys, &serials);
    if let Err(error) = &signed {
        let why = error.to_string();
        inner.store.write(move |tx| serials.iter().try_for_each(|serial| certificate::abandon(tx, at, serial, &why)))?;
    }
    #[cfg(test)]
    super::crash_after(3)?;
    signed
}

fn sign(inner: &Inner, unit: UnitId, at: Timestamp, plans: Vec<Plan>, keys: Vec<PrivateKey>, serials: &[SerialNumber]) -> Result<Founded> {
    let mut authorities: Vec<Identity> = Vec::with_capacity(2); // root, issuing
    let mut founded = Vec::with_capacity(plans.len());
    for ((plan, key), serial) in plans.into_iter().zip(keys).zip(serials) {
        let view = match authorities.last() {
            None => plan.sign(at, serial.clone(), &Bare(&key, &plan.public_key), None)?,
            Some(issuer) => plan.sign(at, serial.clone(), issuer, Some(&issuer.certificate))?,
        };
        founded.push((plan.kind, view.clone(), keys::seal(inner, plan.kind, unit, &key)?));
        if view.is_ca {
            authorities.push(Identity::new(view, key, Vec::new())?);
        }
    }
    Ok(Founded(founded))
}

impl Founded {
    /// Step 4, inside the transaction that creates the department.
    pub(crate) fn store(&self, tx: &Connection, at: Timestamp, actor: &Actor) -> Result<()> {
        for (kind, view, key) in &self.0 {
            let new = NewCertificate {
                kind: *kind,
                profile: kind.as_str(),
                profile_version: 0,
                pilot: false,
                view,
                subscriber: None,
                enrollment: None,
                issued_at: at,
            };
            let number = certificate::insert(tx, &new)?;
            keys::insert(tx, at, key, Some(number))?;
            super::record_issued(tx, at, actor, *kind, view)?;
        }
        Ok(())
    }

    /// The department was set up by somebody else meanwhile.
    pub(crate) fn abandon(&self, tx: &Connection, at: Timestamp) -> Result<()> {
        self.0
            .iter()
            .try_for_each(|(_, view, _)| certificate::abandon(tx, at, &view.serial, "the department was set up by another process"))
    }
}

/// SCEP and CMS need RSA (RFC 8894 3.1); the profile signer lives long, so its key is a little longer; TLS leaves are short-lived.
fn algorithm(kind: Kind, ca_key: KeyAlgorithm) -> KeyAlgorithm {
    match kind {
        Kind::Root | Kind::Issuing => ca_key,
        Kind::Ra => KeyAlgorithm::Rsa2048,
        Kind::ProfileSigner => KeyAlgorithm::Rsa3072,
        _ => KeyAlgorithm::P256,
    }
}

fn make_keys(inner: &Inner, wanted: [(Kind, KeyAlgorithm); 5]) -> Result<Vec<PrivateKey>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = wanted.into_iter().map(|(_, algorithm)| scope.spawn(move || (inner.make_key)(algorithm))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(Error::fault("making a key panicked")))).collect()
    })
}

fn plan(founding: &Founding<'_>, kind: Kind, key: &PrivateKey) -> Result<Plan> {
    let Founding { organization, department, mail_domains, hosts, settings, .. } = founding;
    let served = super::tls::hosts(hosts, settings);
    let role = match kind {
        Kind::Root => "Root CA",
        Kind::Issuing => "Issuing CA",
        Kind::Ra => "SCEP RA",
        _ => "Profile Signer",
    };
    Ok(Plan {
        kind,
        subject: if kind == Kind::Tls { plan::tls_subject(organization, &served)? } else { plan::subject(organization, department, role)? },
        san: if kind == Kind::Tls { plan::alternative_names(&served) } else { Vec::new() },
        public_key: key.public()?,
        urls: match kind {
            Kind::Root => StatusUrls::default(),
            Kind::Issuing => StatusUrls::new(settings, "root"),
            _ => StatusUrls::new(settings, "issuing"),
        },
        constraints: (kind == Kind::Issuing).then(|| plan::constraints(mail_domains, hosts)),
        numbers: settings.numbers,
    })
}
