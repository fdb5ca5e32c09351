//! What the server reads of every form in which a device may sign, and what it must not believe.
#![allow(clippy::unwrap_used)]

use device::{DeviceCa, Digest, Identity, Iphone, KeyKind, iphone::Variant, profile::ServiceProfile};
use openssl::x509::X509;
use protocol::{
    Error,
    cms::{self, SigningIdentity},
    key::PrivateKey,
    ota::{self, DeviceAttribute, Issuer, verify_device_message},
    x509::CertificateView,
};
use std::sync::LazyLock;

const NOW: i64 = 1_800_000_000;
static CA: LazyLock<DeviceCa> = LazyLock::new(|| DeviceCa::new(1024).unwrap());

fn pinned(ca: &DeviceCa) -> Vec<ota::DeviceCa> {
    let mut pinned = vec![ota::DeviceCa::apple().unwrap()];
    pinned.extend(ota::DeviceCa::from_pem(ca.to_pem().unwrap().as_bytes()).unwrap());
    pinned
}

fn service() -> ServiceProfile {
    ServiceProfile {
        identifier: "edu.example.ota".into(),
        display_name: "Example".into(),
        organization: None,
        url: "https://pki.example.edu/ota/1".into(),
        attributes: ["UDID", "SERIAL", "PRODUCT", "VERSION", "OS_VERSION", "IMEI", "ICCID"].map(str::to_owned).to_vec(),
        challenge: Some(plist::Value::String("k2xW9mQ7Zt4uVYbR0sN8cA".into())),
    }
}

#[test]
fn every_form_of_a_device_message_is_phase_2_under_the_pinned_ca() {
    let pinned = pinned(&CA);
    for variant in Variant::all() {
        let phone = Iphone::new(&CA, variant, NOW).unwrap();
        let message = phone.phase2_message(&service()).unwrap();
        let read = verify_device_message(&message, &pinned, &[]).unwrap_or_else(|e| panic!("{variant:?}: {e}"));
        assert!(matches!(read.issuer, Issuer::DeviceCa(ca) if ca.name.contains("Test Phone Device CA")), "{variant:?}");
        assert_eq!(read.attributes.challenge.as_deref().map(String::as_str), Some("k2xW9mQ7Zt4uVYbR0sN8cA"));
        assert_eq!(read.attributes.get(DeviceAttribute::Udid), Some(phone.udid.as_str()));
        assert_eq!(read.attributes.get(DeviceAttribute::Iccid), None, "what a phone does not know it leaves out");
        assert_eq!(read.signer.der, phone.device.certificate.to_der().unwrap(), "{variant:?}");
    }
}

#[test]
fn a_device_of_an_unknown_ca_is_somebody_else() {
    let phone = Iphone::new(&CA, Variant::default(), NOW).unwrap();
    let message = phone.phase2_message(&service()).unwrap();
    let apple = [ota::DeviceCa::apple().unwrap()];
    assert!(matches!(verify_device_message(&message, &apple, &[]).unwrap().issuer, Issuer::Other));
}

#[test]
fn the_name_of_a_pinned_ca_is_not_enough() {
    let impostor = DeviceCa::new(2048).unwrap();
    let phone = Iphone::new(&impostor, Variant::default(), NOW).unwrap();
    let message = phone.phase2_message(&service()).unwrap();
    let pinned = pinned(&CA);
    assert!(matches!(verify_device_message(&message, &pinned, &[]).unwrap().issuer, Issuer::Other));
}

