//! What is exported is what the list shows: its search, filter and order, or what was chosen of it.

use super::*;
use crate::id::SubscriberId;

/// The first cell of each line of a list but its head.
fn first_cells(csv: &[u8]) -> Vec<String> {
    let text = String::from_utf8(csv.to_vec()).unwrap();
    text.lines().skip(1).map(|line| line.split(',').next().unwrap().trim_matches('"').to_owned()).collect()
}

#[test]
fn exported_certificates_are_those_of_the_search_and_filter_in_the_order_of_the_list() {
    let (_authority, _clock, officer, _folder) = department(900);
    let filter = CertificateFilter {
        search: Some("number".into()),
        statuses: vec![Status::Active],
        profiles: vec!["authentication".into(), "signing".into()],
        ..Default::default()
    };
    // More than are read at once, and a page of the screen that is not where the export begins.
    let query = CertificatesQuery { filter, sort: CertificateSort::NameLast, skip: 3, limit: 2, ..Default::default() };
    let exported = |query: &CertificatesQuery, format| {
        let mut octets = Vec::new();
        let count = officer.export_certificates(query, None, &[], format, &mut octets).unwrap();
        (count as usize, octets)
    };
    let (count, csv) = exported(&query, CertificateFormat::Csv);
    let (shown, total) = all(&officer, &query.filter, query.sort, 100);
    let serials: Vec<String> = shown.iter().map(|row| row.serial.clone()).collect();
    assert_eq!((first_cells(&csv), count, count as u64), (serials.clone(), serials.len(), total));
    assert!(count > 500 && count < 900 && shown.iter().all(|row| row.status == "active"), "{count}");
    let json: serde_json::Value = serde_json::from_slice(&exported(&query, CertificateFormat::Json).1).unwrap();
    assert_eq!(json.as_array().unwrap().iter().map(|row| row["serial"].as_str().unwrap()).collect::<Vec<_>>(), serials);
    let turned = CertificatesQuery { sort: CertificateSort::Name, ..query.clone() };
    assert_eq!(first_cells(&exported(&turned, CertificateFormat::Csv).1), serials.into_iter().rev().collect::<Vec<_>>());
    let few = CertificateFilter { search: Some("number007".into()), statuses: vec![Status::Active, Status::Superseded], ..query.filter };
    assert_eq!(exported(&CertificatesQuery { filter: few, ..turned }, CertificateFormat::Csv).0, 1);
}

/// Three persons and a mailbox, added in another order than that of their names.
fn people() -> (Operator, [SubscriberId; 4], (Authority, tempfile::TempDir)) {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    let ids = [("Zoe Alder", "zoe"), ("Ann Alder", "ann"), ("Eve Birch", "eve"), ("Alder Office", "office")].map(|(name, mail)| {
        clock.advance(60);
        let kind = if mail == "office" { SubscriberKind::Functional } else { SubscriberKind::Person };
        officer.add_subscriber(NewSubscriber { name: name.into(), mail: format!("{mail}@example.edu"), kind }).unwrap().id
    });
    (officer, ids, (authority, folder))
}

fn names(officer: &Operator, query: &PeopleQuery, chosen: Option<&[SubscriberId]>) -> Vec<String> {
    let (mut csv, mut json) = (Vec::new(), Vec::new());
    let count = officer.export_people(query, chosen, &[], PeopleFormat::Csv, &mut csv).unwrap();
    assert_eq!(officer.export_people(query, chosen, &[], PeopleFormat::Json, &mut json).unwrap(), count);
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let names = first_cells(&csv);
    assert_eq!(json.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect::<Vec<_>>(), names);
    assert_eq!(names.len() as u64, count);
    names
}

#[test]
fn exported_people_are_those_of_the_search_and_filter_in_the_order_of_the_list() {
    let (officer, _ids, _kept) = people();
    let filter = PeopleFilter { search: Some("alder".into()), kind: Some(SubscriberKind::Person), ..Default::default() };
    for (sort, expected) in [
        (PeopleSort::Name, ["Ann Alder", "Zoe Alder"]),
        (PeopleSort::NameLast, ["Zoe Alder", "Ann Alder"]),
        (PeopleSort::Newest, ["Ann Alder", "Zoe Alder"]),
        (PeopleSort::Oldest, ["Zoe Alder", "Ann Alder"]),
    ] {
        // A page of the screen is not where the export begins or ends.
        let query = PeopleQuery { filter: filter.clone(), sort, skip: 1, limit: 1, ..Default::default() };
        assert_eq!(names(&officer, &query, None), expected, "{sort:?}");
    }
    officer.validate_mailbox("ann@example.edu", crate::mailbox::Method::InPerson, "staff card").unwrap();
    let validated = PeopleQuery { filter: PeopleFilter { validated: Some(true), ..filter }, ..Default::default() };
    assert_eq!(names(&officer, &validated, None), ["Ann Alder"]);
}

