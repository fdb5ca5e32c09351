//! Distinguished names as decoded strings.

use super::text;
use crate::{
    Error,
    tlv::{self, Reader},
};
use unicode_normalization::UnicodeNormalization;

/// Type of one attribute of a distinguished name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum AttributeType {
    /// 2.5.4.3
    CommonName,
    /// 2.5.4.4
    Surname,
    /// 2.5.4.5 (the homonym discriminator)
    SerialNumber,
    /// 2.5.4.6
    Country,
    /// 2.5.4.7
    Locality,
    /// 2.5.4.8
    State,
    /// 2.5.4.10
    Organization,
    /// 2.5.4.11
    OrganizationalUnit,
    /// 2.5.4.42
    GivenName,
    /// 1.2.840.113549.1.9.1
    EmailAddress,
    /// 0.9.2342.19200300.100.1.1
    UserId,
    /// 0.9.2342.19200300.100.1.25
    DomainComponent,
    /// Any other type, as a dotted OID.
    Other(String),
}

/// What is known of an attribute type: OID, RFC 4514 keyword, upper bound (RFC 5280 appendix A.1, ub-*), and how it is called in errors.
struct Known {
    attribute: AttributeType,
    oid: &'static str,
    keyword: Option<&'static str>,
    /// Keyword of Apple's SCEP payload (Subject), where it has one.
    apple: bool,
    upper_bound: usize,
    what: &'static str,
}

const fn known(
    attribute: AttributeType,
    oid: &'static str,
    keyword: Option<&'static str>,
    apple: bool,
    upper_bound: usize,
    what: &'static str,
) -> Known {
    Known { attribute, oid, keyword, apple, upper_bound, what }
}

/// The general upper bound where RFC 5280 has none that is of use.
const UPPER_BOUND: usize = 256;

static KNOWN: [Known; 12] = [
    known(AttributeType::CommonName, "2.5.4.3", Some("CN"), true, 64, "common name"),
    known(AttributeType::Surname, "2.5.4.4", Some("SN"), false, UPPER_BOUND, "surname"),
    known(AttributeType::SerialNumber, "2.5.4.5", Some("serialNumber"), false, 64, "serial number attribute"),
    known(AttributeType::Country, "2.5.4.6", Some("C"), true, 2, "country"),
    known(AttributeType::Locality, "2.5.4.7", Some("L"), true, 128, "locality"),
    known(AttributeType::State, "2.5.4.8", Some("ST"), true, 128, "state or province"),
    known(AttributeType::Organization, "2.5.4.10", Some("O"), true, 64, "organization"),
    known(AttributeType::OrganizationalUnit, "2.5.4.11", Some("OU"), true, 64, "organizational unit"),
    known(AttributeType::GivenName, "2.5.4.42", Some("GN"), false, UPPER_BOUND, "given name"),
    known(AttributeType::EmailAddress, "1.2.840.113549.1.9.1", Some("emailAddress"), false, 255, "email address attribute"),
    known(AttributeType::UserId, "0.9.2342.19200300.100.1.1", Some("UID"), false, UPPER_BOUND, "user id"),
    known(AttributeType::DomainComponent, "0.9.2342.19200300.100.1.25", Some("DC"), false, 63, "domain component"),
];

impl AttributeType {
    fn known(&self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.attribute == *self)
    }

    /// Dotted OID.
    pub fn oid(&self) -> &str {
        match self {
            AttributeType::Other(oid) => oid,
            named => named.known().map_or("", |known| known.oid),
        }
    }

    /// From a dotted OID.
    pub fn from_oid(oid: &str) -> Self {
        KNOWN.iter().find(|known| known.oid == oid).map_or_else(|| AttributeType::Other(oid.to_owned()), |known| known.attribute.clone())
    }

    /// How it is called in errors.
    pub(crate) fn what(&self) -> &'static str {
        self.known().map_or("attribute of the subject", |known| known.what)
    }
}

