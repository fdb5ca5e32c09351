//! keyUsage and extendedKeyUsage (RFC 5280 4.2.1.3, 4.2.1.12).

/// keyUsage bits as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeyUsage(pub u16);

impl KeyUsage {
    /// digitalSignature (0)
    pub const DIGITAL_SIGNATURE: KeyUsage = KeyUsage(1);
    /// contentCommitment, formerly nonRepudiation (1)
    pub const CONTENT_COMMITMENT: KeyUsage = KeyUsage(1 << 1);
    /// keyEncipherment (2)
    pub const KEY_ENCIPHERMENT: KeyUsage = KeyUsage(1 << 2);
    /// dataEncipherment (3)
    pub const DATA_ENCIPHERMENT: KeyUsage = KeyUsage(1 << 3);
    /// keyAgreement (4)
    pub const KEY_AGREEMENT: KeyUsage = KeyUsage(1 << 4);
    /// keyCertSign (5)
    pub const KEY_CERT_SIGN: KeyUsage = KeyUsage(1 << 5);
    /// cRLSign (6)
    pub const CRL_SIGN: KeyUsage = KeyUsage(1 << 6);

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: KeyUsage) -> KeyUsage {
        KeyUsage(self.0 | other.0)
    }
    /// All bits of `other` are in this set.
    #[must_use]
    pub const fn has(self, other: KeyUsage) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One purpose of extendedKeyUsage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExtendedKeyUsage {
    /// id-kp-serverAuth
    ServerAuth,
    /// id-kp-clientAuth
    ClientAuth,
    /// id-kp-emailProtection
    EmailProtection,
    /// id-kp-OCSPSigning
    OcspSigning,
    /// id-kp-documentSigning (RFC 9336)
    DocumentSigning,
    /// Another purpose, dotted OID.
    Other(String),
}

impl ExtendedKeyUsage {
    /// Dotted OID.
    pub fn oid(&self) -> &str {
        match self {
            ExtendedKeyUsage::ServerAuth => "1.3.6.1.5.5.7.3.1",
            ExtendedKeyUsage::ClientAuth => "1.3.6.1.5.5.7.3.2",
            ExtendedKeyUsage::EmailProtection => "1.3.6.1.5.5.7.3.4",
            ExtendedKeyUsage::OcspSigning => "1.3.6.1.5.5.7.3.9",
            ExtendedKeyUsage::DocumentSigning => "1.3.6.1.5.5.7.3.36",
            ExtendedKeyUsage::Other(oid) => oid,
        }
    }

    /// From a dotted OID.
    pub fn from_oid(oid: &str) -> Self {
        match oid {
            "1.3.6.1.5.5.7.3.1" => ExtendedKeyUsage::ServerAuth,
            "1.3.6.1.5.5.7.3.2" => ExtendedKeyUsage::ClientAuth,
            "1.3.6.1.5.5.7.3.4" => ExtendedKeyUsage::EmailProtection,
            "1.3.6.1.5.5.7.3.9" => ExtendedKeyUsage::OcspSigning,
            "1.3.6.1.5.5.7.3.36" => ExtendedKeyUsage::DocumentSigning,
            other => ExtendedKeyUsage::Other(other.to_owned()),
        }
    }
}
