//! What the editor of a profile holds, and the built-in profiles.

use super::{CertificateProfile, DOCUMENT_ENCRYPTION, Finding, Level, ProfileName, review::review};
use crate::settings::Cps;
use protocol::{
    key::KeyAlgorithm,
    x509::{ExtendedKeyUsage, KeyUsage},
};

/// A bit of keyUsage that a person's certificate may have (RFC 5280 4.2.1.3). There is no keyAgreement: an elliptic key gets it in
/// place of keyEncipherment by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Usage {
    /// digitalSignature (0).
    DigitalSignature,
    /// contentCommitment, formerly nonRepudiation (1).
    ContentCommitment,
    /// keyEncipherment (2).
    KeyEncipherment,
    /// dataEncipherment (3).
    DataEncipherment,
}

impl Usage {
    /// All of them.
    pub const ALL: [Usage; 4] = [Usage::DigitalSignature, Usage::ContentCommitment, Usage::KeyEncipherment, Usage::DataEncipherment];

    fn bit(self) -> KeyUsage {
        match self {
            Usage::DigitalSignature => KeyUsage::DIGITAL_SIGNATURE,
            Usage::ContentCommitment => KeyUsage::CONTENT_COMMITMENT,
            Usage::KeyEncipherment => KeyUsage::KEY_ENCIPHERMENT,
            Usage::DataEncipherment => KeyUsage::DATA_ENCIPHERMENT,
        }
    }
}

/// Who says yes to a certificate that somebody asks for. What the officer issues or invites to has the officer's approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approval {
    /// Who has a valid challenge gets the certificate.
    Automatic,
    /// An officer approves each request.
    Officer,
    /// An officer approves who did not make the challenge.
    FourEyes,
}

/// What becomes of the private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Escrow {
    /// It is kept nowhere but with its holder.
    Never,
    /// It is escrowed when the department has decided for escrow.
    ByPolicy,
}

/// Who answers for an exception, and why it was made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Exception {
    /// Name of the person who decided.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// One PolicyInformation (RFC 5280 4.2.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct PolicyInformation {
    /// Dotted OID.
    pub oid: String,
    /// CPS URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cps: Option<String>,
}

/// A certificate profile as it is edited and saved.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileDraft {
    /// May be issued at all.
    pub offered: bool,
    /// Key that is made here or asked of a phone; the weakest RSA key that is accepted from elsewhere.
    pub key: KeyAlgorithm,
    /// keyUsage.
    pub usage: Vec<Usage>,
    /// extendedKeyUsage, dotted OIDs.
    pub purposes: Vec<String>,
    /// Days of validity.
    pub days: u32,
    /// Renewal begins so many days before the end.
    pub renewal_days: u32,
    /// certificatePolicies in production; a pilot has its own.
    #[serde(default)]
    pub policies: Vec<PolicyInformation>,
    /// The certificate states the mail address.
    pub with_address: bool,
    /// All validated addresses of the person, not only one.
    #[serde(default)]
    pub every_address: bool,
    /// Who approves.
    pub approval: Approval,
    /// What becomes of the private key.
    pub escrow: Escrow,
    /// For escrow of a key that also signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Exception>,
    /// States where its CRL is.
    pub crl_address: bool,
}

/// Purposes by which somebody is only let in: TLS clients, 802.1X and PPP (RFC 4334), IPsec (RFC 4945), Windows and Kerberos (RFC 4556).
const LET_IN: [&str; 7] = [
    "1.3.6.1.5.5.7.3.2",
    "1.3.6.1.5.5.7.3.7",
    "1.3.6.1.5.5.7.3.13",
    "1.3.6.1.5.5.7.3.14",
    "1.3.6.1.5.5.7.3.17",
    "1.3.6.1.4.1.311.20.2.2",
    "1.3.6.1.5.2.3.4",
];

/// A key of this usage opens what lasts: mail or documents. keyEncipherment beside clientAuth alone is for TLS sessions.
pub(crate) fn decrypts<'a>(usage: KeyUsage, mut purposes: impl Iterator<Item = &'a str>) -> bool {
    let client = ExtendedKeyUsage::ClientAuth;
    usage.has(KeyUsage::DATA_ENCIPHERMENT)
        || usage.has(KeyUsage::KEY_AGREEMENT)
        || (usage.has(KeyUsage::KEY_ENCIPHERMENT) && (!usage.has(KeyUsage::DIGITAL_SIGNATURE) || purposes.any(|p| p != client.oid())))
}