/// An RDNSequence of single-valued RDNs, most significant first, values decoded to strings.
/// `Display` gives RFC 4514 order and escaping, e.g. `CN=Alice Example,OU=Physics,O=Example`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct DistinguishedName(pub Vec<(AttributeType, String)>);

impl DistinguishedName {
    /// Values without NUL, control and direction characters, NFC, one character at least and at most as many as RFC 5280 appendix
    /// A.1 allows for the type (never above 256).
    pub fn new(attributes: Vec<(AttributeType, String)>) -> Result<Self, Error> {
        let mut checked = Vec::with_capacity(attributes.len());
        for (attribute, value) in attributes {
            let what = attribute.what();
            let unencodable = |reason: String| Error::Unencodable { what, reason };
            let value: String = value.nfc().collect();
            let limit = attribute.known().map_or(UPPER_BOUND, |known| known.upper_bound);
            if value.trim().is_empty() {
                return Err(unencodable("is empty".to_owned()));
            }
            if value.chars().count() > limit {
                return Err(unencodable(format!("is longer than {limit} characters")));
            }
            if value.chars().any(is_forbidden) {
                return Err(unencodable("holds a control character".to_owned()));
            }
            if tlv::oid_from_dotted(attribute.oid()).is_none() {
                return Err(unencodable("has a type that is no object identifier".to_owned()));
            }
            checked.push((attribute, value));
        }
        Ok(DistinguishedName(checked))
    }

    /// An RDN of a well-formed DER Name has several attributes. Ours never have: such a name is another one, whatever it lists.
    pub(crate) fn has_multi_valued_rdn(der: &[u8]) -> Result<bool, Error> {
        const WHAT: &str = "Name";
        let mut rdns = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        while !rdns.is_empty() {
            let mut set = rdns.expect(tlv::SET)?.inside(WHAT);
            set.next()?;
            if !set.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// From a DER Name. The attributes of a multi-valued RDN are listed one after the other.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "Name";
        let mut rdns = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        let mut attributes = Vec::with_capacity(6);
        while !rdns.is_empty() {
            let mut set = rdns.expect(tlv::SET)?.inside(WHAT);
            while !set.is_empty() {
                let mut pair = set.expect(tlv::SEQUENCE)?.inside(WHAT);
                let oid = pair.expect(tlv::OID)?;
                let value = pair.next()?.ok_or_else(|| pair.malformed())?;
                pair.finish()?;
                let oid = tlv::oid_to_dotted(oid.content).ok_or_else(|| pair.malformed())?;
                attributes.push((AttributeType::from_oid(&oid), text::decode_or_hex(&value)));
            }
        }
        Ok(DistinguishedName(attributes))
    }

    /// No attribute at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first CommonName.
    pub fn common_name(&self) -> Option<&str> {
        self.0.iter().find(|(attribute, _)| *attribute == AttributeType::CommonName).map(|(_, value)| value.as_str())
    }

    /// Comparable form of invariant 6: (type, value) with NFC, blanks folded, case kept; sorted.
    pub fn comparable(&self) -> Vec<(AttributeType, String)> {
        let fold = |(attribute, value): &(AttributeType, String)| {
            let value = fold_blanks(value);
            let value = if *attribute == AttributeType::EmailAddress { text::lower_case_domain(&value) } else { value };
            (attribute.clone(), value)
        };
        let mut folded: Vec<_> = self.0.iter().map(fold).collect();
        folded.sort();
        folded
    }

    /// The form of Apple's SCEP payload and of `scep challenge`: `[[["O","x"]],[["CN","y"]]]`. Types for which Apple has no keyword
    /// are dotted OIDs.
    pub fn to_rdn_arrays(&self) -> Vec<Vec<[String; 2]>> {
        let keyword = |attribute: &AttributeType| match attribute.known() {
            Some(Known { apple: true, keyword: Some(keyword), .. }) => (*keyword).to_owned(),
            _ => attribute.oid().to_owned(),
        };
        self.0.iter().map(|(attribute, value)| vec![[keyword(attribute), value.clone()]]).collect()
    }
}

/// NFC, leading and trailing blanks removed, runs of blanks made one (RFC 4518 2.6.1 in spirit).
pub(super) fn fold_blanks(value: &str) -> String {
    let mut folded = String::with_capacity(value.len());
    for word in value.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.nfc());
    }
    folded
}

