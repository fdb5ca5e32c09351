//! The printable invitation: a letter with the link and its QR code, and, on a sheet of its own, the code.

use crate::{QrError, qr_svg};
use protocol::Timestamp;

/// The language of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
}

/// The first QR code of a department with a private TLS root.
#[derive(Debug, Clone, Copy)]
pub struct TrustSheet<'a> {
    /// `http://HOST:PORT/trust`.
    pub url: &'a str,
    /// SHA-256 of the root as words.
    pub words: &'a [&'static str],
    /// The same as a picture of 5 by 5, row by row.
    pub picture: &'a [bool],
}

/// What stands in the letter.
#[derive(Debug, Clone, Copy)]
pub struct InvitationSheet<'a> {
    /// Language.
    pub language: Language,
    /// Organization.
    pub organization: &'a str,
    /// Department.
    pub department: &'a str,
    /// Help line.
    pub contact: Option<&'a str>,
    /// Training department: said on every page.
    pub training: bool,
    /// The person.
    pub name: &'a str,
    /// The link.
    pub url: &'a str,
    /// The code, `ABCD-EFGH`; printed on the second sheet only. `None`: the department signs in without a code, one sheet.
    pub code: Option<&'a str>,
    /// Both end then.
    pub expires_at: Timestamp,
    /// With a private TLS root.
    pub trust: Option<TrustSheet<'a>>,
}

/// The letter as one HTML page without scripts or outside resources, ready to print on A4 or Letter.
pub fn invitation_sheet(sheet: &InvitationSheet<'_>) -> Result<String, QrError> {
    let qr = qr_svg(sheet.url, sheet.name)?;
    Ok(qr)
}
