//! Departments in the plural: added, named, renamed, each with its own policy.

use super::FurtherDepartment;
use crate::{
    Conflict, Denied, Error, Noun, Operator,
    id::UnitId,
    mailbox::Method,
    policy::{Answers, Bundle, EscrowDecision, Gate, Stage},
    profile::{ProfileDraft, ProfileName, Scope, Source},
    subscriber::{NewSubscriber, SubscriberKind},
    testing,
};

fn further(name: &str, domains: &[&str]) -> FurtherDepartment {
    FurtherDepartment { name: name.into(), mail_domains: domains.iter().map(ToString::to_string).collect() }
}

/// Officers at the department of the tests and at a second one.
fn two(rosa: &Operator) -> (Operator, Operator) {
    let chemistry = rosa.add_department(further("Chemistry", &["example.edu"])).unwrap();
    let physics = rosa.departments().unwrap()[0].id;
    (rosa.at_department(physics).unwrap(), rosa.at_department(chemistry.id).unwrap())
}

#[test]
fn a_department_is_added_under_the_same_ca_as_a_pilot_without_escrow() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    testing::into_production(&rosa);
    let made = rosa.add_department(further("  Inorganic   Chemistry ", &["@Example.EDU", "example.edu"])).unwrap();
    assert_eq!((made.department.as_str(), made.mail_domains.as_slice()), ("Inorganic Chemistry", &["example.edu".to_owned()][..]));
    assert!(made.pilot && made.root_key_here && !made.training && made.hosts == ["pki.example.edu"]);
    assert_eq!(rosa.departments().unwrap().iter().map(|d| d.department.as_str()).collect::<Vec<_>>(), ["Physics", "Inorganic Chemistry"]);
    assert!(matches!(rosa.department(), Err(Error::Denied(Denied::WhichDepartment))), "several, and none was named");
    let there = rosa.at_department_named("inorganic chemistry").unwrap();
    assert_eq!(there.department().unwrap().id, made.id);
    assert!(matches!(rosa.at_department_named("Alchemy"), Err(Error::NotFound(Noun::Unit))));
    assert!(matches!(rosa.at_department(UnitId::fresh()), Err(Error::NotFound(Noun::Unit))));
    let overview = rosa.escrow_overview().unwrap();
    let glance: Vec<_> = overview.iter().map(|of| (of.department.as_str(), of.escrow.enabled, of.escrow.why.clone())).collect();
    assert_eq!(glance, [("Physics", false, None), ("Inorganic Chemistry", false, None)]);
    assert_eq!(overview[1].escrow.since, Some(made.created_at));
    let row = authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((row.event.as_str(), row.subject), ("department.added", made.id.to_string()));
}

#[test]
fn a_mail_domain_that_the_ca_may_not_certify_is_refused_with_what_to_do() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    for domain in ["chemistry.example.edu", "example.org", "badexample.edu"] {
        let Err(Error::Invalid { field, reason }) = rosa.add_department(further("Chemistry", &["example.edu", domain])) else {
            panic!("{domain} was accepted")
        };
        assert_eq!(field, "mail_domains");
        assert!(reason.contains("made for example.edu") && reason.contains(domain) && reason.contains("another folder"), "{reason}");
    }
    for wrong in [&[][..], &["rosa@example.edu"]] {
        assert!(matches!(rosa.add_department(further("Chemistry", wrong)), Err(Error::Invalid { field: "mail_domains", .. })), "{wrong:?}");
    }
    assert_eq!(rosa.departments().unwrap().len(), 1);
    let empty = testing::authority();
    assert!(matches!(testing::officer(&empty.0).add_department(further("X", &["example.edu"])), Err(Error::Denied(Denied::NotSetUp))));
}

#[test]
fn renaming_changes_what_people_read_and_never_what_is_certified() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let (physics, chemistry) = two(&rosa);
    let id = physics.department().unwrap().id;
    let renamed = rosa.rename_department(id, "Physics and Astronomy").unwrap();
    assert_eq!((renamed.department.as_str(), renamed.certified_name.as_str()), ("Physics and Astronomy", "Physics"));
    rosa.rename_department(id, "Physics and Astronomy").unwrap();
    let renames = authority.auditor().ledger(None, 10).unwrap().into_iter().filter(|row| row.event == "department.renamed").count();
    assert_eq!(renames, 1, "the same again says nothing new");
    // Also the name that only certificates still say is nobody else's.
    for taken in ["physics", "PHYSICS  and astronomy"] {
        assert!(
            matches!(rosa.add_department(further(taken, &["example.edu"])), Err(Error::Conflict(Conflict::DepartmentTaken))),
            "{taken}"
        );
        let other = chemistry.department().unwrap().id;
        assert!(matches!(rosa.rename_department(other, taken), Err(Error::Conflict(Conflict::DepartmentTaken))), "{taken}");
    }
    assert!(matches!(rosa.rename_department(id, "Phy\u{202e}sics"), Err(Error::Invalid { field: "name", .. })));
    assert_eq!(rosa.at_department_named("physics").unwrap().department().unwrap().id, id, "still found by what certificates say");
    let changed = authority.0.store.write(|tx| Ok(tx.execute("UPDATE unit SET certified_name = 'X'", [])?));
    assert!(changed.is_err());
}

