//! Reading a certificate.

use super::{DistinguishedName, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName, signature::SignatureAlgorithm};
use crate::{
    Error, Timestamp,
    cms::Digest,
    digest,
    key::PublicKey,
    tlv::{self, Reader, Tlv},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

const WHAT: &str = "certificate";
/// Largest certificate read, octets. Ours have about one thousand, device certificates less; keys in them have a limit of their own.
const MAX_LEN: usize = 64 * 1024;

/// notBefore and notAfter, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First second of validity.
    pub not_before: Timestamp,
    /// Last second of validity.
    pub not_after: Timestamp,
}

/// What a certificate says, decoded. Tolerant towards foreign certificates (huge serials, odd dates, critical AKI).
#[derive(Clone)]
pub struct CertificateView {
    /// The whole certificate.
    pub der: Vec<u8>,
    /// Serial number.
    pub serial: SerialNumber,
    /// Issuer DN, decoded.
    pub issuer: DistinguishedName,
    /// Issuer Name as DER, for byte comparison.
    pub issuer_der: Vec<u8>,
    /// Subject DN, decoded.
    pub subject: DistinguishedName,
    /// Subject Name as DER.
    pub subject_der: Vec<u8>,
    /// Dates.
    pub validity: Validity,
    /// Subject alternative names.
    pub san: Vec<SubjectAltName>,
    /// keyUsage; `None` when the extension is missing.
    pub key_usage: Option<KeyUsage>,
    /// extendedKeyUsage.
    pub extended_key_usage: Vec<ExtendedKeyUsage>,
    /// basicConstraints cA.
    pub is_ca: bool,
    /// subjectKeyIdentifier.
    pub subject_key_identifier: Option<Vec<u8>>,
    /// authorityKeyIdentifier keyIdentifier.
    pub authority_key_identifier: Option<Vec<u8>>,
    /// The subject's key.
    pub public_key: PublicKey,
}

/// The parts of a certificate as octets (RFC 5280 4.1), nothing decoded.
pub(super) struct Fields<'a> {
    pub(super) tbs: &'a [u8],
    pub(super) serial: Tlv<'a>,
    /// signature inside the TBSCertificate.
    pub(super) inner_algorithm: Tlv<'a>,
    pub(super) issuer: Tlv<'a>,
    pub(super) validity: Tlv<'a>,
    pub(super) subject: Tlv<'a>,
    pub(super) spki: Tlv<'a>,
    /// Version as written: 2 means v3.
    pub(super) version: u8,
    pub(super) extensions: Option<Tlv<'a>>,
    /// signatureAlgorithm outside.
    pub(super) outer_algorithm: Tlv<'a>,
    pub(super) signature: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, Error> {
        if der.len() > MAX_LEN {
            return Err(Error::TooLarge { what: WHAT });
        }
        let mut certificate = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        let tbs = certificate.expect(tlv::SEQUENCE)?;
        let outer_algorithm = certificate.expect(tlv::SEQUENCE)?;
        let signature = tlv::bit_string_octets(&certificate.expect(tlv::BIT_STRING)?, WHAT)?;
        certificate.finish()?;

        let mut fields = tbs.inside(WHAT);
        let version = match fields.optional(0xa0)? {
            Some(version) => *version.inside(WHAT).expect(tlv::INTEGER)?.content.last().unwrap_or(&0),
            None => 0,
        };
        let serial = fields.expect(tlv::INTEGER)?;
        let inner_algorithm = fields.expect(tlv::SEQUENCE)?;
        let issuer = fields.expect(tlv::SEQUENCE)?;
        let validity = fields.expect(tlv::SEQUENCE)?;
        let subject = fields.expect(tlv::SEQUENCE)?;
        let spki = fields.expect(tlv::SEQUENCE)?;
        let mut extensions = None;
        while let Some(field) = fields.next()? {
            match field.tag {
                // issuerUniqueID and subjectUniqueID: nobody's, skipped.
                0x81 | 0xa1 | 0x82 | 0xa2 if extensions.is_none() => {}
                0xa3 if extensions.is_none() => extensions = Some(field.inside(WHAT).expect(tlv::SEQUENCE)?),
                _ => return Err(Error::Malformed { what: WHAT }),
            }
        }
        Ok(Fields {
            tbs: tbs.raw,
            serial,
            inner_algorithm,
            issuer,
            validity,
            subject,
            spki,
            version,
            extensions,
            outer_algorithm,
            signature,
        })
    }

    pub(super) fn dates(&self) -> Result<[Tlv<'a>; 2], Error> {
        let mut dates = self.validity.inside(WHAT);
        match (dates.next()?, dates.next()?) {
            (Some(from), Some(until)) => Ok([from, until]),
            _ => Err(dates.malformed()),
        }
    }

    pub(super) fn extensions(&self) -> Result<Vec<Extension<'a>>, Error> {
        let Some(list) = self.extensions else { return Ok(Vec::new()) };
        let mut list = list.inside("extensions");
        let mut read = Vec::with_capacity(12);
        while !list.is_empty() {
            read.push(Extension::read(&list.expect(tlv::SEQUENCE)?)?);
        }
        Ok(read)
    }
}

