//! An export has the columns that the view shows, in their order; files of certificates hold those of people, and no more than they can.

use super::*;
use crate::{
    enrollment::{NewDevice, seen},
    id::{EnrollmentId, SubscriberId},
};
use protocol::x509::CertificateView;
use serde_json::{Value, json};

/// A phone of the person, and an enrollment by it.
fn phone(authority: &Authority, person: SubscriberId) -> EnrollmentId {
    let (at, id) = (authority.0.clock.now(), EnrollmentId::fresh());
    let says = NewDevice {
        udid: "00008140-1".into(),
        serial: None,
        product: Some("iPhone17,1".into()),
        os_version: None,
        build: None,
        imei: None,
        meid: None,
        device_name: Some("Wolke".into()),
        language: None,
        foreign_device_ca: false,
    };
    let write = authority.0.store.write(move |tx| {
        seen(tx, at, person, &says)?;
        tx.execute(
            "INSERT INTO enrollment (id, subscriber, mailbox, channel, state, reached, created_at, expires_at, updated_at, link, device)
             SELECT ?1, ?2, m.id, 'show', 'configured', 5, ?3, ?3, ?3, randomblob(32), d.id
             FROM mailbox m JOIN device d ON d.subscriber = m.subscriber WHERE m.subscriber = ?2 LIMIT 1",
            (id, person, at.0),
        )?;
        Ok(())
    });
    write.unwrap();
    id
}

/// Gives a certificate that was issued to nobody to somebody.
fn belongs(authority: &Authority, serial: &SerialNumber, person: SubscriberId, enrollment: Option<EnrollmentId>) {
    let octets = serial.octets().to_vec();
    let write = authority.0.store.write(move |tx| {
        let sql = "UPDATE certificate SET subscriber = ?2, enrollment = ?3, department = (SELECT department FROM subscriber WHERE id = ?2) WHERE serial = ?1";
        Ok(tx.execute(sql, (octets, person, enrollment))?)
    });
    assert_eq!(write.unwrap(), 1);
}

