//! Every setting by its fixed name: its default and what it accepts.

use super::{Removal, SignIn, numbers::NUMBERS};
use crate::{
    host::{Host, Origin, dns_name, is_hidden, shortened},
    profile::{PILOT_POLICY, ProfileDraft, ProfileName, is_oid, is_uri},
};
use protocol::{Timestamp, x509::baseline::is_reserved_policy};
use std::net::SocketAddr;

/// Reads what was typed; gives the form that is stored, or what to write instead.
type Read = fn(&str) -> Result<String, String>;

/// From where to where a number goes, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Bounds {
    /// The least that is accepted.
    pub least: u32,
    /// The most that is accepted.
    pub most: u32,
}

/// What a setting accepts.
enum Check {
    /// What is read so.
    Text(Read),
    /// A whole number within these bounds.
    Number(Bounds),
}

/// Where a setting may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For the organization alone: it is about the network, this computer, or what all departments share.
    Organization,
    /// For the organization, and otherwise for each department.
    Department,
}

/// A setting.
pub(super) struct Definition {
    pub(super) key: &'static str,
    pub(super) level: Level,
    /// Empty: the department does not have it.
    pub(super) default: &'static str,
    check: Check,
}

impl Definition {
    /// Reads what was typed; gives the form that is stored, or what to write instead.
    pub(super) fn read(&self, typed: &str) -> Result<String, String> {
        match self.check {
            Check::Text(read) => read(typed),
            Check::Number(Bounds { least, most }) => number(typed, least, most),
        }
    }
    /// From where to where it goes; `None`: it is no plain number.
    pub(super) fn bounds(&self) -> Option<Bounds> {
        match self.check {
            Check::Text(_) => None,
            Check::Number(bounds) => Some(bounds),
        }
    }
}

const fn of_organization(key: &'static str, default: &'static str, read: Read) -> Definition {
    Definition { key, level: Level::Organization, default, check: Check::Text(read) }
}

const fn of_department(key: &'static str, default: &'static str, read: Read) -> Definition {
    Definition { key, level: Level::Department, default, check: Check::Text(read) }
}

/// A whole number from `least` to `most`.
pub(super) const fn number_of_organization(key: &'static str, default: &'static str, least: u32, most: u32) -> Definition {
    Definition { key, level: Level::Organization, default, check: Check::Number(Bounds { least, most }) }
}

/// A whole number from `least` to `most`.
pub(super) const fn number_of_department(key: &'static str, default: &'static str, least: u32, most: u32) -> Definition {
    Definition { key, level: Level::Department, default, check: Check::Number(Bounds { least, most }) }
}

/// All but those of [`NUMBERS`]. The names are an interface that others rely on.
const DEFINITIONS: &[Definition] = &[
    of_organization("serve.https", "127.0.0.1:8443", listen),
    of_organization("serve.http", "127.0.0.1:8080", listen),
    of_organization("serve.public_url", "", |t| Origin::parse(t, "https", false).map(|o| o.to_string())),
    of_organization("serve.device_ca", "", file),
    of_organization("status.url", "", |t| Origin::parse(t, "http", true).map(|o| o.to_string())),
    of_organization("status.in_certificates", "auto", |t| if t == "auto" { Ok(t.to_owned()) } else { yes_no(t) }),
    of_department("status.ocsp_in_certificates", "no", yes_no),
    of_organization("crl.delta", "no", yes_no),
    of_department("portal.sign_in", "code", way_to_sign_in),
    of_department("portal.contact", "", |t| text(t, 200)),
    of_department("cps.version", "", |t| text(t, 40)),
    of_department("cps.url", "", cps_url),
    of_department("cps.oid", "", cps_oid),
    of_department("cps.since", "", day),
    of_department("bundle", "signing authentication", bundle),
    of_department("authentication.with_address", "yes", yes_no),
    of_organization("mail.server", "", mail_server),
    of_organization("mail.from", "", address),
    of_organization("mail.user", "", |t| text(t, 200)),
    of_department("wifi.ssid", "", ssid),
    of_department("wifi.server_names", "", server_names),
    of_department("vpn.server", "", |t| Host::parse(t).map(|h| h.to_string())),
    of_department("vpn.remote_id", "", |t| text(t, 255)),
    // 0 where the phone gets nothing that signs in its holder's name: `passcode::is_asked_for`.
    of_department(super::PASSCODE, "6", passcode),
    of_department("device.min_os", "", version),
    of_department("removal", "removable", |t| word(t, &["removable", "password", "locked"])),
    of_organization("scep.legacy", "no", yes_no),
    of_organization("scep.ca_in_answer", "no", yes_no),
    of_department("scep.manual_approval", "no", yes_no),
    number_of_organization("revoke.four_eyes_above", "10", 1, 100_000),
    number_of_organization("revoke.four_eyes_hours", "24", 1, 720),
    number_of_organization("revoke.maybe_lost_days", "3", 1, 90),
    number_of_department("invitation.hours", "72", 1, 720),
    // S/MIME Baseline Requirements 4.2.1: 398 days for control of the mail server or domain (3.2.2.1, 3.2.2.3), 30 for control of the
    // mailbox by a mailed value (3.2.2.2), 825 for who somebody is. An officer's record is none of them and takes the first.
    of_organization(super::VALID_DAYS, "398", valid_days),
];

