//! A department with very many certificates in the real window: found, narrowed, scrolled, kept as a view.

use crate::{
    desk::Desk,
    window::{Window, during},
};
use openssl::{hash::MessageDigest, pkey::PKey, rsa::Rsa, x509::X509ReqBuilder};
use protocol::key::KeyAlgorithm;
use ra::{Operator, issuance::Form, profile::ProfileName, testing};
use std::{path::Path, time::Instant};

pub(crate) const ALICE: (&str, &str) = ("Alice Example", "alice@example.edu");
pub(crate) const BOB: (&str, &str) = ("Bob Builder", "bob@example.edu");
/// Certificates; `SIGNET_GUI_ROWS=1000000` measures a million.
const ROWS: u64 = 100_000;
/// Longest from the last key to the rows that fit, in milliseconds, however many there are and whatever else the machine does (docs/benchmarks.md).
const FOUND_WITHIN: f64 = 2_000.0;

/// Sets a department up before the window opens it: Alice can receive encrypted mail, Bob has one for Wi-Fi, and `many` others. Its officer.
pub(crate) fn department(desk: &Desk, many: u64) -> Operator {
    let rosa = desk.department(KeyAlgorithm::Rsa2048);
    for (name, mail) in [ALICE, BOB] {
        testing::person(&rosa, name, mail);
    }
    if many > 0 {
        fill(&rosa, many);
    }
    rosa.issue_generated(ALICE.1, ProfileName::Encryption, Form::Modern, false).unwrap();
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    rosa.issue_from_csr(BOB.1, ProfileName::Authentication, &request.build().to_der().unwrap()).unwrap();
    rosa
}

fn fill(rosa: &Operator, many: u64) {
    let begun = Instant::now();
    rosa.fill_to_find(many).unwrap();
    let filled = begun.elapsed();
    while rosa.index_new_certificates().unwrap() {}
    println!("filled {many} in {:.1} s, indexed in {:.1} s", filled.as_secs_f64(), (begun.elapsed() - filled).as_secs_f64());
}

