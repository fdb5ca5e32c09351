//! Subscribers: persons and functional mailboxes, with names that are theirs for ever.

mod alike;
mod list;
mod moving;
pub(crate) mod name;
mod read;
mod registry;

use crate::{
    Conflict, Error, Noun, Operator, Result, certificate, challenge, enrollment,
    id::{MailboxId, SubscriberId, UnitId},
    ledger,
    mailbox::{self, Address, Standing, Unvalidated},
};
use protocol::{Timestamp, x509::DistinguishedName};
use rusqlite::params;
use serde_json::json;

pub use alike::LookAlike;
pub(crate) use read::{certified_as, department, department_at, exists, read};

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

/// A mailbox and its newest validation.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Mailbox {
    /// Id.
    pub id: MailboxId,
    /// Address, domain in lower case.
    pub address: String,
    /// It counts as validated at the moment of reading: certificates may state it.
    pub validated: bool,
    /// When it was last validated, whether or not that still counts; `None`: nobody has.
    pub validated_at: Option<Timestamp>,
    /// The last second at which that counts, or counted; `None`: it has no end, or nobody has validated it.
    pub valid_until: Option<Timestamp>,
    /// The officer who recorded it.
    pub validated_by: Option<String>,
    /// Its method.
    pub method: Option<String>,
    /// Its evidence.
    pub evidence: Option<String>,
    /// Version of the rules under which it was made ([`mailbox::RULES`]).
    pub rules: Option<String>,
}

impl Mailbox {
    /// What it is worth at the moment of reading.
    pub(crate) fn standing(&self) -> Standing {
        match (self.validated, self.validated_at, self.valid_until) {
            (true, ..) => Ok(self.address.clone()),
            (false, Some(_), Some(ended)) => Err(Unvalidated::Ended { mailbox: self.address.clone(), ended }),
            (false, ..) => Err(Unvalidated::Never { mailbox: self.address.clone() }),
        }
    }
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
    /// Name of the department.
    pub department: String,
    /// The department.
    pub department_id: UnitId,
    /// Subject DN that certificates state from now on; it is this subscriber's for ever, and so are earlier ones.
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
    /// Part of name, address or device, or the beginning of serial number or fingerprint of a certificate (eight hex digits or more).
    pub search: Option<String>,
    /// Only of this department.
    pub department: Option<UnitId>,
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
    /// All that match; when `total_is_exact` is false at least about so many.
    pub total: u64,
    /// `total` was counted to the end.
    pub total_is_exact: bool,
}

impl SubscriberKind {
    fn as_str(self) -> &'static str {
        match self {
            SubscriberKind::Person => "person",
            SubscriberKind::Functional => "functional",
        }
    }
}

impl Operator {
    /// Adds one to the officer's department. The subject DN is O and OU of the department and the name as CN; a second person of the same name gets a
    /// serialNumber beside it. A name that mixes scripts is accepted, noted in the ledger and marked.
    pub fn add_subscriber(&self, new: NewSubscriber) -> Result<Subscriber> {
        let department = self.here()?;
        let name = name::canonical(&new.name)?;
        let address = Address::of_department(&new.mail, &department.mail_domains)?;
        let (at, actor) = (self.inner.clock.now(), self.actor.clone());
        self.inner.store.write(move |tx| {
            mailbox::must_be_free(tx, &address)?;
            let id = SubscriberId::fresh();
            let subject = registry::register(tx, at, id, &department, &name)?;
            tx.prepare_cached(
                "INSERT INTO subscriber (id, name, sort_key, search, kind, subject, created_at, department) \
                 VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                id,
                name,
                name::fold(&name),
                new.kind.as_str(),
                serde_json::to_string(&subject).map_err(Error::fault)?,
                at.0,
                department.id
            ])?;
            mailbox::insert(tx, at, id, &address)?;
            let details = json!({
                "name": name, "mail": address.as_str(), "subject": subject.to_string(), "department": department.id,
                "mixed_scripts": name::mixes_scripts(&name),
            });
            ledger::append(tx, at, &actor, "subscriber.added", &id.to_string(), &details)?;
            read(tx, at, id)
        })
    }

    /// Deletes a person: refused while certificates work or are on hold, superseded ones too, for nobody would answer for them; the
    /// subject DN stays reserved for ever (invariant 4).
    pub fn delete_subscriber(&self, id: SubscriberId) -> Result<()> {
        let (at, actor) = (self.inner.clock.now(), self.actor.clone());
        self.inner.store.write(move |tx| {
            let gone = read(tx, at, id)?;
            if certificate::usable_count(tx, at, id)? > 0 {
                return Err(Error::Conflict(Conflict::ActiveCertificates));
            }
            enrollment::end_all_of(tx, at, &actor, id, "the person was deleted")?;
            challenge::cancel_for_subscriber(tx, id)?;
            tx.prepare_cached("DELETE FROM subscriber WHERE id = ?1")?.execute([id])?;
            ledger::append(tx, at, &actor, "subscriber.deleted", &id.to_string(), &json!({ "subject": gone.subject.to_string() }))
        })
    }

    /// A further address of a person.
    pub fn add_mailbox(&self, id: SubscriberId, address: &str) -> Result<Subscriber> {
        let (at, actor, units, typed) = (self.inner.clock.now(), self.actor.clone(), self.inner.units()?, address.to_owned());
        self.inner.store.write(move |tx| {
            let department = department(tx, id)?.ok_or(Error::NotFound(Noun::Subscriber))?;
            let address = Address::of_department(&typed, &units.of(department)?.mail_domains)?;
            mailbox::must_be_free(tx, &address)?;
            mailbox::insert(tx, at, id, &address)?;
            ledger::append(tx, at, &actor, "mailbox.added", address.as_str(), &json!({ "subscriber": id }))?;
            read(tx, at, id)
        })
    }

    /// Sorted by name; a search finds parts of name and addresses without regard to accents and case, below three characters
    /// only beginnings, and holders by the beginning of a certificate's serial number or fingerprint.
    pub fn subscribers(&self, query: &SubscriberQuery) -> Result<Page<Subscriber>> {
        self.inner.ready_to_find(query.search.as_deref())?;
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| list::page(tx, at, query))
    }

    /// One.
    pub fn subscriber(&self, id: SubscriberId) -> Result<Subscriber> {
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| read(tx, at, id))
    }

    /// One by address.
    pub fn subscriber_by_mail(&self, mail: &str) -> Result<Subscriber> {
        let at = self.inner.clock.now();
        let address = Address::parse(mail)?;
        self.inner.store.read(|tx| read(tx, at, mailbox::owner(tx, &address)?.subscriber))
    }
}

#[cfg(test)]
mod tests;
