//! EnvelopedData (RFC 5652 section 6) with RSA key transport: made, and opened without telling anybody why it would not open.

use super::{
    ContentCipher, KeyTransport, Opened,
    algorithm::{ID_DATA, ID_ENVELOPED_DATA},
    ber::{self, Element, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, context, element},
    identify::{Identifier, IssuerAndSerial},
    sign::content_info,
};
use crate::{
    Error,
    key::{PrivateKey, PublicKey},
    x509::CertificateView,
};
use openssl::{
    pkey_ctx::PkeyCtx,
    rand::rand_bytes,
    rsa::Padding,
    symm::{Cipher, Crypter, Mode, encrypt as encrypt_symmetric},
};
use std::borrow::Cow;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeLess};
use zeroize::Zeroizing;

/// EnvelopedData to one RSA recipient (issuerAndSerialNumber).
pub fn encrypt(content: &[u8], recipient: &CertificateView, cipher: ContentCipher, transport: KeyTransport) -> Result<Vec<u8>, Error> {
    let key = &recipient.public_key;
    if !key.is_rsa() {
        return Err(Error::Algorithm("key transport to a key that is not RSA".to_owned()));
    }
    // Key and IV at once: each question to OpenSSL's generator costs more than its octets.
    let mut random = Zeroizing::new([0; 48]);
    rand_bytes(random.as_mut_slice())?;
    let (iv, content_key) = random.split_at(16);
    let iv = iv.get(..cipher.block_len()).unwrap_or_default();
    let content_key = content_key.get(..cipher.key_len()).unwrap_or_default();
    let ciphertext = encrypt_symmetric(cipher.openssl(), &cipher_key(cipher, content_key), Some(iv), content)?;
    let recipient_info = element(
        SEQUENCE,
        &[
            &[INTEGER, 1, 0],
            &IssuerAndSerial::of(&recipient.der)?.to_der(),
            &transport.to_identifier(),
            &element(OCTET_STRING, &[&encrypt_key(key, transport, content_key)?]),
        ],
    );
    let encrypted = element(SEQUENCE, &[&element(OID, &[ID_DATA]), &cipher.to_identifier(iv), &element(0x80, &[&ciphertext])]);
    let enveloped = element(SEQUENCE, &[&[INTEGER, 1, 0], &element(SET, &[&recipient_info]), &encrypted]);
    Ok(content_info(ID_ENVELOPED_DATA, &enveloped))
}

/// The key as OpenSSL's cipher wants it: single DES is triple DES with one key three times.
fn cipher_key(cipher: ContentCipher, key: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(if cipher == ContentCipher::DesCbc { key.repeat(3) } else { key.to_vec() })
}

fn encrypt_key(key: &PublicKey, transport: KeyTransport, content_key: &[u8]) -> Result<Vec<u8>, Error> {
    if transport == KeyTransport::Pkcs1v15 {
        return key.encrypt(content_key);
    }
    let mut context = PkeyCtx::new(key.as_openssl())?;
    context.encrypt_init()?;
    set_oaep(&mut context, transport)?;
    let mut encrypted = Vec::new();
    context.encrypt_to_vec(content_key, &mut encrypted)?;
    Ok(encrypted)
}

fn set_oaep<T>(context: &mut PkeyCtx<T>, transport: KeyTransport) -> Result<(), Error> {
    let md = match transport {
        KeyTransport::OaepSha256 => openssl::md::Md::sha256(),
        _ => openssl::md::Md::sha1(),
    };
    context.set_rsa_padding(Padding::PKCS1_OAEP)?;
    context.set_rsa_oaep_md(md)?;
    context.set_rsa_mgf1_md(md)?;
    Ok(())
}

/// Opens an EnvelopedData with whichever of `recipients` it is for. No padding oracle: a wrong key, a wrong padding of the key
/// and a wrong padding of the content all give random content, so that only the parser of the content says that it is wrong.
pub fn decrypt(bytes: &[u8], recipients: &[(&CertificateView, &PrivateKey)]) -> Result<Opened, Error> {
    decrypt_unless(bytes, recipients, |_| false)
}

