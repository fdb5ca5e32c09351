//! The portal's TLS certificate by the terminal: one that was bought, and back to the department's own.
#![allow(clippy::unwrap_used)]

mod support;

use openssl::{
    asn1::Asn1Time,
    bn::{BigNum, MsbOption},
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkcs12::Pkcs12,
    pkey::{PKey, Private},
    stack::Stack,
    x509::{
        X509, X509Builder, X509NameBuilder,
        extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName},
    },
};
use serde_json::Value;
use std::fs;
use support::Place;

const ALICE: &str = "alice@example.edu";
const PASSWORD: &str = "sesame 4711";

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

/// A certificate before its extensions, good for a month from now.
fn begun(subject: &str, issuer: &str, key: &PKey<Private>) -> X509Builder {
    let name = |common_name: &str| {
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", common_name).unwrap();
        name.build()
    };
    let mut serial = BigNum::new().unwrap();
    serial.rand(120, MsbOption::ONE, false).unwrap();
    let mut certificate = X509Builder::new().unwrap();
    certificate.set_version(2).unwrap();
    certificate.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    certificate.set_subject_name(&name(subject)).unwrap();
    certificate.set_issuer_name(&name(issuer)).unwrap();
    certificate.set_pubkey(key).unwrap();
    certificate.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::days_from_now(30).unwrap()).unwrap();
    certificate
}

/// Lays `portal.pem` and `portal.p12` into the place: a certificate for localhost by a CA of somebody else, with its key and its chain.
fn buy(place: &Place) -> X509 {
    let (ca_key, portal_key) = (key(), key());
    let mut ca = begun("Somebody's CA", "Somebody's CA", &ca_key);
    ca.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    ca.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build().unwrap()).unwrap();
    ca.sign(&ca_key, MessageDigest::sha256()).unwrap();
    let ca = ca.build();
    let mut portal = begun("localhost", "Somebody's CA", &portal_key);
    let names = SubjectAlternativeName::new().dns("localhost").build(&portal.x509v3_context(None, None)).unwrap();
    portal.append_extension(names).unwrap();
    portal.append_extension(KeyUsage::new().critical().digital_signature().build().unwrap()).unwrap();
    portal.append_extension(ExtendedKeyUsage::new().server_auth().build().unwrap()).unwrap();
    portal.sign(&ca_key, MessageDigest::sha256()).unwrap();
    let portal = portal.build();

    let pem = [portal_key.private_key_to_pem_pkcs8().unwrap(), portal.to_pem().unwrap(), ca.to_pem().unwrap()].concat();
    fs::write(place.path("portal.pem"), pem).unwrap();
    let mut chain = Stack::new().unwrap();
    chain.push(ca).unwrap();
    let mut file = Pkcs12::builder();
    file.name("portal").pkey(&portal_key).cert(&portal).ca(chain);
    fs::write(place.path("portal.p12"), file.build2(PASSWORD).unwrap().to_der().unwrap()).unwrap();
    fs::write(place.path("password"), format!("{PASSWORD}\n")).unwrap();
    fs::write(place.path("wrong"), "sesame 4712\n").unwrap();
    portal
}

/// Where an invitation sends the phone first; nothing when it trusts the portal anyway.
fn trust_url(place: &Place) -> Option<Value> {
    place.json(&["invite", ALICE]).get("trust_url").cloned()
}

/// QR codes of a letter.
fn codes(place: &Place, letter: &str) -> usize {
    let invited = place.json(&["invite", ALICE, "--letter", letter]);
    let letter = fs::read_to_string(place.path(letter)).unwrap();
    assert!(letter.contains(invited["url"].as_str().unwrap()));
    letter.matches("<div class=\"qr\">").count()
}

#[test]
fn with_a_bought_certificate_nobody_needs_to_trust_our_root_and_with_our_own_everybody_does() {
    let place = Place::ready();
    buy(&place);
    let first = Some(Value::from("http://localhost:8080/trust"));
    assert_eq!((trust_url(&place), codes(&place, "ours.html")), (first.clone(), 2));
    for (file, more) in [("portal.p12", &["--password-file", "password"][..]), ("portal.pem", &[][..])] {
        let imported = place.json(&[&["tls", "import", file], more].concat());
        assert_eq!(imported, serde_json::json!({ "imported": file }));
        assert_eq!((trust_url(&place), codes(&place, &format!("{file}.html"))), (None, 1), "{file}");
        let own = place.json(&["tls", "own"]);
        assert!(own["san"].as_array().unwrap().contains(&"dNSName:localhost".into()), "{own}");
        assert!(own["not_after"].as_str().unwrap().ends_with('Z'), "{own}");
        assert_eq!((trust_url(&place), codes(&place, &format!("{file}-own.html"))), (first.clone(), 2), "{file}");
    }
    let said = place.run(&["tls", "own"]);
    assert!(said.code == 0 && said.stdout.contains("Phones must trust the root."), "{}", said.stderr);
}

#[test]
fn a_wrong_password_or_a_missing_file_is_said_and_changes_nothing() {
    let place = Place::ready();
    buy(&place);
    for (code, arguments) in [
        ("validation", &["portal.p12", "--password-file", "wrong"][..]),
        ("validation", &["portal.p12"][..]), // the first line of an empty standard input
        ("file", &["portal.p12", "--password-file", "nowhere"][..]),
        ("file", &["nowhere.p12", "--password-file", "password"][..]),
        ("validation", &["password"][..]),
    ] {
        let refused = place.run(&[&["tls", "import"], arguments, &["--json"]].concat());
        assert_eq!((refused.code, refused.error_code().as_str()), (1, code), "{arguments:?}: {}", refused.stdout);
    }
    let words = place.run(&["tls", "import", "portal.p12", "--password-file", "wrong"]);
    assert!(words.stderr.contains("the password does not open this file") && !words.stderr.contains("sesame"), "{}", words.stderr);
    assert!(trust_url(&place).is_some(), "our own is still in use");
    assert_eq!(place.json(&["tls", "import", "portal.p12", "--password-file", "password"])["imported"], "portal.p12");
    assert_eq!(trust_url(&place), None);
}

#[cfg(unix)]
#[test]
fn a_running_server_shows_the_bought_certificate_that_another_process_imported() {
    use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
    let place = Place::ready();
    let bought = buy(&place);
    place.json(&["tls", "import", "portal.pem"]);
    let served = support::Served::start(&place, &[]);
    let mut connector = SslConnector::builder(SslMethod::tls_client()).unwrap();
    connector.set_verify(SslVerifyMode::NONE); // compared below, octet for octet
    let stream = std::net::TcpStream::connect(served.address("https")).unwrap();
    let stream = connector.build().connect("localhost", stream).unwrap();
    assert_eq!(stream.ssl().peer_certificate().unwrap().to_der().unwrap(), bought.to_der().unwrap());
}
