//! What the pages say. One struct with every text: a language that lacks one does not compile.
//!
//! Fields named `…_html` are our own fixed markup (bold names of iOS buttons); everything else is plain text and escaped by the page.

mod english;
mod french;

use protocol::Timestamp;

pub(crate) use english::ENGLISH;
pub(crate) use french::FRENCH;

/// A heading and the sentence below it.
pub(crate) struct Message {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    pub(crate) next: &'static str,
}

/// All texts of one language.
pub(crate) struct Texts {
    /// BCP 47.
    pub(crate) lang: &'static str,
    pub(crate) training: &'static str,
    pub(crate) questions: &'static str,
    /// "Tuesday 24 November 2026, 10:12 UTC".
    pub(crate) date_time: fn(Timestamp) -> String,

    // Hello.
    pub(crate) step_1: &'static str,
    pub(crate) step_2: &'static str,
    pub(crate) step_3: &'static str,
    pub(crate) hello_title: fn(&str) -> String,
    pub(crate) hello_text: &'static str,
    pub(crate) we_read: &'static str,
    pub(crate) we_read_what: &'static str,
    pub(crate) changes: &'static str,
    pub(crate) change_signing: &'static str,
    pub(crate) change_authentication: &'static str,
    pub(crate) change_further: &'static str,
    pub(crate) change_wifi: fn(&str) -> String,
    pub(crate) change_vpn: fn(&str) -> String,
    pub(crate) change_passcode: fn(u8) -> String,
    pub(crate) change_nothing_else: &'static str,
    /// Escrow, before anything is agreed: no key of the phone is kept anywhere.
    pub(crate) keys_stay: &'static str,
    pub(crate) undo: &'static str,
    pub(crate) undo_removable: &'static str,
    pub(crate) undo_password: &'static str,
    pub(crate) undo_locked: &'static str,
    pub(crate) good_until: fn(&str) -> String,
    pub(crate) needs_os: fn(&str) -> String,
    pub(crate) sign_in_code: &'static str,
    pub(crate) sign_in_code_hint: &'static str,
    pub(crate) sign_in_password: &'static str,
    pub(crate) sign_in_both: &'static str,
    pub(crate) sign_in_basic: &'static str,
    pub(crate) sign_in_basic_hint: &'static str,
    pub(crate) code: &'static str,
    pub(crate) mail: &'static str,
    pub(crate) password: &'static str,
    pub(crate) agree: &'static str,
    pub(crate) not_you: &'static str,
    pub(crate) never_tell: &'static str,
    pub(crate) wrong_code: &'static str,
    pub(crate) wrong_password: &'static str,
    pub(crate) tries_left: fn(u32) -> String,
    pub(crate) missing: &'static str,
    pub(crate) wait: fn(u32) -> String,
    pub(crate) session_ended: &'static str,

    // Another browser.
    pub(crate) browser_other: &'static str,
    pub(crate) browser_in_app: &'static str,
    pub(crate) browser_desktop: &'static str,
    pub(crate) browser_copy_html: &'static str,
    pub(crate) browser_paste_html: &'static str,
    pub(crate) browser_camera: &'static str,
    pub(crate) browser_still: &'static str,

    // Password.
    pub(crate) password_title: &'static str,
    pub(crate) password_text: &'static str,
    pub(crate) password_new: &'static str,
    pub(crate) password_rule: &'static str,
    pub(crate) password_refused: &'static str,
    pub(crate) password_save: &'static str,

    // Download.
    pub(crate) download_title: fn(&str) -> String,
    pub(crate) download: &'static str,
    pub(crate) limit_title: &'static str,
    pub(crate) limit_text: &'static str,
    pub(crate) ios_asks_download: &'static str,
    pub(crate) ios_allow: &'static str,
    pub(crate) ios_profile_downloaded: &'static str,
    pub(crate) ios_install: &'static str,
    pub(crate) ios_verified: &'static str,
    pub(crate) tap_allow: &'static str,
    pub(crate) tap_close_html: &'static str,
    pub(crate) tap_settings_html: &'static str,
    pub(crate) tap_install_html: &'static str,
    pub(crate) tap_again_html: &'static str,
    pub(crate) tap_second_html: &'static str,
    pub(crate) worked_when_html: &'static str,
    pub(crate) i_saw: &'static str,
    pub(crate) decline: &'static str,
    pub(crate) decline_hint: &'static str,
    pub(crate) too_old: fn(&str, &str) -> String,
    pub(crate) too_old_how_html: &'static str,

