//! At the desk: issue to a person, hold and take it back, renew, replace, try the pair, revoke, see somebody leave.

use crate::{
    chain,
    desk::Desk,
    found::{ALICE, BOB, department, export_the_chosen},
    handed, names,
    window::{Window, during},
};
use openssl::{
    hash::MessageDigest,
    pkcs7::Pkcs7,
    pkey::PKey,
    rsa::Rsa,
    x509::{X509, X509ReqBuilder},
};
use ra::Operator;
use std::path::Path;

/// A request for a new key, PEM.
fn request() -> String {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    String::from_utf8(request.build().to_pem().unwrap()).unwrap()
}

#[test]
fn an_officer_issues_holds_undoes_renews_and_revokes() {
    let Some(desk) = Desk::new() else { return };
    let (rosa, saved, chosen) = (department(&desk, 0), desk.saved(), desk.chosen());
    during(&desk, |window| async move { journey(&window, &rosa, &saved, &chosen).await });
}

#[test]
fn what_is_perhaps_lost_is_told_until_it_is_taken_back_and_several_are_renewed_at_once() {
    let Some(desk) = Desk::new() else { return };
    let rosa = department(&desk, 0);
    during(&desk, |window| async move {
        perhaps_lost(&window, &rosa).await;
        renew_both(&window).await;
        assert_eq!(window.faults().await, "[]");
    });
}

/// The one certificate of Alice and the one of Bob: told together, renewed together.
async fn renew_both(window: &Window) {
    window.go("certificates").await;
    window.until("return document.querySelectorAll('.virtual tr.goes').length === 2").await;
    window.click("thead input[type='checkbox']").await;
    window.until("return document.querySelectorAll('.virtual tr.chosen').length === 2").await;
    window.click(".picked [data-verb='renew']").await;
    window.says("Renew 2 certificates?").await;
    let told = "const told = document.querySelector(\"[role='dialog'] [data-succession]\")?.textContent ?? ''; \
        return told.includes('Alice Example') && told.includes('Bob Builder') && told.includes('2 certificates, valid until') \
        && told.includes('marked as replaced and stay valid until they end')";
    window.until(told).await;
    window.press("Renew 2 certificates").await;
    window.says("2 certificates renewed.").await;
    // Two new ones beside the two that they replace.
    window.until("return document.querySelectorAll('.virtual tr.goes').length === 4").await;
    window.press("Valid").await;
    window.until("return document.querySelectorAll('.virtual tr.goes').length === 2").await;
    let names = "const rows = [...document.querySelectorAll('.virtual tr.goes')].map((row) => row.textContent); \
        return ['Alice Example', 'Bob Builder'].every((name) => rows.some((row) => row.includes(name)))";
    window.until(names).await;
}

/// On hold with a day on which it is revoked: said beforehand, on Today, on the certificate's page; and taken back.
async fn perhaps_lost(window: &Window, rosa: &Operator) {
    window.go("today").await;
    window.control("k").await;
    window.find("[role='combobox']").await.send_keys("perhaps bob").await.unwrap();
    window.press_option("Perhaps lost: Wi-Fi and VPN of Bob Builder").await;
    window.find("[role='alertdialog'] [data-consequences]").await;
    window.says("Unless reinstated before, it is revoked on").await;
    window.says("Reinstate it when the phone turns up").await;
    assert_eq!(rosa.today().unwrap().perhaps_lost, 0, "nothing is done before");
    window.press("Hold 1 certificate").await;
    window.says("1 certificate on hold. The CRL says so.").await;
    let today = rosa.today().unwrap();
    assert!(today.perhaps_lost == 1 && today.perhaps_lost_until.is_some(), "{today:?}");
    window.go("today").await;
    window.says("1 certificate on hold will be revoked").await;
    window.says("Has the phone turned up?").await;
    window.go("certificates?status=held").await;
    window.until("return document.querySelectorAll('.virtual tr.goes').length === 1").await;
    window.click(".virtual [data-row]").await;
    window.find("aside .stamp.hold").await;
    window.press("All about it").await;
    window.says("The phone is perhaps lost. Unless this certificate is reinstated before").await;
    // It turned up.
    window.ask("document.activeElement?.blur()").await;
    window.control("z").await;
    window.says("Undone: 1 certificate is valid again.").await;
    window.find(".head .stamp.ok").await;
    assert!(!window.text().await.contains("perhaps lost"));
    assert_eq!(rosa.today().unwrap().perhaps_lost, 0);
}

