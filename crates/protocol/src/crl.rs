//! CRLs (RFC 5280 section 5), without issuingDistributionPoint: one complete CRL for all that the CA issued, and delta CRLs, which
//! list what changed since one.

mod entries;

pub use entries::{Entry, EntryList};

use crate::{
    Error, Timestamp,
    key::PublicKey,
    tlv::{self, Reader},
    x509::{Authority, CertificateView, signature, signature::SignatureAlgorithm},
};
use der::{Encode, Length};
use entries::Time;

/// CRLReason (RFC 5280 5.3.1). 7 is unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// (0)
    Unspecified,
    /// (1)
    KeyCompromise,
    /// (2)
    CaCompromise,
    /// (3)
    AffiliationChanged,
    /// (4)
    Superseded,
    /// (5)
    CessationOfOperation,
    /// (6)
    CertificateHold,
    // 7 is unused
    /// (8)
    RemoveFromCrl,
    /// (9)
    PrivilegeWithdrawn,
    /// (10)
    AaCompromise,
}

/// Numbers and times of a CRL.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// cRLNumber.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// `Some`: a delta CRL, to be combined with the complete one of this number or a later one (deltaCRLIndicator, 5.2.4).
    pub base: Option<u64>,
    /// Where the delta CRL to this complete one is found (freshestCRL, 5.2.6; never in a delta CRL).
    pub freshest: Option<&'a str>,
}

impl Reason {
    /// The number of RFC 5280 5.3.1.
    pub const fn code(self) -> u8 {
        match self {
            Reason::Unspecified => 0,
            Reason::KeyCompromise => 1,
            Reason::CaCompromise => 2,
            Reason::AffiliationChanged => 3,
            Reason::Superseded => 4,
            Reason::CessationOfOperation => 5,
            Reason::CertificateHold => 6,
            Reason::RemoveFromCrl => 8,
            Reason::PrivilegeWithdrawn => 9,
            Reason::AaCompromise => 10,
        }
    }
}

/// The head of somebody's CRL, for comparing it with ours; its entries are not read.
#[derive(Debug, Clone)]
pub struct CrlView<'a> {
    /// Issuer Name as DER.
    pub issuer_der: Vec<u8>,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// cRLNumber; `None` when it has none or one that no CA of ours gives.
    pub number: Option<u64>,
    /// BaseCRLNumber; `None`: a complete CRL.
    pub base: Option<u64>,
    der: &'a [u8],
}

impl<'a> CrlView<'a> {
    /// Reads DER. A CRL without nextUpdate is refused: RFC 5280 5.1.2.5 demands it.
    pub fn from_der(der: &'a [u8]) -> Result<Self, Error> {
        const WHAT: &str = "CRL";
        let mut fields = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT).expect(tlv::SEQUENCE)?.inside(WHAT);
        fields.optional(tlv::INTEGER)?;
        fields.expect(tlv::SEQUENCE)?;
        let issuer_der = fields.expect(tlv::SEQUENCE)?.raw.to_vec();
        let mut time = || match fields.next()? {
            Some(element) => tlv::time(&element, WHAT),
            None => Err(fields.malformed()),
        };
        let (this_update, next_update) = (time()?, time()?);
        fields.optional(tlv::SEQUENCE)?;
        let (mut number, mut base) = (None, None);
        if let Some(tagged) = fields.optional(0xa0)? {
            let mut extensions = tagged.inside(WHAT).expect(tlv::SEQUENCE)?.inside(WHAT);
            while let Some(extension) = extensions.next()? {
                let mut parts = extension.inside(WHAT);
                let oid = parts.expect(tlv::OID)?.content;
                parts.optional(tlv::BOOLEAN)?;
                let value = parts.expect(tlv::OCTET_STRING)?.content;
                match oid {
                    [0x55, 0x1d, 20] => number = small(value)?,
                    [0x55, 0x1d, 27] => base = Some(small(value)?.ok_or_else(|| fields.malformed())?),
                    _ => {}
                }
            }
        }
        Ok(CrlView { issuer_der, this_update, next_update, number, base, der })
    }

    /// Verifies its signature by the CA's key.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Error> {
        const WHAT: &str = "CRL";
        let mut crl = Reader::single(self.der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        let signed = crl.expect(tlv::SEQUENCE)?;
        let algorithm = SignatureAlgorithm::read(&crl.expect(tlv::SEQUENCE)?)?;
        let signature = tlv::bit_string_octets(&crl.expect(tlv::BIT_STRING)?, WHAT)?;
        crl.finish()?;
        algorithm.verify(key, signed.raw, signature, WHAT)
    }
}

/// An INTEGER as CAs of ours give it; `None` for a negative or a longer one.
fn small(der: &[u8]) -> Result<Option<u64>, Error> {
    let octets = Reader::single(der, tlv::INTEGER, "CRL")?.content;
    let ours = octets.len() <= 8 && octets.first().is_some_and(|first| first & 0x80 == 0);
    Ok(ours.then(|| octets.iter().fold(0, |number, octet| (number << 8) | u64::from(*octet))))
}

