//! The printable invitation: a letter with the link and its QR code, and a sheet of its own with the code.
//!
//! The window prints its invitations itself, from `ui/src/features/invite/PrintSheet.svelte`: it knows the officer's language and time
//! zone, and no file comes into being. Here they are made for those who have no window. Both say the same (`ui/src/lib/messages`
//! compares the texts).

use crate::{
    QrError,
    letter_texts::{ENGLISH, FRENCH, Texts},
    qr_svg,
};
use askama::Template;
use protocol::Timestamp;
use ra::policy::Language;

/// The seal of the letterhead.
const SEAL: &str = include_str!("../../../icons/signet.svg");

/// The first QR code of a department with a private TLS root.
#[derive(Clone, Copy)]
pub struct TrustSheet<'a> {
    /// `http://HOST:PORT/trust`.
    pub url: &'a str,
    /// SHA-256 of the root as words.
    pub words: &'a [&'static str],
    /// The same as a picture of 5 by 5, row by row.
    pub picture: &'a [bool],
}

/// What stands on the sheets. No `Debug`: it holds the link and the code.
#[derive(Clone, Copy)]
pub struct InvitationSheet<'a> {
    /// Language.
    pub language: Language,
    /// Organization.
    pub organization: &'a str,
    /// Department.
    pub department: &'a str,
    /// Help line.
    pub contact: Option<&'a str>,
    /// Training department: said on every page.
    pub training: bool,
    /// The person.
    pub name: &'a str,
    /// The link.
    pub url: &'a str,
    /// The code, `ABCD-EFGH`. `None`: the page asks this person for no code, and there is no sheet for it.
    pub code: Option<&'a str>,
    /// Both end then.
    pub expires_at: Timestamp,
    /// With a private TLS root.
    pub trust: Option<TrustSheet<'a>>,
}

/// The sheets, each one HTML page without scripts or outside resources, ready to print on A4 or Letter. They are two, and belong into
/// two files: whoever finds one of them opens nothing. No `Debug`.
pub struct InvitationSheets {
    /// The letter with the link, its QR code and what to do.
    pub letter: String,
    /// The sheet with the code, where there is one.
    pub code: Option<String>,
}

struct Trust<'a> {
    qr: String,
    url: &'a str,
    words: String,
    picture: String,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Letter<'a> {
    t: &'static Texts,
    sheet: &'a InvitationSheet<'a>,
    seal: &'static str,
    until: &'a str,
    qr: String,
    trust: Option<Trust<'a>>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodeSheet<'a> {
    t: &'static Texts,
    sheet: &'a InvitationSheet<'a>,
    seal: &'static str,
    until: &'a str,
    code: &'a str,
}

/// The sheets of an invitation. Refused when a link fits no QR code.
pub fn invitation_sheets(sheet: &InvitationSheet<'_>) -> Result<InvitationSheets, QrError> {
    let t = match sheet.language {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
    };
    let trust = match sheet.trust {
        Some(trust) => Some(Trust {
            qr: qr_svg(trust.url, t.trust_qr)?,
            url: trust.url,
            words: trust.words.join(" "),
            picture: picture_path(trust.picture),
        }),
        None => None,
    };
    let until = (t.date_time)(sheet.expires_at);
    let letter = Letter { t, sheet, seal: SEAL, until: &until, qr: qr_svg(sheet.url, t.link_qr)?, trust };
    let code = sheet.code.map(|code| CodeSheet { t, sheet, seal: SEAL, until: &until, code }.render());
    let failed = |e: askama::Error| QrError::Letter(e.to_string());
    Ok(InvitationSheets { letter: letter.render().map_err(failed)?, code: code.transpose().map_err(failed)? })
}

