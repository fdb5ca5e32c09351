//! Issuing at the desk in two departments at once: one in production, one a pilot; and a person who moves between them.

use super::{Asked, csr};
use crate::{
    Denied, Error, Noun, Operator,
    department::FurtherDepartment,
    find::{CertificateFilter, CertificatesQuery, PeopleFilter, PeopleQuery, ReportFilter, ReportFormat, ReportName},
    id::UnitId,
    issuance::{
        Form,
        batch::{BatchState, Choices, Delivery},
    },
    mailbox::Method,
    ota::tests::phone::{World, world},
    profile::{
        ProfileName::{self, Encryption, Signing},
        Scope,
    },
    settings::SettingChange,
    subscriber::{NewSubscriber, Subscriber, SubscriberKind, SubscriberQuery},
    testing,
};
use openssl::{pkey::PKey, rsa::Rsa, x509::X509};
use protocol::{Timestamp, x509::SerialNumber};

fn two() -> (World, Operator, Operator) {
    let world = world();
    let physics = world.officer.at_department(world.officer.department().unwrap().id).unwrap();
    testing::into_production(&physics);
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
    let chemistry = world.officer.at_department(world.officer.add_department(made).unwrap().id).unwrap();
    (world, physics, chemistry)
}

fn person(at: &Operator, name: &str, mail: &str) -> Subscriber {
    at.add_subscriber(NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person }).unwrap();
    at.validate_mailbox(mail, Method::InPerson, "read a mail in my office").unwrap()
}

fn choices(profiles: &[ProfileName]) -> Choices {
    Choices { name: "staff.csv".into(), profiles: profiles.to_vec(), form: Form::Modern, supersede: false, columns: None }
}

fn days(certificate: &crate::certificate::Certificate) -> i64 {
    (certificate.not_after.0 - certificate.not_before.0 + 1) / Timestamp::DAY
}

#[test]
fn a_person_is_certified_by_the_policy_of_their_department() {
    let (world, physics, chemistry) = two();
    person(&physics, "Alice Example", "alice@example.edu");
    person(&chemistry, "Bob Example", "bob@example.edu");
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    // The officer need not say where: the person belongs somewhere.
    let generated = |mail: &str| world.officer.issue_generated(mail, Encryption, Form::Modern, false).unwrap().issued.certificate;
    let requested = |mail: &str| world.officer.issue_from_csr(mail, Signing, &csr(&key, &Asked::default())).unwrap().certificate;
    assert_eq!((days(&generated("alice@example.edu")), days(&requested("alice@example.edu"))), (730, 730));
    assert_eq!((days(&generated("bob@example.edu")), days(&requested("bob@example.edu"))), (90, 90));
    assert!(matches!(
        world.officer.add_subscriber(NewSubscriber {
            name: "Carol".into(),
            mail: "carol@example.edu".into(),
            kind: SubscriberKind::Functional
        }),
        Err(Error::Denied(Denied::WhichDepartment))
    ));
}

#[test]
fn a_move_is_on_record_and_changes_future_certificates_only() {
    let (world, physics, chemistry) = two();
    let alice = person(&physics, "Alice Example", "alice@example.edu");
    let issue = |supersede| world.officer.issue_generated("alice@example.edu", Encryption, Form::Modern, supersede).unwrap().issued;
    let first = issue(false).certificate;
    let to = chemistry.department().unwrap().id;
    let moved = world.officer.move_subscriber(alice.id, to).unwrap();
    assert_eq!((moved.department.as_str(), moved.department_id), ("Chemistry", to));
    assert_eq!(moved.subject.to_string(), "CN=Alice Example,OU=Chemistry,O=Example University");
    world.officer.move_subscriber(alice.id, to).unwrap();
    let rows = world.authority.auditor().ledger(None, 50).unwrap();
    let moves: Vec<_> = rows.iter().filter(|row| row.event == "subscriber.moved").collect();
    assert_eq!(moves.len(), 1, "to where she is already changes nothing");
    assert_eq!(moves[0].details["subject_from"], alice.subject.to_string());
    let second = issue(true).certificate;
    assert_eq!((days(&first), days(&second)), (730, 90));
    let kept = world.officer.certificate(&SerialNumber::parse(&first.serial).unwrap()).unwrap();
    assert_eq!(kept.subject, "CN=Alice Example,OU=Physics,O=Example University", "what was issued stays as it is");
    // Her earlier name is nobody else's: another Alice of Physics gets a discriminator, and she herself has it back when she returns.
    let other = person(&physics, "Alice Example", "alice2@example.edu");
    assert!(other.subject.to_string().contains("serialNumber=2"), "{}", other.subject);
    let back = world.officer.move_subscriber(alice.id, physics.department().unwrap().id).unwrap();
    assert_eq!(back.subject, alice.subject);
    world.authority.auditor().verify_ledger().unwrap();
}

