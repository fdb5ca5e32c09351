//! Real sockets and TLS, with an iPhone's demands on server certificates (support.apple.com/103769).

use crate::transport::{Method, Request, Response, Transport, TransportError};
use openssl::{
    hash::MessageDigest,
    pkey::Id,
    x509::{X509, X509ExtendedKeyUsage},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};
use std::{error::Error as _, sync::Arc};

/// The longest a server certificate may live: every anchor, private ones too.
const MAX_DAYS: i32 = 825;

/// HTTP and HTTPS over sockets; trusts exactly the given roots.
pub struct Https {
    client: reqwest::blocking::Client,
}

impl Https {
    /// Trusts these root certificates (DER), and no other. Without any, only plain HTTP works.
    pub fn new(roots: &[Vec<u8>]) -> Result<Self, TransportError> {
        let network = |e: &dyn std::fmt::Display| TransportError::Network(e.to_string());
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(CertificateDer::from(root.clone())).map_err(|e| TransportError::Certificate(e.to_string()))?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| network(&e))?
            .with_root_certificates(store)
            .with_no_client_auth();
        let client = reqwest::blocking::Client::builder()
            .tls_backend_preconfigured(config)
            .tls_info(true)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|e| network(&e))?;
        Ok(Https { client })
    }
}

impl Transport for Https {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut builder = self.client.request(method, &request.url).timeout(request.timeout);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if request.method == Method::Post {
            builder = builder.body(request.body.clone());
        }
        // A kept connection may be closed while a request is on its way: what has no effect is then sent again (RFC 9112 9.3.1).
        let again = (request.method == Method::Get).then(|| builder.try_clone()).flatten();
        let response = match (builder.send(), again) {
            (Err(error), Some(again)) if error.is_request() && !error.is_timeout() && !error.is_connect() => again.send(),
            (first, _) => first,
        };
        let response = response.map_err(|e| failure(&e))?;
        if let Some(certificate) = response.extensions().get::<reqwest::tls::TlsInfo>().and_then(|info| info.peer_certificate()) {
            check_server_certificate(certificate).map_err(TransportError::Certificate)?;
        }
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let body = response.bytes().map_err(|e| failure(&e))?.to_vec();
        Ok(Response { status, headers, body })
    }
}

fn failure(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() {
        return TransportError::Timeout;
    }
    // The reason stands in the innermost cause.
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    if text.contains("certificate") { TransportError::Certificate(text) } else { TransportError::Network(text) }
}

/// RSA of 2048 bits or more or an elliptic curve, SHA-2, a name in subjectAltName, serverAuth, at most 825 days.
pub fn check_server_certificate(der: &[u8]) -> Result<(), String> {
    let refuse = |why: &str| Err(why.to_owned());
    let certificate = X509::from_der(der).map_err(|e| e.to_string())?;
    let key = certificate.public_key().map_err(|e| e.to_string())?;
    match key.id() {
        Id::RSA if key.bits() >= 2048 => (),
        Id::EC => (),
        _ => return refuse("its key is weaker than RSA-2048"),
    }
    let sha2 = [MessageDigest::sha256(), MessageDigest::sha384(), MessageDigest::sha512()];
    let digest = certificate.signature_algorithm().object().nid().signature_algorithms().map(|s| s.digest);
    if !digest.is_some_and(|d| sha2.iter().any(|s| s.type_() == d)) {
        return refuse("it is not signed with SHA-2");
    }
    let names = certificate.subject_alt_names().is_some_and(|n| n.iter().any(|n| n.dnsname().is_some() || n.ipaddress().is_some()));
    if !names {
        return refuse("it has no name in subjectAltName");
    }
    if !certificate.extended_key_usage().is_some_and(|usage| usage.contains(X509ExtendedKeyUsage::SSL_SERVER)) {
        return refuse("its extendedKeyUsage lacks serverAuth");
    }
    let lifetime = certificate.not_before().diff(certificate.not_after()).map_err(|e| e.to_string())?;
    if lifetime.days > MAX_DAYS || (lifetime.days == MAX_DAYS && lifetime.secs > 0) {
        return refuse("it is valid for more than 825 days");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Https, check_server_certificate};
    use crate::{
        KeyKind,
        mint::Minted,
        transport::{Request, Transport, TransportError},
    };
    use openssl::{
        hash::MessageDigest,
        x509::{
            X509Builder, X509Extension,
            extension::{ExtendedKeyUsage, SubjectAlternativeName},
        },
    };
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
    };

    fn name() -> X509Extension {
        let builder = X509Builder::new().unwrap();
        SubjectAlternativeName::new().dns("localhost").build(&builder.x509v3_context(None, None)).unwrap()
    }
    fn purpose() -> X509Extension {
        ExtendedKeyUsage::new().server_auth().build().unwrap()
    }
    fn judged(certificate: Minted<'_>) -> Result<(), String> {
        check_server_certificate(&certificate.mint().certificate.to_der().unwrap())
    }

    /// A server that answers so many requests of each connection, and closes it when it has read the next.
    fn closing_after(answers: Vec<usize>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for answers in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                for _ in 0..answers {
                    lines.by_ref().find(String::is_empty);
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
                }
                lines.find(String::is_empty);
            }
        });
        url
    }

    #[test]
    fn a_get_that_met_a_closing_connection_is_sent_once_more_and_a_post_is_not() {
        let get = |https: &Https, url: &str| https.send(&Request::get(url)).map(|response| response.body);
        let (https, url) = (Https::new(&[]).unwrap(), closing_after(vec![1, 1]));
        assert_eq!(get(&https, &url).unwrap(), b"ok");
        assert_eq!(get(&https, &url).unwrap(), b"ok", "on a second connection");
        let (https, url) = (Https::new(&[]).unwrap(), closing_after(vec![1, 0, 1]));
        assert_eq!(get(&https, &url).unwrap(), b"ok");
        assert!(matches!(get(&https, &url), Err(TransportError::Network(_))), "not a third time");
        let (https, url) = (Https::new(&[]).unwrap(), closing_after(vec![1, 1]));
        assert_eq!(get(&https, &url).unwrap(), b"ok");
        assert!(matches!(https.send(&Request::post(&url, "text/plain", Vec::new())), Err(TransportError::Network(_))));
    }

    #[test]
    fn server_certificates_are_judged_as_a_phone_does() {
        let good = || Minted::new("server", None).with(name()).with(purpose());
        judged(good()).unwrap();
        judged(Minted { days: 825, ..good() }).unwrap();
        judged(Minted { key: KeyKind::P256, ..good() }).unwrap();
        for (why, wrong) in [
            ("weaker", Minted { key: KeyKind::Rsa(1024), ..good() }),
            ("SHA-2", Minted { digest: MessageDigest::sha1(), ..good() }),
            ("825", Minted { days: 826, ..good() }),
            ("subjectAltName", Minted::new("server", None).with(purpose())),
            ("serverAuth", Minted::new("server", None).with(name())),
            ("serverAuth", Minted::new("server", None).with(name()).with(ExtendedKeyUsage::new().client_auth().build().unwrap())),
        ] {
            assert!(judged(wrong).unwrap_err().contains(why), "{why}");
        }
        assert!(check_server_certificate(b"x").is_err());
    }
}
