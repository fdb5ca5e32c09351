//! Host names, addresses and origins as officers type them.

use std::net::IpAddr;

/// A host: a DNS name in lower case without a final dot, or an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Host {
    Name(String),
    Address(IpAddr),
}

impl Host {
    /// Reads a name or an address (IPv6 with or without brackets); the error says what to give instead.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse() {
            return Ok(Host::Address(address));
        }
        dns_name(text).map(Host::Name)
    }

    /// Can rest on it for years: a public-looking name, neither an address nor a name that only this network knows.
    pub(crate) fn lasts(&self) -> bool {
        match self {
            Host::Address(_) => false,
            Host::Name(name) => {
                name.contains('.')
                    && !["local", "localhost", "lan", "home", "internal"].contains(&name.rsplit('.').next().unwrap_or_default())
            }
        }
    }
}

/// As it stands in a URL.
impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// A DNS name (RFC 1034 3.5, RFC 1123 2.1), in lower case.
pub(crate) fn dns_name(text: &str) -> Result<String, String> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    if !name.is_ascii() {
        return Err(format!("write {text} in its ASCII form (xn--...)"));
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let numeric = name.rsplit('.').next().is_none_or(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if name.len() > 253 || numeric || !name.split('.').all(label) {
        return Err(format!("{:?} is no host name, such as pki.example.edu", shortened(text)));
    }
    Ok(name)
}

/// Scheme, host and port of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) scheme: &'static str,
    pub(crate) host: Host,
    pub(crate) port: u16,
    /// Empty, or `/a/b` without a final slash.
    pub(crate) path: String,
}

impl Origin {
    pub(crate) fn parse(text: &str, scheme: &'static str, with_path: bool) -> Result<Self, String> {
        let wrong = || format!("write it as {scheme}://host or {scheme}://host:port");
        let rest = text.trim().strip_prefix(scheme).and_then(|t| t.strip_prefix("://")).ok_or_else(wrong)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = path.trim_end_matches('/');
        if !path.is_empty() && (!with_path || !path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~".contains(&b))) {
            return Err(wrong());
        }
        let (host, port) = match authority.rfind(':') {
            Some(at) if !authority.ends_with(']') => {
                let (host, port) = authority.split_at(at);
                (host, port.trim_start_matches(':').parse().ok().filter(|p| *p != 0).ok_or_else(wrong)?)
            }
            _ => (authority, default_port(scheme)),
        };
        if host.contains(':') && !host.starts_with('[') {
            return Err("write an IPv6 address in brackets".to_owned());
        }
        Ok(Origin { scheme, host: Host::parse(host)?, port, path: path.to_owned() })
    }
}

fn default_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        if self.port != default_port(self.scheme) {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

/// Controls, and what turns the reading direction (UAX #9).
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

/// A person's text in an error message: not longer than a line.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::{Host, Origin, dns_name};

    #[test]
    fn names_and_addresses_are_read_as_people_write_them() {
        for (typed, read) in [
            ("PKI.Example.edu.", "pki.example.edu"),
            (" 192.168.1.5 ", "192.168.1.5"),
            ("[fd00::1]", "[fd00::1]"),
            ("fd00:0::1", "[fd00::1]"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(Host::parse(typed).unwrap().to_string(), read, "{typed}");
        }
        let long = format!("{}.edu", "a".repeat(64));
        for wrong in
            ["", "a b", "-a.edu", "a-.edu", "a..edu", "1.2.3", "a_b.edu", "bücher.example", "a\0.edu", &long, "*.example.edu", "a/b"]
        {
            assert!(Host::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(dns_name(&vec!["abc"; 64].join(".")).is_err(), "longer than 253");
    }

    #[test]
    fn only_a_name_that_lasts_may_stand_in_certificates() {
        for (host, lasts) in [
            ("pki.example.edu", true),
            ("example.org", true),
            ("localhost", false),
            ("laptop.local", false),
            ("laptop", false),
            ("192.168.1.5", false),
            ("fd00::1", false),
        ] {
            assert_eq!(Host::parse(host).unwrap().lasts(), lasts, "{host}");
        }
    }

    #[test]
    fn an_origin_is_read_and_written_without_what_says_nothing() {
        for (typed, scheme, read) in [
            ("https://pki.example.edu:8443/", "https", "https://pki.example.edu:8443"),
            ("https://pki.example.edu:443", "https", "https://pki.example.edu"),
            ("http://10.0.0.1", "http", "http://10.0.0.1"),
            ("http://[fd00::1]:80/crl", "http", "http://[fd00::1]/crl"),
        ] {
            assert_eq!(Origin::parse(typed, scheme, true).unwrap().to_string(), read, "{typed}");
        }
        for wrong in [
            "pki.example.edu",
            "http://pki.example.edu",
            "https://",
            "https://a.edu:0",
            "https://a.edu:99999",
            "https://u@a.edu",
            "https://a.edu/x",
            "https://a.edu?x",
        ] {
            assert!(Origin::parse(wrong, "https", false).is_err(), "{wrong}");
        }
        assert!(Origin::parse("http://a.edu/x y", "http", true).is_err());
    }
}
