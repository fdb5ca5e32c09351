//! CMS (RFC 5652) as devices write it, and read with a device's eyes.

use super::{der::Der, oid, reader::Node};
use crate::{Error, Identity};
use openssl::{
    encrypt::{Decrypter, Encrypter},
    hash::MessageDigest,
    pkey::{Id, PKey, Public},
    rsa::Padding,
    sign::{Signer, Verifier},
    symm::Cipher,
    x509::X509,
};

/// Digest of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-1: what iPhones use by default.
    Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
    /// MD5: to see it refused.
    Md5,
}

/// Content cipher of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentCipher {
    /// Single DES: to see it refused.
    DesCbc,
    /// Triple DES
    TripleDesCbc,
    /// AES-128-CBC
    Aes128Cbc,
    /// AES-192-CBC
    Aes192Cbc,
    /// AES-256-CBC
    Aes256Cbc,
}

/// Key transport of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// RSAES-PKCS1-v1_5: all that an iPhone knows.
    Pkcs1v15,
    /// RSAES-OAEP with SHA-1
    OaepSha1,
    /// RSAES-OAEP with SHA-256
    OaepSha256,
}

/// How messages are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// DER
    Der,
    /// BER with indefinite lengths and octet strings in pieces, as Apple's encoder streams it.
    BerIndefinite,
}

impl Encoding {
    fn write(self, value: &Der) -> Vec<u8> {
        match self {
            Encoding::Der => value.to_der(),
            Encoding::BerIndefinite => value.to_indefinite(),
        }
    }
}

impl Digest {
    pub(crate) fn openssl(self) -> MessageDigest {
        match self {
            Digest::Sha1 => MessageDigest::sha1(),
            Digest::Sha256 => MessageDigest::sha256(),
            Digest::Sha384 => MessageDigest::sha384(),
            Digest::Sha512 => MessageDigest::sha512(),
            Digest::Md5 => MessageDigest::md5(),
        }
    }
    fn oid(self) -> &'static str {
        match self {
            Digest::Sha1 => oid::SHA1,
            Digest::Sha256 => oid::SHA256,
            Digest::Sha384 => oid::SHA384,
            Digest::Sha512 => oid::SHA512,
            Digest::Md5 => oid::MD5,
        }
    }
    fn from_oid(dotted: &str) -> Result<Self, Error> {
        [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512, Digest::Md5]
            .into_iter()
            .find(|d| d.oid() == dotted)
            .ok_or_else(|| Error::Malformed(format!("digest {dotted}")))
    }
    fn with_rsa(self) -> &'static str {
        match self {
            Digest::Sha1 => oid::SHA1_WITH_RSA,
            Digest::Sha256 => oid::SHA256_WITH_RSA,
            Digest::Sha384 => oid::SHA384_WITH_RSA,
            Digest::Sha512 => oid::SHA512_WITH_RSA,
            Digest::Md5 => "1.2.840.113549.1.1.4",
        }
    }
    fn with_ecdsa(self) -> &'static str {
        match self {
            Digest::Sha256 => oid::ECDSA_WITH_SHA256,
            Digest::Sha384 => oid::ECDSA_WITH_SHA384,
            Digest::Sha512 => oid::ECDSA_WITH_SHA512,
            Digest::Sha1 | Digest::Md5 => oid::ECDSA_WITH_SHA1,
        }
    }
    /// sha*WithRSAEncryption, for a CSR.
    pub(crate) fn rsa_signature_algorithm(self) -> Der {
        Der::algorithm(self.with_rsa())
    }
}

impl ContentCipher {
    pub(crate) fn openssl(self) -> Cipher {
        match self {
            ContentCipher::DesCbc => Cipher::des_cbc(),
            ContentCipher::TripleDesCbc => Cipher::des_ede3_cbc(),
            ContentCipher::Aes128Cbc => Cipher::aes_128_cbc(),
            ContentCipher::Aes192Cbc => Cipher::aes_192_cbc(),
            ContentCipher::Aes256Cbc => Cipher::aes_256_cbc(),
        }
    }
    fn oid(self) -> &'static str {
        match self {
            ContentCipher::DesCbc => oid::DES_CBC,
            ContentCipher::TripleDesCbc => oid::DES_EDE3_CBC,
            ContentCipher::Aes128Cbc => oid::AES128_CBC,
            ContentCipher::Aes192Cbc => oid::AES192_CBC,
            ContentCipher::Aes256Cbc => oid::AES256_CBC,
        }
    }
    fn from_oid(dotted: &str) -> Result<Self, Error> {
        use ContentCipher::{Aes128Cbc, Aes192Cbc, Aes256Cbc, DesCbc, TripleDesCbc};
        [DesCbc, TripleDesCbc, Aes128Cbc, Aes192Cbc, Aes256Cbc]
            .into_iter()
            .find(|c| c.oid() == dotted)
            .ok_or_else(|| Error::CannotDecrypt(format!("content cipher {dotted} is not CBC")))
    }
}