async fn journey(window: &Window, rosa: &Operator, saved: &Path, chosen: &Path) {
    export_the_chosen(window, saved).await;
    // While there is an address that lasts, certificates say it.
    rosa.set_setting("status.url", "http://pki.example.edu").unwrap();
    issue(window).await;
    rosa.set_setting("status.url", "").unwrap();
    hold_and_undo(window).await;
    one_in_full(window, saved).await;
    try_the_pair(window).await;
    share_the_person(window, saved).await;
    handed::alone(window, rosa, saved, chosen).await;
    handed::in_a_bundle(window, rosa, saved).await;
    revoke_with_consequences(window).await;
    by_palette(window).await;
    leave(window).await;
    names::moved(window, rosa).await;
    small_and_french(window).await;
    assert_eq!(window.faults().await, "[]");
}

pub(crate) async fn person(window: &Window, name: &str) {
    window.go("people").await;
    window.press(name).await;
    window.says(&format!("CN={name}")).await;
}

/// From the person's page, by the key: a bundle is shown, one certificate is issued for a request.
async fn issue(window: &Window) {
    person(window, ALICE.0).await;
    window.control("e").await;
    window.says(&format!("Issue to {}", ALICE.0)).await;
    window.choose("[role='dialog'] select", "bundle Staff").await;
    window.says("left for an invitation").await;
    window.keep("issue-bundle").await;
    window.choose("[role='dialog'] select", "signing").await;
    window.fill("#request", "this is no request").await;
    window.press("Issue 1 certificate").await;
    window.says("is no certificate request").await;
    window.fill("#request", &request()).await;
    window.keep("issue").await;
    window.press("Issue 1 certificate").await;
    window.find("aside .stamp.ok").await;
    window.says(&format!("{} can sign mail as {}", ALICE.0, ALICE.1)).await;
}

/// A hold says what it does, and can be taken back at once: by the toast, and by the key.
async fn hold_and_undo(window: &Window) {
    // Escape closes the question alone, and the keyboard is back where it was.
    window.click("aside [data-verb='hold']").await;
    window.find("[role='alertdialog'] [data-consequences]").await;
    window.key("Escape").await;
    window
        .until("return !document.querySelector(\"[role='alertdialog']\") && document.activeElement?.matches(\"aside [data-verb='hold']\")")
        .await;
    window.click("aside [data-verb='hold']").await;
    window.find("[data-consequences]").await;
    window.says("A hold can be taken back at any time").await;
    window.keep("hold").await;
    window.press("Hold 1 certificate").await;
    window.find("aside .stamp.hold").await;
    window.click("[data-act='undo']").await;
    window.find("aside .stamp.ok").await;
    window.click("aside [data-verb='hold']").await;
    window.find("[data-consequences]").await;
    window.press("Hold 1 certificate").await;
    window.find("aside .stamp.hold").await;
    window.ask("document.activeElement?.blur()").await;
    window.control("z").await;
    window.find("aside .stamp.ok").await;
    // Held again, reinstated by its own button.
    window.click("aside [data-verb='hold']").await;
    window.find("[data-consequences]").await;
    window.press("Hold 1 certificate").await;
    window.find("aside .stamp.hold").await;
    window.keep("held").await;
    window.click("aside [data-verb='reinstate']").await;
    window.find("[data-consequences]").await;
    window.press("Reinstate 1 certificate").await;
    window.find("aside .stamp.ok").await;
}

