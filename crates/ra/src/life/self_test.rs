//! The pair self-test: sign, encrypt and read back with a person's certificates, as three ticks.

use super::mail::MailPair;
use crate::{Error, Operator, Result, id::SubscriberId, subscriber::Subscriber};
use protocol::{
    cms::{self, ContentCipher, Digest, KeyTransport, SigningIdentity},
    key::PrivateKey,
    pkcs12,
    x509::{CertificateView, SubjectAltName},
};
use serde::Serialize;
use zeroize::Zeroizing;

/// What is signed and encrypted.
const MESSAGE: &[u8] = b"Signet asks: who are you, is this whole, and can only you read it?";

/// One property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Tick {
    /// Both sides were tried with the pair.
    Proved,
    /// The public side alone was tried: the private key is with its holder, as it must be.
    PublicSideOnly,
    /// The person has no active certificate for it.
    NoCertificate,
    /// It does not work; why.
    Failed(String),
}

/// What works between this person and a correspondent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SelfTest {
    /// Who it is: the active certificate that signs mail is signed up to the root and states an address that the person has.
    pub authentication: Tick,
    /// Nothing was changed: a signature verifies, and one over other bytes does not.
    pub integrity: Tick,
    /// Only the person reads it: what is encrypted to the certificate opens with its key.
    pub confidentiality: Tick,
    /// A message encrypted to the person (EnvelopedData, DER), where only its holder can try the other side.
    #[serde(skip)]
    pub encrypted: Option<Vec<u8>>,
}

impl Operator {
    /// The same with the key of a PKCS#12 file, which its holder lends for the moment: it is read, tried and forgotten. A file that
    /// does not open, and one whose key none of the tried certificates has, are refused.
    pub fn self_test_with_file(&self, person: SubscriberId, file: &[u8], password: &str) -> Result<SelfTest> {
        let pair = pkcs12::open(file, password).map_err(|error| match error {
            protocol::Error::Signature { .. } => Error::invalid("password", "the file does not open with this password"),
            other => Error::invalid("file", other.to_string()),
        })?;
        let MailPair { signing, encryption } = self.mail_pair(self.subscriber(person)?.id)?;
        if ![&signing, &encryption].into_iter().flatten().any(|view| view.public_key.belongs_to(&pair.key)) {
            return Err(Error::invalid("file", "its key belongs to none of the certificates that are tried"));
        }
        self.self_test(person, &[&pair.key])
    }

    /// Tries a person's active signing and encryption certificates. `keys` are what the caller holds at this moment (a pair just
    /// issued); keys that are not here leave their side untried, and the ticks say so. Nothing is stored.
    pub fn self_test(&self, person: SubscriberId, keys: &[&PrivateKey]) -> Result<SelfTest> {
        let at = self.inner.clock.now();
        let person = self.subscriber(person)?;
        let MailPair { signing, encryption } = self.mail_pair(person.id)?;
        let held = |view: &CertificateView| keys.iter().copied().find(|key| view.public_key.belongs_to(key));
        let (authentication, integrity) = match &signing {
            None => (Tick::NoCertificate, Tick::NoCertificate),
            Some(view) => {
                let fits = chained(self, view).and_then(|()| addressed(view, &person));
                match (fits, held(view)) {
                    (Err(why), _) => neither(&why),
                    (Ok(()), None) => (Tick::PublicSideOnly, Tick::PublicSideOnly),
                    (Ok(()), Some(key)) => signed(view, key, at),
                }
            }
        };
        let (confidentiality, encrypted) = match &encryption {
            None => (Tick::NoCertificate, None),
            Some(view) => match sealed(view) {
                Err(error) => (Tick::Failed(error.to_string()), None),
                Ok(sealed) => match held(view) {
                    None => (Tick::PublicSideOnly, Some(sealed)),
                    Some(key) => match opened(&sealed, view, key) {
                        Ok(content) if content.as_slice() == MESSAGE => (Tick::Proved, Some(sealed)),
                        Ok(_) => (Tick::Failed("what was opened is not what was sealed".to_owned()), None),
                        Err(error) => (Tick::Failed(error.to_string()), None),
                    },
                },
            },
        };
        Ok(SelfTest { authentication, integrity, confidentiality, encrypted })
    }
}

