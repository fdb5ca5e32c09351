//! Saved views: a list's question under a name, with the columns that it shows.

use super::{count, find::CertificateFind, people_find::PeopleFind};
use crate::error::CommandError;
use ra::{Operator, find as core};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use specta::Type;

/// A view of the certificates.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateListView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it asks, from the first row on.
    pub find: CertificateFind,
    /// Columns, in their order.
    pub columns: Vec<String>,
    /// How many it finds now.
    pub count: u32,
    /// That was counted to the end.
    pub count_is_exact: bool,
}

/// A view of the people.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PeopleListView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it asks, from the first row on.
    pub find: PeopleFind,
    /// Columns, in their order.
    pub columns: Vec<String>,
    /// How many it finds now.
    pub count: u32,
    /// That was counted to the end.
    pub count_is_exact: bool,
}

/// A view of the certificates to save.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewCertificateView {
    /// Name; a view of this name is replaced.
    pub name: String,
    /// What it asks.
    pub find: CertificateFind,
    /// Columns, in their order.
    pub columns: Vec<String>,
}

/// A view of the people to save.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewPeopleView {
    /// Name; a view of this name is replaced.
    pub name: String,
    /// What it asks.
    pub find: PeopleFind,
    /// Columns, in their order.
    pub columns: Vec<String>,
}

impl CertificateListView {
    /// With the count of now.
    pub fn counted(op: &Operator, view: core::SavedView) -> Result<Self, CommandError> {
        let query: core::CertificatesQuery = read(view.query)?;
        let found = op.find_certificates(&core::CertificatesQuery { limit: 1, ..query.clone() })?;
        Ok(CertificateListView {
            id: view.id.to_string(),
            name: view.name,
            find: query.into(),
            columns: view.columns,
            count: count(found.total),
            count_is_exact: found.total_is_exact,
        })
    }
}

impl PeopleListView {
    /// With the count of now.
    pub fn counted(op: &Operator, view: core::SavedView) -> Result<Self, CommandError> {
        let query: core::PeopleQuery = read(view.query)?;
        let found = op.find_people(&core::PeopleQuery { limit: 1, ..query.clone() })?;
        Ok(PeopleListView {
            id: view.id.to_string(),
            name: view.name,
            find: query.into(),
            columns: view.columns,
            count: count(found.total),
            count_is_exact: found.total_is_exact,
        })
    }
}

impl TryFrom<NewCertificateView> for core::NewView {
    type Error = CommandError;
    fn try_from(view: NewCertificateView) -> Result<Self, CommandError> {
        let query = write(&core::CertificatesQuery::try_from(view.find)?)?;
        Ok(core::NewView { of: core::ViewOf::Certificates, name: view.name, query, columns: view.columns })
    }
}

impl TryFrom<NewPeopleView> for core::NewView {
    type Error = CommandError;
    fn try_from(view: NewPeopleView) -> Result<Self, CommandError> {
        let query = write(&core::PeopleQuery::try_from(view.find)?)?;
        Ok(core::NewView { of: core::ViewOf::People, name: view.name, query, columns: view.columns })
    }
}

fn read<Q: DeserializeOwned>(query: serde_json::Value) -> Result<Q, CommandError> {
    serde_json::from_value(query).map_err(|error| CommandError::internal(&error))
}

fn write<Q: Serialize>(query: &Q) -> Result<serde_json::Value, CommandError> {
    serde_json::to_value(query).map_err(|error| CommandError::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_comes_back_as_it_was_saved() {
        let asked = serde_json::json!({
            "search": "al", "statuses": ["held"], "profiles": ["signing"], "expiringDays": null, "endsFrom": null, "endsBefore": null, "kind": "subscriber", "department": null,
            "sort": "nameLast", "after": null, "before": null, "skip": 0, "limit": 100,
        });
        let find: CertificateFind = serde_json::from_value(asked.clone()).expect("a question");
        let saved =
            core::NewView::try_from(NewCertificateView { name: "Held".into(), find, columns: vec!["name".into()] }).expect("a view");
        let again = CertificateFind::from(read::<core::CertificatesQuery>(saved.query).expect("a query"));
        assert_eq!(serde_json::to_value(again).expect("JSON"), asked);

        let asked = serde_json::json!({
            "search": null, "kind": "functional", "has": "noEncryption", "department": null, "validated": false, "sort": "oldest",
            "after": null, "before": null, "skip": 7, "limit": 20,
        });
        let find: PeopleFind = serde_json::from_value(asked.clone()).expect("a question");
        let saved = core::NewView::try_from(NewPeopleView { name: "x".into(), find, columns: Vec::new() }).expect("a view");
        assert_eq!(serde_json::to_value(PeopleFind::from(read::<core::PeopleQuery>(saved.query).expect("a query"))).expect("JSON"), asked);
    }

    #[test]
    fn a_view_of_people_counts_what_it_finds_now() {
        use ra::{
            subscriber::{NewSubscriber, SubscriberKind},
            testing,
        };
        let (authority, _clock, _folder) = testing::authority();
        let officer = testing::department(&authority);
        testing::person(&officer, "Alice Example", "alice@example.edu");
        let mut asked = serde_json::json!({
            "search": null, "kind": "functional", "has": null, "department": null, "validated": null, "sort": "newest",
            "after": null, "before": null, "skip": 0, "limit": 500,
        });
        let find: PeopleFind = serde_json::from_value(asked.clone()).expect("a question");
        let view = NewPeopleView { name: "Mailboxes".into(), find, columns: vec!["name".into(), "kind".into()] };
        officer.save_view(core::NewView::try_from(view).expect("a view")).expect("a place for it");
        let kept = || officer.saved_views(core::ViewOf::People).expect("views").remove(0);
        let shown = PeopleListView::counted(&officer, kept()).expect("a count");
        assert_eq!((shown.count, shown.count_is_exact), (0, true), "Alice is a person");
        let library = NewSubscriber { name: "Library".into(), mail: "library@example.edu".into(), kind: SubscriberKind::Functional };
        officer.add_subscriber(library).expect("a mailbox");
        let shown = PeopleListView::counted(&officer, kept()).expect("a count");
        assert_eq!((shown.count, shown.name.as_str(), shown.columns), (1, "Mailboxes", vec!["name".to_owned(), "kind".to_owned()]));
        asked["limit"] = 0.into(); // a page is no part of it
        assert_eq!(serde_json::to_value(shown.find).expect("JSON"), asked);
    }
}
