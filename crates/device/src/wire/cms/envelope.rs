//! EnvelopedData, written and opened.

use super::{ContentCipher, Encoding, KeyTransport, content_info, issuer_and_serial, issuer_and_serial_octets, names, unwrap_content_info};
use crate::{
    Error, Identity,
    wire::{der::Der, oid},
};
use openssl::{
    encrypt::{Decrypter, Encrypter},
    hash::MessageDigest,
    rsa::Padding,
    x509::X509,
};

/// An EnvelopedData to one RSA recipient.
pub(crate) fn encrypt(
    content: &[u8],
    recipient: &X509,
    cipher: ContentCipher,
    transport: KeyTransport,
    encoding: Encoding,
) -> Result<Vec<u8>, Error> {
    // OpenSSL 3 keeps single DES in its legacy provider.
    let _legacy = match cipher {
        ContentCipher::DesCbc => Some(openssl::provider::Provider::try_load(None, "legacy", true)?),
        _ => None,
    };
    let symmetric = cipher.openssl();
    let mut key = vec![0; symmetric.key_len()];
    let mut iv = vec![0; symmetric.iv_len().unwrap_or(0)];
    openssl::rand::rand_bytes(&mut key)?;
    openssl::rand::rand_bytes(&mut iv)?;
    let encrypted = openssl::symm::encrypt(symmetric, &key, Some(&iv), content)?;

    let public = recipient.public_key()?;
    let mut encrypter = Encrypter::new(&public)?;
    let transport_algorithm = match transport {
        KeyTransport::Pkcs1v15 => {
            encrypter.set_rsa_padding(Padding::PKCS1)?;
            Der::algorithm(oid::RSA)
        }
        KeyTransport::OaepSha1 => {
            encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
            Der::sequence(vec![Der::oid(oid::RSA_OAEP), Der::sequence(vec![])])
        }
        KeyTransport::OaepSha256 => {
            encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
            encrypter.set_rsa_oaep_md(MessageDigest::sha256())?;
            encrypter.set_rsa_mgf1_md(MessageDigest::sha256())?;
            let mgf = Der::sequence(vec![Der::oid(oid::MGF1), Der::algorithm(oid::SHA256)]);
            let parameters = vec![Der::context(0, vec![Der::algorithm(oid::SHA256)]), Der::context(1, vec![mgf])];
            Der::sequence(vec![Der::oid(oid::RSA_OAEP), Der::sequence(parameters)])
        }
    };
    let mut encrypted_key = vec![0; encrypter.encrypt_len(&key)?];
    let length = encrypter.encrypt(&key, &mut encrypted_key)?;
    encrypted_key.truncate(length);

    let recipient_info =
        Der::sequence(vec![Der::small(0), issuer_and_serial(recipient)?, transport_algorithm, Der::octets(&encrypted_key)]);
    let content_info_inner = Der::sequence(vec![
        Der::oid(oid::DATA),
        Der::sequence(vec![Der::oid(cipher.oid()), Der::octets(&iv)]),
        Der::Octets(0x80, encrypted),
    ]);
    let enveloped = Der::sequence(vec![Der::small(0), Der::set(vec![recipient_info]), content_info_inner]);
    Ok(encoding.write(&content_info(oid::ENVELOPED_DATA, enveloped)))
}

/// An envelope that was opened.
pub(crate) struct Opened {
    pub(crate) content: Vec<u8>,
    pub(crate) cipher: ContentCipher,
    pub(crate) transport: KeyTransport,
}

/// Opens an EnvelopedData that names exactly one recipient, by issuer and serial, and that recipient is `identity`.
pub(crate) fn decrypt(bytes: &[u8], identity: &Identity) -> Result<Opened, Error> {
    let refused = |why: &str| Error::CannotDecrypt(why.to_owned());
    let enveloped = unwrap_content_info(bytes, oid::ENVELOPED_DATA)?;
    let members = enveloped.members()?;
    let [version, recipients, encrypted] = members.as_slice() else { return Err(refused("EnvelopedData has other members than three")) };
    version.expect(0x02, "version")?;
    let recipients = recipients.expect(0x31, "recipientInfos")?.members()?;
    let [recipient] = recipients.as_slice() else { return Err(refused("not exactly one recipient")) };
    let recipient = recipient.expect(0x30, "KeyTransRecipientInfo")?.members()?;
    let [_, sid, algorithm, encrypted_key] = recipient.as_slice() else { return Err(refused("recipientInfo")) };
    if names(sid)? != issuer_and_serial_octets(&identity.certificate)? {
        return Err(refused("it is for another certificate"));
    }
    let mut decrypter = Decrypter::new(&identity.key)?;
    let transport = match algorithm.algorithm()?.as_str() {
        oid::RSA => KeyTransport::Pkcs1v15,
        oid::RSA_OAEP if algorithm.full.windows(11).any(|w| w == Der::oid(oid::SHA256).to_der()) => KeyTransport::OaepSha256,
        oid::RSA_OAEP => KeyTransport::OaepSha1,
        other => return Err(refused(&format!("key transport {other}"))),
    };
    match transport {
        KeyTransport::Pkcs1v15 => decrypter.set_rsa_padding(Padding::PKCS1)?,
        KeyTransport::OaepSha1 => decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?,
        KeyTransport::OaepSha256 => {
            decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
            decrypter.set_rsa_oaep_md(MessageDigest::sha256())?;
            decrypter.set_rsa_mgf1_md(MessageDigest::sha256())?;
        }
    }
    let encrypted_key = encrypted_key.expect(0x04, "encryptedKey")?.string()?;
    let mut key = vec![0; decrypter.decrypt_len(&encrypted_key)?];
    let length = decrypter.decrypt(&encrypted_key, &mut key).map_err(|_| refused("the key does not open"))?;
    key.truncate(length);

    let encrypted = encrypted.expect(0x30, "encryptedContentInfo")?.members()?;
    let [kind, algorithm, content] = encrypted.as_slice() else { return Err(refused("encryptedContentInfo")) };
    if kind.oid()? != oid::DATA {
        return Err(refused("the content is not of type data"));
    }
    let cipher = ContentCipher::from_oid(&algorithm.algorithm()?)?;
    let iv = algorithm.members()?.get(1).ok_or_else(|| refused("no IV"))?.expect(0x04, "IV")?.string()?;
    if content.tag & !0x20 != 0x80 {
        return Err(refused("encryptedContent"));
    }
    if cipher == ContentCipher::DesCbc {
        return Err(refused("single DES"));
    }
    let content = openssl::symm::decrypt(cipher.openssl(), &key, Some(&iv), &content.string()?).map_err(|_| refused("wrong padding"))?;
    Ok(Opened { content, cipher, transport })
}
