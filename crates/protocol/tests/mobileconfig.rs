//! Every profile that we can make is one that Apple's schema and phones accept, and the check itself can fail.

#![allow(clippy::unwrap_used)]

mod schema;

use protocol::{
    Error, Timestamp,
    mobileconfig::*,
    ota::{DeviceAttribute, ProfileServiceProfile},
    x509::{AttributeType, DistinguishedName, SubjectAltName},
};
use schema::Schema;
use std::path::Path;
use uuid::Uuid;
use zeroize::Zeroizing;

fn apple() -> Schema {
    Schema::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/apple-schema"))
}

fn identity(name: &str, number: u128) -> PayloadIdentity {
    let mut identity = PayloadIdentity::new(format!("edu.example.pki.{name}"), Uuid::from_u128(number), format!("Example {name}"));
    identity.organization = Some("Example & Sons <Physics>".into());
    identity.description = Some("What it is for.".into());
    identity
}

fn certificate(number: u128, kind: CertificateKind) -> CertificatePayload {
    CertificatePayload { identity: identity(&format!("ca{number}"), number), kind, file_name: Some("ca.cer".into()), der: vec![0x30, 0] }
}

fn scep(number: u128, san: Vec<SubjectAltName>) -> ScepPayload {
    ScepPayload {
        identity: identity(&format!("scep{number}"), number),
        url: "https://pki.example.edu/scep/people".into(),
        name: Some("people".into()),
        subject: DistinguishedName(vec![
            (AttributeType::Country, "CH".into()),
            (AttributeType::Organization, "Example & Sons".into()),
            (AttributeType::SerialNumber, "2".into()),
            (AttributeType::CommonName, "Zoë \"Z\" Example".into()),
        ]),
        san,
        challenge: Zeroizing::new("c2VjcmV0c2VjcmV0c2VjcmV0".into()),
        key_size: ScepKeySize::Bits2048,
        key_usage: ScepKeyUsage::SignAndEncrypt,
        ca_fingerprint: Some(CaFingerprint::Sha1([7; 20])),
        retries: Some((30, 10)),
    }
}

fn wifi(client: &ScepPayload, anchors: Vec<AnchorUuid>) -> WifiPayload {
    WifiPayload {
        identity: identity("wifi", 40),
        ssid: "example-secure".into(),
        hidden: false,
        client: client.identity_uuid(),
        anchors,
        server_names: vec!["radius.example.edu".into()],
        user_name: Some("alice@example.edu".into()),
    }
}

fn everything() -> Vec<Payload> {
    let root = certificate(10, CertificateKind::Root);
    let issuing = certificate(11, CertificateKind::Pkcs1);
    let client = scep(20, vec![]);
    let mail = scep(21, vec![SubjectAltName::Rfc822Name("alice@example.edu".into()), SubjectAltName::Rfc822Name("a@example.edu".into())]);
    let wifi = wifi(&client, vec![root.anchor(), issuing.anchor()]);
    let vpn = VpnPayload {
        identity: identity("vpn", 41),
        name: "Example VPN".into(),
        server: "vpn.example.edu".into(),
        remote_identifier: "vpn.example.edu".into(),
        local_identifier: "alice".into(),
        client: client.identity_uuid(),
        server_issuer_common_name: Some("Example CA".into()),
    };
    let passcode = PasscodePayload {
        identity: identity("passcode", 42),
        min_length: 6,
        allow_simple: false,
        require_alphanumeric: false,
        max_inactivity: Some(5),
        max_failed_attempts: Some(10),
    };
    let removal = RemovalPasswordPayload { identity: identity("removal", 43), password: Zeroizing::new("let me go".into()) };
    vec![
        Payload::Certificate(root),
        Payload::Certificate(issuing),
        Payload::Scep(client),
        Payload::Scep(mail),
        Payload::Wifi(wifi),
        Payload::Vpn(vpn),
        Payload::Passcode(passcode),
        Payload::RemovalPassword(removal),
    ]
}

fn configuration(removal: Removal) -> Configuration {
    Configuration {
        identity: identity("profile", 1),
        consent: Some(ConsentText {
            default: "This installs a certificate.".into(),
            languages: vec![("en".into(), "This installs a certificate.".into()), ("fr".into(), "Ceci installe un certificat.".into())],
        }),
        expires_at: Some(Timestamp(1_800_000_000)),
        removed_at: Some(Timestamp(1_900_000_000)),
        removal,
    }
}

fn profile_service() -> ProfileServiceProfile {
    ProfileServiceProfile {
        identity: identity("ota", 2),
        url: "https://pki.example.edu:8443/ota/0123456789abcdef".into(),
        challenge: Zeroizing::new("k2xW9mQ7Zt4uVYbR0sN8cA".into()),
        attributes: vec![DeviceAttribute::Udid, DeviceAttribute::OsVersion, DeviceAttribute::Imei],
    }
}

