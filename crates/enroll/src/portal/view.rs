//! What a page shows: plain values, made from the authority's answers and rendered by the templates.

use super::{browser::Browser, texts::Texts};
use protocol::Timestamp;
use ra::{
    certification::CaCertificate,
    enrollment::State,
    settings::{Removal, SignIn},
    sign_in::{OpenLink, ProfileContents, PublicDepartment, SessionView},
};

/// The one style sheet, inlined in every page; the Content-Security-Policy names its hash.
pub(crate) const STYLE: &str = include_str!("../../templates/portal.css");

/// What stands around every page.
pub(crate) struct Frame {
    pub(crate) t: &'static Texts,
    /// Empty when the department is not known (server not ready).
    pub(crate) department: String,
    pub(crate) organization: String,
    pub(crate) contact: Option<Contact>,
    pub(crate) training: bool,
}

impl Frame {
    pub(crate) fn new(t: &'static Texts, department: &PublicDepartment) -> Self {
        Frame {
            t,
            department: department.department.clone(),
            organization: department.organization.clone(),
            contact: department.contact.as_deref().map(str::trim).filter(|c| !c.is_empty()).map(Contact::new),
            training: department.training,
        }
    }

    /// Around a page that can name no department.
    pub(crate) fn nameless(t: &'static Texts) -> Self {
        Frame { t, department: String::new(), organization: String::new(), contact: None, training: false }
    }

    pub(crate) fn style(&self) -> &'static str {
        STYLE
    }
}

/// The help line; a link when it is wholly a mail address or a telephone number.
pub(crate) struct Contact {
    pub(crate) text: String,
}

impl Contact {
    fn new(text: &str) -> Self {
        Contact { text: text.to_owned() }
    }

    pub(crate) fn href(&self) -> Option<String> {
        let text = self.text.as_str();
        let plain = |c: char| c.is_ascii_alphanumeric() || "._%+-@".contains(c);
        if text.matches('@').count() == 1 && text.chars().all(plain) {
            return Some(format!("mailto:{text}"));
        }
        let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let number = text.chars().all(|c| c.is_ascii_digit() || "+ ()-./\u{a0}\u{202f}".contains(c));
        (number && digits.len() >= 3).then(|| format!("tel:{digits}"))
    }
}

/// A list entry of "what will change", one after the other, as one sentence.
pub(crate) fn changes(t: &Texts, contents: &ProfileContents) -> String {
    let mut all: Vec<String> = Vec::new();
    if contents.signing {
        all.push(t.change_signing.into());
    }
    if contents.authentication {
        all.push(t.change_authentication.into());
    }
    if contents.further {
        all.push(t.change_further.into());
    }
    all.extend(contents.wifi.as_deref().map(t.change_wifi));
    all.extend(contents.vpn.as_deref().map(t.change_vpn));
    all.extend(contents.passcode.filter(|n| *n > 0).map(t.change_passcode));
    if all.is_empty() {
        return t.change_nothing_else.into();
    }
    let joined = all.join(", ");
    let mut letters = joined.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

pub(crate) fn undo(t: &Texts, contents: &ProfileContents) -> &'static str {
    match contents.removal {
        None | Some(Removal::Removable) => t.undo_removable,
        Some(Removal::Password) => t.undo_password,
        Some(Removal::Locked) => t.undo_locked,
    }
}

/// Why the sign-in form is shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    None,
    Wrong { left: u32 },
    Wait { seconds: u32 },
    Missing,
    SessionEnded,
}

impl Trouble {
    pub(crate) fn is_wrong(self) -> bool {
        matches!(self, Trouble::Wrong { .. } | Trouble::Missing)
    }
}

/// The page that says who asks, what for, and takes the sign-in.
pub(crate) struct HelloView {
    pub(crate) sign_in: SignIn,
    pub(crate) trouble: Trouble,
    pub(crate) browser: Browser,
    /// `{public_url}/e/{token}`, for copying into Safari.
    pub(crate) link: String,
    /// `/e/{token}`.
    pub(crate) action: String,
    pub(crate) good_until: String,
    pub(crate) min_os: Option<String>,
    pub(crate) changes: String,
    pub(crate) undo: &'static str,
    /// What was typed as mail address, given back.
    pub(crate) mail: String,
}

impl HelloView {
    pub(crate) fn new(t: &Texts, link: &OpenLink, public_url: &str, token: &str) -> Self {
        HelloView {
            sign_in: link.sign_in,
            trouble: Trouble::None,
            browser: Browser::Safari,
            link: format!("{}/e/{token}", public_url.trim_end_matches('/')),
            action: format!("/e/{token}"),
            good_until: (t.date_time)(link.expires_at),
            min_os: link.min_os.clone(),
            changes: changes(t, &link.contents),
            undo: undo(t, &link.contents),
            mail: String::new(),
        }
    }

    pub(crate) fn asks_code(&self) -> bool {
        matches!(self.sign_in, SignIn::Code | SignIn::Both | SignIn::Directory)
    }

    pub(crate) fn asks_password(&self) -> bool {
        matches!(self.sign_in, SignIn::Password | SignIn::Both)
    }

    /// With a code, the link already says who it is.
    pub(crate) fn asks_mail(&self) -> bool {
        self.sign_in == SignIn::Password
    }

