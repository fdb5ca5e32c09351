//! Requests by SCEP that wait for the officer, decided in Settings.

use crate::{found::BOB, support::eventually, underway::away, window::Window};
use device::{
    Https, KeyKind,
    csr::{AltName, CsrContent},
    scep::{Client, Outcome, Pending, Recipients},
};
use openssl::sha::sha256;
use ra::{
    Operator,
    challenge::ScepChallenge,
    ports::{Clock, SystemClock},
    profile::ProfileName,
};
use serde_json::json;

/// Switched on in the window; one request is approved and the client gets its certificate, another is refused and it gets none.
pub(crate) async fn decide(window: &Window, rosa: &Operator) {
    let of_bob = || rosa.subscriber_by_mail(BOB.1).unwrap().active_certificates;
    let before = of_bob();
    window.go("settings/scep").await;
    window.find("[data-requests]").await;
    window.says("No request waits.").await;
    window.press("Approve each request").await;
    eventually("the setting", || (rosa.setting("scep.manual_approval").unwrap() == "yes").then_some(()));
    window.dismiss().await;

    // Asked of the server in the other process; the open window shows it by itself.
    let (url, approved) = asked(rosa).await;
    arrived(window).await;
    window.keep("settings-scep").await;
    window.click("[data-requests] .acts button:first-child").await;
    window.says("Approve this request?").await;
    let key: String = sha256(&approved.key.public_key_to_der().unwrap()).iter().map(|octet| format!("{octet:02x}")).collect();
    let dialog = window.ask("return document.querySelector(\"[role='alertdialog']\").textContent.toLowerCase().replaceAll(' ', '')").await;
    assert!(dialog.as_str().unwrap().contains(&key), "the key to compare, {key}: {dialog}");
    window.look("settings-scep-approve").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    window.says("Approved and issued.").await;
    gone(window).await;
    assert!(rosa.pending_requests().unwrap().is_empty());
    assert!(matches!(polled(&url, approved).await, Outcome::Issued(_)));

    let (url, refused) = asked(rosa).await;
    arrived(window).await;
    in_french(window).await;
    window.click("[data-requests] .acts button:last-child").await;
    window.find("[role='alertdialog'] [type='submit'][disabled]").await; // without a reason
    window.fill("#refuse-why", "Nobody here has set such a router up").await;
    window.click("[role='alertdialog'] [type='submit']:not([disabled])").await;
    window.says("Refused. Nothing was issued.").await;
    gone(window).await;
    assert!(matches!(polled(&url, refused).await, Outcome::Refused(_)));
    assert_eq!(of_bob() - before, 1, "of two requests one was approved");
}

/// The same in French in a small window: looked at, and judged.
async fn in_french(window: &Window) {
    window.speak("fr", "Réglages").await;
    window.resize(1000, 700).await;
    window.go("settings/scep").await;
    window.find("[data-requests] .acts").await;
    window.look("settings-scep-fr-small").await;
    window.resize(1280, 800).await;
    window.speak("en", "Settings").await;
    window.go("settings/scep").await;
    arrived(window).await;
}

/// A client asks with a challenge for Bob, and is told to wait.
async fn asked(rosa: &Operator) -> (String, Pending) {
    let challenge = rosa.scep_challenges(BOB.1, ProfileName::Authentication, 1).unwrap().remove(0);
    let url = challenge.url.clone();
    (url, away(move || ask(&challenge)).await)
}

fn ask(challenge: &ScepChallenge) -> Pending {
    let wire = Https::new(&[]).unwrap(); // plain HTTP: SCEP protects its own messages
    let (client, ra) = client(&wire, &challenge.url);
    let san = challenge.san.as_object().unwrap();
    let content = CsrContent {
        subject: challenge.subject.iter().flatten().map(|[kind, value]| (kind.clone(), value.clone())).collect(),
        san: san.get("rfc822Name").map(|address| AltName::Mail(address.as_str().unwrap().to_owned())).into_iter().collect(),
        challenge: Some(challenge.challenge.clone()),
        key_usage: (true, true),
    };
    match client.enroll(&ra, &KeyKind::Rsa(2048).generate().unwrap(), &content).unwrap() {
        Outcome::Pending(pending) => *pending,
        Outcome::Issued(_) => panic!("issued without approval"),
        Outcome::Refused(info) => panic!("refused: {info:?}"),
    }
}

/// What the client is told when it asks again.
async fn polled(url: &str, pending: Pending) -> Outcome {
    let url = url.to_owned();
    away(move || {
        let wire = Https::new(&[]).unwrap();
        let (client, ra) = client(&wire, &url);
        client.poll(&ra, &pending).unwrap()
    })
    .await
}

fn client<'w>(wire: &'w Https, url: &str) -> (Client<'w>, Recipients) {
    let client = Client::new(wire, url, SystemClock.now().0);
    let recipients = client.ca_certificates().unwrap().select(None).unwrap();
    (client, recipients)
}

async fn arrived(window: &Window) {
    window.until(&format!("const all = document.querySelectorAll('[data-requests] li'); return all.length === 1 && all[0].textContent.includes('Wi-Fi and VPN') && all[0].textContent.includes('{}')", BOB.0)).await;
}

async fn gone(window: &Window) {
    window.until("return !document.querySelector('[data-requests] li') && !document.querySelector(\"[role='alertdialog']\")").await;
    assert_eq!(window.ask("return document.querySelector('[data-requests]').textContent.includes('No request waits.')").await, json!(true));
}
