//! Certificates are built by rcgen with an OpenSSL key behind its signing trait.

use super::{
    CertificateView, DistinguishedName, ExtendedKeyUsage, KeyUsage, SerialNumber, SubjectAltName, Validity,
    distinguished_name::{from_view, of_issuer},
    extension, general_name,
    view::Fields,
};
use crate::{
    Error,
    key::{KeyAlgorithm, PublicKey},
};
use rcgen::{BasicConstraints, CertificateParams, CidrSubnet, GeneralSubtree, IsCa, KeyIdMethod, KeyUsagePurpose, SanType};
use std::net::IpAddr;

/// nameConstraints of a CA (RFC 5280 4.2.1.10): permitted subtrees only, critical.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameConstraints {
    /// Permitted mail domains (host part).
    pub rfc822_domains: Vec<String>,
    /// Permitted DNS subtrees.
    pub dns_names: Vec<String>,
    /// Permitted address ranges (address, prefix length).
    pub ip_ranges: Vec<(std::net::IpAddr, u8)>,
}

/// Everything that will stand in a certificate. Nothing is taken from a request but the key.
#[derive(Clone)]
pub struct CertificateSpec {
    /// Serial number.
    pub serial: SerialNumber,
    /// Subject DN (may be empty when a SAN is there; then the SAN is critical).
    pub subject: DistinguishedName,
    /// subjectAltName.
    pub san: Vec<SubjectAltName>,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// Subject's key.
    pub public_key: PublicKey,
    /// keyUsage, critical.
    pub key_usage: KeyUsage,
    /// extendedKeyUsage; none: no extension.
    pub extended_key_usage: Vec<ExtendedKeyUsage>,
    /// `Some(path length)`: a CA certificate.
    pub ca: Option<Option<u8>>,
    /// nameConstraints (CA only).
    pub name_constraints: Option<NameConstraints>,
    /// certificatePolicies: (OID, CPS URI).
    pub policies: Vec<(String, Option<String>)>,
    /// cRLDistributionPoints URIs.
    pub crl_urls: Vec<String>,
    /// authorityInfoAccess caIssuers URIs.
    pub ca_issuer_urls: Vec<String>,
    /// authorityInfoAccess OCSP URIs.
    pub ocsp_urls: Vec<String>,
    /// id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1).
    pub ocsp_nocheck: bool,
}

/// The key that signs certificates: a CA key in this program now, an HSM or an upstream CA later.
pub trait Authority {
    /// The CA certificate, DER; `None` for a self-signed root in the making (then the spec's own subject and key are the issuer's).
    fn certificate(&self) -> Option<&[u8]>;
    /// The CA's public key.
    fn public_key(&self) -> &PublicKey;
    /// Signs TBS bytes: RSA PKCS#1 v1.5 with SHA-256, or ECDSA with SHA-256 (P-256) or SHA-384 (P-384).
    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, Error>;
}

/// What of an issuer's certificate goes into everything that it signs, worked out once. A CA that signs a thousand certificates a
/// second keeps one; [`sign_certificate`] makes one for a single use.
pub struct PreparedIssuer {
    /// The issuer's name and key identifier, in the form that rcgen takes.
    params: CertificateParams,
    subject_der: Vec<u8>,
    public_key: PublicKey,
}

