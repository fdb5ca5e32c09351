//! Finding and seeing: searched and filtered lists, saved views, exports, one certificate in full, calendar, inventory, coverage,
//! reports. Everything is paged in SQL by keyset; nothing here changes what is certified.

mod advice;
mod calendar;
mod certificates;
mod columns;
mod count;
mod csv;
mod detail;
mod export;
#[cfg(feature = "bench")]
mod filler;
#[cfg(feature = "bench")]
mod filler_phones;
mod index;
pub(crate) mod people;
mod profiles;
pub(crate) mod renewals;
mod report;
mod text;
mod tree;
mod view;

pub use advice::Advice;
pub use calendar::{Coverage, ExpiryDay, InventoryRow};
pub use columns::{CertificateColumn, PersonColumn};
pub(crate) use count::ending;
pub use count::{CertificateCounts, Counted};
pub use csv::cell as csv_cell;
pub use detail::{CertificateDetail, ChainLink, Event, Provenance, Summary};
pub use export::{CertificateFormat, PeopleFormat};
pub use report::{Report, ReportFilter, ReportFormat, ReportHead, ReportName};
pub use tree::Node;
pub use view::{NewView, SavedView, ViewOf};

use crate::{
    Operator, Result,
    certificate::{self, Certificate},
    id::{SubscriberId, UnitId, ViewId},
    subscriber::{Subscriber, SubscriberKind},
};
use protocol::{Timestamp, x509::SerialNumber};
use std::collections::BTreeMap;

/// What a certificate is at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Usable now.
    Active,
    /// Suspended (certificateHold).
    Held,
    /// Revoked for ever.
    Revoked,
    /// Its time is over.
    Expired,
    /// Replaced by a newer one.
    Superseded,
}

/// Whose certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kinds {
    /// Those of people and functional mailboxes.
    #[default]
    Subscriber,
    /// Transport identities of phones.
    Transport,
    /// Our own: root, issuing, RA, profile signer, TLS, OCSP.
    Authority,
    /// All of them.
    All,
}

/// Which certificates; every part narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct CertificateFilter {
    /// Words of name, address or device, each anywhere (without regard to accents and case; below three characters a beginning of
    /// name or address), or the beginning of serial number, SHA-256 or SHA-1 fingerprint in hex (blanks and colons ignored).
    pub search: Option<String>,
    /// Only these; empty: any.
    pub statuses: Vec<Status>,
    /// Only of these certificate profiles (of phones' and our own: of these kinds); empty: any.
    pub profiles: Vec<String>,
    /// Only active ones that end within so many days.
    pub expiring_days: Option<u32>,
    /// Only active ones that end at this time or later.
    pub ends_from: Option<Timestamp>,
    /// Only active ones that end before this time.
    pub ends_before: Option<Timestamp>,
    /// Whose.
    pub kind: Kinds,
    /// Only of this subscriber.
    pub subscriber: Option<SubscriberId>,
    /// Only those that were issued in this department.
    pub department: Option<UnitId>,
}

impl CertificateFilter {
    /// From when to when (exclusive) those that pass end; `None`: whenever. Only active ones pass then.
    pub(crate) fn ending(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        if self.expiring_days.is_none() && self.ends_from.is_none() && self.ends_before.is_none() {
            return None;
        }
        let soon = self.expiring_days.map_or(Timestamp(i64::MAX), |days| certificates::ends(at, days));
        let end = self.ends_before.map_or(soon, |before| before.min(soon));
        Some((self.ends_from.map_or(at, |from| from.max(at)), end))
    }
}

/// Order of a list of certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CertificateSort {
    /// Newest first.
    #[default]
    Newest,
    /// Ending soonest first.
    EndingFirst,
    /// Ending last first.
    EndingLast,
    /// By name (common name without accents and case).
    Name,
    /// By name, from the end.
    NameLast,
    /// Oldest first.
    Oldest,
}

/// A page of certificates to find.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct CertificatesQuery {
    /// Which.
    pub filter: CertificateFilter,
    /// In which order.
    pub sort: CertificateSort,
    /// Keyset: after the certificate with this serial number.
    pub after: Option<String>,
    /// Keyset: those that come just before the certificate with this serial number, in the list's order; not together with `after`.
    pub before: Option<String>,
    /// Rows left out first, counted from there or from the beginning. For a place far into a list; refused beyond 10,000 in a
    /// search that finds very many.
    pub skip: u64,
    /// At most this many (1 to 500).
    pub limit: u32,
}