/// How a message is signed.
pub(crate) struct SigningOptions<'a> {
    pub(crate) encoding: Encoding,
    pub(crate) digest: Digest,
    /// `None`: no signedAttrs, the signature is over the content. Further attributes otherwise.
    pub(crate) attributes: Option<Vec<(&'static str, Der)>>,
    /// signingTime, with attributes only.
    pub(crate) signing_time: Option<i64>,
    /// Certificates in the message, in this order (sorted where DER is written).
    pub(crate) certificates: Vec<&'a X509>,
    /// sha*WithRSA instead of rsaEncryption as signatureAlgorithm.
    pub(crate) combined_oid: bool,
}

/// An attached SignedData. `content` `None`: certs-only style without eContent.
pub(crate) fn sign(content: &[u8], identity: &Identity, options: &SigningOptions<'_>) -> Result<Vec<u8>, Error> {
    let digest = options.digest;
    let signed_attributes = match &options.attributes {
        None => None,
        Some(further) => {
            let mut attributes = vec![
                attribute(oid::CONTENT_TYPE, Der::oid(oid::DATA)),
                attribute(oid::MESSAGE_DIGEST, Der::octets(&openssl::hash::hash(digest.openssl(), content)?)),
            ];
            if let Some(at) = options.signing_time {
                attributes.push(attribute(oid::SIGNING_TIME, utc_time(at)?));
            }
            attributes.extend(further.iter().map(|(kind, value)| attribute(kind, value.clone())));
            Some(attributes)
        }
    };
    let to_sign = match &signed_attributes {
        Some(attributes) => Der::sorted_set(0x31, attributes.clone()).to_der(),
        None => content.to_vec(),
    };
    let signature = Signer::new(digest.openssl(), &identity.key)?.sign_oneshot_to_vec(&to_sign)?;
    let signature_algorithm = match identity.key.id() {
        Id::EC => Der::sequence(vec![Der::oid(digest.with_ecdsa())]),
        _ if options.combined_oid => Der::algorithm(digest.with_rsa()),
        _ => Der::algorithm(oid::RSA),
    };
    let mut signer_info = vec![Der::small(1), issuer_and_serial(&identity.certificate)?, Der::algorithm(digest.oid())];
    if let Some(attributes) = signed_attributes {
        // Raw: what was signed must not be encoded another way.
        signer_info.push(Der::Raw(Der::sorted_set(0xa0, attributes).to_der()));
    }
    signer_info.extend([signature_algorithm, Der::octets(&signature)]);

    let mut certificates = options.certificates.iter().map(|c| c.to_der()).collect::<Result<Vec<_>, _>>()?;
    if options.encoding == Encoding::Der {
        certificates.sort();
    }
    let mut signed_data = vec![
        Der::small(1),
        Der::set(vec![Der::algorithm(digest.oid())]),
        Der::sequence(vec![Der::oid(oid::DATA), Der::context(0, vec![Der::Octets(0x04, content.to_vec())])]),
    ];
    if !certificates.is_empty() {
        signed_data.push(Der::context(0, certificates.into_iter().map(Der::Raw).collect()));
    }
    signed_data.push(Der::set(vec![Der::sequence(signer_info)]));
    Ok(options.encoding.write(&content_info(oid::SIGNED_DATA, Der::sequence(signed_data))))
}

fn content_info(kind: &str, content: Der) -> Der {
    Der::sequence(vec![Der::oid(kind), Der::context(0, vec![content])])
}

fn attribute(kind: &str, value: Der) -> Der {
    Der::sequence(vec![Der::oid(kind), Der::set(vec![value])])
}

