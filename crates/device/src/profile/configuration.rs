//! The top level of a configuration profile (Apple's schema `TopLevel.yaml`).

use super::{Keys, read_value};
use crate::{Error, Identity, KeyTransport, wire::cms};
use plist::{Dictionary, Value};
use std::collections::BTreeMap;

/// Its payloads.
#[derive(Clone)]
pub enum Content {
    /// Readable.
    Plain(Vec<Dictionary>),
    /// An EnvelopedData around them.
    Encrypted(Vec<u8>),
}

/// Who may remove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Its owner.
    Removable,
    /// With a password.
    Password,
    /// Nobody, on a supervised phone.
    Locked,
}

/// A configuration profile.
#[derive(Clone)]
pub struct Configuration {
    /// PayloadIdentifier.
    pub identifier: String,
    /// PayloadUUID.
    pub uuid: String,
    /// PayloadDisplayName.
    pub display_name: String,
    /// PayloadOrganization.
    pub organization: Option<String>,
    /// PayloadDescription.
    pub description: Option<String>,
    /// ConsentText by language.
    pub consent: BTreeMap<String, String>,
    /// PayloadExpirationDate, seconds since 1970.
    pub expires_at: Option<i64>,
    /// RemovalDate, seconds since 1970.
    pub removed_at: Option<i64>,
    /// Removal keys.
    pub removal: Removal,
    /// Payloads.
    pub content: Content,
}

impl Configuration {
    /// Parses strictly.
    pub fn parse(root: &Dictionary) -> Result<Self, Error> {
        let keys = Keys(root);
        if keys.text("PayloadType")? != "Configuration" {
            return Err(Error::InvalidProfile("PayloadType is not Configuration".to_owned()));
        }
        let (identifier, uuid) = keys.common()?;
        // 0 any device, 1 iPhone, iPad and iPod touch
        if !matches!(keys.optional_integer("TargetDeviceType")?, None | Some(0 | 1)) {
            return Err(Error::InvalidProfile("TargetDeviceType is another kind of device".to_owned()));
        }
        let mut consent = BTreeMap::new();
        if root.contains_key("ConsentText") {
            for (language, text) in keys.dictionary("ConsentText")? {
                let text = text.as_string().ok_or_else(|| Error::InvalidProfile("ConsentText is not text".to_owned()))?;
                consent.insert(language.clone(), text.to_owned());
            }
        }
        let removal = match (keys.flag("PayloadRemovalDisallowed")?, keys.flag("HasRemovalPasscode")?) {
            (true, _) => Removal::Locked,
            (false, true) => Removal::Password,
            (false, false) => Removal::Removable,
        };
        keys.flag("IsEncrypted")?;
        let content = match (root.get("PayloadContent"), keys.optional_data("EncryptedPayloadContent")?) {
            (None, Some(sealed)) => Content::Encrypted(sealed),
            (Some(Value::Array(payloads)), None) => Content::Plain(dictionaries(payloads)?),
            (Some(_), None) => return Err(Error::InvalidProfile("PayloadContent is not an array".to_owned())),
            (Some(_), Some(_)) => return Err(Error::InvalidProfile("both PayloadContent and EncryptedPayloadContent".to_owned())),
            (None, None) => return Err(Error::InvalidProfile("PayloadContent is missing".to_owned())),
        };
        Ok(Configuration {
            identifier,
            uuid,
            display_name: keys.text("PayloadDisplayName")?,
            organization: keys.optional_text("PayloadOrganization")?,
            description: keys.optional_text("PayloadDescription")?,
            consent,
            expires_at: keys.date("PayloadExpirationDate")?,
            removed_at: keys.date("RemovalDate")?,
            removal,
            content,
        })
    }

    /// The payloads, decrypted with the identity that the profile was asked with: RSA PKCS#1 v1.5 and CBC only, and the plain
    /// text is a property list whose root is an array.
    pub fn payloads(&self, identity: Option<&Identity>) -> Result<Vec<Dictionary>, Error> {
        let sealed = match &self.content {
            Content::Plain(payloads) => return Ok(payloads.clone()),
            Content::Encrypted(sealed) => sealed,
        };
        let identity = identity.ok_or_else(|| Error::CannotDecrypt("there is no identity for it".to_owned()))?;
        let opened = cms::decrypt(sealed, identity)?;
        if opened.transport != KeyTransport::Pkcs1v15 {
            return Err(Error::CannotDecrypt("RSAES-OAEP is not read here".to_owned()));
        }
        match read_value(&opened.content)? {
            Value::Array(payloads) => dictionaries(&payloads),
            _ => Err(Error::InvalidProfile("the root of the decrypted payloads is not an array".to_owned())),
        }
    }
}

fn dictionaries(values: &[Value]) -> Result<Vec<Dictionary>, Error> {
    let dictionary =
        |v: &Value| v.as_dictionary().cloned().ok_or_else(|| Error::InvalidProfile("a payload is not a dictionary".to_owned()));
    values.iter().map(dictionary).collect()
}
