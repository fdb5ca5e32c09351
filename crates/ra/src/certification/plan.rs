//! What stands in our own certificates: CA, RA, profile signer, OCSP responder, TLS.

use crate::{
    Error, Result,
    certificate::{self, Kind},
    host::Host,
    settings::{Numbers, Settings},
};
use protocol::{
    Timestamp,
    key::PublicKey,
    x509::{
        AttributeType, Authority, CertificateSpec, CertificateView, DistinguishedName, ExtendedKeyUsage, KeyUsage, NameConstraints,
        SerialNumber, SubjectAltName, Validity, sign_certificate,
    },
};
use rusqlite::Connection;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A year of 365.25 days, in days times 4: so that "20 years" ends on the day that people expect.
fn years(years: u32) -> i64 {
    i64::from(years) * 1461 / 4
}

/// One of our own certificates before it has a serial number.
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) subject: DistinguishedName,
    pub(super) san: Vec<SubjectAltName>,
    pub(super) public_key: PublicKey,
    pub(super) urls: StatusUrls,
    pub(super) constraints: Option<NameConstraints>,
    /// How long it lives, as the settings have it.
    pub(super) numbers: Numbers,
}

impl Plan {
    /// Days of validity. A responder cannot be revoked (nocheck), so it lives shortly; the root's as long as the root's CRL, because the
    /// root's key may be in a drawer.
    fn days(&self, issuer: Option<&CertificateView>) -> i64 {
        let numbers = &self.numbers;
        match self.kind {
            Kind::Root => years(numbers.root_years),
            Kind::Issuing => years(numbers.issuing_years),
            Kind::ProfileSigner => years(numbers.profile_signer_years),
            Kind::Tls => numbers.tls_days.into(),
            Kind::Ocsp if issuer.is_some_and(|issuer| issuer.issuer_der == issuer.subject_der) => numbers.crl_root_next_update_days.into(),
            Kind::Ocsp => numbers.ocsp_days.into(),
            _ => years(numbers.ra_years),
        }
    }

    fn key_usage(&self) -> KeyUsage {
        match self.kind {
            Kind::Root | Kind::Issuing => KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
            // RFC 8894 2.2: the RA signs answers and opens requests.
            Kind::Ra => KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT),
            _ => KeyUsage::DIGITAL_SIGNATURE,
        }
    }

    /// RA and profile signer state no purpose: RFC 8894 has none, Apple documents none for who signs configuration profiles, and
    /// CMS verifiers (RFC 5652, OpenSSL) take a signer without one. They have no alternative name, so they are nobody's server or mailbox.
    fn extended_key_usage(&self) -> Vec<ExtendedKeyUsage> {
        match self.kind {
            Kind::Tls => vec![ExtendedKeyUsage::ServerAuth],
            Kind::Ocsp => vec![ExtendedKeyUsage::OcspSigning],
            _ => Vec::new(),
        }
    }

    /// Step 1 of docs/issuance-cycle.md: a serial number for this plan, recorded. `issuer` signs; `None`: self-signed.
    pub(super) fn reserve(&self, tx: &Connection, at: Timestamp, issuer: Option<&[u8]>) -> Result<SerialNumber> {
        let serial = certificate::fresh_serial()?;
        let intent = json!({
            "profile": self.kind.as_str(),
            "subject": self.subject.to_string(),
            "key": crate::issue::hex(&self.public_key.fingerprint()),
        });
        certificate::reserve(tx, at, &serial, issuer, &intent)?;
        Ok(serial)
    }

    /// Steps 2 and 3: signs, reads back and lints. `issuer` `None`: self-signed by `authority`.
    pub(super) fn sign(
        &self,
        at: Timestamp,
        serial: SerialNumber,
        authority: &dyn Authority,
        issuer: Option<&CertificateView>,
    ) -> Result<CertificateView> {
        let backdated = at.plus(-self.numbers.backdated());
        let not_before = issuer.map_or(backdated, |issuer| backdated.max(issuer.validity.not_before));
        let end = not_before.plus(self.days(issuer) * Timestamp::DAY - 1); // both ends are inclusive (RFC 5280 4.1.2.5)
        let not_after = issuer.map_or(end, |issuer| end.min(issuer.validity.not_after));
        let spec = CertificateSpec {
            serial,
            subject: self.subject.clone(),
            san: self.san.clone(),
            validity: Validity { not_before, not_after },
            public_key: self.public_key.clone(),
            key_usage: self.key_usage(),
            extended_key_usage: self.extended_key_usage(),
            ca: match self.kind {
                Kind::Root => Some(Some(1)),
                Kind::Issuing => Some(Some(0)),
                _ => None,
            },
            name_constraints: self.constraints.clone(),
            policies: Vec::new(),
            crl_urls: self.urls.crl.clone(),
            ca_issuer_urls: self.urls.issuer.clone(),
            ocsp_urls: self.urls.ocsp.clone(),
            ocsp_nocheck: self.kind == Kind::Ocsp,
        };
        let view = CertificateView::from_der(&sign_certificate(&spec, authority)?)?;
        let faults = view.lint(&spec, issuer.unwrap_or(&view));
        if !faults.is_empty() {
            return Err(Error::fault(format!("the {} certificate is not as meant: {}", self.kind.as_str(), faults.join("; "))));
        }
        Ok(view)
    }
}