/// The dark cells of a 5 by 5 picture as SVG path data.
fn picture_path(cells: &[bool]) -> String {
    cells.iter().enumerate().take(25).filter(|(_, dark)| **dark).map(|(n, _)| format!("M{} {}h1v1h-1z", n % 5, n / 5)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "<script>alert(1)</script>\"'>&";
    const CODE: &str = "7KQ4-MV2T";
    const LINK: &str = "https://pki.example.edu:8443/e/Zk3v9Qm2T7yR1bXc8LwN0g";

    fn sheet(language: Language, name: &'static str) -> InvitationSheet<'static> {
        InvitationSheet {
            language,
            organization: "Northbridge University",
            department: "Department of Physics",
            contact: Some("+44 7700 900 100"),
            training: false,
            name,
            url: LINK,
            code: Some(CODE),
            expires_at: Timestamp(1_795_255_920),
            trust: None,
        }
    }

    fn with_trust(sheet: InvitationSheet<'static>) -> InvitationSheet<'static> {
        const WORDS: [&str; 16] = [
            "anchor", "basket", "candle", "dragon", "eagle", "forest", "garden", "harbor", "island", "jacket", "kettle", "ladder",
            "marble", "needle", "orange", "pepper",
        ];
        let trust = TrustSheet { url: "http://pki.example.edu:8080/trust", words: &WORDS, picture: &[true; 25] };
        InvitationSheet { trust: Some(trust), ..sheet }
    }

    /// Letter and sheet of the code; written to `$SIGNET_PAGES` to be looked at.
    fn both(sheet: &InvitationSheet<'_>) -> (String, String) {
        let sheets = invitation_sheets(sheet).unwrap();
        let pages = (sheets.letter, sheets.code.unwrap());
        if let Some(folder) = std::env::var_os("SIGNET_PAGES") {
            for (name, page) in [("letter", &pages.0), ("code", &pages.1)] {
                std::fs::write(std::path::Path::new(&folder).join(format!("{name}-{:?}.html", sheet.language)), page).unwrap();
            }
        }
        pages
    }

    #[test]
    fn the_code_stands_on_its_own_sheet_and_the_link_on_the_other() {
        for language in [Language::English, Language::French] {
            let (letter, code) = both(&with_trust(sheet(language, "Niamh O’Connor")));
            assert!(letter.contains(LINK) && !letter.contains(CODE));
            assert!(code.contains(CODE) && !code.contains("/e/") && !code.contains("<path fill=\"#000\""));
            assert!(letter.contains("http://pki.example.edu:8080/trust") && letter.contains("anchor basket candle"));
            assert_eq!(letter.matches("crispEdges").count(), 3, "two QR codes and the fingerprint's picture");
            for page in [letter, code] {
                assert!(page.contains("Niamh O’Connor") && page.contains("Department of Physics"));
                assert!(page.trim_end().ends_with("</html>"), "each is whole");
            }
        }
    }

    #[test]
    fn the_qr_codes_of_a_letter_read_as_the_addresses_beside_them() {
        let (letter, _) = both(&with_trust(sheet(Language::English, "Niamh O’Connor")));
        let read: Vec<_> = letter.split("<div class=\"qr\">").skip(1).map(crate::qr::tests::read_svg).collect();
        assert_eq!(read, ["http://pki.example.edu:8080/trust", LINK], "trust first");
    }

    #[test]
    fn without_a_code_or_a_private_root_it_is_one_sheet_with_one_qr_code() {
        let sheets = invitation_sheets(&InvitationSheet { code: None, ..sheet(Language::English, "Niamh O’Connor") }).unwrap();
        assert!(sheets.code.is_none());
        assert_eq!(sheets.letter.matches("crispEdges").count(), 1);
        assert!(sheets.letter.contains(ENGLISH.no_code) && !sheets.letter.contains(ENGLISH.code_apart));
        assert!(sheets.letter.contains("Saturday 21 November 2026, 10:12 UTC"));
    }

    #[test]
    fn a_hostile_name_stays_text_and_nothing_comes_from_outside() {
        for language in [Language::English, Language::French] {
            let hostile =
                InvitationSheet { department: HOSTILE, organization: HOSTILE, contact: Some(HOSTILE), ..sheet(language, HOSTILE) };
            let (letter, code) = both(&hostile);
            for forbidden in ["<script", "\"'>", "src=\"http", "href=\"http", "@import", "url("] {
                assert!(!letter.contains(forbidden) && !code.contains(forbidden), "{forbidden}");
            }
        }
    }

    #[test]
    fn a_training_letter_says_so_on_both_sheets() {
        let (letter, code) = both(&InvitationSheet { training: true, ..sheet(Language::French, "A") });
        assert!(letter.contains("class=\"training\"") && code.contains("class=\"training\""));
    }

    #[test]
    fn french_is_set_with_its_own_spaces() {
        let (letter, code) = both(&with_trust(InvitationSheet { training: true, ..sheet(Language::French, "A") }));
        let body = [letter, code].map(|page| page.split_once("</style>").unwrap().1.to_owned()).concat();
        let body = body.replace(LINK, "").replace("http://pki.example.edu:8080/trust", "");
        let mut inside = false;
        let mut before = ' ';
        for c in body.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                ';' | ':' | '!' | '?' | '»' if !inside => assert_eq!(before, '\u{202f}', "before {c}"),
                '\'' | '"' if !inside => panic!("a typewriter's quote"),
                _ => {}
            }
            before = c;
        }
    }
}
