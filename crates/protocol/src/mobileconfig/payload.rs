//! What all payloads share (Apple's CommonPayloadKeys), and the array that holds them.

use super::{CertificatePayload, PasscodePayload, PlistWriter, RemovalPasswordPayload, ScepPayload, VpnPayload, WifiPayload};
use crate::Error;
use std::collections::HashSet;
use uuid::Uuid;
use zeroize::Zeroizing;

/// PayloadUUID; written in upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PayloadUuid(pub Uuid);

impl std::fmt::Display for PayloadUuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut buffer = Uuid::encode_buffer();
        f.write_str(self.0.hyphenated().encode_upper(&mut buffer))
    }
}

/// The PayloadUUID of a payload that yields an identity: what `PayloadCertificateUUID` may hold.
/// Only such a payload makes one ([`ScepPayload::identity_uuid`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdentityUuid(pub(super) PayloadUuid);

/// The PayloadUUID of a certificate payload: what `PayloadCertificateAnchorUUID` may hold ([`CertificatePayload::anchor`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnchorUuid(pub(super) PayloadUuid);

/// Who a payload is: its name over updates, its name in this profile, and its name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadIdentity {
    /// PayloadIdentifier: reverse DNS, the same in every update; the phone replaces by it.
    pub identifier: String,
    /// PayloadUUID: unique, what other payloads refer to.
    pub uuid: PayloadUuid,
    /// PayloadDisplayName.
    pub display_name: String,
    /// PayloadDescription.
    pub description: Option<String>,
    /// PayloadOrganization.
    pub organization: Option<String>,
}

impl PayloadIdentity {
    /// Without description and organization.
    pub fn new(identifier: impl Into<String>, uuid: Uuid, display_name: impl Into<String>) -> Self {
        let (identifier, display_name) = (identifier.into(), display_name.into());
        PayloadIdentity { identifier, uuid: PayloadUuid(uuid), display_name, description: None, organization: None }
    }

    /// The common keys, in this order.
    pub(crate) fn write(&self, payload_type: &'static str, w: &mut PlistWriter) {
        if self.identifier.is_empty() {
            w.refuse("PayloadIdentifier", "it is empty");
        }
        w.entry("PayloadType", payload_type);
        w.key("PayloadVersion").integer(1);
        w.entry("PayloadIdentifier", &self.identifier);
        w.entry("PayloadUUID", &self.uuid.to_string());
        w.entry("PayloadDisplayName", &self.display_name);
        if let Some(text) = &self.description {
            w.entry("PayloadDescription", text);
        }
        if let Some(text) = &self.organization {
            w.entry("PayloadOrganization", text);
        }
    }
}

/// One payload of a configuration profile.
pub enum Payload {
    /// `com.apple.security.root` or `com.apple.security.pkcs1`
    Certificate(CertificatePayload),
    /// `com.apple.security.scep`
    Scep(ScepPayload),
    /// `com.apple.wifi.managed`
    Wifi(WifiPayload),
    /// `com.apple.vpn.managed`
    Vpn(VpnPayload),
    /// `com.apple.mobiledevice.passwordpolicy`
    Passcode(PasscodePayload),
    /// `com.apple.profileRemovalPassword`
    RemovalPassword(RemovalPasswordPayload),
}

impl Payload {
    /// Its common part.
    pub fn identity(&self) -> &PayloadIdentity {
        match self {
            Payload::Certificate(p) => &p.identity,
            Payload::Scep(p) => &p.identity,
            Payload::Wifi(p) => &p.identity,
            Payload::Vpn(p) => &p.identity,
            Payload::Passcode(p) => &p.identity,
            Payload::RemovalPassword(p) => &p.identity,
        }
    }

    fn write(&self, w: &mut PlistWriter) {
        match self {
            Payload::Certificate(p) => p.write(w),
            Payload::Scep(p) => p.write(w),
            Payload::Wifi(p) => p.write(w),
            Payload::Vpn(p) => p.write(w),
            Payload::Passcode(p) => p.write(w),
            Payload::RemovalPassword(p) => p.write(w),
        }
    }

    fn references(&self) -> (Vec<IdentityUuid>, &[AnchorUuid]) {
        match self {
            Payload::Wifi(p) => (vec![p.client], &p.anchors),
            Payload::Vpn(p) => (vec![p.client], &[]),
            _ => (Vec::new(), &[]),
        }
    }
}

/// The payloads as a property list whose root is an array: the plain text of `EncryptedPayloadContent`.
/// Refused are payloads that the phone would refuse: identifiers or UUIDs that occur twice, and references that do not
/// resolve ("The identity certificate could not be found").
pub fn payload_array(payloads: &[Payload]) -> Result<Zeroizing<Vec<u8>>, Error> {
    check(payloads)?;
    let mut w = PlistWriter::new();
    write_array(payloads, &mut w);
    w.finish()
}

pub(super) fn write_array(payloads: &[Payload], w: &mut PlistWriter) {
    w.array(|w| {
        for payload in payloads {
            w.dict(|w| payload.write(w));
        }
    });
}

/// Identifiers and UUIDs are unique, references resolve within the profile.
pub(super) fn check(payloads: &[Payload]) -> Result<(), Error> {
    let refused = |what, reason: &str| Err(Error::Unencodable { what, reason: reason.to_owned() });
    let (mut identifiers, mut uuids) = (HashSet::new(), HashSet::new());
    let (mut clients, mut anchors) = (HashSet::new(), HashSet::new());
    for payload in payloads {
        if !identifiers.insert(payload.identity().identifier.as_str()) {
            return refused("PayloadIdentifier", "two payloads have the same");
        }
        if !uuids.insert(payload.identity().uuid) {
            return refused("PayloadUUID", "two payloads have the same");
        }
        match payload {
            Payload::Scep(p) => _ = clients.insert(p.identity_uuid()),
            Payload::Certificate(p) => _ = anchors.insert(p.anchor()),
            _ => (),
        }
    }
    for payload in payloads {
        let (wanted_clients, wanted_anchors) = payload.references();
        if wanted_clients.iter().any(|uuid| !clients.contains(uuid)) {
            return refused("PayloadCertificateUUID", "the identity is not in this profile");
        }
        if wanted_anchors.iter().any(|uuid| !anchors.contains(uuid)) {
            return refused("PayloadCertificateAnchorUUID", "the certificate is not in this profile");
        }
    }
    Ok(())
}
