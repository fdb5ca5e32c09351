//! A phone under way that another process serves: its steps stand in the open window as they happen, the eight minutes run, and the officer
//! ends an invitation or makes its link anew.

use crate::{
    desk::Desk,
    found::{ALICE, BOB},
    phone, requests,
    window::{Window, during},
};
use device::{
    DeviceCa, Error, Https, Iphone, Safari,
    iphone::{OverTheAir, Variant},
};
use enroll::{RequestLog, ServeOptions, Server};
use openssl::{sha::sha256, x509::X509};
use protocol::key::KeyAlgorithm;
use ra::{
    Authority, OpenOptions, Operator,
    enrollment::{EnrollmentQuery, State, StepKind},
    invitation::Channel,
    ports::{Clock, SystemClock},
    testing,
};
use serde_json::json;
use std::{net::SocketAddr, sync::Arc};

#[test]
fn an_officer_follows_a_phone_that_another_process_serves_and_decides_on_requests() {
    let Some(desk) = Desk::new() else { return };
    let rosa = desk.department(KeyAlgorithm::Rsa2048);
    for (name, mail) in [ALICE, BOB] {
        testing::person(&rosa, name, mail);
    }
    let device_ca = DeviceCa::new(1024).unwrap();
    let file = desk.scratch("device-ca.pem");
    std::fs::write(&file, device_ca.to_pem().unwrap()).unwrap();
    rosa.set_setting("serve.device_ca", file.to_str().unwrap()).unwrap();
    let server = serve(&desk, &rosa);
    let device_ca = Arc::new(device_ca);
    during(&desk, |window| async move {
        let (phone, flow) = follow(&window, &rosa, device_ca.clone()).await;
        cancel(&window, &rosa, phone, flow).await;
        let (link, code) = another_link(&window, &rosa).await;
        configured(&window, &rosa, device_ca, link, code).await;
        funnel(&window, &rosa).await;
        requests::decide(&window, &rosa).await;
        assert_eq!(window.faults().await, "[]");
    });
    server.stop();
}

/// Serves the window's folder from this process, on free ports; the window's own server stays off.
fn serve(desk: &Desk, rosa: &Operator) -> Server {
    let options = OpenOptions { folder: desk.data(), keyring: None, clock: Arc::new(SystemClock) };
    let authority = Authority::open(options).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let options = ServeOptions { https: any, http: any, log: RequestLog::default(), clock: Arc::new(SystemClock) };
    let server = Server::start(authority.enroller(), options).unwrap();
    rosa.set_setting("serve.http", &server.http_addr().to_string()).unwrap();
    rosa.set_setting("serve.public_url", &format!("https://localhost:{}", server.https_addr().port())).unwrap();
    server
}

/// What blocks, such as a phone's requests, away from the window's tasks.
pub(crate) async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn root(rosa: &Operator) -> Vec<u8> {
    rosa.ca_certificates().unwrap().into_iter().find(|ca| ca.name == "root").unwrap().der
}

/// Signs in by this code in a new private window; the page after it offers the download or says why not.
fn download(root: &[u8], link: &str, code: &str) -> Option<Vec<u8>> {
    let wire = Https::new(&[root.to_vec()]).unwrap();
    let mut safari = Safari::new(&wire);
    let hello = safari.open(link).unwrap();
    let form = hello.form_with("code").expect("a form for the code");
    let page = safari.submit(&hello, &form, &[("code", code)]).unwrap();
    let (profile, _) = page.links().into_iter().find(|(href, _)| href.ends_with("/profile"))?;
    let first = safari.download(&profile).unwrap();
    assert_eq!(safari.download(&profile).unwrap(), first, "people tap twice");
    Some(first)
}

/// What no device CA of ours has certified posts a message that is right otherwise: refused. The key that signed it, as the window groups it.
fn strange(root: &[u8], profile: &[u8]) -> String {
    let mut stranger = Iphone::new(&DeviceCa::new(1024).unwrap(), Variant::default(), SystemClock.now().0).unwrap();
    stranger.trusted_roots = vec![X509::from_der(root).unwrap()];
    let mut flow = stranger.begin(profile).unwrap();
    let refused = stranger.identify(&Https::new(&[root.to_vec()]).unwrap(), &mut flow);
    assert!(matches!(refused, Err(Error::Http { status: 403, .. })), "{refused:?}");
    let key = stranger.device.certificate.public_key().unwrap().public_key_to_der().unwrap();
    let octets: Vec<String> = sha256(&key).chunks(2).map(|two| format!("{:02X}{:02X}", two[0], two[1])).collect();
    octets.join(" ")
}

