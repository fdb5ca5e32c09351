//! ASN.1 and CMS written a second time, for the device side alone: a simulator that shared the server's codec would
//! agree with its mistakes. Signing and ciphers are OpenSSL's.

pub(crate) mod cms;
pub(crate) mod der;
pub(crate) mod oid;
pub(crate) mod reader;

pub use cms::{ContentCipher, Digest, Encoding, KeyTransport};
