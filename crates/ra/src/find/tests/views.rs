//! Saved views of the lists.

use super::*;

#[test]
fn views_are_saved_checked_replaced_and_deleted() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let view =
        |query: serde_json::Value| NewView { of: ViewOf::Certificates, name: " Ends  soon ".into(), query, columns: vec!["name".into()] };
    let saved = officer.save_view(view(serde_json::json!({ "filter": { "expiring_days": 30 }, "after": "AA" }))).unwrap();
    assert_eq!((saved.name.as_str(), &saved.query["after"]), ("Ends soon", &serde_json::Value::Null));
    let again = officer.save_view(view(serde_json::json!({ "sort": "endingFirst" }))).unwrap();
    assert_eq!(again.id, saved.id);
    assert_eq!(officer.saved_views(ViewOf::Certificates).unwrap().len(), 1);
    assert!(officer.saved_views(ViewOf::People).unwrap().is_empty());
    assert!(matches!(officer.save_view(view(serde_json::json!({ "sort": "sideways" }))), Err(Error::Invalid { field: "query", .. })));
    let other = officer.save_view(NewView { name: "Other".into(), ..view(serde_json::json!({})) }).unwrap();
    assert!(matches!(officer.rename_view(other.id, "Ends soon"), Err(Error::Invalid { field: "name", .. })));
    assert!(matches!(officer.rename_view(other.id, "\u{7}"), Err(Error::Invalid { field: "name", .. })));
    let renamed = officer.rename_view(saved.id, " Ends  this year").unwrap();
    assert_eq!((renamed.name.as_str(), renamed.of, &renamed.query), ("Ends this year", ViewOf::Certificates, &again.query));
    officer.delete_view(saved.id).unwrap();
    assert!(matches!(officer.rename_view(saved.id, "Gone"), Err(Error::NotFound(crate::Noun::View))));
    assert!(matches!(officer.delete_view(saved.id), Err(Error::NotFound(crate::Noun::View))));
}

#[test]
fn views_of_people_are_their_own_also_under_the_name_of_another_lists() {
    use serde_json::json;
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let view = |of, query| NewView { of, name: "Ends soon".into(), query, columns: vec!["name".into(), "kind".into()] };
    let certificates = officer.save_view(view(ViewOf::Certificates, json!({ "sort": "endingFirst" }))).unwrap();
    let asked = json!({
        "filter": { "has": "ending", "kind": "functional" }, "sort": "oldest",
        "after": crate::id::SubscriberId::fresh(), "skip": 7, "limit": 20,
    });
    let people = officer.save_view(view(ViewOf::People, asked)).unwrap();
    assert_ne!(people.id, certificates.id);
    let says = |member: &str| people.query[member].clone();
    assert_eq!((&people.query["filter"]["has"], says("sort")), (&json!("ending"), json!("oldest")));
    assert_eq!([says("after"), says("skip"), says("limit")], [json!(null), json!(0), json!(0)], "a page is no part of a view");
    let refused = officer.save_view(view(ViewOf::People, json!({ "sort": "endingFirst" })));
    assert!(matches!(refused, Err(Error::Invalid { field: "query", .. })), "people do not end: {refused:?}");

    let listed = |of| officer.saved_views(of).unwrap().into_iter().map(|one| (one.id, one.name)).collect::<Vec<_>>();
    let soon = "Ends soon".to_owned();
    assert_eq!((listed(ViewOf::Certificates), listed(ViewOf::People)), (vec![(certificates.id, soon.clone())], vec![(people.id, soon)]));
    let renamed = officer.rename_view(people.id, "Mailboxes").unwrap();
    assert_eq!((renamed.of, renamed.query, renamed.columns), (ViewOf::People, people.query.clone(), people.columns));
    // That the other list has a view of this name is no hindrance.
    assert_eq!(officer.rename_view(people.id, "Ends soon").unwrap().name, "Ends soon");
    officer.delete_view(people.id).unwrap();
    assert_eq!((listed(ViewOf::Certificates).len(), listed(ViewOf::People).len()), (1, 0));
}