#[test]
fn every_payload_in_every_kind_of_profile_is_accepted() {
    let apple = apple();
    let nothing: Vec<String> = Vec::new();
    let all = everything();
    assert_eq!(apple.configuration(&configuration(Removal::Password).to_plist(&all).unwrap()), nothing);
    assert_eq!(apple.payload_array(&payload_array(&all).unwrap()), nothing);
    for removal in [Removal::Removable, Removal::Locked, Removal::Password] {
        let sealed = configuration(removal).to_sealed_plist(b"0\x80").unwrap();
        assert_eq!(apple.configuration(&sealed), nothing, "{removal:?}");
    }
    let least = Configuration::new(identity("least", 3)).to_plist(&[Payload::Scep(scep(20, vec![]))]).unwrap();
    assert_eq!(apple.transport(&least), nothing);
    assert_eq!(apple.profile_service(&profile_service().to_plist().unwrap()), nothing);
}

#[test]
fn the_same_values_give_the_same_bytes() {
    let make = || configuration(Removal::Password).to_plist(&everything()).unwrap();
    assert_eq!(*make(), *make());
}

#[test]
fn what_a_phone_reads_is_what_was_meant() {
    let bytes = configuration(Removal::Locked).to_plist(&[Payload::Scep(scep(20, vec![]))]).unwrap();
    let root = plist::Value::from_reader_xml(bytes.as_slice()).unwrap().into_dictionary().unwrap();
    assert_eq!(root["TargetDeviceType"].as_signed_integer(), Some(1));
    assert_eq!(root["PayloadRemovalDisallowed"].as_boolean(), Some(true));
    assert_eq!(root["PayloadExpirationDate"].as_date().unwrap().to_xml_format(), "2027-01-15T08:00:00Z");
    assert_eq!(root["ConsentText"].as_dictionary().unwrap()["fr"].as_string(), Some("Ceci installe un certificat."));
    let payload = root["PayloadContent"].as_array().unwrap()[0].as_dictionary().unwrap();
    let content = payload["PayloadContent"].as_dictionary().unwrap();
    assert_eq!(content["Keysize"].as_signed_integer(), Some(2048));
    assert_eq!(content["Key Type"].as_string(), Some("RSA"));
    assert_eq!(content["Key Usage"].as_signed_integer(), Some(5));
    assert_eq!(content["CAFingerprint"].as_data(), Some([7; 20].as_slice()));
    let rdns: Vec<(&str, &str)> = content["Subject"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rdn| rdn.as_array().unwrap()[0].as_array().unwrap())
        .map(|pair| (pair[0].as_string().unwrap(), pair[1].as_string().unwrap()))
        .collect();
    assert_eq!(rdns, [("C", "CH"), ("O", "Example & Sons"), ("2.5.4.5", "2"), ("CN", "Zoë \"Z\" Example")]);
}

#[test]
fn a_reference_to_nothing_is_refused_before_a_phone_sees_it() {
    let client = scep(20, vec![]);
    let alone = vec![Payload::Wifi(wifi(&client, vec![]))];
    let dangling = |result: Result<_, Error>| matches!(result, Err(Error::Unencodable { what: "PayloadCertificateUUID", .. }));
    assert!(dangling(payload_array(&alone)));
    assert!(dangling(Configuration::new(identity("p", 1)).to_plist(&alone)));
    let anchor = certificate(10, CertificateKind::Root).anchor();
    let no_anchor = vec![Payload::Wifi(wifi(&client, vec![anchor])), Payload::Scep(client)];
    assert!(matches!(payload_array(&no_anchor), Err(Error::Unencodable { what: "PayloadCertificateAnchorUUID", .. })));
}

