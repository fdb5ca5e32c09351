//! Real sockets and TLS.

use super::Site;
use crate::serve::{ServeError, ServeOptions, Server};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, SignatureScheme, StreamOwned,
    client::ResolvesClientCert,
    pki_types::{CertificateDer, ServerName},
    sign::CertifiedKey,
};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

fn options(site: &Site) -> ServeOptions {
    let any = "127.0.0.1:0".parse().unwrap();
    ServeOptions { https: any, http: any, log: site.log.clone(), clock: Arc::new(site.clock.clone()) }
}

fn start(site: &Site) -> Server {
    Server::start(site.authority.enroller(), options(site)).unwrap()
}

/// Notices whether the server asks for a client certificate.
#[derive(Debug, Default)]
struct Asked(AtomicBool);

impl ResolvesClientCert for Asked {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::SeqCst);
        None
    }
    fn has_certs(&self) -> bool {
        true
    }
}

/// One request over verified TLS; the answer and whether a client certificate was asked for.
fn over_tls(site: &Site, address: SocketAddr, version: &'static rustls::SupportedProtocolVersion, request: &str) -> (String, bool) {
    let mut roots = RootCertStore::empty();
    let root = site.operator.ca_certificates().unwrap().into_iter().find(|c| c.name == "root").unwrap();
    roots.add(CertificateDer::from(root.der)).unwrap();
    let asked = Arc::new(Asked::default());
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(asked.clone());
    let name = ServerName::try_from("pki.example.edu").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    (String::from_utf8_lossy(&answer).into_owned(), asked.0.load(Ordering::SeqCst))
}

fn in_the_clear(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    // A reset after the answer is as good as an end.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The TLS identity is judged by the computer's clock, so the department of this test lives today.
fn today() -> Site {
    let site = Site::empty();
    let now = ra::ports::Clock::now(&ra::ports::SystemClock);
    site.clock.advance(now.0 - ra::testing::START);
    ra::testing::department(&site.authority);
    site.operator.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
    site
}

#[test]
fn tls_is_verified_by_the_root_and_never_asks_for_a_client_certificate() {
    let site = today();
    let server = start(&site);
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let request = "GET /healthz HTTP/1.1\r\nHost: pki.example.edu\r\nConnection: close\r\n\r\n";
        let (answer, asked) = over_tls(&site, server.https_addr(), version, request);
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok\n"), "{answer}");
        assert!(answer.contains("content-length: 3\r\n"), "{answer}");
        assert!(!asked);
        let (answer, _) = over_tls(&site, server.https_addr(), version, "GET / HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 421 "), "{answer}");
        let (answer, _) = over_tls(&site, server.https_addr(), version, "GET /scep/x?operation=GetCACaps HTTP/1.0\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.0 200 OK"), "{answer}");
    }
    let log = server.log();
    assert_eq!(log.len(), 6);
    assert!(log.iter().all(|e| e.secure && e.peer == Some("127.0.0.1".parse().unwrap())));
    server.stop();
}

#[test]
fn plain_http_takes_http_1_0_without_a_host_and_answers_with_a_length() {
    let site = Site::new();
    let server = start(&site);
    for request in [
        "GET /scep/signet?operation=GetCACert HTTP/1.0\r\n\r\n",
        "GET /scep/signet?operation=GetCACert HTTP/1.1\r\nConnection: close\r\n\r\n",
    ] {
        let answer = in_the_clear(server.http_addr(), request.as_bytes());
        assert!(answer.contains(" 200 OK\r\n"), "{answer}");
        assert!(answer.contains("content-length: ") && !answer.contains("chunked"), "{answer}");
        assert!(answer.contains("content-type: application/x-x509-ca-ra-cert\r\n"), "{answer}");
    }
    let posted = in_the_clear(server.http_addr(), b"POST /scep/signet?operation=PKIOperation HTTP/1.0\r\nContent-Length: 1\r\n\r\nx");
    assert!(posted.contains(" 400 "), "{posted}");
    let (too_long, too_much) = ("x".repeat(70_000), "y: z\r\n".repeat(20_000));
    assert!(in_the_clear(server.http_addr(), format!("GET /{too_long} HTTP/1.1\r\n\r\n").as_bytes()).contains(" 4"));
    assert!(in_the_clear(server.http_addr(), format!("GET / HTTP/1.1\r\n{too_much}\r\n").as_bytes()).contains(" 431 "));
    assert!(in_the_clear(server.http_addr(), b"\x16\x03\x01 no HTTP at all\r\n\r\n").contains(" 400 "));
    server.stop();
}

#[test]
fn a_peer_that_does_not_finish_its_head_is_cut_off() {
    let site = Site::new();
    let server = Server::start_with(site.authority.enroller(), options(&site), Duration::from_millis(200), 8).unwrap();
    let mut slow = TcpStream::connect(server.http_addr()).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    let started = Instant::now();
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    assert!(started.elapsed() < Duration::from_secs(8), "cut off, not timed out here");
    assert!(in_the_clear(server.http_addr(), b"GET /healthz HTTP/1.0\r\n\r\n").ends_with("ok\n"), "others are served");
    server.stop();
}

