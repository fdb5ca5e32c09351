//! The root's key leaves the computer for a file, at the end of the setup or later in Settings, and is attached to sign with.

use crate::{apart, window::Window};
use openssl::{pkey::PKey, x509::X509};
use ra::Operator;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

const FILE: &str = "signet-root-key.pem";
const PASSPHRASE: &str = "seven tulips on the harbour wall";
const FIRST: &str = "form .two > :nth-child(1) input[type='password']";
const AGAIN: &str = "form .two > :nth-child(2) input[type='password']";

/// With a short passphrase, or with two, nothing moves; then the key is in the file alone, which opens by its passphrase.
pub(crate) async fn leave(window: &Window, operator: &Operator, saved: &Path) {
    let file = saved.join(FILE);
    for (first, again, said) in
        [("short", "short", "At least 12 characters."), (PASSPHRASE, "seven tulips on the harbour", "The two are not the same.")]
    {
        hand_in(window, first, again).await;
        let says = format!("return [...document.querySelectorAll('form .err')].map((one) => one.textContent.trim()).join() === '{said}'");
        window.until(&says).await;
        assert!(is_here(operator) && !file.exists(), "{said}: nothing has moved");
    }
    apart(window, window.look("root-key-refused")).await;
    hand_in(window, PASSPHRASE, PASSPHRASE).await;
    window.says(&format!("The root’s key is now in {} and no longer in this computer.", file.display())).await;
    window.until("return !document.querySelector(\"form .two input[type='password']\")").await;
    assert!(!is_here(operator));
    opens(&file, operator);
}

/// Attached, the key signs a new CRL of the root and is forgotten; with another passphrase nothing is signed.
pub(crate) async fn attach(window: &Window, operator: &Operator, saved: &Path, chosen: &Path) {
    fs::copy(saved.join(FILE), chosen.join(FILE)).unwrap();
    let number = || operator.root_crl().unwrap().number.unwrap();
    let before = number();
    window.go("server/publishing").await;
    window.click("[data-act='sign-root']").await;
    window.fill("#root-passphrase", "seven tulips on the harbour").await;
    window.press("Choose the file and sign").await;
    window.find("[role='dialog'] [role='alert'] .note").await;
    assert_eq!(number(), before, "nothing is signed");
    window.fill("#root-passphrase", PASSPHRASE).await;
    window.press("Choose the file and sign").await;
    window.says("The root’s CRL is signed.").await;
    window.until("return !document.querySelector(\"[role='dialog']\")").await;
    assert!(number() > before, "a new one");
    assert!(!is_here(operator), "it is in its file alone");
    let said = format!(
        "return [...document.querySelectorAll('.crl-table tr')].some((row) => row.cells[0].textContent === 'Root' && row.cells[1].textContent === 'No {}')",
        number()
    );
    window.until(&said).await;
}

/// As another process reads it.
fn is_here(operator: &Operator) -> bool {
    operator.departments().unwrap()[0].root_key_here
}

async fn hand_in(window: &Window, first: &str, again: &str) {
    window.fill(FIRST, first).await;
    window.fill(AGAIN, again).await;
    window.press("Choose a file and move the key").await;
}

/// Readable by this account alone, with the passphrase and with no other, and the key of the root that phones install.
fn opens(file: &Path, operator: &Operator) {
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let pem = fs::read(file).unwrap();
    assert!(PKey::private_key_from_pem_passphrase(&pem, b"seven tulips").is_err());
    let key = PKey::private_key_from_pem_passphrase(&pem, PASSPHRASE.as_bytes()).unwrap();
    let root = operator.ca_certificates().unwrap().into_iter().find(|ca| ca.name == "root").unwrap();
    assert!(X509::from_der(&root.der).unwrap().public_key().unwrap().public_eq(&key));
}