impl PreparedIssuer {
    /// From the certificate of `authority`, which must have one. Refused when its subject cannot be written again byte for byte.
    pub fn new(authority: &dyn Authority) -> Result<Self, Error> {
        let certificate =
            authority.certificate().ok_or_else(|| Error::Unencodable { what: "issuer", reason: "has no certificate yet".to_owned() })?;
        let certificate = CertificateView::from_der(certificate)?;
        if certificate.public_key != *authority.public_key() {
            return Err(Error::Unencodable { what: "issuer", reason: "has another key than its certificate".to_owned() });
        }
        let key_identifier = match certificate.subject_key_identifier {
            Some(identifier) => identifier,
            None => certificate.public_key.key_identifier()?,
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = of_issuer(&certificate.subject_der)?;
        params.key_identifier_method = KeyIdMethod::PreSpecified(key_identifier);
        Ok(PreparedIssuer { params, subject_der: certificate.subject_der, public_key: certificate.public_key })
    }

    /// Signs `spec` with `authority`, the same that this was made from; the result is DER.
    pub fn sign_certificate(&self, spec: &CertificateSpec, authority: &dyn Authority) -> Result<Vec<u8>, Error> {
        let params = certificate_params(spec, true)?;
        let issuer = rcgen::Issuer::from_params(&self.params, SigningKey::new(authority, &self.public_key)?);
        let der = params.signed_by(&SubjectKey::new(&spec.public_key)?, &issuer).map_err(from_rcgen)?.der().to_vec();
        // rcgen writes names anew; chains are built by comparing octets (RFC 5280 7.1 is what few programs do).
        if Fields::read(&der)?.issuer.raw != self.subject_der {
            return Err(Error::Unencodable {
                what: "issuer",
                reason: "is written in a way that cannot be repeated byte for byte".to_owned(),
            });
        }
        Ok(der)
    }
}

/// Signs `spec`; the result is DER. The authorityKeyIdentifier is the issuer's subjectKeyIdentifier, and the issuer name is
/// byte for byte the subject of the issuer's certificate. Without a certificate of the authority the result is self-signed and
/// carries no authorityKeyIdentifier (RFC 5280 4.2.1.1).
pub fn sign_certificate(spec: &CertificateSpec, authority: &dyn Authority) -> Result<Vec<u8>, Error> {
    if authority.certificate().is_some() {
        return PreparedIssuer::new(authority)?.sign_certificate(spec, authority);
    }
    if spec.public_key != *authority.public_key() {
        return Err(Error::Unencodable { what: "subject key", reason: "is not the key that signs".to_owned() });
    }
    let params = certificate_params(spec, false)?;
    Ok(params.self_signed(&SigningKey::new(authority, &spec.public_key)?).map_err(from_rcgen)?.der().to_vec())
}

/// What rcgen shall write.
fn certificate_params(spec: &CertificateSpec, with_authority_key_identifier: bool) -> Result<CertificateParams, Error> {
    if spec.subject.is_empty() && spec.san.is_empty() {
        return Err(Error::Unencodable { what: "subject", reason: "is empty and there is no alternative name either".to_owned() });
    }
    if spec.validity.not_after < spec.validity.not_before {
        return Err(Error::Unencodable { what: "validity", reason: "ends before it begins".to_owned() });
    }
    let mut params = CertificateParams::default();
    params.serial_number = Some(rcgen::SerialNumber::from_slice(spec.serial.octets()));
    params.not_before = spec.validity.not_before.to_offset();
    params.not_after = spec.validity.not_after.to_offset();
    params.distinguished_name = from_view(&spec.subject)?;
    params.subject_alt_names = spec.san.iter().map(subject_alt_name).collect::<Result<_, _>>()?;
    params.is_ca = match spec.ca {
        None => IsCa::NoCa,
        Some(None) => IsCa::Ca(BasicConstraints::Unconstrained),
        Some(Some(length)) => IsCa::Ca(BasicConstraints::Constrained(length)),
    };
    params.key_usages = KEY_USAGES.iter().filter(|(usage, _)| spec.key_usage.has(*usage)).map(|(_, purpose)| *purpose).collect();
    params.name_constraints = spec.name_constraints.as_ref().map(name_constraints).transpose()?;
    if !spec.crl_urls.is_empty() {
        for url in &spec.crl_urls {
            rcgen::string::Ia5String::try_from(url.as_str()).map_err(|_| not_ascii("cRLDistributionPoints", url))?;
        }
        params.crl_distribution_points = vec![rcgen::CrlDistributionPoint { uris: spec.crl_urls.clone() }];
    }
    params.custom_extensions = extension::custom(spec)?;
    params.use_authority_key_identifier_extension = with_authority_key_identifier;
    params.key_identifier_method = KeyIdMethod::PreSpecified(spec.public_key.key_identifier()?);
    Ok(params)
}

const KEY_USAGES: [(KeyUsage, KeyUsagePurpose); 7] = [
    (KeyUsage::DIGITAL_SIGNATURE, KeyUsagePurpose::DigitalSignature),
    (KeyUsage::CONTENT_COMMITMENT, KeyUsagePurpose::ContentCommitment),
    (KeyUsage::KEY_ENCIPHERMENT, KeyUsagePurpose::KeyEncipherment),
    (KeyUsage::DATA_ENCIPHERMENT, KeyUsagePurpose::DataEncipherment),
    (KeyUsage::KEY_AGREEMENT, KeyUsagePurpose::KeyAgreement),
    (KeyUsage::KEY_CERT_SIGN, KeyUsagePurpose::KeyCertSign),
    (KeyUsage::CRL_SIGN, KeyUsagePurpose::CrlSign),
];

fn subject_alt_name(name: &SubjectAltName) -> Result<SanType, Error> {
    let ia5 = |text: &String, what| rcgen::string::Ia5String::try_from(text.as_str()).map_err(|_| not_ascii(what, text));
    Ok(match name {
        SubjectAltName::Rfc822Name(address) => SanType::Rfc822Name(ia5(address, "rfc822Name")?),
        SubjectAltName::DnsName(name) => SanType::DnsName(ia5(name, "dNSName")?),
        SubjectAltName::Uri(uri) => SanType::URI(ia5(uri, "uniformResourceIdentifier")?),
        SubjectAltName::IpAddress(address) => SanType::IpAddress(*address),
        SubjectAltName::UserPrincipalName(name) => {
            SanType::OtherName((general_name::USER_PRINCIPAL_NAME.to_vec(), rcgen::OtherNameValue::Utf8String(name.clone())))
        }
        SubjectAltName::Unknown(_) => {
            return Err(Error::Unencodable { what: "subjectAltName", reason: "is of a kind that is never certified".to_owned() });
        }
    })
}

/// RFC 5280 4.2.1.10: an rfc822Name of a host permits the addresses at exactly that host, a dNSName permits itself and everything
/// below, an iPAddress is address and mask.
fn name_constraints(constraints: &NameConstraints) -> Result<rcgen::NameConstraints, Error> {
    const WHAT: &str = "nameConstraints";
    let unencodable = |reason: String| Error::Unencodable { what: WHAT, reason };
    let mut permitted = Vec::new();
    for domain in &constraints.rfc822_domains {
        rcgen::string::Ia5String::try_from(domain.as_str()).map_err(|_| not_ascii(WHAT, domain))?;
        if domain.is_empty() || domain.contains('@') {
            return Err(unencodable(format!("need mail domains without @, not \"{domain}\"")));
        }
        permitted.push(GeneralSubtree::Rfc822Name(domain.clone()));
    }
    for name in &constraints.dns_names {
        rcgen::string::Ia5String::try_from(name.as_str()).map_err(|_| not_ascii(WHAT, name))?;
        if name.is_empty() || name.starts_with(['.', '*']) {
            return Err(unencodable(format!("need DNS names without leading point or star, not \"{name}\"")));
        }
        permitted.push(GeneralSubtree::DnsName(name.clone()));
    }
    for (address, prefix) in &constraints.ip_ranges {
        permitted.push(GeneralSubtree::IpAddress(
            range(*address, *prefix).ok_or_else(|| unencodable(format!("need a prefix that fits the address, not {address}/{prefix}")))?,
        ));
    }
    if permitted.is_empty() {
        return Err(unencodable("are empty".to_owned()));
    }
    Ok(rcgen::NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() })
}

