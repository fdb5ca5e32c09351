//! Serial numbers.

use crate::Error;

/// A certificate serial number: positive, at most 20 octets, minimal big-endian without the sign octet.
/// Shown as upper-case hex; read as hex in any case with leading zeros, blanks and colons ignored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber(Vec<u8>);

impl SerialNumber {
    /// From 16 random octets of the caller; the top bit is cleared and the next one set, so that it is positive and of full length.
    pub fn from_random(octets: [u8; 16]) -> Self {
        let _ = octets;
        todo!()
    }
    /// From big-endian octets (DER INTEGER content, sign octet allowed).
    pub fn from_octets(octets: &[u8]) -> Result<Self, Error> {
        let _ = octets;
        todo!()
    }
    /// Reads hex as officers and programs write it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let _ = text;
        todo!()
    }
    /// Minimal big-endian octets, top bit may be set.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = f;
        todo!()
    }
}