#[test]
fn the_pinned_ca_itself_and_what_is_above_it_are_not_devices() {
    let pinned = pinned(&CA);
    let phone = Iphone::new(&CA, Variant::default(), NOW).unwrap();
    let by_ca = phone.sign(&phone.attributes(&service(), true).unwrap(), &CA.device_ca, &[]).unwrap();
    assert!(matches!(verify_device_message(&by_ca, &pinned, &[]).unwrap().issuer, Issuer::Other));
    assert!(ota::DeviceCa::from_pem(b"").is_err());
    assert!(ota::DeviceCa::from_pem(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
}

#[test]
fn apples_own_device_ca_is_the_published_one() {
    let apple = ota::DeviceCa::apple().unwrap();
    assert_eq!(apple.name, "CN=Apple iPhone Device CA,OU=Apple iPhone,O=Apple Inc.,C=US");
    let pem = include_bytes!("../../protocol/data/apple-device-ca/apple-iphone-device-ca.pem");
    let view = CertificateView::from_der(&X509::from_pem(pem).unwrap().to_der().unwrap()).unwrap();
    let hex: String = view.sha256().iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!(hex, "76f27d00e1333bc88de0e2916c38c9a7f2b75774c25a794c092a80e3c4c66cce");
}

#[test]
fn md5_and_tiny_keys_and_changed_content_are_refused() {
    let pinned = pinned(&CA);
    let mut phone = Iphone::new(&CA, Variant { signed_attributes: true, ..Variant::default() }, NOW).unwrap();
    let good = phone.phase2_message(&service()).unwrap();
    let at = good.windows(6).position(|w| w == b"k2xW9m").unwrap();
    let mut changed = good.clone();
    changed[at] ^= 1;
    assert!(matches!(verify_device_message(&changed, &pinned, &[]), Err(Error::Signature { .. })));
    phone.variant.digest = Digest::Md5;
    let md5 = phone.phase2_message(&service()).unwrap();
    assert!(verify_device_message(&md5, &pinned, &[]).is_err());
    phone.variant.digest = Digest::Sha1;
    phone.device = CA.issue(KeyKind::Rsa(512), NOW).unwrap();
    let tiny = phone.phase2_message(&service()).unwrap();
    assert!(matches!(verify_device_message(&tiny, &pinned, &[]), Err(Error::Algorithm(_))));
}

#[test]
fn truncated_messages_are_errors_and_never_more() {
    let pinned = pinned(&CA);
    for variant in [Variant::default(), Variant { encoding: device::Encoding::Der, signed_attributes: true, ..Variant::default() }] {
        let good = Iphone::new(&CA, variant, NOW).unwrap().phase2_message(&service()).unwrap();
        for end in (0..good.len()).step_by(7) {
            assert!(verify_device_message(&good[..end], &pinned, &[]).is_err(), "cut at {end}");
        }
    }
    let deep = [0x30, 0x80].repeat(5000);
    assert!(verify_device_message(&deep, &pinned, &[]).is_err());
}

#[test]
fn phase_3_says_nothing_of_the_challenge_and_names_its_signer() {
    let phone = Iphone::new(&CA, Variant { signed_attributes: true, ..Variant::default() }, NOW).unwrap();
    let identity: Identity = device::self_signed(KeyKind::Rsa(2048).generate().unwrap(), NOW).unwrap();
    let message = phone.phase3_message(&service(), &identity).unwrap();
    let pinned = pinned(&CA);
    let read = verify_device_message(&message, &pinned, &[]).unwrap();
    assert!(matches!(read.issuer, Issuer::Other));
    assert!(read.attributes.challenge.is_none());
    assert_eq!(read.signer.der, identity.certificate.to_der().unwrap());
}

#[test]
fn a_message_without_its_certificate_is_verified_with_a_stored_one_only() {
    let phone = Iphone::new(&CA, Variant { key: KeyKind::Rsa(2048), ..Variant::default() }, NOW).unwrap();
    let certificate = CertificateView::from_der(&phone.device.certificate.to_der().unwrap()).unwrap();
    let key = PrivateKey::from_der(&phone.device.key.private_key_to_pkcs8().unwrap()).unwrap();
    let identity = SigningIdentity { certificate: &certificate, key: &key, chain: &[] };
    let content = phone.attributes(&service(), true).unwrap();
    let bare = cms::sign(&content, &identity, cms::Digest::Sha1, None, Vec::new(), false).unwrap();
    let pinned = pinned(&CA);
    assert!(verify_device_message(&bare, &pinned, &[]).is_err());
    let other = Iphone::new(&CA, Variant::default(), NOW).unwrap();
    let others = CertificateView::from_der(&other.device.certificate.to_der().unwrap()).unwrap();
    assert!(verify_device_message(&bare, &pinned, &[others]).is_err());
    let read = verify_device_message(&bare, &pinned, std::slice::from_ref(&certificate)).unwrap();
    assert!(matches!(read.issuer, Issuer::DeviceCa(_)));
}
