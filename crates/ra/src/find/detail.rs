//! One certificate in full: in plain words, as a tree, with its chain, its faults, where it came from and what became of it.

use super::{Node, Status};
use crate::{certificate::Certificate, enrollment::Device, ledger::Actor};
use protocol::Timestamp;

/// What the top of the page says; sentences belong to the screen.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Summary {
    /// Common name, or the whole subject.
    pub name: String,
    /// Mail addresses.
    pub addresses: Vec<String>,
    /// What it is.
    pub status: Status,
    /// What its key may do: digitalSignature, keyEncipherment, ... (RFC 5280 4.2.1.3).
    pub key_usage: Vec<String>,
    /// What for: emailProtection, clientAuth, ... or an OID (RFC 5280 4.2.1.12).
    pub purposes: Vec<String>,
    /// Whole days until its end; negative after it.
    pub days_left: i64,
    /// Key, e.g. "RSA 2048".
    pub key: String,
    /// When and why it was revoked or held (CRLReason).
    pub revoked: Option<(Timestamp, protocol::crl::Reason)>,
    /// When it was replaced.
    pub superseded_at: Option<Timestamp>,
}

/// A certificate of the chain.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ChainLink {
    /// Subject.
    pub subject: String,
    /// Serial number.
    pub serial: String,
    /// Key, e.g. "RSA 3072".
    pub key: String,
    /// Last second.
    pub not_after: Timestamp,
    /// Its signature fits the key of the next one (the last: its own).
    pub signature_fits: bool,
}

/// Where it came from.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Provenance {
    /// When it was stored.
    pub issued_at: Timestamp,
    /// Who had it made; `None` for what was imported or came before the ledger.
    pub actor: Option<Actor>,
    /// Row of the ledger.
    pub ledger: Option<u64>,
    /// By which version of the policy, where the ledger says it.
    pub policy: Option<String>,
    /// The person's name now.
    pub subscriber: Option<String>,
    /// The device it was made for.
    pub device: Option<Device>,
}

/// Something that happened to it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What, as in the ledger (`certificate.issued`, `certificate.revoked`, ...), or `certificate.ends`.
    pub event: String,
    /// Who, where it is known.
    pub actor: Option<Actor>,
    /// Row of the ledger.
    pub ledger: Option<u64>,
    /// Further facts.
    pub details: serde_json::Value,
}

/// Everything about one certificate.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CertificateDetail {
    /// As in the list.
    pub certificate: Certificate,
    /// In plain words.
    pub summary: Summary,
    /// The technical tree.
    pub tree: Vec<Node>,
    /// From the certificate's issuer to the root.
    pub chain: Vec<ChainLink>,
    /// What is wrong with it by RFC 5280; empty: nothing.
    pub lint: Vec<String>,
    /// Where it came from.
    pub provenance: Provenance,
    /// Addresses where its revocation status is published (cRLDistributionPoints, OCSP), as it says itself.
    pub published: Vec<String>,
    /// What happened to it, oldest first.
    pub timeline: Vec<Event>,
    /// SHA-256 of the certificate, upper-case hex.
    pub sha256: String,
    /// SHA-1 of the certificate, upper-case hex: what Windows calls thumbprint.
    pub sha1: String,
    /// PEM.
    pub pem: String,
}
