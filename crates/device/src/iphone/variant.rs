//! The forms in which devices are known, or must be expected, to sign their messages of phase 2.

use crate::{Digest, Encoding, KeyKind};

/// One form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Variant {
    /// With signedAttrs, or the signature over the content itself (as macOS 13 was seen to do).
    pub signed_attributes: bool,
    /// DER, or BER with indefinite lengths (as seen).
    pub encoding: Encoding,
    /// All CA certificates in the message, or the leaf alone.
    pub full_chain: bool,
    /// SHA-1 (as seen) or SHA-256.
    pub digest: Digest,
    /// Key of the device identity: RSA-1024 (as seen), or P-256.
    pub key: KeyKind,
}

impl Default for Variant {
    /// As the one real message that is publicly known.
    fn default() -> Self {
        Variant {
            signed_attributes: false,
            encoding: Encoding::BerIndefinite,
            full_chain: true,
            digest: Digest::Sha1,
            key: KeyKind::Rsa(1024),
        }
    }
}

impl Variant {
    /// All 32 forms.
    pub fn all() -> Vec<Variant> {
        let mut all = Vec::new();
        for signed_attributes in [false, true] {
            for encoding in [Encoding::BerIndefinite, Encoding::Der] {
                for full_chain in [true, false] {
                    for digest in [Digest::Sha1, Digest::Sha256] {
                        for key in [KeyKind::Rsa(1024), KeyKind::P256] {
                            all.push(Variant { signed_attributes, encoding, full_chain, digest, key });
                        }
                    }
                }
            }
        }
        all
    }
}