/// Address with the host bits cleared, and mask.
fn range(address: IpAddr, prefix: u8) -> Option<CidrSubnet> {
    Some(match address {
        IpAddr::V4(address) if prefix <= 32 => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            CidrSubnet::V4((u32::from(address) & mask).to_be_bytes(), mask.to_be_bytes())
        }
        IpAddr::V6(address) if prefix <= 128 => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            CidrSubnet::V6((u128::from(address) & mask).to_be_bytes(), mask.to_be_bytes())
        }
        _ => return None,
    })
}

pub(super) fn not_ascii(what: &'static str, value: &str) -> Error {
    Error::Unencodable { what, reason: format!("must be ASCII, not \"{}\"", value.escape_debug()) }
}

fn from_rcgen(error: rcgen::Error) -> Error {
    match error {
        rcgen::Error::RemoteKeyError => Error::Library("the CA key could not sign".to_owned()),
        other => Error::Unencodable { what: "certificate", reason: other.to_string() },
    }
}

fn rcgen_algorithm(key: &PublicKey) -> Result<&'static rcgen::SignatureAlgorithm, Error> {
    match (key.is_rsa(), key.algorithm()) {
        (true, _) => Ok(&rcgen::PKCS_RSA_SHA256),
        (false, Some(KeyAlgorithm::P256)) => Ok(&rcgen::PKCS_ECDSA_P256_SHA256),
        (false, Some(KeyAlgorithm::P384)) => Ok(&rcgen::PKCS_ECDSA_P384_SHA384),
        (false, _) => Err(Error::Algorithm("key that is neither RSA nor on P-256 or P-384".to_owned())),
    }
}

/// A subject's key for rcgen.
struct SubjectKey<'a> {
    bits: &'a [u8],
    spki: &'a [u8],
    algorithm: &'static rcgen::SignatureAlgorithm,
}

impl<'a> SubjectKey<'a> {
    fn new(key: &'a PublicKey) -> Result<Self, Error> {
        Ok(SubjectKey { bits: key.subject_public_key()?, spki: key.spki(), algorithm: rcgen_algorithm(key)? })
    }
}

impl rcgen::PublicKeyData for SubjectKey<'_> {
    fn subject_public_key_info(&self) -> Vec<u8> {
        self.spki.to_vec()
    }
    fn der_bytes(&self) -> &[u8] {
        self.bits
    }
    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.algorithm
    }
}

/// An authority for rcgen.
struct SigningKey<'a> {
    authority: &'a dyn Authority,
    public: SubjectKey<'a>,
}

impl<'a> SigningKey<'a> {
    fn new(authority: &'a dyn Authority, public: &'a PublicKey) -> Result<Self, Error> {
        Ok(SigningKey { authority, public: SubjectKey::new(public)? })
    }
}

impl rcgen::PublicKeyData for SigningKey<'_> {
    fn subject_public_key_info(&self) -> Vec<u8> {
        self.public.spki.to_vec()
    }
    fn der_bytes(&self) -> &[u8] {
        self.public.bits
    }
    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.public.algorithm
    }
}

impl rcgen::SigningKey for SigningKey<'_> {
    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.authority.sign(tbs).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}
