//! SignedData (RFC 5652 section 5), read and verified over the received octets.

use super::{
    Attribute, Digest, VerifiedSignedData,
    algorithm::{self, CONTENT_TYPE, ID_DATA, ID_SIGNED_DATA, MESSAGE_DIGEST, SignatureKind},
    ber::{self, Element, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, context},
    identify::Identifier,
};
use crate::{Error, key::PublicKey, x509::CertificateView};
use std::borrow::Cow;

/// Most certificates and signed attributes read; real messages have at most five and ten.
const MAX_ITEMS: usize = 32;

/// Parses BER or DER, demands one signer and attached content, checks digest and signature by hand (RSA-1024 and SHA-1 signers
/// pass; MD5 only where `allow_md5`). `extra` are certificates that may be the signer's when the message carries none.
///
/// The signature is checked over signedAttrs as received, then over their DER form with the SET sorted, because some clients sign
/// one and send the other. Without signedAttrs it is over the content, which must then be id-data (RFC 5652 5.3).
pub fn verify_signed_data(bytes: &[u8], extra: &[CertificateView], allow_md5: bool) -> Result<VerifiedSignedData, Error> {
    verify(bytes, extra, allow_md5).map_err(|error| error.naming("SignedData"))
}

fn verify(bytes: &[u8], extra: &[CertificateView], allow_md5: bool) -> Result<VerifiedSignedData, Error> {
    let message = SignedData::read(bytes)?;
    let (signer_info, content) = (message.signer_info()?, message.content()?);
    let info = SignerInfo::read(signer_info)?;
    let digest = info.digest;
    let (kind, signature_digest) = algorithm::signature(info.signature_algorithm, digest)?;
    if !allow_md5 && (digest == Digest::Md5 || signature_digest == Digest::Md5) {
        return Err(Error::Algorithm("MD5".to_owned()));
    }
    let certificates = message.certificates()?;
    let signer = match info.sid.find(&certificates, |c| c) {
        Some(found) => certificates.get(found),
        None => info.sid.find(extra, |c| c).and_then(|found| extra.get(found)),
    };
    let signer = signer.ok_or(Error::Malformed { what: "SignedData without the signer's certificate" })?.clone();
    let attributes = match info.signed_attributes {
        Some(element) => {
            let attributes = read_attributes(element)?;
            check_attributes(&attributes, message.content_type, digest, &content)?;
            verify_attributes(element, &info.signature, kind, signature_digest, &signer.public_key)?;
            attributes
        }
        None => {
            if message.content_type != ID_DATA {
                return Err(Error::Malformed { what: "SignedData without signedAttrs" });
            }
            if !signature_verifies(&[&content], &info.signature, kind, signature_digest, &signer.public_key)? {
                return Err(Error::Signature { what: "SignedData" });
            }
            Vec::new()
        }
    };
    Ok(VerifiedSignedData { content: content.into_owned(), signer, certificates, digest, attributes })
}

/// SignedData taken apart, nothing checked yet.
pub(super) struct SignedData<'a> {
    content_type: &'a [u8],
    content: Option<Element<'a>>,
    certificates: Option<Element<'a>>,
    pub(super) crls: Option<Element<'a>>,
    signer_infos: Element<'a>,
}

impl<'a> SignedData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut content_info = ber::parse(bytes)?.with_tag(SEQUENCE)?.children();
        if content_info.expect(OID)?.body != ID_SIGNED_DATA {
            return Err(Error::Malformed { what: "SignedData" });
        }
        let mut fields = content_info.expect(context(0))?.only_child()?.with_tag(SEQUENCE)?.children();
        fields.expect(INTEGER)?;
        fields.expect(SET)?;
        let mut encapsulated = fields.expect(SEQUENCE)?.children();
        let content_type = encapsulated.expect(OID)?.body;
        let content = match encapsulated.optional(context(0))? {
            Some(explicit) => Some(explicit.only_child()?),
            None => None,
        };
        let certificates = fields.optional(context(0))?;
        let crls = fields.optional(context(1))?;
        let signer_infos = fields.expect(SET)?;
        Ok(Self { content_type, content, certificates, crls, signer_infos })
    }

    fn content(&self) -> Result<Cow<'a, [u8]>, Error> {
        self.content.ok_or(Error::Malformed { what: "SignedData without content" })?.octets(OCTET_STRING)
    }

    fn signer_info(&self) -> Result<Element<'a>, Error> {
        let mut infos = self.signer_infos.children();
        let info = infos.expect(SEQUENCE)?;
        if infos.is_empty() { Ok(info) } else { Err(Error::Malformed { what: "SignedData with several signers" }) }
    }

    /// X.509 certificates in the order received; other choices of CertificateChoices are passed over, and so are certificates
    /// that cannot be read: the signer's is then missing, which is an error of its own.
    pub(super) fn certificates(&self) -> Result<Vec<CertificateView>, Error> {
        let mut views = Vec::new();
        let Some(set) = self.certificates else { return Ok(views) };
        let mut choices = set.children();
        for _ in 0..MAX_ITEMS {
            if choices.is_empty() {
                return Ok(views);
            }
            let choice = choices.next()?;
            if choice.tag == SEQUENCE
                && let Ok(view) = CertificateView::from_der(choice.raw)
            {
                views.push(view);
            }
        }
        if choices.is_empty() { Ok(views) } else { Err(Error::TooLarge { what: "certificate list" }) }
    }
}