#[test]
fn a_move_to_where_an_address_does_not_belong_is_refused() {
    let (authority, _clock, _folder) = testing::authority();
    let rosa = testing::officer(&authority);
    rosa.create_department(crate::department::NewDepartment {
        organization: "Example University".into(),
        department: "Physics".into(),
        mail_domains: vec!["physics.example.edu".into(), "chemistry.example.edu".into()],
        hosts: vec!["pki.example.edu".into()],
        ca_key: protocol::key::KeyAlgorithm::P256,
        status_url: None,
        training: false,
    })
    .unwrap();
    let alice =
        rosa.add_subscriber(NewSubscriber { name: "Alice".into(), mail: "alice@physics.example.edu".into(), kind: SubscriberKind::Person });
    let made = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["chemistry.example.edu".into()] };
    let chemistry = rosa.add_department(made).unwrap();
    let Err(Error::Invalid { field: "department", reason }) = rosa.move_subscriber(alice.unwrap().id, chemistry.id) else {
        panic!("moved")
    };
    assert!(reason.contains("alice@physics.example.edu") && reason.contains("chemistry.example.edu"), "{reason}");
    let there = rosa.at_department(chemistry.id).unwrap();
    let wrong = NewSubscriber { name: "Bob".into(), mail: "bob@physics.example.edu".into(), kind: SubscriberKind::Person };
    assert!(matches!(there.add_subscriber(wrong), Err(Error::Invalid { field: "mail", .. })));
}

#[test]
fn a_batch_is_of_one_department_and_leaves_the_others_people_out() {
    let (world, physics, chemistry) = two();
    person(&physics, "Alice Example", "alice@example.edu");
    person(&chemistry, "Bob Example", "bob@example.edu");
    let list = b"mail\nalice@example.edu\nbob@example.edu\n";
    assert!(matches!(world.officer.plan_batch(list, &choices(&[Encryption])), Err(Error::Denied(Denied::WhichDepartment))));
    let plan = chemistry.plan_batch(list, &choices(&[Encryption])).unwrap();
    assert_eq!((plan.items.len(), plan.errors.len()), (1, 1));
    assert!(plan.errors[0].mail == "alice@example.edu" && plan.errors[0].reason.contains("Chemistry"), "{:?}", plan.errors);
    assert_eq!(plan.errors[0].problem, "validation", "nothing is wrong with the address");
    let id = chemistry.start_batch(&plan).unwrap();
    let mut lives = Vec::new();
    while world
        .officer
        .step_batch(id, &mut |delivery| {
            let validity = delivery.certificate.validity;
            lives.push((delivery.mail, (validity.not_after.0 - validity.not_before.0 + 1) / Timestamp::DAY));
            Ok(())
        })
        .unwrap()
        .state
        == BatchState::Running
    {}
    assert_eq!(lives, [("bob@example.edu".to_owned(), 90)]);
}

#[test]
fn the_ocsp_responder_is_named_where_the_department_states_that_it_always_answers() {
    let (world, physics, chemistry) = two();
    physics.set_setting("status.ocsp_in_certificates", "yes").unwrap();
    person(&physics, "Alice Example", "alice@example.edu");
    person(&chemistry, "Bob Example", "bob@example.edu");
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    // What the certificate names, and what was recorded before it was signed.
    let named = |serial: &SerialNumber| {
        let certificate = X509::from_der(&world.officer.export_certificate(serial).unwrap().0).unwrap();
        let named: Vec<String> =
            certificate.ocsp_responders().map(|list| list.iter().map(|url| url.to_string()).collect()).unwrap_or_default();
        let octets = serial.octets().to_vec();
        let intent: String = world
            .authority
            .0
            .store
            .read(|c| Ok(c.query_row("SELECT intent FROM issuance WHERE serial = ?1", [octets], |row| row.get(0))?))
            .unwrap();
        let recorded = serde_json::from_str::<serde_json::Value>(&intent).unwrap()["addresses"][2].clone();
        assert_eq!(recorded, serde_json::json!(named), "as it was reserved");
        named
    };
    let of = |certificate: &crate::certificate::Certificate| named(&SerialNumber::parse(&certificate.serial).unwrap());
    let responder = ["http://pki.example.edu:8080/ocsp/issuing"].as_slice();
    for (at, mail, names) in [(&physics, "alice@example.edu", responder), (&chemistry, "bob@example.edu", &[])] {
        let requested = world.officer.issue_from_csr(mail, Signing, &csr(&key, &Asked::default())).unwrap().certificate;
        assert_eq!(of(&requested), names, "{mail}, from a request");
        let renewed = world.officer.renew(&SerialNumber::parse(&requested.serial).unwrap()).unwrap().certificate;
        assert_eq!(of(&renewed), names, "{mail}, renewed");
        let id = at.start_batch(&at.plan_batch(format!("mail\n{mail}\n").as_bytes(), &choices(&[Encryption])).unwrap()).unwrap();
        let mut delivered = Vec::new();
        let mut deliver = |delivery: Delivery| {
            delivered.push(delivery.certificate.serial);
            Ok(())
        };
        while world.officer.step_batch(id, &mut deliver).unwrap().state == BatchState::Running {}
        assert_eq!(delivered.iter().map(&named).collect::<Vec<_>>(), [names], "{mail}, in a batch");
        let made = world.officer.issue_generated(mail, Encryption, Form::Modern, true).unwrap().issued.certificate;
        assert_eq!(of(&made), names, "{mail}, with a key made here");
    }
    // What the organization states counts for who says nothing else.
    physics.set_setting("status.ocsp_in_certificates", "no").unwrap();
    physics.change_setting(Scope::Organization, "status.ocsp_in_certificates", SettingChange::To("yes".into())).unwrap();
    for (mail, names) in [("alice@example.edu", &[][..]), ("bob@example.edu", responder)] {
        assert_eq!(of(&world.officer.issue_generated(mail, Encryption, Form::Modern, true).unwrap().issued.certificate), names, "{mail}");
    }
}