fn utc_time(at: i64) -> Result<Der, Error> {
    let at = time::OffsetDateTime::from_unix_timestamp(at).map_err(|_| Error::Malformed("time".to_owned()))?;
    let (year, month, day) = (at.year() % 100, u8::from(at.month()), at.day());
    let text = format!("{year:02}{month:02}{day:02}{:02}{:02}{:02}Z", at.hour(), at.minute(), at.second());
    Ok(Der::Primitive(0x17, text.into_bytes()))
}

/// IssuerAndSerialNumber, octet for octet as in the certificate.
pub(crate) fn issuer_and_serial(certificate: &X509) -> Result<Der, Error> {
    let (issuer, serial) = issuer_and_serial_octets(certificate)?;
    Ok(Der::sequence(vec![Der::Raw(issuer), Der::Raw(serial)]))
}

/// Issuer and serial number that an IssuerAndSerialNumber names, whatever encodes the sequence around them.
fn names(sid: &Node<'_>) -> Result<(Vec<u8>, Vec<u8>), Error> {
    match sid.expect(0x30, "issuerAndSerialNumber")?.members()?.as_slice() {
        [issuer, serial] => Ok((issuer.full.to_vec(), serial.full.to_vec())),
        _ => Err(Error::Malformed("issuerAndSerialNumber".to_owned())),
    }
}

fn issuer_and_serial_octets(certificate: &X509) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let der = certificate.to_der()?;
    let malformed = || Error::Malformed("certificate".to_owned());
    let tbs = *Node::parse(&der)?.members()?.first().ok_or_else(malformed)?;
    let members = tbs.members()?;
    // version [0] is left out in v1 certificates
    let first = usize::from(members.first().is_some_and(|m| m.tag == 0xa0));
    let serial = members.get(first).ok_or_else(malformed)?;
    let issuer = members.get(first + 2).ok_or_else(malformed)?;
    Ok((issuer.full.to_vec(), serial.full.to_vec()))
}

/// An EnvelopedData to one RSA recipient.
pub(crate) fn encrypt(
    content: &[u8],
    recipient: &X509,
    cipher: ContentCipher,
    transport: KeyTransport,
    encoding: Encoding,
) -> Result<Vec<u8>, Error> {
    // OpenSSL 3 keeps single DES in its legacy provider.
    let _legacy = match cipher {
        ContentCipher::DesCbc => Some(openssl::provider::Provider::try_load(None, "legacy", true)?),
        _ => None,
    };
    let symmetric = cipher.openssl();
    let mut key = vec![0; symmetric.key_len()];
    let mut iv = vec![0; symmetric.iv_len().unwrap_or(0)];
    openssl::rand::rand_bytes(&mut key)?;
    openssl::rand::rand_bytes(&mut iv)?;
    let encrypted = openssl::symm::encrypt(symmetric, &key, Some(&iv), content)?;

    let public = recipient.public_key()?;
    let mut encrypter = Encrypter::new(&public)?;
    let transport_algorithm = match transport {
        KeyTransport::Pkcs1v15 => {
            encrypter.set_rsa_padding(Padding::PKCS1)?;
            Der::algorithm(oid::RSA)
        }
        KeyTransport::OaepSha1 => {
            encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
            Der::sequence(vec![Der::oid(oid::RSA_OAEP), Der::sequence(vec![])])
        }
        KeyTransport::OaepSha256 => {
            encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
            encrypter.set_rsa_oaep_md(MessageDigest::sha256())?;
            encrypter.set_rsa_mgf1_md(MessageDigest::sha256())?;
            let mgf = Der::sequence(vec![Der::oid(oid::MGF1), Der::algorithm(oid::SHA256)]);
            let parameters = vec![Der::context(0, vec![Der::algorithm(oid::SHA256)]), Der::context(1, vec![mgf])];
            Der::sequence(vec![Der::oid(oid::RSA_OAEP), Der::sequence(parameters)])
        }
    };
    let mut encrypted_key = vec![0; encrypter.encrypt_len(&key)?];
    let length = encrypter.encrypt(&key, &mut encrypted_key)?;
    encrypted_key.truncate(length);

    let recipient_info =
        Der::sequence(vec![Der::small(0), issuer_and_serial(recipient)?, transport_algorithm, Der::octets(&encrypted_key)]);
    let content_info_inner = Der::sequence(vec![
        Der::oid(oid::DATA),
        Der::sequence(vec![Der::oid(cipher.oid()), Der::octets(&iv)]),
        Der::Octets(0x80, encrypted),
    ]);
    let enveloped = Der::sequence(vec![Der::small(0), Der::set(vec![recipient_info]), content_info_inner]);
    Ok(encoding.write(&content_info(oid::ENVELOPED_DATA, enveloped)))
}

