//! What the page of a certificate draws: its chain as a picture, and all that it says as a tree.

use crate::{found::ALICE, window::Window};

/// The chain stands there from the root down, and the technical tree opens to what the certificate says.
pub(crate) async fn shown(window: &Window) {
    let chain = window.ask("return [...document.querySelectorAll('.chain li b')].map((one) => one.textContent.trim()).join('|')").await;
    assert_eq!(chain, "Department of Physics Root CA|Department of Physics Issuing CA|Alice Example, Mail signing");
    assert!(window.shows(".chain li:last-child.this").await, "the last one is this one");
    // A leaf is to be seen once all that is around it is open.
    let seen = format!(
        "const leaf = [...document.querySelectorAll('.tree .mono')].find((one) => one.textContent.trim() === 'email:{}'); \
         return !!leaf && !leaf.parentElement.closest('details:not([open])')",
        ALICE.1
    );
    for branch in ["X509v3 extensions", "X509v3 Subject Alternative Name"] {
        assert_eq!(window.ask(&seen).await, false, "{branch} is closed");
        let open = format!("[...document.querySelectorAll('.tree summary')].find((one) => one.textContent.trim() === '{branch}').click()");
        window.ask(&open).await;
    }
    window.until(&seen).await;
    window.look("certificate-tree").await;
}