#[test]
fn a_certificate_is_found_among_very_many() {
    let Some(desk) = Desk::new() else { return };
    let rows = std::env::var("SIGNET_GUI_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(ROWS);
    department(&desk, rows);
    during(&desk, move |window| async move { journey(&window, rows + 2).await });
}

async fn journey(window: &Window, rows: u64) {
    window.go("certificates").await;
    window.find(".virtual [data-row]").await;
    window.until("return document.querySelectorAll('.virtual tr.ghost').length === 0").await;
    window.keep("certificates-many").await;

    // However long the list is, a screenful of it is in the page, and the bar reaches to its end.
    let drawn = "return document.querySelectorAll('.virtual tbody tr').length < 60";
    window.until(drawn).await;
    window.ask("document.querySelector('.virtual').focus()").await;
    let begun = Instant::now();
    window.key("End").await;
    window.until(&format!("return !!document.querySelector('.virtual tr.goes[data-index=\"{}\"]')", rows - 1)).await;
    println!("to the last of {rows}: {:.0} ms", begun.elapsed().as_secs_f64() * 1_000.0);
    window.until(drawn).await;
    window.until("return document.activeElement.hasAttribute('data-row')").await;
    for key in ["PageUp", "ArrowUp", "ArrowDown", "Home"] {
        window.key(key).await;
    }
    window.until("return document.activeElement.closest('tr')?.dataset.index === '0'").await;
    let begun = Instant::now();
    window.ask("const list = document.querySelector('.virtual'); list.scrollTop = list.scrollHeight / 2").await;
    window.until("const rows = document.querySelectorAll('.virtual tr.goes'); return rows.length > 10 && +rows[5].dataset.index > 1000 && !document.querySelector('.virtual tr.ghost')").await;
    println!("to the middle: {:.0} ms", begun.elapsed().as_secs_f64() * 1_000.0);
    window.until(drawn).await;

    // Found by name, address, serial number and fingerprint, as it is typed.
    let only = "const rows = document.querySelectorAll('.virtual tr.goes'); return rows.length === 1 && rows[0].textContent.includes('Bob Builder')";
    let [serial, sha256] = bob(window).await;
    for text in ["bob builder", "bob@example.edu", &serial, &sha256] {
        let took = window.typed("[data-find]", text, only).await;
        assert!((0.0..FOUND_WITHIN).contains(&took), "{text}: found after {took:.0} ms (-1: never)");
        println!("typed {} characters, found after {took:.0} ms (with the pause after the last key)", text.chars().count());
        window.typed("[data-find]", "", "return document.querySelectorAll('.virtual tr.goes').length > 5").await;
    }
    let none = window.typed("[data-find]", "nobody at all", "return document.body.textContent.includes('No certificate fits')").await;
    assert!((0.0..FOUND_WITHIN).contains(&none), "nothing to find is said after {none:.0} ms (-1: never)");
    println!("nothing found after {none:.0} ms");
    window.press("Drop all filters").await;

    view(window).await;
    people(window, rows).await;
    assert_eq!(window.faults().await, "[]");
}

/// Serial number and SHA-256 of Bob's certificate, as its page says them.
async fn bob(window: &Window) -> [String; 2] {
    window.typed("[data-find]", "bob builder", "return document.querySelectorAll('.virtual tr.goes').length === 1").await;
    window.click(".virtual [data-row]").await;
    window.press("All about it").await;
    window.find("[data-origin]").await;
    let said = window.ask("return [document.querySelector('.facts .ser').title, [...document.querySelectorAll('dt')].find((one) => one.textContent === 'SHA-256').nextElementSibling.textContent]").await;
    window.go("certificates").await;
    window.find("[data-find]").await;
    [said[0].as_str().unwrap().to_owned(), said[1].as_str().unwrap().to_owned()]
}

/// The certificate of Alice's phone is found by the serial number of the phone, in capitals or not, and by no other.
pub(crate) async fn by_device(window: &Window, operator: &Operator) {
    let phone = operator.subscriber_by_mail(ALICE.1).unwrap().devices.remove(0);
    let serial = phone.serial.unwrap();
    window.go("certificates").await;
    window.find(".virtual [data-row]").await;
    // First another one, which nothing fits: else all rows would be those of the phone.
    for text in [serial.clone(), serial.to_lowercase()] {
        let none = "return document.body.textContent.includes('No certificate fits')";
        let took = window.typed("[data-find]", &format!("{text}0"), none).await;
        assert!(took >= 0.0, "{text}0: something is found");
        let alice = "const rows = [...document.querySelectorAll('.virtual tr.goes')]; return rows.length > 0 && rows.every((one) => one.textContent.includes('Alice Example'))";
        let took = window.typed("[data-find]", &text, alice).await;
        assert!(took >= 0.0, "{text}: not found");
    }
    window.look("certificates-by-device").await;
}

/// Of Alice and Bob, and of their certificates, only what is chosen is exported, with the columns on show.
pub(crate) async fn export_the_chosen(window: &Window, saved: &Path) {
    let people = ("people", "1 person or mailbox chosen", "\"name\",\"address\",\"active_certificates\",\"enrollment\"");
    let head = "\"status\",\"name\",\"profile\",\"serial\",\"not_after\",\"days_left\"";
    for (place, chosen, head) in [people, ("certificates", "1 certificate chosen", head)] {
        window.go(place).await;
        window.until("return document.querySelectorAll('.virtual tr.goes').length === 2").await;
        let of_bob = "[...document.querySelectorAll('.virtual tr.goes')].find((row) => row.textContent.includes('Bob Builder'))";
        window.ask(&format!("{of_bob}.querySelector(\"input[type='checkbox']\").click()")).await;
        window.says(chosen).await;
        window.look(&format!("{place}-chosen")).await;
        window.click("[data-act='export-chosen']").await;
        window.press("Table (CSV)").await;
        let file = saved.join(format!("{place}.csv"));
        window.says(&format!("Saved to {}", file.display())).await;
        window.dismiss().await;
        let rows = std::fs::read_to_string(&file).unwrap();
        assert_eq!(rows.lines().count(), 2, "the columns and one row: {rows}");
        assert_eq!(rows.lines().next(), Some(head), "the columns on show");
        assert!(rows.lines().nth(1).unwrap().contains(BOB.0), "{rows}");
    }
}

/// Filters read as a sentence, and are kept under a name, also when the window is opened again.
async fn view(window: &Window) {
    window.press("Filter").await;
    window.hover_menu("[data-filter='use']", "Mail signing").await;
    window.find("[data-chip='Use']").await;
    window.press("On hold").await;
    window.press("Save view").await;
    window.fill("#view-name", "Signing on hold").await;
    window.click("[role='dialog'] button[type='submit']").await;
    window.find("[data-view='Signing on hold'][aria-pressed='true'] .n").await;
    window.click("[data-act='columns']").await;
    window.press_tick("Address").await;
    window.key("Escape").await;
    window.keep("certificates-view").await;
    window.prefer("light", "en").await;
    window.go("certificates").await;
    window.click("[data-view='Signing on hold']").await;
    window.find("[data-chip='Use']").await;
    window.until("const rows = [...document.querySelectorAll('.virtual tr.goes')]; return rows.length > 0 && rows.every((one) => one.textContent.includes('On hold') && one.textContent.includes('Mail signing'))").await;
}

/// The register of people is as long as it is, and quick.
async fn people(window: &Window, rows: u64) {
    window.go("people").await;
    window.find(".virtual [data-row]").await;
    window.ask("document.querySelector('.virtual').focus()").await;
    window.key("End").await;
    let last = (rows - 2) / 5 + 2 - 1;
    window.until(&format!("return !!document.querySelector('.virtual tr.goes[data-index=\"{last}\"]')")).await;
    window.until("return document.querySelectorAll('.virtual tbody tr').length < 60").await;
    window.keep("people-many").await;
    let took = window.typed("[data-find]", "bob builder", "const rows = document.querySelectorAll('.virtual tr.goes'); return rows.length === 1 && rows[0].textContent.includes('Bob Builder')").await;
    assert!((0.0..FOUND_WITHIN).contains(&took), "Bob: found after {took:.0} ms (-1: never)");
    println!("a person found after {took:.0} ms");
    view_of_people(window).await;
}

/// What is asked of the register is kept under a name with the columns on show, also when the window is opened again and shows others.
async fn view_of_people(window: &Window) {
    const HEADED: &str = "[...document.querySelectorAll('.virtual thead th')].some((one) => one.textContent.trim() === 'Kind')";
    window.press("Filter").await;
    window.hover_menu("[data-filter='has']", "one for Wi-Fi and VPN").await;
    window.find("[data-chip='Certificates']").await;
    assert_eq!(window.ask(&format!("return {HEADED}")).await, false, "no usual column");
    turn_column(window, "Kind").await;
    window.until(&format!("return {HEADED}")).await;
    window.click("[data-act='save-view']").await;
    window.fill("#view-name", "Bob on the network").await;
    window.click("[role='dialog'] button[type='submit']").await;
    window.find("[data-view='Bob on the network'][aria-pressed='true']").await;
    window.until("return document.querySelector(\"[data-view='Bob on the network'] .n\").textContent === '1'").await;
    window.until("return !document.querySelector(\"[role='dialog']\")").await;
    window.look("people-view").await;
    turn_column(window, "Kind").await;
    window.until(&format!("return !{HEADED}")).await;

    window.prefer("light", "en").await;
    window.go("people").await;
    window.until(&format!("return document.querySelectorAll('.virtual tr.goes').length > 5 && !{HEADED}")).await;
    window.click("[data-view='Bob on the network']").await;
    window.find("[data-chip='Certificates']").await;
    window
        .until(&format!(
            "const rows = document.querySelectorAll('.virtual tr.goes'); \
             return rows.length === 1 && rows[0].textContent.includes('Bob Builder') && {HEADED} && document.querySelector('[data-find]').value === 'bob builder'"
        ))
        .await;
}

/// Shows a column of the list, or hides it.
async fn turn_column(window: &Window, label: &str) {
    window.click("[data-act='columns']").await;
    window.press_tick(label).await;
    window.key("Escape").await;
    window.until("return !document.querySelector(\"[role='menu']\")").await;
}
