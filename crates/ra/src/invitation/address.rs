//! Absolute addresses of the portal; from settings, never from a request.

use crate::{Error, Result, department::Department, settings::Settings};

/// `https://host:port` without a slash at the end: the setting, or the department's first host with the port we listen on.
pub(crate) fn public_url(settings: &Settings, department: &Department) -> Result<String> {
    if let Some(url) = &settings.public_url {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let missing = || Error::invalid("serve.public_url", "phones need an address: give the portal's https address in the settings");
    let host = department.hosts.first().ok_or_else(missing)?;
    let port = port(&settings.https).ok_or_else(missing)?;
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.clone() };
    Ok(if port == 443 { format!("https://{host}") } else { format!("https://{host}:{port}") })
}

/// `http://host:port/trust`: the host of the public URL, the port of the plain listener.
pub(crate) fn trust_url(settings: &Settings, public: &str) -> Result<String> {
    let failed = || Error::invalid("serve.http", "an address with a port is needed, e.g. 127.0.0.1:8080");
    let port = port(&settings.http).ok_or_else(failed)?;
    let host = host(public).ok_or_else(failed)?;
    Ok(if port == 80 { format!("http://{host}/trust") } else { format!("http://{host}:{port}/trust") })
}

/// The port of a listen address.
fn port(listen: &str) -> Option<u16> {
    listen.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).filter(|port| *port != 0)
}

/// The host of a URL, brackets around IPv6 kept.
pub(crate) fn host(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split('/').next()?;
    if let Some(end) = authority.find(']') {
        return authority.get(..=end);
    }
    authority.split(':').next().filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_in_urls() {
        assert_eq!(host("https://pki.example.edu:8443"), Some("pki.example.edu"));
        assert_eq!(host("https://[2001:db8::1]:8443/x"), Some("[2001:db8::1]"));
        assert_eq!(host("https://192.0.2.7"), Some("192.0.2.7"));
        assert_eq!(host("nonsense"), None);
    }
}
