//! What the outside has of us: the CA certificates to hand out, and a published CRL that somebody wrote over.

use crate::{support::eventually, window::Window};
use openssl::pkcs7::Pkcs7;
use ra::Operator;
use std::{fs, path::Path};

/// Root and issuing CA are saved as one file for those who do not know them yet.
pub(crate) async fn both_certificates(window: &Window, operator: &Operator, saved: &Path) {
    window.click("aside .acts .btn").await;
    window.press("Both (.p7c)").await;
    let file = saved.join("issuing.p7c");
    window.says(&format!("Saved to {}", file.display())).await;
    window.dismiss().await;
    let both = Pkcs7::from_der(&fs::read(file).unwrap()).unwrap();
    let both: Vec<_> = both.signed().unwrap().certificates().unwrap().iter().map(|one| one.to_der().unwrap()).collect();
    let ours: Vec<_> = operator.ca_certificates().unwrap().into_iter().map(|ca| ca.der).collect();
    assert!(both.len() == 2 && ours.iter().all(|ca| both.contains(ca)), "root and issuing CA, and nothing else");
}

/// The published CRL is another one now: once somebody has looked, the foot and Today say so, and lead to where it is sent again.
pub(crate) async fn spoiled(window: &Window, operator: &Operator, public: &Path) {
    const WARNS: &str = "CRL not current outside";
    let file = public.join("issuing.crl");
    let address = file.display().to_string();
    let ours = fs::read(&file).unwrap();
    // The window's own monitor comes by every quarter of an hour; here another process looks.
    let look = || {
        let watched = operator.published_crls().unwrap().into_iter().find(|crl| crl.address == address).unwrap();
        operator.published_crl_found(&watched, Ok(&fs::read(&file).unwrap())).unwrap();
    };
    window.go("today").await;
    window.find(".foot .keys").await;
    assert!(!window.text().await.contains(WARNS), "all is well");
    fs::write(&file, "<html>It works!</html>").unwrap();
    look();
    window.says("1 published CRL is not the current one").await;
    window.look("today-crl-spoiled").await;
    window.press(WARNS).await;
    window.says("1 published CRL needs you.").await;
    window.says("It is no CRL, or another CA signed it").await;
    window.look("publishing-spoiled").await;
    window.press("Send again").await;
    eventually("the CRL is there again", || (fs::read(&file).unwrap() == ours).then_some(()));
    look();
    window.says("Everybody who looks finds your current CRL.").await;
    window.until(&format!("return !document.querySelector('.foot').textContent.includes('{WARNS}')")).await;
    window.dismiss().await;
}
