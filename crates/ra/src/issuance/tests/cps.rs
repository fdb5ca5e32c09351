//! The registered CPS in certificates, in the ledger and in what is told of them; and the advice of the S/MIME baseline.

use super::{Asked, csr};
use crate::{
    ota::tests::phone::{World, key, world},
    profile::{PILOT_POLICY, PolicyInformation, ProfileDraft, ProfileName, Scope},
    testing,
};
use protocol::x509::{CertificateView, SerialNumber, baseline::BaselineRule};

const ALICE: &str = "alice@example.edu";
const POLICY: &str = "1.3.6.1.4.1.32473.1";

fn alice() -> World {
    let world = world();
    world.person("Alice Example", ALICE);
    world
}

fn issue(world: &World, profile: ProfileName) -> SerialNumber {
    let issued = world.officer.issue_from_csr(ALICE, profile, &csr(key(0).as_openssl(), &Asked::default())).unwrap();
    SerialNumber::parse(&issued.certificate.serial).unwrap()
}

/// What the certificate states: each policy with its CPS.
fn policies(world: &World, serial: &SerialNumber) -> Vec<(String, Option<String>)> {
    let (der, _) = world.officer.export_certificate(serial).unwrap();
    CertificateView::from_der(&der).unwrap().pointers().unwrap().policies
}

fn policy(oid: &str, cps: Option<&str>) -> (String, Option<String>) {
    (oid.to_owned(), cps.map(str::to_owned))
}

fn saved(world: &World, change: impl FnOnce(&mut ProfileDraft)) {
    let mut draft = ProfileDraft::builtin(ProfileName::Signing);
    change(&mut draft);
    world.officer.save_profile(Scope::Department, ProfileName::Signing, draft).unwrap();
}

#[test]
fn a_registered_cps_stands_in_certificates_and_each_tells_the_version_of_its_day() {
    let world = alice();
    let set = |key: &str, value: &str| world.officer.set_setting(key, value).unwrap();
    let told = |serial: &SerialNumber| world.officer.certificate_detail(serial).unwrap().provenance.cps;
    for (key, value) in [("version", "1.0"), ("url", "https://pki.example.edu/cps-1"), ("oid", POLICY), ("since", "2026-11-20")] {
        set(&format!("cps.{key}"), value);
    }
    let pilot = issue(&world, ProfileName::Signing);
    assert_eq!(policies(&world, &pilot), [policy(PILOT_POLICY, None)], "a pilot's certificates claim nothing");
    assert_eq!(told(&pilot).as_deref(), Some("1.0"));

    testing::into_production(&world.officer);
    let first = issue(&world, ProfileName::Signing);
    assert_eq!(policies(&world, &first), [policy(POLICY, Some("https://pki.example.edu/cps-1"))], "the profile names no policy");
    set("cps.version", "2.0");
    set("cps.url", "https://pki.example.edu/cps-2");
    let own = || PolicyInformation { oid: "1.3.6.1.4.1.32473.3".into(), cps: Some("https://own.example.edu".into()) };
    saved(&world, |draft| draft.policies = vec![PolicyInformation { oid: "1.3.6.1.4.1.32473.2".into(), cps: None }, own()]);
    let second = issue(&world, ProfileName::Signing);
    let both = |cps: Option<&str>| [policy("1.3.6.1.4.1.32473.2", cps), policy("1.3.6.1.4.1.32473.3", Some("https://own.example.edu"))];
    assert_eq!(policies(&world, &second), both(Some("https://pki.example.edu/cps-2")), "what the profile names itself stays");
    assert_eq!((told(&first).as_deref(), told(&second).as_deref()), (Some("1.0"), Some("2.0")), "of its own day, not of today");

    ["cps.version", "cps.url", "cps.oid", "cps.since"].iter().for_each(|key| set(key, ""));
    let bare = issue(&world, ProfileName::Signing);
    assert_eq!((policies(&world, &bare), told(&bare)), (both(None).to_vec(), None));
}

#[test]
fn what_the_baseline_advises_is_recorded_with_the_certificate_and_stops_nothing() {
    let world = alice();
    let recorded = || world.authority.auditor().ledger(None, 1).unwrap().remove(0).details["advice"].clone();
    let told = |serial: &SerialNumber| {
        let advice = world.officer.certificate_detail(serial).unwrap().advice;
        advice.map(|all| all.into_iter().map(|one| one.rule).collect::<Vec<_>>())
    };
    let signing = issue(&world, ProfileName::Signing);
    assert_eq!(recorded(), serde_json::json!(["organization", "person-name"]));
    assert_eq!(told(&signing), Some(vec![BaselineRule::Organization, BaselineRule::PersonName]));
    let advice = world.officer.certificate_detail(&signing).unwrap().advice.unwrap();
    assert_eq!((advice[0].clause, advice[0].text), (BaselineRule::Organization.clause(), BaselineRule::Organization.text()));

    // It is for no mail, so the baseline is not about it.
    let authentication = issue(&world, ProfileName::Authentication);
    assert_eq!((recorded(), told(&authentication)), (serde_json::Value::Null, None));

    // Longer than the baseline allows, without a word on policy, CRL or issuer: issued all the same.
    testing::into_production(&world.officer);
    world.officer.set_setting("status.in_certificates", "no").unwrap();
    saved(&world, |draft| draft.days = 900);
    let long = issue(&world, ProfileName::Signing);
    let rules = [
        BaselineRule::Validity,
        BaselineRule::Policy,
        BaselineRule::CrlAddress,
        BaselineRule::IssuerAddress,
        BaselineRule::Organization,
        BaselineRule::PersonName,
    ];
    assert_eq!(told(&long), Some(rules.to_vec()));
    assert!(world.officer.certificate_detail(&long).unwrap().lint.is_empty(), "advice is no fault");
}