#[test]
fn lists_are_filtered_by_department() {
    let (world, physics, chemistry) = two();
    let (physics_id, chemistry_id) = (physics.department().unwrap().id, chemistry.department().unwrap().id);
    let alice = person(&physics, "Alice Example", "alice@example.edu");
    person(&chemistry, "Bob Example", "bob@example.edu");
    person(&chemistry, "Bobby Tables", "bobby@example.edu");
    for mail in ["alice@example.edu", "bob@example.edu"] {
        world.officer.issue_generated(mail, Encryption, Form::Modern, false).unwrap();
    }
    let people = |department, search: Option<&str>| {
        let query = SubscriberQuery { search: search.map(str::to_owned), department: Some(department), limit: 10, ..Default::default() };
        let page = world.officer.subscribers(&query).unwrap();
        assert_eq!(page.total, page.rows.len() as u64);
        page.rows.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    assert_eq!(people(physics_id, None), ["Alice Example"]);
    assert_eq!(people(chemistry_id, None), ["Bob Example", "Bobby Tables"]);
    assert_eq!(people(chemistry_id, Some("example")), ["Bob Example", "Bobby Tables"]);
    assert_eq!(people(physics_id, Some("bob")), [""; 0]);
    let found = world.officer.find_people(&PeopleQuery {
        filter: PeopleFilter { department: Some(chemistry_id), ..PeopleFilter::default() },
        limit: 10,
        ..PeopleQuery::default()
    });
    assert_eq!(found.unwrap().rows.len(), 2);
    let certificates = |department, sort, search: Option<&str>| {
        while world.officer.index_new_certificates().unwrap() {}
        let filter = CertificateFilter { department: Some(department), search: search.map(str::to_owned), ..CertificateFilter::default() };
        let page = world.officer.find_certificates(&CertificatesQuery { filter, sort, limit: 10, ..Default::default() }).unwrap();
        assert_eq!((page.total, page.total_is_exact), (page.rows.len() as u64, true));
        page.rows.into_iter().map(|row| row.subject).collect::<Vec<_>>()
    };
    use crate::find::CertificateSort::{EndingFirst, Name, Newest};
    for sort in [Newest, EndingFirst, Name] {
        assert_eq!(certificates(chemistry_id, sort, None), ["CN=Bob Example,OU=Chemistry,O=Example University"]);
        assert_eq!(certificates(chemistry_id, sort, Some("alice")), [""; 0]);
    }
    // A certificate stays in the department that it was issued in.
    world.officer.move_subscriber(alice.id, chemistry_id).unwrap();
    assert_eq!(certificates(physics_id, Newest, Some("alice")), ["CN=Alice Example,OU=Physics,O=Example University"]);
    assert_eq!(people(chemistry_id, None).len(), 3);
}

#[test]
fn reports_are_narrowed_to_a_department() {
    let (world, physics, chemistry) = two();
    let (physics_id, chemistry_id) = (physics.department().unwrap().id, chemistry.department().unwrap().id);
    let alice = person(&physics, "Alice Example", "alice@example.edu");
    person(&chemistry, "Bob Example", "bob@example.edu");
    person(&chemistry, "Carol Example", "carol@example.edu");
    for mail in ["alice@example.edu", "bob@example.edu", "carol@example.edu"] {
        world.officer.issue_generated(mail, Encryption, Form::Modern, false).unwrap();
        world.officer.invite(mail, crate::invitation::Channel::Show).unwrap();
    }
    let carols = world.officer.certificates(&crate::certificate::CertificateQuery { limit: 1, ..Default::default() }).unwrap().remove(0);
    let serial = SerialNumber::parse(&carols.serial).unwrap();
    world.officer.revoke(&serial, protocol::crl::Reason::Superseded).unwrap();
    let report = |name: ReportName, department| {
        let filter = ReportFilter { days: (name == ReportName::Expiring).then_some(800), department, ..ReportFilter::default() };
        world.officer.report(name, &filter, 0).unwrap()
    };
    let names = |name, column: usize, department| {
        let rows = report(name, department).rows;
        let mut names: Vec<_> = rows.iter().filter_map(|row| row[column].as_str().map(str::to_owned)).collect();
        names.sort();
        names
    };
    let (all, alice_alone, chemists) =
        (["Alice Example", "Bob Example", "Carol Example"], ["Alice Example"], ["Bob Example", "Carol Example"]);
    assert_eq!(names(ReportName::Coverage, 0, None), all);
    assert_eq!(names(ReportName::Coverage, 0, Some(physics_id)), alice_alone);
    assert_eq!(names(ReportName::Coverage, 0, Some(chemistry_id)), chemists);
    assert_eq!(names(ReportName::Expiring, 3, Some(physics_id)), alice_alone);
    assert_eq!(names(ReportName::Expiring, 3, Some(chemistry_id)), ["Bob Example"], "Carol's was revoked");
    // Each has a validation and a subject name.
    assert_eq!(names(ReportName::Validations, 1, Some(physics_id)), ["Alice Example"; 2]);
    assert_eq!(names(ReportName::Validations, 1, Some(chemistry_id)).len(), 4);
    let counted = |department: Option<UnitId>| {
        let rows = report(ReportName::Inventory, department).rows;
        let mut counts = std::collections::BTreeMap::new();
        for row in rows.iter().filter(|row| row[1] == "subscriber") {
            *counts.entry(row[3].as_str().unwrap().to_owned()).or_default() += row[4].as_u64().unwrap();
        }
        counts
    };
    let (active, revoked) = ("active".to_owned(), "revoked".to_owned());
    assert_eq!(counted(Some(physics_id)), [(active.clone(), 1)].into());
    assert_eq!(counted(Some(chemistry_id)), [(active.clone(), 1), (revoked.clone(), 1)].into());
    assert_eq!(counted(None), [(active, 2), (revoked, 1)].into());
    assert_eq!(
        (report(ReportName::Revocations, Some(physics_id)).rows.len(), report(ReportName::Revocations, Some(chemistry_id)).rows.len()),
        (0, 1)
    );
    let invited = |department| report(ReportName::Enrollments, department).rows[0][1].as_u64().unwrap();
    assert_eq!((invited(None), invited(Some(physics_id)), invited(Some(chemistry_id))), (3, 1, 2));
    assert!(report(ReportName::Devices, Some(physics_id)).rows.is_empty());

    // Whose it is stands in the head; where there are several and none was asked for, the organization's.
    let head = |department| report(ReportName::Coverage, department).head;
    assert_eq!((head(Some(chemistry_id)).department.as_str(), head(None).department.as_str()), ("Chemistry", "Example University"));
    assert_eq!(physics.report(ReportName::Coverage, &ReportFilter::default(), 0).unwrap().head.department, "Example University");
    let asked = |name, department| {
        world.officer.report(name, &ReportFilter { department: Some(department), ..ReportFilter::default() }, 0).map(|report| report.rows)
    };
    assert!(matches!(asked(ReportName::Actions, physics_id), Err(Error::Invalid { field: "department", .. })));
    assert!(matches!(asked(ReportName::Coverage, UnitId::fresh()), Err(Error::NotFound(Noun::Unit))));
    let mut octets = Vec::new();
    let filter = ReportFilter { department: Some(chemistry_id), ..ReportFilter::default() };
    world.officer.export_report(ReportName::Coverage, &filter, ReportFormat::Csv, &mut octets).unwrap();
    let text = String::from_utf8(octets).unwrap();
    assert!(text.contains("\"# department\",\"Chemistry\"") && text.contains(&chemistry_id.to_string()), "{text}");
    assert!(text.contains("Bob Example") && !text.contains("Alice Example"), "{text}");
    // People are where they are now, their certificates where they were issued.
    world.officer.move_subscriber(alice.id, chemistry_id).unwrap();
    assert_eq!(names(ReportName::Coverage, 0, Some(chemistry_id)), all);
    assert_eq!(names(ReportName::Expiring, 3, Some(physics_id)), alice_alone);
}
