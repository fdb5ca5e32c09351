//! SignedData as received, judged with a device's eyes.

use super::{Digest, issuer_and_serial_octets, names, unwrap_content_info};
use crate::{
    Error,
    wire::{oid, reader::Node},
};
use openssl::{
    pkey::{Id, PKey, Public},
    sign::Verifier,
    x509::X509,
};

/// A signed attribute as received.
#[derive(Clone)]
pub(crate) struct Attribute {
    pub(crate) oid: String,
    /// Every value: (tag, content).
    pub(crate) values: Vec<(u8, Vec<u8>)>,
}

/// A SignerInfo as received.
pub(crate) struct SignerInfo {
    /// Issuer and serial number.
    sid: (Vec<u8>, Vec<u8>),
    pub(crate) digest: Digest,
    attributes_raw: Option<Vec<u8>>,
    pub(crate) attributes: Vec<Attribute>,
    signature_algorithm: String,
    signature: Vec<u8>,
}

/// A SignedData as received; nothing is verified yet.
pub(crate) struct SignedData {
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) certificates: Vec<X509>,
    /// Whole CRLs, DER.
    pub(crate) crls: Vec<Vec<u8>>,
    pub(crate) signers: Vec<SignerInfo>,
}

impl SignedData {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = || Error::Malformed("SignedData".to_owned());
        let members = unwrap_content_info(bytes, oid::SIGNED_DATA)?.members()?;
        let [version, digests, encapsulated, rest @ ..] = members.as_slice() else { return Err(malformed()) };
        version.expect(0x02, "version")?;
        digests.expect(0x31, "digestAlgorithms")?;
        let encapsulated = encapsulated.expect(0x30, "encapContentInfo")?.members()?;
        let content = match encapsulated.as_slice() {
            [_] => None,
            [kind, content] if kind.oid()? == oid::DATA => {
                let inner = content.expect(0xa0, "eContent")?.members()?;
                let [octets] = inner.as_slice() else { return Err(malformed()) };
                if octets.tag & !0x20 != 0x04 {
                    return Err(malformed());
                }
                Some(octets.string()?)
            }
            _ => return Err(malformed()),
        };
        let (mut certificates, mut crls, mut signers) = (Vec::new(), Vec::new(), None);
        for member in rest {
            match member.tag {
                0xa0 => {
                    for certificate in member.members()? {
                        certificates.push(X509::from_der(certificate.full)?);
                    }
                }
                0xa1 => crls.extend(member.members()?.iter().map(|crl| crl.full.to_vec())),
                0x31 => signers = Some(member.members()?),
                _ => return Err(malformed()),
            }
        }
        let signers = signers.ok_or_else(malformed)?.iter().map(SignerInfo::parse).collect::<Result<_, _>>()?;
        Ok(SignedData { content, certificates, crls, signers })
    }

    /// Verifies the one signer over the received octets. `supplied` may be the signer's certificate as well.
    pub(crate) fn verify<'a>(&'a self, supplied: &'a [X509]) -> Result<(&'a SignerInfo, &'a X509), Error> {
        let [signer] = self.signers.as_slice() else {
            return Err(Error::Signature(format!("{} signers instead of one", self.signers.len())));
        };
        let content = self.content.as_deref().ok_or_else(|| Error::Signature("no content attached".to_owned()))?;
        let mut certificate = None;
        for candidate in self.certificates.iter().chain(supplied) {
            if issuer_and_serial_octets(candidate)? == signer.sid {
                certificate = Some(candidate);
                break;
            }
        }
        let certificate = certificate.ok_or_else(|| Error::Signature("the signer's certificate is missing".to_owned()))?;
        signer.verify(content, &certificate.public_key()?)?;
        Ok((signer, certificate))
    }
}

impl SignerInfo {
    fn parse(node: &Node<'_>) -> Result<Self, Error> {
        let malformed = || Error::Malformed("SignerInfo".to_owned());
        let members = node.expect(0x30, "SignerInfo")?.members()?;
        let [version, sid, digest, rest @ ..] = members.as_slice() else { return Err(malformed()) };
        version.expect(0x02, "version")?;
        let (attributes_raw, attributes, rest) = match rest {
            [raw, rest @ ..] if raw.tag == 0xa0 => (Some(raw.full.to_vec()), parse_attributes(raw)?, rest),
            rest => (None, Vec::new(), rest),
        };
        let [algorithm, signature, ..] = rest else { return Err(malformed()) };
        Ok(SignerInfo {
            sid: names(sid)?,
            digest: Digest::from_oid(&digest.algorithm()?)?,
            attributes_raw,
            attributes,
            signature_algorithm: algorithm.algorithm()?,
            signature: signature.expect(0x04, "signature")?.string()?,
        })
    }

    /// Has signedAttrs.
    pub(crate) fn has_attributes(&self) -> bool {
        self.attributes_raw.is_some()
    }

    /// All values of the attribute of this type.
    pub(crate) fn values(&self, dotted: &str) -> Vec<&(u8, Vec<u8>)> {
        self.attributes.iter().filter(|a| a.oid == dotted).flat_map(|a| &a.values).collect()
    }

    fn verify(&self, content: &[u8], key: &PKey<Public>) -> Result<(), Error> {
        let wrong = |why: &str| Error::Signature(why.to_owned());
        let expected = if key.id() == Id::EC { self.digest.with_ecdsa() } else { self.digest.with_rsa() };
        if self.signature_algorithm != expected && !(self.signature_algorithm == oid::RSA && key.id() == Id::RSA) {
            return Err(wrong(&format!("signatureAlgorithm {} does not fit", self.signature_algorithm)));
        }
        let signed = match &self.attributes_raw {
            None => content.to_vec(),
            Some(raw) => {
                let one = |dotted| match self.values(dotted).as_slice() {
                    [(_, value)] => Ok(value),
                    _ => Err(wrong("signedAttrs need one contentType and one messageDigest")),
                };
                one(oid::CONTENT_TYPE)?;
                if one(oid::MESSAGE_DIGEST)?.as_slice() != &*openssl::hash::hash(self.digest.openssl(), content)? {
                    return Err(wrong("messageDigest does not fit the content"));
                }
                let mut set = raw.clone();
                if let Some(tag) = set.first_mut() {
                    *tag = 0x31; // RFC 5652 5.4: signed is the SET OF, not the implicit tag
                }
                set
            }
        };
        let mut verifier = Verifier::new(self.digest.openssl(), key)?;
        match verifier.verify_oneshot(&self.signature, &signed) {
            Ok(true) => Ok(()),
            _ => Err(wrong("the signature does not verify")),
        }
    }
}

fn parse_attributes(set: &Node<'_>) -> Result<Vec<Attribute>, Error> {
    let mut attributes = Vec::new();
    for member in set.members()? {
        let parts = member.expect(0x30, "Attribute")?.members()?;
        let [kind, values] = parts.as_slice() else { return Err(Error::Malformed("Attribute".to_owned())) };
        let values = values.expect(0x31, "attrValues")?.members()?.iter().map(|v| (v.tag, v.content.to_vec())).collect();
        attributes.push(Attribute { oid: kind.oid()?, values });
    }
    Ok(attributes)
}