/// Kept sealed and never shown: the password for taking the configuration profile off a supervised phone.
pub(super) const REMOVAL_PASSWORD: &str = "removal.password";

/// Where the setting of this name may be set; `None`: there is no such setting.
pub(super) fn level(key: &str) -> Option<Level> {
    if key == REMOVAL_PASSWORD { Some(Level::Department) } else { definition(key).map(|d| d.level) }
}

/// All of them, in the order of the documentation.
pub(super) fn all() -> impl Iterator<Item = &'static Definition> {
    DEFINITIONS.iter().chain(NUMBERS)
}

pub(super) fn definition(key: &str) -> Option<&'static Definition> {
    all().find(|d| d.key == key)
}

pub(super) fn sign_in(text: &str) -> Option<SignIn> {
    Some(match text {
        "code" => SignIn::Code,
        "password" => SignIn::Password,
        "both" => SignIn::Both,
        "directory" => SignIn::Directory,
        "basic" => SignIn::Basic,
        _ => return None,
    })
}

pub(super) fn removal(text: &str) -> Option<Removal> {
    Some(match text {
        "removable" => Removal::Removable,
        "password" => Removal::Password,
        "locked" => Removal::Locked,
        _ => return None,
    })
}

fn listen(text: &str) -> Result<String, String> {
    let address: SocketAddr = text.parse().map_err(|_| "write an address and a port, such as 0.0.0.0:8443".to_owned())?;
    Ok(address.to_string())
}

fn file(text: &str) -> Result<String, String> {
    let path = std::path::absolute(text).map_err(|e| e.to_string())?;
    let pem = std::fs::read(&path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
    if !pem.windows(27).any(|w| w == b"-----BEGIN CERTIFICATE-----") {
        return Err(format!("{} holds no certificate in PEM", path.display()));
    }
    path.to_str().map(str::to_owned).ok_or_else(|| "a path in UTF-8".to_owned())
}

pub(super) fn yes_no(text: &str) -> Result<String, String> {
    match text {
        "yes" | "true" | "on" | "1" => Ok("yes".to_owned()),
        "no" | "false" | "off" | "0" => Ok("no".to_owned()),
        _ => Err("write yes or no".to_owned()),
    }
}

fn word(text: &str, words: &[&str]) -> Result<String, String> {
    if words.contains(&text) { Ok(text.to_owned()) } else { Err(format!("write one of {}", words.join(", "))) }
}

/// The name `directory` is kept for later: what cannot be done is not accepted as if it were.
fn way_to_sign_in(text: &str) -> Result<String, String> {
    if text == "directory" {
        return Err("Signet cannot ask a directory yet; choose code, password, both or basic".to_owned());
    }
    word(text, &["code", "password", "both", "basic"])
}

/// Text that is shown to people: no control characters, nothing that turns the reading direction.
fn text(text: &str, most: usize) -> Result<String, String> {
    if text.chars().count() > most || text.chars().any(is_hidden) {
        return Err(format!("at most {most} characters, without line breaks or hidden characters"));
    }
    Ok(text.to_owned())
}

fn number(text: &str, least: u32, most: u32) -> Result<String, String> {
    let number = text.parse::<u32>().ok().filter(|n| (least..=most).contains(n));
    number.map(|n| n.to_string()).ok_or_else(|| format!("a whole number from {least} to {most}"))
}

fn passcode(text: &str) -> Result<String, String> {
    if text == "0" { Ok(text.to_owned()) } else { number(text, 4, 16).map_err(|_| "0 (no rule), or a length from 4 to 16".to_owned()) }
}

fn valid_days(text: &str) -> Result<String, String> {
    if text == "0" {
        Ok(text.to_owned())
    } else {
        number(text, 1, 825).map_err(|_| "0 (no limit), or a whole number from 1 to 825".to_owned())
    }
}

fn version(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split('.').collect();
    if parts.len() <= 3 && parts.iter().all(|p| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit())) {
        Ok(text.to_owned())
    } else {
        Err("write a version of iOS, such as 15.0".to_owned())
    }
}

