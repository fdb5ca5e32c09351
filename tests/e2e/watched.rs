//! The steps of a phone that another process serves: they reach whoever watches, and the officer's command tells all of them.

use crate::{
    house::{download, serial, sign_in},
    outside,
    support::{Department, eventually},
};
use device::Safari;
use protocol::Timestamp;
use ra::{
    Authority, OpenOptions, Operator,
    enrollment::{State, StepKind},
    id::EnrollmentId,
    ledger::Actor,
    ports::SystemClock,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A process beside the serving one, as the officer's window is.
struct Watcher<'a> {
    department: &'a Department,
    authority: Authority,
    officer: Operator,
    enrollment: EnrollmentId,
    version: u64,
    seen: Vec<StepKind>,
}

impl<'a> Watcher<'a> {
    fn of(department: &'a Department, enrollment: &str) -> Self {
        let options = OpenOptions { folder: department.scratch("data"), keyring: None, clock: Arc::new(SystemClock) };
        let authority = Authority::open(options).unwrap();
        let (officer, version) = (authority.operator(Actor::Officer("rosa".into())), authority.version().unwrap());
        let enrollment = EnrollmentId::parse(enrollment).unwrap();
        Watcher { department, authority, officer, enrollment, version, seen: vec![StepKind::Invited] }
    }

    /// Is told that something changed, and finds these further steps and this state; so does the command of a third process.
    fn sees(&mut self, state: State, further: &[StepKind]) {
        let before = self.version;
        self.version = eventually("a change", || self.authority.version().ok().filter(|version| *version != before));
        self.seen.extend(further);
        let detail = self.officer.enrollment(self.enrollment).unwrap();
        // That the page was looked at is a remark, and may stand anywhere.
        let steps: Vec<_> = detail.steps.iter().map(|step| step.kind).filter(|kind| *kind != StepKind::PageViewed).collect();
        assert_eq!((detail.enrollment.state, &steps), (state, &self.seen));
        let shown = self.department.json(&["enrollment", "show", &self.enrollment.to_string()]);
        assert_eq!(shown, serde_json::to_value(&detail).unwrap());
    }
}

#[test]
fn each_step_of_a_phone_that_another_process_serves_reaches_who_watches() {
    let (department, root) = outside::served(&[]);
    let (invited, wire) = (outside::invite(&department), outside::wire(&root));
    let mut watcher = Watcher::of(&department, &invited.enrollment);

    let mut safari = Safari::new(&wire);
    let page = sign_in(&mut safari, &invited.url, &invited.code).unwrap();
    watcher.sees(State::Authenticated, &[StepKind::Opened, StepKind::SignedIn]);
    let phase1 = download(&mut safari, &page).unwrap();
    watcher.sees(State::Authenticated, &[StepKind::ProfileServiceSent]);
    let mut phone = outside::phone(&root);
    let mut flow = phone.begin(&phase1).unwrap();
    phone.identify(&wire, &mut flow).unwrap();
    watcher.sees(State::Identified, &[StepKind::DeviceIdentified, StepKind::TransportOffered]);
    phone.obtain_identity(&wire, &mut flow).unwrap();
    watcher.sees(State::Issued, &[StepKind::TransportIssued]);
    let profile = phone.request_profile(&wire, &mut flow).unwrap();
    watcher.sees(State::Issued, &[StepKind::ProfileRequested, StepKind::ProfileSent]);
    phone.install(&wire, profile, Some(&flow)).unwrap();
    watcher.sees(State::Configured, &[StepKind::IdentityIssued, StepKind::IdentityIssued, StepKind::Configured]);
}

