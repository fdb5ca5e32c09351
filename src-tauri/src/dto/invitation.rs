//! Invitations: shown once.

use super::time;
use crate::error::CommandError;
use ra::invitation as core;
use serde::{Deserialize, Serialize};
use specta::Type;

/// An invitation with its secrets, at the moment they are shown.
#[derive(Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// The enrollment it starts.
    pub enrollment: String,
    /// Link.
    pub url: String,
    /// Code, with its dash.
    pub code: String,
    /// The page asks for the code; of somebody who has a password it may ask for that alone.
    pub code_is_asked: bool,
    /// Both end then.
    pub expires_at: String,
    /// With a private TLS root.
    pub trust_url: Option<String>,
    /// The link as a QR code, SVG.
    pub qr: String,
    /// The trust page as one.
    pub trust_qr: Option<String>,
}

/// What to write to a file.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum QrFormat {
    /// Vector.
    Svg,
    /// Pixels.
    Png,
}

/// A file that was written.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedFile {
    /// Where.
    pub path: String,
}

impl Invitation {
    /// With its pictures.
    pub fn show(invitation: &core::Invitation) -> Result<Self, CommandError> {
        Ok(Invitation {
            enrollment: invitation.enrollment.to_string(),
            qr: qr(&invitation.url)?,
            trust_qr: invitation.trust_url.as_deref().map(qr).transpose()?,
            url: invitation.url.clone(),
            code: invitation.code.reveal(),
            code_is_asked: invitation.code_is_asked,
            expires_at: time(invitation.expires_at),
            trust_url: invitation.trust_url.clone(),
        })
    }
}

/// A link as an SVG picture.
pub(crate) fn qr(link: &str) -> Result<String, CommandError> {
    outbound::qr_svg(link, "").map_err(|e| CommandError::internal(&e))
}

impl QrFormat {
    /// Proposed name, kind and extension of the file.
    pub fn file(self) -> (&'static str, &'static str, &'static str) {
        match self {
            QrFormat::Svg => ("invitation.svg", "SVG", "svg"),
            QrFormat::Png => ("invitation.png", "PNG", "png"),
        }
    }

    /// The bytes.
    pub fn draw(self, link: &str) -> Result<Vec<u8>, CommandError> {
        match self {
            QrFormat::Svg => qr(link).map(String::into_bytes),
            QrFormat::Png => outbound::qr_png(link, 16).map_err(|e| CommandError::internal(&e)),
        }
    }
}