/// The names of a list: separated by blanks or commas.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t', '\n']).filter(|w| !w.is_empty())
}

fn bundle(text: &str) -> Result<String, String> {
    let mut names = Vec::new();
    for word in words(text) {
        let name = ProfileName::parse(word).filter(|name| !ProfileDraft::builtin(*name).decrypts());
        let name = name.ok_or_else(|| format!("{:?} is no certificate profile that a phone can ask for", shortened(word)))?.as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if !names.contains(&"authentication") {
        return Err("a phone always gets authentication: name it too".to_owned());
    }
    Ok(names.join(" "))
}

/// As it stands in certificates (RFC 5280 4.2.1.4).
fn cps_url(text: &str) -> Result<String, String> {
    if is_uri(text) {
        return Ok(text.to_owned());
    }
    Err("write the CPS as an address in ASCII that begins with https:// or http://, of at most 200 characters".to_owned())
}

/// Neither anyPolicy, nor a pilot's, nor one by which only audited public CAs issue, nor one that some clients refuse: it would stand in
/// every certificate.
fn cps_oid(text: &str) -> Result<String, String> {
    if !is_oid(text) || text == PILOT_POLICY || text.starts_with("2.5.29.") || is_reserved_policy(text) {
        return Err("write the policy as an OID of your own, such as 1.3.6.1.4.1.32473.1".to_owned());
    }
    if text.split('.').any(|arc| arc.parse::<i32>().is_err()) {
        return Err("the policy has a number above 2147483647: clients written in Go refuse certificates with it".to_owned());
    }
    Ok(text.to_owned())
}

fn day(text: &str) -> Result<String, String> {
    if text.len() == 10 && Timestamp::parse(&format!("{text}T00:00:00Z")).is_some() {
        return Ok(text.to_owned());
    }
    Err("write the date as 2026-11-21".to_owned())
}

/// RADIUS server names, a leading `*.` allowed as in Apple's payload.
fn server_names(text: &str) -> Result<String, String> {
    let mut names = Vec::new();
    for word in words(text) {
        let (star, name) = word.strip_prefix("*.").map_or(("", word), |name| ("*.", name));
        names.push(format!("{star}{}", dns_name(name)?));
    }
    if names.len() > 50 { Err("at most 50 names".to_owned()) } else { Ok(names.join(" ")) }
}

/// IEEE 802.11: 1 to 32 octets.
fn ssid(name: &str) -> Result<String, String> {
    if name.len() > 32 { Err("a network name has at most 32 octets".to_owned()) } else { text(name, 32) }
}

fn address(text: &str) -> Result<String, String> {
    let wrong = || "write a mail address, such as pki@example.edu".to_owned();
    let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    if local.is_empty() || local.len() > 64 || !local.bytes().all(atom) {
        return Err(wrong());
    }
    Ok(format!("{local}@{}", dns_name(domain).map_err(|_| wrong())?))
}

/// `smtps://H:P`, or `smtp://H:P` where STARTTLS is demanded unless the host is this computer.
fn mail_server(text: &str) -> Result<String, String> {
    let scheme = if text.starts_with("smtps://") { "smtps" } else { "smtp" };
    let wrong = || "write it as smtps://host:465 or smtp://host:587".to_owned();
    let (_, authority) = text.strip_prefix(scheme).and_then(|t| t.strip_prefix("://")).map(|t| ((), t)).ok_or_else(wrong)?;
    let (host, port) = authority.rsplit_once(':').ok_or_else(wrong)?;
    let port = port.parse::<u16>().ok().filter(|p| *p != 0).ok_or_else(wrong)?;
    Ok(format!("{scheme}://{}:{port}", Host::parse(host).map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use super::{all, definition};

    #[test]
    fn every_default_is_accepted_by_its_own_setting() {
        for d in all().filter(|d| !d.default.is_empty()) {
            assert_eq!(d.read(d.default).as_deref(), Ok(d.default), "{}", d.key);
        }
    }

    #[test]
    fn what_is_typed_is_stored_in_one_form_or_refused_with_the_reason() {
        for (key, typed, stored) in [
            ("serve.https", "[::1]:8443", Some("[::1]:8443")),
            ("serve.https", "8443", None),
            ("serve.public_url", "https://PKI.example.edu:8443/", Some("https://pki.example.edu:8443")),
            ("serve.public_url", "http://pki.example.edu", None),
            ("serve.public_url", "https://pki.example.edu/portal", None),
            ("status.url", "http://pki.example.edu/pki/", Some("http://pki.example.edu/pki")),
            ("status.url", "https://pki.example.edu", None),
            ("status.in_certificates", "auto", Some("auto")),
            ("status.in_certificates", "perhaps", None),
            ("portal.sign_in", "basic", Some("basic")),
            ("portal.sign_in", "directory", None),
            ("portal.sign_in", "none", None),
            ("portal.contact", "Rosa, 123", Some("Rosa, 123")),
            ("portal.contact", "Ro\u{202e}sa", None),
            ("portal.contact", "two\nlines", None),
            ("bundle", "authentication, signing,signing", Some("authentication signing")),
            ("bundle", "signing", None),
            ("bundle", "authentication encryption", None),
            ("cps.version", "2.1 of 2026", Some("2.1 of 2026")),
            ("cps.version", "2.1\n2.2", None),
            ("cps.url", "https://pki.example.edu/cps.pdf", Some("https://pki.example.edu/cps.pdf")),
            ("cps.url", "pki.example.edu/cps.pdf", None),
            ("cps.oid", "1.3.6.1.4.1.32473.1", Some("1.3.6.1.4.1.32473.1")),
            ("cps.oid", "2.5.29.32.0", None),
            ("cps.oid", "2.23.140.1.5.3.2", None),
            ("cps.oid", "1.3.6.1.4.1.2147483647", Some("1.3.6.1.4.1.2147483647")),
            ("cps.oid", "1.3.6.1.4.1.2147483648", None),
            ("cps.oid", crate::profile::PILOT_POLICY, None),
            ("cps.since", "2026-11-21", Some("2026-11-21")),
            ("cps.since", "2026-11-31", None),
            ("cps.since", "21.11.2026", None),
            ("scep.legacy", "true", Some("yes")),
            ("mail.server", "smtp://mail.example.edu:587", Some("smtp://mail.example.edu:587")),
            ("mail.server", "mail.example.edu", None),
            ("mail.from", "PKI@Example.EDU", Some("PKI@example.edu")),
            ("mail.from", "a@b@", None),
            ("wifi.ssid", "eduroam", Some("eduroam")),
            ("wifi.ssid", "an SSID that is longer than 32 octets", None),
            ("wifi.server_names", "radius.example.edu *.Example.edu", Some("radius.example.edu *.example.edu")),
            ("wifi.server_names", "radius.*.edu", None),
            ("vpn.server", "vpn.example.edu", Some("vpn.example.edu")),
            ("passcode.min_length", "6", Some("6")),
            ("passcode.min_length", "3", None),
            ("device.min_os", "15.0", Some("15.0")),
            ("device.min_os", "fifteen", None),
            ("removal", "locked", Some("locked")),
            ("invitation.hours", "0", None),
            ("invitation.hours", "24", Some("24")),
            ("mailbox.valid_days", "0", Some("0")),
            ("mailbox.valid_days", "825", Some("825")),
            ("mailbox.valid_days", "826", None),
            ("mailbox.valid_days", "-1", None),
        ] {
            let read = definition(key).unwrap().read(typed);
            assert_eq!(read.as_deref().ok(), stored, "{key} = {typed:?}: {read:?}");
        }
    }
}