/// The same, but ciphers for which `refused` holds are refused before any key is used.
pub(crate) fn decrypt_unless(
    bytes: &[u8],
    recipients: &[(&CertificateView, &PrivateKey)],
    refused: impl Fn(ContentCipher) -> bool,
) -> Result<Opened, Error> {
    let open = || {
        let envelope = EnvelopedData::read(bytes)?;
        if refused(envelope.cipher) {
            return Err(Error::Algorithm(format!("{:?}", envelope.cipher)));
        }
        let (info, key) = envelope.recipient(recipients)?;
        // What takes the place of a key and of a content that are wrong, made whether they are or not.
        let mut random = Zeroizing::new([0; 64]);
        rand_bytes(random.as_mut_slice())?;
        let (instead, other) = random.split_at(32);
        let content_key = decrypt_key(key, &info, instead.get(..envelope.cipher.key_len()).unwrap_or_default())?;
        let content = decrypt_content(envelope.cipher, &content_key, &envelope.iv, &envelope.ciphertext, other)?;
        Ok(Opened { content, cipher: envelope.cipher, transport: info.transport })
    };
    open().map_err(|error: Error| error.naming("EnvelopedData"))
}

struct EnvelopedData<'a> {
    recipient_infos: Element<'a>,
    cipher: ContentCipher,
    iv: Cow<'a, [u8]>,
    ciphertext: Cow<'a, [u8]>,
}

struct KeyTransRecipientInfo<'a> {
    transport: KeyTransport,
    encrypted_key: Cow<'a, [u8]>,
}

impl<'a> EnvelopedData<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut content_info = ber::parse(bytes)?.with_tag(SEQUENCE)?.children();
        if content_info.expect(OID)?.body != ID_ENVELOPED_DATA {
            return Err(Error::Malformed { what: "EnvelopedData" });
        }
        let mut fields = content_info.expect(context(0))?.only_child()?.with_tag(SEQUENCE)?.children();
        fields.expect(INTEGER)?;
        fields.optional(context(0))?;
        let recipient_infos = fields.expect(SET)?;
        let mut encrypted = fields.expect(SEQUENCE)?.children();
        encrypted.expect(OID)?;
        let (cipher, iv) = ContentCipher::from_identifier(encrypted.next()?)?;
        // [0] IMPLICIT OCTET STRING, primitive or in segments
        let ciphertext = encrypted.next()?.octets(0x80)?;
        if ciphertext.is_empty() || ciphertext.len() % cipher.block_len() != 0 {
            return Err(Error::Malformed { what: "encrypted content" });
        }
        Ok(Self { recipient_infos, cipher, iv, ciphertext })
    }

    /// The first KeyTransRecipientInfo for one of ours, and the key that opens it. Only one is ever tried.
    fn recipient<'k>(&self, ours: &[(&'k CertificateView, &'k PrivateKey)]) -> Result<(KeyTransRecipientInfo<'a>, &'k PrivateKey), Error> {
        let rsa: Vec<_> = ours.iter().filter(|(_, key)| key.is_rsa()).copied().collect();
        let mut infos = self.recipient_infos.children();
        while !infos.is_empty() {
            let info = infos.next()?;
            if info.tag != SEQUENCE {
                continue; // key agreement, passwords, ...
            }
            let mut fields = info.children();
            fields.expect(INTEGER)?;
            let Some(found) = Identifier::read(fields.next()?)?.find(&rsa, |(certificate, _)| certificate) else { continue };
            let transport = KeyTransport::from_identifier(fields.next()?)?;
            let encrypted_key = fields.next()?.octets(OCTET_STRING)?;
            if let Some((_, key)) = rsa.get(found) {
                return Ok((KeyTransRecipientInfo { transport, encrypted_key }, key));
            }
        }
        Err(Error::NotForUs)
    }
}

