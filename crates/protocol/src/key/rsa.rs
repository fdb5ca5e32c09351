//! RSA with PKCS#1 v1.5 (RFC 8017 8.2 and 7.2) straight on OpenSSL's RSA. Its EVP layer looks up every algorithm by name for each
//! operation and first copies a key into a provider's form: more work than a public operation itself.

use crate::{Error, cms::Digest, digest::Sum};
use openssl::{
    error::ErrorStack,
    pkey::{HasPrivate, HasPublic},
    rsa::{Padding, RsaRef},
};
use zeroize::Zeroizing;

/// DigestInfo up to the digest (RFC 8017 9.2 note 1), with NULL parameters.
fn prefix(digest: Digest) -> &'static [u8] {
    match digest {
        Digest::Md5 => &[0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05, 0x00, 0x04, 0x10],
        Digest::Sha1 => &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14],
        Digest::Sha256 => {
            &[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20]
        }
        Digest::Sha384 => {
            &[0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30]
        }
        Digest::Sha512 => {
            &[0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40]
        }
    }
}

fn size<T: HasPublic>(key: &RsaRef<T>) -> usize {
    usize::try_from(key.size()).unwrap_or_default()
}

/// Signs a digest.
pub(super) fn sign<T: HasPrivate>(key: &RsaRef<T>, digest: Digest, sum: &Sum) -> Result<Vec<u8>, Error> {
    let mut signature = vec![0; usize::try_from(key.size()).unwrap_or_default()];
    let written = key.private_encrypt(&[prefix(digest), sum].concat(), &mut signature, Padding::PKCS1)?;
    signature.truncate(written);
    Ok(signature)
}

/// Whether the signature is of this digest: the whole DigestInfo is compared, nothing of it is parsed.
pub(super) fn verifies<T: HasPublic>(key: &RsaRef<T>, digest: Digest, sum: &Sum, signature: &[u8]) -> bool {
    let mut opened = vec![0; size(key)];
    if signature.len() != opened.len() {
        return false;
    }
    let info = [prefix(digest), sum].concat();
    // A wrong padding is an error of OpenSSL, which this takes out of its queue.
    key.public_decrypt(signature, &mut opened, Padding::PKCS1).is_ok_and(|length| opened.get(..length) == Some(&*info))
}

/// RSAES-PKCS1-v1_5 encryption.
pub(super) fn encrypt<T: HasPublic>(key: &RsaRef<T>, message: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut encrypted = vec![0; size(key)];
    let written = key.public_encrypt(message, &mut encrypted, Padding::PKCS1)?;
    encrypted.truncate(written);
    Ok(encrypted)
}

/// The bare private operation, as long as the modulus; `None` when the number is not below it.
pub(super) fn open<T: HasPrivate>(key: &RsaRef<T>, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut block = Zeroizing::new(vec![0; usize::try_from(key.size()).unwrap_or_default()]);
    if encrypted.len() > block.len() {
        return None;
    }
    let written = key.private_decrypt(encrypted, &mut block, Padding::NONE);
    written.is_ok_and(|written| written == block.len()).then_some(block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::{
        pkey::PKey,
        rsa::Rsa,
        sign::{Signer, Verifier},
    };

    #[test]
    fn signatures_are_those_of_the_evp_layer() {
        let key = Rsa::generate(2048).unwrap();
        let evp = PKey::from_rsa(key.clone()).unwrap();
        for digest in [Digest::Md5, Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            let sum = digest.sum(&[b"message"]).unwrap();
            let signature = sign(&key, digest, &sum).unwrap();
            assert_eq!(Signer::new(digest.openssl(), &evp).unwrap().sign_oneshot_to_vec(b"message").unwrap(), signature, "{digest:?}");
            assert!(Verifier::new(digest.openssl(), &evp).unwrap().verify_oneshot(&signature, b"message").unwrap());
            assert!(verifies(&key, digest, &sum, &signature));
            assert!(!verifies(&key, digest, &digest.sum(&[b"massage"]).unwrap(), &signature));
            let other = if digest == Digest::Sha256 { Digest::Sha512 } else { Digest::Sha256 };
            assert!(!verifies(&key, other, &other.sum(&[b"message"]).unwrap(), &signature));
        }
    }

    #[test]
    fn what_is_no_signature_does_not_verify_and_leaves_no_error_behind() {
        let key = Rsa::generate(2048).unwrap();
        let sum = Digest::Sha256.sum(&[b"message"]).unwrap();
        let good = sign(&key, Digest::Sha256, &sum).unwrap();
        let mut longer = good.clone();
        longer.insert(0, 0);
        // A DigestInfo with octets after it, and a padding of the encrypting kind.
        let mut with_more = [prefix(Digest::Sha256), &*sum].concat();
        with_more.push(0);
        let mut garbage = vec![0; 256];
        let written = key.private_encrypt(&with_more, &mut garbage, Padding::PKCS1).unwrap();
        garbage.truncate(written);
        let encrypted = encrypt(&key, &with_more).unwrap();
        for bad in [&[][..], &good[1..], &longer, &garbage, &encrypted, &[0xff; 256], &[0; 256]] {
            assert!(!verifies(&key, Digest::Sha256, &sum, bad));
        }
        assert!(ErrorStack::get().errors().is_empty());
    }

    #[test]
    fn what_was_encrypted_opens_to_a_padded_block() {
        let key = Rsa::generate(2048).unwrap();
        let block = open(&key, &encrypt(&key, b"content key").unwrap()).unwrap();
        assert_eq!((block.len(), &block[..2]), (256, &[0, 2][..]));
        assert!(block.ends_with(b"\0content key"));
        assert!(open(&key, &[0xff; 256]).is_none(), "not below the modulus");
        assert!(open(&key, &[1; 257]).is_none());
    }
}