/// Whether the page of this link asks for a code.
fn asks(root: &[u8], link: &str) -> bool {
    let wire = Https::new(&[root.to_vec()]).unwrap();
    Safari::new(&wire).open(link).unwrap().form_with("code").is_some()
}

/// A step that happened stands on the line; what is to come does not count.
fn happened(step: &str) -> String {
    format!(
        "return [...document.querySelectorAll('.stops.timed li:not(.todo):not(.here) .what')].some((one) => one.textContent.trim().startsWith('{step}'))"
    )
}

/// What stands below the last step of this name: what was received, what was answered.
async fn facts(window: &Window, step: &str) -> String {
    let script = format!(
        "return [...document.querySelectorAll('.stops.timed .what')].filter((one) => one.textContent.trim().startsWith('{step}')).at(-1) \
         ?.querySelector('.facts-of')?.textContent ?? ''"
    );
    let said = window.ask(&script).await;
    said.as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Link and code of the invitation that is shown.
async fn shown(window: &Window) -> (String, String) {
    window.find("[data-code]").await;
    window.click("[data-act='second-qr']").await;
    let code = window.find("[data-code]").await.text().await.unwrap();
    // The first QR code's address stands there until the second one is drawn.
    window.until("return document.querySelector('[data-link]').textContent.replace(/\\s/g, '').includes('/e/')").await;
    let link = window.find("[data-link]").await.text().await.unwrap().replace(char::is_whitespace, "");
    (link, code)
}

/// Alice's phone goes up to "identified". Nothing is pressed meanwhile: the other process writes each step, and the open page shows it.
async fn follow(window: &Window, rosa: &Operator, device_ca: Arc<DeviceCa>) -> (Iphone, OverTheAir) {
    window.go("people").await;
    window.press(ALICE.0).await;
    window.click("[data-act='invite']").await;
    let (link, code) = shown(window).await;
    window.press("Follow the phone").await;
    window.find("span[data-state='invited']").await;
    window.find(".phase").await;
    window.ask("window.__opened = true").await;
    let root = root(rosa);

    for step in ["Page looked at", "Wrong code or password", "Configuration profile downloaded"] {
        assert_eq!(window.ask(&happened(step)).await, json!(false), "{step}: not yet");
    }
    let (trusted, address) = (root.clone(), link.clone());
    assert!(away(move || asks(&trusted, &address)).await);
    window.until(&happened("Page looked at")).await;
    let (trusted, address) = (root.clone(), link.clone());
    assert!(away(move || download(&trusted, &address, "0000-0000")).await.is_none(), "a wrong code opens nothing");
    window.until(&happened("Wrong code or password")).await;
    assert_eq!(facts(window, "Wrong code or password").await, "by code, tries left 4");
    assert!(facts(window, "Link opened").await.starts_with("browser Mozilla/5.0 (iPhone;"), "what opened it");
    window.find("span[data-state='opened']").await;
    assert!(!window.shows("[role='timer']").await, "nothing was downloaded yet");

    let trusted = root.clone();
    let profile = away(move || download(&trusted, &link, &code)).await.expect("a link to the profile");
    window.until(&happened("Configuration profile downloaded")).await;
    window.find("span[data-state='authenticated']").await;
    assert_eq!(facts(window, "Signed in").await, "by code");
    window.until("return [...document.querySelectorAll('.stops.timed .what')].some((one) => /^Configuration profile downloaded\\s*again Yes$/.test(one.textContent.trim()))").await;
    eight_minutes(window).await;
    window.keep("enrollment-underway").await;

    let (trusted, offered) = (root.clone(), profile.clone());
    let key = away(move || strange(&trusted, &offered)).await;
    window.until(&happened("Phone refused")).await;
    let refused = facts(window, "Phone refused").await;
    assert!(refused.contains("reason signed by an unknown CA") && refused.contains("CN=Test Phone Device CA"), "{refused}");
    assert!(refused.contains(&format!("key {key}")), "{key}: {refused}");
    assert!(window.shows("span[data-state='authenticated']").await, "it goes on waiting for Alice's phone");

    let walked = away(move || {
        let mut phone = Iphone::new(&device_ca, Variant::default(), SystemClock.now().0).unwrap();
        phone.trusted_roots = vec![X509::from_der(&root).unwrap()];
        let mut flow = phone.begin(&profile).unwrap();
        phone.identify(&Https::new(&[root]).unwrap(), &mut flow).unwrap();
        (phone, flow)
    })
    .await;
    window.until(&happened("Phone identified")).await;
    window.find("span[data-state='identified']").await;
    identified(window, &walked.0, &walked.1).await;
    window.until("return !document.querySelector(\"[role='timer']\")").await;
    assert_eq!(window.ask("return window.__opened").await, json!(true), "the page was not loaded again");
    walked
}

/// Which phone it is, and what it was told: as much as an officer asks, and not the challenge that it gave back. Each step has its time.
async fn identified(window: &Window, phone: &Iphone, flow: &OverTheAir) {
    let told = facts(window, "Phone identified").await;
    let system = phone.os_version.as_ref().unwrap();
    for (name, value) in [("UDID", &phone.udid), ("model", &phone.product), ("serial", &phone.serial), ("iOS", system)] {
        assert!(told.contains(&format!("{name} {value}")), "{name} {value}: {told}");
    }
    assert!(told.contains("accepted device CA Yes") && told.contains("CN=Test Phone Device CA"), "{told}");
    let challenge = flow.service.challenge.as_ref().and_then(plist::Value::as_string).unwrap();
    assert!(challenge.len() > 20 && !window.text().await.contains(challenge), "the challenge is shown");
    window.until(&happened("Told how to get its certificate")).await;
    let octets = facts(window, "Told how to get its certificate").await;
    assert!(octets.strip_prefix("size in octets ").is_some_and(|size| size.parse::<u32>().is_ok_and(|size| size > 1_000)), "{octets}");
    let timed = "const times = [...document.querySelectorAll('.stops.timed li:not(.todo):not(.here) time')]; \
                 return times.length >= 8 && times.every((one) => Math.abs(Date.now() - Date.parse(one.dateTime)) < 3600000)";
    assert_eq!(window.ask(timed).await, json!(true));
}

/// The time that iOS leaves the download is in sight, and runs.
async fn eight_minutes(window: &Window) {
    const LEFT: &str = "return document.querySelector(\"[role='timer'] .big\").textContent.trim()";
    window.until("const at = document.querySelector(\"[role='timer']\")?.getBoundingClientRect(); return !!at && at.height > 0 && at.top >= 0 && at.bottom <= innerHeight").await;
    let left = window.ask(LEFT).await;
    let minutes: u32 = left.as_str().unwrap().split(':').next().unwrap().parse().unwrap();
    assert!((6..=8).contains(&minutes), "{left}");
    window.until(&format!("{LEFT} !== {left}")).await;
}

/// Ended in the window: the other process refuses what the phone asks next.
async fn cancel(window: &Window, rosa: &Operator, phone: Iphone, mut flow: OverTheAir) {
    window.press("Cancel").await;
    window.find("[role='alertdialog']").await;
    window.says(&format!("Cancel the invitation of {}?", ALICE.0)).await;
    window.look("enrollment-cancel").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    window.find("span[data-state='cancelled']").await;
    window.says("This enrollment has ended.").await;
    window.until(&happened("Cancelled by the officer")).await;
    window.until("return !document.querySelector('.stops.timed .here') && !document.querySelector('.stops.timed .todo')").await;
    let query = EnrollmentQuery { search: Some(ALICE.1.into()), limit: 10, ..EnrollmentQuery::default() };
    let [one] = <[_; 1]>::try_from(rosa.enrollments(&query).unwrap().rows).expect("one enrollment");
    assert_eq!(one.state, State::Cancelled);
    let root = root(rosa);
    let went_on = away(move || phone.obtain_identity(&Https::new(&[root]).unwrap(), &mut flow)).await;
    assert!(went_on.is_err(), "a cancelled enrollment issues nothing");
    assert!(rosa.enrollment(one.id).unwrap().certificates.is_empty());
}

/// An invitation that another process made: this window never had its link. It makes a new one, and the old one leads nowhere.
/// The new link and code.
async fn another_link(window: &Window, rosa: &Operator) -> (String, String) {
    let invited = rosa.invite(BOB.1, Channel::Show).unwrap();
    window.go("enrollments").await;
    window.press(BOB.0).await;
    window.find("span[data-state='invited']").await;
    assert!(!window.text().await.contains("Show QR code"), "there is none to show");
    window.press("New link").await;
    window.find("[role='alertdialog']").await;
    window.says("The old link and the old code stop working at once.").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    let (link, code) = shown(window).await;
    assert!(link != invited.url && code != invited.code.reveal(), "both are new");
    let steps = rosa.enrollment(invited.enrollment).unwrap().steps;
    assert!(steps.iter().any(|step| step.kind == StepKind::Resent));
    let (root, old) = (root(rosa), invited.url);
    let new = link.clone();
    let answers = away(move || [old, new].map(|link| asks(&root, &link))).await;
    assert_eq!(answers, [false, true], "the old one, the new one");
    (link, code)
}

/// Bob's phone goes all the way: the page says what was sent and what was issued, by serial number.
async fn configured(window: &Window, rosa: &Operator, device_ca: Arc<DeviceCa>, link: String, code: String) {
    window.press("Follow the phone").await;
    window.find(".phase").await;
    let root = root(rosa);
    away(move || phone::enroll(&root, &device_ca, &link, &code)).await;
    window.find("span[data-state='configured']").await;
    window.until(&happened("Configured")).await;
    let query = EnrollmentQuery { search: Some(BOB.1.into()), limit: 10, ..EnrollmentQuery::default() };
    let [one] = <[_; 1]>::try_from(rosa.enrollments(&query).unwrap().rows).expect("one enrollment");
    let detail = rosa.enrollment(one.id).unwrap();
    let (transport, identities): (Vec<_>, Vec<_>) = detail.certificates.iter().partition(|one| one.kind == "transport");
    assert!(transport.len() == 1 && !identities.is_empty(), "{:?}", detail.certificates);

    let sent = detail.steps.iter().find(|step| step.kind == StepKind::ProfileSent).expect("sent");
    assert_eq!(facts(window, "Settings sent").await, format!("size in octets {}", sent.facts["octets"]));
    let said = facts(window, "Key made on the phone").await.replace(' ', "");
    assert!(said.contains(&format!("serial{}", transport[0].serial)), "{}: {said}", transport[0].serial);
    let issued = "return [...document.querySelectorAll('.stops.timed .what')].filter((one) => one.textContent.trim().startsWith('Identity issued')) \
                  .map((one) => one.querySelector('.facts-of').textContent.replace(/\\s/g, ''))";
    let said: Vec<String> = serde_json::from_value(window.ask(issued).await).unwrap();
    assert_eq!(said.len(), identities.len(), "{said:?}");
    for identity in identities {
        let wanted = format!("serial{}", identity.serial);
        assert_eq!(said.iter().filter(|one| one.contains(&wanted)).count(), 1, "{wanted}: {said:?}");
    }
}

/// How many stand at each stage, and how many came so far, as the open list draws them.
const DRAWN: &str = "[...document.querySelectorAll('.funnel button')].map((one) => ['.val', '.faint'] \
                     .map((part) => Number(one.querySelector(part).textContent.replace(/\\D/g, ''))))";

/// The funnel of the open list is the officer's own at any moment: it moves with what another process and a phone do, untouched.
async fn funnel(window: &Window, rosa: &Operator) {
    const CAROL: (&str, &str) = ("Carol Chemist", "carol@example.edu");
    let counted = || {
        let stages = rosa.funnel().unwrap().stages;
        let walk = [State::Invited, State::Opened, State::Authenticated, State::Identified, State::Issued, State::Configured];
        json!(walk.map(|state| stages.iter().find(|stage| stage.0 == state).map(|stage| [stage.2, stage.1]).unwrap()))
    };
    window.go("enrollments").await;
    window.find(".funnel").await;
    window.ask("window.__opened = 'funnel'").await;
    let mut before = counted();
    let drawn = |counts: &serde_json::Value| format!("return JSON.stringify({DRAWN}) === '{counts}'");
    window.until(&drawn(&before)).await;

    testing::person(rosa, CAROL.0, CAROL.1);
    let invited = rosa.invite(CAROL.1, Channel::Show).unwrap();
    moved(window, &mut before, counted(), drawn).await;
    let (root, link, code) = (root(rosa), invited.url, invited.code.reveal());
    let (trusted, address) = (root.clone(), link.clone());
    assert!(away(move || download(&trusted, &address, "0000-0000")).await.is_none(), "a wrong code opens nothing");
    moved(window, &mut before, counted(), drawn).await;
    away(move || download(&root, &link, &code)).await.expect("a link to the profile");
    moved(window, &mut before, counted(), drawn).await;
    assert_eq!(window.ask("return window.__opened").await, json!("funnel"), "the page was not loaded again");
}

/// The counts are others than before, and stand there.
async fn moved(window: &Window, before: &mut serde_json::Value, now: serde_json::Value, drawn: impl Fn(&serde_json::Value) -> String) {
    assert_ne!(*before, now);
    window.until(&drawn(&now)).await;
    *before = now;
}