/// A page of certificates.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CertificatesPage {
    /// Rows.
    pub rows: Vec<Certificate>,
    /// Models of the devices they were made for, by enrollment; those that said none are left out.
    pub devices: BTreeMap<String, String>,
    /// There are more, in the direction of reading.
    pub more: bool,
    /// All that match; when `total_is_exact` is false about so many, and not counted beyond 10,000.
    pub total: u64,
    /// `total` was counted to the end (a search that finds very many is not).
    pub total_is_exact: bool,
    /// So many new certificates are not in the search index yet: a search may miss them for a moment.
    pub not_indexed: u64,
}

/// What a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Has {
    /// At least one active certificate that we issued.
    Active,
    /// None.
    None,
    /// An active one that mail is encrypted to, whatever its profile is called: can receive encrypted mail.
    Encryption,
    /// None.
    NoEncryption,
    /// An active certificate, also of another CA, that ends within 30 days.
    Ending,
    /// An active one of ours that signs mail.
    Signing,
    /// An active one of ours that VPN and Wi-Fi let in.
    Authentication,
    /// A device.
    Device,
}

/// Which people; every part narrows. By certificates or validation, no more than 2,000 are counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PeopleFilter {
    /// Words of name, addresses and devices, each anywhere; below three characters a beginning of name or address. Eight hex digits or
    /// more are also the beginning of serial number or fingerprint of a certificate of theirs (blanks and colons ignored).
    pub search: Option<String>,
    /// Only persons or only functional mailboxes.
    pub kind: Option<SubscriberKind>,
    /// By their certificates and devices.
    pub has: Option<Has>,
    /// `true`: every mailbox is validated; `false`: one is not, or no longer.
    pub validated: Option<bool>,
    /// Only of this department.
    pub department: Option<UnitId>,
}

/// Order of a list of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PeopleSort {
    /// By name.
    #[default]
    Name,
    /// Newest first.
    Newest,
    /// By name, from the end.
    NameLast,
    /// Oldest first.
    Oldest,
}

/// A page of people to find.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PeopleQuery {
    /// Which.
    pub filter: PeopleFilter,
    /// In which order.
    pub sort: PeopleSort,
    /// Keyset: after this person.
    pub after: Option<SubscriberId>,
    /// Keyset: those that come just before this person, in the list's order; not together with `after`.
    pub before: Option<SubscriberId>,
    /// Rows left out first, counted from there or from the beginning.
    pub skip: u64,
    /// At most this many (1 to 500).
    pub limit: u32,
}

/// A page of people.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PeoplePage {
    /// Rows.
    pub rows: Vec<Subscriber>,
    /// There are more, in the direction of reading.
    pub more: bool,
    /// All that match; when `total_is_exact` is false about so many.
    pub total: u64,
    /// `total` was counted to the end.
    pub total_is_exact: bool,
}

impl CertificateSort {
    /// The order by name stands in the search index.
    fn by_name(self) -> bool {
        matches!(self, CertificateSort::Name | CertificateSort::NameLast)
    }
}

impl Operator {
    /// Certificates by search, filter and order, a page at a time. A profile that there is not is refused.
    pub fn find_certificates(&self, query: &CertificatesQuery) -> Result<CertificatesPage> {
        // Only a search and the order by name need the index.
        let indexed = query.filter.search.is_some() || query.sort.by_name();
        let not_indexed = if indexed { self.inner.index_certificates()? } else { 0 };
        let at = self.inner.clock.now();
        let page = self.inner.store.read(|tx| {
            profiles::check(tx, &query.filter.profiles)?;
            certificates::page(tx, at, query)
        })?;
        Ok(CertificatesPage { not_indexed, ..page })
    }

    /// All certificates of a list in its order, at most `most`; `true`: there are more. For an act on all that match.
    pub fn matching_certificates(&self, query: &CertificatesQuery, most: usize) -> Result<(Vec<Certificate>, bool)> {
        export::at_most(self, query, most)
    }

