//! Keys made at the desk: file and password leave once, alone and as a part of a bundle.

use crate::{life::person, window::Window};
use openssl::pkcs12::Pkcs12;
use ra::{Operator, certificate::CertificateQuery, testing};
use std::path::Path;

const DANA: (&str, &str) = ("Dana Keyholder", "dana@example.edu");
const EMIL: (&str, &str) = ("Emil Newcomer", "emil@example.edu");

/// A key that is made here: its password opens the file that was saved, and is nowhere once it was noted.
pub(crate) async fn alone(window: &Window, rosa: &Operator, saved: &Path, chosen: &Path) {
    testing::person(rosa, DANA.0, DANA.1);
    person(window, DANA.0).await;
    window.control("e").await;
    window.says(&format!("Issue to {}", DANA.0)).await;
    window.choose("[role='dialog'] select", "encryption").await;
    window.says("The key is made here").await;
    window.press("Choose a file and issue").await;
    let password = password(window).await;
    let file = saved.join("dana-encryption.p12");
    window.says(&format!("are in {}.", file.display())).await;
    opens(&file, &password, DANA.1);
    assert_eq!(given(rosa, DANA.1), ["encryption"]);

    // Escape does not lose what is shown once; the button that says so lets it go.
    window.key("Escape").await;
    window.look("key-handed").await;
    assert!(window.shows("[role='dialog'] [data-secret]").await, "it is still there");
    note(window, &password).await;
    window.control("e").await;
    window.find("[role='dialog'] select").await;
    assert!(!page(window).await.contains(&password), "it is shown once");
    window.press("Cancel").await;
    window.until("return !document.querySelector(\"[role='dialog']\")").await;
    lend(window, &file, &password, chosen).await;
}

/// The holder lends the file to have the other side tried, too: it opens with its password alone, proves what it can, and is forgotten.
async fn lend(window: &Window, file: &Path, password: &str, chosen: &Path) {
    const PASSWORD: &str = "[role='dialog'] input[type='password']";
    let ticks = |expected: &str| {
        format!("return [...document.querySelectorAll('[data-tick]')].map((one) => one.dataset.tick).join() === '{expected}'")
    };
    let lent = chosen.join("dana.p12");
    std::fs::copy(file, &lent).unwrap();
    window.click(".ident button[title='More']").await;
    window.press("Test signing and encrypting").await;
    window.until(&ticks("noCertificate,noCertificate,publicSideOnly")).await;
    window.press("Try with a key file").await;
    window.fill(PASSWORD, "seven tulips").await;
    window.press("Choose the file and try").await;
    window.find("[role='dialog'] [role='alert'] .note").await;
    window.until(&ticks("noCertificate,noCertificate,publicSideOnly")).await; // nothing is proved by it
    window.fill(PASSWORD, password).await;
    window.press("Choose the file and try").await;
    window.until(&ticks("noCertificate,noCertificate,proved")).await;
    window.look("self-test-lent").await;
    assert!(!window.shows(PASSWORD).await && !page(window).await.contains(password), "nothing of it stays");
    // Tried again, it is without the file.
    window.press("Test again").await;
    window.until(&ticks("noCertificate,noCertificate,publicSideOnly")).await;
    window.press("Close").await;
    window.until("return !document.querySelector(\"[role='dialog']\")").await;
    std::fs::remove_file(lent).unwrap();
}

/// A bundle without a request: the key for reading is made here, what the phone makes its keys for is left for an invitation.
pub(crate) async fn in_a_bundle(window: &Window, rosa: &Operator, saved: &Path) {
    testing::person(rosa, EMIL.0, EMIL.1);
    person(window, EMIL.0).await;
    window.control("e").await;
    window.says(&format!("Issue to {}", EMIL.0)).await;
    window.choose("[role='dialog'] select", "bundle Staff").await;
    window.says("left for an invitation").await;
    window.press("Issue 1 certificate").await;
    let password = password(window).await;
    window.says("Left for an invitation").await;
    let left =
        window.ask("return [...document.querySelectorAll(\"[role='dialog'] .rows li\")].map((one) => one.textContent.trim()).join()").await;
    assert_eq!(left, "Mail signing,Wi-Fi and VPN");
    window.look("bundle-handed").await;
    opens(&saved.join("emil-encryption.p12"), &password, EMIL.1);
    assert_eq!(given(rosa, EMIL.1), ["encryption"], "nothing for a key that nobody has yet");
    note(window, &password).await;
}

/// The one that is on show.
async fn password(window: &Window) -> String {
    window.find("[role='dialog'] [data-secret]").await;
    // As the page has it: while the layer fades in, the driver sees nothing.
    let shown = window.ask("return [...document.querySelectorAll('[data-secret]')].map((one) => one.textContent.trim()).join()").await;
    let shown = shown.as_str().unwrap().to_owned();
    assert_eq!(shown.len(), 29, "one password");
    shown
}

/// The file holds the key of a certificate for this address, and opens with nothing but its password.
fn opens(file: &Path, password: &str, mail: &str) {
    let sealed = Pkcs12::from_der(&std::fs::read(file).unwrap()).unwrap();
    assert!(sealed.parse2("").is_err() && sealed.parse2(&password.to_lowercase().replace('-', "")).is_err());
    let opened = sealed.parse2(password).unwrap();
    let (key, certificate) = (opened.pkey.unwrap(), opened.cert.unwrap());
    assert!(certificate.public_key().unwrap().public_eq(&key));
    assert!(certificate.subject_alt_names().unwrap().iter().any(|name| name.email() == Some(mail)));
    assert_eq!(opened.ca.unwrap().len(), 2, "issuing CA and root");
}

/// Profiles of what the person with this address has.
fn given(rosa: &Operator, mail: &str) -> Vec<String> {
    let subscriber = Some(rosa.subscriber_by_mail(mail).unwrap().id);
    let found = rosa.certificates(&CertificateQuery { limit: 10, subscriber, ..Default::default() }).unwrap();
    found.into_iter().map(|one| one.profile).collect()
}

/// It was noted: the window has it no more, neither on the page nor in what it keeps.
async fn note(window: &Window, password: &str) {
    window.press("I have noted it").await;
    window.until("return !document.querySelector(\"[role='dialog']\")").await;
    assert!(!page(window).await.contains(password), "nobody reads it afterwards");
}

/// All that the page holds and keeps.
async fn page(window: &Window) -> String {
    let all = window.ask("return document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage })").await;
    all.as_str().unwrap().to_owned()
}