struct SignerInfo<'a> {
    sid: Identifier<'a>,
    digest: Digest,
    signed_attributes: Option<Element<'a>>,
    signature_algorithm: Element<'a>,
    signature: Cow<'a, [u8]>,
}

impl<'a> SignerInfo<'a> {
    fn read(element: Element<'a>) -> Result<Self, Error> {
        let mut fields = element.children();
        fields.expect(INTEGER)?;
        let sid = Identifier::read(fields.next()?)?;
        let digest = Digest::from_identifier(fields.next()?)?;
        let signed_attributes = fields.optional(context(0))?;
        let signature_algorithm = fields.next()?;
        let signature = fields.next()?.octets(OCTET_STRING)?;
        // unsignedAttrs may follow; nobody vouches for them
        Ok(Self { sid, digest, signed_attributes, signature_algorithm, signature })
    }
}

/// Signed attributes with exactly one value; one of several values means nothing to anybody here.
pub(crate) fn read_attributes(element: Element<'_>) -> Result<Vec<Attribute>, Error> {
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut attributes = Vec::new();
    let mut fields = element.children();
    while !fields.is_empty() {
        let mut field = fields.expect(SEQUENCE)?.children();
        let oid = field.expect(OID)?.body;
        // RFC 5652 5.3: one instance of each attribute type
        if seen.contains(&oid) {
            return Err(Error::Malformed { what: "signed attributes, one of them twice" });
        }
        if seen.len() == MAX_ITEMS {
            return Err(Error::TooLarge { what: "list of signed attributes" });
        }
        seen.push(oid);
        if let Ok(value) = field.expect(SET)?.only_child() {
            attributes.push(Attribute { oid: ber::dotted(oid)?, value: value.to_der()? });
        }
    }
    Ok(attributes)
}

/// contentType and messageDigest must be there and right (RFC 5652 5.3, 5.4, 11).
fn check_attributes(attributes: &[Attribute], content_type: &[u8], digest: Digest, content: &[u8]) -> Result<(), Error> {
    let value = |oid: &[u8], tag: u8| -> Result<&[u8], Error> {
        let dotted = ber::dotted(oid)?;
        let attribute = attributes.iter().find(|a| a.oid == dotted);
        let attribute = attribute.ok_or(Error::Malformed { what: "signed attributes without contentType or messageDigest" })?;
        Ok(ber::parse(&attribute.value)?.with_tag(tag)?.body)
    };
    if value(CONTENT_TYPE, OID)? != content_type {
        return Err(Error::Malformed { what: "contentType attribute" });
    }
    if value(MESSAGE_DIGEST, OCTET_STRING)? != &*digest.sum(&[content])? {
        return Err(Error::Signature { what: "messageDigest" });
    }
    Ok(())
}

fn verify_attributes(element: Element<'_>, signature: &[u8], kind: SignatureKind, digest: Digest, key: &PublicKey) -> Result<(), Error> {
    let received = element.raw.get(1..).unwrap_or_default();
    if signature_verifies(&[&[SET], received], signature, kind, digest, key)? {
        return Ok(());
    }
    let canonical = element.to_der_as(SET)?;
    if canonical.get(1..) != Some(received) && signature_verifies(&[&canonical], signature, kind, digest, key)? {
        return Ok(());
    }
    Err(Error::Signature { what: "SignedData" })
}

fn signature_verifies(signed: &[&[u8]], signature: &[u8], kind: SignatureKind, digest: Digest, key: &PublicKey) -> Result<bool, Error> {
    let fits = match kind {
        SignatureKind::Rsa => key.is_rsa(),
        SignatureKind::Ecdsa => !key.is_rsa(),
    };
    if !fits {
        return Err(Error::Algorithm("signature algorithm of another kind than the signer's key".to_owned()));
    }
    key.verifies(digest, signed, signature)
}
