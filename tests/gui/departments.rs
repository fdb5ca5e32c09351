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
use std::{path::Path, sync::Arc};

const CAROL: (&str, &str) = ("Carol Chemist", "carol@example.edu");

#[test]
fn an_officer_works_for_two_departments() {
    let Some(desk) = Desk::new() else { return };
    department(&desk, 0);
    let (data, saved) = (desk.data(), desk.saved());
    during(&desk, |window| async move {
        let options = OpenOptions { folder: data, keyring: None, clock: Arc::new(SystemClock) };
        let operator = Authority::open(options).unwrap().operator(Actor::Command("test".into()));
        journey(&window, &operator, &saved).await;
    });
}

async fn journey(window: &Window, operator: &Operator, saved: &Path) {
    add(window).await;
    people(window).await;
    produce(operator);
    marks(window).await;
    policy(window, operator).await;
    practice(window, operator).await;
    issue(window, operator).await;
    lists(window, saved).await;
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
    window
        .until("return [...(document.querySelector('[data-place]')?.options ?? [])].some((one) => one.text === 'Institute of Chemistry')")
        .await;
    window.ask("const list = document.querySelector('[data-place]'); list.selectedIndex = [...list.options].findIndex((one) => one.text === 'Institute of Chemistry'); list.dispatchEvent(new Event('change', { bubbles: true }))").await;
    window.says("A pilot: everything can be tried").await;
    // Escrow of each at a glance, also where nobody has decided.
    window.until("const rows = [...document.querySelectorAll('.policy-escrow tbody tr')]; return rows.length === 2 && rows.every((one) => one.querySelector('time')?.textContent && one.textContent.includes('Nobody has decided; off is the rule'))").await;
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

/// The statement of practice is registered for all at once, whole or not at all, and stands on the overview of each department.
async fn practice(window: &Window, operator: &Operator) {
    const SAVE: &str = "[data-act='register-cps']";
    let counts = |key: &str| operator.at_department_named("Institute of Chemistry").unwrap().setting(key).unwrap();
    window.go("policies").await;
    window.says("None is registered").await;
    window.go("settings/cps").await;
    window.find(&format!("{SAVE}[disabled]")).await;
    window.until("return !document.querySelector('.form [inert]')").await; // they are the organization's
    for (key, text) in [("version", "2.1"), ("since", "2026-01-15"), ("url", "pki.example.edu/cps.pdf"), ("oid", "1.3.6.1.4.1.32473.1")] {
        window.fill(&format!("[data-key='cps.{key}']"), text).await;
    }
    window.click(SAVE).await;
    window.find("[data-key='cps.url'][aria-invalid='true']").await;
    window.look("cps-refused").await;
    assert_eq!(counts("cps.version"), "", "no certificate names a version without its address");
    window.fill("[data-key='cps.url']", "https://pki.example.edu/cps.pdf").await;
    window.click(SAVE).await;
    window.until("return document.querySelectorAll(\".whose[data-source='organization']\").length === 4").await;
    window.look("cps-registered").await;
    let all = ["version", "since", "url", "oid"].map(|key| counts(&format!("cps.{key}")));
    assert_eq!(all, ["2.1", "2026-01-15", "https://pki.example.edu/cps.pdf", "1.3.6.1.4.1.32473.1"]);

    window.go("policies").await;
    window.find("[data-cps='2.1']").await;
    let said = window.ask("return [...document.querySelectorAll('[data-cps] dd')].map((one) => one.innerText.trim()).join('|')").await;
    let said = said.as_str().unwrap().replace('\u{a0}', " ");
    for words in ["2.1|", "15 Jan 2026|", "1.3.6.1.4.1.32473.1|", "https://pki.example.edu/cps.pdf"] {
        assert!(said.contains(words), "{words}: {said}");
    }
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

/// Only that department's, in both lists, and in a file.
async fn lists(window: &Window, saved: &Path) {
    window.go("certificates").await;
    window.press("Filter").await;
    window.hover_menu("[data-filter='department']", "Institute of Chemistry").await;
    window.find("[data-chip='Department']").await;
    window.until("const rows = [...document.querySelectorAll('.virtual tr.goes')]; return rows.length === 1 && rows[0].textContent.includes('Carol Chemist')").await;
    window.keep("certificates-department").await;
    window.press("Export").await;
    window.press("Table (CSV)").await;
    let path = saved.join("certificates.csv");
    window.says(&format!("Saved to {}", path.display())).await;
    window.dismiss().await;
    let file = std::fs::read_to_string(path).unwrap();
    let rows: Vec<_> = file.lines().skip(1).collect(); // below the headings
    assert!(matches!(rows.as_slice(), [row] if row.contains(CAROL.0)), "{file}");
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
