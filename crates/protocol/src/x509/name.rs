//! Distinguished names and subject alternative names as decoded strings.

use crate::Error;

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

/// An RDNSequence of single-valued RDNs, most significant first, values decoded to strings.
/// `Display` gives RFC 4514 order and escaping, e.g. `CN=Alice Example,OU=Physics,O=Example`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct DistinguishedName(pub Vec<(AttributeType, String)>);

impl DistinguishedName {
    /// Values without NUL and control characters, 1..=256 characters each, NFC.
    pub fn new(attributes: Vec<(AttributeType, String)>) -> Result<Self, Error> {
        let _ = attributes;
        todo!()
    }
    /// From a DER Name.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let _ = der;
        todo!()
    }
    /// The first CommonName.
    pub fn common_name(&self) -> Option<&str> {
        todo!()
    }
    /// Comparable form of invariant 6: (type, value) with NFC, blanks folded, case kept; sorted.
    pub fn comparable(&self) -> Vec<(AttributeType, String)> {
        todo!()
    }
    /// The form of Apple's SCEP payload and of `scep challenge`: `[[["O","x"]],[["CN","y"]]]`.
    pub fn to_rdn_arrays(&self) -> Vec<Vec<[String; 2]>> {
        todo!()
    }
}

impl std::fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = f;
        todo!()
    }
}

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
        todo!()
    }
}
