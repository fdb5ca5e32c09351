//! History from elsewhere: read in every form, and proving nothing here.

use crate::{
    Error,
    certificate::{self, CertificateQuery},
    find::{CertificateFilter, CertificatesQuery, Kinds},
    issuance::import::{ImportFile, ImportReport},
    ota::tests::phone::{TestCa, World, key, name, world},
};
use protocol::{
    Timestamp, cms,
    crl::Reason,
    x509::{CertificateSpec, CertificateView, ExtendedKeyUsage, KeyUsage, SerialNumber, Validity, sign_certificate},
};
use std::collections::BTreeMap;

fn import(world: &World, files: &[(&str, Vec<u8>)]) -> ImportReport {
    let mut files = files.iter().map(|(name, content)| ImportFile { name: (*name).to_owned(), content: content.clone() });
    world.officer.import_certificates(&mut files).unwrap()
}

fn theirs(count: usize) -> Vec<CertificateView> {
    let ca = TestCa::new("Old CA", 0);
    (0..count).map(|n| ca.certify(&format!("Old {n}"), key(1), false)).collect()
}

#[test]
fn pem_der_and_pkcs7_are_read_and_the_same_again_changes_nothing() {
    let world = world();
    let old = theirs(5);
    let p7 = cms::certs_only(&[&old[2], &old[3]]).unwrap();
    let armoured =
        format!("-----BEGIN PKCS7-----\n{}\n-----END PKCS7-----\n", openssl::base64::encode_block(&cms::certs_only(&[&old[4]]).unwrap()));
    let files = [
        ("a.pem", format!("subject=x\n{}\n{}", old[0].to_pem(), old[1].to_pem()).into_bytes()),
        ("b.der", old[1].der.clone()),
        ("c.p7b", p7),
        ("d.p7b", armoured.into_bytes()),
    ];
    let report = import(&world, &files);
    assert_eq!((report.added, report.there), (5, 1), "{:?}", report.refused);
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    let rows = || world.authority.auditor().ledger(None, 1).unwrap()[0].number;
    let before = rows();
    let again = import(&world, &files);
    assert_eq!((again.added, again.there, rows()), (0, 6, before));
    let listed = world.officer.certificates(&CertificateQuery::default()).unwrap();
    assert_eq!(listed.len(), 5);
    let serial = SerialNumber::parse(&listed[0].serial).unwrap();
    assert!(old.iter().any(|c| c.der == world.officer.export_certificate(&serial).unwrap().0));
}

#[test]
fn what_cannot_be_kept_is_named_and_the_rest_is_kept() {
    let world = world();
    let old = theirs(1);
    let other = TestCa::new("Other CA", 2).certify_as(old[0].serial.clone(), "Same number", key(1), false);
    let authority = TestCa::new("Old CA", 0).certify("Sub CA", key(1), true);
    let cut = old[0].to_pem();
    let report = import(
        &world,
        &[
            ("good.pem", old[0].to_pem().into_bytes()),
            ("number.der", other.der),
            ("ca.der", authority.der),
            ("empty", Vec::new()),
            ("photo.jpg", vec![0xff; 5000]),
            ("cut.pem", cut.as_bytes()[..cut.len() / 2].to_vec()),
            ("text.txt", b"hello".to_vec()),
            ("broken.pem", b"-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n".to_vec()),
        ],
    );
    assert_eq!(report.added, 1);
    let mut refused: Vec<_> = report.refused.iter().map(|r| r.file.as_str()).collect();
    refused.sort_unstable();
    assert_eq!(refused, ["broken.pem", "ca.der", "cut.pem", "empty", "number.der", "photo.jpg", "text.txt"]);
}

