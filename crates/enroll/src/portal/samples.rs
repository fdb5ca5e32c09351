//! Every page with sample content, for the tests below, for those that open them in a browser, and to be looked at:
//! `SIGNET_PAGES=FOLDER cargo test -p enroll pages_are` writes them out.
#![allow(clippy::unwrap_used, reason = "a test that has no page shall stop")]

use super::{
    browser::Browser,
    pages::*,
    texts::{ENGLISH, FRENCH, Texts},
    view::{CaView, Frame, HelloView, StepsView, Trouble},
};
use askama::Template;
use protocol::Timestamp;
use ra::{
    certification::CaCertificate,
    enrollment::State,
    id::EnrollmentId,
    settings::{Removal, SignIn},
    sign_in::{OpenLink, ProfileContents, PublicDepartment, SessionView},
};

/// What a hostile person would call themselves.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\"'>&\u{202e}\u{0}";

const TOKEN: &str = "Zk3v9Qm2T7yR1bXc8LwN0g";
const BASE: &str = "/e/Zk3v9Qm2T7yR1bXc8LwN0g";

fn department(name: &str, training: bool) -> PublicDepartment {
    PublicDepartment {
        organization: if name == HOSTILE { HOSTILE.into() } else { "Northbridge University".into() },
        department: name.into(),
        contact: Some(if name == HOSTILE { HOSTILE.into() } else { "+44 7700 900 100".into() }),
        training,
        private_root: true,
        public_url: "https://pki.physics.example.edu:8443".into(),
        hosts: vec!["pki.physics.example.edu".into()],
        address_failures: 50,
        address_minutes: 10,
    }
}

fn contents(name: &str) -> ProfileContents {
    ProfileContents {
        signing: true,
        authentication: true,
        further: false,
        wifi: Some(if name == HOSTILE { HOSTILE.into() } else { "eduroam".into() }),
        vpn: Some(if name == HOSTILE { HOSTILE.into() } else { "vpn.physics.example.edu".into() }),
        passcode: Some(6),
        removal: Some(Removal::Removable),
    }
}

fn session(name: &str, state: State, profile_sent: bool) -> SessionView {
    SessionView {
        enrollment: EnrollmentId::fresh(),
        name: if name == HOSTILE { HOSTILE.into() } else { "Niamh O’Connor".into() },
        state,
        profile_sent,
        must_set_password: false,
        os_too_old: None,
        download_ends_at: Some(Timestamp(1_795_255_920 + 400)),
        contents: contents(name),
    }
}

fn ca(name: &'static str) -> CaView {
    let dark = [1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1];
    CaView::new(&CaCertificate {
        name,
        der: Vec::new(),
        pem: String::new(),
        sha256: "A41C07F95E2BD086A41C07F95E2BD086A41C07F95E2BD086A41C07F95E2BD086".into(),
        words: vec![
            "anchor", "basket", "candle", "dragon", "eagle", "forest", "garden", "harbor", "island", "jacket", "kettle", "ladder",
            "marble", "needle", "orange", "pepper",
        ],
        picture: dark.iter().map(|n| *n == 1).collect(),
    })
}

/// The longest word that a department is likely to have in its name.
#[cfg(feature = "samples")]
const LONG: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauamt";

/// All pages of both languages, named as `en-hello-code`, and their HTML. Those whose names begin with `en-long` or `fr-long` are of a
/// training department with a very long name.
#[cfg(feature = "samples")]
#[must_use]
pub fn sample_pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for t in [&ENGLISH, &FRENCH] {
        pages.extend(all(t, "Department of Physics", false).into_iter().map(|(name, html)| (format!("{}-{name}", t.lang), html)));
        let long = all(t, LONG, true).into_iter().filter(|(name, _)| matches!(name.as_str(), "hello-code" | "download" | "done" | "front"));
        pages.extend(long.map(|(name, html)| (format!("{}-long-{name}", t.lang), html)));
    }
    pages
}

