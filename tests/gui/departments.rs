//! Two departments in the real window: the second one is made, people belong to it, its policy is its own, and the lists show it.

use crate::{
    desk::Desk,
    found::{ALICE, BOB, department},
    window::{Window, during},
};
use openssl::{hash::MessageDigest, pkey::PKey, rsa::Rsa, x509::X509ReqBuilder};
use ra::{
    Authority, OpenOptions, Operator, certificate::CertificateQuery, ledger::Actor, policy::Gate, ports::SystemClock, profile::ProfileName,
};
use std::sync::Arc;

const CAROL: (&str, &str) = ("Carol Chemist", "carol@example.edu");

#[test]
fn an_officer_works_for_two_departments() {
    let Some(desk) = Desk::new() else { return };
    department(&desk, 0);
    let data = desk.data();
    during(&desk, |window| async move {
        let options = OpenOptions { folder: data, keyring: None, clock: Arc::new(SystemClock) };
        let operator = Authority::open(options).unwrap().operator(Actor::Command("test".into()));
        journey(&window, &operator).await;
    });
}

async fn journey(window: &Window, operator: &Operator) {
    add(window).await;
    people(window).await;
    produce(operator);
    marks(window).await;
    policy(window, operator).await;
    issue(window, operator).await;
    lists(window).await;
    french(window).await;
    assert_eq!(window.faults().await, "[]");
}

/// The second department; both are pilots.
async fn add(window: &Window) {
    window.go("settings/departments").await;
    window.says("Department of Physics").await;
    window.press("Add a department").await;
    window.fill("[role='dialog'] input.in", "Institute of Chemistry").await;
    window.keep("department-new").await;
    window.click("[role='dialog'] [type='submit']").await;
    window.says("2 departments").await;
    window.until("return document.querySelector('.rail .pilot').textContent.trim() === 'PILOT'").await;
    window.keep("departments").await;
}

/// Bob moves there, Carol begins there.
async fn people(window: &Window) {
    window.go("people").await;
    window.press(BOB.0).await;
    window.click(".ident button[title='More']").await;
    window.press("Move to another department").await;
    window.find("[role='alertdialog'] select").await;
    window.keep("person-move").await;
    window.click("[role='alertdialog'] [type='submit']").await;
    window.says("OU=Institute of Chemistry").await;

    window.control("n").await;
    window.fill("#person-name", CAROL.0).await;
    window.fill("#person-mail", CAROL.1).await;
    window.press("Add person").await;
    window.says("Choose the department").await;
    window.ask("const list = document.querySelector(\"[role='dialog'] select\"); list.selectedIndex = [...list.options].findIndex((one) => one.text === 'Institute of Chemistry'); list.dispatchEvent(new Event('change', { bubbles: true }))").await;
    window.press("Add person").await;
    window.says(&format!("CN={}", CAROL.0)).await;
    window.click("[data-act='validate']").await;
    window.fill("#evidence", "Staff card 815 seen").await;
    window.press("Record validation").await;
    window.says("Validated").await;
}

/// Physics goes into production, by another process.
fn produce(operator: &Operator) {
    let operator = operator.at_department_named("Department of Physics").unwrap();
    let open: Vec<_> = operator.gates().unwrap().into_iter().filter(|gate| !gate.is_passed()).collect();
    for gate in open {
        let answers = gate.questions.iter().map(|&question| (question.to_owned(), "As agreed.".to_owned())).collect();
        // An interview, names and numbers, a log: tried in the journey of one department.
        if matches!(gate.gate, Gate::Escrow | Gate::KeyPlan | Gate::Lessons) {
            operator.override_gate(gate.gate, "Prof. Laurent", "Decided in January.").unwrap();
        } else {
            operator.complete_gate(gate.gate, answers).unwrap();
        }
    }
    operator.start_production().unwrap();
}

