//! EnvelopedData to an elliptic key (RFC 5652 6.2.2, RFC 5753 3.1: ephemeral-static ECDH), by OpenSSL. For what we seal and open
//! ourselves: the network's messages are of RSA, and are read by `envelope`, which tells nobody why one would not open.

use crate::{Error, key::PrivateKey, x509::CertificateView};
use openssl::{
    cms::{CMSOptions, CmsContentInfo},
    stack::Stack,
    symm::Cipher,
    x509::X509,
};
use zeroize::Zeroizing;

/// EnvelopedData to one recipient with an elliptic key, the content under AES-256-CBC, DER.
pub fn encrypt_by_agreement(content: &[u8], recipient: &CertificateView) -> Result<Vec<u8>, Error> {
    if recipient.public_key.is_rsa() {
        return Err(Error::Algorithm("key agreement with a key that is not elliptic".to_owned()));
    }
    let mut recipients = Stack::new()?;
    recipients.push(X509::from_der(&recipient.der)?)?;
    Ok(CmsContentInfo::encrypt(&recipients, content, Cipher::aes_256_cbc(), CMSOptions::BINARY)?.to_der()?)
}

/// Opens it with the recipient's key.
pub fn decrypt_by_agreement(bytes: &[u8], recipient: &CertificateView, key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (message, certificate) = (CmsContentInfo::from_der(bytes)?, X509::from_der(&recipient.der)?);
    Ok(Zeroizing::new(message.decrypt(key.as_openssl(), &certificate).map_err(|_| Error::NotForUs)?))
}
