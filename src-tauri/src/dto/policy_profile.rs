//! Certificate profiles as the editor holds them, what the review says about them, and their versions.

use super::{ledger::named, time};
use protocol::key::KeyAlgorithm;
use ra::profile as core;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Declares an enum of the window that is one with an enum of the authority: a value that only one of them has does not compile.
macro_rules! mirrored {
    ($(#[$meta:meta])* $name:ident = $core:ty { $($(#[$doc:meta])* $value:ident,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
        #[serde(rename_all = "camelCase")]
        pub enum $name { $($(#[$doc])* $value,)* }
        impl From<$core> for $name {
            fn from(value: $core) -> Self {
                match value { $(<$core>::$value => $name::$value,)* }
            }
        }
        impl From<$name> for $core {
            fn from(value: $name) -> Self {
                match value { $($name::$value => <$core>::$value,)* }
            }
        }
    };
}
pub(super) use mirrored;

mirrored! {
    /// The certificate profiles.
    ProfileName = core::ProfileName {
        /// Mail signing.
        Signing,
        /// Mail encryption.
        Encryption,
        /// Wi-Fi and VPN.
        Authentication,
        /// Documents.
        Document,
        /// Functional mailboxes.
        Functional,
    }
}
mirrored! {
    /// Kind and size of a key.
    KeyKind = KeyAlgorithm {
        /// RSA, 2048 bits.
        Rsa2048,
        /// RSA, 3072 bits.
        Rsa3072,
        /// RSA, 4096 bits.
        Rsa4096,
        /// On P-256.
        P256,
        /// On P-384.
        P384,
    }
}
mirrored! {
    /// A bit of keyUsage.
    KeyUse = core::Usage {
        /// digitalSignature.
        DigitalSignature,
        /// contentCommitment.
        ContentCommitment,
        /// keyEncipherment.
        KeyEncipherment,
        /// dataEncipherment.
        DataEncipherment,
    }
}
mirrored! {
    /// Who approves.
    Approval = core::Approval {
        /// Nobody: a valid challenge is enough.
        Automatic,
        /// An officer.
        Officer,
        /// An officer who did not make the challenge.
        FourEyes,
    }
}
mirrored! {
    /// What becomes of the private key.
    Escrow = core::Escrow {
        /// It stays with its holder.
        Never,
        /// Escrowed once the department has decided for it.
        ByPolicy,
    }
}
mirrored! {
    /// How much a finding matters.
    FindingLevel = core::Level {
        /// It cannot be saved so.
        Error,
        /// Advice.
        Advice,
    }
}
mirrored! {
    /// Whose something is.
    PolicySource = core::Source {
        /// The department's own.
        Department,
        /// The organization's.
        Organization,
        /// Nobody has saved one.
        Builtin,
    }
}
ra::with_remarks!(mirrored! {
    /// What is said about a profile; the window has words for each.
    Remark = core::Remark
});

/// Who answers for escrow of a key that also signs, and why.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscrowException {
    /// Who.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// One of certificatePolicies.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificatePolicy {
    /// OID.
    pub oid: String,
    /// CPS URI.
    pub cps: Option<String>,
}

/// A certificate profile as it is edited.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileDraft {
    /// May be issued at all.
    pub offered: bool,
    /// Key that is made here or asked of a phone.
    pub key: KeyKind,
    /// keyUsage.
    pub usage: Vec<KeyUse>,
    /// extendedKeyUsage, OIDs.
    pub purposes: Vec<String>,
    /// Days of validity.
    pub days: u32,
    /// Renewal begins so many days before the end.
    pub renewal_days: u32,
    /// certificatePolicies.
    pub policies: Vec<CertificatePolicy>,
    /// States the mail address.
    pub with_address: bool,
    /// States all of them.
    pub every_address: bool,
    /// Who approves.
    pub approval: Approval,
    /// What becomes of the private key.
    pub escrow: Escrow,
    /// For escrow of a key that also signs.
    pub exception: Option<EscrowException>,
    /// States where its CRL is.
    pub crl_address: bool,
}

/// What is said about one field.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileFinding {
    /// How much it matters.
    pub level: FindingLevel,
    /// What.
    pub remark: Remark,
    /// About which field, by its name in [`ProfileDraft`].
    pub field: String,
    /// Its source: a clause, or `Signet` for a rule of ours.
    pub rule: String,
}

/// A version of a certificate profile.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileVersion {
    /// Which profile.
    pub name: ProfileName,
    /// Number; 0: built in.
    pub version: u32,
    /// Whose it is.
    pub source: PolicySource,
    /// Saved at.
    pub saved_at: Option<String>,
    /// By whom.
    pub saved_by: Option<String>,
    /// What it says.
    pub definition: ProfileDraft,
    /// What is advised about it.
    pub findings: Vec<ProfileFinding>,
}