#[test]
fn each_department_has_its_own_stage_gates_profiles_bundles_and_escrow() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    let (physics, chemistry) = two(&rosa);
    testing::into_production(&physics);
    assert_eq!((physics.policy().unwrap().stage, chemistry.policy().unwrap().stage), (Stage::Production, Stage::Pilot));
    assert!(
        physics.gates().unwrap().iter().all(|gate| gate.is_passed()) && !chemistry.gates().unwrap().iter().any(|gate| gate.is_passed())
    );
    let days = |of: &Operator| of.profile_in_force(ProfileName::Signing).unwrap().days;
    assert_eq!((days(&physics), days(&chemistry)), (730, 90));

    let draft = |days| ProfileDraft { days, ..ProfileDraft::builtin(ProfileName::Signing) };
    let shared = rosa.save_profile(Scope::Organization, ProfileName::Signing, draft(500)).unwrap();
    let own = chemistry.save_profile(Scope::Department, ProfileName::Signing, draft(80)).unwrap();
    let saved = |of: &Operator| of.profile(ProfileName::Signing).map(|view| (view.version, view.source, view.definition.days)).unwrap();
    assert_eq!((saved(&physics), saved(&chemistry)), ((shared, Source::Organization, 500), (own, Source::Department, 80)));
    assert_eq!((days(&physics), days(&chemistry)), (500, 80));
    assert_eq!(rosa.profile_for(Scope::Organization, ProfileName::Signing).unwrap().version, shared);
    let versions = |of: &Operator| of.profile_versions(ProfileName::Signing).unwrap().iter().map(|view| view.version).collect::<Vec<_>>();
    assert_eq!((versions(&physics), versions(&chemistry)), (vec![shared], vec![own, shared]));
    chemistry.inherit_profile(Scope::Department, ProfileName::Signing).unwrap();
    assert_eq!((saved(&chemistry).1, days(&chemistry)), (Source::Organization, 90));

    let bundle = |profiles: &[ProfileName]| Bundle { name: "Staff".into(), profiles: profiles.to_vec() };
    rosa.save_bundle(Scope::Organization, &bundle(&[ProfileName::Signing])).unwrap();
    chemistry.save_bundle(Scope::Department, &bundle(&[ProfileName::Authentication])).unwrap();
    assert_eq!(physics.bundle("staff").unwrap().profiles, [ProfileName::Signing]);
    assert_eq!(chemistry.bundle("staff").unwrap().profiles, [ProfileName::Authentication]);
    assert_eq!(rosa.bundles_for(Scope::Organization).unwrap().iter().filter(|view| view.source == Source::Organization).count(), 1);

    let decision = EscrowDecision {
        answers: Answers { signing_only: true, ..Answers::default() },
        enabled: false,
        decided_by: "The dean".into(),
        reason: "Nothing to read later".into(),
        advisers: vec![],
    };
    chemistry.decide_escrow(decision).unwrap();
    let why: Vec<_> = rosa.escrow_overview().unwrap().into_iter().map(|of| of.escrow.why).collect();
    assert_eq!(why, [None, Some("Nothing to read later".to_owned())]);
    assert_eq!(
        chemistry.gates().unwrap().iter().filter(|view| view.is_passed()).map(|view| view.gate).collect::<Vec<_>>(),
        [Gate::Escrow, Gate::KeyPlan]
    );
    for needs_one in [rosa.policy().err(), rosa.gates().err(), rosa.escrow_status().err(), rosa.start_production().err()] {
        assert!(matches!(needs_one, Some(Error::Denied(Denied::WhichDepartment))), "{needs_one:?}");
    }
}