#[test]
fn an_imported_certificate_proves_nothing_here() {
    let world = world();
    let alice = world.person("Alice Example", "alice@example.edu");
    let old = theirs(1).remove(0);
    assert_eq!(import(&world, &[("old.der", old.der.clone())]).added, 1);
    let (serial, id) = (old.serial.clone(), alice.id);
    world
        .authority
        .0
        .store
        .write({
            let serial = serial.clone();
            move |tx| Ok(tx.execute("UPDATE certificate SET subscriber = ?1 WHERE serial = ?2", rusqlite::params![id, serial.octets()])?)
        })
        .unwrap();
    let known = world.authority.0.store.read(|c| certificate::known(c, &serial)).unwrap();
    assert!(known.is_none(), "no renewal, no sign-in, no query by it");
    assert!(matches!(world.officer.revoke(&serial, Reason::KeyCompromise), Err(Error::Invalid { field: "serial", .. })));
    assert_eq!(world.officer.subscriber(alice.id).unwrap().active_certificates, 0);
    world.officer.delete_subscriber(alice.id).unwrap();
}

/// What another CA issued for this usage and these purposes, by their OIDs.
fn for_purposes(cn: &str, key_usage: KeyUsage, purposes: &[&str]) -> CertificateView {
    let spec = CertificateSpec {
        serial: SerialNumber::from_random(crate::secret::random().unwrap()),
        subject: name(cn),
        san: Vec::new(),
        validity: Validity { not_before: Timestamp(1_180_000_000), not_after: Timestamp(1_400_000_000) },
        public_key: key(1).public().unwrap(),
        key_usage,
        extended_key_usage: purposes.iter().map(|oid| ExtendedKeyUsage::from_oid(oid)).collect(),
        ca: None,
        name_constraints: None,
        policies: Vec::new(),
        crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        ocsp_urls: Vec::new(),
        ocsp_nocheck: false,
    };
    CertificateView::from_der(&sign_certificate(&spec, &TestCa::new("Old CA", 0)).unwrap()).unwrap()
}

#[test]
fn what_is_neither_for_mail_nor_to_sign_in_with_nor_for_documents_is_put_under_none_of_these() {
    const SERVER: &str = "1.3.6.1.5.5.7.3.1";
    const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
    const MAIL: &str = "1.3.6.1.5.5.7.3.4";
    let (signs, enciphers) = (KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_ENCIPHERMENT);
    let both = signs.and(enciphers);
    let list: [(&str, KeyUsage, &[&str], &str); 10] = [
        ("www.example.edu", both, &[SERVER], "other"),
        ("A server of long ago", enciphers, &[SERVER], "other"),
        ("A gateway", both, &[SERVER, "1.3.6.1.5.5.7.3.17"], "other"),
        ("Whoever signs code", signs, &["1.3.6.1.5.5.7.3.3"], "other"),
        ("A server that signs in elsewhere", both, &[SERVER, CLIENT], "authentication"),
        ("A laptop", both, &[CLIENT], "authentication"),
        ("Alice who signs", signs, &[MAIL], "signing"),
        ("Alice who reads", both, &[MAIL], "encryption"),
        ("Documents", enciphers, &["1.3.6.1.4.1.311.80.1"], "document"),
        ("Anything", both, &["2.5.29.37.0"], "encryption"),
    ];
    let world = world();
    for (cn, key_usage, purposes, profile) in list {
        let theirs = for_purposes(cn, key_usage, purposes);
        assert_eq!(import(&world, &[("old.der", theirs.der.clone())]).added, 1);
        assert_eq!(world.officer.certificate_detail(&theirs.serial).unwrap().certificate.profile, profile, "{cn}");
    }
    let counted: BTreeMap<_, _> = world.officer.certificate_counts(Kinds::Subscriber).unwrap().by_profile.into_iter().collect();
    let counted: Vec<_> = counted.iter().map(|(profile, count)| (profile.as_str(), *count)).collect();
    assert_eq!(counted, [("authentication", 2), ("document", 1), ("encryption", 2), ("other", 4), ("signing", 1)]);
    let filter = CertificateFilter { profiles: vec!["other".to_owned()], ..Default::default() };
    let query = CertificatesQuery { filter, limit: 50, ..Default::default() };
    assert_eq!(world.officer.find_certificates(&query).unwrap().total, 4);
}
