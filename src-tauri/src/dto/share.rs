//! What is public of certificates and people, as files for correspondents; and the test of a pair.

use crate::error::CommandError;
use protocol::x509::SerialNumber;
use ra::{Operator, id::SubscriberId, life as core};
use serde::{Deserialize, Serialize};
use specta::Type;

/// How a certificate is shared.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CertificateShare {
    /// Alone, DER.
    Cer,
    /// With its chain, PKCS#7.
    P7c,
}

/// How a person is shared.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PersonShare {
    /// Address card.
    Vcard,
    /// Directory record.
    Ldif,
}

impl CertificateShare {
    /// Name of the kind of file, and its extension.
    #[must_use]
    pub fn file(self) -> (&'static str, &'static str) {
        match self {
            CertificateShare::Cer => ("X.509", "cer"),
            CertificateShare::P7c => ("PKCS#7", "p7c"),
        }
    }

    /// The content of the file.
    pub fn made(self, operator: &Operator, serial: &SerialNumber) -> Result<Vec<u8>, CommandError> {
        Ok(match self {
            CertificateShare::Cer => operator.share_cer(serial)?,
            CertificateShare::P7c => operator.share_p7c(serial)?,
        })
    }
}

impl PersonShare {
    /// Name of the kind of file, and its extension.
    #[must_use]
    pub fn file(self) -> (&'static str, &'static str) {
        match self {
            PersonShare::Vcard => ("vCard", "vcf"),
            PersonShare::Ldif => ("LDIF", "ldif"),
        }
    }

    /// The content of the file.
    pub fn made(self, operator: &Operator, person: SubscriberId) -> Result<String, CommandError> {
        Ok(match self {
            PersonShare::Vcard => operator.share_vcard(person)?,
            PersonShare::Ldif => operator.share_ldif(person)?,
        })
    }
}

/// How one property of a pair was found.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TickResult {
    /// Both sides were tried.
    Proved,
    /// The private key is with its holder: the public side was tried.
    PublicSideOnly,
    /// There is no certificate for it.
    NoCertificate,
    /// It does not work.
    Failed,
}

/// One property.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Tick {
    /// How it was found.
    pub result: TickResult,
    /// Why it failed.
    pub reason: Option<String>,
}

/// The three properties of a person's pair.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SelfTest {
    /// Who it is.
    pub authentication: Tick,
    /// Nothing was changed.
    pub integrity: Tick,
    /// Only the person reads it.
    pub confidentiality: Tick,
}

impl From<core::Tick> for Tick {
    fn from(tick: core::Tick) -> Self {
        let result = match &tick {
            core::Tick::Proved => TickResult::Proved,
            core::Tick::PublicSideOnly => TickResult::PublicSideOnly,
            core::Tick::NoCertificate => TickResult::NoCertificate,
            core::Tick::Failed(_) => TickResult::Failed,
        };
        let reason = match tick {
            core::Tick::Failed(reason) => Some(reason),
            core::Tick::Proved | core::Tick::PublicSideOnly | core::Tick::NoCertificate => None,
        };
        Tick { result, reason }
    }
}

impl From<core::SelfTest> for SelfTest {
    fn from(test: core::SelfTest) -> Self {
        SelfTest {
            authentication: test.authentication.into(),
            integrity: test.integrity.into(),
            confidentiality: test.confidentiality.into(),
        }
    }
}
