//! Valid messages by the wrong hands: each is refused, recorded, and changes nothing.

use crate::house::{ALICE, DEVICE_CA, House, serial};
use device::{
    DeviceCa, Error, Https, Identity, Iphone, KeyKind, ScepError,
    iphone::{OverTheAir, Variant},
    scep::{Client, MessageType, Outcome},
    self_signed,
};
use openssl::{
    asn1::Asn1Time,
    hash::MessageDigest,
    x509::{X509, extension::KeyUsage},
};
use protocol::crl::Reason;
use ra::{
    enrollment::{State, StepKind},
    invitation::Invitation,
};

fn begun(house: &House, mail: &str) -> (Https, Iphone, OverTheAir, Invitation) {
    let (wire, invitation) = (house.wire(), house.invite(mail));
    let phase1 = house.phase1(&wire, &invitation);
    let phone = house.phone(Variant::default());
    let flow = phone.begin(&phase1).unwrap();
    (wire, phone, flow, invitation)
}

fn with_transport(house: &House, mail: &str) -> (Https, Iphone, OverTheAir, Invitation) {
    let (wire, phone, mut flow, invitation) = begun(house, mail);
    phone.identify(&wire, &mut flow).unwrap();
    phone.obtain_identity(&wire, &mut flow).unwrap();
    (wire, phone, flow, invitation)
}