/// One extension (RFC 5280 4.2), also as it stands in an extensionRequest.
pub(crate) struct Extension<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) critical: bool,
    pub(crate) value: &'a [u8],
}

impl<'a> Extension<'a> {
    pub(crate) fn read(extension: &Tlv<'a>) -> Result<Self, Error> {
        let mut fields = extension.inside("extension");
        let oid = fields.expect(tlv::OID)?.content;
        let critical = fields.optional(tlv::BOOLEAN)?.is_some_and(|critical| critical.content != [0]);
        let value = fields.expect(tlv::OCTET_STRING)?.content;
        fields.finish()?;
        Ok(Extension { oid, critical, value })
    }

    /// basicConstraints: cA, and the path length.
    pub(crate) fn basic_constraints(&self) -> Result<(bool, Option<u64>), Error> {
        const WHAT: &str = "basicConstraints";
        let mut fields = Reader::single(self.value, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        let is_ca = fields.optional(tlv::BOOLEAN)?.is_some_and(|ca| ca.content != [0]);
        let length = fields.optional(tlv::INTEGER)?;
        Ok((is_ca, length.map(|length| length.content.iter().fold(0, |value, octet| value << 8 | u64::from(*octet)))))
    }
}

// OID contents of the extensions that are read: 2.5.29.n.
pub(crate) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub(crate) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub(crate) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
pub(crate) const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];

