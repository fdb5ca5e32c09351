//! Which certificate a SignerIdentifier or RecipientIdentifier means (RFC 5652 5.3 and 6.2.1).

use super::ber::{self, Element, INTEGER, SEQUENCE, context};
use crate::{Error, x509::CertificateView};

/// issuerAndSerialNumber as octets; read from the certificate itself, because a foreign serial number may be negative or huge.
pub(crate) struct IssuerAndSerial<'a> {
    /// Issuer Name, as encoded.
    pub(crate) issuer: &'a [u8],
    /// serialNumber INTEGER, as encoded.
    pub(crate) serial: &'a [u8],
}

impl<'a> IssuerAndSerial<'a> {
    /// Of this certificate.
    pub(crate) fn of(certificate: &'a [u8]) -> Result<Self, Error> {
        let mut tbs = ber::parse(certificate)?.with_tag(SEQUENCE)?.children().expect(SEQUENCE)?.children();
        tbs.optional(context(0))?;
        let serial = tbs.expect(INTEGER)?.raw;
        tbs.expect(SEQUENCE)?;
        Ok(Self { issuer: tbs.expect(SEQUENCE)?.raw, serial })
    }

    /// From a SEQUENCE of Name and INTEGER.
    fn read(element: Element<'a>) -> Result<Self, Error> {
        let mut fields = element.children();
        Ok(Self { issuer: fields.expect(SEQUENCE)?.raw, serial: fields.expect(INTEGER)?.raw })
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        ber::element(SEQUENCE, &[self.issuer, self.serial])
    }
}

/// SignerIdentifier and RecipientIdentifier.
pub(crate) enum Identifier<'a> {
    IssuerAndSerial(IssuerAndSerial<'a>),
    SubjectKeyIdentifier(std::borrow::Cow<'a, [u8]>),
}

impl<'a> Identifier<'a> {
    pub(crate) fn read(element: Element<'a>) -> Result<Self, Error> {
        match element.tag {
            SEQUENCE => Ok(Identifier::IssuerAndSerial(IssuerAndSerial::read(element)?)),
            0x80 | 0xa0 => Ok(Identifier::SubjectKeyIdentifier(element.octets(0x80)?)),
            _ => Err(Error::Malformed { what: "identifier of a signer or recipient" }),
        }
    }

    /// The first of `certificates` that is meant. Some clients encode the issuer's name anew (other string types): where no
    /// certificate matches octet by octet, the serial number alone decides.
    pub(crate) fn find<C>(&self, certificates: &[C], view: impl Fn(&C) -> &CertificateView) -> Option<usize> {
        match self {
            Identifier::SubjectKeyIdentifier(id) => {
                certificates.iter().position(|c| view(c).subject_key_identifier.as_deref() == Some(id.as_ref()))
            }
            Identifier::IssuerAndSerial(wanted) => {
                let identities: Vec<_> = certificates.iter().map(|c| IssuerAndSerial::of(&view(c).der).ok()).collect();
                let same_serial = |i: &Option<IssuerAndSerial<'_>>| i.as_ref().is_some_and(|i| i.serial == wanted.serial);
                identities
                    .iter()
                    .position(|i| same_serial(i) && i.as_ref().is_some_and(|i| i.issuer == wanted.issuer))
                    .or_else(|| identities.iter().position(same_serial))
            }
        }
    }
}