/// Builds and signs a CRL, DER. The list of entries is taken and becomes the CRL: what a million of them take is taken once.
///
/// In a delta CRL a certificate that is no longer revoked is listed with [`Reason::RemoveFromCrl`].
pub fn sign_crl(header: Header<'_>, entries: EntryList, authority: &dyn Authority) -> Result<Vec<u8>, Error> {
    let certificate = authority.certificate().ok_or_else(|| unencodable("the issuer has no certificate yet".to_owned()))?;
    let issuer = CertificateView::from_der(certificate)?;
    let key_identifier = match &issuer.subject_key_identifier {
        Some(identifier) => identifier.clone(),
        None => issuer.public_key.key_identifier()?,
    };
    let algorithm = signature::algorithm_identifier(authority.public_key())?;
    let entries_len = entries.octets();
    let extensions = extensions(&header, &key_identifier)?;

    // Everything of the TBSCertList before the entries, and the headers around them.
    let mut before = Vec::with_capacity(512);
    write(&mut before, tlv::INTEGER, &[1])?;
    before.extend_from_slice(algorithm);
    before.extend_from_slice(&issuer.subject_der);
    for time in [header.this_update, header.next_update] {
        let time = Time::new(time);
        let (tag, text) = time.encoded();
        write(&mut before, tag, text)?;
    }
    if entries_len > 0 {
        write_header(&mut before, tlv::SEQUENCE, entries_len)?;
    }
    let mut start = Vec::with_capacity(before.len() + 8);
    write_header(&mut start, tlv::SEQUENCE, before.len() + entries_len + extensions.len())?;
    start.extend_from_slice(&before);

    let mut crl = entries.framed(&start, &extensions);
    let signature = authority.sign(crl.octets())?;
    let mut after = Vec::with_capacity(signature.len() + 32);
    after.extend_from_slice(algorithm);
    write_header(&mut after, tlv::BIT_STRING, signature.len() + 1)?;
    after.push(0);
    after.extend_from_slice(&signature);
    let mut outer = Vec::with_capacity(8);
    write_header(&mut outer, tlv::SEQUENCE, crl.octets().len() + after.len())?;
    crl.frame(&outer, &after);
    Ok(crl.into_octets())
}

/// crlExtensions (5.2): authorityKeyIdentifier, cRLNumber, and what belongs to delta CRLs.
fn extensions(header: &Header<'_>, key_identifier: &[u8]) -> Result<Vec<u8>, Error> {
    let integer = |number: u64| number.to_der().map_err(|error| unencodable(error.to_string()));
    let mut list = Vec::new();
    write_extension(&mut list, &[0x55, 0x1d, 35], false, &wrapped(&[tlv::SEQUENCE, 0x80], key_identifier)?)?;
    write_extension(&mut list, &[0x55, 0x1d, 20], false, &integer(header.number)?)?;
    match (header.base, header.freshest) {
        (Some(base), _) => write_extension(&mut list, &[0x55, 0x1d, 27], true, &integer(base)?)?,
        // CRLDistributionPoints: one point, its fullName one URI (4.2.1.13).
        (None, Some(url)) => {
            let points = wrapped(&[tlv::SEQUENCE, tlv::SEQUENCE, 0xa0, 0xa0, 0x86], url.as_bytes())?;
            write_extension(&mut list, &[0x55, 0x1d, 46], false, &points)?;
        }
        (None, None) => {}
    }
    wrapped(&[0xa0, tlv::SEQUENCE], &list)
}

/// `content` inside these tags, the outermost first.
fn wrapped(tags: &[u8], content: &[u8]) -> Result<Vec<u8>, Error> {
    tags.iter().rev().try_fold(content.to_vec(), |content, tag| {
        let mut outer = Vec::with_capacity(content.len() + 8);
        write(&mut outer, *tag, &content)?;
        Ok(outer)
    })
}

fn write_extension(out: &mut Vec<u8>, oid: &[u8], critical: bool, value: &[u8]) -> Result<(), Error> {
    let mut extension = Vec::with_capacity(value.len() + oid.len() + 16);
    write(&mut extension, tlv::OID, oid)?;
    if critical {
        write(&mut extension, tlv::BOOLEAN, &[0xff])?;
    }
    write(&mut extension, tlv::OCTET_STRING, value)?;
    write(out, tlv::SEQUENCE, &extension)
}

fn write(out: &mut Vec<u8>, tag: u8, content: &[u8]) -> Result<(), Error> {
    write_header(out, tag, content.len())?;
    out.extend_from_slice(content);
    Ok(())
}

/// Identifier and length octets.
fn write_header(out: &mut Vec<u8>, tag: u8, length: usize) -> Result<(), Error> {
    let length = Length::try_from(length).map_err(|_| Error::TooLarge { what: "CRL" })?;
    out.push(tag);
    length.encode(out).map_err(|error| unencodable(error.to_string()))
}

fn unencodable(reason: String) -> Error {
    Error::Unencodable { what: "CRL", reason }
}