/// The rail says how many are pilots, and a person's page whether theirs is.
async fn marks(window: &Window) {
    window.until("return document.querySelector('.rail .pilot')?.textContent.trim() === 'PILOT: 1 of 2'").await;
    window.find(".facts .mark.warn").await;
    window.keep("person-pilot").await;
    window.go("people").await;
    window.press(ALICE.0).await;
    window
        .until(
            "return document.querySelector('.ident h2')?.textContent === 'Alice Example' && !document.querySelector('.facts .mark.warn')",
        )
        .await;
    window.click(".rail .pilot").await;
    window.says("All departments share the CA").await;
}

/// What Chemistry saves counts there alone.
async fn policy(window: &Window, operator: &Operator) {
    window.go("policies").await;
    window.ask("const list = document.querySelector('[data-place]'); list.selectedIndex = [...list.options].findIndex((one) => one.text === 'Institute of Chemistry'); list.dispatchEvent(new Event('change', { bubbles: true }))").await;
    window.says("A pilot: everything can be tried").await;
    window.press("Mail signing").await;
    window.fill("#f-days", "60").await;
    window.fill("#f-renewalDays", "20").await;
    window.find(".changes ins").await;
    window.keep("department-policy").await;
    window.click("[data-act='save']").await;
    window.says("Version 1, counts now").await;
    let days = |name: &str| operator.at_department_named(name).unwrap().profile(ProfileName::Signing).unwrap().definition.days;
    assert_eq!((days("Institute of Chemistry"), days("Department of Physics")), (60, 730));
}

/// Carol's certificate follows her department's policy.
async fn issue(window: &Window, operator: &Operator) {
    window.go("people").await;
    window.press(CAROL.0).await;
    window.says(&format!("CN={}", CAROL.0)).await;
    window.control("e").await;
    window.choose("[role='dialog'] select", "signing").await;
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    window.fill("#request", &String::from_utf8(request.build().to_pem().unwrap()).unwrap()).await;
    window.keep("department-issue").await;
    window.press("Issue 1 certificate").await;
    window.find("aside .stamp.ok").await;
    let carol = operator.subscriber_by_mail(CAROL.1).unwrap();
    assert_eq!((carol.department.as_str(), carol.active_certificates), ("Institute of Chemistry", 1));
    let issued = operator.certificates(&CertificateQuery { limit: 1, subscriber: Some(carol.id), ..Default::default() }).unwrap().remove(0);
    let lasts = (issued.not_after.0 - issued.not_before.0) / protocol::Timestamp::DAY;
    assert!((59..=60).contains(&lasts), "{lasts} days");
    assert!(issued.subject.contains("OU=Institute of Chemistry"), "{}", issued.subject);
}

/// Only that department's, in both lists.
async fn lists(window: &Window) {
    window.go("certificates").await;
    window.press("Filter").await;
    window.hover_menu("[data-filter='department']", "Institute of Chemistry").await;
    window.find("[data-chip='Department']").await;
    window.until("const rows = [...document.querySelectorAll('.virtual tr.goes')]; return rows.length === 1 && rows[0].textContent.includes('Carol Chemist')").await;
    window.keep("certificates-department").await;
    window.go("people").await;
    window.press("Filter").await;
    window.hover_menu("[data-filter='department']", "Institute of Chemistry").await;
    window.until("return [...document.querySelectorAll('.virtual tr.goes')].map((one) => one.querySelector('a').textContent.trim()).join() === 'Bob Builder,Carol Chemist'").await;
}

/// What speaks of departments, in French and in a small window.
async fn french(window: &Window) {
    window.speak("fr", "Réglages").await;
    window.resize(1000, 700).await;
    for place in ["settings/departments", "settings/portal", "policies", "policies/signing", "people", "certificates"] {
        window.go(place).await;
        window.find(".head h1").await;
        window.look(&format!("departments-{}-fr-small", place.replace('/', "-"))).await;
    }
    window.resize(1280, 800).await;
    window.speak("en", "Settings").await;
}
