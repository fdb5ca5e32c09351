//! A phone: who it is, what it has installed, and how strictly it walks the over-the-air phases.

#[cfg(test)]
mod fake;
mod install;
mod phases;
mod scep;
#[cfg(test)]
mod tests;
mod variant;

pub use install::{Installed, InstalledIdentity, OtaStub};
pub use phases::{FinalProfile, OverTheAir};
pub use variant::Variant;

use crate::{DeviceCa, Error, Identity, KeyKind};
use openssl::{
    pkey::{PKey, Private},
    x509::X509,
};
use std::{collections::BTreeMap, sync::Arc};

/// An iPhone.
#[derive(Clone)]
pub struct Iphone {
    /// UDID.
    pub udid: String,
    /// SERIAL.
    pub serial: String,
    /// PRODUCT.
    pub product: String,
    /// VERSION: the build.
    pub version: String,
    /// OS_VERSION; old systems do not say it.
    pub os_version: Option<String>,
    /// LANGUAGE.
    pub language: String,
    /// IMEI; an iPad without a modem has none.
    pub imei: Option<String>,
    /// How its messages look.
    pub variant: Variant,
    /// The identity that Apple gave it.
    pub device: Identity,
    /// What it sends along when `variant.full_chain`.
    pub device_chain: Vec<X509>,
    /// Roots that its owner trusts, for the "Verified" of profiles.
    pub trusted_roots: Vec<X509>,
    /// Its clock, seconds since 1970.
    pub now: i64,
    /// Installed configuration profiles by identifier.
    pub installed: BTreeMap<String, Installed>,
    /// Called with RetryDelay before each further poll of a pending request; the first one follows at once.
    pub wait: Arc<dyn Fn(u32) + Send + Sync>,
    /// Makes an RSA key of so many bits for a SCEP payload. A phone has a processor of its own: where many are simulated on one, their
    /// keys may be made before.
    pub make_key: Arc<dyn Fn(u32) -> Result<PKey<Private>, Error> + Send + Sync>,
}

impl Iphone {
    /// A new phone certified by `ca`. Its UDID and serial number are random.
    pub fn new(ca: &DeviceCa, variant: Variant, now: i64) -> Result<Self, Error> {
        let id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
        Ok(Iphone {
            udid: format!("00008140-{}", id.get(..16).unwrap_or_default()),
            serial: format!("SIM{}", id.get(16..25).unwrap_or_default()),
            product: "iPhone17,1".to_owned(),
            version: "22B83".to_owned(),
            os_version: Some("18.1".to_owned()),
            language: "en-CH".to_owned(),
            imei: Some("35 000000 000000 0".to_owned()),
            variant,
            device: ca.issue(variant.key, now)?,
            device_chain: vec![ca.device_ca.certificate.clone(), ca.middle.clone(), ca.root.clone()],
            trusted_roots: Vec::new(),
            now,
            installed: BTreeMap::new(),
            wait: Arc::new(|_| ()),
            make_key: Arc::new(|bits| KeyKind::Rsa(bits).generate()),
        })
    }
}