fn lines(csv: &[u8]) -> Vec<String> {
    String::from_utf8(csv.to_vec()).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn certificates_are_exported_with_the_columns_of_the_view() {
    use CertificateColumn::{Address, Department, Device, KeyMadeBy, Name, NotAfter, Person, Status};
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let zoe = testing::person(&officer, "=Zoe Example", "zoe@example.edu").id;
    let [first, second] = ["=Zoe Example", "Nobody"].map(|name| crate::certificate::issued(&authority, name));
    let enrollment = phone(&authority, zoe);
    belongs(&authority, &first, zoe, Some(enrollment));
    clock.advance(Timestamp::DAY);
    let export = |columns: &[CertificateColumn], format| {
        let mut octets = Vec::new();
        let query = CertificatesQuery { sort: CertificateSort::Oldest, ..Default::default() };
        assert_eq!(officer.export_certificates(&query, None, columns, format, &mut octets).unwrap(), 2);
        octets
    };
    let shown = [Name, Device, Status, Person, KeyMadeBy, Department, CertificateColumn::DaysLeft, Address];
    // Nothing that a spreadsheet would calculate, in whatever column it stands.
    assert_eq!(
        lines(&export(&shown, CertificateFormat::Csv)),
        [
            r#""name","device","status","person","key_made_by","department","days_left","address""#,
            r#""'=Zoe Example","iPhone17,1","active","'=Zoe Example","device","Physics","364","alice@example.edu""#,
            r#""Nobody","","active","","holder","","364","alice@example.edu""#,
        ]
    );
    let ends = officer.certificate(&second).unwrap().not_after;
    let rows: Value = serde_json::from_slice(&export(&[NotAfter, Device, Person], CertificateFormat::Json)).unwrap();
    assert_eq!(
        rows,
        json!([{ "not_after": ends, "device": "iPhone17,1", "person": "=Zoe Example" }, { "not_after": ends, "device": null, "person": null }])
    );
    let every: Value = serde_json::from_slice(&export(CertificateColumn::ALL, CertificateFormat::Json)).unwrap();
    assert_eq!(every[0].as_object().unwrap().len(), CertificateColumn::ALL.len(), "each word names one column");
    officer.revoke(&second, Reason::Superseded).unwrap();
    assert!(lines(&export(&shown, CertificateFormat::Csv))[2].contains(r#""revoked","","holder","","","#), "no days are left of it");
}

#[test]
fn people_are_exported_with_the_columns_of_the_view() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let zoe = testing::person(&officer, "Zoe Example", "zoe@example.edu").id;
    officer.add_mailbox(zoe, "z.example@example.edu").unwrap();
    testing::person(&officer, "+Ann Example", "ann@example.edu");
    phone(&authority, zoe);
    let export = |columns: &[PersonColumn], format| {
        let mut octets = Vec::new();
        assert_eq!(officer.export_people(&PeopleQuery::default(), None, columns, format, &mut octets).unwrap(), 2);
        octets
    };
    let shown = [PersonColumn::Devices, PersonColumn::Name, PersonColumn::Department, PersonColumn::Enrollment, PersonColumn::Address];
    assert_eq!(
        lines(&export(&shown, PeopleFormat::Csv)),
        [
            r#""devices","name","department","enrollment","address""#,
            r#""0","'+Ann Example","Physics","","ann@example.edu""#,
            r#""1","Zoe Example","Physics","configured","zoe@example.edu""#,
        ]
    );
    let rows: Value = serde_json::from_slice(&export(&shown[1..4], PeopleFormat::Json)).unwrap();
    assert_eq!(
        rows,
        json!([
            { "name": "+Ann Example", "department": "Physics", "enrollment": null },
            { "name": "Zoe Example", "department": "Physics", "enrollment": "configured" },
        ])
    );
    let every: Value = serde_json::from_slice(&export(PersonColumn::ALL, PeopleFormat::Json)).unwrap();
    assert_eq!(every[1].as_object().unwrap().len(), PersonColumn::ALL.len(), "each word names one column");
    assert_eq!((&every[1]["mail"], &every[1]["kind"]), (&json!("zoe@example.edu z.example@example.edu"), &json!("person")));
}

#[test]
fn of_people_their_active_certificates_are_exported_in_pem_and_pkcs7() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let [zoe, ann, bob] = ["Zoe", "Ann", "Bob"].map(|name| {
        let person = testing::person(&officer, name, &format!("{}@example.edu", name.to_lowercase())).id;
        clock.advance(1);
        person
    });
    let of = |name: &str, person| {
        let serial = crate::certificate::issued(&authority, name);
        belongs(&authority, &serial, person, None);
        serial
    };
    let [first, second, anns, held, gone] =
        [("Zoe", zoe), ("Zoe", zoe), ("Ann", ann), ("Ann", ann), ("Bob", bob)].map(|(name, of_whom)| of(name, of_whom));
    crate::certificate::issued(&authority, "Nobody");
    officer.hold(std::slice::from_ref(&held)).unwrap();
    officer.revoke(&gone, Reason::Superseded).unwrap();
    let export = |chosen: Option<&[SubscriberId]>, filter: PeopleFilter| {
        let (mut pem, mut p7b) = (Vec::new(), Vec::new());
        let query = PeopleQuery { filter, ..Default::default() };
        let count = officer.export_people(&query, chosen, &[], PeopleFormat::Pem, &mut pem).unwrap();
        assert_eq!(officer.export_people(&query, chosen, &[], PeopleFormat::P7b, &mut p7b).unwrap(), count);
        let held: Vec<SerialNumber> = protocol::cms::read_certs_only(&p7b).unwrap().into_iter().map(|view| view.serial).collect();
        let pem = String::from_utf8(pem).unwrap();
        let texts: Vec<_> =
            held.iter().map(|serial| CertificateView::from_der(&officer.export_certificate(serial).unwrap().0).unwrap().to_pem()).collect();
        assert_eq!((pem, count), (texts.concat(), held.len() as u64), "the same in both");
        held
    };
    let everybody = PeopleFilter::default();
    assert_eq!(
        export(None, everybody.clone()),
        [anns.clone(), first.clone(), second.clone()],
        "in the order of the people, the oldest first"
    );
    assert_eq!(export(Some(&[bob, zoe]), everybody), [first.clone(), second.clone()]);
    assert_eq!(export(None, PeopleFilter { search: Some("ann".into()), ..Default::default() }), [anns]);
    let refused = |chosen: Option<&[SubscriberId]>| {
        let said = officer.export_people(&PeopleQuery::default(), chosen, &[], PeopleFormat::Pem, &mut Vec::new());
        matches!(said, Err(Error::Invalid { field: "format", .. }))
    };
    assert!(refused(Some(&[bob])), "nothing of his is active");
    clock.advance(400 * Timestamp::DAY);
    assert!(refused(None), "all have ended");
}

#[test]
fn what_another_ca_issued_is_no_certificate_of_theirs_in_filter_number_and_file() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let [ann, bob] = ["Ann", "Bob"].map(|name| testing::person(&officer, name, &format!("{}@example.edu", name.to_lowercase())).id);
    let [ours, theirs] = [("Ann", ann), ("Bob", bob)].map(|(name, person)| {
        let serial = crate::certificate::issued(&authority, name);
        belongs(&authority, &serial, person, None);
        serial
    });
    let foreign = theirs.clone();
    let sql = "UPDATE certificate SET issuer = NULL WHERE serial = ?1";
    authority.0.store.write(move |tx| Ok(tx.execute(sql, [foreign.octets()])?)).unwrap();
    let having = |has| {
        let filter = PeopleFilter { has: Some(has), ..Default::default() };
        let page = officer.find_people(&PeopleQuery { filter, limit: 9, ..Default::default() }).unwrap();
        page.rows.into_iter().map(|person| (person.id, person.active_certificates)).collect::<Vec<_>>()
    };
    assert_eq!((having(Has::Active), having(Has::None)), (vec![(ann, 1)], vec![(bob, 0)]));
    let covered = officer.coverage().unwrap();
    assert_eq!((having(Has::Authentication).len(), covered.with_any, covered.authentication), (1, 1, 1));
    let mut pem = Vec::new();
    let query = PeopleQuery::default();
    assert_eq!(officer.export_people(&query, Some(&[ann, bob]), &[], PeopleFormat::Pem, &mut pem).unwrap(), 1);
    let der = officer.export_certificate(&ours).unwrap().0;
    assert_eq!(String::from_utf8(pem).unwrap(), CertificateView::from_der(&der).unwrap().to_pem());
    // In its own list it stands, and nobody here knows who made its key.
    let (all, mut rows) = (CertificatesQuery { sort: CertificateSort::Oldest, ..Default::default() }, Vec::new());
    let columns = [CertificateColumn::Status, CertificateColumn::KeyMadeBy];
    officer.export_certificates(&all, None, &columns, CertificateFormat::Json, &mut rows).unwrap();
    let rows: Value = serde_json::from_slice(&rows).unwrap();
    assert_eq!(rows, json!([{ "status": "active", "key_made_by": "holder" }, { "status": "active", "key_made_by": null }]));
}

#[test]
fn a_pkcs7_holds_so_many_and_not_one_more() {
    let (authority, _clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let ders: Vec<Vec<u8>> =
        ["Alice", "Bob", "Carol"].map(|name| officer.export_certificate(&crate::certificate::issued(&authority, name)).unwrap().0).into();
    let of = |count: usize, most: usize| {
        crate::find::export::p7b(most, |add| {
            ders.iter().take(count).try_for_each(|der| add(der))?;
            Ok(count as u64)
        })
    };
    for most in [1, 2, 3] {
        let (octets, count) = of(most, most).unwrap();
        assert_eq!((protocol::cms::read_certs_only(&octets).unwrap().len(), count), (most, most as u64));
    }
    for most in [0, 1, 2] {
        let refused = of(most + 1, most);
        assert!(matches!(refused, Err(Error::Invalid { field: "format", .. })), "{refused:?}");
    }
    assert_eq!(crate::find::export::MAX_P7B, 10_000, "as its refusal says");
}
