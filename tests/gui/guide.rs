//! The guide in the window.

use crate::window::Window;

/// F1 opens the guide at the page for the screen, with its pictures; what is searched there is found, Enter goes there, and the way back leads
/// to the screen.
pub(crate) async fn consult(window: &Window) {
    window.go("policies/escrow").await;
    window.find(".head h1").await;
    window.key("F1").await;
    window.find("article[data-page='5-policies']").await;
    window.until("return document.activeElement.id === 'guide-escrow-yes-or-no'").await;
    window
        .until("const picture = document.querySelector('article img'); picture.scrollIntoView(); return picture.naturalWidth === 1280")
        .await;
    window.fill("main [data-find]", "OUTBOX").await;
    window.find("[role='option'] mark").await;
    window.key("Enter").await;
    window.find("article[data-page='glossary']").await;
    window.click(".crumb a").await;
    window.until("return location.hash === '#/policies/escrow'").await;
}

/// In the setup, too: the foot says its keys, "/" goes to its search, and what was typed into the setup is there afterwards.
pub(crate) async fn consult_in_setup(window: &Window) {
    window.fill("#organization", "Example").await;
    window.key("F1").await;
    window.find("article[data-page='1-setup']").await;
    window.until("return document.activeElement.id.startsWith('guide-')").await;
    window
        .until("return [...document.querySelectorAll('.foot')].some((foot) => foot.offsetParent && foot.textContent.includes('search'))")
        .await;
    window.key("/").await;
    window.until("return document.activeElement.matches('main [data-find]')").await;
    window.click(".crumb a").await;
    window
        .until("const typed = document.querySelector('#organization'); return typed.offsetParent !== null && typed.value === 'Example'")
        .await;
}
