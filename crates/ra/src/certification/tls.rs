//! The portal's TLS identity: by our own issuing CA for the hosts that are served, or imported.

use super::{TlsIdentity, keys, plan, plan::Plan};
use crate::{
    Error, Result,
    authority::Inner,
    certificate::{self, Kind, NewCertificate},
    department::Department,
    host::{Host, Origin},
    issue,
    ledger::Actor,
    settings::Settings,
    store::Topic,
};
use protocol::{
    Timestamp,
    key::KeyAlgorithm,
    x509::{CertificateView, SubjectAltName},
};
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

/// Our own certificate is renewed when it ends sooner.
const RENEW_BEFORE: i64 = 30 * Timestamp::DAY;

/// What the portal is reached by: the host of the public URL, the department's hosts, and what the HTTPS listener is bound to.
pub(crate) fn hosts(of_department: &[Host], settings: &Settings) -> Vec<Host> {
    let mut hosts = Vec::new();
    hosts.extend(settings.public_url.as_deref().and_then(|url| Origin::parse(url, "https", false).ok()).map(|url| url.host));
    hosts.extend(of_department.iter().cloned());
    if let Ok(listener) = settings.https.parse::<SocketAddr>() {
        if listener.ip().is_loopback() {
            let localhost = Host::Name("localhost".to_owned());
            if plan::is_permitted(&localhost, &[], of_department) {
                hosts.push(localhost);
            }
            hosts.push(Host::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)));
            hosts.push(Host::Address(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        } else if !listener.ip().is_unspecified() && plan::is_permitted(&Host::Address(listener.ip()), &[], &[]) {
            hosts.push(Host::Address(listener.ip()));
        }
    }
    let mut seen = BTreeSet::new();
    hosts.retain(|host| seen.insert(host.clone()));
    hosts
}

impl Inner {
    /// The identity for the listener, cached until keys, hosts or settings change; our own one is renewed here when it is due.
    pub(super) fn tls(&self) -> Result<Arc<TlsCached>> {
        let generation =
            || -> Result<u64> { Ok(self.store.generation(Topic::Unit)?.saturating_add(self.store.generation(Topic::Identity)?)) };
        let kept = self.cache.tls.get(generation()?, || self.load_tls())?;
        if kept.renew_at.is_none_or(|at| self.clock.now() < at) {
            return Ok(kept);
        }
        self.reissue_tls(kept.key, Actor::Signet)?;
        self.cache.tls.get(generation()?, || self.load_tls())
    }

    /// The certificate of the TLS identity, DER, and whether our own CA issued it. Where no key is open yet, none is opened for it: it
    /// is then as it was when it was last served.
    pub(super) fn shown_tls(&self) -> Result<(Vec<u8>, bool)> {
        if self.cache.tls.peek().is_some() {
            let tls = self.tls()?;
            let leaf = tls.identity.chain.first().ok_or_else(|| Error::fault("a TLS identity without a certificate"))?;
            return Ok((leaf.clone(), tls.identity.private_root));
        }
        self.store.read(|c| {
            let row = keys::current(c, Kind::Tls)?.ok_or(Error::Denied(crate::Denied::NotSetUp))?;
            if let Some(der) = row.der {
                return Ok((der, true));
            }
            let imported = super::import::chain(c, row.id)?.into_iter().next();
            Ok((imported.ok_or_else(|| Error::fault("an imported key without its certificate"))?, false))
        })
    }

    fn load_tls(&self) -> Result<TlsCached> {
        let (row, chain) = self.store.read(|c| {
            let row = keys::current(c, Kind::Tls)?.ok_or(Error::Denied(crate::Denied::NotSetUp))?;
            let chain = super::import::chain(c, row.id)?;
            Ok((row, chain))
        })?;
        let key = row.open(self, Kind::Tls)?.to_pkcs8()?;
        if row.der.is_none() {
            let leaf = chain.first().ok_or_else(|| Error::fault("an imported key without its certificate"))?;
            let fingerprint = issue::hex(&openssl::sha::sha256(leaf));
            return Ok(TlsCached { key: row.id, renew_at: None, identity: TlsIdentity { chain, key, private_root: false, fingerprint } });
        }
        let certificate = row.certificate()?;
        let issuing = self.issuing_ca()?;
        let served: BTreeSet<_> = plan::alternative_names(&self.tls_hosts()?).into_iter().collect();
        let stated: BTreeSet<SubjectAltName> = certificate.san.iter().cloned().collect();
        let fits = served == stated && certificate.authority_key_identifier == issuing.certificate.subject_key_identifier;
        let renew_at = if fits { certificate.validity.not_after.plus(-RENEW_BEFORE) } else { Timestamp(i64::MIN) };
        let fingerprint = issue::hex(&certificate.sha256());
        let chain = vec![certificate.der, issuing.certificate.der.clone()];
        Ok(TlsCached { key: row.id, renew_at: Some(renew_at), identity: TlsIdentity { chain, key, private_root: true, fingerprint } })
    }