    // Live steps.
    pub(crate) live_title: &'static str,
    pub(crate) live_text: &'static str,
    pub(crate) live_signed_in: &'static str,
    pub(crate) live_downloaded: &'static str,
    pub(crate) live_minutes: fn(i64) -> String,
    pub(crate) live_identified: &'static str,
    pub(crate) live_issued: &'static str,
    pub(crate) live_sent: &'static str,
    pub(crate) live_configured: &'static str,
    pub(crate) live_done_word: &'static str,
    pub(crate) live_here_word: &'static str,
    pub(crate) live_to_come_word: &'static str,
    pub(crate) live_pause: &'static str,
    pub(crate) live_resume: &'static str,
    pub(crate) live_next: &'static str,
    pub(crate) live_over: &'static str,

    // Done.
    pub(crate) done_title: &'static str,
    pub(crate) done_where: &'static str,
    pub(crate) done_wifi: &'static str,
    pub(crate) done_mail: &'static str,
    pub(crate) done_mail_see: &'static str,
    pub(crate) done_vpn: &'static str,
    pub(crate) done_seen: &'static str,
    pub(crate) done_close: &'static str,

    // Ends and errors.
    pub(crate) expired: Message,
    pub(crate) used: Message,
    pub(crate) cancelled: Message,
    pub(crate) too_many_tries: Message,
    pub(crate) declined: Message,
    pub(crate) unknown_link: Message,
    pub(crate) unknown_page: Message,
    pub(crate) not_ready: Message,
    pub(crate) wrong_host: Message,
    pub(crate) too_many_failures: Message,
    pub(crate) too_large: Message,
    pub(crate) too_long_address: Message,
    pub(crate) too_slow: Message,
    pub(crate) bad_request: Message,
    pub(crate) other_site: Message,
    pub(crate) wrong_method: Message,
    pub(crate) wrong_type: Message,
    pub(crate) our_fault: Message,
    pub(crate) only_https: Message,
    pub(crate) sign_in_first: Message,
    pub(crate) basic_first: Message,
    pub(crate) to_link: &'static str,

    // The private root.
    pub(crate) trust_step: &'static str,
    pub(crate) trust_title: &'static str,
    pub(crate) trust_text: &'static str,
    pub(crate) trust_download: &'static str,
    pub(crate) trust_compare_title: &'static str,
    pub(crate) trust_compare: &'static str,
    pub(crate) trust_picture: &'static str,
    pub(crate) trust_hex: &'static str,
    pub(crate) trust_allow_html: &'static str,
    pub(crate) trust_details_html: &'static str,
    pub(crate) trust_install_html: &'static str,
    pub(crate) trust_switch_html: &'static str,
    pub(crate) trust_switched_on: &'static str,
    pub(crate) trust_continue: &'static str,
    pub(crate) trust_check: &'static str,
    pub(crate) trusted_title: &'static str,
    pub(crate) trusted_text: &'static str,
    pub(crate) trusted_next: &'static str,

    // The department's page.
    pub(crate) front_text: &'static str,
    pub(crate) front_root: &'static str,
    pub(crate) front_issuing: &'static str,
    pub(crate) front_fingerprint: &'static str,
    pub(crate) front_certificate: &'static str,
    pub(crate) front_chain: &'static str,
    pub(crate) front_crl: &'static str,
    pub(crate) front_invited: &'static str,
    pub(crate) front_invited_how: &'static str,
    pub(crate) front_https: &'static str,
    pub(crate) front_trust: &'static str,
}

/// Weekday (Monday first), day, month (0 to 11), year, hour and minute in UTC.
fn civil(at: Timestamp) -> (usize, u8, usize, i32, u8, u8) {
    let t = at.to_offset();
    (
        usize::from(t.weekday().number_days_from_monday()),
        t.day(),
        usize::from(u8::from(t.month())).saturating_sub(1),
        t.year(),
        t.hour(),
        t.minute(),
    )
}

/// `names[n]`, or nothing: calendars have no thirteenth month.
fn nth(names: &'static [&'static str], n: usize) -> &'static str {
    names.get(n).copied().unwrap_or_default()
}
