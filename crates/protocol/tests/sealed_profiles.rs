//! Signed and sealed profiles, opened by OpenSSL: the structure a phone reads, and nothing it cannot.

#![allow(clippy::unwrap_used)]

use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    cms::{CMSOptions, CmsContentInfo},
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    stack::Stack,
    x509::{X509, X509NameBuilder, extension::KeyUsage, store::X509StoreBuilder},
};
use protocol::{
    Error, Timestamp,
    cms::SigningIdentity,
    key::PrivateKey,
    mobileconfig::*,
    x509::{AttributeType, CertificateView, DistinguishedName},
};
use uuid::Uuid;
use zeroize::Zeroizing;

struct Holder {
    key: PKey<Private>,
    certificate: X509,
}

impl Holder {
    fn new(name: &str) -> Self {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut subject = X509NameBuilder::new().unwrap();
        subject.append_entry_by_text("CN", name).unwrap();
        let subject = subject.build();
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&BigNum::from_u32(77).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(&subject).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::from_unix(4_000_000_000).unwrap()).unwrap();
        builder.append_extension(KeyUsage::new().digital_signature().key_encipherment().build().unwrap()).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        Holder { key, certificate: builder.build() }
    }
    fn view(&self) -> CertificateView {
        CertificateView::from_der(&self.certificate.to_der().unwrap()).unwrap()
    }
    fn private(&self) -> PrivateKey {
        PrivateKey::from_der(&self.key.private_key_to_pkcs8().unwrap()).unwrap()
    }
}

fn scep(number: u128) -> ScepPayload {
    ScepPayload {
        identity: PayloadIdentity::new(format!("edu.example.scep{number}"), Uuid::from_u128(number), "Identity"),
        url: "https://pki.example.edu/scep/people".into(),
        name: None,
        subject: DistinguishedName(vec![(AttributeType::CommonName, "Alice".into())]),
        san: vec![],
        challenge: Zeroizing::new("an unguessable challenge".into()),
        key_size: ScepKeySize::Bits2048,
        key_usage: ScepKeyUsage::SignAndEncrypt,
        ca_fingerprint: None,
        retries: None,
    }
}

fn outer() -> Configuration {
    Configuration::new(PayloadIdentity::new("edu.example.profile", Uuid::from_u128(1), "Example"))
}

/// What OpenSSL says was signed by `signer`.
fn verified(message: &[u8], signer: &Holder) -> Vec<u8> {
    let mut store = X509StoreBuilder::new().unwrap();
    store.add_cert(signer.certificate.clone()).unwrap();
    let mut content = Vec::new();
    let (mut cms, none) = (CmsContentInfo::from_der(message).unwrap(), Stack::new().unwrap());
    // A profile signer has no mail purpose, which is what OpenSSL asks of signers by default.
    let options = CMSOptions::BINARY | CMSOptions::NO_SIGNER_CERT_VERIFY;
    cms.verify(Some(&none), Some(&store.build()), None, Some(&mut content), options).unwrap();
    content
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn openssl_opens_what_is_sealed_for_the_phone_and_nobody_else_can() {
    let (signer, phone, other) = (Holder::new("signer"), Holder::new("phone"), Holder::new("other"));
    let (certificate, key) = (signer.view(), signer.private());
    let identity = SigningIdentity { certificate: &certificate, key: &key, chain: &[] };
    let payloads = [Payload::Scep(scep(10)), Payload::Scep(scep(11))];
    let profile = sealed_profile(&outer(), &payloads, &phone.view(), &identity, Timestamp(1_800_000_000)).unwrap();
    assert!(!contains(&profile, b"an unguessable challenge"));

    let plist = verified(&profile, &signer);
    let root = plist::Value::from_reader_xml(plist.as_slice()).unwrap().into_dictionary().unwrap();
    assert!(!root.contains_key("PayloadContent"));
    let sealed = root["EncryptedPayloadContent"].as_data().unwrap();
    let opened = CmsContentInfo::from_der(sealed).unwrap().decrypt(&phone.key, &phone.certificate).unwrap();
    assert_eq!(opened, *payload_array(&payloads).unwrap());
    let opened = plist::Value::from_reader_xml(opened.as_slice()).unwrap();
    assert_eq!(opened.as_array().unwrap().len(), 2, "the root is an array");
    assert!(CmsContentInfo::from_der(sealed).unwrap().decrypt(&other.key, &other.certificate).is_err());

    // rsaEncryption and aes256-CBC (RFC 8017, RFC 3565) as phones need them; no id-RSAES-OAEP, no GCM, no RSASSA-PSS.
    let oid = |text: &str| openssl::asn1::Asn1Object::from_str(text).unwrap().as_slice().to_vec();
    assert!(contains(sealed, &oid("1.2.840.113549.1.1.1")) && contains(sealed, &oid("2.16.840.1.101.3.4.1.42")));
    for never in ["1.2.840.113549.1.1.7", "2.16.840.1.101.3.4.1.46", "1.2.840.113549.1.9.16.1.23"] {
        assert!(!contains(sealed, &oid(never)), "{never}");
    }
    assert!(!contains(&profile, &oid("1.2.840.113549.1.1.10")));
    assert!(contains(&profile, &oid("2.16.840.1.101.3.4.2.1")) && contains(&profile, &oid("1.2.840.113549.1.9.4")));
}

#[test]
fn the_answer_to_phase_2_is_signed_and_readable() {
    let signer = Holder::new("signer");
    let (certificate, key) = (signer.view(), signer.private());
    let identity = SigningIdentity { certificate: &certificate, key: &key, chain: &[] };
    let profile = transport_profile(&outer(), &scep(10), &identity, Timestamp(1_800_000_000)).unwrap();
    let plist = verified(&profile, &signer);
    assert!(contains(&plist, b"an unguessable challenge") && contains(&plist, b"<key>PayloadContent</key>"));
    let mut changed = profile.clone();
    let at = changed.windows(11).position(|w| w == b"unguessable").unwrap();
    changed[at] ^= 1;
    let mut cms = CmsContentInfo::from_der(&changed).unwrap();
    let store = X509StoreBuilder::new().unwrap().build();
    assert!(cms.verify(None, Some(&store), None, None, CMSOptions::BINARY | CMSOptions::NO_SIGNER_CERT_VERIFY).is_err());
}

#[test]
fn nothing_is_sealed_that_a_phone_would_refuse() {
    let signer = Holder::new("signer");
    let (certificate, key) = (signer.view(), signer.private());
    let identity = SigningIdentity { certificate: &certificate, key: &key, chain: &[] };
    let twice = [Payload::Scep(scep(10)), Payload::Scep(scep(10))];
    let refused = sealed_profile(&outer(), &twice, &signer.view(), &identity, Timestamp(0));
    assert!(matches!(refused, Err(Error::Unencodable { .. })));
}
