//! One certificate in full.

use super::{advice::CertificateAdvice, certificate::Certificate, count, enrollment::Device, ledger::ActorKind, ledger::named, time, word};
use ra::{find as core, publication::PublicationTarget};
use serde::Serialize;
use specta::Type;

/// A name with a value, or with further nodes.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TreeNode {
    /// Name as in the standard.
    pub name: String,
    /// Value; empty where there are children.
    pub value: String,
    /// Parts.
    pub children: Vec<TreeNode>,
}

/// A certificate of the chain.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChainLink {
    /// Subject.
    pub subject: String,
    /// Serial.
    pub serial: String,
    /// Key.
    pub key: String,
    /// Last second.
    pub not_after: String,
    /// Its signature fits the key of the next one.
    pub signature_fits: bool,
}

/// Something that happened to it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateEvent {
    /// When.
    pub at: String,
    /// What, as in the ledger, or `certificate.ends`.
    pub event: String,
    /// Who, where it is known.
    pub actor: Option<ActorKind>,
    /// Name or id of the actor.
    pub actor_name: String,
    /// Row of the ledger.
    pub ledger: Option<u32>,
    /// CRLReason, where there is one.
    pub reason: Option<String>,
    /// Serial of the certificate that took its place.
    pub by: Option<String>,
}

/// A place where CRLs and CA certificates are published.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PublishedAt {
    /// Folder or URL.
    pub address: String,
    /// The last time that a file arrived there.
    pub last_success: Option<String>,
    /// Files that still wait.
    pub waiting: u32,
}

/// Everything about one certificate.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateDetail {
    /// As in the list.
    pub certificate: Certificate,
    /// Mail addresses.
    pub addresses: Vec<String>,
    /// What its key may do (RFC 5280 4.2.1.3).
    pub key_usage: Vec<String>,
    /// What for (RFC 5280 4.2.1.12).
    pub purposes: Vec<String>,
    /// Whole days until its end; negative after it.
    pub days_left: i32,
    /// Key.
    pub key: String,
    /// When it was revoked or held.
    pub revoked_at: Option<String>,
    /// Why, as the CRL says it.
    pub revoked_reason: Option<String>,
    /// It is revoked then, unless it is reinstated before: the phone is perhaps lost.
    pub revoked_unless_reinstated_at: Option<String>,
    /// When it was replaced.
    pub superseded_at: Option<String>,
    /// The technical tree.
    pub tree: Vec<TreeNode>,
    /// From its issuer to the root.
    pub chain: Vec<ChainLink>,
    /// What is wrong with it by RFC 5280; empty: nothing.
    pub lint: Vec<String>,
    /// What the S/MIME baseline advises about it; empty: nothing that is looked at is missing; `None`: it is not for mail.
    pub advice: Option<Vec<CertificateAdvice>>,
    /// When it was stored.
    pub issued_at: String,
    /// Who had it made, where it is known.
    pub actor: Option<ActorKind>,
    /// Name or id of the actor.
    pub actor_name: String,
    /// Row of the ledger.
    pub ledger: Option<u32>,
    /// By which version of the policy, where the ledger says it.
    pub policy: Option<String>,
    /// Version of the CPS that was in force, where one was registered.
    pub cps: Option<String>,
    /// It was issued by a pilot.
    pub pilot: bool,
    /// Its key was made here; `None`: the ledger does not say it.
    pub made_here: Option<bool>,
    /// The device it was made for.
    pub device: Option<Device>,
    /// Where its revocation status is published, as it says itself.
    pub published: Vec<String>,
    /// Where CRLs are sent, and when they arrived last.
    pub targets: Vec<PublishedAt>,
    /// What happened to it, oldest first.
    pub timeline: Vec<CertificateEvent>,
    /// SHA-256, upper-case hex.
    pub sha256: String,
    /// SHA-1, upper-case hex.
    pub sha1: String,
    /// PEM.
    pub pem: String,
}

impl From<core::Node> for TreeNode {
    fn from(node: core::Node) -> Self {
        TreeNode { name: node.name, value: node.value, children: node.children.into_iter().map(Into::into).collect() }
    }
}

impl From<core::ChainLink> for ChainLink {
    fn from(link: core::ChainLink) -> Self {
        ChainLink {
            subject: link.subject,
            serial: link.serial,
            key: link.key,
            not_after: time(link.not_after),
            signature_fits: link.signature_fits,
        }
    }
}

impl From<core::Event> for CertificateEvent {
    fn from(event: core::Event) -> Self {
        let (actor, actor_name) = event.actor.map(named).unzip();
        CertificateEvent {
            at: time(event.at),
            event: event.event,
            actor,
            actor_name: actor_name.unwrap_or_default(),
            ledger: event.ledger.map(count),
            reason: text(&event.details, "reason"),
            by: text(&event.details, "by"),
        }
    }
}

fn text(details: &serde_json::Value, key: &str) -> Option<String> {
    details.get(key).and_then(serde_json::Value::as_str).map(str::to_owned)
}

impl From<PublicationTarget> for PublishedAt {
    fn from(target: PublicationTarget) -> Self {
        PublishedAt { address: target.address, last_success: target.last_success.map(time), waiting: target.waiting }
    }
}

impl CertificateDetail {
    /// With the places where CRLs are sent.
    #[must_use]
    pub fn sent_to(self, targets: Vec<PublicationTarget>) -> Self {
        CertificateDetail { targets: targets.into_iter().map(Into::into).collect(), ..self }
    }
}

impl From<core::CertificateDetail> for CertificateDetail {
    fn from(detail: core::CertificateDetail) -> Self {
        let (summary, provenance) = (detail.summary, detail.provenance);
        let issued = detail.timeline.iter().find(|event| event.event == "certificate.issued").map(|event| event.details.clone());
        let issued = issued.unwrap_or_default();
        let (actor, actor_name) = provenance.actor.map(named).unzip();
        let days = summary.days_left.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        CertificateDetail {
            certificate: detail.certificate.into(),
            addresses: summary.addresses,
            key_usage: summary.key_usage,
            purposes: summary.purposes,
            days_left: i32::try_from(days).unwrap_or_default(),
            key: summary.key,
            revoked_at: summary.revoked.map(|(at, _)| time(at)),
            revoked_reason: summary.revoked.and_then(|(_, reason)| word(reason)),
            revoked_unless_reinstated_at: summary.final_at.map(time),
            superseded_at: summary.superseded_at.map(time),
            tree: detail.tree.into_iter().map(Into::into).collect(),
            chain: detail.chain.into_iter().map(Into::into).collect(),
            lint: detail.lint,
            advice: detail.advice.map(|all| all.into_iter().map(Into::into).collect()),
            issued_at: time(provenance.issued_at),
            actor,
            actor_name: actor_name.unwrap_or_default(),
            ledger: provenance.ledger.map(count),
            policy: provenance.policy,
            cps: provenance.cps,
            pilot: issued.get("pilot").and_then(serde_json::Value::as_bool).unwrap_or_default(),
            made_here: text(&issued, "key_origin").map(|origin| origin == "signet"),
            device: provenance.device.map(Into::into),
            published: detail.published,
            targets: Vec::new(),
            timeline: detail.timeline.into_iter().map(Into::into).collect(),
            sha256: detail.sha256,
            sha1: detail.sha1,
            pem: detail.pem,
        }
    }
}
