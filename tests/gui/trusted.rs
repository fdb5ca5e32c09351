//! The setup with a public certificate, which phones trust already: chosen, the root's key moved to a file, the certificate imported with its
//! password, and an invitation is one QR code. It is the way that the guide recommends: the time that it takes counts.

use crate::{
    Other, apart,
    desk::{Desk, free_port},
    found::ALICE,
    in_time, phone, picture, root_key, server,
    support::eventually,
    window::{Window, during},
};
use device::{Https, Safari};
use openssl::{
    pkcs12::Pkcs12,
    pkey::{PKey, Private},
    rsa::Rsa,
    stack::Stack,
    x509::X509,
};
use ra::testing;
use std::{path::Path, time::Instant};

const PASSWORD: &str = "tulip-anchor-42";

#[test]
fn an_officer_sets_up_with_a_public_certificate_and_a_phone_trusts_the_first_page() {
    let Some(desk) = Desk::new() else { return };
    let (other, signer) = (Other::of(&desk), key());
    let root = server::certificate("A Public Root", &signer, "A Public Root", &signer);
    let leaf = from_a_public_ca(&other.chosen.join("portal.p12"), &root, &signer);
    during(&desk, |window| async move {
        let begun = Instant::now();
        choose_public(&window).await;
        move_root(&window, &other).await;
        import(&window, &other, &leaf, begun).await;
        invite(&window, &other, root.to_der().unwrap()).await;
        assert_eq!(window.faults().await, "[]");
    });
}

fn key() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
}

/// What a computing centre hands out: PKCS#12 with key, certificate and chain. The certificate.
fn from_a_public_ca(file: &Path, root: &X509, signer: &PKey<Private>) -> X509 {
    let key = key();
    let leaf = server::certificate("localhost", &key, "A Public Root", signer);
    let mut chain = Stack::new().unwrap();
    chain.push(root.clone()).unwrap();
    let mut builder = Pkcs12::builder();
    builder.pkey(&key).cert(&leaf).name("portal").ca(chain);
    std::fs::write(file, builder.build2(PASSWORD).unwrap().to_der().unwrap()).unwrap();
    leaf
}

/// To the certification authority.
async fn choose_public(window: &Window) {
    window.fill("#organization", "Example University").await;
    window.fill("#department", "Department of Physics").await;
    window.fill("#domains", "example.edu").await;
    window.read().await;
    window.click("[data-act='next']").await;
    window.press("127.0.0.1").await;
    window.fill("#host", "localhost").await;
    window.fill("#https", &free_port().to_string()).await;
    window.fill("#http", &free_port().to_string()).await;
    window.read().await;
    window.click("[data-act='next']").await;
    window.says("How will phones trust you").await;
    window.press("A public certificate").await;
    window.read().await;
    picture(window, "setup-tls-public").await;
    window.click("[data-act='next']").await;
    window.says("Make your certification authority").await;
    window.says("public certificate, imported next").await;
    window.read().await;
    window.choose("main select", "rsa2048").await;
    window.click("[data-act='next']").await;
}

/// The root's key goes to removable media, as the setup wishes; then comes the certificate, which only who chose a public one has.
async fn move_root(window: &Window, other: &Other) {
    window.find("[data-act='skip']").await;
    window.read().await;
    root_key::leave(window, &other.operator(), &other.saved).await;
    says_now(window, "The root’s key is not in this computer.").await;
    assert!(!window.shows("[data-act='skip']").await, "there is nothing to skip");
    apart(window, window.look("setup-root-moved")).await;
    window.reload().await;
    window.says("The root’s key is not in this computer.").await;
    window.click("[data-act='next']").await;
    window.says("Import the public certificate").await;
}

/// A wrong password is said and changes nothing; with the right one the server shows this certificate from the start, in good time.
async fn import(window: &Window, other: &Other, leaf: &X509, begun: Instant) {
    let operator = other.operator();
    let before = operator.shown_tls().unwrap();
    window.fill("input[type='password']", "tulip").await;
    window.read().await;
    picture(window, "setup-certificate").await;
    window.click("[data-act='next']").await;
    says_now(window, "password does not open this file").await;
    apart(window, window.look("setup-certificate-refused")).await;
    window.until("return document.querySelector(\"input[type='password']\").value === ''").await;
    assert_eq!(operator.shown_tls().unwrap(), before, "nothing has changed");
    window.fill("input[type='password']", PASSWORD).await;
    window.click("[data-act='next']").await;
    window.says("Ready for the first iPhone").await;
    window.says("moved away").await;
    window.read().await;
    window.click("[data-act='start']").await;
    window.says("Server on").await;
    in_time(window, begun);
    let port: u16 = operator.setting("serve.public_url").unwrap().rsplit(':').next().unwrap().parse().unwrap();
    eventually("the imported certificate", || (server::shown(port) == leaf.to_der().unwrap()).then_some(()));
}

/// A page that was read says something new: that alone is read.
async fn says_now(window: &Window, words: &str) {
    window.says(words).await;
    window.acts().read(words.split_whitespace().count() as u64);
}

/// One QR code, without the one for the root; a phone that knows public roots alone opens it.
async fn invite(window: &Window, other: &Other, public_root: Vec<u8>) {
    testing::person(&other.operator(), ALICE.0, ALICE.1);
    window.go("people").await;
    window.press(ALICE.0).await;
    window.click("[data-act='invite']").await;
    window.find("[data-code]").await;
    window.find(".qr-place img").await;
    assert!(!window.shows("[data-act='second-qr']").await, "there is no root to install first");
    window.dismiss().await;
    window.look("invite-public").await;
    let link = phone::scan(&window.picture().await);
    assert!(link.contains("/e/"), "an invitation");
    let asks = tokio::task::spawn_blocking(move || {
        let wire = Https::new(&[public_root]).unwrap();
        Safari::new(&wire).open(&link).unwrap().form_with("code").is_some()
    });
    assert!(asks.await.unwrap(), "the page asks for the code");
}
