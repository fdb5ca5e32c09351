//! Our own keys and certificates: root, issuing CA, RA, profile signer, TLS.

#[cfg(test)]
mod crash;
mod create;
mod fingerprint;
mod import;
mod keys;
mod plan;
mod responder;
mod root_key;
mod status;
#[cfg(test)]
mod succession;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use {crash::crash_after, succession::succeed_ra, tests::openssl};
mod tls;

use crate::{
    Denied, Enroller, Error, Operator, Result,
    authority::Inner,
    certificate::{self, Kind},
    ledger,
    ledger::Actor,
    store::Topic,
};
pub(crate) use create::{Founding, establish};
pub(crate) use plan::{StatusUrls, is_permitted, is_profile_signer};
use protocol::{
    Timestamp,
    cms::SigningIdentity,
    key::{PrivateKey, PublicKey},
    x509::{CertificateView, PreparedIssuer},
};
pub(crate) use responder::Responder;
pub(crate) use root_key::attached_key;
pub use status::StatusFacts;
use std::sync::Arc;
pub(crate) use tls::TlsCached;

/// A certificate of ours with its key in memory.
pub(crate) struct Identity {
    pub(crate) certificate: CertificateView,
    pub(crate) key: PrivateKey,
    pub(crate) public_key: PublicKey,
    /// Issuer chain without the root.
    pub(crate) chain: Vec<CertificateView>,
    /// A CA's part of what it signs, worked out once.
    prepared: Option<PreparedIssuer>,
}

impl Identity {
    /// Refuses a key that is not the certificate's.
    pub(crate) fn new(certificate: CertificateView, key: PrivateKey, chain: Vec<CertificateView>) -> Result<Self> {
        let public_key = key.public()?;
        if public_key != certificate.public_key {
            return Err(Error::fault(format!("the sealed key of {} is another one", certificate.subject)));
        }
        let mut identity = Identity { certificate, key, public_key, chain, prepared: None };
        if identity.certificate.is_ca {
            identity.prepared = Some(PreparedIssuer::new(&identity)?);
        }
        Ok(identity)
    }
    /// For what is signed often: what of the issuer goes into every certificate is worked out once.
    pub(crate) fn sign_certificate(&self, spec: &protocol::x509::CertificateSpec) -> Result<Vec<u8>> {
        match &self.prepared {
            Some(prepared) => Ok(prepared.sign_certificate(spec, self)?),
            None => Ok(protocol::x509::sign_certificate(spec, self)?),
        }
    }
    /// For CMS.
    pub(crate) fn signing(&self) -> SigningIdentity<'_> {
        SigningIdentity { certificate: &self.certificate, key: &self.key, chain: &self.chain }
    }
}

impl protocol::x509::Authority for Identity {
    fn certificate(&self) -> Option<&[u8]> {
        Some(&self.certificate.der)
    }
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
    fn sign(&self, tbs: &[u8]) -> std::result::Result<Vec<u8>, protocol::Error> {
        self.key.sign(tbs)
    }
}

/// Keys in daily use, opened once. The root's key is not among them.
pub(crate) struct Identities {
    /// The issuing CA.
    pub(crate) issuing: Arc<Identity>,
    /// The SCEP RA; earlier ones follow, newest first. Never empty.
    pub(crate) ra: Vec<Arc<Identity>>,
    pub(crate) profile_signer: Arc<Identity>,
}

/// CA certificates, for which no key needs to be opened.
pub(crate) struct Authorities {
    pub(crate) root: Arc<CertificateView>,
    pub(crate) issuing: Arc<CertificateView>,
}

