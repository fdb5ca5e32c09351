//! What bad input gets at the socket: a status that says why, and a server that goes on.

use crate::house::{ALICE, House, MINUTE};
use device::{
    iphone::Variant,
    transport::{Method, Request, Transport},
};
use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// Sends octets as they are to the plain door; the status, and how long it took until the connection was closed.
fn raw(door: SocketAddr, octets: &[u8]) -> (Option<u16>, Duration) {
    let started = Instant::now();
    let mut socket = TcpStream::connect(door).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // The server may close before it has read all.
    let _ = socket.write_all(octets);
    let mut answer = Vec::new();
    match socket.read_to_end(&mut answer) {
        Ok(_) => (),
        Err(error) if error.kind() == ErrorKind::ConnectionReset => (),
        Err(error) => panic!("the connection stays open: {error}"),
    }
    let status = String::from_utf8_lossy(&answer).split(' ').nth(1).and_then(|s| s.parse().ok());
    (status, started.elapsed())
}

fn still_up(house: &House) {
    let answer = house.wire().send(&Request::get(&house.https("/healthz"))).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"ok\n".as_slice()));
}

fn post(house: &House, path: &str, kind: Option<&str>, body: Vec<u8>) -> u16 {
    let mut request = Request::post(&house.https(path), kind.unwrap_or_default(), body);
    if kind.is_none() {
        request.headers.clear();
    }
    house.wire().send(&request).unwrap().status
}

const OTA: Option<&str> = Some("application/pkcs7-signature");
const SCEP: Option<&str> = Some("application/x-pki-message");

#[test]
fn over_the_air_posts_are_checked_by_type_size_and_form() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let phase1 = house.phase1(&wire, &invitation);
    let phone = house.phone(Variant::default());
    let flow = phone.begin(&phase1).unwrap();
    let path = flow.service.url.strip_prefix(&house.https("")).unwrap();
    let good = phone.phase2_message(&flow.service).unwrap();

    for kind in [None, Some("application/x-pki-message"), Some("text/plain"), Some("application/octet-stream"), Some("x")] {
        assert_eq!(post(&house, path, kind, good.clone()), 415, "{kind:?}");
    }
    assert_eq!(post(&house, path, OTA, vec![0x30; 64 * 1024 + 1]), 413);
    assert_eq!(post(&house, path, OTA, Vec::new()), 400);
    assert_eq!(post(&house, path, OTA, b"hello".to_vec()), 400);
    assert_eq!(post(&house, path, OTA, vec![0x30; 64 * 1024]), 400);
    assert_eq!(post(&house, path, OTA, [0x30, 0x80].repeat(30_000)), 400, "deeply nested");
    for cut in [1, 2, 10, 100, good.len() / 2, good.len() - 1] {
        assert_eq!(post(&house, path, OTA, good[..cut].to_vec()), 400, "cut at {cut}");
    }
    let get = Request { method: Method::Get, ..Request::get(&flow.service.url) };
    assert_eq!(wire.send(&get).unwrap().status, 405);
    for unknown in ["/ota/AAAAAAAAAAAAAAAAAAAAAA", "/ota/x", "/ota/%00", "/ota/%2e%2e%2f", &format!("/ota/{}", "x".repeat(5000))] {
        assert_eq!(post(&house, unknown, OTA, good.clone()), 404, "{unknown}");
    }
    still_up(&house);
    assert_eq!(post(&house, path, OTA, good), 200, "after all that the right message is taken");
}

#[test]
fn scep_posts_are_checked_by_type_size_and_form() {
    let house = House::new();
    let path = "/scep/signet?operation=PKIOperation";
    for kind in [Some("application/pkcs7-signature"), Some("text/html"), Some("application/x-www-form-urlencoded")] {
        assert_eq!(post(&house, path, kind, vec![0x30, 0]), 415, "{kind:?}");
    }
    for kind in [SCEP, Some("application/octet-stream"), None] {
        assert_eq!(post(&house, path, kind, b"garbage".to_vec()), 400, "{kind:?}");
    }
    assert_eq!(post(&house, path, SCEP, vec![0; 64 * 1024 + 1]), 413);
    assert_eq!(post(&house, path, SCEP, [0x30, 0x80].repeat(30_000)), 400);
    let wire = house.wire();
    let get = |query: &str| wire.send(&Request::get(&house.https(&format!("/scep/signet{query}")))).unwrap().status;
    for query in [
        "",
        "?operation=",
        "?operation=Format",
        "?operation=PKIOperation",
        "?operation=PKIOperation&message=!!!!",
        "?operation=PKIOperation&message=MIIB",
    ] {
        assert_eq!(get(query), 400, "{query}");
    }
    assert_eq!(get("?operation=GetCACaps&message=whatever"), 200, "an unknown CA identifier means the one CA");
    still_up(&house);
}

