//! The server that phones reach, and the certificates it shows.

use super::{invitation::qr, setup::Reach, time};
use crate::{error::CommandError, state::App};
use serde::Serialize;
use specta::Type;

/// The portal's TLS certificate.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TlsFacts {
    /// By our own root: phones must trust it first.
    pub private_root: bool,
    /// Issuer, RFC 4514.
    pub issuer: String,
    /// Names and addresses it is for.
    pub names: Vec<String>,
    /// Last second.
    pub not_after: String,
}

/// A CA certificate, with what people compare by eye.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaCertificate {
    /// root or issuing.
    pub name: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// As words.
    pub words: Vec<String>,
    /// As a picture, five by five, row by row.
    pub picture: Vec<bool>,
}

/// The server.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerStatus {
    /// Listening.
    pub running: bool,
    /// Since.
    pub since: Option<String>,
    /// HTTPS listen address: the one in use, else the set one.
    pub https: String,
    /// HTTP listen address.
    pub http: String,
    /// What phones open.
    pub public_url: Option<String>,
    /// Who can reach the HTTPS address.
    pub reach: Reach,
    /// Of the public URL, SVG.
    pub qr: Option<String>,
    /// TLS.
    pub tls: Option<TlsFacts>,
    /// CA certificates.
    pub certificates: Vec<CaCertificate>,
}

/// One request, as the log tells it: no names, no tokens.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When.
    pub at: String,
    /// From where.
    pub peer: Option<String>,
    /// By HTTPS.
    pub secure: bool,
    /// Method.
    pub method: String,
    /// Path, tokens cut.
    pub path: String,
    /// HTTP status.
    pub status: u16,
    /// Milliseconds.
    pub milliseconds: u32,
    /// SCEP operation, why it was refused.
    pub note: Option<String>,
}

impl From<enroll::LogEntry> for LogLine {
    fn from(e: enroll::LogEntry) -> Self {
        LogLine {
            at: time(e.at),
            peer: e.peer.map(|ip| ip.to_string()),
            secure: e.secure,
            method: e.method,
            path: e.path,
            status: e.status,
            milliseconds: e.milliseconds,
            note: e.note,
        }
    }
}

impl From<ra::certification::CaCertificate> for CaCertificate {
    fn from(c: ra::certification::CaCertificate) -> Self {
        CaCertificate {
            name: c.name.to_owned(),
            sha256: c.sha256,
            words: c.words.into_iter().map(str::to_owned).collect(),
            picture: c.picture,
        }
    }
}

impl TlsFacts {
    /// Of the certificate that the listener shows.
    pub fn of((leaf, private_root): &(Vec<u8>, bool)) -> Result<Self, CommandError> {
        let view = protocol::x509::CertificateView::from_der(leaf).map_err(|e| CommandError::internal(&e))?;
        Ok(TlsFacts {
            private_root: *private_root,
            issuer: view.issuer.to_string(),
            names: view.san.iter().map(host).collect(),
            not_after: time(view.validity.not_after),
        })
    }
}

fn host(san: &protocol::x509::SubjectAltName) -> String {
    use protocol::x509::SubjectAltName as San;
    match san {
        San::IpAddress(ip) => ip.to_string(),
        San::DnsName(text) | San::Rfc822Name(text) | San::Uri(text) | San::UserPrincipalName(text) | San::Unknown(text) => text.clone(),
    }
}

impl ServerStatus {
    /// As it is now.
    pub fn of(app: &App, authority: &ra::Authority) -> Result<Self, CommandError> {
        let operator = app.as_operator(authority);
        let settings = operator.settings()?;
        let listening = app.serving().listening();
        let https = listening.map_or(settings.https, |at| at.https.to_string());
        let tls = operator.shown_tls().ok();
        Ok(ServerStatus {
            running: listening.is_some(),
            since: listening.map(|at| time(at.since)),
            http: listening.map_or(settings.http, |at| at.http.to_string()),
            reach: Reach::of_listener(&https),
            https,
            qr: settings.public_url.as_deref().map(qr).transpose()?,
            public_url: settings.public_url,
            tls: tls.as_ref().map(TlsFacts::of).transpose()?,
            certificates: operator.ca_certificates()?.into_iter().map(Into::into).collect(),
        })
    }
}
