//! Invariant 6: a CSR that asks for another identity is refused, whatever the deviation.

use super::{ALICE, Fixture, certificate, client, client::*, refused};
use crate::{
    mailbox::Method,
    profile::ProfileName,
    subscriber::{NewSubscriber, SubscriberKind},
};
use protocol::{
    scep::FailInfo,
    x509::{AttributeType, DistinguishedName},
};

fn name(attributes: &[(AttributeType, &str)]) -> DistinguishedName {
    DistinguishedName::new(attributes.iter().map(|(kind, value)| (kind.clone(), (*value).to_owned())).collect()).unwrap()
}

#[test]
fn every_subset_of_our_names_in_any_order_is_certified_whole() {
    let f = Fixture::new();
    let ours = f.alice.subject.0.clone();
    for mask in 0..(1_u32 << ours.len()) {
        let mut stated: Vec<_> = (0..ours.len()).filter(|i| mask & (1 << i) != 0).map(|i| ours[i].clone()).collect();
        if mask % 2 == 0 {
            stated.reverse();
        }
        let csr = Csr::naming(&DistinguishedName::new(stated).unwrap()).challenge(&f.challenge(ProfileName::Signing));
        let csr = if mask % 3 == 0 { csr.san(&[rfc822("alice@EXAMPLE.edu")]) } else { csr };
        let issued = certificate(f.send(&Message::of(&client::key(0), &csr)));
        assert_eq!(issued.subject, f.alice.subject);
        assert_eq!(issued.san.len(), 1);
    }
}

const CN: [u8; 5] = [0x06, 3, 0x55, 4, 3];
const O: [u8; 5] = [0x06, 3, 0x55, 4, 10];

/// AttributeTypeAndValue as UTF8String.
fn attribute(oid: &[u8], value: &str) -> Vec<u8> {
    tlv(0x30, &[oid, &tlv(0x0c, &[value.as_bytes()])])
}

#[test]
fn names_are_compared_as_people_read_them_and_not_by_their_octets() {
    let f = Fixture::new();
    let zoe = "zoe@example.edu";
    f.operator.add_subscriber(NewSubscriber { name: "Zo\u{eb} Example".into(), mail: zoe.into(), kind: SubscriberKind::Person }).unwrap();
    let subject = f.operator.validate_mailbox(zoe, Method::InPerson, "seen").unwrap().subject;
    let send = |rdns: &[&[u8]], san: &str| {
        let challenge = f.operator.scep_challenges(zoe, ProfileName::Signing, 1).unwrap().remove(0).challenge;
        let csr = Csr { subject: tlv(0x30, rdns), challenge: Some(challenge), san: vec![rfc822(san)], ca: false };
        f.send(&Message::of(&client::key(0), &csr))
    };
    // Decomposed, with blanks around and between, in another order and another string type; the address in another case.
    let common = tlv(0x31, &[&attribute(&CN, " Zoe\u{308}   Example ")]);
    let organization = tlv(0x31, &[&tlv(0x30, &[&O, &tlv(0x13, &[b"Example  University"])])]);
    assert_eq!(certificate(send(&[&common, &organization], "zoe@EXAMPLE.edu")).subject, subject);
    refused(&send(&[&tlv(0x31, &[&attribute(&CN, "zo\u{eb} Example")])], zoe), FailInfo::BadRequest);
    refused(&send(&[&common], "Zoe@example.edu"), FailInfo::BadRequest);
    // One RDN of two attributes is none of ours, though each of them is.
    let both = tlv(0x31, &[&attribute(&CN, "Zo\u{eb} Example"), &attribute(&O, "Example University")]);
    refused(&send(&[&both], zoe), FailInfo::BadRequest);
}

#[test]
fn every_deviation_of_the_subject_is_refused() {
    let f = Fixture::new();
    let ours = f.alice.subject.0.clone();
    let challenge = f.challenge(ProfileName::Signing);
    let mut deviations = Vec::new();
    for (i, (kind, value)) in ours.iter().enumerate() {
        for other in [
            format!("{value}x"),
            format!("x{value}"),
            value.to_uppercase(),
            value.replace('E', "Е"),
            "*".to_owned(),
            String::from("Mallory"),
        ] {
            if other != *value {
                let mut changed = ours.clone();
                changed[i].1 = other;
                deviations.push(changed);
            }
        }
        let mut moved = ours.clone();
        moved[i].0 = AttributeType::Other("2.5.4.65".into());
        deviations.push(moved);
        let mut twice = ours.clone();
        twice.push((kind.clone(), value.clone()));
        deviations.push(twice);
    }
    for (kind, value) in [
        (AttributeType::CommonName, "Mallory"),
        (AttributeType::EmailAddress, "alice@example.edu"),
        (AttributeType::OrganizationalUnit, "Administrators"),
        (AttributeType::Country, "CH"),
    ] {
        let mut more = ours.clone();
        more.push((kind, value.to_owned()));
        deviations.push(more);
    }
    for deviation in deviations {
        let Ok(stated) = DistinguishedName::new(deviation.clone()) else { continue };
        let message = Message::of(&client::key(0), &Csr::naming(&stated).challenge(&challenge));
        let answer = f.send(&message);
        assert_eq!((answer.status, answer.fail_info), (2, Some(FailInfo::BadRequest)), "{deviation:?}");
    }
    refused(
        &f.send(&Message::of(&client::key(0), &Csr::naming(&name(&[(AttributeType::CommonName, "root")])).challenge(&challenge))),
        FailInfo::BadRequest,
    );
    assert_eq!(f.issued(), 0);
    // None of them has cost the challenge.
    certificate(f.send(&Message::of(&client::key(0), &f.csr().challenge(&challenge))));
}

#[test]
fn every_deviation_of_the_alternative_names_is_refused() {
    let f = Fixture::new();
    let challenge = f.challenge(ProfileName::Signing);
    let other_name = tlv(0xa0, &[&[0x06, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3], &tlv(0xa0, &[&tlv(0x0c, &[ALICE.as_bytes()])])]);
    for san in [
        rfc822("mallory@example.edu"),
        rfc822("Alice@example.edu"),
        rfc822("alice@example.edu\0.evil.test"),
        rfc822("alice@example.edu "),
        rfc822(""),
        dns("example.edu"),
        dns(ALICE),
        tlv(0x86, &[b"mailto:alice@example.edu"]),
        tlv(0x87, &[&[127, 0, 0, 1]]),
        tlv(0xa4, &[&f.csr().subject]),
        other_name,
    ] {
        for names in [vec![san.clone()], vec![rfc822(ALICE), san.clone()], vec![san.clone(), rfc822(ALICE)]] {
            let answer = f.send(&Message::of(&client::key(0), &f.csr().san(&names).challenge(&challenge)));
            assert_eq!(answer.status, 2, "{san:02x?}");
            assert!(matches!(answer.fail_info, Some(FailInfo::BadRequest | FailInfo::BadMessageCheck)), "{san:02x?}");
        }
    }
    assert_eq!(f.issued(), 0);
}

#[test]
fn a_request_for_a_ca_certificate_is_refused() {
    let f = Fixture::new();
    let csr = Csr { ca: true, ..f.csr() }.challenge(&f.challenge(ProfileName::Signing));
    refused(&f.send(&Message::of(&client::key(0), &csr)), FailInfo::BadRequest);
    assert_eq!(f.issued(), 0);
}
