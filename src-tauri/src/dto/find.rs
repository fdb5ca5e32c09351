//! Finding certificates: what narrows the list, its pages, its counts.

use super::{certificate::Certificate, count, unit};
use crate::error::CommandError;
use protocol::Timestamp;
use ra::find as core;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What a certificate is at this moment.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CertificateStatus {
    /// Usable now.
    Active,
    /// Suspended.
    Held,
    /// Revoked for ever.
    Revoked,
    /// Its time is over.
    Expired,
    /// Replaced by a newer one.
    Superseded,
}

/// Whose certificates.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CertificateKinds {
    /// Those of people and functional mailboxes.
    Subscriber,
    /// Transport identities of phones.
    Transport,
    /// Our own.
    Authority,
    /// All of them.
    All,
}

/// Order of the list.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CertificateSort {
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
    /// Ending soonest first.
    EndingFirst,
    /// Ending last first.
    EndingLast,
    /// By name.
    Name,
    /// By name, from the end.
    NameLast,
}

/// Which certificates, in which order; every part narrows.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateFind {
    /// Words of name, address or device, or the beginning of serial or fingerprint.
    pub search: Option<String>,
    /// Only these; empty: any.
    pub statuses: Vec<CertificateStatus>,
    /// Only of these certificate profiles; empty: any.
    pub profiles: Vec<String>,
    /// Only active ones that end within so many days.
    pub expiring_days: Option<u32>,
    /// Only active ones that end then or later.
    #[specta(type = Option<String>)]
    pub ends_from: Option<Timestamp>,
    /// Only active ones that end before.
    #[specta(type = Option<String>)]
    pub ends_before: Option<Timestamp>,
    /// Whose.
    pub kind: CertificateKinds,
    /// Only those that were issued in this department.
    #[specta(optional)]
    pub department: Option<String>,
    /// Order.
    pub sort: CertificateSort,
    /// After this serial.
    pub after: Option<String>,
    /// Those just before this serial.
    pub before: Option<String>,
    /// So many are left out first.
    pub skip: u32,
    /// At most.
    pub limit: u32,
}

/// The model of a device that a certificate of the page was made for.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceOf {
    /// Enrollment.
    pub enrollment: String,
    /// Model.
    pub model: String,
}

/// All certificates of a list, as far as one act takes them.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MatchingCertificates {
    /// Rows.
    pub rows: Vec<Certificate>,
    /// There are more than one act takes.
    pub more: bool,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ListFormat {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
    /// PEM, one after another.
    Pem,
    /// PKCS#7.
    P7b,
}

impl ListFormat {
    /// Name of the kind of file, and its extension.
    #[must_use]
    pub fn file(self) -> (&'static str, &'static str) {
        match self {
            ListFormat::Csv => ("CSV", "csv"),
            ListFormat::Json => ("JSON", "json"),
            ListFormat::Pem => ("PEM", "pem"),
            ListFormat::P7b => ("PKCS#7", "p7b"),
        }
    }
}

impl From<ListFormat> for core::CertificateFormat {
    fn from(format: ListFormat) -> Self {
        match format {
            ListFormat::Csv => Self::Csv,
            ListFormat::Json => Self::Json,
            ListFormat::Pem => Self::Pem,
            ListFormat::P7b => Self::P7b,
        }
    }
}

/// A page of certificates.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificatesFound {
    /// Rows.
    pub rows: Vec<Certificate>,
    /// Devices they were made for.
    pub devices: Vec<DeviceOf>,
    /// There are more, in the direction of reading.
    pub more: bool,
    /// All that match; at least so many when it is not exact.
    pub total: u32,
    /// `total` was counted to the end.
    pub total_is_exact: bool,
    /// So many new certificates a search may miss for a moment.
    pub not_indexed: u32,
}

/// How many of a status.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StatusCount {
    /// Status.
    pub status: CertificateStatus,
    /// How many.
    pub count: u32,
}

/// How many of a certificate profile.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileCount {
    /// Certificate profile.
    pub profile: String,
    /// How many.
    pub count: u32,
}

/// How many there are; groups with none are left out.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateCounts {
    /// All.
    pub total: u32,
    /// By status.
    pub by_status: Vec<StatusCount>,
    /// By profile.
    pub by_profile: Vec<ProfileCount>,
    /// Active ones that end within 30 days.
    pub ending: u32,
}

impl From<CertificateStatus> for core::Status {
    fn from(status: CertificateStatus) -> Self {
        match status {
            CertificateStatus::Active => Self::Active,
            CertificateStatus::Held => Self::Held,
            CertificateStatus::Revoked => Self::Revoked,
            CertificateStatus::Expired => Self::Expired,
            CertificateStatus::Superseded => Self::Superseded,
        }
    }
}

impl From<core::Status> for CertificateStatus {
    fn from(status: core::Status) -> Self {
        match status {
            core::Status::Active => Self::Active,
            core::Status::Held => Self::Held,
            core::Status::Revoked => Self::Revoked,
            core::Status::Expired => Self::Expired,
            core::Status::Superseded => Self::Superseded,
        }
    }
}

