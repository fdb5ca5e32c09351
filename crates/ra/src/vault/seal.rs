//! AES-256-GCM: version octet, random 96-bit nonce, ciphertext, 128-bit tag.

use super::Kek;
use crate::{Error, Result};
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

pub(super) fn seal(key: &Kek, context: &str, plain: &[u8]) -> Result<Vec<u8>> {
    let nonce = crate::secret::random::<NONCE>()?;
    let mut tag = [0; TAG];
    let ciphertext =
        encrypt_aead(Cipher::aes_256_gcm(), key.as_slice(), Some(&nonce), context.as_bytes(), plain, &mut tag).map_err(Error::fault)?;
    Ok([&[VERSION], nonce.as_slice(), &ciphertext, &tag].concat())
}

/// `None`: another key, another context, or changed bytes; which of them cannot be told.
pub(super) fn open(key: &Kek, context: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (version, rest) = sealed.split_first()?;
    let (nonce, rest) = rest.split_at_checked(NONCE)?;
    let (ciphertext, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
    if *version != VERSION {
        return None;
    }
    decrypt_aead(Cipher::aes_256_gcm(), key.as_slice(), Some(nonce), context.as_bytes(), ciphertext, tag).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::{open, seal};
    use zeroize::Zeroizing;

    #[test]
    fn what_was_sealed_opens_only_with_its_key_its_context_and_unchanged() {
        let (key, other) = (Zeroizing::new([7; 32]), Zeroizing::new([8; 32]));
        let sealed = seal(&key, "key root 1", b"secret").unwrap();
        assert_eq!(open(&key, "key root 1", &sealed).unwrap().as_slice(), b"secret");
        assert!(open(&other, "key root 1", &sealed).is_none());
        assert!(open(&key, "key root 2", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&key, "key root 1", &changed).is_none(), "octet {at}");
            assert!(open(&key, "key root 1", &sealed[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_secret_is_never_sealed_to_the_same_bytes() {
        let key = Zeroizing::new([7; 32]);
        assert_ne!(seal(&key, "c", b"secret").unwrap(), seal(&key, "c", b"secret").unwrap());
    }
}