#[test]
fn of_chosen_people_only_these_are_exported_in_the_order_of_the_list() {
    let (officer, [zoe, ann, eve, office], _kept) = people();
    for (sort, expected) in [
        (PeopleSort::Name, ["Ann Alder", "Eve Birch", "Zoe Alder"]),
        (PeopleSort::NameLast, ["Zoe Alder", "Eve Birch", "Ann Alder"]),
        (PeopleSort::Newest, ["Eve Birch", "Ann Alder", "Zoe Alder"]),
        (PeopleSort::Oldest, ["Zoe Alder", "Ann Alder", "Eve Birch"]),
    ] {
        let query = PeopleQuery { sort, ..Default::default() };
        let all = officer.find_people(&PeopleQuery { limit: 50, ..query.clone() }).unwrap().rows;
        let listed: Vec<_> = all.into_iter().filter(|person| person.id != office).map(|person| person.name).collect();
        assert_eq!(listed, expected, "as the list has them: {sort:?}");
        assert_eq!(names(&officer, &query, Some(&[eve, zoe, ann, zoe])), expected, "{sort:?}");
    }
    officer.delete_subscriber(eve).unwrap();
    let mut octets = Vec::new();
    let some = Some(&[ann, eve, zoe, eve][..]);
    let gone = officer.export_people(&PeopleQuery::default(), some, &[], PeopleFormat::Json, &mut octets).unwrap_err();
    assert_eq!(gone.to_string(), "chosen: no longer in the register: 1 of the 3 chosen; choose again");
}

#[test]
fn certificates_of_people_who_have_none_are_refused_and_not_an_empty_file() {
    let (officer, [zoe, ..], _kept) = people();
    let export = |chosen: Option<&[SubscriberId]>, format| {
        let mut octets = Vec::new();
        (officer.export_people(&PeopleQuery::default(), chosen, &[], format, &mut octets), octets)
    };
    for format in [PeopleFormat::Pem, PeopleFormat::P7b] {
        for chosen in [None, Some(&[zoe][..])] {
            let (refused, octets) = export(chosen, format);
            assert!(matches!(refused, Err(Error::Invalid { field: "format", .. })) && octets.is_empty(), "{format:?}: {refused:?}");
        }
    }
    assert_eq!(export(Some(&[zoe]), PeopleFormat::Csv).0.unwrap(), 1, "a table says so itself");
}

#[test]
fn of_chosen_certificates_only_these_are_exported_in_the_order_of_the_list() {
    let (_authority, _clock, officer, _folder) = department(40);
    for sort in [
        CertificateSort::Newest,
        CertificateSort::Oldest,
        CertificateSort::EndingFirst,
        CertificateSort::EndingLast,
        CertificateSort::Name,
        CertificateSort::NameLast,
    ] {
        let (listed, _) = all(&officer, &CertificateFilter::default(), sort, 50);
        let expected: Vec<String> = listed.iter().step_by(3).map(|row| row.serial.clone()).collect();
        // Chosen in another order, and one of them twice.
        let mut chosen: Vec<_> = expected.iter().rev().map(|serial| SerialNumber::parse(serial).unwrap()).collect();
        chosen.push(chosen[0].clone());
        let (query, mut csv) = (CertificatesQuery { sort, ..Default::default() }, Vec::new());
        let count = officer.export_certificates(&query, Some(&chosen), &[], CertificateFormat::Csv, &mut csv).unwrap();
        assert_eq!((first_cells(&csv), count), (expected, chosen.len() as u64 - 1), "{sort:?}");
    }
}

#[test]
fn a_choice_is_exported_in_every_format_and_a_choice_of_none_is_not_everything() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let [alice, _, eve] = ["Alice", "Bob", "Eve"].map(|name| crate::certificate::issued(&authority, name));
    let export = |chosen: &[SerialNumber], format| {
        let mut octets = Vec::new();
        officer.export_certificates(&CertificatesQuery::default(), Some(chosen), &[], format, &mut octets).map(|count| (count, octets))
    };
    let two = |format| {
        let (count, octets) = export(&[alice.clone(), eve.clone()], format).unwrap();
        assert_eq!(count, 2, "{format:?}");
        octets
    };
    assert_eq!(first_cells(&two(CertificateFormat::Csv)), [eve.to_string(), alice.to_string()]);
    let json: serde_json::Value = serde_json::from_slice(&two(CertificateFormat::Json)).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(String::from_utf8(two(CertificateFormat::Pem)).unwrap().matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(protocol::cms::read_certs_only(&two(CertificateFormat::P7b)).unwrap().len(), 2);

    let gone = export(&[alice.clone(), SerialNumber::parse("01").unwrap()], CertificateFormat::Csv);
    assert!(matches!(gone, Err(Error::NotFound(crate::Noun::Certificate))), "{gone:?}");
    assert!(matches!(export(&[], CertificateFormat::Csv), Err(Error::Invalid { field: "chosen", .. })));
    let mut octets = Vec::new();
    let nobody = officer.export_people(&PeopleQuery::default(), Some(&[]), &[], PeopleFormat::Csv, &mut octets);
    assert!(matches!(nobody, Err(Error::Invalid { field: "chosen", .. })) && octets.is_empty(), "{nobody:?}");
}
