//! GetCACert (RFC 8894 4.2.1) and Apple's choice of the RA (SecSCEPValidateCACertMessage): by KeyUsage alone.

use crate::{Error, ScepError, wire::cms::SignedData};
use openssl::{
    hash::MessageDigest,
    pkey::Id,
    x509::{X509, X509KeyUsage},
};

/// A GetCACert answer.
#[derive(Clone)]
pub struct CaCertificates {
    /// `application/x-x509-ca-cert`: one certificate that is used for everything.
    single: bool,
    /// In the order received.
    pub certificates: Vec<X509>,
}

/// Whom requests are encrypted to, and who must sign the answers.
#[derive(Clone)]
pub struct Recipients {
    /// Signs CertReps.
    pub signer: X509,
    /// Opens requests.
    pub recipient: X509,
    /// The CA at the top.
    pub ca: X509,
}

const SIGN: u8 = 1;
const ENCRYPT: u8 = 2;

impl CaCertificates {
    /// The content type is compared for exact equality: a parameter behind it is an unsupported configuration (22004).
    pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        match content_type {
            Some("application/x-x509-ca-cert") => {
                let certificate = X509::from_der(body).map_err(|e| ScepError::CaCertificate(e.to_string()))?;
                if certificate.to_der()? != body {
                    return Err(ScepError::CaCertificate("something follows the certificate".to_owned()).into());
                }
                Ok(CaCertificates { single: true, certificates: vec![certificate] })
            }
            Some("application/x-x509-ca-ra-cert") => {
                let message = SignedData::parse(body).map_err(|e| ScepError::RegistrationAuthority(e.to_string()))?;
                if !message.signers.is_empty() || message.certificates.is_empty() {
                    return Err(ScepError::RegistrationAuthority("not a certs-only message".to_owned()).into());
                }
                Ok(CaCertificates { single: false, certificates: message.certificates })
            }
            other => Err(ScepError::Configuration(format!("content type {other:?}")).into()),
        }
    }

    /// Who signs and who decrypts. `fingerprint` is CAFingerprint: it must be that of a certificate in the answer, which then
    /// is the anchor; without one the top of the chain is.
    pub fn select(&self, fingerprint: Option<&[u8]>) -> Result<Recipients, Error> {
        let recipients = if self.single { self.only()? } else { self.choose(fingerprint)? };
        if recipients.recipient.public_key()?.id() != Id::RSA || recipients.signer.public_key()?.id() != Id::RSA {
            return Err(ScepError::RegistrationAuthority("its key is not RSA".to_owned()).into());
        }
        Ok(recipients)
    }

    fn only(&self) -> Result<Recipients, Error> {
        let ca = self.certificates.first().ok_or_else(|| ScepError::CaCertificate("none".to_owned()))?;
        Ok(Recipients { signer: ca.clone(), recipient: ca.clone(), ca: ca.clone() })
    }

    fn choose(&self, fingerprint: Option<&[u8]>) -> Result<Recipients, Error> {
        let anchor = match fingerprint {
            None => None,
            Some(wanted) => Some(self.by_fingerprint(wanted)?),
        };
        let top = |certificate: &X509| self.top(certificate).filter(|top| anchor.is_none_or(|a| same(a, top)));
        let of_kind = |kind: u8| self.certificates.iter().filter(move |c| key_usage(c) == kind);
        for signer in of_kind(SIGN) {
            for recipient in of_kind(ENCRYPT) {
                if let (Some(ca), Some(other)) = (top(signer), top(recipient))
                    && same(ca, other)
                {
                    return Ok(Recipients { signer: signer.clone(), recipient: recipient.clone(), ca: ca.clone() });
                }
            }
        }
        for both in of_kind(SIGN | ENCRYPT) {
            if let Some(ca) = top(both) {
                return Ok(Recipients { signer: both.clone(), recipient: both.clone(), ca: ca.clone() });
            }
        }
        let why = "no certificate with digitalSignature and keyEncipherment chains to the CA (-67731)";
        Err(ScepError::RegistrationAuthority(why.to_owned()).into())
    }

    /// Its length says which digest it is.
    fn by_fingerprint(&self, wanted: &[u8]) -> Result<&X509, Error> {
        let digest = match wanted.len() {
            16 => MessageDigest::md5(),
            20 => MessageDigest::sha1(),
            28 => MessageDigest::sha224(),
            32 => MessageDigest::sha256(),
            48 => MessageDigest::sha384(),
            64 => MessageDigest::sha512(),
            _ => return Err(ScepError::CaCertificate("CAFingerprint has a strange length".to_owned()).into()),
        };
        for certificate in &self.certificates {
            if &*certificate.digest(digest)? == wanted {
                return Ok(certificate);
            }
        }
        Err(ScepError::CaCertificate("no certificate has the CAFingerprint".to_owned()).into())
    }

    /// The self-signed certificate that this one chains to, within the answer.
    fn top(&self, certificate: &X509) -> Option<&X509> {
        let mut current = self.certificates.iter().find(|c| same(c, certificate))?;
        for _ in 0..=self.certificates.len() {
            let issued_by = |issuer: &X509| {
                issuer.issued(current) == openssl::x509::X509VerifyResult::OK
                    && issuer.public_key().is_ok_and(|key| current.verify(&key).unwrap_or(false))
            };
            if issued_by(current) {
                return Some(current);
            }
            current = self.certificates.iter().find(|c| !same(c, current) && issued_by(c))?;
        }
        None
    }
}

