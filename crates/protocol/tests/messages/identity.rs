//! Self-made certificates with their keys, one of each kind for a whole test run.

use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{
        X509, X509NameBuilder,
        extension::{KeyUsage, SubjectKeyIdentifier},
    },
};
use protocol::{
    cms::SigningIdentity,
    key::{KeyAlgorithm, PrivateKey},
    x509::CertificateView,
};
use std::sync::LazyLock;

pub(crate) struct Identity {
    pub(crate) certificate: CertificateView,
    pub(crate) key: PrivateKey,
}

impl Identity {
    pub(crate) fn signing(&self) -> SigningIdentity<'_> {
        SigningIdentity { certificate: &self.certificate, key: &self.key, chain: &[] }
    }

    /// Self-signed for this key.
    pub(crate) fn new(name: &str, serial: &BigNum, key: PKey<Private>) -> Self {
        let certificate = self_signed(name, serial, &key);
        let key = PrivateKey::from_der(&key.private_key_to_pkcs8().unwrap()).unwrap();
        Identity { certificate: CertificateView::from_der(&certificate.to_der().unwrap()).unwrap(), key }
    }
}

fn self_signed(cn: &str, serial: &BigNum, key: &PKey<Private>) -> X509 {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", cn).unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(365).unwrap()).unwrap();
    builder.append_extension(KeyUsage::new().digital_signature().key_encipherment().build().unwrap()).unwrap();
    let ski = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(ski).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}

fn serial(number: u32) -> BigNum {
    BigNum::from_u32(number).unwrap()
}

fn generated(name: &str, number: u32, algorithm: KeyAlgorithm) -> Identity {
    let key = PrivateKey::generate(algorithm).unwrap();
    Identity::new(name, &serial(number), key.as_openssl().clone())
}

/// The RA.
pub(crate) static RA: LazyLock<Identity> = LazyLock::new(|| generated("SCEP RA", 0x80ff, KeyAlgorithm::Rsa2048));
/// A client as iPhones have it: serial number 1.
pub(crate) static CLIENT: LazyLock<Identity> = LazyLock::new(|| generated("iPhone", 1, KeyAlgorithm::Rsa2048));
/// An old device key.
pub(crate) static RSA_1024: LazyLock<Identity> =
    LazyLock::new(|| Identity::new("old device", &serial(2), PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap()));
/// ECDSA signers.
pub(crate) static P256: LazyLock<Identity> = LazyLock::new(|| generated("p256", 3, KeyAlgorithm::P256));
/// ECDSA signers.
pub(crate) static P384: LazyLock<Identity> = LazyLock::new(|| generated("p384", 4, KeyAlgorithm::P384));
