//! The root's key leaves the computer for a file, at the end of the setup or later in Settings.

use crate::{apart, window::Window};
use openssl::{pkey::PKey, x509::X509};
use ra::Operator;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

const PASSPHRASE: &str = "seven tulips on the harbour wall";
const FIRST: &str = "form .two > :nth-child(1) input[type='password']";
const AGAIN: &str = "form .two > :nth-child(2) input[type='password']";

/// With a short passphrase, or with two, nothing moves; then the key is in the file alone, which opens by its passphrase.
pub(crate) async fn leave(window: &Window, operator: &Operator, saved: &Path) {
    let file = saved.join("signet-root-key.pem");
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
