//! CRLs as signed, judged by the openssl command.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::{
    Error, Timestamp,
    crl::{CrlView, Entry, EntryList, Header, Reason, sign_crl},
    key::KeyAlgorithm,
};
use std::fs;
use support::*;

const HEADER: Header<'_> =
    Header { number: 0x80ff, this_update: NOW, next_update: Timestamp(NOW.0 + 8 * Timestamp::DAY), base: None, freshest: None };

type Listed = (u32, Reason, Option<Timestamp>);

fn entry(serial: u32, reason: Reason, invalid_since: Option<Timestamp>) -> Listed {
    (serial, reason, invalid_since)
}

fn list(entries: impl IntoIterator<Item = Listed>) -> EntryList {
    let mut list = EntryList::default();
    for (serial, reason, invalid_since) in entries {
        list.push(&Entry { serial: &serial.to_be_bytes(), revoked_at: NOW.plus(-60), reason, invalid_since }).unwrap();
    }
    list
}

#[test]
fn openssl_reads_and_verifies_a_list() {
    if !has_openssl() {
        return;
    }
    for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::P384] {
        let folder = tempfile::tempdir().unwrap();
        let root = TestCa::root(algorithm);
        let entries = [
            entry(0x0a, Reason::KeyCompromise, Some(Timestamp(-3_000_000_000))),
            entry(0x0b, Reason::Unspecified, None),
            entry(0xff00_0001, Reason::CertificateHold, None),
            entry(0x0c, Reason::Unspecified, Some(NOW)),
        ];
        fs::write(folder.path().join("ca.pem"), root.view().to_pem()).unwrap();
        fs::write(folder.path().join("list.crl"), sign_crl(HEADER, list(entries), &root).unwrap()).unwrap();
        let (good, said) = openssl(
            folder.path(),
            &["crl", "-in", "list.crl", "-inform", "DER", "-CAfile", "ca.pem", "-verify", "-noout", "-text", "-nameopt", "utf8"],
        );
        assert!(good && said.contains("verify OK"), "{said}");
        for part in [
            "Version 2",
            "CN=Example Root",
            "Last Update: Nov 21 10:00:00 2026 GMT",
            "Next Update: Nov 29 10:00:00 2026 GMT",
            "X509v3 CRL Number: \n                33023",
            "X509v3 Authority Key Identifier",
            "Serial Number: 0A\n        Revocation Date: Nov 21 09:59:00 2026 GMT\n        CRL entry extensions:\n            X509v3 CRL Reason Code: \n                Key Compromise\n            Invalidity Date: \n                Dec  7 18:40:00 1874 GMT",
            "Serial Number: 0B\n        Revocation Date: Nov 21 09:59:00 2026 GMT\n    Serial Number: FF000001",
            "Certificate Hold",
        ] {
            assert!(said.contains(part), "missing {part:?} in\n{said}");
        }
        assert!(!said.contains("Issuing Distribution Point") && !said.contains("Unspecified"), "{said}");
    }
}

#[test]
fn a_list_without_entries_has_no_list() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let der = sign_crl(HEADER, EntryList::default(), &root).unwrap();
    let crl = openssl::x509::X509Crl::from_der(&der).unwrap();
    assert!(crl.get_revoked().is_none());
    assert!(crl.verify(root.public.as_openssl()).unwrap());
}

#[test]
fn an_authority_without_certificate_signs_no_list() {
    let root = TestCa::without_certificate(KeyAlgorithm::P256);
    assert!(matches!(sign_crl(HEADER, EntryList::default(), &root), Err(Error::Unencodable { what: "CRL", .. })));
}

#[test]
fn a_hundred_thousand_entries_are_one_well_formed_list() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let reason = |serial| if serial % 2 == 0 { Reason::Superseded } else { Reason::Unspecified };
    let der = sign_crl(HEADER, list((1..=100_000).map(|serial| entry(serial, reason(serial), None))), &root).unwrap();
    let crl = openssl::x509::X509Crl::from_der(&der).unwrap();
    assert_eq!(crl.get_revoked().map(|entries| entries.len()), Some(100_000));
    assert!(crl.verify(root.public.as_openssl()).unwrap());
}

