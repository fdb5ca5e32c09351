//! Subscribers: persons and functional mailboxes, with names that are theirs for ever.

use crate::{
    Operator, Result,
    id::{MailboxId, SubscriberId},
};
use protocol::{Timestamp, x509::DistinguishedName};

/// A person or a functional mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubscriberKind {
    /// A person.
    Person,
    /// A functional mailbox (office@...).
    Functional,
}

/// A subscriber to add.
#[derive(Debug, Clone)]
pub struct NewSubscriber {
    /// Name as people write it, NFC, 1 to 64 characters, no control or bidirectional override characters.
    pub name: String,
    /// First mail address.
    pub mail: String,
    /// Kind.
    pub kind: SubscriberKind,
}

/// A mailbox and its validation.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Mailbox {
    /// Id.
    pub id: MailboxId,
    /// Address, domain in lower case.
    pub address: String,
    /// The last validation that still counts.
    pub validated_at: Option<Timestamp>,
    /// Its method.
    pub method: Option<String>,
    /// Its evidence.
    pub evidence: Option<String>,
}

/// A subscriber.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Subscriber {
    /// Id.
    pub id: SubscriberId,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: SubscriberKind,
    /// Subject DN, for ever.
    #[serde(serialize_with = "as_text")]
    pub subject: DistinguishedName,
    /// Mailboxes, first one first.
    pub mailboxes: Vec<Mailbox>,
    /// Added at.
    pub created_at: Timestamp,
    /// Certificates that are active now.
    pub active_certificates: u32,
    /// State of the newest enrollment, when there is one.
    pub enrollment_state: Option<crate::enrollment::State>,
    /// Devices enrolled.
    pub devices: Vec<crate::enrollment::Device>,
    /// The name mixes Latin, Greek or Cyrillic letters: it may imitate another one.
    pub mixed_scripts: bool,
}

fn as_text<S: serde::Serializer>(dn: &DistinguishedName, s: S) -> std::result::Result<S::Ok, S::Error> {
    s.collect_str(dn)
}

/// Which subscribers to list.
#[derive(Debug, Clone, Default)]
pub struct SubscriberQuery {
    /// Part of name or address.
    pub search: Option<String>,
    /// Keyset: after this (name, id) of the last row.
    pub after: Option<(String, SubscriberId)>,
    /// At most this many (1 to 500).
    pub limit: u32,
}

/// A page of a list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Page<T> {
    /// Rows.
    pub rows: Vec<T>,
    /// There are more.
    pub more: bool,
    /// All that match.
    pub total: u64,
}

impl Operator {
    /// Adds one.
    pub fn add_subscriber(&self, new: NewSubscriber) -> Result<Subscriber> {
        let _ = new;
        todo!()
    }
    /// Deletes a person: refused while certificates are active; the subject DN stays reserved for ever (invariant 4).
    pub fn delete_subscriber(&self, id: SubscriberId) -> Result<()> {
        let _ = id;
        todo!()
    }
    /// A further address of a person.
    pub fn add_mailbox(&self, id: SubscriberId, address: &str) -> Result<Subscriber> {
        let _ = (id, address);
        todo!()
    }
    /// Lists.
    pub fn subscribers(&self, query: &SubscriberQuery) -> Result<Page<Subscriber>> {
        let _ = query;
        todo!()
    }
    /// One.
    pub fn subscriber(&self, id: SubscriberId) -> Result<Subscriber> {
        let _ = id;
        todo!()
    }
    /// One by address.
    pub fn subscriber_by_mail(&self, mail: &str) -> Result<Subscriber> {
        let _ = mail;
        todo!()
    }
}

/// The subscriber is there and was not deleted: only then anything is certified for them.
pub(crate) fn exists(tx: &rusqlite::Connection, id: SubscriberId) -> Result<bool> {
    let _ = (tx, id);
    todo!()
}
