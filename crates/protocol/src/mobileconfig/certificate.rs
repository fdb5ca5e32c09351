//! Certificates without a key: `com.apple.security.root` and `com.apple.security.pkcs1`.

use super::{AnchorUuid, PayloadIdentity, PlistWriter};

/// Which of the two payload types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateKind {
    /// `com.apple.security.root`: a self-signed root.
    Root,
    /// `com.apple.security.pkcs1`: any other certificate.
    Pkcs1,
}

/// One certificate, DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificatePayload {
    /// Common part.
    pub identity: PayloadIdentity,
    /// Root or not.
    pub kind: CertificateKind,
    /// PayloadCertificateFileName, e.g. `example-root.cer`.
    pub file_name: Option<String>,
    /// The certificate, DER.
    pub der: Vec<u8>,
}

impl CertificatePayload {
    /// What a trust list may refer to.
    pub fn anchor(&self) -> AnchorUuid {
        AnchorUuid(self.identity.uuid)
    }

    pub(super) fn write(&self, w: &mut PlistWriter) {
        let payload_type = match self.kind {
            CertificateKind::Root => "com.apple.security.root",
            CertificateKind::Pkcs1 => "com.apple.security.pkcs1",
        };
        self.identity.write(payload_type, w);
        if let Some(name) = &self.file_name {
            w.entry("PayloadCertificateFileName", name);
        }
        if self.der.is_empty() {
            w.refuse("PayloadContent", "the certificate is empty");
        }
        w.key("PayloadContent").data(&self.der);
    }
}