/// A certificate without keyUsage counts as none and is never chosen.
fn key_usage(certificate: &X509) -> u8 {
    let Some(usage) = certificate.key_usage() else { return 0 };
    u8::from(usage.contains(X509KeyUsage::DIGITAL_SIGNATURE)) * SIGN + u8::from(usage.contains(X509KeyUsage::KEY_ENCIPHERMENT)) * ENCRYPT
}

fn same(a: &X509, b: &X509) -> bool {
    matches!((a.to_der(), b.to_der()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Identity, KeyKind, mint::Minted, wire::der::Der, wire::oid};
    use openssl::x509::{X509Extension, extension::KeyUsage};

    fn usage(sign: bool, encrypt: bool) -> X509Extension {
        let mut usage = KeyUsage::new();
        if sign {
            usage.digital_signature();
        }
        if encrypt {
            usage.key_encipherment();
        }
        usage.build().unwrap()
    }

    fn answer(identities: &[&Identity]) -> CaCertificates {
        let certificates = identities.iter().map(|i| Der::Raw(i.certificate.to_der().unwrap())).collect();
        let members = vec![
            Der::small(1),
            Der::set(vec![]),
            Der::sequence(vec![Der::oid(oid::DATA)]),
            Der::context(0, certificates),
            Der::set(vec![]),
        ];
        let signed = Der::context(0, vec![Der::sequence(members)]);
        let message = Der::sequence(vec![Der::oid(oid::SIGNED_DATA), signed]).to_der();
        CaCertificates::parse(Some("application/x-x509-ca-ra-cert"), &message).unwrap()
    }

    fn same_key(certificate: &X509, identity: &Identity) -> bool {
        identity.key.public_eq(&certificate.public_key().unwrap())
    }

    fn code<T>(result: Result<T, Error>) -> Option<u32> {
        result.err().and_then(|e| e.code())
    }

    #[test]
    fn the_ra_is_chosen_by_key_usage_and_a_pair_is_preferred() {
        let root = Minted::new("root", None).with(KeyUsage::new().key_cert_sign().build().unwrap()).mint();
        let both = Minted::new("both", Some(&root)).with(usage(true, true)).mint();
        let signs = Minted::new("signs", Some(&root)).with(usage(true, false)).mint();
        let opens = Minted::new("opens", Some(&root)).with(usage(false, true)).mint();
        let silent = Minted::new("silent", Some(&root)).mint();
        let stranger = Minted::new("stranger", None).with(KeyUsage::new().key_cert_sign().build().unwrap()).mint();
        let lost = Minted::new("lost", Some(&stranger)).with(usage(true, true)).mint();

        let one = answer(&[&both, &root]).select(None).unwrap();
        assert!(same_key(&one.signer, &both) && same_key(&one.recipient, &both) && same_key(&one.ca, &root));
        let pair = answer(&[&both, &signs, &opens, &root]).select(None).unwrap();
        assert!(same_key(&pair.signer, &signs) && same_key(&pair.recipient, &opens));
        assert_eq!(code(answer(&[&silent, &root]).select(None)), Some(22003), "without keyUsage it is no candidate");
        assert_eq!(code(answer(&[&signs, &root]).select(None)), Some(22003));
        assert_eq!(code(answer(&[&lost, &root]).select(None)), Some(22003), "it does not chain to what was sent");
        assert_eq!(code(answer(&[&both]).select(None)), Some(22003), "the root is missing");
        let elliptic = Minted { key: KeyKind::P256, ..Minted::new("elliptic", Some(&root)).with(usage(true, true)) }.mint();
        assert_eq!(code(answer(&[&elliptic, &root]).select(None)), Some(22003));

        let fingerprint = |identity: &Identity, digest| identity.certificate.digest(digest).unwrap().to_vec();
        for digest in [MessageDigest::sha1(), MessageDigest::sha256()] {
            answer(&[&both, &root]).select(Some(&fingerprint(&root, digest))).unwrap();
        }
        let foreign = fingerprint(&stranger, MessageDigest::sha1());
        assert_eq!(code(answer(&[&both, &root]).select(Some(&foreign))), Some(22002));
        assert_eq!(code(answer(&[&both, &root, &stranger]).select(Some(&foreign))), Some(22003), "another anchor than the RA's");
        assert_eq!(code(answer(&[&both, &root]).select(Some(&[1, 2, 3]))), Some(22002));
    }

    #[test]
    fn the_content_type_and_the_body_must_be_exactly_right() {
        let root = Minted::new("root", None).mint();
        let der = root.certificate.to_der().unwrap();
        let parse = |kind: Option<&str>, body: &[u8]| code(CaCertificates::parse(kind, body));
        assert_eq!(parse(Some("application/x-x509-ca-cert"), &der), None);
        let only = CaCertificates::parse(Some("application/x-x509-ca-cert"), &der).unwrap().select(None).unwrap();
        assert!(same_key(&only.signer, &root), "one certificate is used for everything, whatever its keyUsage");
        assert_eq!(parse(Some("application/x-x509-ca-cert; charset=utf-8"), &der), Some(22004));
        assert_eq!(parse(Some("Application/X-X509-CA-Cert"), &der), Some(22004));
        assert_eq!(parse(None, &der), Some(22004));
        assert_eq!(parse(Some("application/x-x509-ca-cert"), &[der.as_slice(), b"\n"].concat()), Some(22002));
        assert_eq!(parse(Some("application/x-x509-ca-ra-cert"), &der), Some(22003));
    }
}