/// The content-encryption key, or `random` of the same length when the padding is wrong (RFC 3218 2.3.2).
fn decrypt_key(key: &PrivateKey, info: &KeyTransRecipientInfo<'_>, random: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut chosen = Zeroizing::new(random.to_vec());
    match info.transport {
        KeyTransport::Pkcs1v15 => {
            if let Some(block) = key.open_block(&info.encrypted_key) {
                unpad_pkcs1(&block, &mut chosen);
            }
        }
        KeyTransport::OaepSha1 | KeyTransport::OaepSha256 => {
            let mut context = PkeyCtx::new(key.as_openssl())?;
            context.decrypt_init()?;
            set_oaep(&mut context, info.transport)?;
            let mut block = Zeroizing::new(vec![0; key.as_openssl().size()]);
            if context.decrypt(&info.encrypted_key, Some(&mut block)).is_ok_and(|written| written == chosen.len()) {
                chosen.iter_mut().zip(block.iter()).for_each(|(to, from)| *to = *from);
            }
        }
    }
    Ok(chosen)
}

/// EME-PKCS1-v1_5 decoding (RFC 8017 7.2.2) in time that does not depend on the block: `00 02`, non-zero octets, `00`, message.
/// `message` is overwritten only when the block is right and carries exactly that many octets.
fn unpad_pkcs1(block: &[u8], message: &mut [u8]) {
    let Some(separator) = block.len().checked_sub(message.len() + 1).filter(|s| *s >= 10) else { return };
    let mut good = Choice::from(1);
    for (at, octet) in block.iter().enumerate().take(separator + 1) {
        good &= match at {
            0 => octet.ct_eq(&0),
            1 => octet.ct_eq(&2),
            _ if at < separator => !octet.ct_eq(&0),
            _ => octet.ct_eq(&0),
        };
    }
    for (to, from) in message.iter_mut().zip(block.iter().skip(separator + 1)) {
        to.conditional_assign(from, good);
    }
}

/// CBC decryption; a wrong padding gives the random octets `other`, found out in time that does not depend on it.
fn decrypt_content(cipher: ContentCipher, key: &[u8], iv: &[u8], ciphertext: &[u8], other: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let openssl: Cipher = cipher.openssl();
    let mut crypter = Crypter::new(openssl, Mode::Decrypt, &cipher_key(cipher, key), Some(iv))?;
    crypter.pad(false);
    let mut plain = Zeroizing::new(vec![0; ciphertext.len() + cipher.block_len()]);
    let mut written = crypter.update(ciphertext, &mut plain)?;
    written += crypter.finalize(plain.get_mut(written..).unwrap_or_default())?;
    plain.truncate(written);

    let block = cipher.block_len() as u8;
    let padding = plain.last().copied().unwrap_or(0);
    let mut good = !padding.ct_eq(&0) & padding.ct_lt(&(block + 1));
    for (distance, octet) in (0..block).zip(plain.iter().rev()) {
        good &= octet.ct_eq(&padding) | !distance.ct_lt(&padding);
    }
    if bool::from(good) {
        plain.truncate(written.saturating_sub(usize::from(padding)));
    } else {
        plain.clear();
        plain.extend_from_slice(other);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(head: &[u8], filler: u8, message: &[u8]) -> Vec<u8> {
        let mut block = head.to_vec();
        block.resize(256 - 1 - message.len(), filler);
        block.push(0);
        block.extend_from_slice(message);
        block
    }

    fn unpadded(block: &[u8]) -> [u8; 16] {
        let mut key = [0xee; 16];
        unpad_pkcs1(block, &mut key);
        key
    }

    #[test]
    fn only_a_right_block_of_the_right_length_replaces_the_random_key() {
        let key = [7; 16];
        assert_eq!(unpadded(&block(&[0, 2], 5, &key)), key);
        assert_eq!(unpadded(&block(&[0, 1], 5, &key)), [0xee; 16]);
        assert_eq!(unpadded(&block(&[1, 2], 5, &key)), [0xee; 16]);
        assert_eq!(unpadded(&block(&[0, 2], 0, &key)), [0xee; 16]);
        assert_eq!(unpadded(&block(&[0, 2], 5, &[7; 24])), [0xee; 16]);
        assert_eq!(unpadded(&block(&[0, 2], 5, &[7; 8])), [0xee; 16]);
        assert_eq!(unpadded(&[0, 2, 0]), [0xee; 16]);
    }
}
