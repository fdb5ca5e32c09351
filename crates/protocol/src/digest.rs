//! Digests by OpenSSL's own functions: its EVP layer looks the algorithm up by name for every single one, which costs more than the
//! digest of a few hundred octets itself.

use crate::{Error, cms::Digest};
use openssl::{hash, sha};

/// SHA-256.
#[must_use]
pub fn sha256(octets: &[u8]) -> [u8; 32] {
    let mut sha = sha::Sha256::new();
    sha.update(octets);
    sha.finish()
}

/// SHA-1: for identifiers, never for signatures of ours.
#[must_use]
pub fn sha1(octets: &[u8]) -> [u8; 20] {
    let mut sha = sha::Sha1::new();
    sha.update(octets);
    sha.finish()
}

/// A digest of 16 to 64 octets.
pub(crate) struct Sum {
    octets: [u8; 64],
    length: usize,
}

impl Sum {
    fn new(sum: &[u8]) -> Self {
        let mut octets = [0; 64];
        octets.iter_mut().zip(sum).for_each(|(to, from)| *to = *from);
        Sum { octets, length: sum.len().min(64) }
    }
}

impl std::ops::Deref for Sum {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }
}

impl Digest {
    /// Over `parts` as if they were one.
    pub(crate) fn sum(self, parts: &[&[u8]]) -> Result<Sum, Error> {
        macro_rules! over {
            ($sha:expr) => {{
                let mut sha = $sha;
                parts.iter().for_each(|part| sha.update(part));
                Ok(Sum::new(&sha.finish()))
            }};
        }
        match self {
            Digest::Sha256 => over!(sha::Sha256::new()),
            Digest::Sha1 => over!(sha::Sha1::new()),
            Digest::Sha384 => over!(sha::Sha384::new()),
            Digest::Sha512 => over!(sha::Sha512::new()),
            Digest::Md5 => {
                let mut hasher = hash::Hasher::new(self.openssl())?;
                for part in parts {
                    hasher.update(part)?;
                }
                Ok(Sum::new(&hasher.finish()?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digest_is_the_one_of_the_evp_layer() {
        for digest in [Digest::Md5, Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            let expected = hash::hash(digest.openssl(), b"one and two").unwrap();
            assert_eq!(&*digest.sum(&[b"one ", b"", b"and two"]).unwrap(), &*expected, "{digest:?}");
        }
        assert_eq!(sha256(b"octets"), sha::sha256(b"octets"));
        assert_eq!(sha1(b"octets"), sha::sha1(b"octets"));
    }
}
