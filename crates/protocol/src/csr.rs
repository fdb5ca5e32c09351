//! Certification requests (PKCS#10, RFC 2986). Attribute sets that are not DER-sorted are read (strongSwan 5.9.8 sends them);
//! the signature is verified over the received bytes.

use crate::{
    Error,
    cms::Digest,
    key::PublicKey,
    tlv::{self, Reader, Tlv},
    x509::{
        DistinguishedName, SubjectAltName,
        signature::SignatureAlgorithm,
        text,
        view::{BASIC_CONSTRAINTS, Extension, SUBJECT_ALT_NAME},
    },
};
use zeroize::Zeroizing;

const WHAT: &str = "CertificationRequest";
/// challengePassword, 1.2.840.113549.1.9.7 (RFC 2985 5.4.1).
const CHALLENGE_PASSWORD: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07];
/// extensionRequest, 1.2.840.113549.1.9.14 (RFC 2985 5.4.2).
const EXTENSION_REQUEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e];
/// The same by Microsoft's older name, 1.3.6.1.4.1.311.2.1.14.
const MICROSOFT_EXTENSION_REQUEST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0e];

/// What a CSR says. Only `public_key` is ever certified; the rest is compared with our records.
pub struct CertificationRequest {
    /// The CSR as received.
    pub der: Vec<u8>,
    /// Subject asked for (may be empty).
    pub subject: DistinguishedName,
    /// The subject has an RDN of several attributes.
    pub multi_valued_rdn: bool,
    /// Subject alternative names asked for.
    pub san: Vec<SubjectAltName>,
    /// The key.
    pub public_key: PublicKey,
    /// challengePassword of any string type; blank counts as absent.
    pub challenge_password: Option<Zeroizing<String>>,
    /// basicConstraints with cA TRUE was asked for.
    pub asks_for_ca: bool,
    /// Digest of the proof of possession. Old clients use SHA-1 or MD5 here; it proves possession all the same, and who must refuse
    /// it can.
    pub digest: Digest,
}

impl CertificationRequest {
    /// Largest CSR read, octets.
    pub const MAX_LEN: usize = 64 * 1024;

    /// Reads DER and verifies the proof of possession.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        Self::from_der_knowing(der, None)
    }

    /// The same; `known` is a key that is probably this one (who signs the message around the request), which saves reading it again.
    pub fn from_der_knowing(der: &[u8], known: Option<&PublicKey>) -> Result<Self, Error> {
        if der.len() > Self::MAX_LEN {
            return Err(Error::TooLarge { what: WHAT });
        }
        let mut request = Reader::single(der, tlv::SEQUENCE, WHAT)?.inside(WHAT);
        let info = request.expect(tlv::SEQUENCE)?;
        let algorithm = SignatureAlgorithm::read(&request.expect(tlv::SEQUENCE)?)?;
        let signature = tlv::bit_string_octets(&request.expect(tlv::BIT_STRING)?, WHAT)?;
        request.finish()?;

        let mut fields = info.inside(WHAT);
        fields.expect(tlv::INTEGER)?;
        let name = fields.expect(tlv::SEQUENCE)?.raw;
        let subject = DistinguishedName::from_der(name)?;
        let multi_valued_rdn = DistinguishedName::has_multi_valued_rdn(name)?;
        let public_key = PublicKey::from_spki_or(fields.expect(tlv::SEQUENCE)?.raw, known)?;
        algorithm.verify(&public_key, info.raw, signature, WHAT)?;

        let mut read = CertificationRequest {
            der: der.to_vec(),
            subject,
            multi_valued_rdn,
            san: Vec::new(),
            public_key,
            challenge_password: None,
            asks_for_ca: false,
            digest: algorithm.digest,
        };
        // Attributes are OPTIONAL by mistake in some encoders, and in any order in others.
        if let Some(attributes) = fields.optional(0xa0)? {
            let mut attributes = attributes.inside(WHAT);
            while !attributes.is_empty() {
                read.read_attribute(&attributes.expect(tlv::SEQUENCE)?)?;
            }
        }
        fields.finish()?;
        Ok(read)
    }

    fn read_attribute(&mut self, attribute: &Tlv<'_>) -> Result<(), Error> {
        let mut fields = attribute.inside(WHAT);
        let oid = fields.expect(tlv::OID)?.content;
        let mut values = fields.expect(tlv::SET)?.inside(WHAT);
        match oid {
            CHALLENGE_PASSWORD => {
                const WHAT: &str = "challengePassword";
                let value = values.next()?.ok_or(Error::Malformed { what: WHAT })?;
                let password = Zeroizing::new(text::decode(&value).ok_or(Error::Malformed { what: WHAT })?);
                // Two passwords would let the caller's check and somebody else's look at different ones.
                if self.challenge_password.is_some() || !values.is_empty() {
                    return Err(Error::Malformed { what: WHAT });
                }
                self.challenge_password = Some(password).filter(|password| !password.trim().is_empty());
            }
            EXTENSION_REQUEST | MICROSOFT_EXTENSION_REQUEST => {
                let mut extensions = values.expect(tlv::SEQUENCE)?.inside("extensionRequest");
                while !extensions.is_empty() {
                    self.read_extension(&Extension::read(&extensions.expect(tlv::SEQUENCE)?)?)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn read_extension(&mut self, extension: &Extension<'_>) -> Result<(), Error> {
        match extension.oid {
            SUBJECT_ALT_NAME => self.san.extend(SubjectAltName::read_all(extension.value)?),
            BASIC_CONSTRAINTS => self.asks_for_ca |= extension.basic_constraints()?.0,
            _ => {}
        }
        Ok(())
    }
}
