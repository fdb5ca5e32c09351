//! What a certificate says about where more is to be read: its policies with their CPS, its CRLs, its issuer's certificate.

use super::{
    CertificateView,
    view::{CRL_DISTRIBUTION_POINTS, Fields},
};
use crate::{
    Error,
    tlv::{self, Reader, Tlv},
};

/// 2.5.29.32.
const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
/// 1.3.6.1.5.5.7.1.1.
const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
/// id-qt-cps, 1.3.6.1.5.5.7.2.1.
const ID_QT_CPS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01];
/// id-ad-caIssuers, 1.3.6.1.5.5.7.48.2.
const ID_AD_CA_ISSUERS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02];
/// uniformResourceIdentifier of a GeneralName.
const URI: u8 = 0x86;

/// What a certificate names by policy and address. Foreign certificates may name anything: it is text, not checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointers {
    /// certificatePolicies as (OID, CPS URI) (RFC 5280 4.2.1.4).
    pub policies: Vec<(String, Option<String>)>,
    /// URIs of cRLDistributionPoints (4.2.1.13).
    pub crl_urls: Vec<String>,
    /// URIs of caIssuers in authorityInfoAccess (4.2.2.1).
    pub ca_issuer_urls: Vec<String>,
}

impl CertificateView {
    /// Its policies and addresses.
    pub fn pointers(&self) -> Result<Pointers, Error> {
        let fields = Fields::read(&self.der)?;
        let mut pointers = Pointers::default();
        for extension in fields.extensions()? {
            match extension.oid {
                CERTIFICATE_POLICIES => pointers.policies = policies(extension.value)?,
                CRL_DISTRIBUTION_POINTS => pointers.crl_urls = crl_urls(extension.value)?,
                AUTHORITY_INFO_ACCESS => pointers.ca_issuer_urls = ca_issuer_urls(extension.value)?,
                _ => {}
            }
        }
        Ok(pointers)
    }
}

fn text(of: &Tlv<'_>) -> String {
    String::from_utf8_lossy(of.content).into_owned()
}

/// `SEQUENCE OF SEQUENCE { policyIdentifier, policyQualifiers SEQUENCE OF SEQUENCE { policyQualifierId, qualifier } OPTIONAL }`.
fn policies(der: &[u8]) -> Result<Vec<(String, Option<String>)>, Error> {
    const WHAT: &str = "certificatePolicies";
    let mut list = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
    let mut read = Vec::with_capacity(2);
    while !list.is_empty() {
        let mut policy = list.expect(tlv::SEQUENCE)?.inside(WHAT);
        let oid = tlv::oid_to_dotted(policy.expect(tlv::OID)?.content).ok_or_else(|| policy.malformed())?;
        let cps = match policy.optional(tlv::SEQUENCE)? {
            Some(qualifiers) => cps(qualifiers.inside(WHAT))?,
            None => None,
        };
        read.push((oid, cps));
    }
    Ok(read)
}

/// The first CPS pointer among the qualifiers of a policy.
fn cps(mut qualifiers: Reader<'_>) -> Result<Option<String>, Error> {
    while !qualifiers.is_empty() {
        let mut qualifier = qualifiers.expect(tlv::SEQUENCE)?.inside("policyQualifiers");
        let (kind, value) = (qualifier.expect(tlv::OID)?, qualifier.next()?);
        if kind.content == ID_QT_CPS {
            return Ok(value.as_ref().map(text));
        }
    }
    Ok(None)
}

fn crl_urls(der: &[u8]) -> Result<Vec<String>, Error> {
    const WHAT: &str = "cRLDistributionPoints";
    let mut points = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
    let mut urls = Vec::with_capacity(1);
    while !points.is_empty() {
        // DistributionPointName is a CHOICE, so its tag [0] is explicit; fullName [0] is GeneralNames.
        let Some(name) = points.expect(tlv::SEQUENCE)?.inside(WHAT).optional(0xa0)? else { continue };
        let Some(full) = name.inside(WHAT).optional(0xa0)? else { continue };
        let mut names = full.inside(WHAT);
        while let Some(name) = names.next()? {
            if name.tag == URI {
                urls.push(text(&name));
            }
        }
    }
    Ok(urls)
}

fn ca_issuer_urls(der: &[u8]) -> Result<Vec<String>, Error> {
    const WHAT: &str = "authorityInfoAccess";
    let mut list = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
    let mut urls = Vec::with_capacity(1);
    while !list.is_empty() {
        let mut access = list.expect(tlv::SEQUENCE)?.inside(WHAT);
        let (method, location) = (access.expect(tlv::OID)?, access.next()?);
        if let Some(location) = location.filter(|location| method.content == ID_AD_CA_ISSUERS && location.tag == URI) {
            urls.push(text(&location));
        }
    }
    Ok(urls)
}
