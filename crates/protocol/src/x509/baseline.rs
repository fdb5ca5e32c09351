//! The Baseline Requirements of the CA/Browser Forum for S/MIME certificates (version 1.0.10), as far as a certificate shows by itself
//! whether it keeps them. They bind public CAs (1.1); for the CA of a department they are advice.

mod rule;

use super::{
    AttributeType, CertificateView, ExtendedKeyUsage, KeyUsage, SubjectAltName,
    pointers::Pointers,
    text,
    view::{AUTHORITY_KEY_IDENTIFIER, Fields},
};
use crate::{
    Error, Timestamp,
    key::PublicKey,
    tlv::{self, Reader},
};
use openssl::{nid::Nid, pkey::Id};
pub use rule::BaselineRule;

/// Longest validity in days, of the generations multipurpose and strict (6.3.2).
pub const MOST_DAYS: u32 = 825;
/// The same of the generation legacy, by which public CAs no longer issue.
pub const MOST_DAYS_LEGACY: u32 = 1185;
/// Purposes that no mail certificate has (7.1.2.3 f), each with its name.
pub const FORBIDDEN_PURPOSES: [(&str, &str); 4] = [
    (ANY_PURPOSE, "anyExtendedKeyUsage"),
    ("1.3.6.1.5.5.7.3.1", "serverAuth"),
    ("1.3.6.1.5.5.7.3.3", "codeSigning"),
    ("1.3.6.1.5.5.7.3.8", "timeStamping"),
];
const ANY_PURPOSE: &str = "2.5.29.37.0";

/// Under it stand the policies by which a CA claims to keep the requirements (1.2): 2.23.140.1.5.3.2 is sponsor-validated and
/// multipurpose.
const RESERVED: &str = "2.23.140.1.5.";
/// Octets of a serial number with 64 random bits (7.1).
const SERIAL_OCTETS: usize = 8;
/// id-on-SmtpUTF8Mailbox (1.3.6.1.5.5.7.8.9) as an OBJECT IDENTIFIER in hex: the other way to state a mail address (RFC 9598).
const SMTP_UTF8_MAILBOX: &str = "06082b06010505070809";
const ORGANIZATION_IDENTIFIER: &str = "2.5.4.97";
const PSEUDONYM: &str = "2.5.4.65";
/// encipherOnly (7) and decipherOnly (8).
const ENCIPHER_OR_DECIPHER_ONLY: KeyUsage = KeyUsage(1 << 7 | 1 << 8);

/// By naming this policy a CA claims to keep the requirements (1.2).
#[must_use]
pub fn is_reserved_policy(oid: &str) -> bool {
    oid.starts_with(RESERVED)
}

/// Whom or what was validated (1.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Validated {
    Mailbox,
    Organization,
    Sponsor,
    Individual,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Generation {
    Legacy,
    Multipurpose,
    Strict,
}

/// What a reserved policy claims.
fn claim(oid: &str) -> Option<(Validated, Generation)> {
    let (validated, generation) = oid.strip_prefix(RESERVED)?.split_once('.')?;
    let validated = match validated {
        "1" => Validated::Mailbox,
        "2" => Validated::Organization,
        "3" => Validated::Sponsor,
        "4" => Validated::Individual,
        _ => return None,
    };
    let generation = match generation {
        "1" => Generation::Legacy,
        "2" => Generation::Multipurpose,
        "3" => Generation::Strict,
        _ => return None,
    };
    Some((validated, generation))
}

impl CertificateView {
    /// It is for mail: by its purposes, or because it states a mail address and is for any purpose (1.1). A CA's never is.
    #[must_use]
    pub fn is_for_mail(&self) -> bool {
        let any = self.extended_key_usage.is_empty() || self.extended_key_usage.iter().any(|purpose| purpose.oid() == ANY_PURPOSE);
        let by_purpose = self.extended_key_usage.contains(&ExtendedKeyUsage::EmailProtection);
        !self.is_ca && (by_purpose || (any && states_address(self)))
    }

