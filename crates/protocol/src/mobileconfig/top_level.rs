//! The outer profile, PayloadType `Configuration` (Apple's TopLevel schema).

use super::{Payload, PayloadIdentity, PlistWriter, payload};
use crate::{Error, Timestamp};
use zeroize::Zeroizing;

/// `ConsentText`: shown before the profile is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentText {
    /// For every language without an own text.
    pub default: String,
    /// (language, text), e.g. `("fr", ...)`.
    pub languages: Vec<(String, String)>,
}

/// Who may take the profile off the phone again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Removal {
    /// Its owner.
    #[default]
    Removable,
    /// Who knows the password of the payload `com.apple.profileRemovalPassword` (supervised phones only).
    Password,
    /// Nobody (`PayloadRemovalDisallowed`, supervised phones only).
    Locked,
}

/// `TargetDeviceType` 1: iPhone, iPad and iPod touch; spares the owner of a watch the question which one is meant.
const TARGET_IPHONE: i64 = 1;

/// The top level of a configuration profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Common part. A phone replaces an installed profile only by one with the same identifier and the same signer.
    pub identity: PayloadIdentity,
    /// `ConsentText`.
    pub consent: Option<ConsentText>,
    /// `PayloadExpirationDate`: from then on Settings offers the update.
    pub expires_at: Option<Timestamp>,
    /// `RemovalDate`: the phone removes the profile by itself.
    pub removed_at: Option<Timestamp>,
    /// `PayloadRemovalDisallowed`, `HasRemovalPasscode`.
    pub removal: Removal,
}

impl Configuration {
    /// A profile that its owner may remove, without dates and consent text.
    pub fn new(identity: PayloadIdentity) -> Self {
        Configuration { identity, consent: None, expires_at: None, removed_at: None, removal: Removal::Removable }
    }

    /// The profile with readable payloads.
    pub fn to_plist(&self, payloads: &[Payload]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.check(payloads)?;
        let mut w = PlistWriter::new();
        w.dict(|w| {
            self.write_keys(w);
            payload::write_array(payloads, w.key("PayloadContent"));
        });
        w.finish()
    }

    /// The profile around encrypted payloads: `sealed` is the EnvelopedData over [`super::payload_array`].
    pub fn to_sealed_plist(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut w = PlistWriter::new();
        w.dict(|w| {
            self.write_keys(w);
            // The phone goes by EncryptedPayloadContent; the schema knows this flag.
            w.key("IsEncrypted").boolean(true);
            w.key("EncryptedPayloadContent").data(sealed);
        });
        w.finish()
    }

    /// What holds between the top level and its payloads.
    pub(super) fn check(&self, payloads: &[Payload]) -> Result<(), Error> {
        payload::check(payloads)?;
        let passwords = payloads.iter().filter(|p| matches!(p, Payload::RemovalPassword(_))).count();
        if passwords != usize::from(self.removal == Removal::Password) {
            let reason = "a removal password needs exactly one payload, other kinds of removal none".to_owned();
            return Err(Error::Unencodable { what: "HasRemovalPasscode", reason });
        }
        if payloads.iter().any(|p| p.identity().uuid == self.identity.uuid) {
            return Err(Error::Unencodable { what: "PayloadUUID", reason: "a payload has that of the profile".to_owned() });
        }
        Ok(())
    }

    fn write_keys(&self, w: &mut PlistWriter) {
        self.identity.write("Configuration", w);
        if let Some(consent) = &self.consent {
            w.key("ConsentText").dict(|w| {
                w.entry("default", &consent.default);
                for (language, text) in &consent.languages {
                    w.free_key(language).string("ConsentText", text);
                }
            });
        }
        if let Some(at) = self.expires_at {
            w.key("PayloadExpirationDate").date(at);
        }
        if let Some(at) = self.removed_at {
            w.key("RemovalDate").date(at);
        }
        match self.removal {
            Removal::Removable => (),
            Removal::Password => w.key("HasRemovalPasscode").boolean(true),
            Removal::Locked => w.key("PayloadRemovalDisallowed").boolean(true),
        }
        w.key("TargetDeviceType").integer(TARGET_IPHONE);
    }
}
