//! The wizard and the department.

use super::department::DepartmentRow;
use crate::{error::CommandError, state::App};
use ra::department as core;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Kind and size of the CA's keys.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum CaKey {
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits: the default.
    #[default]
    Rsa3072,
    /// RSA, 4096 bits.
    Rsa4096,
}

/// Whose root the portal's TLS certificate comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// A public one: phones trust it already.
    Public,
    /// The department's own: each phone installs it first.
    #[default]
    Private,
}

/// What the wizard has collected so far.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SetupDraft {
    /// Step reached, from 0.
    pub step: u8,
    /// Organization.
    pub organization: String,
    /// Department.
    pub department: String,
    /// Mail domains.
    pub mail_domains: Vec<String>,
    /// Name or address that phones use.
    pub host: String,
    /// HTTPS listen address.
    pub https: String,
    /// HTTP listen address.
    pub http: String,
    /// TLS.
    pub tls: Tls,
    /// CA key.
    pub ca_key: CaKey,
    /// Help line.
    pub contact: String,
    /// Training department.
    pub training: bool,
}

/// The department.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Department {
    /// Organization.
    pub organization: String,
    /// Department.
    pub department: String,
    /// Mail domains.
    pub mail_domains: Vec<String>,
    /// Names and addresses of the portal.
    pub hosts: Vec<String>,
    /// Training: never for real people.
    pub training: bool,
    /// Set up at.
    pub created_at: String,
    /// The portal's TLS certificate was imported.
    pub public_tls: bool,
    /// The root's key is in this folder.
    pub root_key_here: bool,
}

/// What the window needs to know first.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Account name of the officer.
    pub officer: String,
    /// Version of the program.
    pub version: String,
    /// The data folder.
    pub folder: String,
    /// The department.
    pub department: Option<Department>,
    /// All departments, that one first.
    pub departments: Vec<DepartmentRow>,
    /// Show the wizard: there is no department, or its last steps are left.
    pub setting_up: bool,
    /// The first row of the ledger that does not fit: somebody changed the database outside of Signet.
    pub ledger_broken_at: Option<u32>,
}

/// How far an interface's address reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Reach {
    /// This computer only.
    ThisComputer,
    /// Phones on the same network.
    ThisNetwork,
    /// Whoever can route to it: a public address.
    Anyone,
}

/// An address of this computer.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Interface {
    /// The system's name for it.
    pub name: String,
    /// IP address.
    pub address: String,
    /// Who can reach it, as far as the address tells.
    pub reach: Reach,
}

impl From<core::Department> for Department {
    fn from(d: core::Department) -> Self {
        Department {
            organization: d.organization,
            department: d.department,
            mail_domains: d.mail_domains,
            hosts: d.hosts,
            training: d.training,
            created_at: super::time(d.created_at),
            public_tls: d.public_tls,
            root_key_here: d.root_key_here,
        }
    }
}

impl Session {
    /// As it is now.
    pub fn of(app: &App, authority: &ra::Authority) -> Result<Self, CommandError> {
        let departments = if authority.is_set_up()? { app.as_operator(authority).departments()? } else { Vec::new() };
        Ok(Session {
            officer: app.officer().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            folder: authority.folder().display().to_string(),
            department: departments.first().cloned().map(Into::into),
            departments: departments.into_iter().map(Into::into).collect(),
            setting_up: app.as_operator(authority).is_setting_up()?,
            ledger_broken_at: app.ledger_broken_at().map(super::count),
        })
    }
}

impl From<core::SetupDraft> for SetupDraft {
    fn from(d: core::SetupDraft) -> Self {
        use protocol::key::KeyAlgorithm as Key;
        SetupDraft {
            step: d.step,
            organization: d.organization,
            department: d.department,
            mail_domains: d.mail_domains,
            host: d.hosts.into_iter().next().unwrap_or_default(),
            https: d.https,
            http: d.http,
            tls: if d.tls == "public" { Tls::Public } else { Tls::Private },
            ca_key: match d.ca_key {
                Some(Key::Rsa2048) => CaKey::Rsa2048,
                Some(Key::Rsa4096) => CaKey::Rsa4096,
                _ => CaKey::Rsa3072,
            },
            contact: d.contact,
            training: d.training,
        }
    }
}

impl SetupDraft {
    fn key(&self) -> protocol::key::KeyAlgorithm {
        use protocol::key::KeyAlgorithm as Key;
        match self.ca_key {
            CaKey::Rsa2048 => Key::Rsa2048,
            CaKey::Rsa3072 => Key::Rsa3072,
            CaKey::Rsa4096 => Key::Rsa4096,
        }
    }

    /// `https://host:port`, the port left out when it is 443.
    pub fn public_url(&self) -> String {
        url("https", &self.host, port(&self.https), "443")
    }

    /// Where CRLs are found, for a name that may last; else the authority derives it, and decides itself what it writes into certificates.
    pub fn status_url(&self) -> Option<String> {
        let name = self.host.parse::<std::net::IpAddr>().is_err();
        let end = self.host.rsplit('.').next().unwrap_or_default();
        let lasting = name && self.host.contains('.') && !["local", "localhost", "lan", "home", "internal"].contains(&end);
        lasting.then(|| url("http", &self.host, port(&self.http), "80"))
    }
}

impl SetupDraft {
    /// The first settings, by their fixed names.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("serve.https", self.https.clone()), ("serve.http", self.http.clone()), ("serve.public_url", self.public_url())];
        if !self.contact.trim().is_empty() {
            all.push(("portal.contact", self.contact.clone()));
        }
        all
    }

    /// The steps after the one that makes the department.
    pub fn left(&self) -> Self {
        SetupDraft { step: self.step.saturating_add(1), ..self.clone() }
    }
}

