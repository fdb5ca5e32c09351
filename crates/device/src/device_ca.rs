//! A CA that plays Apple's device CA: weak, SHA-1, expired, still issuing.

use crate::{
    Error, Identity,
    identity::{KeyKind, integer, random_serial},
    wire::Digest,
};
use openssl::{
    asn1::Asn1Time,
    nid::Nid,
    pkey::{PKey, Private},
    x509::{
        X509, X509Builder, X509Name, X509NameBuilder,
        extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage},
    },
};

/// Apple's dates: the device CA ended in 2014, the one above it in 2022, the root ends in 2035.
const DEVICE_CA_DATES: (i64, i64) = (1_176_681_600, 1_397_606_400);
const MIDDLE_CA_DATES: (i64, i64) = (1_176_336_000, 1_649_721_600);
const ROOT_DATES: (i64, i64) = (1_145_923_200, 2_054_592_000);

/// Root, certification authority and device CA, named so that nobody takes them for Apple's.
pub struct DeviceCa {
    /// The direct issuer of device certificates: what `--device-ca` takes.
    pub device_ca: Identity,
    /// The CA above it.
    pub middle: X509,
    /// The root.
    pub root: X509,
}

impl DeviceCa {
    /// With an RSA key of this many bits for the device CA (Apple's has 1024); everything is signed with SHA-1.
    pub fn new(bits: u32) -> Result<Self, Error> {
        let root_key = KeyKind::Rsa(2048).generate()?;
        let root_name = name(&[(Nid::ORGANIZATIONNAME, "Signet Tests"), (Nid::COMMONNAME, "Test Root CA")])?;
        let root = authority(&root_name, &root_key, &root_name, &root_key, ROOT_DATES)?;
        let middle_key = KeyKind::Rsa(2048).generate()?;
        let middle_name = name(&[(Nid::ORGANIZATIONNAME, "Signet Tests"), (Nid::COMMONNAME, "Test Phone Certification Authority")])?;
        let middle = authority(&middle_name, &middle_key, &root_name, &root_key, MIDDLE_CA_DATES)?;
        let key = KeyKind::Rsa(bits).generate()?;
        let device_name = name(&[
            (Nid::COUNTRYNAME, "CH"),
            (Nid::ORGANIZATIONNAME, "Signet Tests"),
            (Nid::ORGANIZATIONALUNITNAME, "Test Phone"),
            (Nid::COMMONNAME, "Test Phone Device CA"),
        ])?;
        let certificate = authority(&device_name, &key, &middle_name, &middle_key, DEVICE_CA_DATES)?;
        Ok(DeviceCa { device_ca: Identity { key, certificate }, middle, root })
    }

    /// The device CA's certificate, PEM.
    pub fn to_pem(&self) -> Result<String, Error> {
        let pem = self.device_ca.certificate.to_pem()?;
        String::from_utf8(pem).map_err(|_| Error::Malformed("PEM".to_owned()))
    }

    /// A device's certificate: CN is a UUID, a year from `now` on (so after the CA's own end), not a CA.
    pub fn issue(&self, kind: KeyKind, now: i64) -> Result<Identity, Error> {
        let key = kind.generate()?;
        let subject = name(&[(Nid::COMMONNAME, &uuid::Uuid::new_v4().to_string().to_uppercase())])?;
        let mut builder = X509Builder::new()?;
        builder.set_version(2)?;
        builder.set_serial_number(&*random_serial()?)?;
        builder.set_subject_name(&subject)?;
        builder.set_issuer_name(self.device_ca.certificate.subject_name())?;
        builder.set_pubkey(&key)?;
        builder.set_not_before(&*Asn1Time::from_unix(now - 86_400)?)?;
        builder.set_not_after(&*Asn1Time::from_unix(now + 364 * 86_400)?)?;
        builder.append_extension(BasicConstraints::new().critical().build()?)?;
        builder.append_extension(KeyUsage::new().critical().digital_signature().key_encipherment().build()?)?;
        builder.append_extension(ExtendedKeyUsage::new().critical().server_auth().client_auth().build()?)?;
        builder.sign(&self.device_ca.key, Digest::Sha1.openssl())?;
        Ok(Identity { key, certificate: builder.build() })
    }
}

fn name(entries: &[(Nid, &str)]) -> Result<X509Name, Error> {
    let mut name = X509NameBuilder::new()?;
    for (kind, value) in entries {
        name.append_entry_by_nid(*kind, value)?;
    }
    Ok(name.build())
}

fn authority(
    subject: &X509Name,
    key: &PKey<Private>,
    issuer: &X509Name,
    issuer_key: &PKey<Private>,
    (not_before, not_after): (i64, i64),
) -> Result<X509, Error> {
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    // Apple's device CA has the serial 1 as well.
    builder.set_serial_number(&*integer(1)?)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*Asn1Time::from_unix(not_before)?)?;
    builder.set_not_after(&*Asn1Time::from_unix(not_after)?)?;
    builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    builder.sign(issuer_key, Digest::Sha1.openssl())?;
    Ok(builder.build())
}
