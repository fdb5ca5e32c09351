//! Phase 1: the Profile Service profile (Apple, Over-the-Air Profile Delivery).

use super::Keys;
use crate::Error;
use plist::{Dictionary, Value};

/// What phase 1 asks for.
#[derive(Debug, Clone)]
pub struct ServiceProfile {
    /// PayloadIdentifier.
    pub identifier: String,
    /// PayloadDisplayName: shown.
    pub display_name: String,
    /// PayloadOrganization: shown.
    pub organization: Option<String>,
    /// Where both phases POST.
    pub url: String,
    /// What is asked for.
    pub attributes: Vec<String>,
    /// Comes back as CHALLENGE, of the same type.
    pub challenge: Option<Value>,
}

impl ServiceProfile {
    /// PayloadContent is a dictionary, URL is https, strings that are needed are not empty.
    pub fn parse(root: &Dictionary) -> Result<Self, Error> {
        let keys = Keys(root);
        if keys.text("PayloadType")? != "Profile Service" {
            return Err(Error::InvalidProfile("PayloadType is not Profile Service".to_owned()));
        }
        let (identifier, _) = keys.common()?;
        let content = Keys(keys.dictionary("PayloadContent")?);
        let url = content.text("URL")?;
        if !url.starts_with("https://") {
            return Err(Error::InvalidProfile("URL is not https".to_owned()));
        }
        let challenge = match content.0.get("Challenge") {
            None => None,
            Some(value @ Value::String(text)) if !text.is_empty() => Some(value.clone()),
            Some(value @ Value::Data(data)) if !data.is_empty() => Some(value.clone()),
            Some(_) => return Err(Error::InvalidProfile("Challenge is neither text nor data".to_owned())),
        };
        Ok(ServiceProfile {
            identifier,
            display_name: keys.text("PayloadDisplayName")?,
            organization: keys.optional_text("PayloadOrganization")?,
            url,
            attributes: content.texts("DeviceAttributes")?,
            challenge,
        })
    }
}