impl Inner {
    /// The issuing CA (cached; keys are opened once).
    pub(crate) fn issuing_ca(&self) -> Result<Arc<Identity>> {
        Ok(self.identities()?.issuing.clone())
    }
    /// The SCEP RA; earlier ones follow, newest first, for messages encrypted to them.
    pub(crate) fn scep_ra(&self) -> Result<Vec<Arc<Identity>>> {
        Ok(self.identities()?.ra.clone())
    }
    /// The signer of configuration profiles.
    pub(crate) fn profile_signer(&self) -> Result<Arc<Identity>> {
        Ok(self.identities()?.profile_signer.clone())
    }
    /// The root's certificate.
    pub(crate) fn root_certificate(&self) -> Result<Arc<CertificateView>> {
        Ok(self.authorities()?.root.clone())
    }
    /// The mail domains that the issuing CA may certify: those that it was made for.
    pub(crate) fn certifiable_mail_domains(&self) -> Result<Vec<String>> {
        match self.authorities()?.issuing.permitted_mail_domains()? {
            Some(domains) => Ok(domains),
            // One without constraints, from elsewhere: what the folder was set up for.
            None => Ok(self.founding()?.mail_domains.clone()),
        }
    }
    /// Root and issuing CA certificates.
    pub(crate) fn authorities(&self) -> Result<Arc<Authorities>> {
        let generation = self.store.generation(Topic::Identity)?;
        self.cache.authorities.get(generation, || {
            self.store.read(|c| {
                let of = |purpose| keys::current(c, purpose)?.ok_or(Error::Denied(Denied::NotSetUp))?.certificate().map(Arc::new);
                Ok(Authorities { root: of(Kind::Root)?, issuing: of(Kind::Issuing)? })
            })
        })
    }
    /// The root with its key; `Unavailable(Key("root"))` when it was moved to removable media.
    pub(crate) fn root_identity(&self) -> Result<Identity> {
        let row = self.store.read(|c| keys::current(c, Kind::Root))?.ok_or(Error::Denied(Denied::NotSetUp))?;
        Identity::new(row.certificate()?, row.open(self, Kind::Root)?, Vec::new())
    }

    /// Keys in daily use.
    pub(crate) fn identities(&self) -> Result<Arc<Identities>> {
        self.identities_at(self.store.generation(Topic::Identity)?)
    }

    /// The network's settings, the policies of all departments and the keys at one moment, for the price of one question.
    pub(crate) fn at_one_moment(&self) -> Result<(Arc<crate::settings::Settings>, Arc<crate::policy::Policies>, Arc<Identities>)> {
        let (unit, identity) = self.store.generations()?;
        Ok((self.settings_at(unit)?.organization().clone(), self.policies_at(unit)?, self.identities_at(identity)?))
    }

    fn identities_at(&self, generation: u64) -> Result<Arc<Identities>> {
        self.cache.identities.get(generation, || {
            // Rows first, in one snapshot; opening keys (the keyring may ask a person) holds no transaction.
            let [issuing, ra, signer] =
                self.store.read(|c| Ok([keys::rows(c, Kind::Issuing)?, keys::rows(c, Kind::Ra)?, keys::rows(c, Kind::ProfileSigner)?]))?;
            let ca = one(self, issuing, Kind::Issuing, &[])?;
            let chain = [ca.certificate.clone()];
            let mut all = Vec::with_capacity(ra.len());
            for row in ra {
                all.push(Arc::new(Identity::new(row.certificate()?, row.open(self, Kind::Ra)?, chain.to_vec())?));
            }
            if all.is_empty() {
                return Err(Error::Denied(Denied::NotSetUp));
            }
            Ok(Identities { profile_signer: one(self, signer, Kind::ProfileSigner, &chain)?, issuing: ca, ra: all })
        })
    }
}

fn one(inner: &Inner, rows: Vec<keys::Row>, purpose: Kind, chain: &[CertificateView]) -> Result<Arc<Identity>> {
    let row = rows.into_iter().next().filter(|row| !row.retired).ok_or(Error::Denied(Denied::NotSetUp))?;
    Ok(Arc::new(Identity::new(row.certificate()?, row.open(inner, purpose)?, chain.to_vec())?))
}

/// The root in use, as the store has it; no key is opened.
pub(crate) fn root(c: &rusqlite::Connection) -> Result<Option<CertificateView>> {
    keys::current(c, Kind::Root)?.map(|row| row.certificate()).transpose()
}