    /// Which requirements it does not keep, in the order of [`BaselineRule::ALL`]; `None`: it is not for mail, and they are not about
    /// it. One that claims neither type nor generation is taken for what its subject looks like, and for multipurpose.
    #[must_use]
    pub fn baseline(&self) -> Option<Vec<BaselineRule>> {
        if !self.is_for_mail() {
            return None;
        }
        // What cannot be read says nothing.
        let pointers = self.pointers().unwrap_or_default();
        let claimed = pointers.policies.iter().find_map(|(oid, _)| claim(oid));
        let (validated, generation) = claimed.unwrap_or_else(|| (looks_like(self), Generation::Multipurpose));
        let mail = Mail { view: self, pointers: &pointers, validated, generation };
        Some(BaselineRule::ALL.into_iter().filter(|rule| !mail.keeps(*rule)).collect())
    }
}

/// A certificate for mail, and by which of the requirements' tables it is judged.
struct Mail<'a> {
    view: &'a CertificateView,
    pointers: &'a Pointers,
    validated: Validated,
    generation: Generation,
}

impl Mail<'_> {
    fn keeps(&self, rule: BaselineRule) -> bool {
        let (view, pointers) = (self.view, self.pointers);
        let (legacy, strict) = (self.generation == Generation::Legacy, self.generation == Generation::Strict);
        let reserved = || pointers.policies.iter().filter(|(oid, _)| is_reserved_policy(oid)).count();
        match rule {
            BaselineRule::Serial => view.serial.octets().len() >= SERIAL_OCTETS,
            BaselineRule::Validity => days(view) <= i64::from(if legacy { MOST_DAYS_LEGACY } else { MOST_DAYS }),
            BaselineRule::KeySize => is_allowed(&view.public_key),
            BaselineRule::Exponent => has_usual_exponent(&view.public_key),
            BaselineRule::Policy => !pointers.policies.is_empty(),
            BaselineRule::PolicyCount => reserved() <= 1,
            BaselineRule::PolicyClaim => reserved() == 0,
            BaselineRule::CpsAddress => pointers
                .policies
                .iter()
                .filter_map(|(_, cps)| cps.as_deref())
                .all(|cps| has_scheme(cps, "http") || has_scheme(cps, "https")),
            BaselineRule::CrlAddress => is_by_http(&pointers.crl_urls, legacy),
            BaselineRule::IssuerAddress => is_by_http(&pointers.ca_issuer_urls, legacy),
            BaselineRule::KeyUsage => fits(view.key_usage.unwrap_or_default(), &view.public_key, strict),
            BaselineRule::MailPurpose => view.extended_key_usage.contains(&ExtendedKeyUsage::EmailProtection),
            BaselineRule::ForbiddenPurpose => !view.extended_key_usage.iter().any(is_forbidden),
            // What is forbidden to all is said already.
            BaselineRule::OtherPurpose => {
                let is_mail = |purpose: &ExtendedKeyUsage| *purpose == ExtendedKeyUsage::EmailProtection;
                !strict || view.extended_key_usage.iter().all(|purpose| is_mail(purpose) || is_forbidden(purpose))
            }
            BaselineRule::AuthorityKey => names_the_issuers_key(view).unwrap_or(false),
            BaselineRule::Address => states_address(view),
            BaselineRule::AddressRepeated => repeats_addresses(view),
            BaselineRule::MailboxSubject => {
                let spare = |kind: &AttributeType, value: &str| match kind {
                    AttributeType::CommonName => is_address(value),
                    AttributeType::EmailAddress | AttributeType::SerialNumber => true,
                    _ => false,
                };
                self.validated != Validated::Mailbox || view.subject.0.iter().all(|(kind, value)| spare(kind, value))
            }
            BaselineRule::Organization => {
                !matches!(self.validated, Validated::Organization | Validated::Sponsor)
                    || (has(view, AttributeType::Organization.oid()) && has(view, ORGANIZATION_IDENTIFIER))
            }
            BaselineRule::PersonName => {
                !matches!(self.validated, Validated::Sponsor | Validated::Individual) || legacy || names_a_person(view)
            }
            BaselineRule::IndividualSubject => {
                let organization = has(view, AttributeType::Organization.oid()) || has(view, ORGANIZATION_IDENTIFIER);
                self.validated != Validated::Individual || !organization
            }
        }
    }
}