/// Everything about it; then another validity for its key, and another key in its place.
async fn one_in_full(window: &Window, saved: &Path) {
    window.press("All about it").await;
    window.find("[data-origin]").await;
    window.says("by officer rosa, policy as built in").await;
    window.says("Never: a key that signs is not kept").await;
    // What the S/MIME baseline advises, beside the rules that are kept.
    window.find("[data-rules] .ok").await;
    window.find("[data-advice] [data-rule='organization']").await;
    assert_eq!(window.fact("Its status is read at").await, "http://pki.example.edu/crl/issuing.crl");
    window.keep("certificate").await;
    chain::shown(window).await;
    share(window, saved).await;
    window.click("[data-verb='renew']").await;
    window.find("[data-succession]").await;
    window.says("Alice Example gets a new").await;
    window.says("nothing is revoked").await;
    window.keep("renew").await;
    window.press("Renew 1 certificate").await;
    // The new one, whose life begins; the old one is replaced.
    window.says("1 certificate renewed.").await;
    window.until("return document.querySelectorAll('aside .stops li').length === 3").await;
    window.click("button[title='More']").await;
    window.press("Replace").await;
    window.says("by one with a new key").await;
    // What is to be given is in view, above what it will do, and what is wrong with it is said before anything is done.
    let in_view = "const at = (css) => document.querySelector(\"[role='dialog'] \" + css)?.getBoundingClientRect(); \
        const [field, told, end] = ['#request', '[data-succession]', '.end'].map(at); \
        return !!field && !!told && field.bottom <= told.top && field.bottom <= end.top";
    window.until(in_view).await;
    window.fill("#request", "this is no request").await;
    window.says("is no certificate request").await;
    window.fill("#request", &request()).await;
    window.press("Revoke it as replaced").await;
    window.says("Due within 5 days once the reason is known").await;
    window.until("return document.querySelector(\"[role='dialog'] button[type='submit']\").disabled === false").await;
    window.keep("replace").await;
    window.press("Replace 1 certificate").await;
    window.find(".head .stamp.ok").await;
    window.says("Replaced").await;
}

/// The public side as a file for a correspondent: alone, and with its chain.
async fn share(window: &Window, saved: &Path) {
    let serial = window.ask("return document.querySelector('.facts .ser').title").await;
    let path = |extension: &str| saved.join(format!("{}.{extension}", serial.as_str().unwrap()));
    for (words, extension) in [("Certificate (.cer)", "cer"), ("Certificate with chain (.p7c)", "p7c")] {
        window.click("[data-act='share']").await;
        window.press(words).await;
        window.says(&format!("Saved to {}", path(extension).display())).await;
    }
    window.dismiss().await;
    let alone = std::fs::read(path("cer")).unwrap();
    let addresses = X509::from_der(&alone).unwrap().subject_alt_names().unwrap();
    assert!(addresses.iter().any(|name| name.email() == Some(ALICE.1)));
    let chain = Pkcs7::from_der(&std::fs::read(path("p7c")).unwrap()).unwrap();
    let chain = chain.signed().unwrap().certificates().unwrap();
    assert!(chain.len() > 1 && chain.iter().any(|one| one.to_der().unwrap() == alone), "itself and its issuers");
}

/// The same of a person, for an address book and for a directory.
async fn share_the_person(window: &Window, saved: &Path) {
    for (words, file) in [("Address card (vCard)", "certificates.vcf"), ("Directory record (LDIF)", "certificates.ldif")] {
        window.click(".ident button[title='More']").await;
        window.press(words).await;
        window.says(&format!("Saved to {}", saved.join(file).display())).await;
    }
    window.dismiss().await;
    let [card, record] = ["vcf", "ldif"].map(|kind| std::fs::read_to_string(saved.join(format!("certificates.{kind}"))).unwrap());
    assert!(card.starts_with("BEGIN:VCARD") && card.contains(&format!("EMAIL;TYPE=INTERNET:{}", ALICE.1)), "{card}");
    assert!(record.contains("objectClass: inetOrgPerson"), "{record}");
    let certificates = (card.matches("KEY;TYPE=X509").count(), record.matches("userCertificate;binary::").count());
    assert_eq!(certificates, (2, 2), "one to encrypt to, one to check signatures with");
}

async fn try_the_pair(window: &Window) {
    person(window, ALICE.0).await;
    window.click(".ident button[title='More']").await;
    window.press("Test signing and encrypting").await;
    window.find("[data-self-test]").await;
    window.until("return document.querySelectorAll('[data-tick]').length === 3").await;
    let ticks = window.ask("return [...document.querySelectorAll('[data-tick]')].map((one) => one.dataset.tick).join()").await;
    assert_eq!(ticks, "publicSideOnly,publicSideOnly,publicSideOnly", "the keys are with their holder");
    window.keep("self-test").await;
    window.press("Close").await;
}

