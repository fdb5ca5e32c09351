//! Subscribers and their mailboxes.

use super::{count, enrollment, time, unknown};
use crate::error::CommandError;
use ra::{id::SubscriberId, mailbox, subscriber as core};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A person or a functional mailbox.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SubscriberKind {
    /// A person.
    Person,
    /// A functional mailbox.
    Functional,
}

/// How a mailbox was validated.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ValidationMethod {
    /// The person showed mail of that address.
    InPerson,
    /// Directory or personnel records.
    Records,
}

/// A subscriber to add.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewSubscriber {
    /// Name as people write it.
    pub name: String,
    /// Mail address.
    pub mail: String,
    /// Kind.
    pub kind: SubscriberKind,
    /// Department, where there are several.
    #[specta(optional)]
    pub department: Option<String>,
}

/// A further address of a person.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewMailbox {
    /// Whose.
    pub subscriber: String,
    /// Address.
    pub mail: String,
}

/// A validation to record.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewValidation {
    /// Address.
    pub mail: String,
    /// Method.
    pub method: ValidationMethod,
    /// What was seen.
    pub evidence: String,
}

/// A mailbox.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Mailbox {
    /// Address.
    pub address: String,
    /// It counts as validated: certificates may state it.
    pub validated: bool,
    /// When it was last validated, whether or not that still counts.
    pub validated_at: Option<String>,
    /// The last second at which that counts, or counted; none: it has no end, or nobody has validated it.
    pub valid_until: Option<String>,
    /// The officer who recorded it.
    pub validated_by: Option<String>,
    /// Its method, as the ledger names it.
    pub method: Option<String>,
    /// Its evidence.
    pub evidence: Option<String>,
}

/// A subscriber.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Subscriber {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: SubscriberKind,
    /// Name of the department.
    pub department: String,
    /// The department.
    pub department_id: String,
    /// Subject DN.
    pub subject: String,
    /// Mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// Added at.
    pub created_at: String,
    /// Active certificates.
    pub active_certificates: u32,
    /// State of the newest enrollment.
    pub enrollment_state: Option<enrollment::State>,
    /// Devices.
    pub devices: Vec<enrollment::Device>,
    /// The name mixes scripts: it may imitate another one.
    pub mixed_scripts: bool,
}

/// Somebody whose name looks like another one's but is spelled with other letters.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LookAlike {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// First mail address.
    pub mail: String,
}

/// Which to list.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SubscriberQuery {
    /// Part of name, address or device, or the beginning of serial or fingerprint of a certificate.
    pub search: Option<String>,
    /// Only of this department.
    #[specta(optional)]
    pub department: Option<String>,
    /// After this row.
    pub after: Option<SubscriberKey>,
    /// At most.
    pub limit: u32,
}

/// Where a page ended.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SubscriberKey {
    /// Name of the last row.
    pub name: String,
    /// Its id.
    pub id: String,
}

/// A page.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SubscriberPage {
    /// Rows.
    pub rows: Vec<Subscriber>,
    /// There are more.
    pub more: bool,
    /// All that match; when `total_is_exact` is false at least about so many.
    pub total: u32,
    /// `total` was counted to the end.
    pub total_is_exact: bool,
}

impl From<SubscriberKind> for core::SubscriberKind {
    fn from(kind: SubscriberKind) -> Self {
        match kind {
            SubscriberKind::Person => core::SubscriberKind::Person,
            SubscriberKind::Functional => core::SubscriberKind::Functional,
        }
    }
}

impl From<NewSubscriber> for core::NewSubscriber {
    fn from(new: NewSubscriber) -> Self {
        core::NewSubscriber { name: new.name, mail: new.mail, kind: new.kind.into() }
    }
}

impl From<ValidationMethod> for mailbox::Method {
    fn from(method: ValidationMethod) -> Self {
        match method {
            ValidationMethod::InPerson => mailbox::Method::InPerson,
            ValidationMethod::Records => mailbox::Method::Records,
        }
    }
}

impl TryFrom<SubscriberQuery> for core::SubscriberQuery {
    type Error = CommandError;
    fn try_from(query: SubscriberQuery) -> Result<Self, CommandError> {
        let after = match query.after {
            Some(key) => Some((key.name, SubscriberId::parse(&key.id).ok_or_else(unknown)?)),
            None => None,
        };
        let department = query.department.as_deref().map(super::department::unit).transpose()?;
        let search = query.search.filter(|s| !s.trim().is_empty());
        Ok(core::SubscriberQuery { search, department, after, limit: query.limit.clamp(1, 500) })
    }
}

impl From<core::Mailbox> for Mailbox {
    fn from(m: core::Mailbox) -> Self {
        Mailbox {
            address: m.address,
            validated: m.validated,
            validated_at: m.validated_at.map(time),
            valid_until: m.valid_until.map(time),
            validated_by: m.validated_by,
            method: m.method,
            evidence: m.evidence,
        }
    }
}

impl From<core::Subscriber> for Subscriber {
    fn from(s: core::Subscriber) -> Self {
        Subscriber {
            id: s.id.to_string(),
            kind: match s.kind {
                core::SubscriberKind::Person => SubscriberKind::Person,
                core::SubscriberKind::Functional => SubscriberKind::Functional,
            },
            subject: s.subject.to_string(),
            department: s.department,
            department_id: s.department_id.to_string(),
            name: s.name,
            mailboxes: s.mailboxes.into_iter().map(Into::into).collect(),
            created_at: time(s.created_at),
            active_certificates: s.active_certificates,
            enrollment_state: s.enrollment_state.map(Into::into),
            devices: s.devices.into_iter().map(Into::into).collect(),
            mixed_scripts: s.mixed_scripts,
        }
    }
}

impl From<core::LookAlike> for LookAlike {
    fn from(other: core::LookAlike) -> Self {
        LookAlike { id: other.id.to_string(), name: other.name, mail: other.mail }
    }
}

impl From<core::Page<core::Subscriber>> for SubscriberPage {
    fn from(page: core::Page<core::Subscriber>) -> Self {
        SubscriberPage {
            rows: page.rows.into_iter().map(Into::into).collect(),
            more: page.more,
            total: count(page.total),
            total_is_exact: page.total_is_exact,
        }
    }
}