/// Each certificate of the path is signed by the next, up to the root.
fn chained(operator: &Operator, leaf: &CertificateView) -> std::result::Result<(), String> {
    let text = |error: Error| error.to_string();
    let (_, chain) = operator.export_certificate(&leaf.serial).map_err(text)?;
    let chain: Vec<CertificateView> =
        chain.iter().map(|der| CertificateView::from_der(der)).collect::<std::result::Result<_, _>>().map_err(|e| e.to_string())?;
    let mut child = leaf;
    for issuer in &chain {
        child.verify_signature(&issuer.public_key, false).map_err(|e| e.to_string())?;
        child = issuer;
    }
    match chain.last() {
        Some(root) if root.issuer_der == root.subject_der => Ok(()),
        _ => Err("the chain does not reach the root".to_owned()),
    }
}

/// It states one of the addresses that the person has now.
fn addressed(leaf: &CertificateView, person: &Subscriber) -> std::result::Result<(), String> {
    // No two people have addresses that differ in case alone.
    let theirs = |mail: &str| person.mailboxes.iter().any(|mailbox| mailbox.address.eq_ignore_ascii_case(mail));
    if leaf.san.iter().any(|name| matches!(name, SubjectAltName::Rfc822Name(mail) if theirs(mail))) {
        Ok(())
    } else {
        Err("it states none of the addresses that the person has".to_owned())
    }
}

/// The message, encrypted to the certificate: by key transport to an RSA key, by key agreement to an elliptic one.
fn sealed(view: &CertificateView) -> std::result::Result<Vec<u8>, protocol::Error> {
    if view.public_key.is_rsa() {
        cms::encrypt(MESSAGE, view, ContentCipher::Aes256Cbc, KeyTransport::Pkcs1v15)
    } else {
        cms::encrypt_by_agreement(MESSAGE, view)
    }
}

fn opened(sealed: &[u8], view: &CertificateView, key: &PrivateKey) -> std::result::Result<Zeroizing<Vec<u8>>, protocol::Error> {
    if view.public_key.is_rsa() { Ok(cms::decrypt(sealed, &[(view, key)])?.content) } else { cms::decrypt_by_agreement(sealed, view, key) }
}

/// Whoever cannot be told is not known to have written the message as it is, either.
fn neither(why: &str) -> (Tick, Tick) {
    (Tick::Failed(why.to_owned()), Tick::Failed(why.to_owned()))
}

/// Signs, verifies, and sees that changed bytes do not verify.
pub(super) fn signed(view: &CertificateView, key: &PrivateKey, at: protocol::Timestamp) -> (Tick, Tick) {
    let identity = SigningIdentity { certificate: view, key, chain: &[] };
    let message = match cms::sign(MESSAGE, &identity, Digest::Sha256, Some(at), Vec::new(), true) {
        Ok(message) => message,
        Err(error) => return neither(&error.to_string()),
    };
    match cms::verify_signed_data(&message, &[], false) {
        Ok(read) if read.signer.der == view.der && read.content == MESSAGE => {}
        Ok(_) => return neither("the message names another signer"),
        Err(error) => return neither(&error.to_string()),
    }
    // One bit of the content.
    let mut changed = message.clone();
    let integrity = match message.windows(MESSAGE.len()).position(|window| window == MESSAGE).and_then(|place| changed.get_mut(place)) {
        None => Tick::Failed("the message does not carry what was signed".to_owned()),
        Some(octet) => {
            *octet ^= 1;
            match cms::verify_signed_data(&changed, &[], false) {
                Err(_) => Tick::Proved,
                Ok(_) => Tick::Failed("a changed message verifies".to_owned()),
            }
        }
    };
    (Tick::Proved, integrity)
}
