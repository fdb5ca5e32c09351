//! Names that do not last, and names that look like others.

use crate::window::Window;
use ra::Operator;

/// An address, and a name of this network alone, do not go into certificates: the setup says so beforehand and goes on all the same.
pub(crate) async fn name_that_lasts(window: &Window) {
    const NOT: &str = "Certificates will not say where the CRL is found";
    window.says(&format!("{NOT}: an address changes")).await;
    for (name, said) in [
        ("signet.local", format!("{NOT}: this name is known on this network only")),
        ("pki.example.edu", "Certificates will say where the CRL is found".to_owned()),
        ("192.0.2.7", format!("{NOT}: an address changes")),
    ] {
        window.fill("#host", name).await;
        window.says(&said).await;
    }
    window.says("or go on: certificates are then issued without that address").await;
}

/// The setup went on with a name that does not last: the certificates do not say where the CRL is.
pub(crate) async fn without_status_address(window: &Window) {
    window.go("certificates").await;
    window.press("Alice Example").await;
    window.press("All about it").await;
    window.find("[data-origin]").await;
    assert_eq!(window.fact("Its status is read at").await, "none");
}

/// Certificates go on naming the address from before: said where another one is given.
pub(crate) async fn moved(window: &Window, rosa: &Operator) {
    const FIELD: &str = "[data-key='status.url']";
    rosa.set_setting("status.url", "http://pki.example.edu").unwrap();
    window.go("settings/network").await;
    window.until(&format!("return document.querySelector(\"{FIELD}\")?.value === 'http://pki.example.edu'")).await;
    assert!(!window.shows("[data-still-named]").await, "it is the one that certificates name");
    window.paste(FIELD, "http://status.example.edu").await;
    window.key("Enter").await;
    window.find("[data-still-named]").await;
    window.says("Certificates from before say that their status is found at http://pki.example.edu, the last of them until").await;
    window.until(&format!("return document.querySelector(\"{FIELD}\").value === 'http://status.example.edu'")).await;
    window.look("settings-network-moved").await;
    rosa.set_setting("status.url", "").unwrap();
}

/// A name whose first letter only looks like the Latin one: taken, and the register says what it is.
pub(crate) async fn imitate(window: &Window) {
    window.go("people").await;
    window.control("n").await;
    window.paste("#person-name", "\u{410}lice Example").await;
    window.fill("#person-mail", "alice.example@example.edu").await;
    window.press("Add person").await;
    window.says("This name mixes alphabets and may imitate another one").await;
    window.says("This name looks like the one of Alice Example (alice@example.edu)").await;
    window.look("person-mixed").await;
    window.go("people").await;
    window.press("Alice Example").await;
    window.says("CN=Alice Example").await;
    assert!(!window.text().await.contains("mixes alphabets"), "the other one is as it was");
    window.says("(alice.example@example.edu) but is spelled with other letters").await;
    window.click("[data-alike] a").await;
    window.says("This name mixes alphabets and may imitate another one").await;
}