/// The certificate is made as a profile signer's: for signatures and for no purpose, without an alternative name. Nobody else's is,
/// whatever the row says that holds it: people's and the transport identity's have purposes, the RA's encrypts, too.
pub(crate) fn is_profile_signer(certificate: &CertificateView) -> bool {
    certificate.key_usage == Some(KeyUsage::DIGITAL_SIGNATURE)
        && certificate.extended_key_usage.is_empty()
        && certificate.san.is_empty()
        && !certificate.is_ca
}

/// `CN=Physics Root CA,OU=Physics,O=Example University`; the common name is cut to its 64 characters (RFC 5280 appendix A).
pub(super) fn subject(organization: &str, department: &str, role: &str) -> Result<DistinguishedName> {
    let room = 64 - role.chars().count() - 1;
    let short: String = department.chars().take(room).collect();
    Ok(DistinguishedName::new(vec![
        (AttributeType::Organization, organization.to_owned()),
        (AttributeType::OrganizationalUnit, department.to_owned()),
        (AttributeType::CommonName, format!("{} {role}", short.trim_end())),
    ])?)
}

/// The subject of the portal's certificate: its first name as common name, where it fits.
pub(super) fn tls_subject(organization: &str, hosts: &[Host]) -> Result<DistinguishedName> {
    let mut attributes = vec![(AttributeType::Organization, organization.to_owned())];
    let name = hosts.iter().find_map(|host| match host {
        Host::Name(name) if name.len() <= 64 => Some(name.clone()),
        _ => None,
    });
    attributes.extend(name.map(|name| (AttributeType::CommonName, name)));
    Ok(DistinguishedName::new(attributes)?)
}

/// Hosts as alternative names.
pub(super) fn alternative_names(hosts: &[Host]) -> Vec<SubjectAltName> {
    let name = |host: &Host| match host {
        Host::Name(name) => SubjectAltName::DnsName(name.clone()),
        Host::Address(address) => SubjectAltName::IpAddress(*address),
    };
    hosts.iter().map(name).collect()
}

/// What phones that trust our root will believe us about: the department's mail and its portal, and addresses that only a private
/// network has (RFC 1918, RFC 4193, link-local, loopback). A department without a full name of its own may be tried as `localhost`;
/// one that has a name need not, and linters take a single label for a mistake.
pub(super) fn constraints(mail_domains: &[String], hosts: &[Host]) -> NameConstraints {
    let mut dns_names: Vec<String> = mail_domains.to_vec();
    for host in hosts {
        if let Host::Name(name) = host
            && !below_one_of(name, &dns_names)
        {
            dns_names.push(name.clone());
        }
    }
    if !hosts.iter().any(|host| matches!(host, Host::Name(_))) {
        dns_names.push("localhost".to_owned());
    }
    NameConstraints { rfc822_domains: mail_domains.to_vec(), dns_names, ip_ranges: PRIVATE_RANGES.to_vec() }
}