fn port(listen: &str) -> &str {
    listen.rsplit(':').next().unwrap_or_default()
}

fn url(scheme: &str, host: &str, port: &str, usual: &str) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    if port == usual { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{port}") }
}

impl From<SetupDraft> for core::SetupDraft {
    fn from(d: SetupDraft) -> Self {
        core::SetupDraft {
            step: d.step,
            public_url: d.public_url(),
            ca_key: Some(d.key()),
            organization: d.organization,
            department: d.department,
            mail_domains: d.mail_domains,
            hosts: vec![d.host],
            https: d.https,
            http: d.http,
            tls: if d.tls == Tls::Public { "public" } else { "private" }.to_owned(),
            contact: d.contact,
            training: d.training,
        }
    }
}

impl From<&SetupDraft> for core::NewDepartment {
    fn from(d: &SetupDraft) -> Self {
        core::NewDepartment {
            organization: d.organization.clone(),
            department: d.department.clone(),
            mail_domains: d.mail_domains.clone(),
            hosts: vec![d.host.clone()],
            ca_key: d.key(),
            status_url: d.status_url(),
            training: d.training,
        }
    }
}

impl Interface {
    /// Addresses of this computer that a phone could be given, loopback last.
    pub fn all() -> std::io::Result<Vec<Interface>> {
        let mut all: Vec<Interface> = if_addrs::get_if_addrs()?
            .into_iter()
            .filter(|i| i.ip() != std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)) // 127.0.0.1 says the same
            .filter_map(|i| Some(Interface { reach: reach(i.ip())?, address: i.ip().to_string(), name: i.name }))
            .collect();
        all.sort_by_key(|i| (i.reach == Reach::ThisComputer, i.address.contains(':')));
        Ok(all)
    }
}

impl Reach {
    /// Who can reach a listener on this address; all interfaces count as the widest one.
    pub fn of_listener(listen: &str) -> Self {
        match listen.parse::<std::net::SocketAddr>() {
            Ok(at) if at.ip().is_unspecified() => {
                let widest = Interface::all().unwrap_or_default().iter().any(|i| i.reach == Reach::Anyone);
                if widest { Reach::Anyone } else { Reach::ThisNetwork }
            }
            Ok(at) => reach(at.ip()).unwrap_or(Reach::ThisNetwork),
            Err(_) => Reach::ThisNetwork,
        }
    }
}

/// `None` for link-local addresses: they are of no use in a link.
fn reach(ip: std::net::IpAddr) -> Option<Reach> {
    use std::net::IpAddr::{V4, V6};
    match ip {
        ip if ip.is_loopback() => Some(Reach::ThisComputer),
        V4(ip) if ip.is_link_local() => None,
        V4(ip) if ip.is_private() || (ip.octets()[0] == 100 && ip.octets()[1] & 0xC0 == 64) => Some(Reach::ThisNetwork),
        V6(ip) if ip.is_unicast_link_local() => None,
        V6(ip) if ip.is_unique_local() => Some(Reach::ThisNetwork),
        V4(_) | V6(_) => Some(Reach::Anyone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(host: &str, https: &str) -> SetupDraft {
        let empty = SetupDraft::from(core::SetupDraft::default());
        SetupDraft { host: host.into(), https: https.into(), http: "192.0.2.4:8080".into(), ..empty }
    }

    #[test]
    fn the_public_url_is_made_from_the_name_and_the_port() {
        assert_eq!(draft("pki.example.edu", "192.0.2.4:8443").public_url(), "https://pki.example.edu:8443");
        assert_eq!(draft("pki.example.edu", "192.0.2.4:443").public_url(), "https://pki.example.edu");
        assert_eq!(draft("2001:db8::1", "[2001:db8::1]:8443").public_url(), "https://[2001:db8::1]:8443");
    }

    #[test]
    fn an_address_of_today_is_never_written_into_certificates() {
        assert_eq!(draft("192.0.2.4", "192.0.2.4:8443").status_url(), None);
        assert_eq!(draft("localhost", "127.0.0.1:8443").status_url(), None);
        assert_eq!(draft("laptop.local", "192.0.2.4:8443").status_url(), None);
        assert_eq!(draft("pki.example.edu", "192.0.2.4:8443").status_url().as_deref(), Some("http://pki.example.edu:8080"));
    }

    #[test]
    fn who_can_reach_an_address_is_said_plainly() {
        let of = |ip: &str| reach(ip.parse().unwrap());
        assert_eq!(of("127.0.0.1"), Some(Reach::ThisComputer));
        assert_eq!(of("10.1.2.3"), Some(Reach::ThisNetwork));
        assert_eq!(of("100.64.0.1"), Some(Reach::ThisNetwork));
        assert_eq!(of("192.0.2.4"), Some(Reach::Anyone));
        assert_eq!(of("169.254.1.1"), None);
        assert_eq!(of("fe80::1"), None);
        assert_eq!(of("fd00::1"), Some(Reach::ThisNetwork));
    }

    #[test]
    fn who_can_reach_a_listener_goes_by_its_address_and_all_interfaces_are_never_this_computer_alone() {
        assert_eq!(Reach::of_listener("127.0.0.1:1"), Reach::ThisComputer);
        assert_eq!(Reach::of_listener("[::1]:1"), Reach::ThisComputer);
        assert_eq!(Reach::of_listener("10.1.2.3:1"), Reach::ThisNetwork);
        assert_eq!(Reach::of_listener("192.0.2.4:1"), Reach::Anyone);
        for all in ["0.0.0.0:1", "[::]:1"] {
            assert_ne!(Reach::of_listener(all), Reach::ThisComputer, "{all}");
        }
    }
}