#[test]
fn mail_domains_are_changed_within_what_the_ca_may_certify_and_never_away_from_an_address() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::officer(&authority);
    rosa.create_department(super::NewDepartment {
        organization: "Example University".into(),
        department: "Physics".into(),
        mail_domains: vec!["example.edu".into(), "physics.example.edu".into()],
        hosts: vec!["pki.example.edu".into()],
        ca_key: protocol::key::KeyAlgorithm::P256,
        status_url: None,
        training: false,
    })
    .unwrap();
    let id = rosa.department().unwrap().id;
    let add = |mail: &str| rosa.add_subscriber(NewSubscriber { name: "Alice".into(), mail: mail.into(), kind: SubscriberKind::Person });
    let alice = add("alice@example.edu").unwrap();
    rosa.validate_mailbox("alice@example.edu", Method::InPerson, "staff card").unwrap();
    let change = |domains: &[&str]| rosa.change_mail_domains(id, &domains.iter().map(ToString::to_string).collect::<Vec<_>>());

    // What is in the CA's certificate cannot be widened.
    let Err(Error::Invalid { field: "mail_domains", reason }) = change(&["example.edu", "example.org"]) else { panic!("accepted") };
    assert!(reason.contains("example.org") && reason.contains("another folder"), "{reason}");
    // Alice's address stays in a domain of her department.
    let Err(Error::Invalid { field: "mail_domains", reason }) = change(&["physics.example.edu"]) else { panic!("accepted") };
    assert!(reason.contains("1 addresses of Physics") && reason.contains("alice@example.edu") && reason.contains("move"), "{reason}");
    for wrong in [&[][..], &["rosa@example.edu"]] {
        assert!(matches!(change(wrong), Err(Error::Invalid { field: "mail_domains", .. })), "{wrong:?}");
    }
    assert_eq!(rosa.department().unwrap().mail_domains, ["example.edu", "physics.example.edu"]);

    assert_eq!(change(&["@Example.EDU"]).unwrap().mail_domains, ["example.edu"]);
    change(&["example.edu"]).unwrap();
    let row = authority.auditor().ledger(None, 1).unwrap().remove(0);
    assert_eq!((row.event.as_str(), row.subject), ("department.mail_domains", id.to_string()));
    assert_eq!(row.details["from"], serde_json::json!(["example.edu", "physics.example.edu"]));
    assert!(matches!(add("bob@physics.example.edu"), Err(Error::Invalid { field: "mail", .. })), "counts for new addresses");
    assert!(rosa.subscriber(alice.id).unwrap().mailboxes[0].validated_at.is_some(), "what was validated goes on counting");
    assert_eq!(rosa.permitted_mail_domains().unwrap(), ["example.edu", "physics.example.edu"]);
    change(&["physics.example.edu", "example.edu"]).unwrap();
    add("bob@physics.example.edu").unwrap();
    assert!(matches!(rosa.change_mail_domains(UnitId::fresh(), &["example.edu".into()]), Err(Error::NotFound(Noun::Unit))));
}

#[test]
fn the_portal_is_served_by_what_the_ca_was_made_for_whatever_mail_domains_are_left() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::officer(&authority);
    rosa.create_department(super::NewDepartment {
        organization: "Example University".into(),
        department: "Physics".into(),
        mail_domains: vec!["example.edu".into(), "physics.test".into()],
        hosts: vec![],
        ca_key: protocol::key::KeyAlgorithm::P256,
        status_url: None,
        training: false,
    })
    .unwrap();
    rosa.set_setting("serve.public_url", "https://pki.physics.test:8443").unwrap();
    rosa.change_mail_domains(rosa.department().unwrap().id, &["example.edu".into()]).unwrap();
    authority.enroller().tls_identity().unwrap();
    assert!(rosa.tls_certificate().unwrap().0.contains(&"dNSName:pki.physics.test".to_owned()));
}

#[test]
fn renaming_the_organization_changes_what_people_read_and_never_what_is_certified() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::department(&authority);
    rosa.rename_organization("  Example   Institute of Technology ").unwrap();
    rosa.rename_organization("Example Institute of Technology").unwrap();
    let department = rosa.department().unwrap();
    assert_eq!(department.organization, "Example Institute of Technology");
    assert_eq!(department.certified_organization, "Example University");
    let renames = authority.auditor().ledger(None, 10).unwrap().into_iter().filter(|row| row.event == "organization.renamed").count();
    assert_eq!(renames, 1, "the same again says nothing new");
    let alice = rosa
        .add_subscriber(NewSubscriber { name: "Alice".into(), mail: "alice@example.edu".into(), kind: SubscriberKind::Person })
        .unwrap();
    assert_eq!(alice.subject.to_string(), "CN=Alice,OU=Physics,O=Example University");
    // Our own certificates that are made later say the same as those of the beginning.
    rosa.set_setting("serve.public_url", "https://portal.example.edu:8443").unwrap();
    authority.enroller().tls_identity().unwrap();
    let ours = rosa.certificates(&crate::certificate::CertificateQuery { all: true, limit: 20, ..Default::default() }).unwrap();
    assert!(ours.len() > 5 && ours.iter().all(|one| one.subject.contains("O=Example University")), "{ours:?}");
    for wrong in ["", "Ex\0ample", "Exa\u{202e}mple"] {
        assert!(matches!(rosa.rename_organization(wrong), Err(Error::Invalid { field: "organization", .. })), "{wrong:?}");
    }
    assert!(matches!(testing::officer(&testing::authority().0).rename_organization("X"), Err(Error::Denied(Denied::NotSetUp))));
}
