//! `com.apple.wifi.managed` with EAP-TLS.

use super::{AnchorUuid, IdentityUuid, PayloadIdentity, PlistWriter};

/// EAP type 13 (EAP-TLS, RFC 5216).
const EAP_TLS: i64 = 13;

/// A Wi-Fi network that one joins with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WifiPayload {
    /// Common part.
    pub identity: PayloadIdentity,
    /// `SSID_STR`, 1 to 32 octets (IEEE 802.11, 9.4.2.2).
    pub ssid: String,
    /// `HIDDEN_NETWORK`.
    pub hidden: bool,
    /// `PayloadCertificateUUID`: the client's identity.
    pub client: IdentityUuid,
    /// `PayloadCertificateAnchorUUID`: which CA certificates the RADIUS server's may chain to.
    pub anchors: Vec<AnchorUuid>,
    /// `TLSTrustedServerNames`; giving names also switches the trust question off.
    pub server_names: Vec<String>,
    /// `UserName`: the outer EAP identity.
    pub user_name: Option<String>,
}

impl WifiPayload {
    pub(super) fn write(&self, w: &mut PlistWriter) {
        self.identity.write("com.apple.wifi.managed", w);
        if self.ssid.is_empty() || self.ssid.len() > 32 {
            w.refuse("SSID_STR", "a network's name has 1 to 32 octets");
        }
        w.entry("SSID_STR", &self.ssid);
        w.key("HIDDEN_NETWORK").boolean(self.hidden);
        w.key("AutoJoin").boolean(true);
        w.entry("ProxyType", "None");
        w.entry("EncryptionType", "WPA2");
        // Outside EAPClientConfiguration, unlike the anchors.
        w.entry("PayloadCertificateUUID", &self.client.0.to_string());
        w.key("EAPClientConfiguration").dict(|w| {
            w.key("AcceptEAPTypes").array(|w| w.integer(EAP_TLS));
            if !self.anchors.is_empty() {
                w.key("PayloadCertificateAnchorUUID")
                    .array(|w| self.anchors.iter().for_each(|uuid| w.string("PayloadCertificateAnchorUUID", &uuid.0.to_string())));
            }
            if !self.server_names.is_empty() {
                w.key("TLSTrustedServerNames").array(|w| self.server_names.iter().for_each(|name| w.string("TLSTrustedServerNames", name)));
            }
            w.entry("TLSMinimumVersion", "1.2");
            if let Some(name) = &self.user_name {
                w.entry("UserName", name);
            }
        });
    }
}
