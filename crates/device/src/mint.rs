//! Certificates of every kind, right and wrong, for unit tests.

use crate::{
    Identity, KeyKind,
    identity::{common_name, random_serial, self_signed},
};
use openssl::{
    asn1::Asn1Time,
    hash::MessageDigest,
    x509::{X509, X509Extension, extension::BasicConstraints},
};

pub(crate) const NOW: i64 = 1_800_000_000;

/// What a certificate will be; everything that is not said is as it should be.
pub(crate) struct Minted<'a> {
    pub(crate) name: &'a str,
    pub(crate) key: KeyKind,
    pub(crate) issuer: Option<&'a Identity>,
    pub(crate) ca: bool,
    pub(crate) days: u32,
    pub(crate) digest: MessageDigest,
    pub(crate) extensions: Vec<X509Extension>,
}

impl<'a> Minted<'a> {
    pub(crate) fn new(name: &'a str, issuer: Option<&'a Identity>) -> Self {
        Minted {
            name,
            key: KeyKind::Rsa(2048),
            issuer,
            ca: issuer.is_none(),
            days: 365,
            digest: MessageDigest::sha256(),
            extensions: Vec::new(),
        }
    }
    pub(crate) fn with(mut self, extension: X509Extension) -> Self {
        self.extensions.push(extension);
        self
    }
    pub(crate) fn mint(self) -> Identity {
        let mut identity = self_signed(self.key.generate().unwrap(), NOW).unwrap();
        let subject = common_name(self.name).unwrap();
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&random_serial().unwrap()).unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(self.issuer.map_or(&*subject, |i| i.certificate.subject_name())).unwrap();
        builder.set_pubkey(&identity.key).unwrap();
        builder.set_not_before(&Asn1Time::from_unix(NOW).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::from_unix(NOW + i64::from(self.days) * 86_400).unwrap()).unwrap();
        if self.ca {
            builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        }
        for extension in &self.extensions {
            builder.append_extension2(extension).unwrap();
        }
        builder.sign(self.issuer.map_or(&identity.key, |i| &i.key), self.digest).unwrap();
        identity.certificate = builder.build();
        identity
    }
}