/// All pages of one language: file name and HTML.
pub(crate) fn all(t: &'static Texts, name: &str, training: bool) -> Vec<(String, String)> {
    let department = department(name, training);
    let frame = Frame::new(t, &department);
    let mut pages = Vec::new();
    let mut add = |name: &str, html: askama::Result<String>| pages.push((name.to_owned(), html.unwrap()));
    let link = |sign_in| OpenLink {
        enrollment: EnrollmentId::fresh(),
        sign_in,
        expires_at: Timestamp(1_795_255_920),
        contents: contents(name),
        min_os: Some("15.0".into()),
    };
    for (file, sign_in, trouble, browser) in [
        ("hello-code", SignIn::Code, Trouble::None, Browser::Safari),
        ("hello-code-wrong", SignIn::Code, Trouble::Wrong { left: 4 }, Browser::Safari),
        ("hello-code-last", SignIn::Code, Trouble::Wrong { left: 1 }, Browser::Safari),
        ("hello-password", SignIn::Password, Trouble::None, Browser::Safari),
        ("hello-both-wait", SignIn::Both, Trouble::Wait { seconds: 700 }, Browser::Safari),
        ("hello-both-missing", SignIn::Both, Trouble::Missing, Browser::Safari),
        ("hello-basic", SignIn::Basic, Trouble::SessionEnded, Browser::Safari),
        ("hello-browser-other", SignIn::Code, Trouble::None, Browser::Other),
        ("hello-browser-in-app", SignIn::Code, Trouble::None, Browser::InApp),
        ("hello-browser-elsewhere", SignIn::Code, Trouble::None, Browser::Elsewhere),
    ] {
        let mut view = HelloView::new(t, &link(sign_in), &department.public_url, TOKEN);
        (view.trouble, view.browser) = (trouble, browser);
        view.mail = if name == HOSTILE { HOSTILE.into() } else { String::new() };
        add(file, Hello { frame: &frame, view: &view }.render());
    }
    for refused in [false, true] {
        let file = if refused { "password-refused" } else { "password" };
        add(file, Password { frame: &frame, base: BASE, refused }.render());
    }
    let person = session(name, State::Authenticated, false);
    for (file, os_too_old) in [("download", None), ("download-too-old", Some(("14.2", "15.0")))] {
        add(file, Download { frame: &frame, base: BASE, name: &person.name, os_too_old }.render());
    }
    for (file, state, sent, paused) in [
        ("steps-waiting", State::Authenticated, false, false),
        ("steps-issued", State::Issued, false, true),
        ("steps-sent", State::Issued, true, false),
        ("steps-configured", State::Configured, true, false),
        ("steps-over", State::Cancelled, false, false),
    ] {
        let view = StepsView::new(t, &session(name, state, sent), Timestamp(1_795_255_920), TOKEN, paused);
        add(file, Steps::new(t, &view).render());
    }
    add("done", Done { frame: &frame, contents: &person.contents }.render());
    let nameless = Frame::nameless(t);
    for (file, message, known) in [
        ("expired", &t.expired, true),
        ("used", &t.used, true),
        ("cancelled", &t.cancelled, true),
        ("too-many-tries", &t.too_many_tries, true),
        ("declined", &t.declined, true),
        ("unknown-link", &t.unknown_link, true),
        ("unknown-page", &t.unknown_page, true),
        ("not-ready", &t.not_ready, false),
        ("wrong-host", &t.wrong_host, false),
        ("too-many-failures", &t.too_many_failures, true),
        ("too-large", &t.too_large, true),
        ("too-long-address", &t.too_long_address, false),
        ("too-slow", &t.too_slow, true),
        ("bad-request", &t.bad_request, true),
        ("other-site", &t.other_site, true),
        ("wrong-method", &t.wrong_method, true),
        ("wrong-type", &t.wrong_type, true),
        ("our-fault", &t.our_fault, true),
        ("only-https", &t.only_https, true),
        ("sign-in-first", &t.sign_in_first, true),
        ("basic-first", &t.basic_first, true),
    ] {
        let page = Notice {
            frame: if known { &frame } else { &nameless },
            message,
            icon: if matches!(file, "expired" | "used" | "cancelled" | "too-many-tries" | "declined") { "calendar-x" } else { "info" },
            address: (file == "only-https").then_some("https://pki.physics.example.edu:8443"),
            back: (file == "sign-in-first").then_some(BASE),
        };
        add(file, page.render());
    }
    let root_name = if name == HOSTILE { HOSTILE } else { "Northbridge Physics Root" };
    let trusted_url = "https://pki.physics.example.edu:8443/trusted";
    add("trust", Trust { frame: &frame, root: &ca("root"), root_name, trusted_url }.render());
    add("trusted", Trusted { frame: &frame }.render());
    let certificates = [ca("root"), ca("issuing")];
    let https = Some("https://pki.physics.example.edu:8443");
    add("front", Front { frame: &frame, certificates: &certificates, trust_link: true, https }.render());
    pages
}

/// The text that people read: what stands between tags, entities resolved.
#[cfg(test)]
fn words(html: &str) -> String {
    let body = html.split_once("</style>").unwrap().1;
    let mut out = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push('\n');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.replace("&#39;", "'").replace("&quot;", "\"").replace("&#34;", "\"").replace("&amp;", "&")
}