/// May our issuing CA certify this host for the department?
pub(crate) fn is_permitted(host: &Host, mail_domains: &[String], hosts: &[Host]) -> bool {
    match host {
        Host::Name(name) => below_one_of(name, &constraints(mail_domains, hosts).dns_names),
        Host::Address(address) => PRIVATE_RANGES.iter().any(|range| within(*address, *range)),
    }
}

const PRIVATE_RANGES: [(IpAddr, u8); 7] = [
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
];

/// RFC 5280 4.2.1.10: a dNSName permits itself and everything below.
fn below_one_of(name: &str, permitted: &[String]) -> bool {
    permitted.iter().any(|p| name == p || name.strip_suffix(p.as_str()).is_some_and(|rest| rest.ends_with('.')))
}

fn within(address: IpAddr, (network, bits): (IpAddr, u8)) -> bool {
    let same = |a: u128, b: u128, width: u8| bits == 0 || (a ^ b) >> (width - bits) == 0;
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => same(u32::from(a).into(), u32::from(n).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => same(a.into(), n.into(), 128),
        _ => false,
    }
}

/// Addresses that certificates state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StatusUrls {
    /// cRLDistributionPoints.
    pub(crate) crl: Vec<String>,
    /// caIssuers.
    pub(crate) issuer: Vec<String>,
    /// OCSP, where the department states that it always answers.
    pub(crate) ocsp: Vec<String>,
}

impl StatusUrls {
    /// Of what the CA `name` issues; empty without a status address. One that does not last stands there only where the settings insist,
    /// and as the responder's wherever the department states that.
    pub(crate) fn new(settings: &Settings, name: &str) -> Self {
        let Some(url) = &settings.status_url else { return StatusUrls::default() };
        let list = |so: bool, url: String| so.then_some(url).into_iter().collect();
        StatusUrls {
            crl: list(settings.status_in_certificates, format!("{url}/crl/{name}.crl")),
            issuer: list(settings.status_in_certificates, format!("{url}/ca/{name}.crt")),
            ocsp: list(settings.ocsp_in_certificates, format!("{url}/ocsp/{name}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Host, is_permitted, subject, tls_subject};

    #[test]
    fn the_ca_may_certify_its_own_names_and_private_addresses_only() {
        let (domains, hosts) = (["example.edu".to_owned()], [Host::Name("pki.physics.test".into())]);
        for (host, permitted) in [
            ("example.edu", true),
            ("pki.example.edu", true),
            ("badexample.edu", false),
            ("pki.physics.test", true),
            ("physics.test", false),
            ("localhost", false),
            ("10.1.2.3", true),
            ("172.31.0.1", true),
            ("172.32.0.1", false),
            ("192.168.255.1", true),
            ("141.1.2.3", false),
            ("127.0.0.1", true),
            ("::1", true),
            ("fd12::1", true),
            ("fe80::1", true),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_permitted(&Host::parse(host).unwrap(), &domains, &hosts), permitted, "{host}");
        }
        let localhost = Host::Name("localhost".into());
        for hosts in [&[][..], &[Host::parse("10.1.2.3").unwrap()], std::slice::from_ref(&localhost)] {
            assert!(is_permitted(&localhost, &domains, hosts), "tried without a name: {hosts:?}");
        }
    }

    #[test]
    fn common_names_never_exceed_what_the_standard_allows() {
        let department = "é".repeat(64);
        let name = subject("O", &department, "Issuing CA").unwrap();
        assert_eq!(name.common_name().unwrap().chars().count(), 64);
        assert!(name.common_name().unwrap().ends_with("é Issuing CA"));
        assert_eq!(tls_subject("O", &[Host::parse("10.0.0.1").unwrap()]).unwrap().to_string(), "O=O");
    }
}