    pub(crate) fn trouble_title(&self, t: &Texts) -> Option<&'static str> {
        match self.trouble {
            Trouble::Wrong { .. } if self.asks_password() || self.sign_in == SignIn::Basic => Some(t.wrong_password),
            Trouble::Wrong { .. } => Some(t.wrong_code),
            Trouble::None | Trouble::Wait { .. } | Trouble::Missing | Trouble::SessionEnded => None,
        }
    }

    pub(crate) fn trouble_text(&self, t: &Texts) -> String {
        match self.trouble {
            Trouble::None => String::new(),
            Trouble::Wrong { left } => (t.tries_left)(left),
            Trouble::Wait { seconds } => (t.wait)(seconds),
            Trouble::Missing => t.missing.into(),
            Trouble::SessionEnded => t.session_ended.into(),
        }
    }

    pub(crate) fn title(&self, t: &Texts) -> &'static str {
        match self.sign_in {
            // Until a directory is connected, the code opens the link.
            SignIn::Code | SignIn::Directory => t.sign_in_code,
            SignIn::Password => t.sign_in_password,
            SignIn::Both => t.sign_in_both,
            SignIn::Basic => t.sign_in_basic,
        }
    }
}

/// Where one of the live steps stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Done,
    Here,
    ToCome,
}

/// The live list.
pub(crate) struct StepsView {
    pub(crate) stops: Vec<(Stop, &'static str, Option<String>)>,
    pub(crate) configured: bool,
    pub(crate) over: bool,
    pub(crate) paused: bool,
    pub(crate) base: String,
}

impl StepsView {
    pub(crate) fn new(t: &'static Texts, session: &SessionView, now: Timestamp, token: &str, paused: bool) -> Self {
        let reached = match session.state {
            State::Configured => 6,
            State::Issued if session.profile_sent => 5,
            State::Issued => 4,
            State::Identified => 3,
            State::Authenticated if session.download_ends_at.is_some() => 2,
            _ => 1,
        };
        let minutes = match (reached, session.download_ends_at) {
            (2, Some(end)) => Some((t.live_minutes)(end.0.saturating_sub(now.0).max(0).saturating_add(59) / 60)),
            _ => None,
        };
        let names = [t.live_signed_in, t.live_downloaded, t.live_identified, t.live_issued, t.live_sent, t.live_configured];
        let stops = names
            .into_iter()
            .zip(1..)
            .map(|(name, n)| {
                let stop = if n <= reached {
                    Stop::Done
                } else if n == reached + 1 {
                    Stop::Here
                } else {
                    Stop::ToCome
                };
                (stop, name, if n == 2 { minutes.clone() } else { None })
            })
            .collect();
        StepsView {
            stops,
            configured: session.state == State::Configured,
            over: matches!(session.state, State::Declined | State::Expired | State::Failed | State::Cancelled),
            paused,
            base: format!("/e/{token}"),
        }
    }
}

/// A CA certificate as a page shows it.
pub(crate) struct CaView {
    pub(crate) name: &'static str,
    /// SHA-256 in pairs.
    pub(crate) hex: String,
    pub(crate) words: String,
    /// The picture as one SVG path in a 5 by 5 view box.
    pub(crate) picture: String,
}

impl CaView {
    pub(crate) fn new(ca: &CaCertificate) -> Self {
        CaView { name: ca.name, hex: pairs(&ca.sha256), words: ca.words.join(" "), picture: picture_path(&ca.picture) }
    }
}

/// `ABCDEF` as `AB CD EF`, the way iOS shows fingerprints.
fn pairs(hex: &str) -> String {
    let mut out = String::with_capacity(hex.len() * 3 / 2);
    for (n, c) in hex.chars().filter(char::is_ascii_hexdigit).enumerate() {
        if n > 0 && n % 2 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// The dark cells of a 5 by 5 picture, row by row, as SVG path data.
fn picture_path(cells: &[bool]) -> String {
    let mut out = String::new();
    for (n, _) in cells.iter().enumerate().take(25).filter(|(_, dark)| **dark) {
        out.push_str(&format!("M{} {}h1v1h-1z", n % 5, n / 5));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::texts::{ENGLISH, FRENCH};

    #[test]
    fn a_contact_becomes_a_link_only_when_it_is_one() {
        for (text, href) in [
            ("rosa@example.edu", Some("mailto:rosa@example.edu")),
            ("+44 7700 900 100", Some("tel:+447700900100")),
            ("(01) 23-45.67", Some("tel:01234567")),
            ("Rosa Meier, room 2.07", None),
            ("rosa@example.edu?subject=x", None),
            ("javascript:alert(1)", None),
            ("a@b@c", None),
            ("12", None),
        ] {
            assert_eq!(Contact::new(text).href().as_deref(), href, "{text}");
        }
    }

    #[test]
    fn what_changes_is_one_sentence() {
        let all = ProfileContents {
            signing: true,
            authentication: true,
            further: true,
            wifi: Some("eduroam".into()),
            vpn: Some("vpn.example.edu".into()),
            passcode: Some(6),
            removal: None,
        };
        assert_eq!(
            changes(&ENGLISH, &all),
            "A certificate to sign your mail, a certificate that lets you in without a password, another certificate that signs, \
             Wi-Fi network eduroam, VPN vpn.example.edu, a passcode of at least 6 characters."
        );
        assert_eq!(changes(&FRENCH, &ProfileContents::default()), "Seuls des certificats sont ajoutés.");
    }

    #[test]
    fn a_fingerprint_is_shown_in_pairs_and_as_cells() {
        assert_eq!(pairs("A41C07F9"), "A4 1C 07 F9");
        assert_eq!(picture_path(&[true, false, false, false, false, false, true]), "M0 0h1v1h-1zM1 1h1v1h-1z");
        assert_eq!(picture_path(&[true; 30]).matches('M').count(), 25);
    }
}
