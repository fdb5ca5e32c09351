//! What a device POSTs, verified by hand: phases 2 and 3 differ in who issued the signer. The certificates of Apple's
//! device CA have expired and are signed with SHA-1, so no library accepts their chain.

use super::{DeviceAttributes, DeviceCa};
use crate::{Error, cms, cms::Digest, x509::CertificateView};

/// Who issued the certificate that signed.
pub enum Issuer<'a> {
    /// A pinned device CA: phase 2.
    DeviceCa(&'a DeviceCa),
    /// Somebody else. Phase 3 if the certificate is one of our transport certificates, which the caller has to look up by
    /// issuer, serial **and** whole certificate; else the message is refused.
    Other,
}

/// A device's message whose signature verified.
pub struct DeviceMessage<'a> {
    /// What it says.
    pub attributes: DeviceAttributes,
    /// The certificate whose key signed.
    pub signer: CertificateView,
    /// Who issued that.
    pub issuer: Issuer<'a>,
    /// Digest of the CMS signature.
    pub digest: Digest,
}

/// Reads a POST: one signer, attached content, the signature over the received octets. `stored` are certificates that may be
/// the signer's when the message carries none. RSA below 1024 bits is refused; SHA-1 is what iOS uses; MD5 never.
pub fn verify_device_message<'a>(body: &[u8], device_cas: &'a [DeviceCa], stored: &[CertificateView]) -> Result<DeviceMessage<'a>, Error> {
    let verified = cms::verify_signed_data(body, stored, false)?;
    if verified.signer.public_key.is_rsa() && verified.signer.public_key.bits() < 1024 {
        return Err(Error::Algorithm("RSA below 1024 bits".to_owned()));
    }
    let attributes = DeviceAttributes::from_plist(&verified.content)?;
    let issuer = device_cas.iter().find(|ca| ca.issued(&verified.signer)).map_or(Issuer::Other, Issuer::DeviceCa);
    Ok(DeviceMessage { attributes, signer: verified.signer, issuer, digest: verified.digest })
}