#[test]
fn a_body_without_length_is_bounded_too() {
    let house = House::new();
    let mut chunked =
        b"POST /scep/signet?operation=PKIOperation HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..70 {
        chunked.extend(format!("{:x}\r\n{}\r\n", 1024, "x".repeat(1024)).into_bytes());
    }
    chunked.extend(b"0\r\n\r\n");
    assert_eq!(raw(house.http_door(), &chunked).0, Some(413));
    let lying = b"POST /scep/signet?operation=PKIOperation HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\nx";
    assert_eq!(raw(house.http_door(), lying).0, Some(413));
    still_up(&house);
}

#[test]
fn a_request_that_is_no_http_is_refused() {
    let house = House::new();
    for octets in [
        b"\x16\x03\x01\x02\x00\x01\x00".as_slice(),
        b"HELLO\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ] {
        let (status, _) = raw(house.http_door(), octets);
        assert!(matches!(status, None | Some(400 | 505)), "{octets:?}: {status:?}");
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "x".repeat(40_000));
    assert_eq!(raw(house.http_door(), long.as_bytes()).0, Some(414));
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(200_000));
    assert!(matches!(raw(house.http_door(), head.as_bytes()).0, None | Some(400 | 431)));
    still_up(&house);
}

#[test]
fn slow_clients_are_sent_away_and_hold_up_nobody() {
    let house = House::new();
    let door = house.http_door();
    std::thread::scope(|scope| {
        let head = scope.spawn(move || raw(door, b"POST /scep/signet?operation=PKIOperation HTTP/1.1\r\nHost: localhost\r\nX-Slow: "));
        let body = scope.spawn(move || {
            raw(door, b"POST /scep/signet?operation=PKIOperation HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n0")
        });
        let idle = scope.spawn(move || raw(door, b""));
        let silent_tls = scope.spawn(|| raw(house.https_door(), b""));
        // Meanwhile a phone enrolls.
        house.enroll(Variant::default(), ALICE);
        let (status, took) = head.join().unwrap();
        assert!(matches!(status, None | Some(408)) && took < Duration::from_secs(40), "head: {status:?} after {took:?}");
        let (status, took) = body.join().unwrap();
        assert!(status == Some(408) && took < Duration::from_secs(50), "body: {status:?} after {took:?}");
        for quiet in [idle, silent_tls] {
            let (status, took) = quiet.join().unwrap();
            assert!(matches!(status, None | Some(408)) && took < Duration::from_secs(50), "idle: {status:?} after {took:?}");
        }
    });
}

#[test]
fn a_foreign_host_is_misdirected() {
    let house = House::new();
    let wire = house.wire();
    let at = |host: &str| wire.send(&Request::get(&house.https("/")).with("Host", host)).unwrap().status;
    assert_eq!(at("evil.example"), 421);
    assert_eq!(at("localhost.evil.example"), 421);
    assert_eq!(at("localhost"), 200);
    let plain = b"GET /scep/signet?operation=GetCACaps HTTP/1.0\r\n\r\n";
    assert_eq!(raw(house.http_door(), plain).0, Some(200), "the plain door takes any or none");
}

#[test]
fn many_wrong_codes_from_one_address_are_slowed_down_but_not_for_ever() {
    let house = House::new();
    let wire = house.wire();
    let mut last = 0;
    for _ in 0..11 {
        let invitation = house.invite(ALICE);
        for _ in 0..5 {
            let form = Request::post(&invitation.url, "application/x-www-form-urlencoded", b"code=WRNG-WRNG".to_vec());
            last = wire.send(&form).unwrap().status;
        }
        house.officer.cancel_enrollment(invitation.enrollment).ok();
    }
    assert_eq!(last, 429);
    still_up(&house);
    house.clock.advance(11 * MINUTE);
    house.enroll(Variant::default(), ALICE);
}

#[test]
fn hostile_device_attributes_are_bounded_and_kept_as_text() {
    let house = House::new();
    let (wire, invitation) = (house.wire(), house.invite(ALICE));
    let phase1 = house.phase1(&wire, &invitation);
    let mut phone = house.phone(Variant::default());
    phone.product = "<script>alert(1)</script>\u{202e}".into();
    phone.language = "x".repeat(200);
    phone.serial = "'; DROP TABLE device; --".into();
    phone.enroll(&wire, &phase1).unwrap();
    let device = house.detail(invitation.enrollment).enrollment.device.unwrap();
    assert!(device.product.unwrap().contains("<script>"), "kept as it came, for whoever shows it to escape");

    let invitation = house.invite(ALICE);
    let phase1 = house.phase1(&wire, &invitation);
    phone.product = "x".repeat(10_000);
    let flow = phone.begin(&phase1).unwrap();
    let message = phone.phase2_message(&flow.service).unwrap();
    let path = flow.service.url.strip_prefix(&house.https("")).unwrap();
    assert_eq!(post(&house, path, OTA, message), 400);
}
