//! Over-the-air phases 2 and 3 (docs/enrollment.md). Which phase a POST is follows from who issued the signer's
//! certificate, never from what the message claims.

mod answer;
mod phase2;
mod phase3;
mod plan;
mod profile;
mod refusal;

use crate::{Enroller, Result, authority::Inner, certificate, invitation, secret::Token};
use protocol::{
    ota::{DeviceAttribute, DeviceAttributes, DeviceCa, Issuer, verify_device_message},
    x509::{CertificateView, SerialNumber},
};
use refusal::Refusal;
use rusqlite::Connection;
use std::sync::OnceLock;

/// What to answer to a device's POST.
pub enum OtaAnswer {
    /// 200 `application/x-apple-aspen-config`.
    Profile(Vec<u8>),
    /// 301 to a page, on purpose: ends the flow and leads the person back to Safari (iOS too old, identity expired).
    Page {
        /// Absolute URL.
        url: String,
    },
    /// 400: not a message we can read.
    Malformed,
    /// 403: read, and not allowed. Logged with the reason.
    Forbidden,
    /// 404: no such link.
    Unknown,
}

impl Enroller {
    /// A POST to `/ota/{token}`: phase 2, phase 3 or an update, told apart by who issued the signer.
    pub fn ota(&self, token: &Token, body: &[u8]) -> Result<OtaAnswer> {
        let (inner, hash) = (&self.inner, token.hash());
        let found = inner.store.read(|tx| {
            let Some(link) = invitation::find(tx, &hash)? else { return Ok(None) };
            let stored = transport_certificates(tx, &link)?;
            Ok(Some((link, stored)))
        })?;
        let Some((link, stored)) = found else { return Ok(OtaAnswer::Unknown) };
        let device_cas = device_cas(inner)?;
        let message = match verify_device_message(body, &device_cas, &stored) {
            Ok(message) => message,
            Err(error @ (protocol::Error::Signature { .. } | protocol::Error::Algorithm(_))) => {
                return refusal::refuse(inner, link.enrollment, Refusal::device(error.to_string()), None);
            }
            Err(error) => {
                tracing::debug!(enrollment = %link.enrollment, %error, "an unreadable over-the-air message");
                return Ok(OtaAnswer::Malformed);
            }
        };
        let apple = device_cas.first();
        match message.issuer {
            Issuer::DeviceCa(ca) => {
                let foreign = !apple.is_some_and(|apple| std::ptr::eq(apple, ca));
                phase2::answer(inner, link, token, &message, ca.name.clone(), foreign)
            }
            Issuer::Other => phase3::answer(inner, link, token, &message),
        }
    }
}

/// Apple's, then those of `--device-ca`. A file that cannot be read stops nobody with an iPhone: it is logged.
fn device_cas(inner: &Inner) -> Result<Vec<DeviceCa>> {
    static APPLE: OnceLock<DeviceCa> = OnceLock::new();
    let apple = match APPLE.get() {
        Some(apple) => apple.clone(),
        None => APPLE
            .get_or_init({
                let apple = DeviceCa::apple()?;
                move || apple
            })
            .clone(),
    };
    let mut all = vec![apple];
    if let Some(path) = &inner.network()?.device_ca {
        match read_bounded(path).map_err(|e| e.to_string()).and_then(|pem| DeviceCa::from_pem(&pem).map_err(|e| e.to_string())) {
            Ok(further) => all.extend(further),
            Err(error) => tracing::error!(file = %path, %error, "the further device CAs cannot be read; only Apple's counts"),
        }
    }
    Ok(all)
}

fn read_bounded(path: &str) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut pem = Vec::new();
    std::fs::File::open(path)?.take(256 * 1024).read_to_end(&mut pem)?;
    Ok(pem)
}

/// The enrollment's transport certificates, for messages that do not carry their signer's.
fn transport_certificates(tx: &Connection, link: &invitation::Link) -> Result<Vec<CertificateView>> {
    let serials: Vec<Vec<u8>> = tx
        .prepare_cached("SELECT serial FROM transport_certificate WHERE enrollment = ?1 ORDER BY issued_at DESC LIMIT 4")?
        .query_map([link.enrollment], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut found = Vec::new();
    for serial in serials {
        if let Some(known) = certificate::known(tx, &SerialNumber::from_octets(&serial)?)? {
            found.push(CertificateView::from_der(&known.der)?);
        }
    }
    Ok(found)
}

/// Where a person goes on: the link's own page.
fn page(inner: &Inner, token: &Token) -> Result<OtaAnswer> {
    let public = invitation::public_url(&*inner.network()?, &*inner.founding()?)?;
    Ok(OtaAnswer::Page { url: format!("{public}/e/{}", token.reveal()) })
}

/// Attributes compare without regard to case: a UDID is hexadecimal.
fn attribute(attributes: &DeviceAttributes, which: DeviceAttribute) -> Option<String> {
    attributes.get(which).map(crate::enrollment::bounded).filter(|text| !text.is_empty())
}

fn same_text(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
pub(crate) mod tests;
