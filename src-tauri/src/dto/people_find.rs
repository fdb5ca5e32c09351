//! Finding people: what narrows the list, and its pages.

use super::{
    count,
    people::{Subscriber, SubscriberKind},
    policy_profile::mirrored,
    unit, unknown,
};
use crate::error::CommandError;
use ra::{find as core, id::SubscriberId, subscriber};
use serde::{Deserialize, Serialize};
use specta::Type;

mirrored! {
    /// What a person has.
    PersonHas = core::Has {
        /// An active certificate.
        Active,
        /// None.
        None,
        /// One to encrypt to.
        Encryption,
        /// None to encrypt to.
        NoEncryption,
        /// One that ends within 30 days.
        Ending,
        /// One to sign with.
        Signing,
        /// One to sign in with.
        Authentication,
        /// A device.
        Device,
    }
}

/// Order of the list.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PeopleSort {
    /// By name.
    Name,
    /// By name, from the end.
    NameLast,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

/// Which people, in which order; every part narrows.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PeopleFind {
    /// Words of name, address or device, or the beginning of serial or fingerprint of a certificate.
    pub search: Option<String>,
    /// Persons or functional mailboxes.
    pub kind: Option<SubscriberKind>,
    /// By certificates.
    pub has: Option<PersonHas>,
    /// Only of this department.
    #[specta(optional)]
    pub department: Option<String>,
    /// Every mailbox is validated, or one is not, or no longer.
    pub validated: Option<bool>,
    /// Order.
    pub sort: PeopleSort,
    /// After this person.
    pub after: Option<String>,
    /// Those just before this person.
    pub before: Option<String>,
    /// So many are left out first.
    pub skip: u32,
    /// At most.
    pub limit: u32,
}

/// A page of people.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PeopleFound {
    /// Rows.
    pub rows: Vec<Subscriber>,
    /// There are more, in the direction of reading.
    pub more: bool,
    /// All that match; about so many when it is not exact.
    pub total: u32,
    /// `total` was counted to the end.
    pub total_is_exact: bool,
}

/// How a list of people is written.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PeopleFormat {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
    /// Their active certificates in PEM, one after another.
    Pem,
    /// Their active certificates in PKCS#7.
    P7b,
}

impl PeopleFormat {
    /// Name of the kind of file, and its extension.
    #[must_use]
    pub fn file(self) -> (&'static str, &'static str) {
        match self {
            PeopleFormat::Csv => ("CSV", "csv"),
            PeopleFormat::Json => ("JSON", "json"),
            PeopleFormat::Pem => ("PEM", "pem"),
            PeopleFormat::P7b => ("PKCS#7", "p7b"),
        }
    }
}

/// People by their ids; what is no id is refused, never left out.
pub(crate) fn people(ids: &[String]) -> Result<Vec<SubscriberId>, CommandError> {
    ids.iter().map(|id| SubscriberId::parse(id).ok_or_else(unknown)).collect()
}

impl From<PeopleFormat> for core::PeopleFormat {
    fn from(format: PeopleFormat) -> Self {
        match format {
            PeopleFormat::Csv => Self::Csv,
            PeopleFormat::Json => Self::Json,
            PeopleFormat::Pem => Self::Pem,
            PeopleFormat::P7b => Self::P7b,
        }
    }
}

impl From<PeopleSort> for core::PeopleSort {
    fn from(sort: PeopleSort) -> Self {
        match sort {
            PeopleSort::Name => Self::Name,
            PeopleSort::NameLast => Self::NameLast,
            PeopleSort::Newest => Self::Newest,
            PeopleSort::Oldest => Self::Oldest,
        }
    }
}

impl From<core::PeopleSort> for PeopleSort {
    fn from(sort: core::PeopleSort) -> Self {
        match sort {
            core::PeopleSort::Name => Self::Name,
            core::PeopleSort::NameLast => Self::NameLast,
            core::PeopleSort::Newest => Self::Newest,
            core::PeopleSort::Oldest => Self::Oldest,
        }
    }
}

impl TryFrom<PeopleFind> for core::PeopleQuery {
    type Error = CommandError;
    fn try_from(find: PeopleFind) -> Result<Self, CommandError> {
        let id = |text: Option<String>| text.map(|text| SubscriberId::parse(&text).ok_or_else(unknown)).transpose();
        Ok(core::PeopleQuery {
            filter: core::PeopleFilter {
                search: find.search,
                kind: find.kind.map(Into::into),
                has: find.has.map(Into::into),
                department: unit(find.department)?,
                validated: find.validated,
            },
            sort: find.sort.into(),
            after: id(find.after)?,
            before: id(find.before)?,
            skip: u64::from(find.skip),
            limit: find.limit.clamp(1, 500),
        })
    }
}

impl From<core::PeopleQuery> for PeopleFind {
    fn from(query: core::PeopleQuery) -> Self {
        PeopleFind {
            search: query.filter.search,
            kind: query.filter.kind.map(|kind| match kind {
                subscriber::SubscriberKind::Person => SubscriberKind::Person,
                subscriber::SubscriberKind::Functional => SubscriberKind::Functional,
            }),
            has: query.filter.has.map(Into::into),
            department: query.filter.department.map(|id| id.to_string()),
            validated: query.filter.validated,
            sort: query.sort.into(),
            after: query.after.map(|id| id.to_string()),
            before: query.before.map(|id| id.to_string()),
            skip: count(query.skip),
            limit: query.limit,
        }
    }
}

impl From<core::PeoplePage> for PeopleFound {
    fn from(page: core::PeoplePage) -> Self {
        PeopleFound {
            rows: page.rows.into_iter().map(Into::into).collect(),
            more: page.more,
            total: count(page.total),
            total_is_exact: page.total_is_exact,
        }
    }
}