#[test]
fn pages_are_complete_documents_without_scripts_and_outside_resources() {
    for (t, other) in [(&ENGLISH, "fr"), (&FRENCH, "en")] {
        let pages = all(t, "Department of Physics", false);
        if let Some(folder) = std::env::var_os("SIGNET_PAGES") {
            for (name, html) in &pages {
                std::fs::write(std::path::Path::new(&folder).join(format!("{}-{name}.html", t.lang)), html).unwrap();
            }
        }
        assert!(pages.len() > 40);
        for (name, html) in pages {
            let html = html.replace("https://pki.physics.example.edu:8443", "");
            assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{}\">", t.lang)), "{name}");
            assert!(html.trim_end().ends_with("</html>"), "{name}");
            for forbidden in ["<script", "javascript:", "http://", "https://", "@import", "url("] {
                assert!(!html.contains(forbidden), "{forbidden} in {name}");
            }
            for tag in html.split('<').filter_map(|rest| rest.split('>').next()) {
                let attributes: Vec<&str> = tag.split_whitespace().filter(|a| a.contains('=')).collect();
                assert!(!attributes.iter().any(|a| a.starts_with("on") || a.starts_with("style=")), "<{tag}> in {name}");
            }
            assert_eq!(html.matches("<h1").count(), 1, "one heading in {name}");
            assert_eq!(html.matches("<main").count(), 1, "{name}");
            assert!(html.contains("<title>") && !html.contains("<title></title>"), "{name}");
            if !name.starts_with("trust") && name != "front" {
                assert!(!html.contains(&format!("lang=\"{other}\"")), "{name}");
            }
        }
    }
}

#[test]
fn a_training_department_says_so_on_every_page_that_names_it() {
    for t in [&ENGLISH, &FRENCH] {
        for (name, html) in all(t, "Department of Physics", true) {
            let names_it = html.contains("class=\"org\"");
            assert_eq!(html.contains("class=\"training\""), names_it, "{name}");
        }
    }
}

#[test]
fn hostile_names_stay_text_on_every_page() {
    for t in [&ENGLISH, &FRENCH] {
        for (name, html) in all(t, HOSTILE, false) {
            assert!(!html.contains("<script"), "{name}");
            assert!(!html.contains("\"'>"), "{name}");
        }
    }
}

#[test]
fn nothing_personal_stands_on_a_page_before_the_sign_in() {
    for t in [&ENGLISH, &FRENCH] {
        for (name, html) in all(t, "Department of Physics", false) {
            assert_eq!(html.contains("Niamh"), name.starts_with("download"), "{name}");
        }
    }
}

#[test]
fn every_text_is_in_its_language() {
    let (english, french) = (all(&ENGLISH, "X", false), all(&FRENCH, "X", false));
    for ((name, en), (_, fr)) in english.iter().zip(&french) {
        let (en, fr) = (words(en), words(fr));
        let english_lines: Vec<&str> = en
            .lines()
            .map(str::trim)
            .filter(|l| l.split(' ').count() > 3 && !l.starts_with("anchor") && !l.starts_with("A4") && !l.starts_with('+'))
            .collect();
        for line in english_lines {
            assert!(!fr.contains(line), "{name}: {line}");
        }
    }
}

#[test]
fn french_is_set_with_its_own_spaces_and_apostrophes() {
    for (name, html) in all(&FRENCH, "Physique", true) {
        let text = words(&html).replace("https://pki.physics.example.edu:8443", "");
        let letters: Vec<char> = text.chars().collect();
        for (n, c) in letters.iter().enumerate() {
            let before = n.checked_sub(1).and_then(|n| letters.get(n)).copied().unwrap_or(' ');
            match c {
                ';' | ':' | '!' | '?' | '»' => assert_eq!(before, '\u{202f}', "{name}: before {c} in {}", near(&letters, n)),
                '«' => assert_eq!(letters.get(n + 1), Some(&'\u{202f}'), "{name}: {}", near(&letters, n)),
                '\'' | '"' => panic!("{name}: a typewriter's quote in {}", near(&letters, n)),
                _ => {}
            }
        }
    }
}

#[test]
fn english_has_typographic_quotes() {
    for (name, html) in all(&ENGLISH, "Physics", true) {
        assert!(!words(&html).contains(['\'', '"']), "{name}");
    }
}

#[cfg(test)]
fn near(letters: &[char], n: usize) -> String {
    letters.iter().skip(n.saturating_sub(20)).take(40).collect()
}