#[test]
fn beyond_the_places_a_connection_is_closed_at_once_and_a_free_place_is_used() {
    let site = Site::new();
    let server = Server::start_with(site.authority.enroller(), options(&site), Duration::from_secs(60), 2).unwrap();
    let health = b"GET /healthz HTTP/1.0\r\n\r\n";
    // Answered once, so that both are known to hold their places.
    let hold = || {
        let mut held = TcpStream::connect(server.http_addr()).unwrap();
        held.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert!(held.read(&mut [0; 512]).unwrap() > 0);
        held
    };
    let (first, second) = (hold(), hold());
    assert_eq!(in_the_clear(server.http_addr(), health), "", "no place");
    drop(first);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !in_the_clear(server.http_addr(), health).ends_with("ok\n") {
        assert!(Instant::now() < deadline, "the place is free again");
    }
    drop(second);
    server.stop();
}

#[test]
fn a_port_in_use_is_said_so() {
    let site = Site::new();
    let server = start(&site);
    let second = ServeOptions { https: server.https_addr(), ..options(&site) };
    let error = Server::start(site.authority.enroller(), second).err().unwrap();
    assert!(matches!(error, ServeError::InUse(address) if address == server.https_addr()));
    assert!(error.to_string().contains("choose another port"));
    let nowhere = ServeOptions { http: "192.0.2.1:0".parse().unwrap(), ..options(&site) };
    assert!(matches!(Server::start(site.authority.enroller(), nowhere), Err(ServeError::NoSuchAddress(_))));
    let address = server.https_addr();
    server.stop();
    assert!(TcpStream::connect(address).is_err(), "closed");
    let again = Server::start(site.authority.enroller(), ServeOptions { https: address, ..options(&site) }).unwrap();
    assert_eq!(again.https_addr(), address);
}

/// Elsewhere than on Linux this computer has no loopback address but the first.
#[cfg(target_os = "linux")]
#[test]
fn nothing_listens_before_the_first_start_and_then_only_the_chosen_address() {
    let site = Site::new();
    // Addresses of this test's own: at others somebody else might listen on the same port.
    let (chosen, neighbour) = ([127, 0, 0, 77], [127, 0, 0, 78]);
    let free = [(); 2].map(|()| std::net::TcpListener::bind(SocketAddr::from((chosen, 0))).unwrap());
    let [https, http] = free.each_ref().map(|listener| listener.local_addr().unwrap());
    drop(free);
    site.operator.set_setting("serve.https", &https.to_string()).unwrap();
    site.operator.set_setting("serve.http", &http.to_string()).unwrap();
    for address in [https, http] {
        assert!(TcpStream::connect(address).is_err(), "nobody has started it");
    }
    let server = Server::start(site.authority.enroller(), ServeOptions { https, http, ..options(&site) }).unwrap();
    for address in [https, http] {
        TcpStream::connect(address).unwrap();
        assert!(TcpStream::connect(SocketAddr::from((neighbour, address.port()))).is_err(), "{address} alone was chosen");
    }
    server.stop();
    for address in [https, http] {
        assert!(TcpStream::connect(address).is_err(), "it was stopped");
    }
}

#[test]
fn without_a_department_nothing_listens() {
    let site = Site::empty();
    assert!(matches!(Server::start(site.authority.enroller(), options(&site)), Err(ServeError::Authority(_))));
}

#[tokio::test]
async fn a_server_may_be_dropped_inside_an_asynchronous_program() {
    let site = Site::new();
    drop(start(&site));
}

#[test]
fn a_new_tls_identity_is_used_for_new_connections() {
    let site = today();
    let server = start(&site);
    let before = site.authority.enroller().tls_identity().unwrap().fingerprint;
    let leaf = |server: &Server| {
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap();
        let mut roots = RootCertStore::empty();
        let root = site.operator.ca_certificates().unwrap().into_iter().find(|c| c.name == "root").unwrap();
        roots.add(CertificateDer::from(root.der)).unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("pki.example.edu").unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = TcpStream::connect(server.https_addr()).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        connection.peer_certificates().unwrap()[0].to_vec()
    };
    let first = leaf(&server);
    // Another address: the certificate is made anew.
    site.operator.set_setting("serve.public_url", "https://192.168.7.9:8443").unwrap();
    let after = site.authority.enroller().tls_identity().unwrap().fingerprint;
    assert_ne!(before, after, "the authority re-issued it");
    server.reload();
    let deadline = Instant::now() + Duration::from_secs(20);
    while leaf(&server) == first {
        assert!(Instant::now() < deadline, "the new identity is used");
        std::thread::yield_now();
    }
    server.stop();
}
