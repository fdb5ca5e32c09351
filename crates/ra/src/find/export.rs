//! Lists written whole, read while they are written.

/// How certificates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CertificateFormat {
    /// Comma-separated values, safe for spreadsheets.
    Csv,
    /// A JSON array.
    Json,
    /// PEM, one after another.
    Pem,
    /// PKCS#7 (CMS certs-only), DER.
    P7b,
}

/// How people are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeopleFormat {
    /// Comma-separated values, safe for spreadsheets.
    Csv,
    /// A JSON array.
    Json,
}
