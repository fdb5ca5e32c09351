//! What CertPoll, GetCert and GetCRL ask for.

use crate::{
    Error,
    cms::ber::{self, INTEGER, SEQUENCE},
    x509::SerialNumber,
};

/// IssuerAndSubject of CertPoll (RFC 8894 3.3.3), names as DER.
pub struct IssuerAndSubject {
    /// Issuer Name, DER.
    pub issuer: Vec<u8>,
    /// Subject Name, DER.
    pub subject: Vec<u8>,
}
impl IssuerAndSubject {
    /// Reads DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let read = || {
            let mut fields = ber::parse(der)?.with_tag(SEQUENCE)?.children();
            let (issuer, subject) = (fields.expect(SEQUENCE)?.to_der()?, fields.expect(SEQUENCE)?.to_der()?);
            if fields.is_empty() { Ok(Self { issuer, subject }) } else { Err(Error::Malformed { what: "IssuerAndSubject" }) }
        };
        read().map_err(|error: Error| error.naming("IssuerAndSubject"))
    }
    /// DER, for the client side.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        ber::element(SEQUENCE, &[&self.issuer, &self.subject])
    }
}

/// IssuerAndSerialNumber of GetCert and GetCRL (RFC 8894 3.3.4, 3.3.5).
pub struct IssuerAndSerial {
    /// Issuer Name, DER.
    pub issuer: Vec<u8>,
    /// Serial number.
    pub serial: SerialNumber,
}
impl IssuerAndSerial {
    /// Reads DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let read = || {
            let mut fields = ber::parse(der)?.with_tag(SEQUENCE)?.children();
            let issuer = fields.expect(SEQUENCE)?.to_der()?;
            let serial = SerialNumber::from_octets(fields.expect(INTEGER)?.body)?;
            if fields.is_empty() { Ok(Self { issuer, serial }) } else { Err(Error::Malformed { what: "IssuerAndSerialNumber" }) }
        };
        read().map_err(|error: Error| error.naming("IssuerAndSerialNumber"))
    }
    /// DER, for the client side.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let octets = self.serial.octets();
        let sign: &[u8] = if octets.first().is_none_or(|o| *o >= 0x80) { &[0] } else { &[] };
        ber::element(SEQUENCE, &[&self.issuer, &ber::element(INTEGER, &[sign, octets])])
    }
}
