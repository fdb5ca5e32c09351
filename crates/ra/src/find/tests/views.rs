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