impl ProfileDraft {
    /// The built-in profile of this name.
    pub fn builtin(name: ProfileName) -> Self {
        let mail = ExtendedKeyUsage::EmailProtection.oid().to_owned();
        let start = ProfileDraft {
            offered: true,
            key: KeyAlgorithm::Rsa2048,
            // RFC 8550 4.4.2; contentCommitment alone does not pass on iPhones, so digitalSignature is beside it.
            usage: vec![Usage::DigitalSignature, Usage::ContentCommitment],
            purposes: vec![mail],
            days: 730,
            renewal_days: 30,
            policies: Vec::new(),
            with_address: true,
            every_address: false,
            approval: Approval::Automatic,
            escrow: Escrow::Never,
            exception: None,
            crl_address: true,
        };
        match name {
            ProfileName::Signing | ProfileName::Functional => start,
            ProfileName::Encryption => ProfileDraft { usage: vec![Usage::KeyEncipherment], escrow: Escrow::ByPolicy, ..start },
            // keyEncipherment for TLS 1.2 with RSA key exchange, which some VPN gateways still ask of clients.
            ProfileName::Authentication => ProfileDraft {
                usage: vec![Usage::DigitalSignature, Usage::KeyEncipherment],
                purposes: vec![ExtendedKeyUsage::ClientAuth.oid().to_owned()],
                days: 365,
                ..start
            },
            ProfileName::Document => ProfileDraft {
                usage: vec![Usage::KeyEncipherment, Usage::DataEncipherment],
                purposes: vec![DOCUMENT_ENCRYPTION.to_owned()],
                with_address: false,
                escrow: Escrow::ByPolicy,
                ..start
            },
        }
    }
    /// keyUsage as a set.
    pub(super) fn key_usage(&self) -> KeyUsage {
        self.usage.iter().fold(KeyUsage(0), |set, usage| set.and(usage.bit()))
    }
    /// The key signs or signs in.
    pub fn signs(&self) -> bool {
        self.usage.iter().any(|usage| matches!(usage, Usage::DigitalSignature | Usage::ContentCommitment))
    }
    /// The key opens what lasts: mail or documents.
    pub fn decrypts(&self) -> bool {
        decrypts(self.key_usage(), self.purposes.iter().map(String::as_str))
    }
    /// The key signs mail, documents or what else others rely on, and not only to be let in somewhere. A purpose that is not known here
    /// counts as one of these.
    pub(crate) fn signs_for_its_holder(&self) -> bool {
        self.signs() && self.purposes.iter().any(|purpose| !LET_IN.contains(&purpose.as_str()))
    }
    /// The key is made on a device, which asks for its certificate by SCEP (invariants 1 and 2).
    pub(crate) fn by_scep(&self) -> bool {
        self.signs() && !self.decrypts()
    }
    /// What is wrong with it (it cannot be saved) and what is advised, under this name and where this CPS is registered: a policy that
    /// the CPS gives is not missed.
    pub fn review(&self, name: ProfileName, cps: &Cps) -> Vec<Finding> {
        review(name, self, cps)
    }
    /// The profile that it describes; else the first thing that is wrong, whatever CPS is registered.
    pub fn check(&self, name: ProfileName) -> Result<CertificateProfile, Finding> {
        match self.review(name, &Cps::default()).into_iter().find(|finding| finding.level == Level::Error) {
            Some(wrong) => Err(wrong),
            None => Ok(self.profile(name)),
        }
    }
    /// The profile that it describes, whether it may be saved or not.
    pub(super) fn profile(&self, name: ProfileName) -> CertificateProfile {
        CertificateProfile {
            name,
            version: 0,
            pilot: false,
            offered: self.offered,
            key: self.key,
            key_usage: self.key_usage(),
            extended_key_usage: self.purposes.iter().map(|oid| ExtendedKeyUsage::from_oid(oid)).collect(),
            days: self.days,
            backdated_minutes: 0,
            renewal_days: self.renewal_days,
            policies: self.policies.clone(),
            cps: None,
            with_address: self.with_address,
            every_address: self.every_address,
            approval: self.approval,
            escrow: self.escrow,
            crl_address: self.crl_address,
            by_scep: self.by_scep(),
            wrong: None,
        }
    }
}