#[test]
fn the_command_tells_every_step_of_a_configured_phone_with_its_time_what_was_received_and_what_was_answered() {
    let (department, root) = outside::served(&[]);
    let (invited, wire) = (outside::invite(&department), outside::wire(&root));
    let mut safari = Safari::new(&wire);
    let page = sign_in(&mut safari, &invited.url, &invited.code).unwrap();
    let phase1 = download(&mut safari, &page).unwrap();
    let mut phone = outside::phone(&root);
    let mut flow = phone.begin(&phase1).unwrap();
    let offer = phone.post(&wire, &flow.service.url, &phone.phase2_message(&flow.service).unwrap()).unwrap();
    flow.scep = Some(phone.read_identity_reply(&offer).unwrap());
    phone.obtain_identity(&wire, &mut flow).unwrap();
    let profile = phone.request_profile(&wire, &mut flow).unwrap();
    let octets = profile.bytes.len();
    let installed = phone.install(&wire, profile, Some(&flow)).unwrap();

    let shown = department.json(&["enrollment", "show", &invited.enrollment]);
    let steps = shown["steps"].as_array().unwrap();
    let kinds = ["invited", "opened", "signed_in", "profile_service_sent", "device_identified", "transport_offered", "transport_issued"];
    let kinds = kinds.into_iter().chain(["profile_requested", "profile_sent", "identity_issued", "identity_issued", "configured"]);
    let told: Vec<_> = steps.iter().filter(|step| step["kind"] != "page_viewed").collect();
    assert!(told.iter().map(|step| step["kind"].as_str().unwrap()).eq(kinds), "{told:?}");

    // What was received and what was answered; the times in order, within the walk.
    let of = |kind: &str| -> Vec<&Value> { told.iter().filter(|step| step["kind"] == kind).map(|step| &step["facts"]).collect() };
    let transport = serial(&flow.identity.as_ref().unwrap().certificate).to_string();
    let identified = of("device_identified")[0];
    for (name, sent) in [
        ("UDID", Some(&phone.udid)),
        ("SERIAL", Some(&phone.serial)),
        ("PRODUCT", Some(&phone.product)),
        ("VERSION", Some(&phone.version)),
        ("OS_VERSION", phone.os_version.as_ref()),
        ("LANGUAGE", Some(&phone.language)),
        ("IMEI", phone.imei.as_ref()),
    ] {
        assert_eq!(identified["attributes"][name].as_str(), sent.map(String::as_str), "{name}");
    }
    assert_eq!((&identified["foreign_device_ca"], &identified["digest"]), (&json!(true), &json!("Sha1")));
    assert_eq!(of("invited")[0]["expires_at"], shown["expires_at"]);
    assert_eq!(of("signed_in"), [&json!({ "by": "code" })]);
    assert_eq!(of("profile_service_sent"), [&json!({ "again": false })]);
    assert_eq!(of("transport_offered"), [&json!({ "octets": offer.len() })]);
    assert_eq!(of("transport_issued"), [&json!({ "serial": transport, "profile": "transport" })]);
    assert_eq!(of("profile_requested"), [&json!({ "transport": transport, "digest": "Sha1" })]);
    assert_eq!(of("profile_sent"), [&json!({ "octets": octets })]);
    let issued: Vec<_> = of("identity_issued").into_iter().map(|facts| facts["serial"].as_str().unwrap().to_owned()).collect();
    let held: Vec<_> = installed.identities.iter().map(|held| serial(&held.identity.certificate).to_string()).collect();
    assert_eq!(issued, held);
    let times: Vec<_> = steps.iter().map(|step| Timestamp::parse(step["at"].as_str().unwrap()).unwrap()).collect();
    let (made, last) = (Timestamp::parse(shown["created_at"].as_str().unwrap()), Timestamp::parse(shown["updated_at"].as_str().unwrap()));
    assert!(times.is_sorted() && times.first().copied() == made && times.last().copied() == last, "{times:?}");

    // In words: a line for each, with its time and every fact.
    let words = department.words(&["enrollment", "show", &invited.enrollment]);
    let mut lines = words.lines().skip_while(|line| !line.starts_with("TIME ")).skip(1);
    for step in steps {
        let line = lines.next().unwrap_or_else(|| panic!("no line for {step} in {words}"));
        let kind = step["kind"].as_str().unwrap().replace('_', " ");
        assert!(line.starts_with(&format!("{}  {kind}", step["at"].as_str().unwrap())), "{line}");
        assert!(step["facts"].as_object().unwrap().keys().all(|name| line.contains(&format!("{name}: "))), "{line}");
    }
    assert_eq!(lines.next(), None);
    // Neither tells anything that opens something.
    let challenge = flow.service.challenge.as_ref().and_then(plist::Value::as_string).unwrap();
    for secret in [invited.code.as_str(), invited.url.rsplit('/').next().unwrap(), challenge] {
        assert!(!words.contains(secret) && !shown.to_string().contains(secret));
    }
}
