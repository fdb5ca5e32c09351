//! The sentences without which a page is of no use to the person who holds the phone: every tap, every limit, what changes and how it is
//! undone. What they say is read from the texts, so that a template that drops one, or changes their order, fails here.
#![allow(clippy::unwrap_used, reason = "a test that has no page shall stop")]

use super::{
    samples::all,
    texts::{ENGLISH, FRENCH, Texts},
    view::undo,
};
use ra::{settings::Removal, sign_in::ProfileContents};

const DEPARTMENT: &str = "Department of Physics";

/// The HTML of a page with sample content.
fn page(t: &'static Texts, name: &str) -> String {
    all(t, DEPARTMENT, false).into_iter().find(|(of, _)| of == name).unwrap().1
}

/// What a person reads of a piece of HTML: without tags, entities resolved, blanks folded.
fn read(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    for (entity, sign) in [("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&#38;", "&"), ("&amp;", "&")] {
        text = text.replace(entity, sign);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a page without its head and its style sheet.
fn body(html: &str) -> String {
    read(html.split_once("</head>").unwrap().1)
}

/// The taps that a page lists, one after the other.
fn taps(html: &str) -> Vec<String> {
    let list = html.split_once("<ol class=\"do\">").unwrap().1.split_once("</ol>").unwrap().0;
    list.split("<li>").skip(1).map(read).collect()
}

/// All of these stand on the page, in this order.
fn assert_in_order(name: &str, text: &str, sentences: &[&str]) {
    let mut rest = text;
    for sentence in sentences {
        let sentence = read(sentence);
        assert!(!sentence.is_empty(), "{name}: a text is empty");
        rest = rest.split_once(sentence.as_str()).unwrap_or_else(|| panic!("{name}: {sentence:?} is not where it belongs in {text}")).1;
    }
}

#[test]
fn every_tap_of_the_installation_is_listed_in_order() {
    for t in [&ENGLISH, &FRENCH] {
        let expected = [
            vec![t.tap_allow, t.ios_asks_download, t.ios_allow],
            vec![t.tap_close_html],
            vec![t.tap_settings_html, t.ios_profile_downloaded],
            vec![t.tap_install_html, DEPARTMENT, t.ios_verified, t.ios_install],
            vec![t.tap_again_html],
            vec![t.tap_second_html],
        ];
        for name in ["download", "download-too-old"] {
            assert_eq!(taps(&page(t, name)), expected.clone().map(|tap| read(&tap.join(" "))), "{} {name}", t.lang);
        }
    }
}

#[test]
fn the_limit_of_eight_minutes_and_when_it_worked_are_said_with_the_taps() {
    for (t, limit, worked) in [(&ENGLISH, "8 minutes", "Profile Installed"), (&FRENCH, "8 minutes", "Profil installé")] {
        let html = page(t, "download");
        // The limit before the taps: it begins with the first one. When it worked: after the last.
        let sentences =
            [t.download, t.limit_title, t.limit_text, t.tap_allow, t.tap_second_html, t.worked_when_html, t.live_title, t.i_saw];
        assert_in_order(t.lang, &body(&html), &sentences);
        assert!(read(t.limit_title).contains(limit) && (t.live_minutes)(8).contains('8'), "{}", t.lang);
        assert!(read(t.worked_when_html).contains(worked) && read(t.i_saw).contains(worked), "{}: iOS says {worked}", t.lang);
        // What remains of it stands in the list that follows the phone.
        assert!(html.contains("/steps\" title="), "{}", t.lang);
        let left = (t.live_minutes)(7);
        assert!(body(&page(t, "steps-waiting")).contains(&read(&left)), "{}: {left}", t.lang);
    }
}

#[test]
fn before_the_sign_in_the_page_says_what_is_read_what_changes_and_how_it_is_undone() {
    for (t, menu) in [(&ENGLISH, "VPN & Device Management"), (&FRENCH, "VPN et gestion de l’appareil")] {
        let changes = [
            t.change_signing.to_owned(),
            t.change_authentication.to_owned(),
            (t.change_wifi)("eduroam"),
            (t.change_vpn)("vpn.physics.example.edu"),
            (t.change_passcode)(6),
        ];
        // The first of them begins the sentence.
        let changes = changes.map(|change| change.chars().skip(1).collect::<String>());
        let [signing, authentication, wifi, vpn, passcode] = changes.each_ref().map(String::as_str);
        let title = (t.hello_title)(DEPARTMENT);
        let needs = (t.needs_os)("15.0");
        let pages = all(t, DEPARTMENT, false).into_iter().filter(|(name, _)| name.starts_with("hello-"));
        let mut seen = 0;
        for (name, html) in pages {
            seen += 1;
            let sentences = [
                title.as_str(),
                t.we_read,
                t.we_read_what,
                t.changes,
                signing,
                authentication,
                wifi,
                vpn,
                passcode,
                t.keys_stay,
                t.undo,
                t.undo_removable,
                t.agree,
                t.not_you,
                needs.as_str(),
            ];
            assert_in_order(&name, &body(&html), &sentences);
        }
        assert!(seen >= 10, "{seen} pages");
        let of = |removal| undo(t, &ProfileContents { removal, ..ProfileContents::default() });
        let ways = [None, Some(Removal::Removable), Some(Removal::Password), Some(Removal::Locked)].map(of);
        assert_eq!(ways, [t.undo_removable, t.undo_removable, t.undo_password, t.undo_locked]);
        assert!(ways.iter().all(|way| read(way).contains(menu)), "{}: {ways:?}", t.lang);
    }
}

#[test]
fn a_phone_that_is_too_old_is_told_its_version_the_least_one_and_the_way_to_it() {
    for (t, way) in [(&ENGLISH, ["Settings", "General", "Software Update"]), (&FRENCH, ["Réglages", "Général", "Mise à jour logicielle"])]
    {
        let (html, without) = (page(t, "download-too-old"), page(t, "download"));
        let too_old = (t.too_old)("14.2", "15.0");
        assert!(too_old.contains("iOS 14.2") && too_old.contains("iOS 15.0"), "{too_old}");
        // Before the button: whoever reads on does what is needed first.
        assert_in_order(t.lang, &body(&html), &[&too_old, t.too_old_how_html, t.download, t.limit_title]);
        assert_in_order(t.lang, &read(t.too_old_how_html), &way);
        assert!(!body(&without).contains(&read(t.too_old_how_html)), "{}: it is said to others too", t.lang);
    }
}

#[test]
fn every_tap_to_the_trust_settings_is_listed_with_what_to_compare_before() {
    for (t, way) in [
        (&ENGLISH, ["General", "About", "Certificate Trust Settings"]),
        (&FRENCH, ["Général", "Informations", "Réglages de confiance des certificats"]),
    ] {
        let html = page(t, "trust");
        let hex = ["A4 1C 07 F9 5E 2B D0 86"; 4].join(" ");
        let expected = [
            vec![t.trust_allow_html, t.ios_profile_downloaded],
            vec![t.trust_details_html, t.trust_hex, &hex],
            vec![t.trust_install_html],
            vec![t.trust_switch_html, "Northbridge Physics Root"],
        ];
        assert_eq!(taps(&html), expected.map(|tap| read(&tap.join(" "))), "{}", t.lang);
        assert_in_order(t.lang, &read(t.trust_switch_html), &way);
        assert!(html.contains(&format!("aria-label=\"{}\"", t.trust_switched_on)), "{}: the switch is on", t.lang);
        let sentences = [
            t.trust_title,
            t.trust_text,
            t.trust_compare_title,
            t.trust_compare,
            "anchor basket candle",
            t.trust_download,
            t.trust_allow_html,
            t.trust_switch_html,
            t.trust_check,
            t.trust_continue,
        ];
        assert_in_order(t.lang, &body(&html), &sentences);
        let check = format!("href=\"https://pki.physics.example.edu:8443/trusted\">{}</a>", t.trust_continue);
        assert!(html.contains(&check), "{}: the link is the check", t.lang);
        assert_in_order(t.lang, &body(&page(t, "trusted")), &[t.trusted_title, t.trusted_text, t.trusted_next]);
    }
}
