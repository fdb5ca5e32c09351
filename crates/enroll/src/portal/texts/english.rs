//! English.

use super::{Message, Texts, civil, nth};
use protocol::Timestamp;

const DAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: &[&str] =
    &["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

fn date_time(at: Timestamp) -> String {
    let (weekday, day, month, year, hour, minute) = civil(at);
    format!("{} {day} {} {year}, {hour:02}:{minute:02} UTC", nth(DAYS, weekday), nth(MONTHS, month))
}

pub(crate) static ENGLISH: Texts = Texts {
    lang: "en",
    training: "Training department: for practice, not for real people and phones.",
    questions: "Questions?",
    date_time,

    step_1: "Step 1 of 3: sign in",
    step_2: "Step 2 of 3: download and install",
    step_3: "Step 3 of 3: check",
    hello_title: |department| format!("{department} would like to set up your iPhone"),
    hello_text: "You were invited to put your certificates on this phone. It takes about three minutes, and nothing happens before you agree below.",
    we_read: "What we read from the phone",
    we_read_what: "Its name, model, iOS version and language; its serial number, device number (UDID), IMEI or MEID, SIM card number (ICCID) and Wi-Fi address. Nothing else: no photos, mail or places.",
    changes: "What changes on the phone",
    change_signing: "a certificate to sign your mail",
    change_authentication: "a certificate that lets you in without a password",
    change_further: "another certificate that signs",
    change_wifi: |ssid| format!("Wi-Fi network {ssid}"),
    change_vpn: |server| format!("VPN {server}"),
    change_passcode: |n| format!("a passcode of at least {n} characters"),
    change_nothing_else: "Only certificates are added.",
    keys_stay: "The keys that sign or let you in are made on this phone and stay there: nobody else has them, and no copy is kept.",
    undo: "How to undo it",
    undo_removable: "Settings, General, VPN & Device Management: remove it there at any time.",
    undo_password: "Settings, General, VPN & Device Management. On a supervised phone, removing it needs a password from the department.",
    undo_locked: "On a supervised phone only the department can remove it; on any other phone: Settings, General, VPN & Device Management.",
    good_until: |time| format!("This link works until {time}."),
    needs_os: |version| format!("Your iPhone needs iOS {version} or later."),
    sign_in_code: "Type the code you were given",
    sign_in_code_hint: "Eight letters and digits, from the person who invited you. The link alone is not enough.",
    sign_in_password: "Sign in",
    sign_in_both: "Sign in with your code and your password",
    sign_in_basic: "Sign in",
    sign_in_basic_hint: "Your iPhone will ask for your mail address and your password.",
    code: "Code",
    mail: "Mail address",
    password: "Password",
    agree: "Agree and continue",
    not_you: "Not for you? Close this page; nothing has changed.",
    never_tell: "Never tell the code to anyone who calls you. We do not ask for it by telephone.",
    wrong_code: "That code does not match.",
    wrong_password: "That does not match.",
    tries_left: |n| match n {
        1 => "Look again; one try is left.".into(),
        n => format!("Look again; {n} tries are left."),
    },
    missing: "Fill in every field, then continue.",
    wait: |seconds| {
        let minutes = seconds.div_ceil(60).max(1);
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        format!("Too many wrong tries. Wait {minutes} {unit}, then try again; your link stays good.")
    },
    session_ended: "Your sign-in has ended. Sign in again to go on; nothing is lost.",

    browser_other: "Open this page in Safari. iOS takes configuration profiles only from Safari.",
    browser_in_app: "You are in the browser of another app. Open this page in Safari: iOS takes configuration profiles only from there.",
    browser_desktop: "This page is made for an iPhone or iPad. Open it there in Safari, or scan your QR code with its camera.",
    browser_copy_html: "Press and hold this address, then tap <b>Copy</b>.",
    browser_paste_html: "Open <b>Safari</b>, press and hold the address bar, tap <b>Paste and Go</b>.",
    browser_camera: "You need not scan the QR code again.",
    browser_still: "Your link is still good; opening it here used nothing up. If this is Safari on an iPhone or iPad after all, go on here.",

    password_title: "Choose a password",
    password_text: "You will use it with your mail address when you sign in here again. Nobody else knows it, not even the person who invited you.",
    password_new: "New password",
    password_rule: "8 to 128 characters; not your mail address and not a common password.",
    password_refused: "That password cannot be used. Choose another one: 8 to 128 characters, not your mail address, not a common password.",
    password_save: "Save the password",

    download_title: |name| format!("{name}, download, then install in Settings"),
    download: "Download",
    limit_title: "You have 8 minutes after downloading",
    limit_text: "Then iOS deletes the download. No harm done: come back here and tap Download again.",
    ios_asks_download: "This website is trying to download a configuration profile. Do you want to allow this?",
    ios_allow: "Allow",
    ios_profile_downloaded: "Profile Downloaded",
    ios_install: "Install",
    ios_verified: "Verified",
    tap_allow: "Tap Download. Safari asks; tap",
    tap_close_html: "Safari says <b>Profile Downloaded</b>. Tap <b>Close</b>.",
    tap_settings_html: "Open <b>Settings</b>. Under your name, tap",
    tap_install_html: "Tap <b>Install</b> at the top right, and type your passcode",
    tap_again_html: "Tap <b>Install</b> once more. The phone now works for about ten seconds.",
    tap_second_html: "A second profile appears. Read it, tap <b>Install</b>, then <b>Done</b>.",
    worked_when_html: "It worked when Settings says <b>Profile Installed</b>.",
    i_saw: "I saw “Profile Installed”",
    decline: "No, do not set up this phone",
    decline_hint: "This ends your invitation. What is already on the phone stays until you remove it.",
    too_old: |has, needs| format!("Your iPhone has iOS {has}; iOS {needs} or later is needed."),
    too_old_how_html: "Open <b>Settings</b>, <b>General</b>, <b>Software Update</b>, install the update, then come back to this page and tap Download again.",

    live_title: "What we see of it here",
    live_text: "This list follows your phone by itself.",
    live_signed_in: "You signed in",
    live_downloaded: "Download sent to the phone",
    live_minutes: |n| match n {
        ..=0 => "the 8 minutes are over: download again".into(),
        1 => "1 minute left".into(),
        n => format!("{n} minutes left"),
    },
    live_identified: "Phone recognized",
    live_issued: "Phone has its own key",
    live_sent: "Configuration sent",
    live_configured: "Certificates issued",
    live_done_word: "done",
    live_here_word: "now",
    live_to_come_word: "to come",
    live_pause: "Stop updating",
    live_resume: "Go on updating",
    live_next: "It worked: see how to check",
    live_over: "This invitation is over.",

    done_title: "It worked. You can check it yourself",
    done_where: "In Settings, General, VPN & Device Management:",
    done_wifi: "Wi-Fi joins without asking:",
    done_mail: "In the settings of your mail account, under Advanced, you can now switch on",
    done_mail_see: "Sign",
    done_vpn: "In Settings, General, VPN & Device Management, VPN:",
    done_seen: "We saw your phone get its certificates.",
    done_close: "The person who invited you can see that it worked. You can close this page.",

    expired: Message {
        title: "This link has ended",
        text: "A link works for a limited time only. Opening it has changed nothing on your phone.",
        next: "Ask the person who invited you for a new one.",
    },
    used: Message {
        title: "This link has been used",
        text: "A phone was set up with it, and a link works for one phone.",
        next: "For another phone, or if it was not you, call the person who invited you.",
    },
    cancelled: Message {
        title: "This link was withdrawn",
        text: "It was cancelled or replaced by a newer one. Opening it has changed nothing on your phone.",
        next: "Look for a newer message, or ask the person who invited you.",
    },
    too_many_tries: Message {
        title: "This link is closed: too many wrong codes",
        text: "After too many wrong codes a link closes, so that nobody can guess. Opening it has changed nothing on your phone.",
        next: "Ask the person who invited you for a new link and a new code.",
    },
    declined: Message {
        title: "You said no, and that is fine",
        text: "The invitation has ended. If something was already installed: Settings, General, VPN & Device Management.",
        next: "If you change your mind, ask the person who invited you for a new link.",
    },
    unknown_link: Message {
        title: "We do not know this link",
        text: "Perhaps a letter is missing, or the link ended long ago. Opening it has changed nothing on your phone.",
        next: "Scan the QR code again, or ask the person who invited you.",
    },
    unknown_page: Message {
        title: "There is no such page",
        text: "Perhaps a letter is missing in the address.",
        next: "If you were invited, scan your QR code again.",
    },
    not_ready: Message {
        title: "Not ready just now",
        text: "The department’s server cannot answer at the moment. Your link stays good and nothing is lost.",
        next: "Try again in a few minutes.",
    },
    wrong_host: Message {
        title: "This is not the address of this server",
        text: "The page was asked for under a name that this server does not have.",
        next: "Scan your QR code again, or type the address exactly as it was given to you.",
    },
    too_many_failures: Message {
        title: "Too many wrong tries from your network",
        text: "To keep guessing out, sign-in from your network pauses for a few minutes. Your link stays good.",
        next: "Wait a while, or switch Wi-Fi off and try with mobile data.",
    },
    too_large: Message {
        title: "That is too much",
        text: "What was sent is longer than this page accepts. Nothing was changed.",
        next: "Go back and type less.",
    },
    too_long_address: Message {
        title: "The address is too long",
        text: "No link of ours is as long as this one.",
        next: "If you were invited, scan your QR code again.",
    },
    too_slow: Message {
        title: "That took too long",
        text: "The connection was so slow that we stopped waiting. Nothing was changed.",
        next: "Go where reception is better and try again.",
    },
    bad_request: Message {
        title: "We could not read that",
        text: "Part of what was sent is missing or damaged. Nothing was changed.",
        next: "Go back and try again.",
    },
    other_site: Message {
        title: "This came from another site",
        text: "A form of this page was sent by another site. We have not acted on it.",
        next: "Open your link again and go on from there.",
    },
    wrong_method: Message {
        title: "That did not work",
        text: "This address does not take what was sent. Nothing was changed.",
        next: "Open your link again and go on from there.",
    },
    wrong_type: Message {
        title: "That did not work",
        text: "This page does not take that kind of content. Nothing was changed.",
        next: "Open your link again and go on from there.",
    },
    our_fault: Message {
        title: "The mistake is ours",
        text: "The server could not finish this. It has been noted; your link stays good.",
        next: "Try again in a few minutes. If it stays like this, tell the person who invited you.",
    },
    only_https: Message {
        title: "This page is on our secure address only",
        text: "You came by an address without encryption, where nobody should type anything.",
        next: "Scan your QR code again, or type the link exactly as it was given to you. It begins with",
    },
    sign_in_first: Message {
        title: "Sign in first",
        text: "The download is for the person who signed in on this page, in this browser.",
        next: "Open your link and sign in there.",
    },
    basic_first: Message {
        title: "Signing in was stopped",
        text: "Nothing was changed, and your link stays good.",
        next: "Open your link again to sign in.",
    },
    to_link: "Open your link again",

    trust_step: "Before you start, only once",
    trust_title: "Let your iPhone know this department",
    trust_text: "The department vouches for its own certificates. Your iPhone has to be told once, in two parts. You type nothing on this page.",
    trust_download: "Download the department’s root",
    trust_compare_title: "Compare before you tap Install",
    trust_compare: "The words and the picture must be the same as on the screen or the letter of the person who invited you. If they differ, stop and call us.",
    trust_picture: "Picture of the fingerprint",
    trust_hex: "The same as digits; iOS shows them under More Details, Fingerprints, SHA-256:",
    trust_allow_html: "Tap the button above, then <b>Allow</b> and <b>Close</b>. Open <b>Settings</b> and tap",
    trust_details_html: "Tap <b>More Details</b>, then the certificate, and compare the SHA-256 fingerprint.",
    trust_install_html: "Tap <b>Install</b>, type your passcode, tap <b>Install</b> twice more, then <b>Done</b>.",
    trust_switch_html: "Go to <b>General</b>, <b>About</b> and, at the very bottom, <b>Certificate Trust Settings</b>. Switch on",
    trust_switched_on: "switched on",
    trust_continue: "I have switched it on: check it",
    trust_check: "The next page opens only when the switch is on: that is the check. If Safari warns you instead, come back and look at the switch.",
    trusted_title: "It worked: your iPhone knows this department",
    trusted_text: "That this page opened is the proof.",
    trusted_next: "Now scan the second QR code, or open the link of your invitation.",

    front_text: "This page publishes the department’s certificates. Whoever receives signed mail from here can check it with them.",
    front_root: "Root certificate",
    front_issuing: "Certificate of the issuing CA",
    front_fingerprint: "SHA-256 fingerprint",
    front_certificate: "Certificate",
    front_chain: "Chain (PKCS #7)",
    front_crl: "Revocation list (CRL)",
    front_invited: "Have you been invited?",
    front_invited_how: "Open the link of your invitation, or scan its QR code with the camera of your iPhone. There is nothing to do on this page.",
    front_https: "Secure address of this server:",
    front_trust: "Let an iPhone know this department",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_out() {
        assert_eq!((ENGLISH.date_time)(Timestamp(1_795_255_920)), "Saturday 21 November 2026, 10:12 UTC");
    }

    #[test]
    fn one_try_is_singular() {
        assert_eq!((ENGLISH.tries_left)(1), "Look again; one try is left.");
        assert_eq!((ENGLISH.tries_left)(4), "Look again; 4 tries are left.");
        assert!((ENGLISH.wait)(61).contains("2 minutes"));
        assert!((ENGLISH.wait)(0).contains("1 minute,"));
    }
}