/// Days of 86,400 seconds; one that has begun counts (6.3.2), and both ends belong to the validity (RFC 5280 4.1.2.5).
fn days(view: &CertificateView) -> i64 {
    (view.validity.not_after.0 - view.validity.not_before.0).div_euclid(Timestamp::DAY) + 1
}

fn is_allowed(key: &PublicKey) -> bool {
    if key.is_rsa() {
        return key.bits() >= 2048 && key.bits().is_multiple_of(8);
    }
    let curve = || key.as_openssl().ec_key().ok().and_then(|key| key.group().curve_name());
    match key.as_openssl().id() {
        Id::EC => matches!(curve(), Some(Nid::X9_62_PRIME256V1 | Nid::SECP384R1 | Nid::SECP521R1)),
        Id::ED25519 | Id::ED448 => true,
        _ => false,
    }
}

/// Between 2^16 + 1 and 2^256 - 1; even ones are refused elsewhere.
fn has_usual_exponent(key: &PublicKey) -> bool {
    !key.is_rsa() || key.as_openssl().rsa().is_ok_and(|key| (17..=256).contains(&key.e().num_bits()))
}

/// For signing, for encryption, or for both: the bits that are needed, and none that are not.
fn fits(usage: KeyUsage, key: &PublicKey, strict: bool) -> bool {
    let (manages, beside) = match (key.is_rsa(), key.as_openssl().id() == Id::EC) {
        (true, _) => (Some(KeyUsage::KEY_ENCIPHERMENT), if strict { KeyUsage(0) } else { KeyUsage::DATA_ENCIPHERMENT }),
        (false, true) => (Some(KeyUsage::KEY_AGREEMENT), ENCIPHER_OR_DECIPHER_ONLY),
        (false, false) => (None, KeyUsage(0)),
    };
    let signs = usage.has(KeyUsage::DIGITAL_SIGNATURE).then_some(KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::CONTENT_COMMITMENT));
    let encrypts = manages.filter(|bit| usage.has(*bit)).map(|bit| bit.and(beside));
    let allowed = [signs, encrypts].into_iter().flatten().fold(KeyUsage(0), KeyUsage::and);
    (signs.is_some() || encrypts.is_some()) && allowed.has(usage)
}

fn is_forbidden(purpose: &ExtendedKeyUsage) -> bool {
    FORBIDDEN_PURPOSES.iter().any(|(oid, _)| *oid == purpose.oid())
}

fn has_scheme(url: &str, scheme: &str) -> bool {
    url.split_once("://").is_some_and(|(of, _)| of.eq_ignore_ascii_case(scheme))
}

/// One address by http at least, and by nothing else but in the generation legacy.
fn is_by_http(urls: &[String], legacy: bool) -> bool {
    let by_http = |url: &String| has_scheme(url, "http");
    urls.iter().any(by_http) && (legacy || urls.iter().all(by_http))
}

/// keyIdentifier alone, neither authorityCertIssuer nor authorityCertSerialNumber.
fn names_the_issuers_key(view: &CertificateView) -> Result<bool, Error> {
    const WHAT: &str = "authorityKeyIdentifier";
    let extensions = Fields::read(&view.der)?.extensions()?;
    let Some(extension) = extensions.iter().find(|extension| extension.oid == AUTHORITY_KEY_IDENTIFIER) else { return Ok(false) };
    let mut parts = Reader::single(extension.value, tlv::SEQUENCE, WHAT)?.inside(WHAT);
    Ok(parts.optional(0x80)?.is_some() && parts.is_empty())
}

fn is_address(text: &str) -> bool {
    text.contains('@') && !text.contains(char::is_whitespace)
}

fn states_address(view: &CertificateView) -> bool {
    view.san.iter().any(|name| match name {
        SubjectAltName::Rfc822Name(_) => true,
        SubjectAltName::Unknown(hex) => hex.contains(SMTP_UTF8_MAILBOX),
        _ => false,
    })
}

/// An otherName SmtpUTF8Mailbox with this address: its domain is written in lower case (RFC 9598 section 3).
fn is_utf8_mailbox(name: &SubjectAltName, address: &str) -> bool {
    let address = text::lower_case_domain(address);
    // The last octet of its length stands before it.
    let value = format!("{:02x}{}", address.len(), text::hex(address.as_bytes()));
    matches!(name, SubjectAltName::Unknown(der) if der.contains(SMTP_UTF8_MAILBOX) && der.ends_with(&value))
}