    /// All that is served must be within what the issuing CA may certify: phones would refuse the rest.
    fn tls_hosts(&self) -> Result<Vec<Host>> {
        let (department, settings) = (self.founding()?, self.network()?);
        let own = own_hosts(&department)?;
        let hosts = hosts(&own, &settings);
        // What the CA was made for: a department's mail domains may be others by now.
        let domains = self.certifiable_mail_domains()?;
        match hosts.iter().find(|host| !plan::is_permitted(host, &domains, &own)) {
            None => Ok(hosts),
            Some(host) => Err(Error::invalid(
                "serve.public_url",
                format!(
                    "the department's own CA may not certify {host}: import a TLS certificate for it, or serve under one of the department's hosts"
                ),
            )),
        }
    }

    /// `actor`: who wants it, for the ledger.
    pub(super) fn reissue_tls(&self, replaced: crate::id::KeyId, actor: Actor) -> Result<()> {
        let (department, settings, issuing) = (self.founding()?, self.network()?, self.issuing_ca()?);
        let hosts = self.tls_hosts()?;
        let key = (self.make_key)(KeyAlgorithm::P256)?;
        let plan = Plan {
            kind: Kind::Tls,
            subject: plan::tls_subject(&department.certified_organization, &hosts)?,
            san: plan::alternative_names(&hosts),
            public_key: key.public()?,
            urls: plan::StatusUrls::new(&settings, "issuing"),
            constraints: None,
            numbers: settings.numbers,
        };
        let identifier = issuing.certificate.subject_key_identifier.clone();
        let clock = self.clock.clone();
        let (plan, at, serial) = self.store.write(move |tx| {
            let at = issue::time(tx, clock.as_ref())?;
            let serial = plan.reserve(tx, at, identifier.as_deref())?;
            Ok((plan, at, serial))
        })?;
        let made = plan
            .sign(at, serial.clone(), issuing.as_ref(), Some(&issuing.certificate))
            .and_then(|view| Ok((view, keys::seal(self, Kind::Tls, department.id, &key)?)));
        self.store.write(move |tx| match made {
            // Another process was faster, or the officer imported one meanwhile.
            Ok((view, _)) if keys::current(tx, Kind::Tls)?.is_none_or(|now| now.id != replaced) => {
                certificate::abandon(tx, at, &view.serial, "another TLS certificate came first")
            }
            Ok((view, sealed)) => {
                supersede(tx, at)?;
                let new = NewCertificate {
                    kind: Kind::Tls,
                    profile: "tls",
                    profile_version: 0,
                    pilot: false,
                    view: &view,
                    subscriber: None,
                    enrollment: None,
                    issued_at: at,
                };
                let number = certificate::insert(tx, &new)?;
                keys::insert(tx, at, &sealed, Some(number))?;
                keys::retire(tx, at, Kind::Tls, sealed.id)?;
                super::record_issued(tx, at, &actor, Kind::Tls, &view)
            }
            Err(error) => {
                certificate::abandon(tx, at, &serial, &error.to_string())?;
                tracing::error!(%error, "the portal's TLS certificate could not be renewed");
                Ok(())
            }
        })
    }
}

/// Our own TLS certificates so far are replaced.
pub(super) fn supersede(tx: &rusqlite::Connection, at: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "UPDATE certificate SET superseded_at = ? WHERE kind = 'tls' AND kind NOT IN ('subscriber', 'transport') AND superseded_at IS NULL",
    )?
    .execute([at.0])?;
    Ok(())
}

/// The department's hosts, read.
pub(super) fn own_hosts(department: &Department) -> Result<Vec<Host>> {
    department.hosts.iter().map(|host| Host::parse(host).map_err(Error::fault)).collect()
}

/// The identity as it is kept.
pub(crate) struct TlsCached {
    key: crate::id::KeyId,
    /// `None`: imported, never renewed by us.
    renew_at: Option<Timestamp>,
    pub(super) identity: TlsIdentity,
}

impl TlsCached {
    /// Its key, when the institution brought it along.
    pub(super) fn imported(&self) -> Option<crate::id::KeyId> {
        self.renew_at.is_none().then_some(self.key)
    }
}

/// Does the certificate speak for the host (RFC 6125 6.4: a wildcard stands for exactly the leftmost label)?
pub(super) fn covers(certificate: &CertificateView, host: &Host) -> bool {
    certificate.san.iter().any(|san| match (san, host) {
        (SubjectAltName::IpAddress(a), Host::Address(b)) => a == b,
        (SubjectAltName::DnsName(pattern), Host::Name(name)) => {
            let pattern = pattern.to_ascii_lowercase();
            match pattern.strip_prefix("*.") {
                Some(parent) => name.split_once('.').is_some_and(|(_, rest)| rest == parent),
                None => pattern == *name,
            }
        }
        _ => false,
    })
}
