//! What another CA issued, beside what we did: no act is offered and nothing is promised. And a replacement that does less than the old one.

use crate::{
    desk::Desk,
    found::{BOB, department},
    server::certificate,
    window::{Window, during},
};
use openssl::{
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::X509ReqBuilder,
};
use protocol::x509::CertificateView;
use ra::{
    Operator,
    issuance::import::ImportFile,
    profile::{ProfileDraft, ProfileName, Scope, Usage},
};

/// Whom the other CA certified.
const THEIRS: &str = "old.example.edu";

fn rsa() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
}

fn elliptic() -> PKey<Private> {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap()
}

/// A request that states nothing but its key, PEM.
fn request(key: &PKey<Private>) -> String {
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_pubkey(key).unwrap();
    request.sign(key, MessageDigest::sha256()).unwrap();
    String::from_utf8(request.build().to_pem().unwrap()).unwrap()
}

#[test]
fn of_what_another_ca_issued_nothing_is_offered_or_promised_and_a_lesser_key_is_told() {
    let Some(desk) = Desk::new() else { return };
    let rosa = department(&desk, 0);
    let content = certificate(THEIRS, &rsa(), "Another CA", &rsa()).to_der().unwrap();
    let file = ImportFile { name: "old.der".into(), content };
    assert_eq!(rosa.import_certificates(&mut std::iter::once(file)).unwrap().added, 1);
    during(&desk, |window| async move {
        chosen(&window).await;
        theirs(&window).await;
        our_own(&window, &rosa).await;
        lesser(&window, &rosa).await;
        assert_eq!(window.faults().await, "[]");
    });
}

/// One of theirs among those that are chosen takes the acts away, and says why.
async fn chosen(window: &Window) {
    let choose = |name: &str| {
        format!(
            "[...document.querySelectorAll('.virtual tr.goes')].find((row) => row.textContent.includes('{name}')) \
             .querySelector(\"input[type='checkbox']\").click()"
        )
    };
    window.go("certificates").await;
    window.until("return document.querySelectorAll('.virtual tr.goes').length === 3").await;
    window.ask(&choose(BOB.0)).await;
    window.find(".picked [data-verb='revoke']").await;
    assert!(!window.shows("[data-not-ours]").await, "it is ours");
    window.ask(&choose(THEIRS)).await;
    window.says("2 certificates chosen").await;
    window.says("Another CA issued some of these").await;
    assert!(!window.shows(".picked [data-verb]").await, "no act is for both");
    window.look("certificates-chosen-elsewhere").await;
    window.ask(&choose(BOB.0)).await;
    window.says("Another CA issued this one").await;
}

/// Its page says that whether it works is not known, and nothing of where our CRLs go.
async fn theirs(window: &Window) {
    window.press(THEIRS).await;
    window.says("Another CA issued it, and it ends on").await;
    window.press("All about it").await;
    window.find("[data-origin]").await;
    window.says("whether it was revoked is not known here. Who made its key and who has it is not known here.").await;
    assert_eq!(window.ask(SENT).await, false);
    // Nor is it called valid, in green or in a line that says so of today.
    let stamp =
        "const stamp = document.querySelector('.head .stamp'); return `${stamp.textContent.trim()} ${stamp.classList.contains('ok')}`";
    assert_eq!(window.ask(stamp).await, "Not ended false");
    assert!(!window.shows(".stops .here").await, "nobody knows that it is valid today");
    // It states a purpose and no key usage.
    let may = "return [...document.querySelectorAll('dt')].find((one) => one.textContent === 'May').nextElementSibling.textContent";
    assert_eq!(window.ask(may).await, "TLS server");
    assert!(!window.text().await.contains("Phones trust the root"), "it is another root");
    window.look("certificate-elsewhere").await;
}

/// The page says where CRLs are sent.
const SENT: &str = "return [...document.querySelectorAll('dt')].some((one) => one.textContent.trim() === 'CRLs are sent to')";

/// The root's page has it, and says of its key no holder.
async fn our_own(window: &Window, rosa: &Operator) {
    let root = rosa.ca_certificates().unwrap().into_iter().find(|ca| ca.name == "root").unwrap();
    let serial = CertificateView::from_der(&root.der).unwrap().serial;
    window.go(&format!("certificates/{serial}/full")).await;
    window.until("return document.querySelector('h1')?.textContent.includes('Root CA')").await;
    window.until(SENT).await;
    assert_eq!(window.ask("return document.querySelector('main').textContent.includes('made by its holder')").await, false);
}

/// An elliptic key of a mailbox that signs and is encrypted to will only sign: that is said of the request that stands there, and of no other.
async fn lesser(window: &Window, rosa: &Operator) {
    const LEFT: &str = "has no valid certificate of yours to receive encrypted mail with";
    let usage = vec![Usage::DigitalSignature, Usage::KeyEncipherment];
    let both = ProfileDraft { usage, ..ProfileDraft::builtin(ProfileName::Functional) };
    rosa.save_profile(Scope::Department, ProfileName::Functional, both).unwrap();
    let old = rosa.issue_from_csr(BOB.1, ProfileName::Functional, request(&rsa()).as_bytes()).unwrap();
    window.go(&format!("certificates/{}/full", old.certificate.serial)).await;
    window.until("return document.querySelector('h1')?.textContent.includes('Bob Builder')").await;
    window.click("button[title='More']").await;
    window.press("Replace").await;
    window.press("Revoke it as replaced").await;
    window.says("Due within 5 days once the reason is known").await;
    let ready = "return document.querySelector(\"[role='dialog'] button[type='submit']\").disabled === false";
    let told = |told: bool| format!("return document.querySelector(\"[role='dialog']\").textContent.includes('{LEFT}') === {told}");
    window.until(&told(false)).await;
    // While it is looked at, what stands there is of no request.
    let watch = "window.__looked = []; new MutationObserver((all) => window.__looked.push(...all.map(({ target }) => target.getAttribute('aria-busy')))) \
                 .observe(document.querySelector(\"[role='dialog']\"), { subtree: true, attributes: true, attributeFilter: ['aria-busy'] })";
    window.ask(watch).await;
    window.fill("#request", &request(&elliptic())).await;
    window.until(ready).await;
    window.until(&told(true)).await;
    assert_eq!(window.ask("return [window.__looked[0], window.__looked.at(-1)].join()").await, "true,false");
    window.look("replace-lesser").await;
    window.paste("#request", "").await;
    window.until(&told(false)).await;
    window.fill("#request", &request(&rsa())).await;
    window.until(ready).await;
    assert_eq!(window.ask(&told(false)).await, true, "this one does what the old one did");
    window.press("Cancel").await;
}