/// The consequences stand there before, and afterwards the register says so.
async fn revoke_with_consequences(window: &Window) {
    window.go("certificates").await;
    window.press("Valid").await;
    window.typed("[data-find]", "alice", "return !!document.querySelector('.virtual [data-row]')").await;
    window.says("of").await;
    window.until("return [...document.querySelectorAll('.virtual .row-link')].every((one) => one.textContent.includes('Alice'))").await;
    window.click(".virtual tbody input[type='checkbox']").await;
    window.says("1 certificate chosen").await;
    window.click("thead input[type='checkbox']").await;
    window.click("thead input[type='checkbox']").await;
    window.until("return document.querySelectorAll('.virtual tr.chosen').length > 1").await;
    window.keep("certificates-chosen").await;
    window.click(".picked [data-verb='revoke']").await;
    window.find("[data-consequences]").await;
    window.fill("#since", "tomorrow").await;
    window.says("Give a day and a time that have come").await;
    window.fill("#since", "2026-01-02 08:30").await;
    window.fill("#why", "Staff card and phone stolen on the train").await;
    window.keep("revoke-many").await;
    window.press("Revoke 2 certificates").await;
    window.says("2 certificates revoked. The CRL says so.").await;
    window.press("Drop all filters").await;
    window.press("Revoked").await;
    window.until("return document.querySelectorAll('.virtual .mark.danger').length >= 2").await;
}

/// The palette does verbs too, and never revokes without the dialog.
async fn by_palette(window: &Window) {
    window.go("today").await;
    window.control("k").await;
    window.find("[role='combobox']").await.send_keys("revoke bob").await.unwrap();
    window.says("Revoke Wi-Fi and VPN of Bob Builder").await;
    window.keep("palette-verbs").await;
    window.press_option("Revoke Wi-Fi and VPN of Bob Builder").await;
    window.find("[role='alertdialog'] [data-consequences]").await;
    window.press("Hold instead").await;
    window.press("Hold 1 certificate").await;
    window.find("[data-act='undo']").await;
}

/// What it would do that Bob leaves.
async fn leaving(window: &Window) {
    person(window, BOB.0).await;
    window.click(".ident button[title='More']").await;
    window.press("Person leaves").await;
    window.says("no longer counts as validated").await;
}

async fn leave(window: &Window) {
    // What is on hold has stopped already.
    leaving(window).await;
    assert!(!window.text().await.contains("Wi-Fi and VPN refuse it"));
    window.press("Cancel").await;
    window.until("return !document.querySelector(\"[role='dialog'], [role='alertdialog']\")").await;
    window.ask("document.activeElement?.blur()").await;
    window.control("z").await;
    window.says("Undone: 1 certificate is valid again.").await;
    leaving(window).await;
    window.says("Wi-Fi and VPN refuse it").await;
    window.says("Due within 5 days once the reason is known").await;
    window.keep("leaver").await;
    window.press("Continue").await;
    window.fill("#successor", "Prof. Carol, for the laboratory").await;
    window.fill("#keep", "2020-01-01").await;
    window.says("Give a day to come").await;
    window.fill("#keep", "2036-12-31").await;
    window.keep("leaver-keep").await;
    window.press("Revoke 1 certificate and end").await;
    window.says("Left on").await;
    window.says("May read the mail: Prof. Carol, for the laboratory.").await;
}

/// French in a small window, and large text: looked at, and judged.
async fn small_and_french(window: &Window) {
    for (zoom, width, height) in [("1", 1000, 700), ("2", 1280, 800)] {
        window.prefer_zoom("fr", zoom).await;
        window.resize(width, height).await;
        for (place, shows) in [("people", ".virtual [data-row]"), ("certificates", ".virtual [data-row]")] {
            window.go(place).await;
            window.find(shows).await;
            window.until("return document.querySelector('.foot .keys').textContent.includes('Espace choisir')").await;
            window.look(&format!("life-{place}-fr-{zoom}")).await;
        }
        window.go("people").await;
        window.find(".virtual [data-row]").await;
        // By script: at this size the foot may lie over the row.
        window.ask("document.querySelector('.virtual [data-row]').click()").await;
        window.find(".ident").await;
        window.look(&format!("life-person-fr-{zoom}")).await;
    }
    window.prefer_zoom("en", "1").await;
    window.resize(1280, 800).await;
}
