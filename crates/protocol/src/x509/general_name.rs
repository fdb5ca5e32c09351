//! Subject alternative names (RFC 5280 4.2.1.6).

use super::text;
use crate::{
    Error,
    tlv::{self, Reader, Tlv},
};

/// otherName type of the Microsoft user principal name, 1.3.6.1.4.1.311.20.2.3.
pub(super) const USER_PRINCIPAL_NAME: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];
const USER_PRINCIPAL_NAME_DER: [u8; 10] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03];

/// A GeneralName in subjectAltName.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum SubjectAltName {
    /// rfc822Name, ASCII; the domain in lower case.
    Rfc822Name(String),
    /// dNSName.
    DnsName(String),
    /// uniformResourceIdentifier.
    Uri(String),
    /// iPAddress.
    IpAddress(std::net::IpAddr),
    /// otherName 1.3.6.1.4.1.311.20.2.3 (Microsoft user principal name).
    UserPrincipalName(String),
    /// Anything else, kept so that a CSR that asks for it is refused: hex of the DER.
    Unknown(String),
}

impl SubjectAltName {
    /// Comparable form of invariant 6 (address and DNS domains case-insensitive).
    pub fn comparable(&self) -> Self {
        match self {
            SubjectAltName::Rfc822Name(address) => SubjectAltName::Rfc822Name(text::lower_case_domain(address)),
            SubjectAltName::DnsName(name) => SubjectAltName::DnsName(name.to_ascii_lowercase()),
            SubjectAltName::UserPrincipalName(name) => {
                SubjectAltName::UserPrincipalName(text::lower_case_domain(&super::name::fold_blanks(name)))
            }
            other => other.clone(),
        }
    }

    /// Reads GeneralNames, DER.
    pub(crate) fn read_all(der: &[u8]) -> Result<Vec<Self>, Error> {
        const WHAT: &str = "GeneralNames";
        let mut names = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        let mut read = Vec::with_capacity(2);
        while let Some(name) = names.next()? {
            read.push(Self::read(&name));
        }
        Ok(read)
    }

    fn read(name: &Tlv<'_>) -> Self {
        let ascii = || std::str::from_utf8(name.content).ok().filter(|text| text.is_ascii()).map(str::to_owned);
        let read = match name.tag {
            0x81 => ascii().map(SubjectAltName::Rfc822Name),
            0x82 => ascii().map(SubjectAltName::DnsName),
            0x86 => ascii().map(SubjectAltName::Uri),
            0x87 => match name.content.len() {
                4 => <[u8; 4]>::try_from(name.content).ok().map(|octets| SubjectAltName::IpAddress(octets.into())),
                16 => <[u8; 16]>::try_from(name.content).ok().map(|octets| SubjectAltName::IpAddress(octets.into())),
                _ => None,
            },
            0xa0 => user_principal_name(name).map(SubjectAltName::UserPrincipalName),
            _ => None,
        };
        read.unwrap_or_else(|| SubjectAltName::Unknown(text::hex(name.raw)))
    }
}

/// `otherName ::= [0] SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }`.
fn user_principal_name(name: &Tlv<'_>) -> Option<String> {
    let mut fields = name.inside("otherName");
    let type_id = fields.expect(tlv::OID).ok()?;
    let value = fields.expect(0xa0).ok()?;
    if type_id.content != USER_PRINCIPAL_NAME_DER {
        return None;
    }
    text::decode(&value.inside("otherName").next().ok()??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_what_is_unknown_is_kept() {
        let der = [
            &[0x30, 0x18, 0x81, 0x03][..],
            b"a@B",
            &[0x87, 0x04, 10, 0, 0, 1],
            &[0x87, 0x01, 7],
            &[0x88, 0x01, 0x2a],
            &[0x82, 0x05],
            b"A.B.C",
        ]
        .concat();
        let names = SubjectAltName::read_all(&der).unwrap();
        assert_eq!(
            names,
            [
                SubjectAltName::Rfc822Name("a@B".into()),
                SubjectAltName::IpAddress([10, 0, 0, 1].into()),
                SubjectAltName::Unknown("870107".into()),
                SubjectAltName::Unknown("88012a".into()),
                SubjectAltName::DnsName("A.B.C".into()),
            ]
        );
        assert_eq!(names[0].comparable(), SubjectAltName::Rfc822Name("a@b".into()));
        assert_eq!(names[4].comparable(), SubjectAltName::DnsName("a.b.c".into()));
    }

    #[test]
    fn a_name_outside_ascii_is_unknown() {
        assert!(matches!(SubjectAltName::read_all(b"\x30\x04\x81\x02\xc3\xab").unwrap()[..], [SubjectAltName::Unknown(_)]));
    }
}
