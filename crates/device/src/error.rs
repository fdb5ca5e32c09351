//! What an iPhone would complain of, with its number where one is known publicly.

use crate::transport::TransportError;

/// Why a step ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// MCProfile 1000: the profile is not what the format says.
    #[error("invalid profile: {0}")]
    InvalidProfile(String),
    /// MCProfile 1006: the encrypted payloads cannot be opened.
    #[error("encrypted profile could not be decrypted: {0}")]
    CannotDecrypt(String),
    /// A CMS signature does not hold.
    #[error("signature: {0}")]
    Signature(String),
    /// MCHTTP 23001: another status than 200. A permanent redirect is remembered and opened in Safari.
    #[error("the server answered {status}")]
    Http {
        /// Status.
        status: u16,
        /// Where a 301 or 308 led.
        permanent_redirect: Option<String>,
    },
    /// MCHTTP 23001, 23002: no connection, or no trust in the server's certificate.
    #[error("connection: {0}")]
    Connection(#[from] TransportError),
    /// MCProfile 1005: the answer has no body.
    #[error("the answer is empty")]
    Empty,
    /// A SCEP step.
    #[error("SCEP: {0}")]
    Scep(#[from] ScepError),
    /// MCOTA 24002: the answer to phase 2 does not hold exactly one payload that yields an identity.
    #[error("invalid identity reply: {0}")]
    IdentityReply(String),
    /// MCOTA 24003: the answer to phase 3 is no configuration profile.
    #[error("invalid final reply: {0}")]
    FinalReply(String),
    /// MCInstall 4010: an update has another identifier than the installed profile.
    #[error("the update has another identifier")]
    UpdateIdentifier,
    /// MCInstall 4012: there is nothing to update.
    #[error("not eligible for an update")]
    NotEligible,
    /// An installed profile can be replaced only by one with the same signing certificate.
    #[error("the profile is signed by another certificate than the installed one")]
    DifferentSigner,
    /// A payload refers to an identity that is not in the profile.
    #[error("the identity certificate could not be found: {0}")]
    IdentityNotFound(String),
    /// The browser met a page that it did not expect.
    #[error("page: {0}")]
    Page(String),
    /// Bytes that are not what their type says.
    #[error("malformed {0}")]
    Malformed(String),
    /// The cryptographic library.
    #[error("cryptographic library: {0}")]
    Library(#[from] openssl::error::ErrorStack),
}

impl Error {
    /// The number that an iPhone shows in its log, where it is publicly known.
    pub fn code(&self) -> Option<u32> {
        match self {
            Error::InvalidProfile(_) => Some(1000),
            Error::Empty => Some(1005),
            Error::CannotDecrypt(_) => Some(1006),
            Error::Http { status: 403, .. } => Some(23010),
            Error::Http { .. } | Error::Connection(TransportError::Network(_) | TransportError::Timeout) => Some(23001),
            Error::Connection(TransportError::Certificate(_)) => Some(23002),
            Error::Scep(error) => Some(error.code()),
            Error::IdentityReply(_) => Some(24002),
            Error::FinalReply(_) => Some(24003),
            Error::UpdateIdentifier => Some(4010),
            Error::NotEligible => Some(4012),
            Error::DifferentSigner
            | Error::Signature(_)
            | Error::IdentityNotFound(_)
            | Error::Page(_)
            | Error::Malformed(_)
            | Error::Library(_) => None,
        }
    }
}

/// MCSCEP errors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScepError {
    /// 22000
    #[error("invalid key usage")]
    KeyUsage,
    /// 22001
    #[error("cannot make the key: {0}")]
    KeyPair(String),
    /// 22002
    #[error("invalid CA certificate: {0}")]
    CaCertificate(String),
    /// 22003
    #[error("the registration authority's response is invalid: {0}")]
    RegistrationAuthority(String),
    /// 22004
    #[error("the configuration is not supported: {0}")]
    Configuration(String),
    /// 22005
    #[error("the network: {0}")]
    Network(String),
    /// 22006
    #[error("the CA does not have the required capability")]
    Capability,
    /// 22007
    #[error("no certificate was returned")]
    NoCertificate,
    /// 22008
    #[error("the certificate is not for our key")]
    NotMine,
    /// 22013
    #[error("the server returned an invalid response: {0}")]
    Response(String),
    /// 22013 on a phone, which does not look at failInfo.
    #[error("the server refused, failInfo {0:?}")]
    Failure(Option<u8>),
    /// Still pending after all retries.
    #[error("the request is still pending")]
    StillPending,
}

impl ScepError {
    /// The number in a phone's log.
    pub fn code(&self) -> u32 {
        match self {
            ScepError::KeyUsage => 22000,
            ScepError::KeyPair(_) => 22001,
            ScepError::CaCertificate(_) => 22002,
            ScepError::RegistrationAuthority(_) => 22003,
            ScepError::Configuration(_) => 22004,
            ScepError::Network(_) => 22005,
            ScepError::Capability => 22006,
            ScepError::NoCertificate => 22007,
            ScepError::NotMine => 22008,
            ScepError::Response(_) | ScepError::Failure(_) | ScepError::StillPending => 22013,
        }
    }
}