#[test]
fn payloads_that_a_phone_would_confuse_or_refuse_are_refused() {
    let twice = vec![Payload::Scep(scep(20, vec![])), Payload::Scep(scep(20, vec![]))];
    assert!(payload_array(&twice).is_err(), "the same identifier and UUID twice");
    let mut query = scep(20, vec![]);
    query.url.push_str("?token=1");
    assert!(payload_array(&[Payload::Scep(query)]).is_err(), "phones drop the query");
    let mut nameless = scep(20, vec![]);
    nameless.name = Some(String::new());
    assert!(payload_array(&[Payload::Scep(nameless)]).is_err(), "an empty Name");
    let address = SubjectAltName::IpAddress(std::net::Ipv4Addr::LOCALHOST.into());
    assert!(payload_array(&[Payload::Scep(scep(20, vec![address]))]).is_err(), "no key for addresses");
    let mut open = scep(20, vec![]);
    open.challenge = Zeroizing::new(String::new());
    assert!(payload_array(&[Payload::Scep(open)]).is_err(), "no challenge");
    let client = scep(20, vec![]);
    let mut long = wifi(&client, vec![]);
    long.ssid = "x".repeat(33);
    assert!(payload_array(&[Payload::Scep(client), Payload::Wifi(long)]).is_err(), "33 octets of SSID");
    let same = Configuration::new(identity("p", 20));
    assert!(same.to_plist(&[Payload::Scep(scep(20, vec![]))]).is_err(), "profile and payload share a UUID");
    assert!(configuration(Removal::Password).to_plist(&[]).is_err(), "a removal password that is nowhere");
    let mut http = profile_service();
    http.url = "http://pki.example.edu/ota/1".into();
    assert!(http.to_plist().is_err(), "phase 1 over plain HTTP");
}

/// One change to a good profile and a word of the complaint that must follow.
const SPOILED: [(&str, &str, &str); 22] = [
    ("<string>Configuration</string>", "<string>Konfiguration</string>", "PayloadType has a value"),
    ("<integer>2048</integer>", "<integer>3072</integer>", "Keysize has a value"),
    ("<integer>2048</integer>", "<string>2048</string>", "Keysize is not of type <integer>"),
    ("<key>Keysize</key>", "<key>KeySize</key>", "KeySize is not in the schema"),
    ("<key>Keysize</key>", "<key>KeySize</key>", "scep.Keysize is missing"),
    ("<key>Key Usage</key>", "<key>KeyUsage</key>", "scep.Key Usage is not 1, 4 or 5"),
    ("<key>URL</key>", "<key>Url</key>", "URL is missing"),
    ("/scep/people", "/scep/people?a=b", "without a query"),
    ("<string>people</string>", "<string></string>", "scep.Name is empty"),
    ("<string>RSA</string>", "<string>EC</string>", "Key Type is not RSA"),
    ("<string>CN</string>", "<string>EMAIL</string>", "which phones do not know"),
    ("<integer>13</integer>", "<integer>12</integer>", "AcceptEAPTypes[0] has a value"),
    ("<string>WPA2</string>", "<string>WPA9</string>", "EncryptionType has a value"),
    ("<string>IKEv2</string>", "<string>IKEv3</string>", "VPNType has a value"),
    ("<key>RemoteAddress</key>", "<key>RemoteAdress</key>", "RemoteAddress is missing"),
    ("<integer>1440</integer>", "<integer>1441</integer>", "LifeTimeInMinutes is out of range"),
    ("<key>minLength</key>", "<key>customRegex</key>", "customRegex is not for iOS"),
    ("<key>default</key>", "<key>de</key>", "ConsentText has no default"),
    ("00000000-0000-0000-0000-000000000014", "00000000-0000-0000-0000-000000000099", "is no identity of this profile"),
    ("00000000-0000-0000-0000-00000000000A", "00000000-0000-0000-0000-000000000099", "is no certificate of this profile"),
    ("00000000-0000-0000-0000-000000000001", "not a uuid", "PayloadUUID is not a UUID"),
    ("com.apple.profileRemovalPassword", "com.apple.security.certificatepreference", "is not for iOS"),
];

#[test]
fn the_check_fails_on_profiles_that_are_wrong() {
    let apple = apple();
    let good = configuration(Removal::Password).to_plist(&everything()).unwrap();
    let good = std::str::from_utf8(&good).unwrap();
    for (from, to, complaint) in SPOILED {
        assert!(good.contains(from), "{from} does not occur");
        let wrong = apple.configuration(good.replacen(from, to, 1).as_bytes());
        assert!(wrong.iter().any(|w| w.contains(complaint)), "{from} -> {to} gave {wrong:?}");
    }
    let two = Configuration::new(identity("p", 1))
        .to_plist(&[Payload::Certificate(certificate(10, CertificateKind::Root)), Payload::Scep(scep(20, vec![]))]);
    assert!(!apple.transport(&two.unwrap()).is_empty(), "a root beside the SCEP payload of phase 2");
    let array =
        std::str::from_utf8(&profile_service().to_plist().unwrap()).unwrap().replace("<dict>\n\t\t<key>URL", "<array>\n\t\t<key>URL");
    assert!(!apple.profile_service(array.as_bytes()).is_empty(), "a Profile Service with an array");
    assert!(!apple.payload_array(good.as_bytes()).is_empty(), "encrypted content that is a dictionary");
    assert!(!apple.configuration(format!("\u{feff}{good}").as_bytes()).is_empty(), "a byte order mark");
}
