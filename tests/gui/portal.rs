//! The portal in a real browser: every page on phones of several sizes, and the way of somebody who was invited.

use crate::{
    browser::{self, Browser, browse},
    support::{ALICE, Department},
};
use serde_json::json;
use std::{fs, path::Path};

/// Holds the pages in a frame of a phone's size, for the browser's window cannot be as narrow.
const PHONE: &str = "<!doctype html><html lang=\"en\"><meta name=\"color-scheme\" content=\"light dark\"><title>Phone</title>\
    <iframe title=\"Page\" style=\"border: 0; height: 844px\"></iframe>";

#[test]
fn every_page_of_the_portal_fits_a_phone_also_with_large_text_and_is_light_or_dark_as_wanted() {
    let Some(desk) = browser::desk() else { return };
    let folder = desk.scratch("pages");
    let pages = written(&folder);
    for dark in [false, true] {
        let (folder, pages) = (&folder, &pages);
        browse(&desk, dark, |browser| async move {
            browser.go(&format!("file://{}", folder.join("phone.html").display())).await;
            let mut found = Vec::new();
            // Both languages have the same colours.
            for page in pages.iter().filter(|page| !dark || page.starts_with("en-")) {
                found.extend(faults(&browser, page, dark).await);
            }
            assert!(found.is_empty(), "{}", found.join("\n"));
        });
    }
}

/// Writes all pages down, and the one that holds them; their names.
fn written(folder: &Path) -> Vec<String> {
    fs::create_dir(folder).unwrap();
    let pages = enroll::sample_pages();
    for (name, html) in &pages {
        let html = match html.split_once("<iframe class=\"live\" src=\"") {
            // The live list is the server's: here in the state that needs the most room.
            Some((before, after)) => {
                let (_, after) = after.split_once('"').unwrap();
                format!("{before}<iframe class=\"live\" src=\"{}-steps-waiting.html\"{after}", &name[..2])
            }
            None => html.clone(),
        };
        fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
    fs::write(folder.join("phone.html"), format!("{PHONE}<script>{}</script>", include_str!("portal.js"))).unwrap();
    assert!(pages.iter().filter(|(name, _)| name.starts_with("fr-")).count() > 40);
    pages.into_iter().map(|(name, _)| name).collect()
}

/// What portal.js and axe find on one page.
async fn faults(browser: &Browser, page: &str, dark: bool) -> Vec<String> {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js");
    assert!(axe.is_file(), "ui/node_modules (npm ci)");
    let script = "const [page, axe, dark, done] = arguments; look(page, axe, dark).then(done, (failed) => done([String(failed)]))";
    let arguments = vec![json!(format!("{page}.html")), json!(format!("file://{}", axe.display())), json!(dark)];
    let found = browser.await_answer(script, arguments).await;
    found.as_array().unwrap().iter().map(|fault| format!("{page}: {}", fault.as_str().unwrap())).collect()
}

#[test]
fn in_a_browser_somebody_reads_the_trust_page_signs_in_and_the_list_moves_by_itself() {
    let Some(desk) = browser::desk() else { return };
    let department = Department::served();
    let invitation = department.json(&["invite", ALICE, "--via", "show"]);
    let (department, said) = (&department, |key: &str| invitation[key].as_str().unwrap().to_owned());
    browse(&desk, false, |browser| async move {
        browser.go(&said("trust_url")).await;
        browser.until("return document.querySelector('.words')?.textContent.split(' ').length === 16").await;
        browser.press("main > a.alt").await;
        browser.until("return location.protocol === 'https:' && document.querySelector('h1')?.textContent.startsWith('It worked')").await;

        browser.go(&said("url")).await;
        browser.until("return document.querySelector('h1')?.textContent === 'Physics would like to set up your iPhone'").await;
        keeps_to_itself(&browser).await;
        browser.fill("#code", "0000-0000").await;
        browser.press("button.go").await;
        browser.until("return document.querySelector(\"[role='alert']\")?.textContent.includes('4 tries are left')").await;
        browser.until("return document.getElementById('code').getAttribute('aria-invalid') === 'true'").await;
        browser.fill("#code", &said("code").to_lowercase()).await;
        browser.press("button.go").await;
        browser.until("return location.pathname.endsWith('/download')").await;

        // The list follows what happens elsewhere, and the page around it stays the one that was opened.
        let list = |words: &str| {
            format!("return document.querySelector('iframe.live')?.contentDocument?.body?.innerText.includes('{words}') ?? false")
        };
        browser.until(&list("Download sent to the phone… (now)")).await;
        browser.ask("window.opened = true").await;
        department.run(&["enrollment", "cancel", said("enrollment").as_str()]);
        browser.until(&list("This invitation is over")).await;
        assert_eq!(browser.ask("return window.opened").await, json!(true), "the page was not loaded again");
    });
}

/// The pages' own style counts, what somebody smuggles in does not: the content security policy as the engine reads it.
async fn keeps_to_itself(browser: &Browser) {
    let script = "const [script, style] = ['script', 'style'].map((name) => document.createElement(name)); \
        script.textContent = 'window.smuggled = true'; style.textContent = 'h1 { color: rgb(1, 2, 3) }'; document.head.append(script, style); \
        const look = (css, what) => getComputedStyle(document.querySelector(css))[what]; \
        return [window.smuggled ?? false, look('h1', 'color') === 'rgb(1, 2, 3)', look('.go', 'backgroundColor') === 'rgb(29, 63, 124)']";
    assert_eq!(browser.ask(script).await, json!([false, false, true]));
}
