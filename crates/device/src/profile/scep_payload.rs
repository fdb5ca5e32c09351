//! `com.apple.security.scep` with the rules of the real parser, which differ from Apple's schema.

use super::Keys;
use crate::{
    Error, ScepError,
    csr::{AltName, CsrContent},
};
use plist::{Dictionary, Value};

/// Phones also take the length of a SHA-2 fingerprint since iOS 16.
const FINGERPRINT_LENGTHS: [usize; 6] = [16, 20, 28, 32, 48, 64];

/// A SCEP payload.
#[derive(Clone)]
pub struct ScepPayload {
    /// PayloadIdentifier.
    pub identifier: String,
    /// PayloadUUID.
    pub uuid: String,
    /// URL.
    pub url: String,
    /// Name.
    pub name: Option<String>,
    /// Challenge.
    pub challenge: Option<String>,
    /// Subject.
    pub subject: Vec<(String, String)>,
    /// SubjectAltName.
    pub san: Vec<AltName>,
    /// Keysize.
    pub key_size: u32,
    /// Key Usage: sign, encrypt.
    pub key_usage: (bool, bool),
    /// CAFingerprint.
    pub fingerprint: Option<Vec<u8>>,
    /// Retries.
    pub retries: u32,
    /// RetryDelay, seconds.
    pub retry_delay: u32,
}

impl ScepPayload {
    /// Parses strictly. Keys in other spelling (`KeyUsage`) are ignored, as on a phone.
    pub fn parse(payload: &Dictionary) -> Result<Self, Error> {
        let keys = Keys(payload);
        let (identifier, uuid) = keys.common()?;
        let content = Keys(keys.dictionary("PayloadContent")?);
        let url = content.text("URL")?;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Error::InvalidProfile("URL of SCEP is not http".to_owned()));
        }
        let key_size = match content.optional_integer("Keysize")? {
            Some(size @ (1024 | 2048 | 4096)) => u32::try_from(size).unwrap_or(2048),
            _ => return Err(Error::InvalidProfile("Keysize is missing or none of 1024, 2048, 4096".to_owned())),
        };
        if content.optional_text("Key Type")?.is_some_and(|kind| kind != "RSA") {
            return Err(Error::InvalidProfile("Key Type is not RSA".to_owned()));
        }
        let key_usage = match content.optional_integer("Key Usage")? {
            None | Some(1) => (true, false),
            Some(4) => (false, true),
            Some(5) => (true, true),
            Some(_) => return Err(ScepError::KeyUsage.into()),
        };
        let fingerprint = content.optional_data("CAFingerprint")?;
        if fingerprint.as_ref().is_some_and(|f| !FINGERPRINT_LENGTHS.contains(&f.len())) {
            return Err(Error::InvalidProfile("CAFingerprint is no digest".to_owned()));
        }
        let count = |key: &str, default: u32| -> Result<u32, Error> {
            Ok(content.optional_integer(key)?.map_or(default, |n| u32::try_from(n.clamp(0, 10_000)).unwrap_or(default)))
        };
        Ok(ScepPayload {
            identifier,
            uuid,
            url,
            name: content.optional_text("Name")?,
            challenge: content.optional_text("Challenge")?,
            subject: subject(content.0.get("Subject"))?,
            san: alternative_names(content.0.get("SubjectAltName"))?,
            key_size,
            key_usage,
            fingerprint,
            retries: count("Retries", 3)?,
            retry_delay: count("RetryDelay", 10)?,
        })
    }

    /// What the CSR will ask for.
    pub fn csr_content(&self) -> CsrContent {
        CsrContent { subject: self.subject.clone(), san: self.san.clone(), challenge: self.challenge.clone(), key_usage: self.key_usage }
    }
}

fn subject(value: Option<&Value>) -> Result<Vec<(String, String)>, Error> {
    let wrong = || Error::InvalidProfile("Subject is not an array of RDNs".to_owned());
    let mut subject = Vec::new();
    for rdn in value.map_or(Some(&Vec::new()), Value::as_array).ok_or_else(wrong)? {
        for pair in rdn.as_array().ok_or_else(wrong)? {
            match pair.as_array().map(Vec::as_slice) {
                Some([Value::String(kind), Value::String(value)]) => subject.push((kind.clone(), value.clone())),
                _ => return Err(wrong()),
            }
        }
    }
    crate::csr::subject(&subject)?;
    Ok(subject)
}

fn alternative_names(value: Option<&Value>) -> Result<Vec<AltName>, Error> {
    let wrong = || Error::InvalidProfile("SubjectAltName".to_owned());
    let mut names = Vec::new();
    let Some(value) = value else { return Ok(names) };
    for (kind, value) in value.as_dictionary().ok_or_else(wrong)? {
        let make: fn(String) -> AltName = match kind.as_str() {
            "rfc822Name" => AltName::Mail,
            "dNSName" => AltName::Dns,
            "uniformResourceIdentifier" => AltName::Uri,
            "ntPrincipalName" => AltName::UserPrincipalName,
            _ => return Err(wrong()),
        };
        match value {
            Value::String(text) => names.push(make(text.clone())),
            Value::Array(values) => {
                for value in values {
                    names.push(make(value.as_string().ok_or_else(wrong)?.to_owned()));
                }
            }
            _ => return Err(wrong()),
        }
    }
    Ok(names)
}
