//! The printable invitation: a letter with the link and its QR code, and, on a sheet of its own, the code.

use crate::{
    QrError,
    letter_texts::{ENGLISH, FRENCH, Texts},
    qr_svg,
};
use askama::Template;
use protocol::Timestamp;

/// The seal of the letterhead.
const SEAL: &str = include_str!("../../../icons/signet.svg");

/// The language of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
}

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

/// What stands in the letter. No `Debug`: it holds the link and the code.
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
    /// The code, `ABCD-EFGH`; printed on the second sheet only. `None`: the department signs in without a code, one sheet.
    pub code: Option<&'a str>,
    /// Both end then.
    pub expires_at: Timestamp,
    /// With a private TLS root.
    pub trust: Option<TrustSheet<'a>>,
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
    qr: String,
    trust: Option<Trust<'a>>,
    until: String,
}

/// The letter as one HTML page without scripts or outside resources, ready to print on A4 or Letter.
pub fn invitation_sheet(sheet: &InvitationSheet<'_>) -> Result<String, QrError> {
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
    let letter = Letter { t, sheet, seal: SEAL, qr: qr_svg(sheet.url, t.link_qr)?, trust, until: (t.date_time)(sheet.expires_at) };
    letter.render().map_err(|e| QrError::Letter(e.to_string()))
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

    #[test]
    fn the_code_stands_on_its_own_sheet_and_the_link_on_the_other() {
        for language in [Language::English, Language::French] {
            let page = invitation_sheet(&with_trust(sheet(language, "Niamh O’Connor"))).unwrap();
            if let Some(folder) = std::env::var_os("SIGNET_PAGES") {
                std::fs::write(std::path::Path::new(&folder).join(format!("letter-{language:?}.html")), &page).unwrap();
            }
            let (letter, slip) = page.split_once("class=\"sheet apart\"").unwrap();
            assert!(letter.contains(LINK) && !letter.contains(CODE));
            assert!(slip.contains(CODE) && !slip.contains("Zk3v9Qm2T7yR1bXc8LwN0g") && !slip.contains("<path fill=\"#000\""));
            assert!(letter.contains("http://pki.example.edu:8080/trust") && letter.contains("anchor basket candle"));
            assert_eq!(letter.matches("crispEdges").count(), 3, "two QR codes and the fingerprint's picture");
        }
    }

    #[test]
    fn without_a_code_or_a_private_root_it_is_one_sheet_with_one_qr_code() {
        let page = invitation_sheet(&InvitationSheet { code: None, ..sheet(Language::English, "Niamh O’Connor") }).unwrap();
        assert_eq!(page.matches("<article").count(), 1);
        assert_eq!(page.matches("crispEdges").count(), 1);
        assert!(page.contains("Saturday 21 November 2026, 10:12 UTC"));
    }

    #[test]
    fn a_hostile_name_stays_text_and_nothing_comes_from_outside() {
        for language in [Language::English, Language::French] {
            let hostile =
                InvitationSheet { department: HOSTILE, organization: HOSTILE, contact: Some(HOSTILE), ..sheet(language, HOSTILE) };
            let page = invitation_sheet(&hostile).unwrap();
            for forbidden in ["<script", "\"'>", "src=\"http", "href=\"http", "@import", "url("] {
                assert!(!page.contains(forbidden), "{forbidden}");
            }
        }
    }

    #[test]
    fn a_training_letter_says_so_on_both_sheets() {
        let page = invitation_sheet(&InvitationSheet { training: true, ..sheet(Language::French, "A") }).unwrap();
        assert_eq!(page.matches("class=\"training\"").count(), 2);
    }

    #[test]
    fn french_is_set_with_its_own_spaces() {
        let page = invitation_sheet(&with_trust(InvitationSheet { training: true, ..sheet(Language::French, "A") })).unwrap();
        let body = page.split_once("</style>").unwrap().1.replace(LINK, "").replace("http://pki.example.edu:8080/trust", "");
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
