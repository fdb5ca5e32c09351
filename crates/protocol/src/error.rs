//! What can be wrong with bytes, said by who can act on it.

/// Why bytes were refused or could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The peer's bytes are not what the standard says; `what` names the structure.
    #[error("malformed {what}")]
    Malformed {
        /// The structure, e.g. "pkiMessage".
        what: &'static str,
    },
    /// Larger or deeper than we read.
    #[error("{what} is too large")]
    TooLarge {
        /// The structure.
        what: &'static str,
    },
    /// Well-formed but with an algorithm that is not accepted here.
    #[error("algorithm not accepted: {0}")]
    Algorithm(String),
    /// A signature, digest or MAC does not verify.
    #[error("{what} does not verify")]
    Signature {
        /// The structure.
        what: &'static str,
    },
    /// The message is for another key than ours.
    #[error("not encrypted to a key of ours")]
    NotForUs,
    /// A value given by our own caller cannot be encoded (NUL in a name, ...).
    #[error("cannot encode {what}: {reason}")]
    Unencodable {
        /// The field.
        what: &'static str,
        /// The reason, in words.
        reason: String,
    },
    /// The cryptographic library failed in a way that input should not cause.
    #[error("cryptographic library: {0}")]
    Library(String),
}

impl Error {
    /// Names the structure in which malformed BER was found.
    pub(crate) fn naming(self, what: &'static str) -> Self {
        if self == (Error::Malformed { what: "BER" }) { Error::Malformed { what } } else { self }
    }
}

impl From<openssl::error::ErrorStack> for Error {
    fn from(stack: openssl::error::ErrorStack) -> Self {
        Error::Library(stack.errors().first().and_then(|e| e.reason()).unwrap_or("unknown").to_owned())
    }
}