/// The ledger row of a certificate of our own.
fn record_issued(tx: &rusqlite::Connection, at: Timestamp, actor: &Actor, kind: Kind, view: &CertificateView) -> Result<()> {
    let facts = serde_json::json!({
        "profile": kind.as_str(),
        "subject": view.subject.to_string(),
        "not_after": view.validity.not_after,
        "key": crate::issue::hex(&view.public_key.fingerprint()),
        "sha256": crate::issue::hex(&view.sha256()),
    });
    ledger::append(tx, at, actor, "certificate.issued", &view.serial.to_string(), &facts)
}

fn described(inner: &Inner) -> Result<Vec<CaCertificate>> {
    let authorities = inner.authorities()?;
    Ok(vec![fingerprint::describe("root", &authorities.root), fingerprint::describe("issuing", &authorities.issuing)])
}

/// What the TLS listener needs.
#[derive(Clone)]
pub struct TlsIdentity {
    /// Chain, leaf first, DER, without the root.
    pub chain: Vec<Vec<u8>>,
    /// PKCS#8 of the key.
    pub key: zeroize::Zeroizing<Vec<u8>>,
    /// Issued by our own CA (phones must trust the root first).
    pub private_root: bool,
    /// Changes when the identity changes: reload the listener.
    pub fingerprint: String,
}

/// A CA certificate for people and relying parties.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CaCertificate {
    /// `root` or `issuing`.
    pub name: &'static str,
    /// DER.
    #[serde(skip)]
    pub der: Vec<u8>,
    /// PEM.
    pub pem: String,
    /// SHA-256, hex upper-case.
    pub sha256: String,
    /// SHA-256 as words to compare by eye (16 words of the first 128 bits).
    pub words: Vec<&'static str>,
    /// SHA-256 as a 5 x 5 symmetric picture, row by row (true = ink), to compare by eye.
    pub picture: Vec<bool>,
}

impl Enroller {
    /// The TLS identity for the portal; renews and re-issues our own one when it is near its end or the hosts changed.
    pub fn tls_identity(&self) -> Result<TlsIdentity> {
        Ok(self.inner.tls()?.identity.clone())
    }
    /// Root and issuing CA.
    pub fn ca_certificates(&self) -> Result<Vec<CaCertificate>> {
        described(&self.inner)
    }
    /// Current CRL of `root` or `issuing`, DER; generated when it is due. `issuing-delta`: the delta CRL, where those are made. A copy:
    /// what is given out to many is [`Enroller::shared_crl`].
    pub fn crl(&self, name: &str) -> Result<Vec<u8>> {
        Ok(Arc::unwrap_or_clone(self.shared_crl(name)?))
    }
    /// The same as it is kept in memory, for all who fetch it at the same time.
    pub fn shared_crl(&self, name: &str) -> Result<Arc<Vec<u8>>> {
        if name == "issuing-delta" {
            return Ok(Arc::new(self.inner.delta_crl()?));
        }
        self.inner.crl(name)
    }
    /// Is everything there that serving needs (keys open, CA there)?
    pub fn ready(&self) -> Result<()> {
        self.inner.identities()?;
        self.inner.tls().map(|_| ())
    }
}

impl Operator {
    /// Root and issuing CA.
    pub fn ca_certificates(&self) -> Result<Vec<CaCertificate>> {
        described(&self.inner)
    }
    /// The portal's TLS certificate (DER) for a screen, and whether the department's own root stands above it. Asks nobody for the
    /// keyring; what is due is renewed by whoever serves.
    pub fn shown_tls(&self) -> Result<(Vec<u8>, bool)> {
        self.inner.shown_tls()
    }
    /// The portal's TLS identity as it is: its certificate's alternative names and last second.
    pub fn tls_certificate(&self) -> Result<(Vec<String>, Timestamp)> {
        let tls = self.inner.tls()?;
        let leaf = tls.identity.chain.first().ok_or_else(|| Error::fault("a TLS identity without a certificate"))?;
        let view = CertificateView::from_der(leaf)?;
        Ok((view.san.iter().map(certificate::san_text).collect(), view.validity.not_after))
    }
}
