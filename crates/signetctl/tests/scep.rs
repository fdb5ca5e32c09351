//! From `scep challenge` to a revoked certificate: the served SCEP and the officer's commands on one folder, with a client that knows
//! nothing of either.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use device::{
    Https, KeyKind,
    csr::{AltName, CsrContent},
    scep::{Client, Outcome},
    transport::{Request, Transport},
};
use protocol::Timestamp;
use ra::ports::{Clock, SystemClock};
use serde_json::Value;
use std::collections::BTreeSet;
use support::{Place, Served};

/// What the line of `scep challenge` says to ask for.
fn content(line: &Value) -> CsrContent {
    let rdns = line["subject"].as_array().unwrap().iter().map(|rdn| (word(&rdn[0][0]), word(&rdn[0][1])));
    CsrContent {
        subject: rdns.collect(),
        san: vec![AltName::Mail(word(&line["san"]["rfc822Name"]))],
        challenge: Some(word(&line["challenge"])),
        key_usage: (true, false),
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A certificate in JSON is what scripts rely on: these keys, all of them and always, each of its kind.
fn is_as_scripts_know_it(row: &Value) {
    let keys: BTreeSet<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
    let (texts, may_lack) = (["serial", "status", "profile", "subject", "kind"], ["subscriber", "enrollment"]);
    let times = ["not_before", "not_after"];
    let named = texts.into_iter().chain(may_lack).chain(times).chain(["san"]);
    assert_eq!(keys, named.collect::<BTreeSet<_>>());
    assert!(texts.iter().all(|key| row[*key].is_string()), "{row}");
    assert!(may_lack.iter().all(|key| row[*key].is_string() || row[*key].is_null()), "{row}");
    assert!(times.iter().all(|key| Timestamp::parse(&word(&row[*key])).is_some()), "{row}");
    assert!(row["san"].as_array().unwrap().iter().all(Value::is_string), "{row}");
    assert!(["active", "held", "revoked", "expired", "superseded"].contains(&word(&row["status"]).as_str()), "{row}");
    assert!(word(&row["serial"]).bytes().all(|octet| octet.is_ascii_digit() || (b'A'..=b'F').contains(&octet)), "{row}");
}

fn challenge(place: &Place) -> Value {
    place.json(&["scep", "challenge", "alice@example.edu", "--profile", "signing"])
}

#[test]
fn a_certificate_is_approved_issued_listed_exported_and_revoked() {
    let place = Place::ready();
    let served = Served::start(&place, &[]);
    let transport = Https::new(&[]).unwrap();
    let url = format!("http://{}/scep/signet", served.address("http"));
    let client = Client::new(&transport, &url, SystemClock.now().0);
    let ra = client.ca_certificates().unwrap().select(None).unwrap();

    // Set by another process, obeyed at the next request.
    place.json(&["settings", "set", "scep.manual_approval", "yes"]);
    let key = KeyKind::Rsa(2048).generate().unwrap();
    let Outcome::Pending(waiting) = client.enroll(&ra, &key, &content(&challenge(&place))).unwrap() else { panic!("not pending") };
    let pending = place.json(&["scep", "pending"]);
    assert_eq!(pending[0]["profile"], "signing");
    assert_eq!(place.json(&["certificate", "list"]), serde_json::json!([]), "what waits is no certificate");
    assert_eq!(place.run(&["certificate", "list", "--status", "pending", "--json"]).code, 2);
    assert_eq!(place.json(&["scep", "approve", pending[0]["id"].as_str().unwrap()])["state"], "approved");
    assert_eq!(place.json(&["scep", "pending"]), serde_json::json!([]));
    let identity = client.poll(&ra, &waiting).unwrap().issued().unwrap();

    let list = place.json(&["certificate", "list"]);
    let serial = word(&list[0]["serial"]);
    assert_eq!((&list[0]["status"], &list[0]["kind"]), (&Value::from("active"), &Value::from("subscriber")));
    assert_eq!(list[0]["san"], serde_json::json!(["rfc822Name:alice@example.edu"]));
    assert_eq!((&list[0]["profile"], &list[0]["enrollment"]), (&Value::from("signing"), &Value::Null));
    assert_eq!(list[0]["subscriber"], place.json(&["subscriber", "show", "alice@example.edu"])["id"]);
    let all = place.json(&["certificate", "list", "--all"]);
    list.as_array().unwrap().iter().chain(all.as_array().unwrap()).for_each(is_as_scripts_know_it);
    let ours = all.as_array().unwrap().iter().filter(|row| row["kind"] == "authority" && row["subscriber"].is_null());
    assert_eq!(ours.count() + 1, all.as_array().unwrap().len());
    let exported = place.command(&["certificate", "export", &serial, "--format", "der"]).output().unwrap().stdout;
    assert_eq!(exported, identity.certificate.to_der().unwrap());
    assert_eq!(place.json(&["subscriber", "show", "alice@example.edu"])["active_certificates"], 1);
    assert_eq!(place.json(&["certificate", "list", "--mail", "alice@example.edu"]).as_array().unwrap().len(), 1);

    assert_eq!(place.json(&["certificate", "revoke", &serial.to_lowercase(), "--reason", "keyCompromise"])["status"], "revoked");
    is_as_scripts_know_it(&place.json(&["certificate", "list"])[0]);
    assert_eq!(place.run(&["certificate", "revoke", &serial, "--json"]).error_code(), "alreadyRevoked");
    // The running server says so at its next answer.
    let crl = transport.send(&Request::get(&format!("http://{}/crl/issuing.crl", served.address("http")))).unwrap();
    assert_eq!(crl.status, 200);
    let octets = identity.certificate.serial_number().to_bn().unwrap().to_vec();
    assert!(crl.body.windows(octets.len()).any(|window| window == octets), "the serial number stands in the CRL");
}

#[test]
fn a_refused_request_gets_no_certificate() {
    let place = Place::ready();
    place.json(&["settings", "set", "scep.manual_approval", "yes"]);
    let served = Served::start(&place, &[]);
    let transport = Https::new(&[]).unwrap();
    let client = Client::new(&transport, &format!("http://{}/scep/signet", served.address("http")), SystemClock.now().0);
    let ra = client.ca_certificates().unwrap().select(None).unwrap();
    let key = KeyKind::Rsa(2048).generate().unwrap();
    let Outcome::Pending(waiting) = client.enroll(&ra, &key, &content(&challenge(&place))).unwrap() else { panic!("not pending") };
    let id = word(&place.json(&["scep", "pending"])[0]["id"]);
    assert_eq!(place.json(&["scep", "refuse", &id, "--reason", "unknown device"])["state"], "refused");
    assert!(matches!(client.poll(&ra, &waiting).unwrap(), Outcome::Refused(_)));
    assert_eq!(place.json(&["certificate", "list"]), serde_json::json!([]));
}

#[test]
fn https_is_served_under_the_public_url_with_our_own_root() {
    let place = Place::ready();
    let served = Served::start(&place, &[]);
    let all = place.json(&["certificate", "list", "--all"]);
    let root = all.as_array().unwrap().iter().find(|row| row["profile"] == "root").unwrap();
    let der = place.command(&["certificate", "export", &word(&root["serial"]), "--format", "der"]).output().unwrap().stdout;
    let request = Request::get(&format!("https://localhost:{}/", served.address("https").port()));
    let trusting = Https::new(&[der]).unwrap();
    // Any answer means that the certificate was accepted for this name.
    assert!(trusting.send(&request).unwrap().status < 500);
    assert!(Https::new(&[]).unwrap().send(&request).is_err());
}