#[test]
fn a_delta_list_names_its_base_and_a_complete_one_where_its_delta_is() {
    if !has_openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = TestCa::root(KeyAlgorithm::P256);
    fs::write(folder.path().join("ca.pem"), root.view().to_pem()).unwrap();
    let said = |header, entries: Vec<Listed>| {
        let der = sign_crl(header, list(entries), &root).unwrap();
        fs::write(folder.path().join("list.crl"), &der).unwrap();
        let (good, said) =
            openssl(folder.path(), &["crl", "-in", "list.crl", "-inform", "DER", "-CAfile", "ca.pem", "-verify", "-noout", "-text"]);
        assert!(good && said.contains("verify OK"), "{said}");
        (CrlView::from_der(&der).unwrap().base, said)
    };
    let url = "http://pki.example.edu/crl/root-delta.crl";
    let (base, complete) = said(Header { freshest: Some(url), ..HEADER }, vec![entry(1, Reason::Superseded, None)]);
    assert_eq!(base, None);
    assert!(
        complete.contains("X509v3 Freshest CRL: \n                Full Name:\n                  URI:http://pki.example.edu"),
        "{complete}"
    );
    assert!(!complete.contains("Delta CRL Indicator"), "{complete}");
    let (base, delta) = said(Header { base: Some(0x80fe), freshest: Some(url), ..HEADER }, vec![entry(1, Reason::RemoveFromCrl, None)]);
    assert_eq!(base, Some(0x80fe));
    assert!(delta.contains("X509v3 Delta CRL Indicator: critical\n                33022"), "{delta}");
    assert!(delta.contains("Remove From CRL") && !delta.contains("Freshest"), "RFC 5280 5.2.6: {delta}");
}

#[test]
fn every_kind_of_entry_is_read_as_it_was_meant() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let serials: [&[u8]; 4] = [&[1], &[0x80], &[0x7f; 20], &[0xff; 20]];
    let times = [
        Timestamp(-3_000_000_000),
        Timestamp(-631_152_001),
        Timestamp(-631_152_000),
        NOW,
        Timestamp(2_524_607_999),
        Timestamp(2_524_608_000),
    ];
    let reasons = [Reason::Unspecified, Reason::KeyCompromise, Reason::CertificateHold, Reason::AaCompromise];
    let mut entries = Vec::new();
    for serial in serials {
        for revoked_at in times {
            for reason in reasons {
                entries.extend([None, Some(NOW), Some(Timestamp(-3_000_000_000))].map(|since| Entry {
                    serial,
                    revoked_at,
                    reason,
                    invalid_since: since,
                }));
            }
        }
    }
    let (mut one, mut two) = (EntryList::default(), EntryList::default());
    for (at, entry) in entries.iter().enumerate() {
        let half = if at < entries.len() / 2 { &mut one } else { &mut two };
        half.push(entry).unwrap();
    }
    one.append(&two);
    assert_eq!(one.count(), u64::try_from(entries.len()).unwrap());
    let crl = openssl::x509::X509Crl::from_der(&sign_crl(HEADER, one, &root).unwrap()).unwrap();
    assert!(crl.verify(root.public.as_openssl()).unwrap());
    let epoch = openssl::asn1::Asn1Time::from_unix(0).unwrap();
    let mut read = 0;
    for (found, meant) in crl.get_revoked().unwrap().iter().zip(&entries) {
        assert_eq!(found.serial_number().to_bn().unwrap().to_vec(), meant.serial);
        let since = epoch.diff(found.revocation_date()).unwrap();
        assert_eq!(i64::from(since.days) * 86_400 + i64::from(since.secs), meant.revoked_at.0);
        let reason = found.extension::<openssl::x509::ReasonCode>().unwrap().map(|(_, code)| code.get_i64().unwrap());
        assert_eq!(reason.unwrap_or(0), i64::from(meant.reason.code()));
        read += 1;
    }
    assert_eq!(read, entries.len());
}

#[test]
fn a_serial_number_that_no_certificate_has_is_refused() {
    let mut list = EntryList::default();
    for serial in [&[][..], &[0], &[0; 3], &[1; 21]] {
        let entry = Entry { serial, revoked_at: NOW, reason: Reason::Superseded, invalid_since: None };
        assert!(list.push(&entry).is_err(), "{serial:?}");
    }
    assert_eq!((list.count(), list.octets()), (0, 0), "and nothing of it is left");
}
