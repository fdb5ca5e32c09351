//! What a phone checks of all payloads before it installs the first.

use super::{Keys, ScepPayload};
use crate::Error;
use openssl::{nid::Nid, x509::X509};
use plist::{Dictionary, Value};
use std::collections::BTreeSet;

fn invalid<T>(why: impl Into<String>) -> Result<T, Error> {
    Err(Error::InvalidProfile(why.into()))
}

/// Types are known, keys have the right types, identifiers and UUIDs are unique, references resolve within the profile
/// to an identity or a certificate.
pub fn check_payloads(payloads: &[Dictionary]) -> Result<(), Error> {
    let (mut identifiers, mut uuids) = (BTreeSet::new(), BTreeSet::new());
    let (mut identities, mut certificates) = (BTreeSet::new(), BTreeSet::new());
    for payload in payloads {
        let keys = Keys(payload);
        let (identifier, uuid) = keys.common()?;
        match keys.text("PayloadType")?.as_str() {
            "com.apple.security.scep" => {
                ScepPayload::parse(payload)?;
                identities.insert(uuid.clone());
            }
            "com.apple.security.root" | "com.apple.security.pkcs1" => {
                certificate(payload)?;
                certificates.insert(uuid.clone());
            }
            "com.apple.wifi.managed" => wifi(&keys)?,
            "com.apple.vpn.managed" => vpn(&keys)?,
            "com.apple.mobiledevice.passwordpolicy" => passcode(&keys)?,
            "com.apple.profileRemovalPassword" => _ = keys.text("RemovalPassword")?,
            other => return invalid(format!("unknown payload type {other}")),
        }
        if !identifiers.insert(identifier) || !uuids.insert(uuid) {
            return invalid("an identifier or UUID occurs twice");
        }
    }
    for payload in payloads {
        references(&Value::Dictionary(payload.clone()), &identities, &certificates)?;
    }
    Ok(())
}

/// A certificate payload's certificate. CA certificates below the root that are signed with SHA-1 are refused since iOS 11.
pub(crate) fn certificate(payload: &Dictionary) -> Result<X509, Error> {
    let der = Keys(payload).optional_data("PayloadContent")?.unwrap_or_default();
    let Ok(certificate) = X509::from_der(&der) else { return invalid("PayloadContent is not a certificate") };
    let self_signed = certificate.public_key().is_ok_and(|key| certificate.verify(&key).unwrap_or(false));
    let kind = Keys(payload).text("PayloadType")?;
    if kind == "com.apple.security.root" && !self_signed {
        return invalid("a root payload holds a certificate that is not self-signed");
    }
    if !self_signed && certificate.signature_algorithm().object().nid() == Nid::SHA1WITHRSAENCRYPTION {
        return invalid("a CA certificate is signed with SHA-1");
    }
    Ok(certificate)
}

fn wifi(keys: &Keys<'_>) -> Result<(), Error> {
    if keys.text("SSID_STR")?.len() > 32 {
        return invalid("SSID_STR is longer than 32 octets");
    }
    keys.flag("HIDDEN_NETWORK")?;
    keys.flag("AutoJoin")?;
    let eap = Keys(keys.dictionary("EAPClientConfiguration")?);
    let types = eap.0.get("AcceptEAPTypes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tls = types.iter().any(|t| t.as_signed_integer() == Some(13));
    if types.is_empty() || tls && !keys.0.contains_key("PayloadCertificateUUID") {
        return invalid("EAP-TLS without an identity");
    }
    eap.texts("TLSTrustedServerNames")?;
    Ok(())
}

fn vpn(keys: &Keys<'_>) -> Result<(), Error> {
    keys.text("UserDefinedName")?;
    if keys.text("VPNType")? != "IKEv2" {
        return invalid("VPNType");
    }
    let ike = Keys(keys.dictionary("IKEv2")?);
    for key in ["RemoteAddress", "LocalIdentifier", "RemoteIdentifier"] {
        ike.text(key)?;
    }
    if ike.text("AuthenticationMethod")? == "Certificate" && !ike.0.contains_key("PayloadCertificateUUID") {
        return invalid("IKEv2 by certificate without an identity");
    }
    for key in ["ExtendedAuthEnabled", "EnablePFS"] {
        if !matches!(ike.optional_integer(key)?, None | Some(0 | 1)) {
            return invalid(format!("{key} is neither 0 nor 1"));
        }
    }
    Ok(())
}

fn passcode(keys: &Keys<'_>) -> Result<(), Error> {
    for key in ["forcePIN", "allowSimple", "requireAlphanumeric"] {
        keys.flag(key)?;
    }
    for (key, range) in [("minLength", 0..=16), ("maxInactivity", 0..=15), ("maxFailedAttempts", 2..=11)] {
        if keys.optional_integer(key)?.is_some_and(|n| !range.contains(&n)) {
            return invalid(format!("{key} is out of range"));
        }
    }
    Ok(())
}

fn references(value: &Value, identities: &BTreeSet<String>, certificates: &BTreeSet<String>) -> Result<(), Error> {
    match value {
        Value::Dictionary(dictionary) => {
            for (key, value) in dictionary {
                if key == "PayloadCertificateAnchorUUID" {
                    for uuid in value.as_array().into_iter().flatten() {
                        if !uuid.as_string().is_some_and(|uuid| certificates.contains(uuid)) {
                            return Err(Error::IdentityNotFound("an anchor is not in the profile".to_owned()));
                        }
                    }
                } else if key == "PayloadCertificateUUID" && !value.as_string().is_some_and(|uuid| identities.contains(uuid)) {
                    return Err(Error::IdentityNotFound(format!("{key} is no identity of the profile")));
                }
                references(value, identities, certificates)?;
            }
            Ok(())
        }
        Value::Array(values) => values.iter().try_for_each(|v| references(v, identities, certificates)),
        _ => Ok(()),
    }
}
