//! Certificates whose form breaks a rule of RFC 5280, although they say what was meant and their issuer signed them.
#![allow(clippy::unwrap_used)]

mod support;

use protocol::{
    key::{KeyAlgorithm, PrivateKey},
    x509::{CertificateView, sign_certificate},
};
use support::*;

const BOOLEAN: u8 = 0x01;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;

// 2.5.29.n
const KEY_USAGE: u8 = 15;
const SUBJECT_ALT_NAME: u8 = 17;
const AUTHORITY_KEY_IDENTIFIER: u8 = 35;

/// One element of DER.
#[derive(Clone, Copy)]
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

fn elements(mut der: &[u8]) -> Vec<Element<'_>> {
    let mut list = Vec::new();
    while !der.is_empty() {
        let long = usize::from(der[1]).saturating_sub(0x80);
        let length = match long {
            0 => usize::from(der[1]),
            _ => der[2..2 + long].iter().fold(0, |length, octet| length * 256 + usize::from(*octet)),
        };
        let (whole, rest) = der.split_at(2 + long + length);
        list.push(Element { tag: whole[0], content: &whole[2 + long..], whole });
        der = rest;
    }
    list
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let octets = &length[length.iter().position(|octet| *octet != 0).unwrap_or(length.len() - 1)..];
    let long: &[u8] = if content.len() < 0x80 { &[] } else { &[0x80 + octets.len() as u8] };
    [&[tag][..], long, octets, content].concat()
}

/// What stands in the place of an element; `None`: the element, with what `change` makes of those inside.
type Change = dyn Fn(Element<'_>) -> Option<Vec<u8>>;

fn changed(der: &[u8], change: &Change) -> Vec<u8> {
    let one = |found: Element<'_>| match change(found) {
        Some(other) => other,
        None if found.tag & 0x20 != 0 => element(found.tag, &changed(found.content, change)),
        None => found.whole.to_vec(),
    };
    elements(der).into_iter().flat_map(one).collect()
}

/// The parts of an extension, where it is the one of 2.5.29.`number`.
fn extension(found: Element<'_>, number: u8) -> Option<Vec<Element<'_>>> {
    let parts = if found.tag == SEQUENCE { elements(found.content) } else { return None };
    parts.first().is_some_and(|oid| oid.tag == OID && oid.content == [0x55, 0x1d, number]).then_some(parts)
}

/// The same extension with another word on whether it is critical.
fn critical(found: Element<'_>, number: u8, critical: bool) -> Option<Vec<u8>> {
    let parts = extension(found, number)?;
    let said = if critical { element(BOOLEAN, &[0xff]) } else { Vec::new() };
    Some(element(SEQUENCE, &[parts[0].whole, &said, parts[parts.len() - 1].whole].concat()))
}

#[test]
fn a_form_that_rfc_5280_does_not_know_is_a_fault_whoever_signed_it() {
    let root = TestCa::root(KeyAlgorithm::P256);
    let spec = leaf_spec(&PrivateKey::generate(KeyAlgorithm::P256).unwrap().public().unwrap());
    let good = sign_certificate(&spec, &root).unwrap();
    let faults = |change: &Change| {
        let certificate = changed(&good, change);
        let parts = elements(elements(&certificate)[0].content);
        let signature = root.key.sign(parts[0].whole).unwrap();
        let signature = element(BIT_STRING, &[&[0_u8][..], &signature].concat());
        let der = element(SEQUENCE, &[parts[0].whole, parts[1].whole, &signature].concat());
        CertificateView::from_der(&der).unwrap().lint(&spec, &root.view())
    };
    assert_eq!(faults(&|_| None), Vec::<String>::new(), "taken apart, put together and signed again it is as it was");

    let date = "a date is not UTCTime until 2049 and GeneralizedTime after, with seconds and Z";
    let of_date = |tag: u8, write: fn(&str) -> String| {
        faults(&move |found| {
            let text = (found.tag == UTC_TIME).then(|| std::str::from_utf8(found.content).unwrap())?;
            Some(element(tag, write(text).as_bytes()))
        })
    };
    assert_eq!(of_date(GENERALIZED_TIME, |text| format!("20{text}")), [date], "the same second, in the form for 2050 and later");
    assert_eq!(of_date(UTC_TIME, |text| text.replace("00Z", "Z")), [date], "without seconds");
    assert_eq!(of_date(UTC_TIME, |text| text.replace('Z', "+0000")), [date], "with an offset");

    let twice = faults(&|found| extension(found, KEY_USAGE).map(|_| found.whole.repeat(2)));
    assert_eq!(twice, ["an extension stands twice"]);
    assert_eq!(faults(&|found| critical(found, KEY_USAGE, false)), ["keyUsage is missing or not critical"]);
    let without = faults(&|found| extension(found, KEY_USAGE).map(|_| Vec::new()));
    assert_eq!(without, ["keyUsage is not the one that was meant", "keyUsage is missing or not critical"]);
    assert_eq!(faults(&|found| critical(found, AUTHORITY_KEY_IDENTIFIER, true)), ["authorityKeyIdentifier is critical"]);
    let names = "subjectAltName is not critical with an empty subject, or critical with another";
    assert_eq!(faults(&|found| critical(found, SUBJECT_ALT_NAME, true)), [names]);
    // [0], which certificates have in their first place alone.
    assert_eq!(faults(&|found| (found.tag == 0xa0 && found.content == [2, 1, 2]).then(Vec::new)), ["version is not 3"]);
}