    /// How many certificates of `kind` there are by status, profile and both: for the filter chips. Exact, whatever their number.
    pub fn certificate_counts(&self, kind: Kinds) -> Result<CertificateCounts> {
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| count::of_kind(tx, at, kind))
    }

    /// People by search, filter and order, a page at a time.
    pub fn find_people(&self, query: &PeopleQuery) -> Result<PeoplePage> {
        self.inner.ready_to_find(query.filter.search.as_deref())?;
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| people::find(tx, at, query))
    }

    /// Everything about one certificate.
    pub fn certificate_detail(&self, serial: &SerialNumber) -> Result<CertificateDetail> {
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| detail::of(tx, at, serial))
    }

    /// The saved views of a list, by name.
    pub fn saved_views(&self, of: ViewOf) -> Result<Vec<SavedView>> {
        self.inner.store.read(|tx| view::list(tx, of))
    }

    /// Saves a view; one of the same name in the same list is replaced.
    pub fn save_view(&self, view: NewView) -> Result<SavedView> {
        let (at, view) = (self.inner.clock.now(), view.checked()?);
        self.inner.store.write(move |tx| view::save(tx, at, view))
    }

    /// Gives a view another name; refused where another view of the list has it.
    pub fn rename_view(&self, id: ViewId, name: &str) -> Result<SavedView> {
        let name = view::name(name)?;
        self.inner.store.write(move |tx| view::rename(tx, id, &name))
    }

    /// Deletes a view.
    pub fn delete_view(&self, id: ViewId) -> Result<()> {
        self.inner.store.write(move |tx| view::delete(tx, id))
    }

    /// Writes all certificates of a list, in its order, in the format; how many. Rows are read while they are written. CSV has these
    /// columns, in their order, and each object of JSON has a member for each, in no order; without any CSV has the usual ones and JSON all
    /// of each row. PKCS#7 holds at most 10,000. Of `chosen` only these, in the order of the list; `NotFound` where one of them is none of
    /// ours. To choose none is refused: nobody means everything by it.
    pub fn export_certificates(
        &self,
        query: &CertificatesQuery,
        chosen: Option<&[SerialNumber]>,
        columns: &[CertificateColumn],
        format: CertificateFormat,
        to: &mut dyn std::io::Write,
    ) -> Result<u64> {
        export::certificates(self, query, chosen, columns, format, to)
    }

    /// The same for a list of people; PEM and PKCS#7 hold their active certificates that we issued, and it is said how many those are. Of `chosen` only
    /// these, in the order of the list; refused where some of them are gone, saying how many, and where it names nobody.
    pub fn export_people(
        &self,
        query: &PeopleQuery,
        chosen: Option<&[SubscriberId]>,
        columns: &[PersonColumn],
        format: PeopleFormat,
        to: &mut dyn std::io::Write,
    ) -> Result<u64> {
        export::people(self, query, chosen, columns, format, to)
    }

    /// How many active certificates of people end on each of the next `days` days (UTC; 1 to 3,660); days without any are left out.
    pub fn expiry_calendar(&self, days: u32) -> Result<Vec<ExpiryDay>> {
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| calendar::calendar(tx, at, days))
    }

    /// Certificates by kind, profile and status.
    pub fn inventory(&self) -> Result<Vec<InventoryRow>> {
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| calendar::inventory(tx, at))
    }

    /// Who can sign, receive encrypted mail and sign in.
    pub fn coverage(&self) -> Result<Coverage> {
        let at = self.inner.clock.now();
        self.inner.store.read(|tx| calendar::coverage(tx, at))
    }

    /// A report, whole: for the screen. `limit` rows at most (0: all).
    pub fn report(&self, name: ReportName, filter: &ReportFilter, limit: u32) -> Result<Report> {
        report::whole(self, name, filter, limit)
    }

    /// Writes a report, with its filter, its time and the ledger's head.
    pub fn export_report(&self, name: ReportName, filter: &ReportFilter, format: ReportFormat, to: &mut dyn std::io::Write) -> Result<u64> {
        report::export(self, name, filter, format, to)
    }

    /// Puts a bounded number of new certificates into the search index, and reads what those are good for that a program from before has
    /// stored; `true`: there are more. For idle moments.
    pub fn index_new_certificates(&self) -> Result<bool> {
        Ok(self.inner.index_certificates()? > 0 || certificate::read_anew(&self.inner.store)?)
    }
}

#[cfg(test)]
mod tests;
