//! A certificate as it is shown.

use crate::{database, issued, support::Place};
use serde_json::{Value, json};

#[test]
fn a_certificate_is_shown_with_its_form_and_the_versions_that_it_was_issued_under() {
    let place = Place::ready();
    place.json(&["settings", "set", "cps.version", "2.1"]);
    let [serial] = issued(&place, 1).try_into().unwrap();
    let shown = place.json(&["certificate", "show", &serial]);
    assert_eq!((&shown["serial"], &shown["lint"]), (&json!(serial), &json!([])));
    assert_eq!((&shown["policy"], &shown["cps"]), (&json!("0"), &json!("2.1")));
    let advised = shown["advice"].as_array().unwrap().iter().find(|one| one["rule"] == "organization").unwrap();
    assert_eq!(advised["clause"], "S/MIME BR 7.1.4.2.4, 7.1.4.2.5");
    let words = place.run(&["certificate", "show", &serial]).stdout;
    assert!(words.contains("CPS version     2.1") && words.contains(&format!("advice: {}", advised["text"].as_str().unwrap())), "{words}");
    assert!(!words.contains("fault:"), "{words}");
    let ours = place.json(&["certificate", "list", "--all"]);
    let root = ours.as_array().unwrap().iter().find(|one| one["profile"] == "root").unwrap()["serial"].as_str().unwrap();
    assert_eq!(place.json(&["certificate", "show", root])["advice"], Value::Null, "it is not for mail");
}

#[test]
fn a_certificate_is_shown_with_where_it_comes_from_what_stands_above_it_and_what_became_of_it() {
    let place = Place::ready();
    let [serial] = issued(&place, 1).try_into().unwrap();
    place.json(&["invite", "alice@example.edu"]);
    // As if a phone had fetched it.
    let database = database(&place);
    let phone = "INSERT INTO device (id, subscriber, udid, serial, product, os_version, foreign_device_ca, first_seen, last_seen)
                     SELECT randomblob(16), id, 'u', 'F2LXR', 'iPhone15,2', '18.1', 0, 1, 1 FROM subscriber;
                 UPDATE enrollment SET device = (SELECT id FROM device);
                 UPDATE certificate SET enrollment = (SELECT id FROM enrollment) WHERE kind = 'subscriber';";
    database.execute_batch(phone).unwrap();
    place.json(&["certificate", "hold", &serial]);
    place.json(&["certificate", "reinstate", &serial]);
    let shown = place.json(&["certificate", "show", &serial]);
    assert_eq!((&shown["issued_by"], &shown["person"]), (&json!("officer rosa"), &json!("Alice Example")));
    assert_eq!((&shown["device"]["product"], &shown["device"]["serial"]), (&json!("iPhone15,2"), &json!("F2LXR")));
    assert_eq!(shown["published"], json!(["http://pki.example.edu/crl/issuing.crl"]));
    let chain = shown["chain"].as_array().unwrap();
    assert!(chain.len() == 2 && chain.iter().all(|link| link["signature_fits"] == true), "{chain:?}");
    let timeline = shown["timeline"].as_array().unwrap();
    let events: Vec<_> = timeline.iter().map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["certificate.issued", "certificate.held", "certificate.reinstated", "certificate.ends"]);
    assert_eq!((&timeline[0]["at"], &timeline[0]["by"], &timeline[3]["by"]), (&shown["stored_at"], &json!("officer rosa"), &Value::Null));
    assert_eq!((&timeline[0]["ledger"], timeline[0]["details"].is_object()), (&shown["ledger"], true));
    assert!(timeline[1]["by"].as_str().unwrap().starts_with("command "), "{timeline:?}");
    let words = || place.run(&["certificate", "show", &serial]).stdout;
    let said = words();
    let issued = format!("Issued          {} by officer rosa\n", shown["stored_at"].as_str().unwrap());
    let issuer = format!("Issuer          {} (", chain[0]["subject"].as_str().unwrap());
    for part in [&*issued, &*issuer, "Device          iPhone15,2, 18.1, F2LXR\n", "Published       http://pki", "certificate.held"] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    assert!(!said.contains("does not fit"), "{said}");
    // An issuer whose signature is broken is told where it stands in the chain.
    let of_issuing = "WHERE number = (SELECT number FROM certificate WHERE kind = 'issuing')";
    let der = database.query_row(&format!("SELECT der FROM certificate_der {of_issuing}"), [], |row| row.get::<_, Vec<u8>>(0));
    let mut der = der.unwrap();
    *der.last_mut().unwrap() ^= 1;
    assert_eq!(database.execute(&format!("UPDATE certificate_der SET der = ?1 {of_issuing}"), [der]).unwrap(), 1);
    assert_eq!(place.json(&["certificate", "show", &serial])["chain"][0]["signature_fits"], false);
    assert_eq!(words().matches(": its signature does not fit\n").count(), 1, "{}", words());
}
