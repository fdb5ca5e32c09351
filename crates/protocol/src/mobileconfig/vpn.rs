//! `com.apple.vpn.managed` with IKEv2 and a certificate.

use super::{IdentityUuid, PayloadIdentity, PlistWriter};

/// An IKEv2 connection (RFC 7296) that authenticates with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpnPayload {
    /// Common part.
    pub identity: PayloadIdentity,
    /// `UserDefinedName`: the connection's name in Settings.
    pub name: String,
    /// `RemoteAddress`.
    pub server: String,
    /// `RemoteIdentifier`: must stand in the gateway's certificate.
    pub remote_identifier: String,
    /// `LocalIdentifier`: must match a name of the client's certificate.
    pub local_identifier: String,
    /// `PayloadCertificateUUID`: the client's identity.
    pub client: IdentityUuid,
    /// `ServerCertificateIssuerCommonName`: makes the phone send a certificate request for that CA.
    pub server_issuer_common_name: Option<String>,
}

impl VpnPayload {
    pub(super) fn write(&self, w: &mut PlistWriter) {
        self.identity.write("com.apple.vpn.managed", w);
        w.entry("UserDefinedName", &self.name);
        w.entry("VPNType", "IKEv2");
        w.key("IKEv2").dict(|w| {
            let needed = [
                ("RemoteAddress", &self.server),
                ("RemoteIdentifier", &self.remote_identifier),
                ("LocalIdentifier", &self.local_identifier),
            ];
            for (key, value) in needed {
                if value.is_empty() {
                    w.refuse(key, "it is empty");
                }
                w.entry(key, value);
            }
            w.entry("AuthenticationMethod", "Certificate");
            w.entry("CertificateType", "RSA");
            w.entry("PayloadCertificateUUID", &self.client.0.to_string());
            if let Some(name) = &self.server_issuer_common_name {
                w.entry("ServerCertificateIssuerCommonName", name);
            }
            // Flags of this payload are integers, not booleans.
            w.key("ExtendedAuthEnabled").integer(0);
            w.key("EnablePFS").integer(1);
            w.entry("DeadPeerDetectionRate", "Medium");
            for key in ["IKESecurityAssociationParameters", "ChildSecurityAssociationParameters"] {
                w.key(key).dict(|w| {
                    w.entry("EncryptionAlgorithm", "AES-256");
                    w.entry("IntegrityAlgorithm", "SHA2-256");
                    w.key("DiffieHellmanGroup").integer(14);
                    w.key("LifeTimeInMinutes").integer(1440);
                });
            }
        });
    }
}