impl CertificateView {
    /// Reads DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        Self::from_der_knowing(der, None)
    }

    /// The same; `known` is a key that is probably the subject's, which saves reading it again.
    pub fn from_der_knowing(der: &[u8], known: Option<&PublicKey>) -> Result<Self, Error> {
        let fields = Fields::read(der)?;
        let [not_before, not_after] = fields.dates()?;
        let mut view = CertificateView {
            der: der.to_vec(),
            serial: SerialNumber::from_integer(fields.serial.content)?,
            issuer: DistinguishedName::from_der(fields.issuer.raw)?,
            issuer_der: fields.issuer.raw.to_vec(),
            subject: DistinguishedName::from_der(fields.subject.raw)?,
            subject_der: fields.subject.raw.to_vec(),
            validity: Validity { not_before: tlv::time(&not_before, WHAT)?, not_after: tlv::time(&not_after, WHAT)? },
            san: Vec::new(),
            key_usage: None,
            extended_key_usage: Vec::new(),
            is_ca: false,
            subject_key_identifier: None,
            authority_key_identifier: None,
            public_key: PublicKey::from_spki_or(fields.spki.raw, known)?,
        };
        for extension in fields.extensions()? {
            view.read_extension(&extension)?;
        }
        Ok(view)
    }

    fn read_extension(&mut self, extension: &Extension<'_>) -> Result<(), Error> {
        match extension.oid {
            SUBJECT_ALT_NAME => self.san = SubjectAltName::read_all(extension.value)?,
            KEY_USAGE => self.key_usage = Some(key_usage(extension.value)?),
            EXTENDED_KEY_USAGE => self.extended_key_usage = extended_key_usage(extension.value)?,
            BASIC_CONSTRAINTS => self.is_ca = extension.basic_constraints()?.0,
            SUBJECT_KEY_IDENTIFIER => {
                let identifier = Reader::single(extension.value, tlv::OCTET_STRING, "subjectKeyIdentifier")?;
                self.subject_key_identifier = Some(identifier.content.to_vec());
            }
            AUTHORITY_KEY_IDENTIFIER => {
                const WHAT: &str = "authorityKeyIdentifier";
                let identifier = Reader::single(extension.value, tlv::SEQUENCE, WHAT)?.inside(WHAT).optional(0x80)?;
                self.authority_key_identifier = identifier.map(|identifier| identifier.content.to_vec());
            }
            _ => {}
        }
        Ok(())
    }

    /// SHA-256 of the DER.
    pub fn sha256(&self) -> [u8; 32] {
        digest::sha256(&self.der)
    }

    /// SHA-1 of the DER (CAFingerprint of Apple's SCEP payload).
    pub fn sha1(&self) -> [u8; 20] {
        digest::sha1(&self.der)
    }

    /// The signature verifies with `issuer_key`. Dates, names and constraints are not looked at; SHA-1 only where `allow_sha1`.
    pub fn verify_signature(&self, issuer_key: &PublicKey, allow_sha1: bool) -> Result<(), Error> {
        let fields = Fields::read(&self.der)?;
        // RFC 5280 4.1.1.2: both must say the same, or the signature does not cover the algorithm.
        if fields.inner_algorithm.raw != fields.outer_algorithm.raw {
            return Err(Error::Malformed { what: WHAT });
        }
        let algorithm = SignatureAlgorithm::read(&fields.outer_algorithm)?;
        match algorithm.digest {
            Digest::Md5 => return Err(Error::Algorithm("certificate signed with MD5".to_owned())),
            Digest::Sha1 if !allow_sha1 => return Err(Error::Algorithm("certificate signed with SHA-1".to_owned())),
            _ => {}
        }
        algorithm.verify(issuer_key, fields.tbs, fields.signature, WHAT)
    }

    /// PEM text (RFC 7468).
    pub fn to_pem(&self) -> String {
        let base64 = BASE64_STANDARD.encode(&self.der);
        let mut pem = String::with_capacity(base64.len() + base64.len() / 64 + 60);
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(64));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        pem
    }
}

/// Bit n of the BIT STRING is bit n of the set.
fn key_usage(der: &[u8]) -> Result<KeyUsage, Error> {
    const WHAT: &str = "keyUsage";
    let bits = Reader::single(der, tlv::BIT_STRING, WHAT)?.content;
    let (_unused, octets) = bits.split_first().ok_or(Error::Malformed { what: WHAT })?;
    let octets = octets.iter().take(2).enumerate();
    Ok(KeyUsage(octets.fold(0, |set, (index, octet)| set | u16::from(octet.reverse_bits()) << (8 * index))))
}

fn extended_key_usage(der: &[u8]) -> Result<Vec<ExtendedKeyUsage>, Error> {
    const WHAT: &str = "extendedKeyUsage";
    let mut purposes = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
    let mut read = Vec::with_capacity(3);
    while !purposes.is_empty() {
        let oid = tlv::oid_to_dotted(purposes.expect(tlv::OID)?.content).ok_or(Error::Malformed { what: WHAT })?;
        read.push(ExtendedKeyUsage::from_oid(&oid));
    }
    Ok(read)
}