/// Control characters and the invisible ones that turn text around: they make a name look like another.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

impl std::fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (attribute, value)) in self.0.iter().rev().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match attribute.known().and_then(|known| known.keyword) {
                Some(keyword) => write!(f, "{keyword}=")?,
                None => write!(f, "{}=", attribute.oid())?,
            }
            write_escaped(f, value)?;
        }
        Ok(())
    }
}

/// RFC 4514 2.4.
fn write_escaped(f: &mut std::fmt::Formatter<'_>, value: &str) -> std::fmt::Result {
    use std::fmt::Write as _;
    let last = value.chars().count().saturating_sub(1);
    for (index, character) in value.chars().enumerate() {
        let at_the_edge = character == ' ' && (index == 0 || index == last);
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{character}")?,
            '#' if index == 0 => f.write_str("\\#")?,
            ' ' if at_the_edge => f.write_str("\\ ")?,
            c if is_forbidden(c) => {
                let mut utf8 = [0; 4];
                c.encode_utf8(&mut utf8).bytes().try_for_each(|octet| write!(f, "\\{octet:02X}"))?;
            }
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{AttributeType::*, *};

    fn name(attributes: &[(AttributeType, &str)]) -> DistinguishedName {
        DistinguishedName(attributes.iter().map(|(attribute, value)| (attribute.clone(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_name_is_shown_as_rfc_4514_says() {
        let alice = name(&[(Organization, "Example, Inc."), (OrganizationalUnit, "Physics"), (CommonName, " Al\"ice\u{0}+ ")]);
        assert_eq!(alice.to_string(), "CN=\\ Al\\\"ice\\00\\+\\ ,OU=Physics,O=Example\\, Inc.");
        assert_eq!(name(&[(Other("1.2.3".into()), "#x")]).to_string(), "1.2.3=\\#x");
        assert_eq!(name(&[(CommonName, "a\u{202e}b")]).to_string(), "CN=a\\E2\\80\\AEb");
    }

    #[test]
    fn names_that_cannot_stand_in_a_certificate_are_refused() {
        let long = "x".repeat(65);
        for value in ["", "  ", "a\0b", "a\nb", "a\u{202e}b", &long] {
            assert!(DistinguishedName::new(vec![(CommonName, value.to_owned())]).is_err(), "{value:?}");
        }
        assert!(DistinguishedName::new(vec![(Other("nonsense".into()), "x".into())]).is_err());
        let decomposed = DistinguishedName::new(vec![(CommonName, "Zoe\u{308}".into())]).unwrap();
        assert_eq!(decomposed.common_name(), Some("Zo\u{eb}"));
    }

    #[test]
    fn comparison_ignores_order_blanks_and_composition_but_not_case() {
        let one = name(&[(Organization, "Example"), (CommonName, "Zoe\u{308}  Lee ")]);
        let two = name(&[(CommonName, "Zo\u{eb} Lee"), (Organization, "Example")]);
        assert_eq!(one.comparable(), two.comparable());
        assert_ne!(one.comparable(), name(&[(CommonName, "zo\u{eb} Lee"), (Organization, "Example")]).comparable());
        assert_eq!(name(&[(EmailAddress, "A@Example.EDU")]).comparable(), name(&[(EmailAddress, "A@example.edu")]).comparable());
    }

    #[test]
    fn apples_form_uses_apples_keywords() {
        let arrays = name(&[(Organization, "x"), (CommonName, "y"), (EmailAddress, "z")]).to_rdn_arrays();
        assert_eq!(serde_json::to_string(&arrays).unwrap(), r#"[[["O","x"]],[["CN","y"]],[["1.2.840.113549.1.9.1","z"]]]"#);
    }
}
