//! What the window chooses from for a batch.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use super::{BatchColumns, BatchOrder, BundleChoice};
use crate::{
    dto::issue::Pkcs12Form,
    error::{Code, CommandError},
};
use ra::{
    policy::Bundle,
    profile::{ProfileDraft, ProfileName, Scope},
    testing,
};

#[test]
fn a_profile_that_is_to_be_mended_is_ordered_with_its_bundle_and_refuses_the_batch_with_the_reason() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    testing::person(&officer, "Alice Example", "alice@example.edu");
    let bundle = Bundle { name: "Readers".into(), profiles: vec![ProfileName::Document, ProfileName::Encryption] };
    officer.save_bundle(Scope::Department, &bundle).unwrap();
    let earlier = |offered| {
        // Saved before a profile had to begin its renewal at least a day before the end.
        let draft = ProfileDraft { renewal_days: 0, offered, ..ProfileDraft::builtin(ProfileName::Encryption) };
        testing::saved_earlier(&authority, &officer, ProfileName::Encryption, &draft);
    };
    let readers = || BundleChoice::all(&officer).unwrap().into_iter().find(|choice| choice.name == "Readers").unwrap();
    let plan = |profiles: Vec<String>| {
        let columns = BatchColumns { mail: Some(0), name: None, csr: None };
        let order = BatchOrder { profiles, form: Pkcs12Form::Modern, supersede: false, columns, department: None };
        let planned = officer.plan_batch(b"mail\nalice@example.edu\n", &order.choices("readers.csv").unwrap());
        planned.map(|plan| plan.items.len()).map_err(CommandError::from)
    };
    assert_eq!(plan(readers().profiles).unwrap(), 2);

    earlier(true);
    let choice = readers();
    assert_eq!([&choice.profiles, &choice.made_here].map(|names| names.join(" ")), ["document encryption"; 2]);
    let refused = plan(choice.profiles).unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("profile")));
    assert_eq!(refused.message, "nothing is issued by the certificate profile encryption until it is mended in Policies");

    // What nobody wants to offer is no part of it.
    earlier(false);
    let choice = readers();
    assert_eq!([&choice.profiles, &choice.made_here].map(|names| names.join(" ")), ["document"; 2]);
    assert_eq!(plan(choice.profiles).unwrap(), 1);
}
