//! Phase 1: the profile of type `Profile Service`, whose PayloadContent is a dictionary, not an array.

use super::DeviceAttribute;
use crate::{
    Error,
    mobileconfig::{PayloadIdentity, PlistWriter},
};
use zeroize::Zeroizing;

/// Asks a phone to POST who it is to `url`. No `Debug`: it holds the OTA challenge.
pub struct ProfileServiceProfile {
    /// Common part; the person sees display name, description and organization.
    pub identity: PayloadIdentity,
    /// `URL`, https: both phases and later updates are POSTed there.
    pub url: String,
    /// `Challenge`: comes back as `CHALLENGE` in phase 2.
    pub challenge: Zeroizing<String>,
    /// `DeviceAttributes`: what we ask for. A phone leaves out what it does not know.
    pub attributes: Vec<DeviceAttribute>,
}

impl ProfileServiceProfile {
    /// XML property list, to be signed by [`crate::mobileconfig::signed_profile`].
    pub fn to_plist(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut w = PlistWriter::new();
        w.dict(|w| {
            self.identity.write("Profile Service", w);
            w.key("PayloadContent").dict(|w| {
                if !self.url.starts_with("https://") {
                    w.refuse("URL", "phones POST to https addresses only");
                }
                w.entry("URL", &self.url);
                w.key("DeviceAttributes").array(|w| self.attributes.iter().for_each(|a| w.string("DeviceAttributes", a.as_str())));
                if self.challenge.is_empty() {
                    w.refuse("Challenge", "it is empty");
                }
                w.entry("Challenge", &self.challenge);
            });
        });
        w.finish()
    }
}
