//! `com.apple.security.scep`: the phone makes a key and enrolls it.

use super::{IdentityUuid, PayloadIdentity, PlistWriter};
use crate::x509::{DistinguishedName, SubjectAltName};
use zeroize::Zeroizing;

/// `Keysize`. The schema calls it optional; the phone demands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScepKeySize {
    /// 2048
    Bits2048,
    /// 4096 (3072 is not among the sizes that phones take)
    Bits4096,
}

/// `Key Usage`: the phone takes 1, 4 and 5 and refuses the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScepKeyUsage {
    /// 1
    Sign,
    /// 4
    Encrypt,
    /// 5
    SignAndEncrypt,
}

/// `CAFingerprint`: its length tells the phone which digest it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaFingerprint {
    /// 20 octets: understood by every iOS.
    Sha1([u8; 20]),
    /// 32 octets: since iOS 16.
    Sha256([u8; 32]),
}

/// An identity to be made by SCEP. No `Debug`: it holds the challenge.
#[derive(Clone)]
pub struct ScepPayload {
    /// Common part.
    pub identity: PayloadIdentity,
    /// `URL`, http or https; a query would be dropped by the phone and is refused.
    pub url: String,
    /// `Name`: sent as `message` of GetCACert and GetCACaps; `None`: none is sent.
    pub name: Option<String>,
    /// `Subject`.
    pub subject: DistinguishedName,
    /// `SubjectAltName`: rfc822Name, dNSName, uniformResourceIdentifier and ntPrincipalName can be said.
    pub san: Vec<SubjectAltName>,
    /// `Challenge`: becomes the challengePassword.
    pub challenge: Zeroizing<String>,
    /// `Keysize`.
    pub key_size: ScepKeySize,
    /// `Key Usage`.
    pub key_usage: ScepKeyUsage,
    /// `CAFingerprint`.
    pub ca_fingerprint: Option<CaFingerprint>,
    /// `Retries` and `RetryDelay` (seconds) while the request is pending; the phone's own are 3 and 10.
    pub retries: Option<(u16, u16)>,
}

impl ScepPayload {
    /// What a payload that uses this identity refers to.
    pub fn identity_uuid(&self) -> IdentityUuid {
        IdentityUuid(self.identity.uuid)
    }

    pub(super) fn write(&self, w: &mut PlistWriter) {
        self.identity.write("com.apple.security.scep", w);
        w.key("PayloadContent").dict(|w| self.write_content(w));
    }

    fn write_content(&self, w: &mut PlistWriter) {
        if !(self.url.starts_with("https://") || self.url.starts_with("http://")) || self.url.contains('?') {
            w.refuse("URL", "an http or https address without a query is needed");
        }
        w.entry("URL", &self.url);
        match self.name.as_deref() {
            Some("") => w.refuse("Name", "it is empty"),
            Some(name) => w.entry("Name", name),
            None => (),
        }
        w.key("Subject").array(|w| {
            for rdn in self.subject.to_rdn_arrays() {
                w.array(|w| {
                    for [kind, value] in rdn {
                        w.array(|w| {
                            w.string("Subject", &kind);
                            w.string("Subject", &value);
                        });
                    }
                });
            }
        });
        self.write_san(w);
        if self.challenge.is_empty() {
            w.refuse("Challenge", "without one the phone asks its owner for it");
        }
        w.entry("Challenge", &self.challenge);
        w.key("Keysize").integer(match self.key_size {
            ScepKeySize::Bits2048 => 2048,
            ScepKeySize::Bits4096 => 4096,
        });
        w.entry("Key Type", "RSA");
        w.key("Key Usage").integer(match self.key_usage {
            ScepKeyUsage::Sign => 1,
            ScepKeyUsage::Encrypt => 4,
            ScepKeyUsage::SignAndEncrypt => 5,
        });
        match &self.ca_fingerprint {
            Some(CaFingerprint::Sha1(digest)) => w.key("CAFingerprint").data(digest),
            Some(CaFingerprint::Sha256(digest)) => w.key("CAFingerprint").data(digest),
            None => (),
        }
        if let Some((retries, delay)) = self.retries {
            w.key("Retries").integer(retries.into());
            w.key("RetryDelay").integer(delay.into());
        }
    }

    /// One string for each kind, an array where there are several (the schema's prose allows both).
    fn write_san(&self, w: &mut PlistWriter) {
        if self.san.is_empty() {
            return;
        }
        let mut kinds: [(&'static str, Vec<&str>); 4] =
            [("rfc822Name", vec![]), ("dNSName", vec![]), ("uniformResourceIdentifier", vec![]), ("ntPrincipalName", vec![])];
        for name in &self.san {
            let (index, value) = match name {
                SubjectAltName::Rfc822Name(v) => (0, v),
                SubjectAltName::DnsName(v) => (1, v),
                SubjectAltName::Uri(v) => (2, v),
                SubjectAltName::UserPrincipalName(v) => (3, v),
                SubjectAltName::IpAddress(_) | SubjectAltName::Unknown(_) => {
                    w.refuse("SubjectAltName", "a phone's SCEP payload has no key for this kind of name");
                    continue;
                }
            };
            if let Some((_, values)) = kinds.get_mut(index) {
                values.push(value);
            }
        }
        w.key("SubjectAltName").dict(|w| {
            for (kind, values) in kinds {
                match values.as_slice() {
                    [] => (),
                    [one] => w.entry(kind, one),
                    several => w.key(kind).array(|w| several.iter().for_each(|value| w.string(kind, value))),
                }
            }
        });
    }
}
