//! Keys with their certificates, as a keychain holds them.

use crate::{Error, wire::Digest};
use openssl::{
    asn1::{Asn1Integer, Asn1Time},
    bn::{BigNum, MsbOption},
    ec::{EcGroup, EcKey},
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{X509, X509Builder, X509Name, X509NameBuilder, extension::KeyUsage},
};

/// A private key and its certificate.
#[derive(Clone)]
pub struct Identity {
    /// The key.
    pub key: PKey<Private>,
    /// The certificate.
    pub certificate: X509,
}

impl Identity {
    /// Is the certificate for the key?
    pub fn matches(&self) -> bool {
        self.certificate.public_key().is_ok_and(|public| self.key.public_eq(&public))
    }
}

/// Kind and size of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA with this many bits.
    Rsa(u32),
    /// P-256
    P256,
}

impl KeyKind {
    /// Makes a key.
    pub fn generate(self) -> Result<PKey<Private>, Error> {
        Ok(match self {
            KeyKind::Rsa(bits) => PKey::from_rsa(Rsa::generate(bits)?)?,
            KeyKind::P256 => PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?)?,
        })
    }
}

/// The certificate that an iPhone makes to sign its SCEP requests: CN is a random UUID, serial 1, 365 days,
/// digitalSignature + keyEncipherment, signed with SHA-1 whatever the rest uses (SecSCEP.c).
pub fn self_signed(key: PKey<Private>, now: i64) -> Result<Identity, Error> {
    let name = common_name(&uuid::Uuid::new_v4().to_string().to_uppercase())?;
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*integer(1)?)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_pubkey(&key)?;
    builder.set_not_before(&*Asn1Time::from_unix(now)?)?;
    builder.set_not_after(&*Asn1Time::from_unix(now + 365 * 86_400)?)?;
    builder.append_extension(KeyUsage::new().critical().digital_signature().key_encipherment().build()?)?;
    builder.sign(&key, Digest::Sha1.openssl())?;
    Ok(Identity { key, certificate: builder.build() })
}

pub(crate) fn common_name(text: &str) -> Result<X509Name, Error> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_nid(Nid::COMMONNAME, text)?;
    Ok(name.build())
}

pub(crate) fn integer(value: u32) -> Result<Asn1Integer, Error> {
    Ok(BigNum::from_u32(value)?.to_asn1_integer()?)
}

pub(crate) fn random_serial() -> Result<Asn1Integer, Error> {
    let mut serial = BigNum::new()?;
    serial.rand(120, MsbOption::MAYBE_ZERO, false)?;
    Ok(serial.to_asn1_integer()?)
}