impl From<CertificateKinds> for core::Kinds {
    fn from(kind: CertificateKinds) -> Self {
        match kind {
            CertificateKinds::Subscriber => Self::Subscriber,
            CertificateKinds::Transport => Self::Transport,
            CertificateKinds::Authority => Self::Authority,
            CertificateKinds::All => Self::All,
        }
    }
}

impl From<CertificateSort> for core::CertificateSort {
    fn from(sort: CertificateSort) -> Self {
        match sort {
            CertificateSort::Newest => Self::Newest,
            CertificateSort::Oldest => Self::Oldest,
            CertificateSort::EndingFirst => Self::EndingFirst,
            CertificateSort::EndingLast => Self::EndingLast,
            CertificateSort::Name => Self::Name,
            CertificateSort::NameLast => Self::NameLast,
        }
    }
}

impl From<core::CertificateSort> for CertificateSort {
    fn from(sort: core::CertificateSort) -> Self {
        match sort {
            core::CertificateSort::Newest => Self::Newest,
            core::CertificateSort::Oldest => Self::Oldest,
            core::CertificateSort::EndingFirst => Self::EndingFirst,
            core::CertificateSort::EndingLast => Self::EndingLast,
            core::CertificateSort::Name => Self::Name,
            core::CertificateSort::NameLast => Self::NameLast,
        }
    }
}

impl From<core::Kinds> for CertificateKinds {
    fn from(kind: core::Kinds) -> Self {
        match kind {
            core::Kinds::Subscriber => Self::Subscriber,
            core::Kinds::Transport => Self::Transport,
            core::Kinds::Authority => Self::Authority,
            core::Kinds::All => Self::All,
        }
    }
}

impl From<core::CertificatesQuery> for CertificateFind {
    fn from(query: core::CertificatesQuery) -> Self {
        CertificateFind {
            search: query.filter.search,
            statuses: query.filter.statuses.into_iter().map(Into::into).collect(),
            profiles: query.filter.profiles,
            expiring_days: query.filter.expiring_days,
            kind: query.filter.kind.into(),
            department: query.filter.department.map(|id| id.to_string()),
            ends_from: query.filter.ends_from,
            ends_before: query.filter.ends_before,
            sort: query.sort.into(),
            after: query.after,
            before: query.before,
            skip: count(query.skip),
            limit: query.limit,
        }
    }
}

impl TryFrom<CertificateFind> for core::CertificatesQuery {
    type Error = CommandError;
    fn try_from(find: CertificateFind) -> Result<Self, CommandError> {
        Ok(core::CertificatesQuery {
            filter: core::CertificateFilter {
                search: find.search,
                statuses: find.statuses.into_iter().map(Into::into).collect(),
                profiles: find.profiles,
                expiring_days: find.expiring_days,
                ends_from: find.ends_from,
                ends_before: find.ends_before,
                kind: find.kind.into(),
                subscriber: None,
                department: unit(find.department)?,
            },
            sort: find.sort.into(),
            after: find.after,
            before: find.before,
            skip: u64::from(find.skip),
            limit: find.limit.clamp(1, 500),
        })
    }
}

impl From<core::CertificatesPage> for CertificatesFound {
    fn from(page: core::CertificatesPage) -> Self {
        CertificatesFound {
            rows: page.rows.into_iter().map(Into::into).collect(),
            devices: page.devices.into_iter().map(|(enrollment, model)| DeviceOf { enrollment, model }).collect(),
            more: page.more,
            total: count(page.total),
            total_is_exact: page.total_is_exact,
            not_indexed: count(page.not_indexed),
        }
    }
}

impl From<core::CertificateCounts> for CertificateCounts {
    fn from(counts: core::CertificateCounts) -> Self {
        CertificateCounts {
            total: count(counts.total),
            by_status: counts.by_status.into_iter().map(|(status, n)| StatusCount { status: status.into(), count: count(n) }).collect(),
            by_profile: counts.by_profile.into_iter().map(|(profile, n)| ProfileCount { profile, count: count(n) }).collect(),
            ending: count(counts.ending),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn a_department_that_is_no_id_is_refused_and_never_left_out() {
        let asked = |department: &str| {
            let find = serde_json::json!({
                "search": null, "statuses": [], "profiles": [], "expiringDays": null, "endsFrom": null, "endsBefore": null,
                "kind": "subscriber", "department": department, "sort": "newest", "after": null, "before": null, "skip": 0, "limit": 100,
            });
            core::CertificatesQuery::try_from(serde_json::from_value::<CertificateFind>(find).expect("a question"))
        };
        for wrong in ["", "Physics", "0190"] {
            assert_eq!(asked(wrong).expect_err(wrong).code, Code::NotFound, "{wrong:?}");
        }
        let id = ra::id::UnitId::fresh();
        assert_eq!(asked(&id.to_string()).expect("a query").filter.department, Some(id));
    }
}
