//! A TLS identity that the institution brings along: checked before the portal rests on it.

use super::{keys, tls};
use crate::{Error, Operator, Result, certificate::Kind, host::Origin, id::KeyId, ledger};
use protocol::{
    Timestamp, pkcs12,
    x509::{CertificateView, ExtendedKeyUsage},
};
use rusqlite::Connection;

const FIELD: &str = "file";

impl Operator {
    /// Imports the portal's TLS certificate (PKCS#12 with `password`, or PEM with key), checked against the public URL's host.
    pub fn import_tls(&self, file: &[u8], password: Option<&str>) -> Result<()> {
        let inner = &self.inner;
        let department = inner.founding()?;
        let now = inner.clock.now();
        let identity = read(file, password)?;
        let certificate = &identity.certificate;
        check_certificate(certificate, now)?;
        let own = tls::own_hosts(&department)?;
        match inner.network()?.public_url.as_deref().and_then(|url| Origin::parse(url, "https", false).ok()) {
            Some(url) if !tls::covers(certificate, &url.host) => {
                return Err(Error::invalid(FIELD, format!("the certificate is not for {}, where the portal is reached", url.host)));
            }
            None if !own.is_empty() && !own.iter().any(|host| tls::covers(certificate, host)) => {
                return Err(Error::invalid(FIELD, "the certificate is for none of the department's hosts"));
            }
            _ => {}
        }
        let chain = complete_chain(certificate, &identity.chain, now)?;
        let sealed = keys::seal(inner, Kind::Tls, department.id, &identity.key)?;
        let facts = serde_json::json!({
            "subject": certificate.subject.to_string(),
            "issuer": certificate.issuer.to_string(),
            "not_after": certificate.validity.not_after,
            "sha256": crate::issue::hex(&certificate.sha256()),
        });
        let (actor, serial) = (self.actor.clone(), certificate.serial.to_string());
        inner.store.write(move |tx| {
            keys::insert(tx, now, &sealed, None)?;
            keys::retire(tx, now, Kind::Tls, sealed.id)?;
            tls::supersede(tx, now)?;
            for (position, der) in chain.iter().enumerate() {
                tx.prepare_cached("INSERT INTO imported_chain (key, position, der) VALUES (?, ?, ?)")?.execute((
                    sealed.id,
                    i64::try_from(position).unwrap_or(i64::MAX),
                    der,
                ))?;
            }
            ledger::append(tx, now, &actor, "tls.imported", &serial, &facts)
        })
    }

    /// Goes back from an imported TLS identity to one of our own CA, made now. Nothing changes where our own is in use.
    pub fn own_tls(&self) -> Result<()> {
        let inner = &self.inner;
        let Some(imported) = inner.tls()?.imported() else { return Ok(()) };
        inner.reissue_tls(imported, self.actor.clone())?;
        match inner.tls()?.imported() {
            None => Ok(()),
            Some(_) => Err(Error::fault("the portal's own TLS certificate could not be made")),
        }
    }
}

/// The chain of an imported key, leaf first; empty for one of ours.
pub(super) fn chain(c: &Connection, key: KeyId) -> Result<Vec<Vec<u8>>> {
    let mut statement = c.prepare_cached("SELECT der FROM imported_chain WHERE key = ? ORDER BY position")?;
    let rows = statement.query_map([key], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn read(file: &[u8], password: Option<&str>) -> Result<pkcs12::Identity> {
    let pem = file.windows(10).any(|w| w == b"-----BEGIN");
    let read = if pem { pkcs12::open_pem(file, password) } else { pkcs12::open(file, password.unwrap_or_default()) };
    read.map_err(|error| match error {
        protocol::Error::Library(_) => Error::from(error),
        protocol::Error::Signature { .. } => Error::invalid("password", "the password does not open this file"),
        error => Error::invalid(FIELD, format!("{error}; give a PKCS#12 file, or PEM with certificate, chain and key")),
    })
}

/// The certificate may stand before phones today. (That the key is the certificate's is how it was found in the file.)
fn check_certificate(certificate: &CertificateView, now: Timestamp) -> Result<()> {
    let purposes = &certificate.extended_key_usage;
    if certificate.is_ca {
        return Err(Error::invalid(FIELD, "this is the certificate of a CA, not of a server"));
    }
    if !purposes.is_empty() && !purposes.contains(&ExtendedKeyUsage::ServerAuth) {
        return Err(Error::invalid(FIELD, "the certificate is not for servers (extendedKeyUsage without serverAuth)"));
    }
    if certificate.validity.not_before > now {
        return Err(Error::invalid(FIELD, format!("the certificate begins only at {}", certificate.validity.not_before)));
    }
    if certificate.validity.not_after < now {
        return Err(Error::invalid(FIELD, format!("the certificate ended at {}", certificate.validity.not_after)));
    }
    Ok(())
}

/// Leaf and intermediates, each signed by the next, without the root. What belongs to no link is left out.
fn complete_chain(leaf: &CertificateView, others: &[CertificateView], now: Timestamp) -> Result<Vec<Vec<u8>>> {
    let self_signed = |c: &CertificateView| c.issuer_der == c.subject_der && c.verify_signature(&c.public_key, true).is_ok();
    if self_signed(leaf) {
        return Err(Error::invalid(FIELD, "the certificate is self-signed, so no phone will trust it"));
    }
    let mut chain = vec![leaf.der.clone()];
    let mut last = leaf;
    while let Some(issuer) =
        others.iter().find(|c| c.is_ca && c.subject_der == last.issuer_der && last.verify_signature(&c.public_key, false).is_ok())
    {
        if self_signed(issuer) || chain.contains(&issuer.der) {
            return Ok(chain); // complete; the root is on the phone already
        }
        if issuer.validity.not_after < now {
            return Err(Error::invalid(
                FIELD,
                format!("the intermediate certificate {} ended at {}", issuer.subject, issuer.validity.not_after),
            ));
        }
        chain.push(issuer.der.clone());
        last = issuer;
    }
    if chain.len() == 1 {
        return Err(Error::invalid(
            FIELD,
            format!("the file lacks the intermediate certificate {}: export it with the whole chain", leaf.issuer),
        ));
    }
    Ok(chain)
}