fn status<T>(result: Result<T, Error>) -> u16 {
    match result {
        Ok(_) => 200,
        Err(Error::Http { status, .. }) => status,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn phase_2_by_an_unknown_ca_is_refused_and_recorded_with_issuer_and_key() {
    let house = House::new();
    let (wire, _, flow, invitation) = begun(&house, ALICE);
    let stranger = DeviceCa::new(2048).unwrap();
    let phone = Iphone::new(&stranger, Variant::default(), house.now()).unwrap();
    assert_eq!(status(phone.post(&wire, &flow.service.url, &phone.phase2_message(&flow.service).unwrap())), 403);
    let facts = house.last_facts(invitation.enrollment, StepKind::DeviceRefused);
    assert!(facts["issuer"].as_str().unwrap().contains("Test Phone Device CA"), "{facts}");
    let key = openssl::sha::sha256(&phone.device.certificate.public_key().unwrap().public_key_to_der().unwrap());
    let hex: String = key.iter().map(|octet| format!("{octet:02X}")).collect();
    assert_eq!(facts["key"].as_str(), Some(hex.as_str()));
    assert_eq!(house.state(invitation.enrollment), State::Authenticated);
}

#[test]
fn without_device_ca_only_apples_devices_count() {
    let house = House::new();
    house.set("serve.device_ca", "");
    let (wire, phone, flow, _) = begun(&house, ALICE);
    assert_eq!(status(phone.post(&wire, &flow.service.url, &phone.phase2_message(&flow.service).unwrap())), 403);
}

#[test]
fn a_valid_challenge_at_another_links_address_is_refused() {
    let house = House::new();
    house.add("Bob Example", "bob@example.edu");
    let (wire, phone, alice, _) = begun(&house, ALICE);
    let (_, _, bob, invitation) = begun(&house, "bob@example.edu");
    let message = phone.phase2_message(&alice.service).unwrap();
    assert_eq!(status(phone.post(&wire, &bob.service.url, &message)), 403);
    assert_eq!(house.state(invitation.enrollment), State::Authenticated);
    assert_eq!(status(phone.post(&wire, &alice.service.url, &message)), 200, "and it is not spent by that");
}

#[test]
fn a_wrong_or_missing_challenge_is_refused() {
    let house = House::new();
    let (wire, phone, mut flow, _) = begun(&house, ALICE);
    let right = flow.service.challenge.clone();
    for wrong in [None, Some("k2xW9mQ7Zt4uVYbR0sN8cA"), Some("x")] {
        flow.service.challenge = wrong.map(|text| plist::Value::String(text.to_owned()));
        assert_eq!(status(phone.post(&wire, &flow.service.url, &phone.phase2_message(&flow.service).unwrap())), 403, "{wrong:?}");
    }
    let text = right.unwrap().into_string().unwrap();
    flow.service.challenge = Some(plist::Value::Data(text.into_bytes()));
    phone.identify(&wire, &mut flow).unwrap();
}

/// Phase 3 with another signer than the phone's own.
fn phase3_by(house: &House, signer: &Identity, chain: &[X509]) -> u16 {
    let (wire, phone, flow, invitation) = with_transport(house, ALICE);
    let content = phone.attributes(&flow.service, false).unwrap();
    let answer = status(phone.post(&wire, &flow.service.url, &phone.sign(&content, signer, chain).unwrap()));
    assert_ne!(house.state(invitation.enrollment), State::Configured);
    assert!(!house.detail(invitation.enrollment).enrollment.profile_sent, "nothing was sent");
    answer
}

#[test]
fn phase_3_by_a_self_made_certificate_is_refused() {
    let house = House::new();
    let own = self_signed(KeyKind::Rsa(2048).generate().unwrap(), house.now()).unwrap();
    assert_eq!(phase3_by(&house, &own, &[]), 403);
}

/// A certificate with issuer, serial and subject of `like`, but another key and another signer.
fn forged(like: &X509, now: i64) -> Identity {
    let mut forged = self_signed(KeyKind::Rsa(2048).generate().unwrap(), now).unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(like.serial_number()).unwrap();
    builder.set_issuer_name(like.issuer_name()).unwrap();
    builder.set_subject_name(like.subject_name()).unwrap();
    builder.set_pubkey(&forged.key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(now - 60).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(now + 86_400).unwrap()).unwrap();
    builder.append_extension(KeyUsage::new().critical().digital_signature().key_encipherment().build().unwrap()).unwrap();
    builder.sign(&forged.key, MessageDigest::sha256()).unwrap();
    forged.certificate = builder.build();
    forged
}

#[test]
fn phase_3_by_a_foreign_certificate_with_our_names_is_refused() {
    let house = House::new();
    let (wire, phone, flow, _) = with_transport(&house, ALICE);
    let forged = forged(&flow.identity.as_ref().unwrap().certificate, house.now());
    let content = phone.attributes(&flow.service, false).unwrap();
    let message = phone.sign(&content, &forged, &[house.ca("issuing")]).unwrap();
    assert_eq!(status(phone.post(&wire, &flow.service.url, &message)), 403);
    // The right certificate in the message beside the forged one does not help.
    let beside = phone.sign(&content, &forged, &[flow.identity.as_ref().unwrap().certificate.clone()]).unwrap();
    assert_eq!(status(phone.post(&wire, &flow.service.url, &beside)), 403);
}

#[test]
fn phase_3_by_another_enrolled_phone_is_refused() {
    let house = House::new();
    house.add("Bob Example", "bob@example.edu");
    let (_, bob, _) = house.enroll(Variant::default(), "bob@example.edu");
    assert_eq!(phase3_by(&house, &bob.stub.unwrap().identity, &[]), 403);
    let (_, alice_before, _) = house.enroll(Variant::default(), ALICE);
    assert_eq!(phase3_by(&house, &alice_before.stub.unwrap().identity, &[]), 403, "also of the same person");
}

#[test]
fn phase_3_by_the_second_identity_or_the_device_identity_is_refused() {
    let house = House::new();
    let (phone, installed, invitation) = house.enroll(Variant::default(), ALICE);
    let stub = installed.stub.as_ref().unwrap();
    let content = phone.attributes(&stub.service, false).unwrap();
    for identity in installed.identities.iter().map(|i| &i.identity).chain([&phone.device]) {
        let message = phone.sign(&content, identity, &[]).unwrap();
        assert_eq!(status(phone.post(&house.wire(), &stub.service.url, &message)), 403);
    }
    assert!(house.steps(invitation.enrollment).contains(&StepKind::ProfileRefused));
}

#[test]
fn phase_3_by_a_revoked_transport_certificate_is_refused() {
    let house = House::new();
    let (wire, phone, mut flow, _) = with_transport(&house, ALICE);
    house.officer.revoke(&serial(&flow.identity.as_ref().unwrap().certificate), Reason::KeyCompromise).unwrap();
    assert_eq!(status(phone.request_profile(&wire, &mut flow)), 403);
}

#[test]
fn phase_3_that_says_another_udid_or_serial_number_is_refused() {
    let house = House::new();
    let (wire, mut phone, mut flow, _) = with_transport(&house, ALICE);
    let right = (phone.udid.clone(), phone.serial.clone());
    phone.udid = "00008140-00000000DEADBEEF".into();
    assert_eq!(status(phone.request_profile(&wire, &mut flow)), 403);
    phone.udid = right.0.to_lowercase();
    phone.serial = "STOLEN".into();
    assert_eq!(status(phone.request_profile(&wire, &mut flow)), 403);
    phone.serial = right.1;
    phone.request_profile(&wire, &mut flow).unwrap();
}

#[test]
fn a_cancelled_enrollment_goes_no_further() {
    let house = House::new();
    let (wire, phone, mut flow, invitation) = with_transport(&house, ALICE);
    house.officer.cancel_enrollment(invitation.enrollment).unwrap();
    assert_eq!(status(phone.request_profile(&wire, &mut flow)), 403);
    assert_eq!(status(phone.identify(&wire, &mut flow)), 403);
}

/// What the phone sees of a refused SCEP request.
fn refusal<T>(result: Result<T, Error>) -> Option<u8> {
    match result {
        Err(Error::Scep(ScepError::Failure(info))) => info,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was issued"),
    }
}

#[test]
fn a_replayed_challenge_gives_another_key_nothing() {
    let house = House::new();
    let (wire, phone, flow, _) = with_transport(&house, ALICE);
    let before = house.certificates().len();
    assert!(refusal(phone.enroll_by_scep(&wire, flow.scep.as_ref().unwrap())).is_some());
    assert_eq!(house.certificates().len(), before);
}

#[test]
fn a_foreign_challenge_and_a_wrong_one_give_nothing() {
    let house = House::new();
    house.add("Bob Example", "bob@example.edu");
    let (wire, phone, mut alice, _) = begun(&house, ALICE);
    phone.identify(&wire, &mut alice).unwrap();
    let (_, other, mut bob, _) = begun(&house, "bob@example.edu");
    other.identify(&wire, &mut bob).unwrap();
    let before = house.certificates().len();
    let mut payload = alice.scep.clone().unwrap();
    payload.challenge = bob.scep.as_ref().unwrap().challenge.clone();
    assert!(refusal(phone.enroll_by_scep(&wire, &payload)).is_some(), "Bob's challenge for Alice's subject");
    for wrong in [Some("wrong".to_owned()), Some("x".repeat(5000)), None] {
        payload.challenge = wrong;
        assert!(refusal(phone.enroll_by_scep(&wire, &payload)).is_some());
    }
    assert_eq!(house.certificates().len(), before);
    phone.obtain_identity(&wire, &mut alice).unwrap();
    other.obtain_identity(&wire, &mut bob).unwrap();
}

#[test]
fn a_csr_that_asks_for_another_subject_or_name_is_refused_and_recorded() {
    let house = House::new();
    let (wire, mut phone, mut flow, invitation) = with_transport(&house, ALICE);
    let profile = phone.request_profile(&wire, &mut flow).unwrap();
    let scep = |kind: &str| {
        let of_kind = |p: &&plist::Dictionary| p["PayloadIdentifier"].as_string().unwrap().ends_with(kind);
        device::profile::ScepPayload::parse(profile.payloads.iter().find(of_kind).unwrap()).unwrap()
    };
    let right = scep("signing");
    let before = house.certificates().len();
    let mut other = right.clone();
    other.subject.last_mut().unwrap().1 = "Mallory".into();
    assert!(refusal(phone.enroll_by_scep(&wire, &other)).is_some());
    let mut further = right.clone();
    further.subject.push(("OU".into(), "Administrators".into()));
    assert!(refusal(phone.enroll_by_scep(&wire, &further)).is_some());
    for name in [
        device::csr::AltName::Mail("dean@example.edu".into()),
        device::csr::AltName::Dns("pki.example.edu".into()),
        device::csr::AltName::UserPrincipalName("alice@example.edu".into()),
    ] {
        let mut san = right.clone();
        san.san.push(name);
        assert!(refusal(phone.enroll_by_scep(&wire, &san)).is_some());
    }
    assert_eq!(house.certificates().len(), before);
    assert!(house.steps(invitation.enrollment).contains(&StepKind::ScepRefused));
    phone.install(&wire, profile, Some(&flow)).unwrap();
    assert_eq!(house.state(invitation.enrollment), State::Configured, "the challenges are still good");
}

#[test]
fn a_transport_certificate_renews_into_nothing() {
    let house = House::new();
    let (_, installed, _) = house.enroll(Variant::default(), ALICE);
    let (wire, transport) = (house.wire(), installed.stub.unwrap().identity);
    let client = Client::new(&wire, &house.https("/scep/signet"), house.now());
    let recipients = client.ca_certificates().unwrap().select(None).unwrap();
    let subject = installed.payloads.iter().find_map(|p| device::profile::ScepPayload::parse(p).ok()).unwrap().csr_content();
    let before = house.certificates().len();
    for content in [device::csr::CsrContent { challenge: None, ..subject }, device::csr::CsrContent::default()] {
        for message_type in [MessageType::RenewalReq, MessageType::PkcsReq] {
            let key = KeyKind::Rsa(2048).generate().unwrap();
            let outcome = client.renew(&recipients, &transport, &key, &content, message_type).unwrap();
            assert!(matches!(outcome, Outcome::Refused(_)));
        }
    }
    assert_eq!(house.certificates().len(), before);
}

#[test]
fn the_simulated_device_ca_is_not_apples() {
    // Otherwise the tests above would prove nothing of the pinning.
    assert!(!String::from_utf8_lossy(&DEVICE_CA.device_ca.certificate.to_text().unwrap()).contains("Apple"));
}