impl From<core::ProfileDraft> for ProfileDraft {
    fn from(draft: core::ProfileDraft) -> Self {
        ProfileDraft {
            offered: draft.offered,
            key: draft.key.into(),
            usage: draft.usage.into_iter().map(Into::into).collect(),
            purposes: draft.purposes,
            days: draft.days,
            renewal_days: draft.renewal_days,
            policies: draft.policies.into_iter().map(|policy| CertificatePolicy { oid: policy.oid, cps: policy.cps }).collect(),
            with_address: draft.with_address,
            every_address: draft.every_address,
            approval: draft.approval.into(),
            escrow: draft.escrow.into(),
            exception: draft.exception.map(|exception| EscrowException { name: exception.name, reason: exception.reason }),
            crl_address: draft.crl_address,
        }
    }
}

impl From<ProfileDraft> for core::ProfileDraft {
    fn from(draft: ProfileDraft) -> Self {
        core::ProfileDraft {
            offered: draft.offered,
            key: draft.key.into(),
            usage: draft.usage.into_iter().map(Into::into).collect(),
            purposes: draft.purposes,
            days: draft.days,
            renewal_days: draft.renewal_days,
            policies: draft.policies.into_iter().map(|policy| core::PolicyInformation { oid: policy.oid, cps: policy.cps }).collect(),
            with_address: draft.with_address,
            every_address: draft.every_address,
            approval: draft.approval.into(),
            escrow: draft.escrow.into(),
            exception: draft.exception.map(|exception| core::Exception { name: exception.name, reason: exception.reason }),
            crl_address: draft.crl_address,
        }
    }
}

/// The field as the window names it: `renewal_days` is `renewalDays` there.
pub(super) fn field(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let (head, rest) = part.split_at(part.len().min(1));
        all + &head.to_uppercase() + rest
    })
}

impl From<core::Finding> for ProfileFinding {
    fn from(finding: core::Finding) -> Self {
        ProfileFinding {
            level: finding.level.into(),
            remark: finding.remark.into(),
            field: field(finding.field),
            rule: finding.rule.to_owned(),
        }
    }
}

impl From<core::ProfileView> for ProfileVersion {
    fn from(view: core::ProfileView) -> Self {
        ProfileVersion {
            name: view.name.into(),
            version: super::count(view.version),
            source: view.source.into(),
            saved_at: view.saved_at.map(time),
            saved_by: view.saved_by.map(|actor| named(actor).1),
            definition: view.definition.into(),
            findings: view.findings.into_iter().map(Into::into).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_comes_back_from_the_window_as_it_went() {
        for name in core::ProfileName::ALL {
            let mut draft = core::ProfileDraft::builtin(name);
            draft.policies =
                vec![core::PolicyInformation { oid: "1.3.6.1.4.1.32473.1".into(), cps: Some("https://pki.example.edu/cps".into()) }];
            draft.exception = Some(core::Exception { name: "The dean".into(), reason: "One key a mailbox".into() });
            let seen = ProfileDraft::from(draft.clone());
            let json = serde_json::to_value(&seen).unwrap();
            let back: ProfileDraft = serde_json::from_value(json).unwrap();
            assert_eq!(core::ProfileDraft::from(back), draft);
        }
    }

    #[test]
    fn each_finding_names_a_field_that_the_window_has() {
        let draft = core::ProfileDraft {
            renewal_days: 0,
            escrow: core::Escrow::ByPolicy,
            with_address: false,
            every_address: true,
            crl_address: false,
            ..core::ProfileDraft::builtin(core::ProfileName::Signing)
        };
        let window = serde_json::to_value(ProfileDraft::from(draft.clone())).unwrap();
        let found: Vec<ProfileFinding> =
            draft.review(core::ProfileName::Signing, &ra::settings::Cps::default()).into_iter().map(Into::into).collect();
        for finding in &found {
            assert!(window.get(&finding.field).is_some(), "{finding:?}");
        }
        assert!(
            found.iter().any(|f| f.field == "renewalDays" && f.remark == Remark::RenewalRange && f.level == FindingLevel::Error),
            "{found:?}"
        );
        assert!(found.iter().any(|f| f.field == "escrow" && f.remark == Remark::SigningEscrowed), "{found:?}");
    }
}
