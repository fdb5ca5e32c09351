//! Configuration profiles as a phone reads them: open the signature, parse strictly, then judge the payloads.

mod configuration;
mod payloads;
mod scep_payload;
mod service;

pub use configuration::{Configuration, Content, Removal};
pub(crate) use payloads::certificate;
pub use payloads::check_payloads;
pub use scep_payload::ScepPayload;
pub use service::ServiceProfile;

use crate::{Digest, Error, wire::cms::SignedData};
use openssl::x509::{X509, X509VerifyResult};
use plist::{Dictionary, Value};

/// Largest profile read, octets.
const MAX_LEN: usize = 4 * 1024 * 1024;

/// What Settings shows under a profile's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Signed by a certificate that chains to a trusted root and is valid now.
    Verified,
    /// Signed by somebody.
    NotVerified,
    /// Not signed.
    Unsigned,
}

/// A profile whose signature, if it has one, holds.
pub struct Opened {
    /// The root dictionary.
    pub root: Dictionary,
    /// Who signed.
    pub signer: Option<X509>,
    /// As Settings shows it.
    pub trust: Trust,
}

/// Opens what was downloaded: a plain property list, or a SignedData around one with exactly one signer.
pub fn open(bytes: &[u8], roots: &[X509], now: i64) -> Result<Opened, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.len() > MAX_LEN {
        return Err(Error::InvalidProfile("it is too large".to_owned()));
    }
    if !bytes.starts_with(&[0x30]) {
        return Ok(Opened { root: read(bytes)?, signer: None, trust: Trust::Unsigned });
    }
    let message = SignedData::parse(bytes)?;
    let (signer, certificate) = message.verify(&[])?;
    if matches!(signer.digest, Digest::Md5 | Digest::Sha1) {
        return Err(Error::Signature("the digest of a profile must be SHA-2".to_owned()));
    }
    let root = read(message.content.as_deref().unwrap_or_default())?;
    let trust = if chains(certificate, &message.certificates, roots, now) { Trust::Verified } else { Trust::NotVerified };
    Ok(Opened { root, signer: Some(certificate.clone()), trust })
}

/// An XML property list without a byte order mark, whose root is a dictionary.
fn read(bytes: &[u8]) -> Result<Dictionary, Error> {
    match read_value(bytes)? {
        Value::Dictionary(root) => Ok(root),
        _ => Err(Error::InvalidProfile("the root is not a dictionary".to_owned())),
    }
}

fn read_value(bytes: &[u8]) -> Result<Value, Error> {
    if bytes.starts_with(b"bplist") {
        return Value::from_reader(std::io::Cursor::new(bytes)).map_err(|e| Error::InvalidProfile(e.to_string()));
    }
    if !bytes.starts_with(b"<?xml") {
        return Err(Error::InvalidProfile("it does not begin with an XML declaration".to_owned()));
    }
    Value::from_reader_xml(bytes).map_err(|e| Error::InvalidProfile(e.to_string()))
}

/// Chains to a root through the certificates of the message, and everything is valid now.
fn chains(leaf: &X509, others: &[X509], roots: &[X509], now: i64) -> bool {
    let Ok(at) = openssl::asn1::Asn1Time::from_unix(now) else { return false };
    let mut current = leaf;
    for _ in 0..8 {
        if *current.not_before() > *at || *current.not_after() < *at {
            return false;
        }
        if let Some(root) = roots.iter().find(|root| issued(root, current)) {
            return *root.not_after() >= *at;
        }
        match others.iter().find(|issuer| issued(issuer, current)) {
            Some(issuer) if issuer.to_der().ok() != current.to_der().ok() => current = issuer,
            _ => return false,
        }
    }
    false
}

fn issued(issuer: &X509, subject: &X509) -> bool {
    issuer.issued(subject) == X509VerifyResult::OK && issuer.public_key().is_ok_and(|key| subject.verify(&key).unwrap_or(false))
}

/// Typed reading of dictionaries: a missing or wrongly typed key is an invalid profile.
pub(crate) struct Keys<'a>(pub(crate) &'a Dictionary);

impl<'a> Keys<'a> {
    fn wrong<T>(key: &str, what: &str) -> Result<T, Error> {
        Err(Error::InvalidProfile(format!("{key} {what}")))
    }
    /// A string that is there and not empty.
    pub(crate) fn text(&self, key: &str) -> Result<String, Error> {
        match self.0.get(key) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            Some(Value::String(_)) => Self::wrong(key, "is empty"),
            Some(_) => Self::wrong(key, "is not a string"),
            None => Self::wrong(key, "is missing"),
        }
    }
    /// A string that may be missing, but not be empty.
    pub(crate) fn optional_text(&self, key: &str) -> Result<Option<String>, Error> {
        if self.0.contains_key(key) { self.text(key).map(Some) } else { Ok(None) }
    }
    pub(crate) fn optional_integer(&self, key: &str) -> Result<Option<i64>, Error> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Integer(number)) => number.as_signed().map_or_else(|| Self::wrong(key, "is too large"), |n| Ok(Some(n))),
            Some(_) => Self::wrong(key, "is not an integer"),
        }
    }
    pub(crate) fn flag(&self, key: &str) -> Result<bool, Error> {
        match self.0.get(key) {
            None => Ok(false),
            Some(Value::Boolean(flag)) => Ok(*flag),
            Some(_) => Self::wrong(key, "is not a boolean"),
        }
    }
    pub(crate) fn optional_data(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Data(data)) => Ok(Some(data.clone())),
            Some(_) => Self::wrong(key, "is not data"),
        }
    }
    pub(crate) fn date(&self, key: &str) -> Result<Option<i64>, Error> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::Date(date)) => {
                match time::OffsetDateTime::parse(&date.to_xml_format(), &time::format_description::well_known::Rfc3339) {
                    Ok(at) => Ok(Some(at.unix_timestamp())),
                    Err(_) => Self::wrong(key, "is not a date"),
                }
            }
            Some(_) => Self::wrong(key, "is not a date"),
        }
    }
    pub(crate) fn dictionary(&self, key: &str) -> Result<&'a Dictionary, Error> {
        match self.0.get(key) {
            Some(Value::Dictionary(dictionary)) => Ok(dictionary),
            Some(_) => Self::wrong(key, "is not a dictionary"),
            None => Self::wrong(key, "is missing"),
        }
    }
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, Error> {
        match self.0.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => values
                .iter()
                .map(|v| v.as_string().map(str::to_owned).map_or_else(|| Self::wrong(key, "holds something else than strings"), Ok))
                .collect(),
            Some(_) => Self::wrong(key, "is not an array"),
        }
    }
    /// PayloadVersion, PayloadIdentifier and PayloadUUID as every dictionary with a PayloadType needs them.
    pub(crate) fn common(&self) -> Result<(String, String), Error> {
        if !matches!(self.optional_integer("PayloadVersion")?, Some(1 | 2)) {
            return Self::wrong("PayloadVersion", "is not 1");
        }
        Ok((self.text("PayloadIdentifier")?, self.text("PayloadUUID")?))
    }
}
