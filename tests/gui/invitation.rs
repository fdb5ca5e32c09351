//! Inviting: the QR codes, the code beside them, and what is printed and saved.

use crate::{phone, window::Window};
use std::path::Path;

const ALICE: &str = "alice@example.edu";

/// A confirmation, which goes after five seconds, stays for a minute from now on, and no longer does so: a busy machine prints more slowly.
const STAYS: [&str; 2] = [
    "window.__timeout = window.setTimeout; window.setTimeout = (run, time, ...more) => __timeout(run, time === 5000 ? 60000 : time, ...more);",
    "window.setTimeout = window.__timeout;",
];

/// Instead of the system's dialog: all that can be read and seen where the rules for paper count, and whether a confirmation is on the screen.
const PRINTER: &str = "window.__printed = []; window.print = () => { \
    const paper = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule.media?.mediaText === 'print'); \
    paper.forEach((rule) => { rule.media.mediaText = 'all'; }); \
    const seen = (of) => ({ text: of.innerText, drawn: [...of.querySelectorAll('svg, img')].filter((one) => one.getClientRects().length).length }); \
    __printed.push({ all: seen(document.body), sheet: seen(document.querySelector('.print-sheet')), confirms: !!document.querySelector('.toast') }); \
    paper.forEach((rule) => { rule.media.mediaText = 'print'; }); \
};";

/// Adds Alice, records how her address was validated, shows the QR code; what the phone sees and what the officer says.
pub(crate) async fn invite(window: &Window, saved: &Path) -> (String, String) {
    window.go("people").await;
    window.says("Nobody is in the register yet").await;
    window.keep("people-empty").await;
    window.control("n").await;
    window.fill("#person-name", "Alice Example").await;
    window.fill("#person-mail", ALICE).await;
    window.keep("person-new").await;
    window.press("Add person").await;
    window.find(".ident").await;
    // Without a validated address there is no invitation: the window asks for the validation first.
    window.click("[data-act='invite']").await;
    window.fill("#evidence", "Staff card 4711 seen, opened the mailbox at my desk").await;
    window.keep("validate").await;
    window.press("Record validation").await;
    window.find("[data-code]").await;
    window.keep("invite-trust").await;
    compare(window).await;
    window.click("[data-act='second-qr']").await;
    let code = window.find("[data-code]").await.text().await.unwrap();
    let link = phone::scan(&window.picture().await);
    assert_eq!(window.find("[data-link]").await.text().await.unwrap().replace(char::is_whitespace, ""), link);
    window.keep("invite").await;
    // As a file, to print or to send, it is the same link.
    window.ask(STAYS[0]).await;
    for (words, file) in [("Save PNG", "invitation.png"), ("Save SVG", "invitation.svg")] {
        window.press(words).await;
        window.says(&format!("Saved to {}", saved.join(file).display())).await;
    }
    // While the window still confirms that, which no paper needs to know.
    print(window, &link, &code).await;
    window.ask(STAYS[1]).await;
    window.dismiss().await;
    assert_eq!(phone::scan(&std::fs::read(saved.join("invitation.png")).unwrap()), link);
    assert!(std::fs::read_to_string(saved.join("invitation.svg")).unwrap().contains("<svg"));
    leave_it(window, &code).await;
    (link, code)
}

/// Another window in front: nobody reads code or link over the officer's shoulder, nor scans what filled the screen.
async fn leave_it(window: &Window, code: &str) {
    for full in [false, true] {
        if full {
            window.key("f").await;
            window.find(".fullscreen img").await;
        }
        let other = window.in_front().await;
        window.find("[data-act='show-qr']").await;
        assert!(!window.shows(".fullscreen").await && !window.shows(".qr-place img").await);
        assert_eq!(window.find("[data-link]").await.text().await.unwrap(), "…");
        assert_eq!(window.find("[data-code]").await.text().await.unwrap(), "•••• ••••");
        other.leave();
        window.find(".qr-place img").await;
        assert_eq!(window.find("[data-code]").await.text().await.unwrap(), code);
    }
}

/// Printed, the code is on a sheet of its own, and each sheet is a job: whoever finds one of the two opens nothing, also where both sides are used.
async fn print(window: &Window, link: &str, code: &str) {
    window.ask(PRINTER).await;
    let plain = |text: &str| text.replace(|c: char| c.is_whitespace() || c == '-', "");
    let mut jobs = Vec::new();
    for words in ["Print the letter", "Print the code"] {
        window.press(words).await;
        window.until(&format!("return __printed.length === {}", jobs.len() + 1)).await;
        let job = window.ask("return __printed.at(-1)").await;
        assert_eq!(job["confirms"], true, "what no paper needs to know stood on the screen");
        let [all, sheet] = ["all", "sheet"].map(|of| (plain(job[of]["text"].as_str().unwrap()), job[of]["drawn"].as_u64().unwrap()));
        assert_eq!(all, sheet, "the sheet and nothing else");
        jobs.push(sheet);
    }
    let [(letter, pictures), (sheet, none)] = jobs.as_slice() else { panic!("{jobs:?}") };
    assert!(letter.contains(&plain(link)) && !letter.contains(&plain(code)) && *pictures == 3, "{letter}, {pictures} pictures");
    assert!(sheet.contains(&plain(code)) && !sheet.contains("/e/") && *none == 0, "{sheet}, {none} pictures");
    window.until("return document.querySelector('.print-sheet').getClientRects().length === 0 && !!document.querySelector('.rail').getClientRects().length").await;
}

/// Scans the first QR code: the phone shows the words and the picture that stand on the officer's screen, before it trusts anybody.
async fn compare(window: &Window) {
    let trust = phone::scan(&window.picture().await);
    let page = tokio::task::spawn_blocking(move || phone::look(&trust)).await.unwrap();
    let words = window.ask("return [...document.querySelectorAll('.fp-words li')].map((word) => word.textContent).join(' ')").await;
    let picture = window.ask("return document.querySelector('svg.fingerprint path').getAttribute('d')").await;
    let (words, picture) = (words.as_str().unwrap(), picture.as_str().unwrap());
    assert_eq!(words.split(' ').count(), 16, "{words}");
    assert!(page.contains(&format!(">{words}</p>")) && page.contains(&format!("d=\"{picture}\"")), "{words} {picture}: {page}");
}