fn repeats_addresses(view: &CertificateView) -> bool {
    let stated: Vec<_> = view.san.iter().map(SubjectAltName::comparable).collect();
    let is_one = |kind: &AttributeType, value: &str| {
        *kind == AttributeType::EmailAddress || (*kind == AttributeType::CommonName && is_address(value))
    };
    let repeated = |address: &str| {
        stated.contains(&SubjectAltName::Rfc822Name(address.to_owned()).comparable())
            || view.san.iter().any(|name| is_utf8_mailbox(name, address))
    };
    view.subject.0.iter().all(|(kind, value)| !is_one(kind, value) || repeated(value))
}

fn has(view: &CertificateView, attribute: &str) -> bool {
    view.subject.0.iter().any(|(kind, _)| kind.oid() == attribute)
}

fn names_a_person(view: &CertificateView) -> bool {
    [AttributeType::GivenName.oid(), AttributeType::Surname.oid(), PSEUDONYM].into_iter().any(|attribute| has(view, attribute))
}

/// The type of a certificate that claims none: of a person where somebody is named by more than address and organization.
fn looks_like(view: &CertificateView) -> Validated {
    let organizations = || view.subject.0.iter().filter(|(kind, _)| *kind == AttributeType::Organization).map(|(_, name)| name.as_str());
    let named = view.subject.common_name().is_some_and(|name| !is_address(name) && !organizations().any(|of| of == name));
    let organization = organizations().next().is_some() || has(view, ORGANIZATION_IDENTIFIER);
    match (organization, named || names_a_person(view)) {
        (true, true) => Validated::Sponsor,
        (true, false) => Validated::Organization,
        (false, true) => Validated::Individual,
        (false, false) => Validated::Mailbox,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::{
        ec::{EcGroup, EcKey},
        pkey::PKey,
    };

    fn on(curve: Nid) -> PublicKey {
        let key = EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap();
        PublicKey::from_spki(&PKey::from_ec_key(key).unwrap().public_key_to_der().unwrap()).unwrap()
    }

    #[test]
    fn a_reserved_policy_claims_type_and_generation_and_no_other_policy_does() {
        assert!(claim("2.23.140.1.5.3.2") == Some((Validated::Sponsor, Generation::Multipurpose)));
        assert!(claim("2.23.140.1.5.1.1") == Some((Validated::Mailbox, Generation::Legacy)));
        assert!(claim("2.23.140.1.5.4.3") == Some((Validated::Individual, Generation::Strict)));
        for other in ["2.23.140.1.5.5.1", "2.23.140.1.5.1.4", "2.23.140.1.5.1", "2.23.140.1.2.2", "1.3.6.1.4.1.32473.1"] {
            assert!(claim(other).is_none(), "{other}");
        }
        assert!(is_reserved_policy("2.23.140.1.5.9.9") && !is_reserved_policy("2.23.140.1.51.1.1"));
    }

    #[test]
    fn elliptic_keys_are_on_the_curves_of_nist_and_agree_on_keys() {
        assert!([Nid::X9_62_PRIME256V1, Nid::SECP384R1, Nid::SECP521R1].into_iter().all(|curve| is_allowed(&on(curve))));
        assert!(!is_allowed(&on(Nid::SECP256K1)));
        let key = on(Nid::X9_62_PRIME256V1);
        assert!(has_usual_exponent(&key), "it has none");
        for (usage, right) in [
            (KeyUsage::DIGITAL_SIGNATURE, true),
            (KeyUsage::KEY_AGREEMENT, true),
            (KeyUsage::KEY_AGREEMENT.and(KeyUsage(1 << 8)), true),
            (KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_AGREEMENT), true),
            (KeyUsage::KEY_ENCIPHERMENT, false),
            (KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage(1 << 7)), false),
            (KeyUsage::CONTENT_COMMITMENT, false),
            (KeyUsage(0), false),
        ] {
            assert_eq!(fits(usage, &key, true), right, "{usage:?}");
        }
    }
}
