//! Signing and encrypting: payloads -> plist array -> EnvelopedData -> outer plist -> SignedData.

use super::{Configuration, Payload, ScepPayload, payload_array};
use crate::{
    Error, Timestamp,
    cms::{self, ContentCipher, Digest, KeyTransport, SigningIdentity},
    x509::CertificateView,
};

/// An attached SignedData over a profile: one signer, SHA-256, contentType + messageDigest + signingTime, the signer's
/// chain included (never RSA-PSS, which the phone does not read).
pub fn signed_profile(plist: &[u8], signer: &SigningIdentity<'_>, time: Timestamp) -> Result<Vec<u8>, Error> {
    cms::sign(plist, signer, Digest::Sha256, Some(time), Vec::new(), true)
}

/// The answer to phase 2: signed, readable, exactly one payload (anything beside it ends the flow on the phone).
pub fn transport_profile(
    outer: &Configuration,
    scep: &ScepPayload,
    signer: &SigningIdentity<'_>,
    time: Timestamp,
) -> Result<Vec<u8>, Error> {
    signed_profile(&outer.to_plist(&[Payload::Scep(scep.clone())])?, signer, time)
}

/// The answer to phase 3: encrypted to `recipient` alone (RSA PKCS#1 v1.5, AES-256-CBC: the phone reads neither OAEP nor
/// GCM here), then signed.
pub fn sealed_profile(
    outer: &Configuration,
    payloads: &[Payload],
    recipient: &CertificateView,
    signer: &SigningIdentity<'_>,
    time: Timestamp,
) -> Result<Vec<u8>, Error> {
    outer.check(payloads)?;
    let sealed = cms::encrypt(&payload_array(payloads)?, recipient, ContentCipher::Aes256Cbc, KeyTransport::Pkcs1v15)?;
    signed_profile(&outer.to_sealed_plist(&sealed)?, signer, time)
}