/// An envelope that was opened.
pub(crate) struct Opened {
    pub(crate) content: Vec<u8>,
    pub(crate) cipher: ContentCipher,
    pub(crate) transport: KeyTransport,
}

/// Opens an EnvelopedData that names exactly one recipient, by issuer and serial, and that recipient is `identity`.
pub(crate) fn decrypt(bytes: &[u8], identity: &Identity) -> Result<Opened, Error> {
    let refused = |why: &str| Error::CannotDecrypt(why.to_owned());
    let enveloped = unwrap_content_info(bytes, oid::ENVELOPED_DATA)?;
    let members = enveloped.members()?;
    let [version, recipients, encrypted] = members.as_slice() else { return Err(refused("EnvelopedData has other members than three")) };
    version.expect(0x02, "version")?;
    let recipients = recipients.expect(0x31, "recipientInfos")?.members()?;
    let [recipient] = recipients.as_slice() else { return Err(refused("not exactly one recipient")) };
    let recipient = recipient.expect(0x30, "KeyTransRecipientInfo")?.members()?;
    let [_, sid, algorithm, encrypted_key] = recipient.as_slice() else { return Err(refused("recipientInfo")) };
    if names(sid)? != issuer_and_serial_octets(&identity.certificate)? {
        return Err(refused("it is for another certificate"));
    }
    let mut decrypter = Decrypter::new(&identity.key)?;
    let transport = match algorithm.algorithm()?.as_str() {
        oid::RSA => KeyTransport::Pkcs1v15,
        oid::RSA_OAEP if algorithm.full.windows(11).any(|w| w == Der::oid(oid::SHA256).to_der()) => KeyTransport::OaepSha256,
        oid::RSA_OAEP => KeyTransport::OaepSha1,
        other => return Err(refused(&format!("key transport {other}"))),
    };
    match transport {
        KeyTransport::Pkcs1v15 => decrypter.set_rsa_padding(Padding::PKCS1)?,
        KeyTransport::OaepSha1 => decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?,
        KeyTransport::OaepSha256 => {
            decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
            decrypter.set_rsa_oaep_md(MessageDigest::sha256())?;
            decrypter.set_rsa_mgf1_md(MessageDigest::sha256())?;
        }
    }
    let encrypted_key = encrypted_key.expect(0x04, "encryptedKey")?.string()?;
    let mut key = vec![0; decrypter.decrypt_len(&encrypted_key)?];
    let length = decrypter.decrypt(&encrypted_key, &mut key).map_err(|_| refused("the key does not open"))?;
    key.truncate(length);

    let encrypted = encrypted.expect(0x30, "encryptedContentInfo")?.members()?;
    let [kind, algorithm, content] = encrypted.as_slice() else { return Err(refused("encryptedContentInfo")) };
    if kind.oid()? != oid::DATA {
        return Err(refused("the content is not of type data"));
    }
    let cipher = ContentCipher::from_oid(&algorithm.algorithm()?)?;
    let iv = algorithm.members()?.get(1).ok_or_else(|| refused("no IV"))?.expect(0x04, "IV")?.string()?;
    if content.tag & !0x20 != 0x80 {
        return Err(refused("encryptedContent"));
    }
    if cipher == ContentCipher::DesCbc {
        return Err(refused("single DES"));
    }
    let content = openssl::symm::decrypt(cipher.openssl(), &key, Some(&iv), &content.string()?).map_err(|_| refused("wrong padding"))?;
    Ok(Opened { content, cipher, transport })
}

fn unwrap_content_info<'a>(bytes: &'a [u8], kind: &str) -> Result<Node<'a>, Error> {
    let malformed = || Error::Malformed("ContentInfo".to_owned());
    let members = Node::parse(bytes)?.expect(0x30, "ContentInfo")?.members()?;
    let [oid, content] = members.as_slice() else { return Err(malformed()) };
    if oid.oid()? != kind {
        return Err(malformed());
    }
    let inner = content.expect(0xa0, "content")?.members()?;
    let [inner] = inner.as_slice() else { return Err(malformed()) };
    inner.expect(0x30, "content")
}

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
