//! PKCS#10 (RFC 2986) as an iPhone writes it, attribute set in DER order.

use crate::{
    Error,
    wire::{Digest, der::Der, oid},
};
use openssl::{
    pkey::{PKey, Private},
    sign::Signer,
};

/// A subjectAltName that a SCEP payload can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AltName {
    /// rfc822Name
    Mail(String),
    /// dNSName
    Dns(String),
    /// uniformResourceIdentifier
    Uri(String),
    /// ntPrincipalName
    UserPrincipalName(String),
}

/// What a certification request asks for.
#[derive(Clone, Default)]
pub struct CsrContent {
    /// RDNs in order: (short name or dotted OID, value).
    pub subject: Vec<(String, String)>,
    /// Names.
    pub san: Vec<AltName>,
    /// challengePassword.
    pub challenge: Option<String>,
    /// digitalSignature, keyEncipherment.
    pub key_usage: (bool, bool),
}

/// Signs a request.
pub fn build(content: &CsrContent, key: &PKey<Private>, digest: Digest) -> Result<Vec<u8>, Error> {
    let mut attributes = Vec::new();
    if let Some(challenge) = &content.challenge {
        attributes.push(Der::sequence(vec![Der::oid(oid::CHALLENGE_PASSWORD), Der::set(vec![Der::text(challenge)])]));
    }
    let extensions = Der::sequence(extensions(content));
    attributes.push(Der::sequence(vec![Der::oid(oid::EXTENSION_REQUEST), Der::set(vec![extensions])]));
    let info = Der::sequence(vec![
        Der::small(0),
        subject(&content.subject)?,
        Der::Raw(key.public_key_to_der()?),
        Der::sorted_set(0xa0, attributes),
    ]);
    let info = info.to_der();
    let signature = Signer::new(digest.openssl(), key)?.sign_oneshot_to_vec(&info)?;
    let mut bits = vec![0];
    bits.extend(signature);
    Ok(Der::sequence(vec![Der::Raw(info), digest.rsa_signature_algorithm(), Der::Primitive(0x03, bits)]).to_der())
}

/// A Name from short names (C, L, ST, O, OU, CN: what phones know) and dotted OIDs.
pub(crate) fn subject(rdns: &[(String, String)]) -> Result<Der, Error> {
    let mut sequence = Vec::new();
    for (kind, value) in rdns {
        let dotted = match kind.as_str() {
            "CN" => "2.5.4.3",
            "C" => "2.5.4.6",
            "L" => "2.5.4.7",
            "ST" => "2.5.4.8",
            "O" => "2.5.4.10",
            "OU" => "2.5.4.11",
            dotted if dotted.contains('.') && dotted.split('.').all(|arc| arc.parse::<u32>().is_ok()) => dotted,
            other => return Err(Error::InvalidProfile(format!("Subject has the unknown type {other}"))),
        };
        let value = match dotted {
            // emailAddress and domainComponent are IA5String
            "1.2.840.113549.1.9.1" | "0.9.2342.19200300.100.1.25" => Der::Primitive(0x16, value.as_bytes().to_vec()),
            _ => Der::text(value),
        };
        sequence.push(Der::set(vec![Der::sequence(vec![Der::oid(dotted), value])]));
    }
    Ok(Der::sequence(sequence))
}

fn extensions(content: &CsrContent) -> Vec<Der> {
    let mut extensions = Vec::new();
    let (sign, encrypt) = content.key_usage;
    if sign || encrypt {
        let bits = (u8::from(sign) << 7) | (u8::from(encrypt) << 5);
        let unused = if encrypt { 5 } else { 7 };
        let usage = Der::Primitive(0x03, vec![unused, bits]).to_der();
        extensions.push(Der::sequence(vec![Der::oid(oid::KEY_USAGE), Der::Primitive(0x01, vec![0xff]), Der::octets(&usage)]));
    }
    if !content.san.is_empty() {
        let names = content.san.iter().map(|name| match name {
            AltName::Mail(v) => Der::Primitive(0x81, v.as_bytes().to_vec()),
            AltName::Dns(v) => Der::Primitive(0x82, v.as_bytes().to_vec()),
            AltName::Uri(v) => Der::Primitive(0x86, v.as_bytes().to_vec()),
            AltName::UserPrincipalName(v) => {
                let value = Der::context(0, vec![Der::Primitive(0x0c, v.as_bytes().to_vec())]);
                Der::context(0, vec![Der::oid(oid::USER_PRINCIPAL_NAME), value])
            }
        });
        let names = Der::sequence(names.collect()).to_der();
        extensions.push(Der::sequence(vec![Der::oid(oid::SUBJECT_ALT_NAME), Der::octets(&names)]));
    }
    extensions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::KeyKind;
    use openssl::x509::X509Req;

    #[test]
    fn openssl_reads_and_verifies_the_request() {
        let key = KeyKind::Rsa(2048).generate().unwrap();
        let content = CsrContent {
            subject: vec![("O".into(), "Example".into()), ("2.5.4.5".into(), "2".into()), ("CN".into(), "Zoë".into())],
            san: vec![AltName::Mail("zoe@example.edu".into()), AltName::UserPrincipalName("zoe@example.edu".into())],
            challenge: Some("secret".into()),
            key_usage: (true, true),
        };
        let request = X509Req::from_der(&build(&content, &key, Digest::Sha256).unwrap()).unwrap();
        assert!(request.verify(&key).unwrap());
        let entries: Vec<_> = request.subject_name().entries().map(|e| e.data().to_string().unwrap()).collect();
        assert_eq!(entries, ["Example", "2", "Zoë"]);
        assert_eq!(request.extensions().unwrap().len(), 2);
        let text = String::from_utf8(request.to_text().unwrap()).unwrap();
        assert!(text.contains("email:zoe@example.edu") && text.contains("Digital Signature, Key Encipherment"), "{text}");
    }
}
